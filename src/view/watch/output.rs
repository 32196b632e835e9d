//! What a command prints that was started to be watched: its last lines, made safe for the terminal.

use crate::app::watching::Watching;
use crate::view::canvas::Canvas;
use crate::view::text::fit;
use ratatui::layout::Rect;
use std::collections::VecDeque;

/// Draws its last lines.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let palette = canvas.palette;
    let width = usize::from(area.width);
    let whole = watch.output.as_ref();
    let count = whole.map_or(0, VecDeque::len) + usize::from(!watch.unfinished.is_empty());
    if count == 0 {
        return canvas.text(area, (0, 0), "It has printed nothing yet.", palette.dim());
    }
    let height = usize::from(area.height).min(count);
    // At the beginning the panel is full as well.
    let end = count.saturating_sub(watch.output_back).max(height);
    for (row, index) in (end - height..end).enumerate() {
        let line = whole.and_then(|lines| lines.get(index));
        let line = line.unwrap_or(&watch.unfinished);
        canvas.text(area, (0, row as u16), &fit(line, width), palette.text());
    }
}
