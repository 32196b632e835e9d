//! What is in the cells of a lens: how many pages of each kind. Counted while it is read; no page is kept.

use super::lens::Lens;
use super::vmas::Vmas;
use crate::mem::{Addr, PageSize, Range};

/// What the pages of one cell are: how many of each kind. The rest of the cell is mapped but not present, or not
/// mapped at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mixture {
    /// Pages that a VMA covers.
    pub mapped: u64,
    /// Anonymous pages of this process alone.
    pub private: u64,
    /// Anonymous pages that others have mapped too (since fork).
    pub shared: u64,
    /// The shared zero page.
    pub zero: u64,
    /// Pages of files and of shared memory.
    pub file: u64,
    /// Swapped out.
    pub swapped: u64,
    /// Guard pages.
    pub guard: u64,
    /// Present, of a kind that is not known: the overview asks only what is present.
    pub present: u64,
    /// Pages among the present ones that lie in huge pages mapped by a PMD.
    pub huge: u64,
    /// Whether the cell was read at all: an overview comes piece by piece.
    pub read: bool,
}

/// The cells of a lens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    /// The lens they were read for.
    pub lens: Lens,
    /// One a cell, from `lens.first` on.
    pub list: Vec<Mixture>,
    /// Whether it is known which pages lie in huge ones; where not, `huge` is 0 for want of asking.
    pub huge: bool,
    /// How much of it is read so far, in parts of 1000: an overview of scattered memory takes many ticks.
    pub progress: u32,
}

/// What a page is, as far as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anonymous, of this process alone.
    Private,
    /// Anonymous, others have it mapped too.
    Shared,
    /// The zero page.
    Zero,
    /// Of a file or of shared memory.
    File,
    /// Swapped out.
    Swapped,
    /// A guard page.
    Guard,
    /// Present, no more is known.
    Present,
}

/// What some pages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pages {
    /// Each of them.
    pub kind: Kind,
    /// Whether they are mapped by an entry for a huge page.
    pub huge: bool,
}

impl Mixture {
    fn count(&mut self, kind: Kind) -> &mut u64 {
        match kind {
            Kind::Private => &mut self.private,
            Kind::Shared => &mut self.shared,
            Kind::Zero => &mut self.zero,
            Kind::File => &mut self.file,
            Kind::Swapped => &mut self.swapped,
            Kind::Guard => &mut self.guard,
            Kind::Present => &mut self.present,
        }
    }
}

/// The cells of a lens while they are read, from the first address to the last and then again: each is shown as it was
/// read last.
#[derive(Debug)]
pub struct Drawing {
    lens: Lens,
    page: PageSize,
    list: Vec<Mixture>,
    /// The cell that is being read.
    current: Mixture,
    index: usize,
    /// Cells that were never read.
    unread: usize,
    /// The first page that is read in this pass.
    first: u64,
    /// The page with which it ends.
    end: u64,
    changed: bool,
}

impl Drawing {
    /// Of a lens; nothing is read yet.
    pub fn new(lens: Lens, page: PageSize) -> Self {
        let mut drawing = Self {
            lens,
            page,
            list: Vec::new(),
            current: Mixture::default(),
            index: 0,
            unread: 0,
            first: 0,
            end: 0,
            changed: true,
        };
        drawing.look_through(lens);
        drawing
    }

    /// Takes another lens. What is known of cells that both have is kept: a VMA that grows, and a grid that is scrolled, do
    /// not begin anew.
    pub fn look_through(&mut self, lens: Lens) {
        let before = std::mem::replace(&mut self.lens, lens);
        let known = std::mem::take(&mut self.list);
        let count = lens
            .cells()
            .saturating_sub(lens.first)
            .min(u64::from(lens.count));
        let cell = |index: u64| {
            let there = before.same_cell(&lens, index)?;
            let place = there.checked_sub(before.first)?;
            // One that is cut elsewhere now has other pages.
            let is_same = before.range(there) == lens.range(index);
            known.get(place as usize).copied().filter(|_| is_same)
        };
        let cells = (lens.first..lens.first + count).map(|index| cell(index).unwrap_or_default());
        self.list = cells.collect();
        self.unread = self.list.iter().filter(|cell| !cell.read).count();
        self.changed = true;
        self.begin();
    }

    /// What is drawn.
    pub fn lens(&self) -> &Lens {
        &self.lens
    }

    /// The cells.
    pub fn cells(&self) -> &[Mixture] {
        &self.list
    }

    /// Whether a cell has become another since this was asked last.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Notes which pages are mapped. What was read of a cell stays, and so does the place where reading is.
    pub fn cover(&mut self, vmas: &Vmas) {
        let Some(drawn) = self.lens.drawn() else {
            return;
        };
        for cell in &mut self.list {
            cell.mapped = 0;
        }
        let first = vmas.behind(drawn.start);
        for line in &vmas.lines()[first..] {
            let Some(part) = line.range.intersection(drawn) else {
                break;
            };
            self.cover_one(part);
        }
        self.changed = true;
        if let Some(cell) = self.list.get(self.index) {
            self.current.mapped = cell.mapped;
        }
    }

    /// Pages that a VMA covers, in all cells.
    pub fn mapped(&self) -> u64 {
        self.list.iter().map(|cell| cell.mapped).sum()
    }

    /// How many cells were read, in this pass or before.
    pub fn done(&self) -> usize {
        self.list.len() - self.unread
    }

    fn cover_one(&mut self, mut part: Range) {
        while !part.is_empty() {
            let index = self.lens.index(part.start);
            let Some(here) = self
                .lens
                .range(index)
                .and_then(|cell| cell.intersection(part))
            else {
                return;
            };
            if let Some(cell) = self.list.get_mut((index - self.lens.first) as usize) {
                cell.mapped += self.page.pages(here.length());
            }
            part.start = here.end;
        }
    }

    /// Begins again with the first cell.
    pub fn begin(&mut self) {
        self.begin_at(Addr(0));
    }

    /// Begins with the cell that an address lies in, or with the first, where it is not drawn; gives where that cell begins.
    pub fn begin_at(&mut self, addr: Addr) -> Addr {
        let place = self.lens.index(addr).checked_sub(self.lens.first);
        let place = place.filter(|place| *place < self.list.len() as u64);
        self.index = place.unwrap_or(0) as usize;
        let range = self.lens.range(self.lens.first + self.index as u64);
        let start = range.map_or(Addr(0), |range| range.start);
        self.first = self.page.number(start);
        self.enter();
        start
    }

    /// Counts pages of one kind: `count` of them from number `first` on. To be called in the order of addresses.
    pub fn add(&mut self, pages: Pages, first: u64, count: u64) {
        self.pass_to(first);
        let (mut at, last) = (first.max(self.first), first + count);
        while at < last && self.index < self.list.len() {
            let here = last.min(self.end) - at;
            *self.current.count(pages.kind) += here;
            self.current.huge += if pages.huge { here } else { 0 };
            at += here;
            if at == self.end {
                self.close();
            }
        }
    }

    /// Everything before page number `page` is read.
    pub fn pass_to(&mut self, page: u64) {
        while self.index < self.list.len() && self.end <= page {
            self.close();
        }
    }

    /// Whether all cells are read.
    pub fn is_complete(&self) -> bool {
        self.index == self.list.len()
    }

    fn close(&mut self) {
        if let Some(cell) = self.list.get_mut(self.index)
            && *cell != self.current
        {
            self.unread -= usize::from(!cell.read);
            *cell = self.current;
            self.changed = true;
        }
        self.index += 1;
        self.enter();
    }

    fn enter(&mut self) {
        if let Some(cell) = self.list.get(self.index) {
            self.current = Mixture {
                mapped: cell.mapped,
                read: true,
                ..Mixture::default()
            };
            let range = self.lens.range(self.lens.first + self.index as u64);
            self.end = range.map_or(u64::MAX, |range| self.page.pages(range.end.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Backing, Perms, Vma};

    const PAGE: u64 = 4096;

    fn lens(cell: u64, first: u64, count: u32) -> Lens {
        Lens {
            whole: Range::of(Addr(16 * PAGE), 10 * PAGE),
            cell: cell * PAGE,
            first,
            count,
        }
    }

    fn one(kind: Kind) -> Pages {
        Pages { kind, huge: false }
    }

    /// What is shown of each page number from 16 to 26, told in the same runs at every zoom.
    fn draw(lens: Lens) -> Vec<Mixture> {
        let page = PageSize::new(PAGE).unwrap();
        let mut drawing = Drawing::new(lens, page);
        let vma = |first: u64, count: u64| Vma {
            range: Range::of(Addr(first * PAGE), count * PAGE),
            perms: Perms::default(),
            offset: 0,
            device: (0, 0),
            inode: 0,
            backing: Backing::Anonymous,
        };
        drawing.cover(&[vma(10, 8), vma(19, 3), vma(24, 100)].into_iter().collect());
        assert!(drawing.cells().iter().all(|cell| !cell.read));
        drawing.add(one(Kind::Private), 16, 2);
        drawing.add(one(Kind::File), 19, 1);
        let huge = Pages {
            kind: Kind::Present,
            huge: true,
        };
        drawing.add(huge, 20, 2);
        drawing.add(one(Kind::Swapped), 25, 1);
        drawing.pass_to(26);
        assert!(drawing.is_complete() && drawing.take_changed());
        drawing.cells().to_vec()
    }

    #[test]
    fn cells_of_every_size_are_sums_of_their_pages() {
        let pages = draw(lens(1, 0, 10));
        let row = |number: usize| {
            let cell = pages[number - 16];
            let counts = [cell.private, cell.file, cell.present, cell.swapped];
            (cell.mapped, counts, cell.huge)
        };
        for number in 16..26 {
            let expected = match number {
                16 | 17 => (1, [1, 0, 0, 0], 0),
                19 => (1, [0, 1, 0, 0], 0),
                20 | 21 => (1, [0, 0, 1, 0], 1),
                25 => (1, [0, 0, 0, 1], 0),
                24 => (1, [0, 0, 0, 0], 0),
                _ => (0, [0, 0, 0, 0], 0),
            };
            assert_eq!(row(number), expected, "{number}");
        }
        for size in [2, 4, 8, 16] {
            for first in 0..10u64.div_ceil(size) {
                for count in 1..4 {
                    let cells = draw(lens(size, first, count));
                    for (index, cell) in (first..).zip(&cells) {
                        let part = pages
                            .iter()
                            .skip((index * size) as usize)
                            .take(size as usize);
                        let sum = part.fold((0, 0, 0, 0), |sum, page| {
                            (
                                sum.0 + page.mapped,
                                sum.1 + page.private + page.file,
                                sum.2 + page.present + page.huge,
                                sum.3 + page.swapped,
                            )
                        });
                        let found = (
                            cell.mapped,
                            cell.private + cell.file,
                            cell.present + cell.huge,
                            cell.swapped,
                        );
                        assert_eq!(found, sum, "cell {index} of {size}, from {first}");
                        assert!(cell.read);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_known_stays_known_while_the_whole_grows_or_is_scrolled() {
        let page = PageSize::new(PAGE).unwrap();
        let lens = |start: u64, end: u64, first: u64, count: u32| Lens {
            whole: Range::new(Addr(start * PAGE), Addr(end * PAGE)),
            cell: 4 * PAGE,
            first,
            count,
        };
        let read = |drawing: &Drawing| {
            let cells = drawing.cells().iter();
            cells
                .map(|cell| cell.read.then_some(cell.private))
                .collect::<Vec<_>>()
        };
        let mut drawing = Drawing::new(lens(16, 26, 0, 9), page);
        drawing.add(one(Kind::Private), 17, 7);
        drawing.pass_to(26);
        assert_eq!(
            (read(&drawing), drawing.done()),
            (vec![Some(3), Some(4), Some(0)], 3)
        );
        // Down by three pages and up by six: the last cell was cut, and has more pages now.
        drawing.look_through(lens(13, 32, 0, 9));
        assert_eq!(read(&drawing), [None, Some(3), Some(4), None, None]);
        assert_eq!(drawing.done(), 2);
        // Reading goes on in the cell where it was: of its pages none is counted twice, and none is left out.
        assert_eq!(drawing.begin_at(Addr(22 * PAGE)), Addr(20 * PAGE));
        drawing.add(one(Kind::Private), 20, 6);
        drawing.pass_to(32);
        assert_eq!(read(&drawing), [None, Some(3), Some(4), Some(2), Some(0)]);
        // Scrolled by a cell, and back.
        drawing.look_through(lens(13, 32, 2, 3));
        assert_eq!(read(&drawing), [Some(4), Some(2), Some(0)]);
        assert_eq!(
            drawing.begin_at(Addr(13 * PAGE)),
            Addr(20 * PAGE),
            "not drawn: the first"
        );
        drawing.look_through(lens(13, 32, 1, 3));
        assert_eq!(read(&drawing), [None, Some(4), Some(2)]);
        // Another size of cells is another drawing.
        drawing.look_through(Lens {
            cell: 8 * PAGE,
            ..lens(13, 32, 0, 9)
        });
        assert_eq!(drawing.done(), 0);
    }

    #[test]
    fn what_is_read_again_and_found_the_same_has_not_changed() {
        let page = PageSize::new(PAGE).unwrap();
        let mut drawing = Drawing::new(lens(4, 0, 3), page);
        for (kind, changed) in [
            (Kind::Zero, true),
            (Kind::Zero, false),
            (Kind::Shared, true),
        ] {
            drawing.begin();
            drawing.add(one(kind), 18, 3);
            drawing.pass_to(26);
            assert_eq!(drawing.take_changed(), changed, "{kind:?}");
        }
    }
}
