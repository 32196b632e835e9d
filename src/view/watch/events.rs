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
/// Cells of a time and of a kind.
const FIRST: usize = 9 + 6;

/// What the panel says about itself.
pub(super) fn detail(watch: &Watching) -> String {
    if watch.events.is_empty() {
        return String::new();
    }
    let mut told = vec![format!("the last {}", grouped(watch.events.len() as u64))];
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
    let most = watch.events.iter().map(|event| event.stands_for).max();
    let mut told = Vec::new();
    match most {
        _ if each > 1 => told.push(format!("one of {} is told", grouped(each))),
        Some(most @ 2..) => told.push(format!("≈ where one of up to {} was told", grouped(most))),
        _ => {}
    }
    if missed > 0 {
        told.push(format!("{} missed", about(missed)));
    }
    (!told.is_empty()).then(|| told.join(", "))
}

/// A number to two digits: from moment to moment it is not known to more.
fn about(number: u64) -> String {
    let unit = 10_u64.pow(number.max(1).ilog10().saturating_sub(1));
    let rounded = number / unit * unit;
    format!("≈{}", grouped(rounded))
}

/// A row's words.
struct Told<'a> {
    run: &'a Run,
    count: String,
    place: String,
    code: String,
}

/// The rows, and how wide their columns are.
struct Sheet<'a> {
    rows: Vec<Told<'a>>,
    count: usize,
    place: usize,
    code: usize,
    has_address: bool,
    has_thread: bool,
    palette: Palette,
}

impl<'a> Sheet<'a> {
    fn of(watch: &Watching, runs: &'a [Run], width: usize, palette: Palette) -> Self {
        let rows: Vec<Told<'a>> = runs.iter().map(|run| told(watch, run)).collect();
        let widest = |of: fn(&Told<'_>) -> usize| rows.iter().map(of).max().unwrap_or(0);
        let count = widest(|row| row.count.width());
        let (place, code) = (
            widest(|row| "in ".len() + row.place.width()).max("page of".len()),
            widest(|row| "by ".len() + row.code.width()).max("code of".len()),
        );
        let mut threads = watch.events.iter().map(|event| event.thread);
        let first = threads.next();
        let has_thread = threads.any(|thread| Some(thread) != first);
        let fixed = FIRST + count + 2 + if has_thread { 9 } else { 0 };
        let room = width.saturating_sub(fixed + 2);
        // Where both have not got what they want, each gets half, or what the other leaves.
        let half = room / 2;
        let place_room = place.min(half.max(room.saturating_sub(code)));
        let code_room = code.min(room.saturating_sub(place_room));
        Self {
            has_address: place_room + code_room + 14 <= room,
            has_thread,
            count,
            place: place_room,
            code: code_room,
            rows,
            palette,
        }
    }

    /// `     when fault          page of       code of       last address   thread`
    fn head(&self) -> Line<'static> {
        let mut text = format!("{:>8} fault {:>2$}", "when", "", self.count);
        for (head, width) in [("page of", self.place), ("code of", self.code)] {
            text.push_str("  ");
            text.push_str(&pad(&fit(head, width), width));
        }
        if self.has_address {
            text.push_str("  last address");
        }
        if self.has_thread {
            text.push_str("   thread");
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
            format!("  {}", pad(&text, width))
        };
        let mut spans = vec![
            Span::styled(format!("{:>6.1} s ", event.at.as_secs_f64()), palette.dim()),
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
        if self.has_thread {
            spans.push(Span::styled(
                format!("  {:>7}", event.thread),
                palette.dim(),
            ));
        }
        Line::from(spans)
    }
}

fn told<'a>(watch: &Watching, run: &'a Run) -> Told<'a> {
    let count = match (run.count, run.is_exact) {
        (1, _) => String::new(),
        (count, true) => format!("×{}", grouped(count)),
        (count, false) => format!("≈{}", grouped(count)),
    };
    Told {
        run,
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

/// The last part of a path; whole where it is short.
fn brief(name: &str) -> String {
    let name = name.strip_suffix(" (deleted)").unwrap_or(name);
    match name.rsplit_once('/') {
        Some((_, last)) if name.width() > "/dev/zero".len() => last.to_owned(),
        _ => name.to_owned(),
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
        ];
        for (name, shown) in table {
            assert_eq!(brief(name), shown);
        }
        for (number, shown) in [(7, "≈7"), (99, "≈99"), (15_702, "≈15,000"), (301, "≈300")]
        {
            assert_eq!(about(number), shown);
        }
    }
}
