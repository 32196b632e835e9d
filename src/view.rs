//! Draws the state of the app; one panel one file. Reads everything, changes nothing.
//!
//! [`draw`] gives back what it put where, for the next click and the next scroll.

mod beside;
mod cache;
mod canvas;
mod code;
mod counters;
mod explorer;
mod footer;
mod grid;
mod header;
mod help;
mod hexdump;
mod home;
mod inspect;
mod keeping;
mod ledger;
mod legend;
mod lesson;
mod maps;
mod overlay;
mod prose;
mod question;
mod race;
mod reading;
mod steps;
mod strip;
pub mod text;
pub mod theme;
mod tile;
mod undo;
mod variables;
mod voice;
mod watch;

use crate::app::panel::Seen;
use crate::app::{App, Overlay, Screen};
use canvas::{Canvas, below};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use theme::Palette;

/// The smallest screen a lesson can be followed on.
const SMALLEST: (u16, u16) = (60, 18);

/// Draws the app, and says what was drawn where.
pub fn draw(frame: &mut Frame<'_>, app: &App) -> Seen {
    let area = frame.area();
    let mut canvas = Canvas {
        buffer: frame.buffer_mut(),
        palette: Palette::of(app.theme),
        seen: Seen::default(),
    };
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        too_small(&mut canvas, area, app);
        return canvas.seen;
    }
    match &app.screen {
        Screen::Home => draw_home(&mut canvas, area, app),
        Screen::Lesson(take) => lesson::draw(&mut canvas, area, app, take),
        Screen::Watch(process) => watch::draw(&mut canvas, area, app, process),
    }
    match (app.overlay, app.take()) {
        (Some(Overlay::Help(offset)), _) => {
            forget(&mut canvas);
            help::draw(&mut canvas, above(area), app, offset);
        }
        (Some(Overlay::Claims(chosen)), _) => {
            forget(&mut canvas);
            ledger::draw(&mut canvas, above(area), app, chosen);
        }
        (Some(Overlay::Keep), Some(_)) => {
            forget(&mut canvas);
            keeping::draw(&mut canvas, above(area), &app.keeping);
        }
        (Some(Overlay::Legend(offset)), Some(take)) => {
            forget(&mut canvas);
            legend::draw(&mut canvas, above(area), take, offset);
        }
        (Some(Overlay::Inspect(offset)), Some(take)) => {
            forget(&mut canvas);
            inspect::draw(&mut canvas, above(area), take, offset);
        }
        (Some(Overlay::Legend(offset)), None) => {
            forget(&mut canvas);
            watch::legend::draw(&mut canvas, above(area), offset);
        }
        (Some(Overlay::Vma(offset)), _) => {
            if let Some(process) = app.watching() {
                forget(&mut canvas);
                watch::inspect::draw(&mut canvas, above(area), process, offset);
            }
        }
        (Some(Overlay::Variables(offset)), Some(take)) => {
            forget(&mut canvas);
            variables::page(&mut canvas, above(area), take, offset);
        }
        (Some(Overlay::Steps(step)), Some(take)) => {
            forget(&mut canvas);
            steps::draw(&mut canvas, above(area), take, step);
        }
        _ => {}
    }
    canvas.seen
}

fn draw_home(canvas: &mut Canvas<'_>, area: Rect, app: &App) {
    home::draw(canvas, above(area), app);
    footer::draw(canvas, below(area, area.height - 1), app);
}

/// What lies under a page cannot be clicked.
fn forget(canvas: &mut Canvas<'_>) {
    canvas.seen.items.clear();
    canvas.seen.strip = None;
    canvas.seen.pages.clear();
}

/// `area` without its last row, where the keys are.
fn above(area: Rect) -> Rect {
    Rect {
        height: area.height.saturating_sub(1),
        ..area
    }
}

/// A sentence instead of a screen that nobody could read.
fn too_small(canvas: &mut Canvas<'_>, area: Rect, app: &App) {
    // Where letters are text, Ctrl-C leaves; what is typed it takes first.
    let explorer = app.take().and_then(|take| take.explorer.as_ref());
    let leaves = match explorer {
        Some(explorer) if explorer.is_empty() => " Ctrl-C leaves.",
        Some(_) => "",
        None => " q leaves.",
    };
    let text = format!(
        "mmap-tutor needs a window of {} columns and {} rows; this one has {} and {}. Make it larger: everything \
         is still here.{leaves}",
        SMALLEST.0, SMALLEST.1, area.width, area.height
    );
    let style = canvas.palette.text();
    let lines: Vec<Line<'_>> = text::wrap(&[(&text, style)], usize::from(area.width), 0)
        .into_iter()
        .map(|line| {
            Line::from(
                line.spans
                    .into_iter()
                    .map(|span| Span::styled(span.content, style))
                    .collect::<Vec<_>>(),
            )
        })
        .collect();
    let top = area.height.saturating_sub(lines.len() as u16) / 2;
    canvas.lines(below(area, top), &lines, 0);
}
