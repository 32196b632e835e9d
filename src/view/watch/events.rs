//! Page faults, one by one: the address, what lies there, and where the code stood. Without the right to see them, why,
//! and what would give it.

use super::list;
use super::number::address;
use crate::app::watching::Watching;
use crate::app::watching::pane::Pane;
use crate::app::watching::runs::Run;
use crate::mem::{Addr, Backing};
use crate::view::canvas::{Canvas, below};
use crate::view::text::{fit, pad, wrap};
use crate::view::theme::Palette;
use crate::watch::words::grouped;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Rows from which on a row is left for what cannot be seen here.
const ROOMY: u16 = 8;
/// Cells from which on two stand between columns.
const WIDE: usize = 48;
/// Cells of a kind.
const KIND: usize = 6;

/// What the panel says about itself.
pub(super) fn detail(watch: &Watching) -> String {
    if watch.events.is_empty() {
        return String::new();
    }
    let count = watch.events.iter().map(|event| event.stands_for).sum();
    let mut told = vec![format!("the last {}", grouped(count))];
    if watch.events_back > 0 {
        told.push(format!("{} back", watch.events_back));
    }
    told.join(", ")
}

/// Draws the latest of them, the latest last.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let palette = canvas.palette;
    let width = usize::from(area.width);
    if watch.events.is_empty() {
        let (text, style) = match &watch.eventless {
            Some(why) => (format!("? {why}"), palette.unknown()),
            None => (
                "No fault since this panel is on the screen.".to_owned(),
                palette.dim(),
            ),
        };
        let lines = wrap(&[(&text, style)], width, 2);
        return canvas.lines(area, &lines, 0);
    }
    let mut area = area;
    if let Some(text) = share(watch) {
        canvas.text(area, (0, 0), &fit(&text, width), palette.changed());
        area = below(area, 1);
    }
    if let Some(why) = watch.eventless.as_ref().filter(|_| area.height >= ROOMY) {
        let text = fit(&format!("? {why}"), width);
        canvas.text(area, (0, area.height - 1), &text, palette.unknown());
        area.height -= 1;
    }
    let height = usize::from(area.height.saturating_sub(1));
    let runs = watch.runs();
    let end = runs.len() - watch.events_back.min(runs.len().saturating_sub(1));
    let shown = &runs[end.saturating_sub(height)..end];
    let sheet = Sheet::of(watch, shown, width, palette);
    canvas.line(area, 0, &sheet.head());
    area = below(area, 1);
    let focused = watch.bench.focus == Pane::Events;
    for (row, told) in sheet.rows.iter().enumerate() {
        canvas.line(area, row as u16, &sheet.line(told));
        if focused && row + 1 == shown.len() {
            let place = Rect {
                y: area.y + row as u16,
                height: 1,
                ..area
            };
            canvas.fill(place, palette.chosen());
        }
    }
}

/// What share of the faults is told, where that is not all of them.
fn share(watch: &Watching) -> Option<String> {
    let (each, missed) = watch.told;
    let most = watch.events.iter().map(|event| event.one_of).max();
    let mut told = Vec::new();
    match most {
        _ if each > 1 => told.push(format!("many: one of {} is told", grouped(each))),
        Some(most @ 2..) => told.push(format!("≈: one of up to {} told", grouped(most))),
        _ => {}
    }
    if missed > 0 {
        told.push(format!("{} lost", about(missed)));
    }
    (!told.is_empty()).then(|| told.join(", "))
}

/// The unit that a number to two digits is told in: to more, what is not told each is not known.
fn unit(number: u64) -> u64 {
    10_u64.pow(number.max(1).ilog10().saturating_sub(1))
}

/// `≈13,000`
fn about(number: u64) -> String {
    let unit = unit(number);
    format!("≈{}", grouped((number + unit / 2) / unit * unit))
}

/// A row's words.
struct Told<'a> {
    run: &'a Run,
    when: String,
    count: String,
    place: String,
    code: String,
}

/// The rows, and how wide their columns are.
struct Sheet<'a> {
    rows: Vec<Told<'a>>,
    when: usize,
    count: usize,
    gap: usize,
    place: usize,
    code: usize,
    has_address: bool,
    /// Cells of the thread, where they are of several.
    thread: Option<usize>,
    palette: Palette,
}

impl<'a> Sheet<'a> {
    fn of(watch: &Watching, runs: &'a [Run], width: usize, palette: Palette) -> Self {
        let rows: Vec<Told<'a>> = runs.iter().map(|run| told(watch, run)).collect();
        let widest = |of: fn(&Told<'_>) -> usize| rows.iter().map(of).max().unwrap_or(0);
        let when = widest(|row| row.when.width()).max("when".len());
        let count = widest(|row| row.count.width());
        let (place, code) = (
            widest(|row| "in ".len() + row.place.width()).max("page of".len()),
            widest(|row| "by ".len() + row.code.width()).max("code of".len()),
        );
        let mut threads = watch.events.iter().map(|event| event.thread);
        let first = threads.next();
        let are_several = threads.any(|thread| Some(thread) != first);
        let gap = if width < WIDE { 1 } else { 2 };
        let all = width.saturating_sub(when + 2 + KIND + count + 2 * gap);
        // Which page and which code come first: a thread has room where they are whole.
        let thread = widest(|row| row.run.last.thread.to_string().len()).max("thread".len());
        let thread =
            Some(thread).filter(|thread| are_several && place + code + gap + thread <= all);
        let room = all - thread.map_or(0, |thread| gap + thread);
        // Where both have not got what they want, each gets half, or what the other leaves.
        let half = room / 2;
        let place_room = place.min(half.max(room.saturating_sub(code)));
        let code_room = code.min(room.saturating_sub(place_room));
        Self {
            has_address: place_room + code_room + 14 <= room,
            thread,
            when,
            gap,
            count,
            place: place_room,
            code: code_room,
            rows,
            palette,
        }
    }

    /// `     when fault          page of       code of       last address   thread`
    fn head(&self) -> Line<'static> {
        let (when, count) = (self.when + 1, self.count);
        let mut text = format!("{:>when$} fault {:>count$}", "when", "");
        for (head, width) in [("page of", self.place), ("code of", self.code)] {
            text.push_str(&" ".repeat(self.gap));
            text.push_str(&pad(&fit(head, width), width));
        }
        if self.has_address {
            text.push_str("  last address");
        }
        if let Some(width) = self.thread {
            let width = self.gap + width;
            text.push_str(&" ".repeat(width - "thread".len()));
            text.push_str("thread");
        }
        Line::from(Span::styled(text, self.palette.dim()))
    }

    /// `   12.4 s minor ×16,384  in /dev/zero  by mmap.so   7f3a1c012000    4242`
    fn line(&self, told: &Told<'_>) -> Line<'static> {
        let palette = self.palette;
        let event = &told.run.last;
        let (word, style) = if event.major {
            ("major", palette.bad())
        } else {
            ("minor", palette.accent())
        };
        let column = |lead: &str, text: &str, width: usize| {
            let text = format!("{lead}{}", fit(text, width.saturating_sub(lead.len())));
            format!("{}{}", " ".repeat(self.gap), pad(&text, width))
        };
        let mut spans = vec![
            Span::styled(format!(" {:>1$} ", told.when, self.when), palette.dim()),
            Span::styled(format!("{word} "), style),
            Span::styled(format!("{:<1$}", told.count, self.count), palette.heading()),
            Span::styled(column("in ", &told.place, self.place), palette.code()),
            Span::styled(
                column("by ", &told.code, self.code),
                palette.text().add_modifier(Modifier::DIM),
            ),
        ];
        if self.has_address {
            let text = format!("  {}", address(event.addr.0));
            spans.push(Span::styled(text, palette.text()));
        }
        if let Some(width) = self.thread {
            let width = self.gap + width;
            let text = format!("{:>width$}", event.thread);
            spans.push(Span::styled(text, palette.dim()));
        }
        Line::from(spans)
    }
}

fn told<'a>(watch: &Watching, run: &'a Run) -> Told<'a> {
    let unit = if run.is_exact { 1 } else { unit(run.count) };
    let count = match run {
        run if run.and_more => format!("≥{}", grouped(run.count / unit * unit)),
        run if !run.is_exact => about(run.count),
        Run { count: 1, .. } => String::new(),
        run => format!("×{}", grouped(run.count)),
    };
    Told {
        run,
        when: format!("{:.1} s", run.last.at.as_secs_f64()),
        count,
        place: place(watch, run.last.addr),
        code: place_of_code(watch, run.last.instruction),
    }
}

/// What lies at an address now.
fn place(watch: &Watching, addr: Addr) -> String {
    let line = watch.lines().and_then(|vmas| {
        let line = vmas.lines().get(vmas.at(addr)?)?;
        Some((vmas, line))
    });
    match line {
        None => "nothing mapped now".to_owned(),
        Some((vmas, line)) => match vmas.backing(line) {
            Backing::Anonymous => "anonymous".to_owned(),
            _ => brief(&list::name(vmas, line)),
        },
    }
}

/// The last part of a path, whole where it is short; of a library of an interpreter without what that is.
pub(super) fn brief(name: &str) -> String {
    let name = name.strip_suffix(" (deleted)").unwrap_or(name);
    let name = name.strip_prefix("anon_inode:").unwrap_or(name);
    let last = match name.rsplit_once('/') {
        Some((_, last)) if name.width() > "/dev/zero".len() => last,
        _ => name,
    };
    let library = last.strip_suffix(".so");
    match library.and_then(|stem| stem.split_once(".cpython-")) {
        Some((module, _)) => format!("{module}.so"),
        None => last.to_owned(),
    }
}

/// The file whose code stood there; a fault inside a system call has the address of the kernel's code.
fn place_of_code(watch: &Watching, addr: Addr) -> String {
    if addr.0 >= watch.subject.space.end.0 {
        "the kernel".to_owned()
    } else {
        place(watch, addr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_brief_and_what_was_missed_is_not_told_to_the_last() {
        let table = [
            ("/usr/lib/x86_64-linux-gnu/libc.so.6", "libc.so.6"),
            ("/dev/zero (deleted)", "/dev/zero"),
            ("[heap]", "[heap]"),
            ("anon_inode:[perf_event]", "[perf_event]"),
            ("/opt/mmap.cpython-311-x86_64-linux-gnu.so", "mmap.so"),
        ];
        for (name, shown) in table {
            assert_eq!(brief(name), shown);
        }
        for (number, shown) in [
            (7, "≈7"),
            (99, "≈99"),
            (15_702, "≈16,000"),
            (12_937, "≈13,000"),
            (301, "≈300"),
        ] {
            assert_eq!(about(number), shown);
        }
    }
}
