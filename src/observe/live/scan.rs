//! `PAGEMAP_SCAN`, an ioctl on `/proc/<pid>/pagemap` (Linux 6.7): which pages of a range are the zero page, and which
//! have an entry at all, without looking at the tables that are not there.
//!
//! Declared by hand after `include/uapi/linux/fs.h`, since neither libc nor the headers of older systems have it.
//! Never more than 512 ranges are asked for at once: with a longer vector the kernel's `walk_end` lags behind what it
//! returned, and continuing from it would return some ranges twice.

use crate::mem::{Addr, Range};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// A page-table entry points at a frame.
pub const PAGE_IS_PRESENT: u64 = 1 << 3;
/// The entry says where in swap the page is, or that it is a guard.
pub const PAGE_IS_SWAPPED: u64 = 1 << 4;
/// The frame is the zero page.
pub const PAGE_IS_PFNZERO: u64 = 1 << 5;
/// The page is mapped by an entry for a huge page.
pub const PAGE_IS_HUGE: u64 = 1 << 6;
/// The page is a guard. Since Linux 6.15; before, it is swapped.
pub const PAGE_IS_GUARD: u64 = 1 << 8;
/// The most ranges of one call.
pub const VECTOR: usize = 512;

/// `struct page_region`: neighbouring pages of the same categories.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageRegion {
    /// Address of the first page.
    pub start: u64,
    /// Address behind the last one.
    pub end: u64,
    /// Those asked for that they have.
    pub categories: u64,
}

/// `struct pm_scan_arg`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
struct ScanArgument {
    size: u64,
    flags: u64,
    start: u64,
    end: u64,
    walk_end: u64,
    vec: u64,
    vec_len: u64,
    max_pages: u64,
    category_inverted: u64,
    category_mask: u64,
    category_anyof_mask: u64,
    return_mask: u64,
}

/// Which pages are wanted, and what of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Categories that a page has to have all of.
    pub all: u64,
    /// Categories that it has to have one of.
    pub any: u64,
    /// Categories that are told besides.
    pub told: u64,
    /// The most pages that one call finds; 0 for as many as there are.
    pub most: u64,
}

/// The parts of `range` (whole pages) that are mapped to the zero page, in address order.
pub fn zero_pages(pagemap: &File, range: Range) -> io::Result<Vec<Range>> {
    let wanted = Wanted {
        all: PAGE_IS_PRESENT | PAGE_IS_PFNZERO,
        ..Wanted::default()
    };
    scan(pagemap, range, wanted, usize::MAX)
}

/// The parts of `range` (whole pages) that have page-table entries, in address order; an error where they are more
/// than `most`.
pub fn entries(pagemap: &File, range: Range, most: usize) -> io::Result<Vec<Range>> {
    let wanted = Wanted {
        any: PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
        ..Wanted::default()
    };
    scan(pagemap, range, wanted, most)
}

fn scan(pagemap: &File, range: Range, wanted: Wanted, most: usize) -> io::Result<Vec<Range>> {
    let mut found = Vec::new();
    let mut regions = [PageRegion::default(); VECTOR];
    let mut start = range.start;
    while start < range.end {
        let left = Range::new(start, range.end);
        let (count, walked) = call(pagemap, left, wanted, &mut regions)?;
        found.extend(
            regions[..count]
                .iter()
                .map(|region| Range::new(Addr(region.start), Addr(region.end))),
        );
        if found.len() > most {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        if walked <= start {
            break;
        }
        start = walked;
    }
    Ok(found)
}

/// One call: how many regions were found in `range` (whole pages), and the address up to which was looked.
pub fn call(
    pagemap: &File,
    range: Range,
    wanted: Wanted,
    regions: &mut [PageRegion; VECTOR],
) -> io::Result<(usize, Addr)> {
    let mut argument = ScanArgument {
        size: size_of::<ScanArgument>() as u64,
        start: range.start.0,
        end: range.end.0,
        vec: regions.as_mut_ptr() as u64,
        vec_len: VECTOR as u64,
        max_pages: wanted.most,
        category_mask: wanted.all,
        category_anyof_mask: wanted.any,
        return_mask: wanted.all | wanted.any | wanted.told,
        ..ScanArgument::default()
    };
    // SAFETY: the argument is the kernel's struct and points at `VECTOR` regions that live until the call ends.
    let count = unsafe {
        libc::ioctl(
            pagemap.as_raw_fd(),
            libc::_IOWR::<ScanArgument>(u32::from(b'f'), 16),
            &raw mut argument,
        )
    };
    let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
    Ok((count.min(VECTOR), Addr(argument.walk_end)))
}

/// Whether `addr` lies in one of `ranges`, which are in address order.
pub fn contains(ranges: &[Range], addr: Addr) -> bool {
    let after = ranges.partition_point(|range| range.end <= addr);
    ranges.get(after).is_some_and(|range| range.contains(addr))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ioctl_is_the_kernels() {
        assert_eq!(size_of::<ScanArgument>(), 96);
        assert_eq!(size_of::<PageRegion>(), 24);
        if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
            let number = libc::_IOWR::<ScanArgument>(u32::from(b'f'), 16);
            assert_eq!(u64::from(number as u32), 0xc060_6610);
        }
    }

    #[test]
    fn membership_is_half_open() {
        let ranges = [Range::of(Addr(10), 5), Range::of(Addr(20), 1)];
        let table = [
            (9, false),
            (10, true),
            (14, true),
            (15, false),
            (20, true),
            (21, false),
        ];
        for (addr, inside) in table {
            assert_eq!(contains(&ranges, Addr(addr)), inside, "{addr}");
        }
        assert!(!contains(&[], Addr(0)));
    }
}
