//! The menu of what can be done with the chosen page: the key, the C that it types, what that does.

use super::super::canvas::Canvas;
use super::super::code::lit;
use super::super::text::{fit, pad};
use crate::app::explorer::Explorer;
use crate::app::explorer::verb;
use crate::app::scene::Scene;
use crate::app::take::Take;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Columns of the frame: a bar, the key, and blanks.
const LEAD: usize = 5;
/// Columns at most.
const WIDEST: u16 = 118;

/// Draws it above the prompt, as many rows as there is room for, the chosen one among them.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    prompt: Rect,
    (take, explorer): (&Take, &Explorer),
    chosen: usize,
) {
    let palette = canvas.palette;
    let Some(cursor) = explorer.cursor else {
        return;
    };
    let Some(scene) = Scene::of(take) else {
        return;
    };
    let offers = verb::offers(&scene, explorer, cursor);
    let shown = offers.len().min(usize::from(prompt.y.saturating_sub(1)));
    let first = (chosen + 1).saturating_sub(shown);
    let area = Rect {
        y: prompt.y - shown as u16,
        width: prompt.width.min(WIDEST),
        height: shown as u16,
        ..prompt
    };
    canvas.clear(area);
    let width = usize::from(area.width);
    let code = offers.iter().map(|offer| offer.code.chars().count());
    let column = code.max().unwrap_or(0).min(width.saturating_sub(LEAD));
    for (row, (index, offer)) in offers
        .iter()
        .enumerate()
        .skip(first)
        .take(shown)
        .enumerate()
    {
        let key = offer.key.as_deref().unwrap_or(" ");
        let words = fit(offer.words, width.saturating_sub(column + LEAD + 2));
        let line = Line::from(vec![
            Span::styled("│ ", palette.accent()),
            Span::styled(format!("{key}  "), palette.accent()),
            Span::styled(pad(&fit(&offer.code, column), column), palette.code()),
            Span::styled(format!("  {words}"), palette.dim()),
        ]);
        let line = if index == chosen {
            lit(line, width, palette)
        } else {
            line
        };
        canvas.line(area, row as u16, &line);
        let place = Rect {
            y: area.y + row as u16,
            height: 1,
            ..area
        };
        canvas.seen.items.push((place, index));
    }
}
