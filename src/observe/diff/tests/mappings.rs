//! VMAs that came, went, split, merged, grew, shrank, or allow something else.

use super::*;

/// Mappings before and after, the causes, and the first sentence.
type Row = (Vec<Mapping>, Vec<Mapping>, &'static [Cause], &'static str);

#[test]
fn mappings_are_compared_by_what_they_hold() {
    let anon =
        |start: u64, perms: &str, letters: &str| at(start, perms, Backing::Anonymous, letters);
    let heap = |pages: usize| at(P, "rw-p", Backing::Heap, &"-".repeat(pages));
    let unlinked = Backing::File {
        path: "/tmp/data.bin".to_owned(),
        deleted: true,
    };
    let table: [Row; 11] = [
        (
            vec![],
            vec![anon(P, "rw-p", "----")],
            &[Cause::MappingCreated],
            "a mapping of 16 KiB was made at 0x1000000000; nothing is loaded yet",
        ),
        (
            vec![anon(P, "rw-p", "----")],
            vec![],
            &[Cause::MappingRemoved],
            "the mapping of 16 KiB at 0x1000000000 is gone",
        ),
        (
            vec![anon(P, "rw-p", "----")],
            vec![
                anon(P, "rw-p", "-"),
                anon(P + PAGE, "r--p", "-"),
                anon(P + 2 * PAGE, "rw-p", "--"),
            ],
            &[Cause::MappingSplit, Cause::ProtectionChanged],
            "the mapping at 0x1000000000 is 3 lines of maps now",
        ),
        (
            vec![anon(P, "rw-p", "-"), anon(P + PAGE, "r--p", "-")],
            vec![anon(P, "rw-p", "--")],
            &[Cause::MappingMerged, Cause::ProtectionChanged],
            "2 neighbouring mappings are one now: 8 KiB at 0x1000000000, rw-p",
        ),
        (
            vec![heap(33)],
            vec![heap(66)],
            &[Cause::MappingGrown],
            "the heap at 0x1000000000 grew by 132 KiB, to 264 KiB",
        ),
        (
            vec![anon(P, "rw-p", "----")],
            vec![anon(P, "rw-p", "---")],
            &[Cause::MappingShrunk],
            "the mapping at 0x1000000000 shrank from 16 KiB to 12 KiB",
        ),
        (
            vec![anon(P, "rw-p", "-")],
            vec![anon(P, "r--p", "-")],
            &[Cause::ProtectionChanged],
            "the mapping at 0x1000000000 is r--p now (was rw-p)",
        ),
        (
            vec![anon(P, "rw-p", "----")],
            vec![
                anon(P, "rw-p", "--"),
                at(P + 2 * PAGE, "rw-p", file(), "--"),
            ],
            &[Cause::MappingShrunk, Cause::MappingCreated],
            "the mapping at 0x1000000000 shrank from 16 KiB to 8 KiB",
        ),
        (
            vec![at(P, "rw-s", shared_memory(""), "m-")],
            vec![at(P, "rw-s", shared_memory(" (deleted)"), "m-")],
            &[Cause::NameRemoved],
            "the name note is gone: the mapping of 8 KiB at 0x1000000000 stays, and keeps its pages",
        ),
        (
            vec![at(P, "rw-p", file(), "f-")],
            vec![at(P, "rw-p", unlinked, "f-")],
            &[Cause::NameRemoved],
            "the name data.bin is gone: the mapping of 8 KiB at 0x1000000000 stays, and keeps its pages",
        ),
        (
            vec![anon(P, "rw-p", "--")],
            vec![anon(P, "rw-p", "--")],
            &[],
            "",
        ),
    ];
    for (old, new, causes, first) in table {
        let found = changes(&main(old), &main(new), &[], size());
        let kinds: Vec<Cause> = found.iter().map(|change| change.cause).collect();
        assert_eq!(kinds, causes, "{found:?}");
        assert_eq!(
            found.first().map_or("", |change| change.text.as_str()),
            first
        );
    }
}

#[test]
fn a_protection_is_told_with_the_pages_it_concerns() {
    let row = |first: u64, perms: &str, pages: usize| {
        at(
            P + first * PAGE,
            perms,
            Backing::Anonymous,
            &"p".repeat(pages),
        )
    };
    let parts = vec![row(0, "rw-p", 3), row(3, "---p", 2), row(5, "rw-p", 3)];
    let whole = vec![row(0, "rw-p", 8)];
    assert_eq!(
        told(&main(whole.clone()), &main(parts.clone()), vec![])[1],
        "pages 3-4 of the mapping at 0x1000000000: ---p now (was rw-p)"
    );
    assert_eq!(
        told(&main(parts), &main(whole), vec![]),
        [
            "3 neighbouring mappings are one now: 32 KiB at 0x1000000000, rw-p",
            "pages 3-4 of the mapping at 0x1000000000: rw-p now (was ---p)",
        ]
    );
}

#[test]
fn many_rows_are_one_sentence() {
    many(20, "80 KiB");
    // More than that, the kernel allows only where it was told to: every one of them is looked at once.
    many(65_000, "253.9 MiB");
}

fn many(count: u64, size: &str) {
    let rows: Vec<Mapping> = (0..count)
        .map(|page| {
            let perms = if page % 2 == 0 { "---p" } else { "r--p" };
            at(P + page * PAGE, perms, Backing::Anonymous, "-")
        })
        .collect();
    let whole = vec![at(
        P,
        "r--p",
        Backing::Anonymous,
        &"-".repeat(count as usize),
    )];
    let end = P + count * PAGE;
    let last = count - 2;
    let table: [(&[Mapping], &[Mapping], String); 3] = [
        (
            &whole,
            &rows,
            format!(
                "the mapping at 0x1000000000 is {count} lines of maps now: every 2nd page of 0-{last} ---p"
            ),
        ),
        (
            &rows,
            &whole,
            format!("{count} neighbouring mappings are one now: {size} at 0x1000000000, r--p"),
        ),
        (
            &rows,
            &[],
            format!("{count} mappings, from 0x1000000000 to {end:#x}, are gone"),
        ),
    ];
    for (before, after, sentence) in table {
        let all = told(&main(before.to_vec()), &main(after.to_vec()), vec![]);
        assert_eq!(all, [sentence]);
    }
}

#[test]
fn a_mapping_that_moved_is_one_change() {
    const THERE: u64 = 0x20_0000_0000;
    type Row<'a> = (Vec<Mapping>, Vec<Mapping>, Vec<Act>, &'a [&'a str]);
    let fixed = (libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED) as u64;
    let stays = (libc::MREMAP_MAYMOVE | libc::MREMAP_DONTUNMAP) as u64;
    let mremap = |from: u64, old: u64, new: u64, flags: u64, to: u64| {
        let arguments = [from, old * PAGE, new * PAGE, flags, to, 0];
        call("mremap", arguments, to as i64, 0)
    };
    let row = |start: u64, letters: &str| at(start, "rw-p", Backing::Anonymous, letters);
    let table: [Row<'_>; 7] = [
        (
            vec![row(P, "p---")],
            vec![row(THERE, "p---")],
            vec![mremap(P, 4, 4, fixed, THERE)],
            &[
                "the mapping of 16 KiB at 0x1000000000 moved to 0x2000000000, with its pages: 1 of 4 present",
            ],
        ),
        // A guard is an entry too.
        (
            vec![row(P, "pg")],
            vec![row(THERE, "pg--")],
            vec![mremap(P, 2, 4, fixed, THERE)],
            &[
                "the mapping of 8 KiB at 0x1000000000 moved to 0x2000000000 and grew to 16 KiB, with its pages: 1 of 4 present",
            ],
        ),
        (
            vec![row(P, "--")],
            vec![row(THERE, "-")],
            vec![mremap(P, 2, 1, fixed, THERE)],
            &["the mapping of 8 KiB at 0x1000000000 moved to 0x2000000000 and shrank to 4 KiB"],
        ),
        // Twice: what stood between is not told.
        (
            vec![row(P, "p")],
            vec![row(THERE, "p")],
            vec![
                mremap(P, 1, 1, fixed, THERE + 8 * PAGE),
                mremap(THERE + 8 * PAGE, 1, 1, fixed, THERE),
            ],
            &[
                "the mapping of 4 KiB at 0x1000000000 moved to 0x2000000000, with its pages: 1 of 1 present",
            ],
        ),
        (
            vec![row(P, "pppp")],
            vec![row(P, "pp"), row(THERE, "pp")],
            vec![mremap(P + 2 * PAGE, 2, 2, fixed, THERE)],
            &[
                "the mapping at 0x1000000000 shrank from 16 KiB to 8 KiB",
                "pages 2-3 of the mapping at 0x1000000000 moved to 0x2000000000, with its pages: 2 of 2 present",
            ],
        ),
        (
            vec![row(P, "pp")],
            vec![row(P, "--"), row(THERE, "pp")],
            vec![mremap(P, 2, 2, stays, THERE)],
            &[
                "the pages of the mapping of 8 KiB at 0x1000000000 moved to 0x2000000000; the mapping stays there too, without pages",
            ],
        ),
        // Unmapped after all.
        (
            vec![row(P, "p")],
            vec![],
            vec![
                mremap(P, 1, 1, fixed, THERE),
                call("munmap", [THERE, PAGE, 0, 0, 0, 0], 0, 0),
            ],
            &["the mapping of 4 KiB at 0x1000000000 is gone"],
        ),
    ];
    for (before, after, acts, expected) in table {
        assert_eq!(told(&main(before), &main(after), acts), expected);
    }
}

#[test]
fn a_mapping_that_merged_with_its_neighbour_is_told_as_such() {
    let flags = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as u64;
    let made = call(
        "mmap",
        [0, 2 * PAGE, 3, flags, u64::MAX, 0],
        (P + PAGE) as i64,
        0,
    );
    let sentence = "a mapping of 8 KiB was made, and merged with its neighbour: one line of 12 KiB at 0x1000000000";
    for own in [false, true] {
        let mut neighbour = anonymous("p");
        neighbour.own = own;
        let before = main(vec![neighbour]);
        assert_eq!(
            told(&before, &main(vec![anonymous("p--")]), vec![made]),
            [sentence]
        );
    }
}
