//! Sentences of what the kernel was told about memory, and where it shows.

use crate::mem::flag_words;
use crate::observe::diff::Notice;

/// `the mapping at 0x1000000000: to be read at random (MADV_RANDOM); VmFlags of smaps has rr now`
pub(crate) fn notice(notice: &Notice) -> String {
    match notice {
        Notice::Flag {
            mapping,
            flag,
            is_set,
        } => format!(
            "the mapping at {}: {}{}; VmFlags of smaps has {flag} {}",
            mapping.start,
            if *is_set { "" } else { "no longer " },
            flag_words(flag).unwrap_or("see proc(5)"),
            if *is_set { "now" } else { "no more" }
        ),
        Notice::LazyFree { before, now, .. } if now > before => format!(
            "the kernel may take {now} back when it needs memory; until then the pages stay as they are (LazyFree of \
             smaps, was {before})"
        ),
        Notice::Cleaned { cleaned, lazy, .. } => format!(
            "the kernel may take {cleaned} back when it needs memory; until then the pages stay as they are, clean \
             (Private_Dirty of smaps has {cleaned} less; LazyFree, which the kernel counts some time later, is {lazy})"
        ),
        Notice::LazyFree { before, now, .. } => {
            format!("what was written again is kept: LazyFree of smaps is {now} now (was {before})")
        }
    }
}

/// A hint that nothing in `/proc` shows: what the kernel was told, and that this is all that can be said.
pub(crate) fn hint(function: &str, advice: u64) -> Option<String> {
    let (name, told) = match (function, i32::try_from(advice).ok()?) {
        ("madvise", libc::MADV_NORMAL) => ("MADV_NORMAL", "no special treatment is wanted"),
        ("madvise", libc::MADV_RANDOM) => ("MADV_RANDOM", "reads will be random"),
        ("madvise", libc::MADV_SEQUENTIAL) => ("MADV_SEQUENTIAL", "reads will be in order"),
        ("madvise", libc::MADV_WILLNEED) => ("MADV_WILLNEED", "these pages will be wanted soon"),
        ("madvise", libc::MADV_DONTNEED) => ("MADV_DONTNEED", "these pages may go; none was there"),
        ("madvise", libc::MADV_FREE) => ("MADV_FREE", "the content of these pages is not needed"),
        ("madvise", libc::MADV_COLD) => (
            "MADV_COLD",
            "these pages are not wanted soon, and may go first when memory is short",
        ),
        ("madvise", libc::MADV_PAGEOUT) => ("MADV_PAGEOUT", "these pages should go; none went"),
        ("posix_fadvise", libc::POSIX_FADV_NORMAL) => {
            ("POSIX_FADV_NORMAL", "no special treatment is wanted")
        }
        ("posix_fadvise", libc::POSIX_FADV_RANDOM) => (
            "POSIX_FADV_RANDOM",
            "reads of this open file will be random",
        ),
        ("posix_fadvise", libc::POSIX_FADV_SEQUENTIAL) => (
            "POSIX_FADV_SEQUENTIAL",
            "reads of this open file will be in order",
        ),
        ("posix_fadvise", libc::POSIX_FADV_WILLNEED) => {
            ("POSIX_FADV_WILLNEED", "the file will be wanted soon")
        }
        ("posix_fadvise", libc::POSIX_FADV_DONTNEED) => (
            "POSIX_FADV_DONTNEED",
            "pages of the file that are clean, and mapped by nobody, may leave the page cache",
        ),
        _ => return None,
    };
    // What the page cache has of a file is read through its mappings.
    let shown = match function {
        "madvise" => "nothing in /proc shows it",
        _ => "no mapping shows it",
    };
    Some(format!("the kernel was told ({name}): {told}; {shown}"))
}
