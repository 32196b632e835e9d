//! The page that keeps a session: as what, under which name, and where it is then.

use super::canvas::{Canvas, below};
use super::overlay;
use super::text::{pad, wrap};
use super::theme::Palette;
use crate::app::keeping::{Form, Keeping, Outcome};
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

/// Cells of the first column.
const COLUMN: usize = 16;

/// Draws the page.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, keeping: &Keeping) {
    let palette = canvas.palette;
    let width = usize::from(area.width.min(76)).saturating_sub(4);
    let mut lines = match &keeping.outcome {
        Outcome::Kept(file) => kept(keeping.form, file, width, palette),
        _ => asked(keeping, width, palette),
    };
    lines.truncate(usize::from(area.height.saturating_sub(2)).max(1));
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let inner = overlay::frame(canvas, area, (76, height), "keep this session");
    canvas.lines(inner, &lines, 0);
    if matches!(keeping.outcome, Outcome::Kept(_)) {
        return;
    }
    // A click on a form chooses it.
    for row in 0..Form::ALL.len() as u16 {
        let area = below(inner, row);
        let area = Rect {
            height: area.height.min(1),
            ..area
        };
        canvas.seen.items.push((area, usize::from(row)));
    }
}

fn asked(keeping: &Keeping, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for form in Form::ALL {
        let (mark, style) = if form == keeping.form {
            ("▸ ", palette.chosen())
        } else {
            ("  ", palette.text())
        };
        let text = pad(&format!("{mark}{}", form.name()), COLUMN) + form.gist();
        lines.push(Line::from(Span::styled(pad(&text, width), style)));
    }
    lines.push(Line::default());
    lines.push(name(keeping, width, palette));
    if !keeping.is_elsewhere() {
        let place = format!("in {}", keeping.place);
        let indent = " ".repeat(NAME.len());
        lines.extend(wrap(
            &[(&indent, palette.dim()), (&place, palette.dim())],
            width,
            NAME.len(),
        ));
    }
    if let Outcome::Failed(why) = &keeping.outcome {
        lines.push(Line::default());
        lines.extend(wrap(
            &[("✗ ", palette.bad()), (why, palette.bad())],
            width,
            2,
        ));
    }
    lines
}

const NAME: &str = "  file  ";

/// The name with its cursor, as much of it as there is room for.
fn name(keeping: &Keeping, width: usize, palette: Palette) -> Line<'static> {
    let room = width.saturating_sub(NAME.len() + 1).max(1);
    let cursor = keeping.name.cursor();
    let first = keeping.name.visual_scroll(room);
    let mut spans = vec![Span::styled(NAME, palette.dim())];
    let mut text: Vec<char> = keeping.name.value().chars().collect();
    text.push(' ');
    for (index, c) in text.into_iter().enumerate().skip(first).take(room + 1) {
        let style = if index == cursor {
            palette.code().add_modifier(Modifier::REVERSED)
        } else {
            palette.code()
        };
        spans.push(Span::styled(c.to_string(), style));
    }
    Line::from(spans)
}

fn kept(form: Form, file: &str, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let text = palette.text();
    let mut lines = wrap(
        &[
            ("✓ ", palette.good()),
            ("The session is kept as ", text),
            (form.name(), text),
            (": ", text),
            (file, palette.code()),
        ],
        width,
        2,
    );
    lines.push(Line::default());
    let what = match form {
        Form::Recording => "To look at it, here or on another machine:",
        Form::Lesson => "Write your words into it; it can be played already:",
        Form::Program => "To compile and run it:",
    };
    lines.extend(wrap(&[(what, text)], width, 0));
    for command in form.next(file) {
        lines.extend(wrap(
            &[("    ", text), (&command, palette.code())],
            width,
            4,
        ));
    }
    lines
}
