//! Where the cursor's page is drawn on the grid.

use super::{GAP, block, choose, groups, on_screen, starting_at, states};
use crate::app::explorer::cursor::{Strides, mapping};
use crate::app::panel::Panel;
use crate::app::scene::Scene;
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

/// The cursor's place, while the grid has the keys and its page is drawn.
pub(super) fn of(scene: &Scene<'_>, take: &Take, area: Rect) -> Option<Spot> {
    let explorer = take.explorer.as_ref().filter(|own| own.on_pages)?;
    let cursor = explorer.cursor?;
    let (of, size) = mapping(scene, cursor)?;
    let shown = on_screen(scene, take, usize::from(area.width));
    let width =
        (usize::from(area.width) + GAP) / shown.len().max(1) - GAP.min(usize::from(area.width));
    let column = shown
        .iter()
        .position(|snapshot| snapshot.process == cursor.process)?;
    let groups = groups(&shown);
    let room = usize::from(area.height).saturating_sub(1);
    let tile = choose(&shown, &groups, width, room);
    let palette = crate::view::theme::Palette::of(crate::app::Theme::Mono);
    let start = of.vma.range.start.0;
    // The heads of the columns stand first, then what lies before the mapping.
    let heights = groups
        .iter()
        .take_while(|group| **group != start)
        .map(|group| {
            let blocks = shown.iter().filter_map(|snapshot| {
                let mapping = starting_at(snapshot, *group)?;
                Some(
                    block(scene, snapshot.process, mapping, (width, tile, palette))
                        .0
                        .len(),
                )
            });
            blocks.max().unwrap_or(0)
        });
    let above: usize = 1 + heights.sum::<usize>();
    let count = states(of);
    let page = ((cursor.address.0 - start) / size.max(1)) as usize;
    if page >= count {
        return None;
    }
    let place = tile.place(page, count, width);
    let per_cell = tile.per_cell(count, width);
    Some(Spot {
        row: above + 2 + place.row,
        column: column * (width + GAP) + place.column,
        width: tile.width.saturating_sub(1).max(1),
        height: tile.height.saturating_sub(1).max(1),
        strides: Strides {
            row: (tile.across(count, width) * per_cell) as u64,
            cell: per_cell as u64,
        },
    })
}

/// Marks the page, and notes how its neighbours lie.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, spot: Spot) {
    canvas.seen.strides = Some(spot.strides);
    let seen = canvas.seen.panel(Panel::Pages);
    let offset = seen.map_or(0, |seen| usize::from(seen.offset));
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
