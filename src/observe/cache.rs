//! What the page cache holds of a file, by cachestat(2), since Linux 6.5.
//!
//! By descriptor, never by mapping the file: a mapping would be one more mapper of its pages. The kernel answers for
//! files that this user owns or may write.

use crate::mem::Reading;
use std::fs::File;
use std::os::fd::AsRawFd;

/// Pages of a file in the page cache; those still being read are counted too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cached {
    /// All of them.
    pub pages: u64,
    /// Changed, and not written back yet; always 0 where no disk stands behind the file.
    pub dirty: u64,
    /// Being written back now.
    pub writeback: u64,
}

/// `struct cachestat_range`; a length of 0 means: to the end.
#[repr(C)]
struct Extent {
    offset: u64,
    length: u64,
}

/// `struct cachestat`, in pages.
#[repr(C)]
#[derive(Default)]
struct CacheStat {
    cache: u64,
    dirty: u64,
    writeback: u64,
    evicted: u64,
    recently_evicted: u64,
}

/// The number of the system call: the same on every architecture.
const SYS_CACHESTAT: libc::c_long = 451;

/// What the page cache holds of a file.
pub fn cached(file: &File) -> Reading<Cached> {
    let extent = Extent {
        offset: 0,
        length: 0,
    };
    let mut stat = CacheStat::default();
    // SAFETY: both structures have the layout of linux/mman.h and outlive the call, which writes `stat` only.
    let result = unsafe {
        libc::syscall(
            SYS_CACHESTAT,
            file.as_raw_fd(),
            &raw const extent,
            &raw mut stat,
            0,
        )
    };
    if result == 0 {
        return Reading::Known(Cached {
            pages: stat.cache,
            dirty: stat.dirty,
            writeback: stat.writeback,
        });
    }
    let error = std::io::Error::last_os_error();
    Reading::unknown(match error.raw_os_error() {
        Some(libc::ENOSYS) => {
            "this kernel has no cachestat(2), which came with Linux 6.5".to_owned()
        }
        Some(libc::EPERM) => "cachestat(2) is refused here".to_owned(),
        Some(libc::EOPNOTSUPP) => "cachestat(2) does not know this kind of file".to_owned(),
        _ => format!("cachestat(2) failed: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn what_was_just_written_is_cached() {
        let mut file = tempfile::tempfile().unwrap();
        let pages = 5;
        file.write_all(&vec![
            7;
            pages * crate::observe::page_size().bytes() as usize
        ])
        .unwrap();
        match cached(&file) {
            Reading::Known(cached) => assert_eq!(cached.pages, pages as u64),
            Reading::Unknown(why) => eprintln!("not tested here: {why}"),
        }
    }
}
