//! The entries of pagemap of many VMAs, read with few calls: neighbours are read together.
//!
//! A statement may leave tens of thousands of VMAs of one page each, and one `pread(2)` for each of them would be most
//! of the work of a snapshot.

use super::{Opened, in_kernel, is_gone};
use crate::mem::error_text;
use crate::mem::{PageSize, Reading, Vma};
use crate::observe::{ObserveError, Pages};
use std::collections::VecDeque;
use std::io;
use std::ops::Range;

/// The most pages read at once beside those of one VMA: 512 KiB of entries.
const MOST: u64 = 1 << 16;

/// What is read of pagemap next, and what was read last.
pub(super) struct Window {
    page_size: PageSize,
    frames: bool,
    /// Page numbers that are read together, in address order.
    runs: VecDeque<Range<u64>>,
    /// Page number of the first entry.
    first: u64,
    entries: Vec<u64>,
}

impl Window {
    /// Of these VMAs, so many pages each.
    pub(super) fn new(vmas: &[Vma], shares: &[u64], page_size: PageSize, frames: bool) -> Self {
        let pages = vmas.iter().zip(shares);
        let pages = pages.map(|(vma, &share)| wanted(vma, share, page_size));
        Self {
            page_size,
            frames,
            runs: runs(pages),
            first: 0,
            entries: Vec::new(),
        }
    }

    /// The first `share` pages of a VMA. To be asked in address order.
    pub(super) fn pages(
        &mut self,
        opened: &Opened,
        vma: &Vma,
        share: u64,
    ) -> Result<Reading<Pages>, ObserveError> {
        if in_kernel(vma) {
            return Ok(Reading::unknown(
                "it lies in the kernel's half of the addresses",
            ));
        }
        let pagemap = match &opened.pagemap {
            Reading::Unknown(why) => return Ok(Reading::unknown(why.clone())),
            Reading::Known(pagemap) => pagemap,
        };
        let (size, frames) = (self.page_size, self.frames);
        let read = |first, count| pagemap.entries(first, count);
        match self.entries(wanted(vma, share, size), read) {
            Ok(bits) => Ok(Reading::Known(pagemap.pages(vma, size, bits, frames))),
            Err(error) if is_gone(&error) => Err(ObserveError::Gone(opened.pid)),
            Err(error) => Ok(Reading::unknown(format!(
                "pagemap could not be read: {}",
                error_text(&error)
            ))),
        }
    }

    /// The entries of some pages, fewer where the kernel ends; read with those of their neighbours unless they were.
    fn entries(
        &mut self,
        wanted: Range<u64>,
        read: impl FnOnce(u64, u64) -> io::Result<Vec<u64>>,
    ) -> io::Result<&[u64]> {
        while self.runs.front().is_some_and(|run| run.end <= wanted.start) {
            self.runs.pop_front();
        }
        let known = self.first..self.first + self.entries.len() as u64;
        let is_known = known.start <= wanted.start && wanted.end <= known.end;
        if !wanted.is_empty() && !is_known {
            let holds = |run: &&Range<u64>| run.start <= wanted.start && wanted.end <= run.end;
            let run = self.runs.front().filter(holds).unwrap_or(&wanted).clone();
            self.entries.clear();
            self.entries = read(run.start, run.end - run.start)?;
            self.first = run.start;
        }
        let index = |page: u64| {
            let index = page.saturating_sub(self.first) as usize;
            index.min(self.entries.len())
        };
        Ok(&self.entries[index(wanted.start)..index(wanted.end)])
    }
}

/// Numbers of the first `share` pages of a VMA.
fn wanted(vma: &Vma, share: u64, page_size: PageSize) -> Range<u64> {
    let first = page_size.number(vma.range.start);
    first..first + share.min(page_size.pages(vma.range.length()))
}

/// Pages that follow one another, as long as they are not too many; a VMA is never taken apart.
fn runs(pages: impl Iterator<Item = Range<u64>>) -> VecDeque<Range<u64>> {
    let mut runs: VecDeque<Range<u64>> = VecDeque::new();
    for pages in pages.filter(|pages| !pages.is_empty()) {
        match runs.back_mut() {
            Some(run) if run.end == pages.start && pages.end - run.start <= MOST => {
                run.end = pages.end;
            }
            _ => runs.push_back(pages),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entries of each of these VMAs, given as page numbers, and what was read for them; the entry of a page is
    /// its number.
    fn read(pages: &[Range<u64>]) -> (Vec<Vec<u64>>, Vec<(u64, u64)>) {
        let mut window = Window {
            page_size: PageSize::new(4096).unwrap(),
            frames: false,
            runs: runs(pages.iter().cloned()),
            first: 0,
            entries: Vec::new(),
        };
        let mut reads = Vec::new();
        let each = pages.iter().map(|pages| {
            let read = |first, count| {
                reads.push((first, count));
                Ok((first..first + count).collect())
            };
            window.entries(pages.clone(), read).unwrap().to_vec()
        });
        (each.collect(), reads)
    }

    #[test]
    fn neighbours_are_read_together() {
        let (entries, reads) = read(&[16..18, 18..19, 19..20, 30..30, 40..41]);
        let expected = [vec![16, 17], vec![18], vec![19], vec![], vec![40]];
        assert_eq!(entries, expected);
        assert_eq!(reads, [(16, 4), (40, 1)]);
    }

    #[test]
    fn many_vmas_of_one_page_cost_one_call() {
        let pages: Vec<_> = (100..65_100).map(|page| page..page + 1).collect();
        let (entries, reads) = read(&pages);
        assert!(
            entries
                .iter()
                .zip(100..)
                .all(|(entries, page)| *entries == [page])
        );
        assert_eq!(reads.len(), 1);
    }

    #[test]
    fn a_long_one_is_read_whole_and_alone() {
        let (_, reads) = read(&[0..MOST + 1, MOST + 1..MOST + 3]);
        assert_eq!(reads, [(0, MOST + 1), (MOST + 1, 2)]);
    }

    #[test]
    fn where_the_kernel_ends_there_are_fewer() {
        let mut window = Window {
            page_size: PageSize::new(4096).unwrap(),
            frames: false,
            runs: runs(std::iter::once(8..12)),
            first: 0,
            entries: Vec::new(),
        };
        let short = |first, _| Ok((first..first + 2).collect());
        assert_eq!(window.entries(8..12, short).unwrap(), [8, 9]);
    }
}
