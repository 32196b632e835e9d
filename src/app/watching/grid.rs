//! The grid of pages: what of the address space it covers, how much a cell stands for, where its cursor is, and which
//! cells changed.

use super::pane::Frame;
use crate::app::scene::Freshness;
use crate::mem::{Addr, Range, Reading};
use crate::watch::Lens;
use crate::watch::sample::{Cells, Mixture};
use std::sync::Arc;
use std::time::Duration;

/// How much of the address space the grid covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The chosen VMA.
    #[default]
    Vma,
    /// What lies close around it: a line of the map.
    Around,
    /// From the first VMA to the last.
    All,
}

impl Scope {
    /// The next one, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Vma => Self::Around,
            Self::Around => Self::All,
            Self::All => Self::Vma,
        }
    }
}

/// Cells grow and shrink by this: two bits of an address.
const STEP: u64 = 4;
/// How long a changed cell stays bright when nothing follows.
const BRIGHT: Duration = Duration::from_millis(1500);

/// The grid.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// How much it covers.
    pub scope: Scope,
    /// What it covers; empty when nothing is chosen.
    whole: Range,
    /// Bytes of a cell; `None` when all of it is to fit.
    cell: Option<u64>,
    /// The address under the cursor.
    cursor: Addr,
    /// The first row on the screen.
    top: u64,
    /// What was read of it last.
    cells: Option<Reading<Arc<Cells>>>,
    /// For each of those cells whether it changed lately.
    fresh: Vec<Freshness>,
    bright_until: Option<Duration>,
}

impl Grid {
    /// Covers another range. The same one that grew, up or down, is looked at as before.
    pub fn cover(&mut self, whole: Range) -> bool {
        let was = std::mem::replace(&mut self.whole, whole);
        if was.intersection(whole).is_none() {
            self.fit();
            if !whole.contains(self.cursor) || self.scope == Scope::Vma {
                self.cursor = whole.start;
            }
        }
        if !whole.contains(self.cursor) {
            self.cursor = Addr(whole.end.0.saturating_sub(1).max(whole.start.0));
        }
        was != whole
    }

    /// All of it is to fit from now on.
    fn fit(&mut self) -> bool {
        self.top = 0;
        self.cell.take().is_some()
    }

    /// Covers more, or less again.
    pub fn rescope(&mut self) {
        self.scope = self.scope.next();
        self.fit();
    }

    /// What it covers.
    pub fn whole(&self) -> Range {
        self.whole
    }

    /// The address under the cursor.
    pub fn cursor(&self) -> Addr {
        self.cursor
    }

    /// Puts the cursor on an address.
    pub fn point(&mut self, addr: Addr) -> bool {
        let was = self.cursor;
        if self.whole.contains(addr) {
            self.cursor = addr;
        }
        was != self.cursor
    }

    /// The cells that a frame shows: the cursor's is always among them.
    pub fn lens(&self, frame: &Frame, page: u64) -> Option<Lens> {
        let (across, rows) = (u64::from(frame.across), u64::from(frame.rows));
        if self.whole.is_empty() || across * rows == 0 {
            return None;
        }
        let count = u32::try_from(across * rows).ok()?;
        let cell = self
            .cell
            .unwrap_or_else(|| Lens::fitting(self.whole, page, count));
        let mut lens = Lens {
            whole: self.whole,
            cell,
            first: 0,
            count,
        };
        let all = lens.cells().div_ceil(across);
        let row = lens.index(self.cursor) / across;
        let lowest = (row + 1).saturating_sub(rows);
        let top = self.top.clamp(lowest, row).min(all.saturating_sub(rows));
        lens.first = top * across;
        Some(lens)
    }

    /// Moves the cursor by so many cells of what a frame shows.
    pub fn walk(&mut self, by: i64, frame: &Frame, page: u64) -> bool {
        let Some(lens) = self.lens(frame, page) else {
            return false;
        };
        let across = u64::from(frame.across);
        self.top = lens.first / across.max(1);
        let last = lens.cells().saturating_sub(1);
        let here = lens.index(self.cursor);
        let there = here.saturating_add_signed(by).min(last);
        if there == here {
            return false;
        }
        self.cursor = lens.range(there).map_or(self.cursor, |cell| cell.start);
        true
    }

    /// Larger cells for a positive `by`, smaller ones for a negative; the cursor stays on its address.
    pub fn zoom(&mut self, by: i32, frame: &Frame, page: u64) -> bool {
        let Some(lens) = self.lens(frame, page) else {
            return false;
        };
        let most = Lens::fitting(self.whole, page, 2);
        let cell = match by {
            0 => return self.fit(),
            ..0 => (lens.cell / STEP).max(page),
            _ => lens.cell.saturating_mul(STEP).min(most),
        };
        if cell == lens.cell {
            return false;
        }
        // The cursor's row stays where it was on the screen.
        let across = u64::from(frame.across).max(1);
        let above = (lens.index(self.cursor) / across).saturating_sub(lens.first / across);
        self.cell = Some(cell);
        let after = Lens { cell, ..lens };
        self.top = (after.index(self.cursor) / across).saturating_sub(above);
        true
    }

    /// Takes in cells that were read; whether a drawing of them changed.
    pub fn take_in(&mut self, at: Duration, cells: Option<&Reading<Arc<Cells>>>) -> bool {
        let mut changed = self.fade(at);
        if let Some(cells) = cells
            && self.cells.as_ref() != Some(cells)
        {
            self.mark(at, cells);
            self.cells = Some(cells.clone());
            changed = true;
        }
        changed
    }

    fn fade(&mut self, at: Duration) -> bool {
        let is_over = self.bright_until.is_some_and(|until| until < at);
        if is_over {
            self.bright_until = None;
            self.fresh.fill(Freshness::Old);
        }
        is_over
    }

    /// Finds the cells that are not as they were. A cell seen for the first time has not changed.
    fn mark(&mut self, at: Duration, cells: &Reading<Arc<Cells>>) {
        let Some(now) = cells.known() else {
            self.fresh.clear();
            return;
        };
        let fresh = (now.lens.first..).zip(&now.list).map(|(index, mixture)| {
            let was = self.cell_of(&now.lens, index);
            match was {
                Some((was, _)) if was.read && mixture.read && was != mixture => Freshness::Now,
                Some((_, Freshness::Now)) => Freshness::Line,
                _ => Freshness::Old,
            }
        });
        let fresh: Vec<Freshness> = fresh.collect();
        if fresh.contains(&Freshness::Now) {
            self.bright_until = Some(at + BRIGHT);
        }
        self.fresh = fresh;
    }

    /// What is known of a cell of a lens, and whether it changed lately; `None` while it was not read.
    pub fn cell_of(&self, lens: &Lens, index: u64) -> Option<(&Mixture, Freshness)> {
        let held = self.cells.as_ref()?.known()?;
        let at = held.lens.same_cell(lens, index)?;
        let at = at.checked_sub(held.lens.first)? as usize;
        let fresh = self.fresh.get(at).copied().unwrap_or_default();
        Some((held.list.get(at)?, fresh))
    }

    /// Why nothing of it can be read.
    pub fn why(&self) -> Option<&str> {
        self.cells.as_ref()?.reason()
    }

    /// How much of a lens was read so far, in parts of 1000.
    pub fn progress(&self, lens: &Lens) -> u32 {
        let held = self.cells.as_ref().and_then(Reading::known);
        held.filter(|held| held.lens.has_cells_of(lens))
            .map_or(0, |held| held.progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Freshness::{Line, Now, Old};

    const PAGE: u64 = 4096;
    const GIB: u64 = 1 << 30;

    fn frame() -> Frame {
        Frame {
            across: 16,
            rows: 8,
            ..Frame::default()
        }
    }

    fn grid(length: u64) -> Grid {
        let mut grid = Grid::default();
        grid.cover(Range::of(Addr(16 * GIB), length));
        grid
    }

    #[test]
    fn cells_go_from_a_page_to_a_gigabyte_and_the_cursor_stays() {
        let mut grid = grid(64 * GIB);
        let lens = grid.lens(&frame(), PAGE).unwrap();
        assert_eq!((lens.cell, lens.first, lens.count), (GIB / 2, 0, 128));
        grid.walk(100, &frame(), PAGE);
        let cursor = grid.cursor();
        let mut seen = vec![lens.cell];
        while grid.zoom(-1, &frame(), PAGE) {
            let lens = grid.lens(&frame(), PAGE).unwrap();
            assert_eq!(grid.cursor(), cursor);
            let index = lens.index(grid.cursor());
            assert!((lens.first..lens.first + u64::from(lens.count)).contains(&index));
            seen.push(lens.cell);
        }
        assert_eq!(seen.last(), Some(&PAGE));
        assert!(!grid.zoom(-1, &frame(), PAGE));
        while grid.zoom(1, &frame(), PAGE) {}
        assert_eq!(grid.lens(&frame(), PAGE).unwrap().cell, 64 * GIB);
        assert!(grid.zoom(0, &frame(), PAGE));
        assert_eq!(grid.lens(&frame(), PAGE).unwrap(), lens);
    }

    #[test]
    fn the_cursor_scrolls_the_grid_and_stops_at_its_ends() {
        let mut grid = grid(1000 * PAGE);
        grid.zoom(-1, &frame(), PAGE);
        grid.zoom(-1, &frame(), PAGE);
        for (by, first) in [
            (16 * 7, 0),
            (16, 16),
            (100_000, 63 * 16 - 8 * 16),
            (-100_000, 0),
        ] {
            grid.walk(by, &frame(), PAGE);
            assert_eq!(grid.lens(&frame(), PAGE).unwrap().first, first, "{by}");
        }
        assert!(!grid.walk(-1, &frame(), PAGE));
        assert!(Grid::default().lens(&frame(), PAGE).is_none());
        assert!(grid.lens(&Frame::default(), PAGE).is_none());
    }

    fn cells(lens: Lens, private: &[u64]) -> Reading<Arc<Cells>> {
        let list = private.iter().map(|private| Mixture {
            mapped: 1,
            private: *private,
            read: true,
            ..Mixture::default()
        });
        Reading::Known(Arc::new(Cells {
            lens,
            list: list.collect(),
            progress: 1000,
            huge: true,
        }))
    }

    #[test]
    fn a_cell_that_changed_is_bright_for_a_while() {
        let mut grid = grid(4 * PAGE);
        let lens = grid.lens(&frame(), PAGE).unwrap();
        let seconds = Duration::from_secs;
        let fresh = |grid: &Grid| -> Vec<Freshness> {
            (0..4)
                .map(|index| grid.cell_of(&lens, index).unwrap().1)
                .collect()
        };
        assert!(grid.cell_of(&lens, 0).is_none());
        assert!(grid.take_in(seconds(0), Some(&cells(lens, &[1, 0, 0, 0]))));
        assert_eq!(fresh(&grid), [Old; 4], "nothing is known of before");
        assert!(!grid.take_in(seconds(1), Some(&cells(lens, &[1, 0, 0, 0]))));
        assert!(grid.take_in(seconds(2), Some(&cells(lens, &[1, 1, 0, 0]))));
        assert_eq!(fresh(&grid), [Old, Now, Old, Old]);
        assert!(grid.take_in(seconds(3), Some(&cells(lens, &[1, 1, 1, 0]))));
        assert_eq!(fresh(&grid), [Old, Line, Now, Old]);
        assert!(!grid.take_in(seconds(4), None));
        assert!(grid.take_in(seconds(5), None));
        assert_eq!(fresh(&grid), [Old; 4]);
        assert_eq!(grid.progress(&lens), 1000);
        assert!(grid.take_in(seconds(6), Some(&Reading::unknown("no"))));
        assert_eq!(grid.why(), Some("no"));
    }
}
