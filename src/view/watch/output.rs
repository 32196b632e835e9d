//! What a command prints that was started to be watched: its last lines, made safe for the terminal.

use crate::app::watching::Watching;
use crate::view::canvas::Canvas;
use crate::view::text::fit;
use ratatui::layout::Rect;

/// Draws its last lines.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let palette = canvas.palette;
    let width = usize::from(area.width);
    let Some(output) = watch.output.as_ref().filter(|output| !output.is_empty()) else {
        return canvas.text(area, (0, 0), "It has printed nothing yet.", palette.dim());
    };
    let end = output.len() - watch.output_back.min(output.len());
    let start = end.saturating_sub(usize::from(area.height));
    for (row, line) in output.range(start..end).enumerate() {
        canvas.text(area, (0, row as u16), &fit(line, width), palette.text());
    }
}
