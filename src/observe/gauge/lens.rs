//! Addresses as cells of one size, from one cell a page up to one cell a GiB and more. Pure arithmetic: what is in the
//! cells is counted by `cells`.

use crate::mem::{Addr, Range};

/// A part of the address space drawn as cells of one size: one cell a page up to one cell a GiB and more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lens {
    /// What can be drawn at all: a VMA, or the whole address space in use. The first and the last cell are cut at its ends.
    pub whole: Range,
    /// Bytes of a cell: the page size times a power of two. Cells begin at multiples of it, so that they stay what they are
    /// while `whole` grows, up or down.
    pub cell: u64,
    /// Index of the first cell that is drawn.
    pub first: u64,
    /// How many cells are drawn.
    pub count: u32,
}

impl Lens {
    /// Bytes of a cell when `whole` is to fit into `cells`, two at least, or one page where it fits so.
    pub fn fitting(whole: Range, page: u64, cells: u32) -> u64 {
        let mut lens = Self {
            whole,
            cell: page.max(1),
            first: 0,
            count: 0,
        };
        // However long a cell is, there may be a boundary between two in the midst of `whole`.
        while lens.cells() > u64::from(cells.max(2)) {
            lens.cell *= 2;
        }
        lens.cell
    }

    /// Where the first cell would begin if it were not cut.
    fn base(&self) -> u64 {
        self.whole.start.0 - self.whole.start.0 % self.cell.max(1)
    }

    /// How many cells `whole` has, drawn or not.
    pub fn cells(&self) -> u64 {
        (self.whole.end.0.saturating_sub(self.base())).div_ceil(self.cell.max(1))
    }

    /// The cell that an address lies in; the first for those before `whole`.
    pub fn index(&self, addr: Addr) -> u64 {
        addr.0.saturating_sub(self.base()) / self.cell.max(1)
    }

    /// The addresses of a cell, cut at the ends of `whole`; `None` behind it.
    pub fn range(&self, index: u64) -> Option<Range> {
        let start = self.base().checked_add(index.checked_mul(self.cell)?)?;
        let end = start.saturating_add(self.cell).min(self.whole.end.0);
        let start = start.max(self.whole.start.0);
        (start < end).then(|| Range::new(Addr(start), Addr(end)))
    }

    /// The index here of a cell of another lens that has the same cells, cut perhaps elsewhere.
    pub fn same_cell(&self, other: &Self, index: u64) -> Option<u64> {
        let cell = other.range(index).filter(|_| self.has_cells_of(other))?;
        let here = self.index(cell.start);
        self.range(here)?.intersection(cell).map(|_| here)
    }

    /// Whether the cells of another lens that has some of the same addresses are the same ones.
    pub fn has_cells_of(&self, other: &Self) -> bool {
        self.cell == other.cell && self.whole.intersection(other.whole).is_some()
    }

    /// All addresses that are drawn; `None` when nothing is.
    pub fn drawn(&self) -> Option<Range> {
        let first = self.range(self.first)?;
        let last = self
            .first
            .checked_add(u64::from(self.count))?
            .min(self.cells())
            .checked_sub(1)?;
        Some(Range::new(first.start, self.range(last)?.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_cover_the_whole_and_no_more() {
        let whole = Range::of(Addr(0x10000), 10 * 4096);
        let table = [
            (100, 4096, 10),
            (10, 4096, 10),
            (9, 8192, 5),
            (3, 16384, 3),
            (0, 32768, 2),
        ];
        for (cells, cell, count) in table {
            let found = Lens::fitting(whole, 4096, cells);
            let lens = Lens {
                whole,
                cell: found,
                first: 0,
                count: 1000,
            };
            assert_eq!((found, lens.cells()), (cell, count), "{cells}");
            assert_eq!(lens.drawn(), Some(whole));
            assert_eq!(lens.range(count), None);
        }
        let lens = Lens {
            whole,
            cell: 4096,
            first: 3,
            count: 2,
        };
        assert_eq!(lens.drawn(), Some(Range::of(Addr(0x13000), 0x2000)));
        assert_eq!(Lens { first: 10, ..lens }.drawn(), None);
    }

    #[test]
    fn cells_stay_what_they_are_while_the_whole_grows() {
        let of = |start: u64, end: u64| Lens {
            whole: Range::new(Addr(start * 4096), Addr(end * 4096)),
            cell: 4 * 4096,
            first: 0,
            count: 1000,
        };
        let pages = |lens: &Lens, index| {
            let range = lens.range(index).unwrap();
            (range.start.0 / 4096, range.end.0 / 4096)
        };
        let small = of(18, 26);
        assert_eq!(small.cells(), 3);
        assert_eq!(
            [0, 1, 2].map(|index| pages(&small, index)),
            [(18, 20), (20, 24), (24, 26)]
        );
        let large = of(9, 40);
        assert_eq!((pages(&large, 0), large.cells()), ((9, 12), 8));
        // The same cells, whichever is asked.
        assert_eq!(
            [0, 1, 2].map(|index| large.same_cell(&small, index)),
            [2, 3, 4].map(Some)
        );
        let back: Vec<_> = (0..8).map(|index| small.same_cell(&large, index)).collect();
        let expected = [None, None, Some(0), Some(1), Some(2), None, None, None];
        assert_eq!(back, expected);
        // A boundary in the midst of it: no cell is long enough for all.
        let across = Range::new(Addr(0x3fff_f000), Addr(0x4000_1000));
        assert_eq!(Lens::fitting(across, 4096, 1), 4096);
        let finer = Lens {
            cell: 4096,
            ..large
        };
        assert!(!finer.has_cells_of(&large) && !of(40, 50).has_cells_of(&large));
    }
}
