//! Where the pages of a mapping lie among the lines of the grids: for the cursor and for the mouse.

use crate::app::explorer::cursor::Cursor;
use crate::app::panel::SeenPages;
use crate::app::scene::page_bytes;
use crate::mem::{Addr, Process};
use crate::observe::Mapping;
use crate::view::tile::Tile;
use ratatui::layout::Rect;

/// The pages of a mapping in one column of the grids.
#[derive(Clone, Copy, Debug)]
pub(super) struct Laid {
    process: Process,
    start: Addr,
    /// Bytes of a page.
    page: u64,
    /// How many pages are drawn.
    count: usize,
    pub(super) tile: Tile,
    /// Columns of the panel's text that the process has.
    width: usize,
    /// Row and column of the first line of tiles.
    place: (usize, usize),
}

impl Laid {
    /// `None` where no page of it is drawn.
    pub(super) fn of(
        process: Process,
        mapping: &Mapping,
        (tile, width): (Tile, usize),
        place: (usize, usize),
    ) -> Option<Self> {
        let count = super::states(mapping);
        let page = page_bytes(mapping).filter(|_| count > 0)?;
        Some(Self {
            process,
            start: mapping.vma.range.start,
            page,
            count,
            tile,
            width,
            place,
        })
    }

    /// The number of the cursor's page, where it is one of these.
    pub(super) fn page_of(&self, cursor: Cursor) -> Option<usize> {
        let distance = cursor.address.0.checked_sub(self.start.0)?;
        let page = usize::try_from(distance / self.page.max(1)).ok()?;
        (cursor.process == self.process && page < self.count).then_some(page)
    }

    /// Row and column of the cell of a page.
    pub(super) fn cell(&self, page: usize) -> (usize, usize) {
        let within = self.tile.place(page, self.count, self.width);
        (self.place.0 + within.row, self.place.1 + within.column)
    }

    /// Cells of a row, and pages of a cell.
    pub(super) fn shape(&self) -> (usize, usize) {
        let across = self.tile.across(self.count, self.width);
        (across, self.tile.per_cell(self.count, self.width))
    }

    /// The same on the screen, in a panel whose text begins `offset` rows above.
    pub(super) fn seen(&self, area: Rect, offset: usize) -> SeenPages {
        let (row, column) = self.cell(0);
        let (across, per_cell) = self.shape();
        SeenPages {
            process: self.process,
            start: self.start,
            page: self.page,
            count: self.count as u64,
            per_cell: per_cell as u64,
            across: across as u16,
            cell: (self.tile.width as u16, self.tile.height as u16),
            origin: (
                area.x + column as u16,
                i32::from(area.y) + row as i32 - offset as i32,
            ),
            clip: area,
        }
    }
}
