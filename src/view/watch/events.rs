//! Page faults, one by one: the address, what lies there, and where the code stood. Without the right to see them, why,
//! and what would give it.

use super::list;
use super::number::address;
use crate::app::watching::Watching;
use crate::app::watching::pane::Pane;
use crate::app::watching::runs::Run;
use crate::mem::Addr;
use crate::view::canvas::Canvas;
use crate::view::text::{fit, pad, wrap};
use crate::view::theme::Palette;
use crate::watch::words::grouped;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

/// What the panel says about itself.
pub(super) fn detail(watch: &Watching) -> String {
    if watch.events.is_empty() {
        return String::new();
    }
    let mut told = vec![format!("the last {}", watch.events.len())];
    if watch.events_back > 0 {
        told.push(format!("{} back", watch.events_back));
    }
    let (each, missed) = watch.told;
    if each > 1 {
        told.push(format!("one of {each}"));
    }
    if missed > 0 {
        told.push(format!("{} missed", grouped(missed)));
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
    let height = usize::from(area.height);
    let runs = watch.runs();
    let end = runs.len() - watch.events_back.min(runs.len().saturating_sub(1));
    let shown = &runs[end.saturating_sub(height)..end];
    let focused = watch.bench.focus == Pane::Events;
    for (row, run) in shown.iter().enumerate() {
        let line = line(watch, run, width, palette);
        canvas.line(area, row as u16, &line);
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

/// `12.34 s  minor    256 in [heap]  by libc.so.6  last 7f3a1c012000  4242`
fn line(watch: &Watching, run: &Run, width: usize, palette: Palette) -> Line<'static> {
    let event = &run.last;
    let (word, style) = if event.major {
        ("major", palette.bad())
    } else {
        ("minor", palette.accent())
    };
    let count = match run.count {
        1 => "      ".to_owned(),
        count => format!("×{count:<5}"),
    };
    let place = place(watch, event.addr);
    let code = place_of_code(watch, event.instruction);
    let room = width.saturating_sub(10 + 6 + 6 + 13 + 4 + 8);
    let (place_room, code_room) = (room - room / 2, room / 2);
    Line::from(vec![
        Span::styled(format!("{:>7.2} s ", event.at.as_secs_f64()), palette.dim()),
        Span::styled(format!("{word} "), style),
        Span::styled(count, palette.heading()),
        Span::styled(format!("{} ", address(event.addr.0)), palette.text()),
        Span::styled(pad(&fit(&place, place_room), place_room), palette.code()),
        Span::styled(
            format!(" by {}", pad(&fit(&code, code_room), code_room)),
            palette.text().add_modifier(Modifier::DIM),
        ),
        Span::styled(format!(" {:>7}", event.thread), palette.dim()),
    ])
}

/// What lies at an address now.
fn place(watch: &Watching, addr: Addr) -> String {
    let found = watch.lines().and_then(|vmas| {
        let line = vmas.lines().get(vmas.at(addr)?)?;
        Some((list::name(vmas, line), line.range.start))
    });
    match found {
        Some((name, start)) if name.is_empty() => format!("{:x}", start.0),
        Some((name, _)) => name.rsplit('/').next().unwrap_or(&name).to_owned(),
        None => "nothing mapped now".to_owned(),
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
