//! Whole statements, told: small worlds written by hand, with the acts, and the sentences that must come out.

use super::*;
use crate::mem::{
    Access, AccessKind, Act, Backing, Call, Nanos, PageState, Perms, Range, Reading, Signal,
    Totals, Vma,
};
use crate::observe::cache::CacheState;
use crate::observe::snapshot::{Mapping, Pages};
use AccessKind::{Execute, Read, Write};

const PAGE: u64 = 4096;
const P: u64 = 0x10_0000_0000;

fn size() -> PageSize {
    PageSize::new(PAGE).unwrap()
}

fn vma(start: u64, pages: u64, perms: &str, backing: Backing) -> Vma {
    let has = |letter| perms.contains(letter);
    Vma {
        range: Range::of(Addr(start), pages * PAGE),
        perms: Perms {
            read: has('r'),
            write: has('w'),
            execute: has('x'),
            shared: has('s'),
        },
        offset: 0,
        device: (0, 0),
        // All files of these tests are one.
        inode: u64::from(backing.is_file()),
        backing,
    }
}

fn file() -> Backing {
    Backing::File {
        path: "/tmp/data.bin".to_owned(),
        deleted: false,
    }
}

/// Shared memory with a name in `/dev/shm`, and what maps writes behind it.
fn shared_memory(behind: &str) -> Backing {
    Backing::SharedMemory {
        name: format!("/dev/shm/note{behind}"),
    }
}

/// Page states by letter: `-` absent, z zero, p private, s shared, f file, F shared file page, m shared memory,
/// M shared memory of several, g guard, w swapped, ? zero or shared.
fn states(letters: &str) -> Vec<PageState> {
    letters
        .chars()
        .map(|letter| match letter {
            '-' => PageState::Absent,
            'z' => PageState::Zero,
            'p' => PageState::Private,
            's' => PageState::Shared,
            'f' => PageState::File,
            'F' => PageState::FileShared,
            'm' => PageState::Shmem,
            'M' => PageState::ShmemShared,
            'g' => PageState::Guard,
            'w' => PageState::Swapped,
            _ => PageState::ZeroOrShared,
        })
        .collect()
}

fn mapping(perms: &str, backing: Backing, letters: &str) -> Mapping {
    at(P, perms, backing, letters)
}

fn at(start: u64, perms: &str, backing: Backing, letters: &str) -> Mapping {
    let states = states(letters);
    Mapping {
        vma: vma(start, states.len() as u64, perms, backing),
        own: false,
        usage: Reading::unknown("test"),
        flags: Vec::new(),
        pages: Reading::Known(Pages {
            states,
            cut: 0,
            far: Reading::Known(std::collections::BTreeMap::new()),
            frames: Reading::unknown("test"),
        }),
        file_length: None,
        cache: Reading::unknown("test"),
    }
}

fn anonymous(letters: &str) -> Mapping {
    mapping("rw-p", Backing::Anonymous, letters)
}

fn of(process: Process, pid: i32, mappings: Vec<Mapping>) -> Arc<Snapshot> {
    Arc::new(Snapshot {
        process,
        pid: Pid(pid),
        mappings,
        faults: Reading::unknown("test"),
        page_tables: Reading::unknown("test"),
    })
}

fn main(mappings: Vec<Mapping>) -> Vec<Arc<Snapshot>> {
    vec![of(Process::Main, 100, mappings)]
}

fn access(kind: AccessKind, address: u64, minor: u64) -> Act {
    Act::Access(Access {
        kind,
        address: Addr(address),
        length: 1,
        faults: Faults { minor, major: 0 },
        elapsed: Nanos(1900),
        signal: None,
    })
}

fn page(kind: AccessKind, index: u64) -> Act {
    access(kind, P + index * PAGE, 1)
}

fn signal(kind: AccessKind, address: u64, number: i32, code: i32) -> Act {
    Act::Access(Access {
        kind,
        address: Addr(address),
        length: 1,
        faults: Faults::default(),
        elapsed: Nanos(1900),
        signal: Some(Signal {
            number,
            code,
            address: Addr(address),
        }),
    })
}

fn major(kind: AccessKind, index: u64) -> Act {
    match page(kind, index) {
        Act::Access(access) => Act::Access(Access {
            faults: Faults { minor: 0, major: 1 },
            ..access
        }),
        call @ Act::Call(_) => call,
    }
}

fn call(function: &'static str, arguments: [u64; 6], result: i64, minor: u64) -> Act {
    Act::Call(Call {
        function,
        arguments,
        result,
        errno: 0,
        faults: Faults { minor, major: 0 },
        elapsed: Nanos(5000),
    })
}

fn outcome(acts: Vec<Act>) -> Outcome {
    let mut faults = Faults::default();
    for act in &acts {
        faults += act.faults();
    }
    Outcome {
        totals: Totals {
            faults,
            ..Totals::default()
        },
        acts,
        ..Outcome::empty(Ending::Finished)
    }
}

fn told(before: &[Arc<Snapshot>], after: &[Arc<Snapshot>], acts: Vec<Act>) -> Vec<String> {
    changes(before, after, &[(Process::Main, outcome(acts))], size())
        .into_iter()
        .map(|change| change.text)
        .collect()
}

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
fn refusals_say_why() {
    let mut short = at(P + 0x100_000, "rw-s", file(), "---");
    short.file_length = Some(100);
    let after = main(vec![
        mapping("r--p", Backing::Anonymous, "----"),
        at(P + 0x10_000, "---p", Backing::Anonymous, "-"),
        at(P + 0x20_000, "rw-p", Backing::Anonymous, "gg-"),
        short,
    ]);
    let table = [
        (
            Write,
            P + 3 * PAGE,
            11,
            2,
            "write to page 3: segmentation fault (SEGV_ACCERR): page 3 is mapped r--p: writing is not allowed",
        ),
        (
            Execute,
            P,
            11,
            2,
            "call into page 0: segmentation fault (SEGV_ACCERR): page 0 is mapped r--p: running code there is not allowed",
        ),
        (
            Read,
            P + 0x10_000,
            11,
            2,
            "read of page 0: segmentation fault (SEGV_ACCERR): page 0 is mapped ---p (PROT_NONE): no access is allowed",
        ),
        (
            Read,
            P + 0x21_000,
            11,
            1,
            "read of page 1: segmentation fault (SEGV_MAPERR): page 1 is a guard page: no access is allowed",
        ),
        (
            Write,
            0,
            11,
            1,
            "write to 0x0: segmentation fault (SEGV_MAPERR): the address is NULL: nothing is mapped there",
        ),
        (
            Read,
            16,
            11,
            1,
            "read of 0x10: segmentation fault (SEGV_MAPERR): 0x10 is NULL plus 16: nothing is mapped there",
        ),
        (
            Write,
            P + 4 * PAGE,
            11,
            1,
            "write to 0x1000004000: segmentation fault (SEGV_MAPERR): just past the end of the mapping at 0x1000000000, which has 4 pages: nothing is mapped there",
        ),
        (
            Write,
            P - 1,
            11,
            1,
            "write to 0xfffffffff: segmentation fault (SEGV_MAPERR): just before the mapping at 0x1000000000: nothing is mapped there",
        ),
        (
            Read,
            0x5000_0000,
            11,
            1,
            "read of 0x50000000: segmentation fault (SEGV_MAPERR): nothing is mapped at 0x50000000",
        ),
        (
            Read,
            P + 0x102_000,
            7,
            2,
            "read of page 2: bus error (BUS_ADRERR): beyond the end of the file: the file has 1 page, this is page 2",
        ),
    ];
    for (kind, address, number, code, sentence) in table {
        assert_eq!(
            told(&after, &after, vec![signal(kind, address, number, code)]),
            [sentence]
        );
    }
    let before = main(vec![anonymous("p")]);
    let acts = vec![signal(Read, P, 11, 1)];
    assert!(told(&before, &main(vec![]), acts)[0].ends_with("nothing is mapped there any more"));
}

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
            "the mapping at 0x1000000000 is 3 lines of maps now: page 1 r--p",
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

#[test]
fn a_child_is_judged_by_what_its_parent_had() {
    let fork = |minor| call("fork", [0; 6], 101, minor);
    let before = main(vec![anonymous("ppz-")]);
    let child = of(Process::Child(1), 101, vec![anonymous("spz-")]);
    let mut after = main(vec![anonymous("spz-")]);
    after.push(child);
    let outcomes = [
        (Process::Main, outcome(vec![fork(0)])),
        (Process::Child(1), outcome(vec![page(Write, 1)])),
    ];
    let found = changes(&before, &after, &outcomes, size());
    let texts: Vec<&str> = found.iter().map(|change| change.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "write to page 1: present, shared since fork -> the kernel copied it (copy-on-write), 1 minor fault, 1.9 us",
            "child (101) was forked from main: it has the same mappings, and no page was copied",
            "fork: 1 page is now shared with child (101)",
        ]
    );
    assert_eq!(found[0].process, Process::Child(1));
}

#[test]
fn a_child_that_ends_within_the_statement_is_judged_by_what_its_parent_had() {
    let before = main(vec![anonymous("pp--")]);
    let outcomes = [
        (Process::Main, outcome(vec![call("fork", [0; 6], 101, 0)])),
        (
            Process::Child(1),
            Outcome {
                ending: Ending::Exited(0),
                ..outcome(vec![
                    call("fork", [0; 6], 0, 0),
                    page(Write, 1),
                    page(Write, 2),
                ])
            },
        ),
    ];
    let told: Vec<_> = changes(&before, &before, &outcomes, size())
        .into_iter()
        .filter(|change| change.process == Process::Child(1))
        .map(|change| (change.cause, change.place))
        .collect();
    let mapping = before[0].mappings[0].vma.range;
    let at = |page| Place::Pages {
        mapping,
        first: page,
        last: page,
    };
    assert_eq!(
        told,
        [
            (Cause::CopyOnWrite, at(1)),
            (Cause::DemandZero, at(2)),
            (Cause::ProcessEnded, Place::Process),
        ]
    );
}

#[test]
fn a_child_that_came_and_went_within_the_statement_is_told_by_what_its_parent_had() {
    let fork = call("fork", [0; 6], 101, 0);
    let child = Outcome {
        ending: Ending::Exited(0),
        ..outcome(vec![page(Write, 0), page(Write, 1)])
    };
    let outcomes = [
        (Process::Main, outcome(vec![fork])),
        (Process::Child(1), child),
    ];
    let world = || main(vec![mapping("rw-s", shared_memory(""), "m---")]);
    let found = changes(&world(), &world(), &outcomes, size());
    let texts: Vec<&str> = found.iter().map(|change| change.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "write to pages 0-1: absent -> 2 pages of the shared memory, mapped here, 2 minor faults, 1.9 us each (median)",
            "child exited with status 0: its mappings are gone",
        ]
    );
}

#[test]
fn a_page_that_others_let_go_is_exclusive_again() {
    let two = |mine: &str, its: &str| {
        vec![
            of(Process::Main, 100, vec![anonymous(mine)]),
            of(Process::Child(1), 101, vec![anonymous(its)]),
        ]
    };
    let outcomes = [(Process::Child(1), outcome(vec![page(Write, 1)]))];
    let found = changes(
        &two("ssss", "ssss"),
        &two("spss", "spss"),
        &outcomes,
        size(),
    );
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].process, found[0].cause),
        (Process::Child(1), Cause::CopyOnWrite)
    );
    assert_eq!(
        found[1].text,
        "page 1 is exclusive again: child has its own copy"
    );

    let exited = Outcome::empty(Ending::Exited(3));
    let found = changes(
        &two("spss", "spss"),
        &main(vec![anonymous("pppp")]),
        &[(Process::Child(1), exited)],
        size(),
    );
    let texts: Vec<&str> = found.iter().map(|change| change.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "child exited with status 3: its mappings are gone",
            "3 pages of 0-3 are exclusive again: child has ended",
        ]
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
fn a_signal_that_no_access_raised_is_told_too() {
    let raised = |number, code| {
        let signal = Signal {
            number,
            code,
            address: Addr(0),
        };
        let outcome = Outcome {
            ending: Ending::Signal(signal),
            ..outcome(vec![])
        };
        let world = main(vec![anonymous("p")]);
        let found = changes(&world, &world, &[(Process::Main, outcome)], size());
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].cause, Cause::OtherSignal);
        found[0].text.clone()
    };
    assert!(raised(8, 1).contains("divided by zero"));
    assert!(raised(15, 0).contains("sent itself SIGTERM"));
    assert!(raised(5, 128).contains("SIGTRAP (SI_KERNEL)"));
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
fn a_quiet_statement_says_so() {
    let mut quiet = Outcome::empty(Ending::Finished);
    assert_eq!(tell::quiet(&quiet), None);
    quiet.totals.accesses = 3;
    assert_eq!(
        tell::quiet(&quiet).unwrap(),
        "3 accesses, 0 faults: the pages were present"
    );
    quiet.totals.accesses = 1;
    assert_eq!(
        tell::quiet(&quiet).unwrap(),
        "1 access, 0 faults: the page was present"
    );
    quiet.totals.faults.minor = 1;
    assert_eq!(tell::quiet(&quiet), None);
}

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
