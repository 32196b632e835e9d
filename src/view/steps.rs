//! The list of steps: start anywhere.

use super::canvas::Canvas;
use super::overlay;
use super::text::fit;
use crate::app::take::Take;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the steps of the lesson, `chosen` marked.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, take: &Take, chosen: usize) {
    let count = take.lesson.steps.len();
    let height = u16::try_from(count + 5).unwrap_or(u16::MAX);
    let inner = overlay::frame(canvas, area, (64, height), "start at a step");
    let palette = canvas.palette;
    let hint = "The lines before it are run first, quickly.";
    canvas.line(inner, 0, &Line::from(Span::styled(hint, palette.dim())));
    let list = super::canvas::below(inner, 2);
    let first = (chosen + 1).saturating_sub(usize::from(list.height));
    let steps = take.lesson.steps.iter().enumerate().skip(first);
    for (row, (index, step)) in (0..list.height).zip(steps) {
        let area = Rect {
            y: list.y + row,
            height: 1,
            ..list
        };
        let done =
            take.position.step > index || (take.position.step == index && take.step_is_done());
        let mark = if done { "✓" } else { " " };
        let text = format!(" {mark} {:>2}  {}", index + 1, step.title);
        let style = if index == chosen {
            palette.chosen()
        } else {
            palette.text()
        };
        canvas.fill(area, style);
        canvas.text(area, (0, 0), &fit(&text, usize::from(area.width)), style);
        canvas.seen.items.push((area, index));
    }
}
