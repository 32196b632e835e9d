//! Whole statements, told: small worlds written by hand, with the acts, and the sentences that must come out.

mod accesses;
mod advice;
mod cached;
mod drifts;
mod families;
mod mappings;
mod refusals;

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
    Vma {
        range: Range::of(Addr(start), pages * PAGE),
        perms: Perms::of(perms).unwrap(),
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
