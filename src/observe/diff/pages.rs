//! Pages that changed without a faulting access of their own process: dropped, shared, populated, mapped along.

use super::walk::{Run, Walk};
use super::working::is_of_file;
use crate::mem::{Addr, Call, Faults, Field, PageSize, PageState, Range, Usage};
use crate::observe::cause::Cause;
use crate::observe::snapshot::{Mapping, Snapshot};
use crate::observe::state::Kind;
use std::collections::BTreeMap;

/// Pages of one mapping to which the same happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Drift {
    pub(crate) what: What,
    pub(crate) mapping: Range,
    pub(crate) pages: Vec<u64>,
    /// Faults of accesses to fresh memory of that mapping: with huge pages, those that brought these pages.
    pub(crate) faults: Faults,
}

/// What happened to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct What {
    pub(crate) cause: Cause,
    /// Index of the call that did it, among the calls of the walk.
    pub(crate) call: Option<usize>,
    /// Whether a fault on the same mapping had a page read in: neighbours may have come with it.
    pub(crate) read_ahead: bool,
    /// Numbers that stand for the states: an enum without an order of its own.
    before: u8,
    after: u8,
}

impl What {
    /// Whether the pages came by faults inside the call: dropping and sharing cost none.
    pub(crate) fn costs_faults(self) -> bool {
        !matches!(
            self.cause,
            Cause::Dropped | Cause::SharedByFork | Cause::ExclusiveAgain | Cause::ProtectionChanged
        )
    }

    pub(crate) fn before(self) -> PageState {
        PageState::ALL[usize::from(self.before)]
    }

    pub(crate) fn after(self) -> PageState {
        PageState::ALL[usize::from(self.after)]
    }
}

/// Everything that happened to pages of the lesson's VMAs without an access.
pub(super) fn drifts(
    walk: &Walk<'_>,
    after: &Snapshot,
    size: PageSize,
    forked: bool,
) -> Vec<Drift> {
    let mut found: BTreeMap<(Range, What), Vec<u64>> = BTreeMap::new();
    for mapping in after.lesson_mappings() {
        let Some(pages) = mapping.pages.known() else {
            continue;
        };
        let judge = Judge {
            walk,
            mapping,
            kind: Kind::of(&mapping.vma),
            size,
            forked,
        };
        let old = judge.old_states();
        for (index, &now) in (0u64..).zip(&pages.states) {
            // Most pages did not change: no need to look at them twice.
            if old.get(index as usize) == Some(&now) {
                continue;
            }
            let at = Addr(mapping.vma.range.start.0 + index * size.bytes());
            if let Some(what) = judge.drift(at, now) {
                found
                    .entry((mapping.vma.range, what))
                    .or_default()
                    .push(index);
            }
        }
    }
    found
        .into_iter()
        .map(|((mapping, what), pages)| Drift {
            what,
            mapping,
            pages,
            faults: fresh_faults(walk, mapping),
        })
        .collect()
}

/// The faults of accesses that found nothing, or the page of zeros, in a mapping.
fn fresh_faults(walk: &Walk<'_>, mapping: Range) -> Faults {
    let mut faults = Faults::default();
    for run in &walk.runs {
        if FRESH.contains(&run.cause) && run.mapping.map(|(range, _)| range) == Some(mapping) {
            faults += run.faults;
        }
    }
    faults
}

/// Value of `<sys/mman.h>` that libc has not on every target.
const MADV_COLLAPSE: u64 = 25;

/// Causes of a fault that may bring a huge page.
const FRESH: [Cause; 3] = [
    Cause::DemandZero,
    Cause::ZeroPageUpgrade,
    Cause::ZeroPageRead,
];

struct Judge<'a> {
    walk: &'a Walk<'a>,
    mapping: &'a Mapping,
    kind: Kind,
    size: PageSize,
    /// Whether the process was made by a fork in this statement.
    forked: bool,
}

impl Judge<'_> {
    /// The states before, page by page, where they can be compared just so: same VMA, no act touched it.
    fn old_states(&self) -> &[PageState] {
        let working = &self.walk.working;
        if self.forked || working.has_touched() {
            return &[];
        }
        let range = self.mapping.vma.range;
        working
            .base()
            .and_then(|base| base.mapping_at(range.start))
            .filter(|old| old.vma.range == range)
            .and_then(|old| old.pages.known())
            .map_or(&[], |pages| &pages.states)
    }

    fn drift(&self, at: Addr, now: PageState) -> Option<What> {
        let was = if self.walk.working.is_touched(at) {
            self.walk.working.state(at)
        } else {
            self.walk.working.at_start(at)
        };
        let (cause, call) = self.judge(at, was, now)?;
        Some(What {
            cause,
            call,
            read_ahead: cause == Cause::FaultAround && self.met(&[Cause::FileMajor]),
            before: was as u8,
            after: now as u8,
        })
    }

    fn judge(&self, at: Addr, was: PageState, now: PageState) -> Option<(Cause, Option<usize>)> {
        use PageState as P;
        let by = |function: fn(&Call) -> Option<Range>| self.call(at, function);
        match (was, now) {
            (was, now) if was == now || alike(was, now) => None,
            (P::Unknown, _) | (_, P::Unknown) => None,
            (_, P::Guard) | (P::Guard, P::Absent) => Some((Cause::ProtectionChanged, by(advised))),
            (P::Private, P::Shared | P::ZeroOrShared) => Some(match self.fork() {
                Some(fork) => (Cause::SharedByFork, Some(fork)),
                None => (Cause::Unexplained, None),
            }),
            (_, P::Absent | P::Swapped) => Some((Cause::Dropped, self.dropper(at))),
            (P::Shared | P::ZeroOrShared, P::Private) if !self.forked => {
                Some(self.inside(at).unwrap_or((Cause::ExclusiveAgain, None)))
            }
            // Whether fork copies entries of files depends on more than a snapshot shows.
            (P::Absent, now) if self.forked && is_of_file(now) => None,
            // Page tables moved along with the mapping.
            (P::Absent, _) if by(moved).is_some() => None,
            (was, now) => Some(self.arrived(at, was, now)),
        }
    }

    /// Why a page is there, or is another one, that no access of the program touched.
    fn arrived(&self, at: Addr, was: PageState, now: PageState) -> (Cause, Option<usize>) {
        if let Some(found) = self.inside(at) {
            return found;
        }
        let file = [
            Cause::FileMinor,
            Cause::FileMajor,
            Cause::SharedMemoryFault,
            Cause::SharedMemoryMap,
            Cause::WriteNotify,
        ];
        if was == PageState::Absent && is_of_file(now) && self.met(&file) {
            return (Cause::FaultAround, None);
        }
        let small = |usage: &Usage| {
            usage
                .sizes
                .get(Field::AnonHugePages)
                .is_none_or(|bytes| bytes == 0)
        };
        let allocator = (self.mapping.usage.known().is_none_or(small))
            .then(|| self.faulting_call())
            .flatten()
            .filter(|&call| is_allocator(&self.walk.calls[call]));
        if let Some(call) = allocator {
            return (self.by_library(was, now), Some(call));
        }
        // One fault, many entries: of a page of its own, or of the huge page of zeros.
        if matches!(now, PageState::Private | PageState::Zero) && self.met(&FRESH) {
            return (Cause::HugePage, None);
        }
        if let Some(call) = self.call(at, collapsed) {
            return (Cause::HugePage, Some(call));
        }
        match self.faulting_call() {
            Some(call) => (self.by_library(was, now), Some(call)),
            None => (Cause::Unexplained, None),
        }
    }

    /// Whether an access to this mapping faulted for one of these causes.
    fn met(&self, causes: &[Cause]) -> bool {
        let here = |run: &Run| run.mapping.map(|(range, _)| range) == Some(self.mapping.vma.range);
        self.walk
            .runs
            .iter()
            .any(|run| here(run) && causes.contains(&run.cause))
    }

    /// The call that says of itself that it touches the page: populating, or a buffer of `read` and `write`.
    fn inside(&self, at: Addr) -> Option<(Cause, Option<usize>)> {
        if let Some(call) = self.call(at, populated) {
            return Some((Cause::Populated, Some(call)));
        }
        let call = self.call(at, buffer)?;
        Some((Cause::KernelAccess, Some(call)))
    }

    /// What a library function did that touched the page as a program would.
    fn by_library(&self, was: PageState, now: PageState) -> Cause {
        match (now, was) {
            (PageState::Zero, _) => Cause::ZeroPageRead,
            (PageState::Private, PageState::Zero) => Cause::ZeroPageUpgrade,
            (PageState::Private, PageState::Shared) => Cause::CopyOnWrite,
            (PageState::Private, _) if self.kind == Kind::PrivateFile => Cause::PrivateFileCopy,
            (PageState::Private, _) => Cause::DemandZero,
            (PageState::Shmem, _) => Cause::SharedMemoryFault,
            (PageState::ShmemShared, _) => Cause::SharedMemoryMap,
            (PageState::File | PageState::FileShared, _) => Cause::FileMinor,
            _ => Cause::Unexplained,
        }
    }

    fn call(&self, at: Addr, range: fn(&Call) -> Option<Range>) -> Option<usize> {
        let page = Range::of(self.size.floor(at), self.size.bytes());
        self.walk
            .calls
            .iter()
            .rposition(|call| range(call).is_some_and(|range| range.intersection(page).is_some()))
    }

    fn faulting_call(&self) -> Option<usize> {
        self.walk
            .calls
            .iter()
            .rposition(|call| call.faults.total() > 0)
    }

    fn fork(&self) -> Option<usize> {
        self.walk
            .calls
            .iter()
            .rposition(|call| call.function == "fork")
    }

    fn dropper(&self, at: Addr) -> Option<usize> {
        self.call(at, advised).or_else(|| {
            let drops = [
                "ftruncate",
                "creat",
                "open",
                "fallocate",
                "malloc_trim",
                "free",
                "munmap",
                "mmap",
            ];
            self.walk
                .calls
                .iter()
                .rposition(|call| drops.contains(&call.function))
        })
    }
}

/// States that differ only in who else maps the page: what others did, and no change of this process.
fn alike(was: PageState, now: PageState) -> bool {
    use PageState as P;
    matches!(
        (was, now),
        (P::File, P::FileShared)
            | (P::FileShared, P::File)
            | (P::Shmem, P::ShmemShared)
            | (P::ShmemShared, P::Shmem)
            | (P::Zero | P::Shared, P::ZeroOrShared)
            | (P::ZeroOrShared, P::Zero | P::Shared)
            | (P::File | P::FileShared, P::Shmem | P::ShmemShared)
    )
}

/// Whether it is a function of malloc(3): those touch pages as a program does, and say nowhere which.
pub(super) fn is_allocator(call: &Call) -> bool {
    matches!(call.function, "malloc" | "calloc" | "realloc" | "free")
}

fn advised(call: &Call) -> Option<Range> {
    (call.function == "madvise" && call.result == 0)
        .then(|| Range::of(Addr(call.arguments[0]), call.arguments[1]))
}

fn collapsed(call: &Call) -> Option<Range> {
    advised(call).filter(|_| call.arguments[2] == MADV_COLLAPSE)
}

fn moved(call: &Call) -> Option<Range> {
    (call.function == "mremap" && call.result != -1)
        .then(|| Range::of(Addr(call.result as u64), call.arguments[2]))
}

fn populated(call: &Call) -> Option<Range> {
    let [first, length, third, flags, ..] = call.arguments;
    let populate = (libc::MAP_POPULATE | libc::MAP_LOCKED) as u64;
    let advice = [libc::MADV_POPULATE_READ, libc::MADV_POPULATE_WRITE];
    match call.function {
        "mmap" if call.result != -1 && flags & populate != 0 => {
            Some(Range::of(Addr(call.result as u64), length))
        }
        "madvise" if advice.iter().any(|&advice| advice as u64 == third) => {
            Some(Range::of(Addr(first), length))
        }
        "mlock" if call.result == 0 => Some(Range::of(Addr(first), length)),
        _ => None,
    }
}

fn buffer(call: &Call) -> Option<Range> {
    let moves = ["read", "pread", "write", "pwrite"];
    (moves.contains(&call.function) && call.faults.total() > 0)
        .then(|| Range::of(Addr(call.arguments[1]), call.arguments[2]))
}
