//! What the page cache holds of a file, by cachestat(2), since Linux 6.5.
//!
//! By descriptor, never by mapping the file: a mapping would be one more mapper of its pages. The kernel answers for
//! files that this user owns or may write.

use crate::mem::error_text;
use crate::mem::{PageSize, Reading};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::os::fd::AsRawFd;

/// Pages of a file in the page cache; those still being read are counted too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// What the page cache has for one page of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CacheState {
    /// Nothing: the next touch has to bring it in.
    NotCached,
    /// The page, as the disk has it, or still being read.
    Cached,
    /// The page, changed and not written back yet.
    Dirty,
    /// The page, being written back now.
    Writeback,
}

impl CacheState {
    /// Every state, for a legend.
    pub const ALL: [Self; 4] = [Self::NotCached, Self::Cached, Self::Dirty, Self::Writeback];

    /// In words, for a legend: `dirty`.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotCached => "not cached",
            Self::Cached => "in the page cache",
            Self::Dirty => "dirty: not written back yet",
            Self::Writeback => "being written back",
        }
    }
}

/// What the page cache holds of a file.
pub fn cached(file: &File) -> Reading<Cached> {
    let all = Extent {
        offset: 0,
        length: 0,
    };
    ask(file, &all).map_or_else(|error| Reading::unknown(refusal(&error)), Reading::Known)
}

/// What the page cache has for each of `count` pages of a file, from page `first` on. Adds nothing to the cache.
///
/// One call says whether a range is all alike; only mixed ranges are divided, so a file that is all cached, or not at
/// all, costs one call however long it is. Pages may change between two calls: each answer is true of its instant.
pub fn states(
    file: &File,
    first: u64,
    count: u64,
    page_size: PageSize,
) -> Reading<Vec<CacheState>> {
    let mut states = Vec::new();
    // Ranges still to be asked for, the next one last.
    let mut open = vec![(first, count)];
    while let Some((first, count)) = open.pop() {
        // A length of 0 would mean the whole file.
        if count == 0 {
            continue;
        }
        let extent = Extent {
            offset: first.saturating_mul(page_size.bytes()),
            length: count.saturating_mul(page_size.bytes()),
        };
        let cached = match ask(file, &extent) {
            Ok(cached) => cached,
            Err(error) => return Reading::unknown(refusal(&error)),
        };
        if let Some(state) = alike(cached, count) {
            states.resize(states.len() + count as usize, state);
        } else {
            let half = count / 2;
            open.push((first + half, count - half));
            open.push((first, half));
        }
    }
    Reading::Known(states)
}

/// The state that all of `count` pages have; `None` where they differ.
fn alike(cached: Cached, count: u64) -> Option<CacheState> {
    match cached {
        Cached { pages: 0, .. } => Some(CacheState::NotCached),
        // A page written to again while it is being written back is dirty, whatever else it is.
        Cached { dirty, .. } if dirty == count => Some(CacheState::Dirty),
        Cached {
            dirty: 0,
            writeback,
            ..
        } if writeback == count => Some(CacheState::Writeback),
        Cached {
            pages,
            dirty: 0,
            writeback: 0,
        } if pages == count => Some(CacheState::Cached),
        // One page is never mixed: what the counts disagree about changed while they were made.
        _ if count == 1 => Some(CacheState::Cached),
        _ => None,
    }
}

/// Asks the kernel about a range of a file.
fn ask(file: &File, extent: &Extent) -> std::io::Result<Cached> {
    let mut stat = CacheStat::default();
    // SAFETY: both structures have the layout of linux/mman.h and outlive the call, which writes `stat` only.
    let result = unsafe {
        libc::syscall(
            SYS_CACHESTAT,
            file.as_raw_fd(),
            std::ptr::from_ref(extent),
            &raw mut stat,
            0,
        )
    };
    if result != 0 {
        return Err(std::io::Error::last_os_error());
    }
    Ok(Cached {
        pages: stat.cache,
        dirty: stat.dirty,
        writeback: stat.writeback,
    })
}

/// Why it cannot be read, as a clause.
fn refusal(error: &std::io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::ENOSYS) => {
            "this kernel has no cachestat(2), which came with Linux 6.5".to_owned()
        }
        Some(libc::EPERM) => "cachestat(2) is refused here".to_owned(),
        Some(libc::EOPNOTSUPP) => "cachestat(2) does not know this kind of file".to_owned(),
        _ => format!("cachestat(2) failed: {}", error_text(error)),
    }
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

    #[test]
    fn a_range_is_alike_or_divided() {
        let of = |pages, dirty, writeback| Cached {
            pages,
            dirty,
            writeback,
        };
        let table = [
            (of(0, 0, 0), 8, Some(CacheState::NotCached)),
            (of(8, 0, 0), 8, Some(CacheState::Cached)),
            (of(8, 8, 0), 8, Some(CacheState::Dirty)),
            (of(8, 8, 8), 8, Some(CacheState::Dirty)),
            (of(8, 0, 8), 8, Some(CacheState::Writeback)),
            (of(7, 0, 0), 8, None),
            (of(8, 1, 0), 8, None),
            (of(8, 4, 4), 8, None),
            (of(1, 1, 1), 1, Some(CacheState::Dirty)),
            (of(1, 0, 2), 1, Some(CacheState::Cached)),
        ];
        for (cached, count, state) in table {
            assert_eq!(alike(cached, count), state, "{cached:?} of {count}");
        }
    }

    #[test]
    fn holes_are_not_cached_and_what_was_written_is() {
        let page_size = crate::observe::page_size();
        let mut file = tempfile::tempfile().unwrap();
        let written = 3;
        file.write_all(&vec![7; written * page_size.bytes() as usize])
            .unwrap();
        file.set_len(9 * page_size.bytes()).unwrap();
        match states(&file, 1, 6, page_size) {
            Reading::Known(states) => {
                let cached: Vec<bool> = states
                    .iter()
                    .map(|&state| state != CacheState::NotCached)
                    .collect();
                assert_eq!(cached, [true, true, false, false, false, false]);
                assert_eq!(self::states(&file, 0, 0, page_size), Reading::Known(vec![]));
            }
            Reading::Unknown(why) => eprintln!("not tested here: {why}"),
        }
    }
}
