//! Help: the key table, the current view's keys first, then where each number comes from.

use super::canvas::Canvas;
use super::overlay;
use super::text::{pad, wrap};
use super::theme::Palette;
use crate::app::keys::{BINDINGS, Binding, Context};
use crate::app::{App, Screen};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the help, scrolled by `offset` rows.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, app: &App, offset: u16) {
    let inner = overlay::frame(canvas, area, (96, 160), "help");
    let width = usize::from(inner.width);
    let lines = lines(app, width, canvas.palette);
    overlay::scrolled(canvas, inner, &lines, offset);
}

fn lines(app: &App, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let (here, elsewhere) = match app.screen {
        Screen::Home => ("the list of lessons", "in a lesson"),
        Screen::Lesson(_) => ("this lesson", "elsewhere"),
    };
    let home = [Context::Home, Context::Search, Context::Claims];
    let is_here = |binding: &&Binding| {
        let at_home = binding
            .contexts
            .iter()
            .any(|context| home.contains(context));
        let in_lesson = binding
            .contexts
            .iter()
            .any(|context| !home.contains(context));
        match app.screen {
            Screen::Home => at_home,
            Screen::Lesson(_) => in_lesson,
        }
    };
    let mut lines = section(&format!("Keys of {here}"), palette);
    lines.extend(
        BINDINGS
            .iter()
            .filter(is_here)
            .flat_map(|binding| row(binding, width, palette)),
    );
    lines.extend(section(&format!("Keys {elsewhere}"), palette));
    let others = BINDINGS.iter().filter(|binding| !is_here(binding));
    lines.extend(others.flat_map(|binding| row(binding, width, palette)));
    lines.extend(section("Where the numbers come from", palette));
    for (name, source) in super::counters::SOURCES {
        let lead = pad(name, COLUMN);
        lines.extend(wrap(
            &[(&lead, palette.code()), (source, palette.text())],
            width,
            COLUMN,
        ));
    }
    lines.push(Line::default());
    let note = "A number that cannot be read here is shown as ? with its reason, never as 0.";
    lines.extend(wrap(&[(note, palette.text())], width, 0));
    lines.extend(machine(app, width, palette));
    lines
}

/// Cells of the first column.
const COLUMN: usize = 22;

fn section(title: &str, palette: Palette) -> Vec<Line<'static>> {
    vec![
        Line::default(),
        Line::from(Span::styled(title.to_owned(), palette.heading())),
    ]
}

fn row(binding: &Binding, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let keys: Vec<String> = binding.chords.iter().map(ToString::to_string).collect();
    let lead = pad(&keys.join(" "), COLUMN);
    wrap(
        &[(&lead, palette.accent()), (binding.long, palette.text())],
        width,
        COLUMN,
    )
}

/// The facts of this machine.
fn machine(app: &App, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let Some(machine) = &app.machine else {
        return Vec::new();
    };
    let frames = if machine.privileged {
        "readable"
    } else {
        "not readable (they need CAP_SYS_ADMIN)"
    };
    let text = format!(
        "This machine: Linux {}, pages of {}, scratch files on {}, frame numbers {frames}.",
        machine.kernel,
        crate::mem::Bytes(machine.page_size.bytes()),
        machine.file_system,
    );
    let mut lines = vec![Line::default()];
    lines.extend(wrap(&[(text.as_str(), palette.text())], width, 0));
    lines
}
