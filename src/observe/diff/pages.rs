//! Pages that changed without a faulting access of their own process: dropped, shared, populated, mapped along.

use super::culprits::{Culprits, Deed, is_allocator};
use super::walk::Walk;
use super::working::is_of_file;
use crate::mem::{Addr, Faults, Field, PageSize, PageState, Range, Usage};
use crate::observe::cause::Cause;
use crate::observe::snapshot::{Mapping, Snapshot};
use crate::observe::state::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// Pages of one mapping to which the same happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Drift {
    pub(crate) what: What,
    pub(crate) mapping: Range,
    pub(crate) pages: Vec<u64>,
    /// The calls that did it, by their index among those of the walk, in order.
    pub(crate) calls: Vec<usize>,
    /// Faults of accesses to fresh memory of that mapping: with huge pages, those that brought these pages.
    pub(crate) faults: Faults,
}

/// What happened to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct What {
    pub(crate) cause: Cause,
    /// What was called that did it. A loop of calls that all do the same is told as one.
    pub(crate) function: Option<&'static str>,
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
    let culprits = Culprits::of(walk, size);
    let mut found: BTreeMap<(Range, What), (Vec<u64>, BTreeSet<usize>)> = BTreeMap::new();
    for mapping in after.lesson_mappings() {
        let Some(pages) = mapping.pages.known() else {
            continue;
        };
        let judge = Judge {
            walk,
            culprits: &culprits,
            met: culprits.met(mapping.vma.range),
            mapping,
            kind: Kind::of(&mapping.vma),
            forked,
        };
        let old = judge.old_states();
        for (index, &now) in (0u64..).zip(&pages.states) {
            // Most pages did not change: no need to look at them twice.
            if old.get(index as usize) == Some(&now) {
                continue;
            }
            let at = Addr(mapping.vma.range.start.0 + index * size.bytes());
            if let Some((what, call)) = judge.drift(at, now) {
                let (pages, calls) = found.entry((mapping.vma.range, what)).or_default();
                pages.push(index);
                calls.extend(call);
            }
        }
    }
    found
        .into_iter()
        .map(|((mapping, what), (pages, calls))| Drift {
            what,
            mapping,
            pages,
            calls: calls.into_iter().collect(),
            faults: culprits.fresh_faults(mapping),
        })
        .collect()
}

/// Causes of a fault that may bring a huge page.
pub(super) const FRESH: [Cause; 3] = [
    Cause::DemandZero,
    Cause::ZeroPageUpgrade,
    Cause::ZeroPageRead,
];

struct Judge<'a> {
    walk: &'a Walk<'a>,
    culprits: &'a Culprits,
    /// The causes of faults of accesses to this mapping.
    met: &'a [Cause],
    mapping: &'a Mapping,
    kind: Kind,
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

    /// What happened to a page, and the call that did it.
    fn drift(&self, at: Addr, now: PageState) -> Option<(What, Option<usize>)> {
        let was = if self.walk.working.is_touched(at) {
            self.walk.working.state(at)
        } else {
            self.walk.working.at_start(at)
        };
        let (cause, call) = self.judge(at, was, now)?;
        let what = What {
            cause,
            function: call.map(|call| self.walk.calls[call].function),
            read_ahead: cause == Cause::FaultAround && self.met_any(&[Cause::FileMajor]),
            before: was as u8,
            after: now as u8,
        };
        Some((what, call))
    }

    fn judge(&self, at: Addr, was: PageState, now: PageState) -> Option<(Cause, Option<usize>)> {
        use PageState as P;
        let by = |deed| self.culprits.last(deed, at);
        match (was, now) {
            (was, now) if was == now || alike(was, now) => None,
            (P::Unknown, _) | (_, P::Unknown) => None,
            // Page tables moved along with the mapping, guards among them.
            (P::Absent, _) if by(Deed::Moved) > by(Deed::Advised) => None,
            (_, P::Absent) if by(Deed::Left) > by(Deed::Advised) => None,
            (_, P::Guard) | (P::Guard, P::Absent) => {
                Some((Cause::ProtectionChanged, by(Deed::Advised)))
            }
            (P::Private, P::Shared | P::ZeroOrShared) => Some(match self.culprits.fork {
                Some(fork) => (Cause::SharedByFork, Some(fork)),
                None => (Cause::Unexplained, None),
            }),
            (_, P::Absent | P::Swapped) => Some((Cause::Dropped, self.dropper(at))),
            (P::Shared | P::ZeroOrShared, P::Private) if !self.forked => {
                Some(self.inside(at).unwrap_or((Cause::ExclusiveAgain, None)))
            }
            // Whether fork copies entries of files depends on more than a snapshot shows.
            (P::Absent, now) if self.forked && is_of_file(now) => None,
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
        if was == PageState::Absent && is_of_file(now) && self.met_any(&file) {
            return (Cause::FaultAround, None);
        }
        let small = |usage: &Usage| {
            usage
                .sizes
                .get(Field::AnonHugePages)
                .is_none_or(|bytes| bytes == 0)
        };
        let allocator = (self.mapping.usage.known().is_none_or(small))
            .then_some(self.culprits.faulting)
            .flatten()
            .filter(|&call| is_allocator(&self.walk.calls[call]));
        if let Some(call) = allocator {
            return (self.by_library(was, now), Some(call));
        }
        // One fault, many entries: of a page of its own, or of the huge page of zeros.
        if matches!(now, PageState::Private | PageState::Zero) && self.met_any(&FRESH) {
            return (Cause::HugePage, None);
        }
        if let Some(call) = self.culprits.last(Deed::Collapsed, at) {
            return (Cause::HugePage, Some(call));
        }
        match self.culprits.faulting {
            Some(call) => (self.by_library(was, now), Some(call)),
            None => (Cause::Unexplained, None),
        }
    }

    /// Whether an access to this mapping faulted for one of these causes.
    fn met_any(&self, causes: &[Cause]) -> bool {
        self.met.iter().any(|cause| causes.contains(cause))
    }

    /// The call that says of itself that it touches the page: populating, or a buffer of `read` and `write`.
    fn inside(&self, at: Addr) -> Option<(Cause, Option<usize>)> {
        if let Some(call) = self.culprits.last(Deed::Populated, at) {
            return Some((Cause::Populated, Some(call)));
        }
        let call = self.culprits.last(Deed::Buffer, at)?;
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

    fn dropper(&self, at: Addr) -> Option<usize> {
        let advised = self.culprits.last(Deed::Advised, at);
        advised.or(self.culprits.dropper)
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
