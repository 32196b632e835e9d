//! What a command prints that was started to be watched: its last lines, made safe for the terminal.

use crate::app::watching::Watching;
use crate::view::canvas::Canvas;
use crate::view::text::fit;
use ratatui::layout::Rect;

/// Draws its last lines.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let palette = canvas.palette;
    let width = usize::from(area.width);
    let unfinished = Some(&watch.unfinished).filter(|line| !line.is_empty());
    let output = watch.output.iter().flatten().chain(unfinished);
    let output: Vec<&String> = output.collect();
    if output.is_empty() {
        return canvas.text(area, (0, 0), "It has printed nothing yet.", palette.dim());
    }
    let height = usize::from(area.height).min(output.len());
    // At the beginning the panel is full as well.
    let end = (output.len() - watch.output_back.min(output.len())).max(height);
    for (row, line) in output[end - height..end].iter().enumerate() {
        canvas.text(area, (0, row as u16), &fit(line, width), palette.text());
    }
}
