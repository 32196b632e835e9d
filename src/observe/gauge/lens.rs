//! Addresses as cells of one size, from one cell a page up to one cell a GiB and more. Pure arithmetic: what is in the
//! cells is counted by `cells`.

use crate::mem::{Addr, Range};

/// A part of the address space drawn as cells of one size: one cell a page up to one cell a GiB and more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lens {
    /// What can be drawn at all: a VMA, or the whole address space in use. Its start is the start of the first cell.
    pub whole: Range,
    /// Bytes of a cell: the page size times a power of two.
    pub cell: u64,
    /// Index of the first cell that is drawn.
    pub first: u64,
    /// How many cells are drawn.
    pub count: u32,
}

impl Lens {
    /// Bytes of a cell when `whole` is to fit into `cells`, or one page where it fits so.
    pub fn fitting(whole: Range, page: u64, cells: u32) -> u64 {
        let mut cell = page.max(1);
        while whole.length().div_ceil(cell) > u64::from(cells.max(1)) {
            cell *= 2;
        }
        cell
    }

    /// How many cells `whole` has, drawn or not.
    pub fn cells(&self) -> u64 {
        self.whole.length().div_ceil(self.cell.max(1))
    }

    /// The addresses of a cell, cut at the end of `whole`; `None` behind it.
    pub fn range(&self, index: u64) -> Option<Range> {
        let start = self
            .whole
            .start
            .0
            .checked_add(index.checked_mul(self.cell)?)?;
        let end = start.saturating_add(self.cell).min(self.whole.end.0);
        (start < end).then(|| Range::new(Addr(start), Addr(end)))
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
            (0, 65536, 1),
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
}
