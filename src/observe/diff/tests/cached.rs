//! Pages of files in the page cache.

use super::*;

/// A mapping of a file, nothing of it present, with what the page cache has: `-` nothing, c cached, d dirty, w being
/// written back.
fn cached(letters: &str) -> Mapping {
    let cache = letters.chars().map(|letter| match letter {
        'c' => CacheState::Cached,
        'd' => CacheState::Dirty,
        'w' => CacheState::Writeback,
        _ => CacheState::NotCached,
    });
    Mapping {
        cache: Reading::Known(cache.collect()),
        ..mapping("rw-s", file(), &"-".repeat(letters.len()))
    }
}

#[test]
fn the_page_cache_is_told_file_by_file() {
    let table: &[(&str, &str, &[&str])] = &[
        ("cccc", "cccc", &[]),
        (
            "----",
            "-c--",
            &["page 1 of data.bin is in the page cache now"],
        ),
        (
            "----",
            "ccc-",
            &["pages 0-2 of data.bin are in the page cache now"],
        ),
        ("cccc", "ccdc", &["page 2 of data.bin is dirty"]),
        ("----", "dd--", &["pages 0-1 of data.bin are dirty"]),
        (
            "cddc",
            "cwwc",
            &["pages 1-2 of data.bin are being written back"],
        ),
        (
            "dwdc",
            "cccc",
            &["written back: 3 pages of data.bin are clean again"],
        ),
        (
            "cdcc",
            "cccc",
            &["written back: page 1 of data.bin is clean again"],
        ),
        (
            "cccd",
            "----",
            &["pages 0-3 of data.bin were dropped from the page cache"],
        ),
        (
            "d--c",
            "cd--",
            &[
                "page 1 of data.bin is dirty",
                "written back: page 0 of data.bin is clean again",
                "page 3 of data.bin was dropped from the page cache",
            ],
        ),
    ];
    for (before, after, expected) in table {
        let (old, new) = (main(vec![cached(before)]), main(vec![cached(after)]));
        assert_eq!(told(&old, &new, Vec::new()), *expected, "{before} {after}");
        // Two processes show the same file: it is told of once.
        let twice = |letters: &str| {
            vec![
                of(Process::Main, 100, vec![cached(letters)]),
                of(Process::Child(1), 101, vec![cached(letters)]),
            ]
        };
        assert_eq!(told(&twice(before), &twice(after), Vec::new()), *expected);
    }
    let unread = main(vec![mapping("rw-s", file(), "----")]);
    let seen = main(vec![cached("cccc")]);
    assert!(
        told(&unread, &seen, Vec::new()).is_empty(),
        "no past, no news"
    );
}

#[test]
fn what_comes_in_with_a_fault_was_read_ahead() {
    let before = main(vec![cached("--------")]);
    let mut shown = cached("-cccc---");
    shown.pages = Reading::Known(Pages {
        states: states("--f-----"),
        cut: 0,
        far: Reading::unknown("test"),
        frames: Reading::unknown("test"),
    });
    let after = main(vec![shown]);
    let fault = Act::Access(Access {
        kind: Read,
        address: Addr(P + 2 * PAGE),
        length: 1,
        faults: Faults { minor: 0, major: 1 },
        elapsed: Nanos(75_000),
        signal: None,
    });
    let found = changes(
        &before,
        &after,
        &[(Process::Main, outcome(vec![fault]))],
        size(),
    );
    let last = found.last().unwrap();
    assert_eq!(last.cause, Cause::ReadAhead);
    assert_eq!(
        last.text,
        "pages 1-4 of data.bin are in the page cache now: read ahead"
    );
    assert_eq!(
        last.place,
        Place::Pages {
            mapping: Range::of(Addr(P), 8 * PAGE),
            first: 1,
            last: 4
        }
    );
    let mut offset = cached("cccc");
    offset.vma.offset = 4 * PAGE;
    let mut cold = cached("----");
    cold.vma.offset = 4 * PAGE;
    assert_eq!(
        told(
            &main(vec![cold]),
            &main(vec![offset]),
            vec![call(
                "madvise",
                [P, 4 * PAGE, libc::MADV_WILLNEED as u64, 0, 0, 0],
                0,
                0
            )]
        ),
        ["pages 4-7 of data.bin are in the page cache now: read ahead"]
    );
}

#[test]
fn a_page_that_is_dirty_already_is_made_writable() {
    let mapped = |cache: &str| Mapping {
        cache: cached(cache).cache,
        ..mapping("rw-s", file(), "fF")
    };
    let stores = vec![page(Write, 0), page(Write, 1)];
    let first = |cache| {
        told(
            &main(vec![mapped(cache)]),
            &main(vec![mapped("dd")]),
            stores.clone(),
        )
    };
    assert_eq!(
        first("dc")[..2],
        [
            "write to page 0: present, write-protected -> made writable: the page is dirty already (write-notify), 1 minor fault, 1.9 us",
            "write to page 1: present, write-protected, mapped more than once -> the kernel notes it as dirty (write-notify), 1 minor fault, 1.9 us",
        ]
    );
    // What the statement itself had written back was dirty no more.
    let synced = vec![call("fsync", [3, 0, 0, 0, 0, 0], 0, 0), page(Write, 0)];
    let all = told(&main(vec![mapped("dd")]), &main(vec![mapped("dd")]), synced);
    assert!(all[0].contains("the kernel notes it as dirty"), "{all:?}");
}
