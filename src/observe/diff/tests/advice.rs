//! What the kernel was told about memory, where smaps shows it and where nothing does.

use super::*;
use crate::mem::{Field, Usage};

/// A mapping with the letters of `VmFlags`, and with that many pages in `Rss` and in `LazyFree`.
fn noted(letters: &str, flags: &str, lazy_pages: u64) -> Mapping {
    let present = letters.chars().filter(|letter| *letter == 'p').count() as u64;
    Mapping {
        flags: flags.split(' ').map(str::to_owned).collect(),
        usage: Reading::Known(Usage::from_iter([
            (Field::Rss, present * PAGE),
            (Field::LazyFree, lazy_pages * PAGE),
        ])),
        ..anonymous(letters)
    }
}

/// The same with that many pages in `Private_Dirty`.
fn dirty(mut mapping: Mapping, pages: u64) -> Mapping {
    if let Reading::Known(usage) = &mut mapping.usage {
        usage.sizes.set(Field::PrivateDirty, pages * PAGE);
    }
    mapping
}

fn advise(advice: i32) -> Act {
    call("madvise", [P, 2 * PAGE, advice as u64, 0, 0, 0], 0, 0)
}

#[test]
fn what_smaps_shows_of_an_advice_is_told() {
    let table: [(Mapping, Mapping, i32, &[&str]); 9] = [
        (
            noted("--", "rd wr", 0),
            noted("--", "rd wr rr", 0),
            libc::MADV_RANDOM,
            &[
                "the mapping at 0x1000000000: to be read at random (MADV_RANDOM); VmFlags of smaps has rr now",
            ],
        ),
        (
            noted("--", "rd wr rr", 0),
            noted("--", "rd wr", 0),
            libc::MADV_NORMAL,
            &[
                "the mapping at 0x1000000000: no longer to be read at random (MADV_RANDOM); VmFlags of smaps has rr no more",
            ],
        ),
        (
            noted("pp", "rd wr", 0),
            noted("pp", "rd wr", 2),
            libc::MADV_FREE,
            &[
                "the kernel may take 8 KiB back when it needs memory; until then the pages stay as they are (LazyFree of smaps, was 0)",
            ],
        ),
        (
            noted("pp", "rd wr", 2),
            noted("pp", "rd wr", 1),
            -1,
            &["what was written again is kept: LazyFree of smaps is 4 KiB now (was 8 KiB)"],
        ),
        // The entries are clean at once; the kernel counts them as lazily free some time later, also those of before.
        (
            dirty(noted("pp", "rd wr", 0), 2),
            dirty(noted("pp", "rd wr", 0), 1),
            libc::MADV_FREE,
            &[
                "the kernel may take 4 KiB back when it needs memory; until then the pages stay as they are, clean (Private_Dirty of smaps has 4 KiB less; LazyFree, which the kernel counts some time later, is 0)",
            ],
        ),
        (
            dirty(noted("pp", "rd wr", 0), 2),
            dirty(noted("pp", "rd wr", 1), 0),
            libc::MADV_FREE,
            &[
                "the kernel may take 8 KiB back when it needs memory; until then the pages stay as they are, clean (Private_Dirty of smaps has 8 KiB less; LazyFree, which the kernel counts some time later, is 4 KiB)",
            ],
        ),
        (
            dirty(noted("pp", "rd wr", 1), 1),
            dirty(noted("pp", "rd wr", 1), 1),
            libc::MADV_FREE,
            &[
                "the kernel was told (MADV_FREE): the content of these pages is not needed; nothing in /proc shows it",
            ],
        ),
        // Pages that went took their mark along: nothing was written again.
        (
            noted("pp", "rd wr", 2),
            noted("--", "rd wr", 0),
            libc::MADV_DONTNEED,
            &["pages 0-1 were dropped by madvise(): the content is gone, the next touch faults"],
        ),
        (
            noted("pp", "rd wr", 0),
            noted("pp", "rd wr", 0),
            libc::MADV_COLD,
            &[
                "the kernel was told (MADV_COLD): these pages are not wanted soon, and may go first when memory is short; nothing in /proc shows it",
            ],
        ),
    ];
    for (before, after, advice, expected) in table {
        let acts = if advice < 0 {
            Vec::new()
        } else {
            vec![advise(advice)]
        };
        assert_eq!(
            told(&main(vec![before]), &main(vec![after]), acts),
            expected
        );
    }
}

#[test]
fn flags_that_were_not_read_are_not_gone() {
    let mut unread = noted("--", "", 0);
    unread.usage = Reading::unknown("test");
    let flagged = noted("--", "rd wr rr", 0);
    for (before, after) in [(flagged.clone(), unread.clone()), (unread, flagged)] {
        assert!(told(&main(vec![before]), &main(vec![after]), Vec::new()).is_empty());
    }
}

#[test]
fn a_hint_that_shows_nowhere_is_told_once_and_only_alone() {
    let same = main(vec![anonymous("pp")]);
    let hints = vec![advise(libc::MADV_COLD); 3];
    assert_eq!(told(&same, &same, hints).len(), 1);
    let failed = call("madvise", [P, PAGE, libc::MADV_COLD as u64, 0, 0, 0], -1, 0);
    assert!(told(&same, &same, vec![failed]).is_empty());
    let gone = told(
        &same,
        &main(vec![anonymous("p-")]),
        vec![advise(libc::MADV_COLD)],
    );
    assert_eq!(gone.len(), 1, "{gone:?}");
    let file = call(
        "posix_fadvise",
        [3, 0, 0, libc::POSIX_FADV_DONTNEED as u64, 0, 0],
        0,
        0,
    );
    assert!(
        told(&same, &same, vec![file])[0]
            .starts_with("the kernel was told (POSIX_FADV_DONTNEED): ")
    );
}
