//! Pages that lie over the screen: a frame in the middle, text that scrolls.

use super::canvas::Canvas;
use ratatui::layout::{Constraint, Flex, Layout, Margin, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Widget};

/// Clears the middle of `area`, at most `size` cells large, frames it, and gives the room inside.
pub(super) fn frame(canvas: &mut Canvas<'_>, area: Rect, size: (u16, u16), title: &str) -> Rect {
    let [row] = Layout::vertical([Constraint::Max(size.1)])
        .flex(Flex::Center)
        .areas(area);
    let [middle] = Layout::horizontal([Constraint::Max(size.0)])
        .flex(Flex::Center)
        .areas(row);
    canvas.clear(middle);
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(canvas.palette.accent())
        .title(format!(" {title} "));
    block.render(middle, canvas.buffer);
    middle.inner(Margin::new(2, 1))
}

/// Text scrolled by `offset` rows, as far as there is text; notes how far it can be scrolled.
pub(super) fn scrolled(canvas: &mut Canvas<'_>, area: Rect, lines: &[Line<'_>], offset: u16) {
    let total = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let limit = total.saturating_sub(area.height);
    let offset = offset.min(limit);
    canvas.seen.overlay_limit = limit;
    canvas.lines(area, lines, offset);
    let style = canvas.palette.accent();
    let edge = area.width.saturating_sub(1);
    if offset > 0 {
        canvas.text(area, (edge, 0), "↑", style);
    }
    if offset < limit {
        canvas.text(area, (edge, area.height.saturating_sub(1)), "↓", style);
    }
}
