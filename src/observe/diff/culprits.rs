//! Which call, or which fault, did what to which memory: looked up once for every page that changed.

use super::pages::FRESH;
use super::pieces::Pieces;
use super::walk::Walk;
use crate::mem::{Addr, Call, Faults, PageSize, Range};
use crate::observe::cause::Cause;
use std::collections::HashMap;

/// Value of `<sys/mman.h>` that libc has not on every target.
const MADV_COLLAPSE: u64 = 25;

/// What a call says of itself that it does to a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Any advice of `madvise`.
    Advised,
    /// `MADV_COLLAPSE`.
    Collapsed,
    /// `mremap` brought the pages there.
    Moved,
    /// `mremap` took the pages from there.
    Left,
    /// The pages were asked for in advance.
    Populated,
    /// The kernel read or wrote them, as the buffer of a call.
    Buffer,
}

impl Deed {
    const ALL: [Self; 6] = [
        Self::Advised,
        Self::Collapsed,
        Self::Moved,
        Self::Left,
        Self::Populated,
        Self::Buffer,
    ];

    /// The range to which a call did so.
    fn range(self, call: &Call) -> Option<Range> {
        match self {
            Self::Advised => advised(call),
            Self::Collapsed => advised(call).filter(|_| call.arguments[2] == MADV_COLLAPSE),
            Self::Moved => moved(call),
            Self::Left => left(call),
            Self::Populated => populated(call),
            Self::Buffer => buffer(call),
        }
    }
}

/// The calls and faults of a walk, by what they concern.
#[derive(Debug)]
pub(super) struct Culprits {
    /// For each deed: the last call that did it, page by page.
    deeds: [Pieces<usize>; Deed::ALL.len()],
    /// Causes of faults, and the faults on fresh memory, by VMA.
    mappings: HashMap<Range, (Vec<Cause>, Faults)>,
    /// The last call that had faults.
    pub(super) faulting: Option<usize>,
    /// The last `fork`.
    pub(super) fork: Option<usize>,
    /// The last call that may take pages away without naming them.
    pub(super) dropper: Option<usize>,
}

impl Culprits {
    pub(super) fn of(walk: &Walk<'_>, size: PageSize) -> Self {
        let last = |is: fn(&Call) -> bool| walk.calls.iter().rposition(is);
        let mut culprits = Self {
            deeds: Default::default(),
            mappings: HashMap::new(),
            faulting: last(|call| call.faults.total() > 0),
            fork: last(|call| call.function == "fork"),
            dropper: last(drops),
        };
        for (index, call) in walk.calls.iter().enumerate() {
            for (deed, pieces) in Deed::ALL.iter().zip(&mut culprits.deeds) {
                let range = deed.range(call).filter(|range| range.length() > 0);
                if let Some(range) = range {
                    pieces.put(whole_pages(range, size), index);
                }
            }
        }
        for run in &walk.runs {
            let Some((range, _)) = run.mapping else {
                continue;
            };
            let (causes, fresh) = culprits.mappings.entry(range).or_default();
            causes.push(run.cause);
            if FRESH.contains(&run.cause) {
                *fresh += run.faults;
            }
        }
        culprits
    }

    /// The last call that did so to the page at `addr`.
    pub(super) fn last(&self, deed: Deed, addr: Addr) -> Option<usize> {
        self.deeds[deed as usize].at(addr).copied()
    }

    /// The causes of faults of accesses to a mapping.
    pub(super) fn met(&self, mapping: Range) -> &[Cause] {
        let found = self.mappings.get(&mapping);
        found.map_or(&[], |(causes, _)| causes)
    }

    /// The faults of accesses that found nothing, or the page of zeros, in a mapping.
    pub(super) fn fresh_faults(&self, mapping: Range) -> Faults {
        let found = self.mappings.get(&mapping);
        found.map_or_else(Faults::default, |(_, fresh)| *fresh)
    }
}

/// The pages that a range has bytes of.
fn whole_pages(range: Range, size: PageSize) -> Range {
    let end = size.pages(range.end.0).saturating_mul(size.bytes());
    Range::new(size.floor(range.start), Addr(end.max(range.start.0)))
}

/// Whether it is a function of malloc(3): those touch pages as a program does, and say nowhere which.
pub(super) fn is_allocator(call: &Call) -> bool {
    matches!(call.function, "malloc" | "calloc" | "realloc" | "free")
}

/// Whether a call may take pages away without naming them.
fn drops(call: &Call) -> bool {
    cuts_a_file(call) || matches!(call.function, "malloc_trim" | "free" | "munmap" | "mmap")
}

/// Whether a call may take pages of a file from everybody who maps it.
pub(super) fn cuts_a_file(call: &Call) -> bool {
    matches!(call.function, "ftruncate" | "creat" | "open" | "fallocate")
}

fn advised(call: &Call) -> Option<Range> {
    (call.function == "madvise" && call.result == 0)
        .then(|| Range::of(Addr(call.arguments[0]), call.arguments[1]))
}

fn moved(call: &Call) -> Option<Range> {
    (call.function == "mremap" && call.result != -1)
        .then(|| Range::of(Addr(call.result as u64), call.arguments[2]))
}

fn left(call: &Call) -> Option<Range> {
    let [from, length, ..] = call.arguments;
    (call.function == "mremap" && call.result != -1 && call.result as u64 != from)
        .then(|| Range::of(Addr(from), length))
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
