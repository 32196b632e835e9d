//! Accesses that faulted, and what no access explains.

use super::*;

#[test]
fn accesses_alike_are_one_sentence() {
    let before = main(vec![anonymous("----------------")]);
    let after = main(vec![anonymous("pppppppppppppppp")]);
    let acts: Vec<Act> = (0..16).map(|index| page(Write, index)).collect();
    assert_eq!(
        told(&before, &after, acts),
        [
            "write to pages 0-15: absent -> 16 demand-zero pages, 16 minor faults, 1.9 us each (median)"
        ]
    );
    let after = main(vec![anonymous("p---p---p---p---")]);
    let acts: Vec<Act> = [0, 4, 8, 12].map(|index| page(Write, index)).to_vec();
    assert_eq!(
        told(&before, &after, acts),
        [
            "write to every 4th page of 0-12: absent -> 4 demand-zero pages, 4 minor faults, 1.9 us each (median)"
        ]
    );
}

#[test]
fn one_statement_may_change_a_page_more_than_once() {
    let before = main(vec![anonymous("-")]);
    let after = main(vec![anonymous("p")]);
    assert_eq!(
        told(&before, &after, vec![page(Read, 0), page(Write, 0)]),
        [
            "read of page 0: absent -> the shared zero page, 1 minor fault, 1.9 us",
            "write to page 0: present, the shared zero page -> a zeroed page of its own (zero-page upgrade), 1 minor fault, 1.9 us",
        ]
    );
    let dontneed = call(
        "madvise",
        [P, PAGE, libc::MADV_DONTNEED as u64, 0, 0, 0],
        0,
        0,
    );
    assert_eq!(
        told(
            &main(vec![anonymous("p")]),
            &main(vec![anonymous("z")]),
            vec![dontneed, page(Read, 0)]
        ),
        ["read of page 0: absent -> the shared zero page, 1 minor fault, 1.9 us"]
    );
}

#[test]
fn memory_that_came_and_went_within_the_statement_is_still_explained() {
    let flags = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as u64;
    let made = call("mmap", [0, PAGE, 3, flags, u64::MAX, 0], P as i64, 0);
    let gone = call("munmap", [P, PAGE, 0, 0, 0, 0], 0, 0);
    assert_eq!(
        told(
            &main(vec![]),
            &main(vec![]),
            vec![made, page(Write, 0), gone]
        ),
        ["write to page 0: absent -> a demand-zero page, 1 minor fault, 1.9 us"]
    );
}

#[test]
fn an_unaligned_access_may_fault_on_both_pages() {
    let before = main(vec![anonymous("--")]);
    let after = main(vec![anonymous("pp")]);
    let Act::Access(mut across) = access(Write, P + PAGE - 4, 2) else {
        unreachable!("made as an access")
    };
    across.length = 8;
    let found = changes(
        &before,
        &after,
        &[(Process::Main, outcome(vec![Act::Access(across)]))],
        size(),
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].faults, Faults { minor: 2, major: 0 });
    assert!(
        found[0]
            .text
            .starts_with("write to pages 0-1: absent -> 2 demand-zero pages")
    );
}

#[test]
fn without_the_scan_a_lone_process_has_the_zero_page_and_two_are_not_sure() {
    let alone = told(
        &main(vec![anonymous("?")]),
        &main(vec![anonymous("p")]),
        vec![page(Write, 0)],
    );
    assert!(alone[0].contains("zero-page upgrade"), "{alone:?}");
    let mut before = main(vec![anonymous("?")]);
    before.push(of(Process::Child(1), 101, vec![anonymous("?")]));
    let mut after = main(vec![anonymous("p")]);
    after.push(of(Process::Child(1), 101, vec![anonymous("?")]));
    let both = told(&before, &after, vec![page(Write, 0)]);
    assert!(both[0].contains("this kernel does not tell"), "{both:?}");
}

#[test]
fn frames_confirm_a_copy_or_a_reuse() {
    let framed = |letters: &str, frame: u64| {
        let mut mapping = anonymous(letters);
        let Reading::Known(pages) = &mut mapping.pages else {
            unreachable!("made as known")
        };
        pages.frames = Reading::Known(vec![frame]);
        main(vec![mapping])
    };
    let table = [
        (
            "s",
            0x1a2b3,
            0x9f001,
            "the kernel copied it (copy-on-write), 1 minor fault, 1.9 us, frame 0x1a2b3 -> 0x9f001",
        ),
        (
            "p",
            0x1a2b3,
            0x1a2b3,
            "made writable again, nothing copied (reuse), 1 minor fault, 1.9 us, frame 0x1a2b3 kept",
        ),
        (
            "s",
            0x1a2b3,
            0x1a2b3,
            "made writable again, nothing copied (reuse), 1 minor fault, 1.9 us, frame 0x1a2b3 kept",
        ),
        (
            "p",
            0x1a2b3,
            0x9f001,
            "the kernel copied it (copy-on-write), 1 minor fault, 1.9 us, frame 0x1a2b3 -> 0x9f001",
        ),
    ];
    for (before, old, new, ending) in table {
        let found = told(
            &framed(before, old),
            &framed("p", new),
            vec![page(Write, 0)],
        );
        assert!(found[0].ends_with(ending), "{found:?}");
    }
}

#[test]
fn faults_that_nothing_explains_are_told_last() {
    let before = main(vec![anonymous("-")]);
    let after = main(vec![anonymous("p")]);
    let mut outcome = outcome(vec![page(Write, 0)]);
    outcome.totals.faults.minor += 2;
    let found = changes(&before, &after, &[(Process::Main, outcome)], size());
    assert_eq!(found.len(), 2);
    assert_eq!(found[1].cause, Cause::Unexplained);
    assert_eq!(
        found[1].text,
        "2 minor faults more than the accesses explain"
    );
}

#[test]
fn pages_of_a_part_are_counted_in_it_and_it_is_named() {
    let parts = |second: &str| {
        main(vec![
            anonymous("pp"),
            at(P + 2 * PAGE, "r--p", Backing::Anonymous, second),
        ])
    };
    assert_eq!(
        told(&parts("--"), &parts("z-"), vec![page(Read, 2)]),
        [
            "read of page 0 of the mapping at 0x1000002000: absent -> the shared zero page, 1 minor fault, 1.9 us"
        ]
    );
}
