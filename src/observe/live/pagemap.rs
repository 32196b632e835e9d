//! `/proc/<pid>/pagemap`: 64 bits a page. Read `Documentation/admin-guide/mm/pagemap.rst`.
//!
//! One `pread` a VMA, up to a number of pages; where the bits leave it open, `PAGEMAP_SCAN` is asked as well.

use super::super::snapshot::Pages;
use super::super::state;
use super::scan;
use crate::mem::error_text;
use crate::mem::{PageSize, PageState, Range, Reading, Vma};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Bytes of one entry.
const ENTRY: usize = size_of::<u64>();

/// The most pages beyond the budget that are read one by one.
const FAR_MOST: usize = 1 << 14;

/// The pagemap of one process, open.
#[derive(Debug)]
pub struct Pagemap {
    file: File,
}

impl Pagemap {
    /// Of an open `/proc/<pid>/pagemap`.
    pub fn new(file: File) -> Self {
        Self { file }
    }

    /// The pages of `vma` whose entries are `bits`, first page first; frame numbers too where `frames` says that they
    /// can be read.
    pub fn pages(&self, vma: &Vma, page_size: PageSize, bits: &[u64], frames: bool) -> Pages {
        let total = page_size.pages(vma.range.length());
        let zeros = self.zeros(vma, bits, page_size);
        let far = self.far(vma, page_size, bits.len() as u64, total);
        let states: Vec<PageState> = bits
            .iter()
            .enumerate()
            .map(|(index, &bits)| {
                let addr = vma.range.start.0 + index as u64 * page_size.bytes();
                let zero = zeros
                    .as_ref()
                    .map(|zeros| scan::contains(zeros, crate::mem::Addr(addr)));
                state::state(vma, bits, zero)
            })
            .collect();
        let frames = if frames {
            Reading::Known(bits.iter().map(|&bits| frame(bits)).collect())
        } else {
            Reading::unknown("frame numbers need CAP_SYS_ADMIN in the first user namespace")
        };
        Pages {
            cut: total - states.len() as u64,
            states,
            far,
            frames,
        }
    }

    /// The pages from `first` on that have an entry. A mapping may be far too long to look at each of its pages; how
    /// many it has loaded is another question.
    fn far(
        &self,
        vma: &Vma,
        page_size: PageSize,
        first: u64,
        total: u64,
    ) -> Reading<BTreeMap<u64, PageState>> {
        if first >= total {
            return Reading::Known(BTreeMap::new());
        }
        let start = crate::mem::Addr(vma.range.start.0 + first * page_size.bytes());
        match self.sparse(vma, page_size, Range::new(start, vma.range.end)) {
            Ok(far) => Reading::Known(far),
            Err(error) => Reading::unknown(format!(
                "too long to be read page by page, and the kernel does not name the pages: {}",
                error_text(&error)
            )),
        }
    }

    fn sparse(
        &self,
        vma: &Vma,
        page_size: PageSize,
        range: Range,
    ) -> io::Result<BTreeMap<u64, PageState>> {
        let mut far = BTreeMap::new();
        let places = scan::entries(&self.file, range, FAR_MOST)?;
        let zeros = scan::zero_pages(&self.file, range)?;
        for place in places {
            let first = page_size.number(place.start);
            let count = page_size.pages(place.length());
            if far.len() as u64 + count > FAR_MOST as u64 {
                return Err(io::Error::from(io::ErrorKind::FileTooLarge));
            }
            for (number, bits) in (first..).zip(self.entries(first, count)?) {
                let addr = crate::mem::Addr(number * page_size.bytes());
                let zero = Some(scan::contains(&zeros, addr));
                let index = number - page_size.number(vma.range.start);
                far.insert(index, state::state(vma, bits, zero));
            }
        }
        Ok(far)
    }

    /// `count` entries from page number `first`; fewer where the kernel ends.
    pub fn entries(&self, first: u64, count: u64) -> io::Result<Vec<u64>> {
        let mut entries = vec![0u64; count as usize];
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut entries);
        let mut done = 0;
        while done < bytes.len() {
            let at = first * ENTRY as u64 + done as u64;
            match self.file.read_at(&mut bytes[done..], at) {
                // No memory any more: the process has ended.
                Ok(0) if done == 0 => return Err(io::Error::from_raw_os_error(libc::ESRCH)),
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        entries.truncate(done / ENTRY);
        Ok(entries)
    }

    /// Where the zero page is mapped; `None` where this kernel does not say. Asks only if some page needs it.
    fn zeros(&self, vma: &Vma, bits: &[u64], page_size: PageSize) -> Option<Vec<Range>> {
        let first = bits.iter().position(|&bits| state::is_ambiguous(bits))?;
        let last = bits.iter().rposition(|&bits| state::is_ambiguous(bits))?;
        let address =
            |index: usize| crate::mem::Addr(vma.range.start.0 + index as u64 * page_size.bytes());
        scan::zero_pages(&self.file, Range::new(address(first), address(last + 1))).ok()
    }
}

fn frame(bits: u64) -> u64 {
    if bits & state::PRESENT == 0 {
        0
    } else {
        bits & state::FRAME
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_of_a_present_page_only() {
        assert_eq!(frame(state::PRESENT | state::EXCLUSIVE | 0x1a2b3), 0x1a2b3);
        assert_eq!(frame(state::SWAPPED | 0x1a2b3), 0);
    }
}
