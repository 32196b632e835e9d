//! The names that complete the word under the cursor.

use super::super::canvas::Canvas;
use super::super::code::lit;
use super::super::text::{fit, pad};
use crate::app::explorer::complete::{Popup, Sort};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Rows of the popup at most.
const MOST_NAMES: usize = 8;

/// The names that fit, above the input.
pub(super) fn draw(canvas: &mut Canvas<'_>, prompt: Rect, popup: &Popup) {
    let palette = canvas.palette;
    let chosen = popup.chosen.unwrap_or(0);
    let shown = popup
        .candidates
        .len()
        .min(MOST_NAMES)
        .min(usize::from(prompt.y));
    let first = chosen.saturating_sub(shown.saturating_sub(1));
    let names = popup
        .candidates
        .iter()
        .map(|candidate| candidate.name.len());
    let column = names.max().unwrap_or(0).min(28);
    let width = (prompt.width.saturating_sub(8)).min(76);
    let area = Rect {
        x: prompt.x + 4,
        y: prompt.y - shown as u16,
        width,
        height: shown as u16,
    };
    canvas.clear(area);
    let visible = popup.candidates.iter().enumerate().skip(first).take(shown);
    for (row, (index, candidate)) in visible.enumerate() {
        let style = match candidate.sort {
            Sort::Variable | Sort::Word => palette.text(),
            Sort::Function => palette.accent(),
            Sort::Constant => palette.code(),
        };
        let name = pad(&fit(&candidate.name, column), column);
        let room = usize::from(width).saturating_sub(column + 4);
        let about = fit(&candidate.about, room);
        let line = Line::from(vec![
            Span::styled("│ ", palette.accent()),
            Span::styled(name, style),
            Span::styled(format!("  {about}"), palette.dim()),
        ]);
        let line = if popup.chosen == Some(index) {
            lit(line, usize::from(width), palette)
        } else {
            line
        };
        canvas.line(area, row as u16, &line);
    }
    if popup.candidates.len() > shown {
        let count = format!(" {} names ", popup.candidates.len());
        let column = width.saturating_sub(count.len() as u16);
        canvas.text(area, (column, 0), &count, palette.dim());
    }
}
