//! Pages that changed by calls, or came along with a fault on another page.

use super::*;

#[test]
fn the_faults_of_many_calls_of_malloc_are_told_as_one() {
    let one = call("malloc", [2000, 0, 0, 0, 0, 0], P as i64, 1);
    let all = told(
        &main(vec![anonymous("----")]),
        &main(vec![anonymous("ppp-")]),
        vec![one, one, one],
    );
    assert_eq!(
        all,
        ["malloc() touched pages 0-2: 3 demand-zero pages, 3 minor faults, 15 us"]
    );
}

#[test]
fn a_call_that_touches_two_mappings_says_which_pages_are_whose() {
    let far = |letters: &str| at(P + 0x10_0000, "rw-p", Backing::Anonymous, letters);
    let all = told(
        &main(vec![anonymous("--"), far("--")]),
        &main(vec![anonymous("p-"), far("p-")]),
        vec![call("malloc", [1 << 20, 0, 0, 0, 0, 0], P as i64, 2)],
    );
    assert_eq!(
        all,
        [
            "malloc() touched page 0 of the mapping at 0x1000000000: a demand-zero page, 2 minor faults, 5.0 us",
            "malloc() touched page 0 of the mapping at 0x1000100000: a demand-zero page",
        ]
    );
}

#[test]
fn what_malloc_touches_beside_the_program_did_not_come_in_a_huge_page() {
    let all = told(
        &main(vec![anonymous("----")]),
        &main(vec![anonymous("ppp-")]),
        vec![
            call("malloc", [2 * PAGE, 0, 0, 0, 0, 0], P as i64, 1),
            page(Write, 0),
            page(Write, 1),
        ],
    );
    assert_eq!(
        all.last().unwrap(),
        "malloc() touched page 2: a demand-zero page, 1 minor fault, 5.0 us"
    );
    assert_eq!(all.len(), 2, "{all:?}");
}

#[test]
fn pages_that_no_access_touched_have_causes_too() {
    let populate = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_POPULATE) as u64;
    let table: [(Mapping, Mapping, Act, Cause, &str); 8] = [
        (
            anonymous("----"),
            anonymous("pp--"),
            call("mlock", [P, 2 * PAGE, 0, 0, 0, 0], 0, 2),
            Cause::Populated,
            "mlock() populated pages 0-1: absent -> private, 2 minor faults, 5.0 us",
        ),
        (
            anonymous("----"),
            anonymous("pp--"),
            call("read", [3, P, 2 * PAGE, 0, 0, 0], 8192, 2),
            Cause::KernelAccess,
            "read(): the kernel touched pages 0-1: absent -> private, 2 minor faults, 5.0 us",
        ),
        (
            anonymous("zzzz"),
            anonymous("pzzz"),
            call("malloc", [100, 0, 0, 0, 0, 0], P as i64, 1),
            Cause::ZeroPageUpgrade,
            "malloc() touched page 0: a zeroed page, 1 minor fault, 5.0 us",
        ),
        (
            anonymous("pp-p"),
            anonymous("----"),
            call("madvise", [P, 4 * PAGE, 4, 0, 0, 0], 0, 0),
            Cause::Dropped,
            "3 pages of 0-3 were dropped by madvise(): the content is gone, the next touch faults",
        ),
        (
            mapping("rw-s", file(), "ff"),
            mapping("rw-s", file(), "--"),
            call("ftruncate", [3, 0, 0, 0, 0, 0], 0, 0),
            Cause::Dropped,
            "pages 0-1 were dropped by ftruncate(): the mapping stays, the next touch faults",
        ),
        (
            mapping("r--p", file(), "----"),
            mapping("r--p", file(), "ffff"),
            page(Read, 1),
            Cause::FileMinor,
            "read of page 1: absent -> found in the page cache and mapped, 1 minor fault, 1.9 us",
        ),
        (
            anonymous("----"),
            anonymous("pppp"),
            page(Write, 1),
            Cause::DemandZero,
            "write to page 1: absent -> a demand-zero page, 1 minor fault, 1.9 us",
        ),
        (
            anonymous("p"),
            anonymous("p"),
            call("mmap", [0, PAGE, 3, populate, u64::MAX, 0], -1, 3),
            Cause::Unexplained,
            "3 minor faults inside mmap(): no page of the lesson changed by it",
        ),
    ];
    for (old, new, act, cause, sentence) in table {
        let found = changes(
            &main(vec![old]),
            &main(vec![new]),
            &[(Process::Main, outcome(vec![act]))],
            size(),
        );
        assert_eq!(found[0].cause, cause, "{found:?}");
        assert_eq!(found[0].text, sentence);
        let faults: u64 = found.iter().map(|change| change.faults.total()).sum();
        assert_eq!(faults, act.faults().total(), "every fault is told once");
    }
}

#[test]
fn fault_around_and_huge_pages_bring_neighbours() {
    let file_page = told(
        &main(vec![mapping("r--p", file(), "--------")]),
        &main(vec![mapping("r--p", file(), "ffff----")]),
        vec![page(Read, 1)],
    );
    assert_eq!(
        file_page[1],
        "3 pages of 0-3 were mapped along: in the page cache already (fault-around)"
    );
    let cold = told(
        &main(vec![mapping("r--p", file(), "--------")]),
        &main(vec![mapping("r--p", file(), "ffff----")]),
        vec![major(Read, 1)],
    );
    assert_eq!(
        cold[1],
        "3 pages of 0-3 were mapped along: in the page cache by then (read-ahead, then fault-around)"
    );
    let memory = told(
        &main(vec![mapping("rw-s", shared_memory(""), "----")]),
        &main(vec![mapping("rw-s", shared_memory(""), "MM--")]),
        vec![page(Read, 1)],
    );
    assert_eq!(
        memory[1],
        "page 0 was mapped along: there in the shared memory already (fault-around)"
    );
    let huge = told(
        &main(vec![anonymous("----")]),
        &main(vec![anonymous("pppp")]),
        vec![page(Write, 0)],
    );
    assert_eq!(
        huge[1],
        "1 fault brought 4 pages: pages 1-3 came along in a huge page"
    );
    let zeros = told(
        &main(vec![anonymous("----")]),
        &main(vec![anonymous("zzzz")]),
        vec![page(Read, 1)],
    );
    assert_eq!(
        zeros[1],
        "1 fault brought 4 pages: 3 pages of 0-3 came along in the huge page of zeros"
    );
    let collapse = [P, 4 * PAGE, 25, 0, 0, 0];
    let mended = told(
        &main(vec![anonymous("pp-p")]),
        &main(vec![anonymous("pppp")]),
        vec![call("madvise", collapse, 0, 0)],
    );
    assert_eq!(
        mended,
        ["madvise() made one huge page of small ones: page 2 came with it"]
    );
}

/// Sizes at which work that grows with the square of the calls would take minutes.
#[test]
fn a_call_for_every_page_is_told_at_once() {
    let pages = 30_000u64;
    let all = |letter: &str| main(vec![anonymous(&letter.repeat(pages as usize))]);
    let drop = |index: u64, count: u64| {
        let arguments = [P + index * PAGE, count * PAGE, libc::MADV_DONTNEED as u64];
        let [first, second, third] = arguments;
        call("madvise", [first, second, third, 0, 0, 0], 0, 0)
    };
    let dropped =
        "pages 0-29999 were dropped by madvise(): the content is gone, the next touch faults";
    let one_each: Vec<Act> = (0..pages).map(|index| drop(index, 1)).collect();
    assert_eq!(told(&all("p"), &all("-"), one_each.clone()), [dropped]);
    let backwards = one_each.into_iter().rev().collect();
    assert_eq!(told(&all("p"), &all("-"), backwards), [dropped]);

    // Each page is written, and everything dropped again.
    let acts = (0..pages).flat_map(|index| [page(Write, index), drop(0, pages)]);
    let all_told = told(&all("-"), &all("-"), acts.collect());
    assert_eq!(all_told.len(), 1, "{all_told:?}");
    assert!(all_told[0].starts_with("write to pages 0-29999: absent -> 30000 demand-zero pages"));

    // Every second page is unmapped: as many mappings as calls.
    let left = (0..pages)
        .step_by(2)
        .map(|index| at(P + index * PAGE, "rw-p", Backing::Anonymous, "p"));
    let unmap = |index: u64| call("munmap", [P + index * PAGE, PAGE, 0, 0, 0, 0], 0, 0);
    let acts = (1..pages).step_by(2).map(unmap).collect();
    let all_told = told(&all("p"), &main(left.collect()), acts);
    assert_eq!(all_told.len(), 1, "{} sentences", all_told.len());

    // Every mapping is populated by a call of its own.
    let populate = |index: u64| {
        let flags = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_POPULATE) as u64;
        let arguments = [
            0,
            PAGE,
            (libc::PROT_READ | libc::PROT_WRITE) as u64,
            flags,
            u64::MAX,
            0,
        ];
        call("mmap", arguments, (P + 2 * index * PAGE) as i64, 1)
    };
    let made = (0..pages).map(|index| at(P + 2 * index * PAGE, "rw-p", Backing::Anonymous, "p"));
    let all_told = told(
        &main(Vec::new()),
        &main(made.collect()),
        (0..pages).map(populate).collect(),
    );
    assert!(all_told.len() < 100, "{} sentences", all_told.len());
    assert_eq!(
        all_told[0],
        "30000 mappings between 0x1000000000 and 0x100ea5f000 were made"
    );
    assert_eq!(
        all_told.last().unwrap(),
        "populated by call: 29937 more places alike, 29937 minor faults"
    );
}
