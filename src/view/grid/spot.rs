//! The cell of the page that is chosen, marked on the grid.

use super::laid::Laid;
use crate::app::explorer::cursor::Strides;
use crate::app::take::Take;
use crate::view::canvas::Canvas;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

/// The cells of the cursor's page, in rows and columns of the panel's text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    /// The first row.
    pub row: usize,
    column: usize,
    width: usize,
    height: usize,
    strides: Strides,
}

/// The cursor's place, while a page is chosen and drawn.
pub(super) fn of(take: &Take, laid: &[Laid]) -> Option<Spot> {
    let is_shown = take.explorer.as_ref().is_none_or(|own| own.on_pages);
    let cursor = take.cursor().filter(|_| is_shown)?;
    let found = laid
        .iter()
        .find_map(|laid| Some((laid, laid.page_of(cursor)?)));
    let (laid, page) = found?;
    let (row, column) = laid.cell(page);
    let (across, per_cell) = laid.shape();
    Some(Spot {
        row,
        column,
        width: laid.tile.width.saturating_sub(1).max(1),
        height: laid.tile.height.saturating_sub(1).max(1),
        strides: Strides {
            row: (across * per_cell) as u64,
            cell: per_cell as u64,
        },
    })
}

/// Marks the page in a panel scrolled by `offset` rows, and notes how its neighbours lie.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, (spot, offset): (Spot, usize)) {
    canvas.seen.strides = Some(spot.strides);
    let Some(row) = spot.row.checked_sub(offset) else {
        return;
    };
    let cells = Rect {
        x: area.x + spot.column as u16,
        y: area.y + row as u16,
        width: spot.width as u16,
        height: spot.height as u16,
    };
    let style = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
    canvas.fill(cells.intersection(area), style);
}
