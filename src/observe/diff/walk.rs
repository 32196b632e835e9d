//! The acts of a statement, walked in order: each faulting access gets the page it met and its cause, and accesses
//! alike become one run.

use super::working::{self, Working};
use crate::mem::{
    Access, AccessKind, Act, Addr, Call, Faults, Nanos, PageSize, PageState, Range, Signal, Vma,
};
use crate::observe::cache::CacheState;
use crate::observe::cause::{self, Cause};
use crate::observe::snapshot::Snapshot;
use crate::observe::state::Kind;
use std::collections::{HashMap, HashSet};

/// Faulting accesses of one kind that met the same and got the same.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) cause: Cause,
    pub(crate) access: AccessKind,
    pub(crate) before: PageState,
    pub(crate) after: PageState,
    /// The VMA, and what kind it is; `None` where nothing is mapped.
    pub(crate) mapping: Option<(Range, Kind)>,
    /// The first address.
    pub(crate) address: Addr,
    /// Pages of the VMA, in the order of the accesses.
    pub(crate) pages: Vec<u64>,
    pub(crate) faults: Faults,
    pub(crate) times: Vec<Nanos>,
    /// Frames before and after of the first page, where they can be read.
    pub(crate) frames: (Option<u64>, Option<u64>),
    /// Whether its VMA touches another one: what was one mapping may be several by now.
    pub(crate) is_part: bool,
    /// Whether the page cache had the pages as dirty before the statement.
    pub(crate) is_dirty: bool,
    /// The signal, and why it was raised.
    pub(crate) signal: Option<(Signal, String)>,
}

/// What a walk found.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    pub(super) runs: Vec<Run>,
    pub(super) calls: Vec<Call>,
    /// The pages as the acts left them.
    pub(super) working: Working<'a>,
    /// Pages (by number) of which the process got a copy of its own.
    pub(super) copied: HashSet<u64>,
    /// The pages as they were when a child was forked, by its process number.
    pub(super) forks: Vec<(i64, Working<'a>)>,
}

/// What is known of a process around the statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'a> {
    pub(super) before: Option<&'a Snapshot>,
    pub(super) after: Option<&'a Snapshot>,
    /// Whether another process might share anonymous pages with it.
    pub(super) relatives: bool,
    pub(super) page_size: PageSize,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    cause: Cause,
    access: AccessKind,
    before: PageState,
    start: Option<Addr>,
    is_dirty: bool,
}

/// Walks the acts.
pub(super) fn walk<'a>(acts: &[Act], working: Working<'a>, around: Around<'_>) -> Walk<'a> {
    let last = last_faults(acts, around.page_size);
    let mut walker = Walker {
        walk: Walk {
            runs: Vec::new(),
            calls: Vec::new(),
            working,
            copied: HashSet::new(),
            forks: Vec::new(),
        },
        around,
        index: HashMap::new(),
    };
    for (at, act) in acts.iter().enumerate() {
        match act {
            Act::Call(call) => walker.call(call),
            Act::Access(access) if access.faults.total() > 0 || access.signal.is_some() => {
                walker.access(access, |page| last.get(&page) == Some(&at));
            }
            Act::Access(_) => {}
        }
    }
    walker.walk
}

/// The last faulting access of each page: only for that one the snapshot after tells what came of it.
fn last_faults(acts: &[Act], page_size: PageSize) -> HashMap<u64, usize> {
    let mut last = HashMap::new();
    for (at, act) in acts.iter().enumerate() {
        if let Act::Access(access) = act
            && access.faults.total() > 0
        {
            for page in reached(access, page_size) {
                last.insert(page_size.number(page), at);
            }
        }
    }
    last
}

/// The pages an access reaches: one, or two when it is unaligned.
fn reached(access: &Access, page_size: PageSize) -> impl Iterator<Item = Addr> {
    let last = access
        .address
        .0
        .saturating_add(u64::from(access.length.max(1)) - 1);
    let second = page_size.floor(Addr(last));
    let crosses = page_size.floor(access.address) != second;
    std::iter::once(access.address).chain(crosses.then_some(second))
}

struct Walker<'a, 'b> {
    walk: Walk<'a>,
    around: Around<'b>,
    index: HashMap<Key, usize>,
}

impl Walker<'_, '_> {
    fn call(&mut self, call: &Call) {
        if call.function == "fork" && call.result > 0 {
            self.walk
                .forks
                .push((call.result, self.walk.working.forked()));
        }
        self.walk.working.call(call);
        self.walk.calls.push(*call);
    }

    fn access(&mut self, access: &Access, is_last: impl Fn(u64) -> bool) {
        let pages: Vec<Addr> = reached(access, self.around.page_size).collect();
        // An unaligned access that faulted once: the page that was not ready is the one that faulted.
        let faulting = match (access.faults.total(), pages.as_slice()) {
            (2.., &[first, second]) => {
                let (one, other) = halves(access);
                self.fault(&one, first, is_last(self.around.page_size.number(first)));
                self.fault(
                    &other,
                    second,
                    is_last(self.around.page_size.number(second)),
                );
                return;
            }
            (1, &[first, second]) if self.before(first) != PageState::Absent => second,
            (_, pages) => pages[0],
        };
        let at = access.signal.map_or(faulting, |signal| {
            if signal.address.0 == 0 {
                faulting
            } else {
                signal.address
            }
        });
        self.fault(access, at, is_last(self.around.page_size.number(at)));
    }

    fn fault(&mut self, access: &Access, at: Addr, is_last: bool) {
        let size = self.around.page_size;
        let before = self.before(at);
        let found = self
            .around
            .after
            .filter(|_| is_last)
            .map(|after| after.state_at(at, size));
        let frames = if is_last && !self.walk.working.is_touched(at) {
            (
                frame(self.around.before, at, size),
                frame(self.around.after, at, size),
            )
        } else {
            (None, None)
        };
        let moved = frames
            .0
            .zip(frames.1)
            .map(|(before, after)| before != after);
        let vma = self.vma(at).cloned();
        let cause = cause::cause(access, before, found, vma.as_ref(), moved);
        let after = match (access.signal, &vma) {
            (None, Some(vma)) => expected(cause, Kind::of(vma), before, access.kind),
            _ => before,
        };
        if access.signal.is_none() {
            self.walk.working.touch(at, after);
            if after == PageState::Private && cause != Cause::Reuse {
                self.walk.copied.insert(size.number(at));
            }
        }
        self.record(
            access,
            at,
            vma.as_ref(),
            Met {
                cause,
                before,
                after: found.unwrap_or(after),
                frames,
            },
        );
    }

    fn record(&mut self, access: &Access, at: Addr, vma: Option<&Vma>, met: Met) {
        let page = vma.and_then(|vma| self.around.page_size.index_in(vma.range, at));
        let key = Key {
            cause: met.cause,
            access: access.kind,
            before: met.before,
            start: vma.map(|vma| vma.range.start),
            is_dirty: met.cause == Cause::WriteNotify && self.was_dirty(at),
        };
        let known = self
            .index
            .get(&key)
            .copied()
            .filter(|_| access.signal.is_none());
        let run = known.unwrap_or_else(|| {
            self.index.insert(key, self.walk.runs.len());
            self.walk.runs.push(Run {
                cause: met.cause,
                access: access.kind,
                before: met.before,
                after: met.after,
                mapping: vma.map(|vma| (vma.range, Kind::of(vma))),
                address: at,
                pages: Vec::new(),
                faults: Faults::default(),
                times: Vec::new(),
                frames: met.frames,
                is_part: vma.is_some_and(|vma| self.touches_another(vma.range)),
                is_dirty: key.is_dirty,
                signal: access.signal.map(|signal| {
                    let scene = cause::Scene {
                        after: self.around.after,
                        before: self.around.before,
                        page_size: self.around.page_size,
                    };
                    (signal, cause::why(scene, signal, access.kind, at))
                }),
            });
            self.walk.runs.len() - 1
        });
        let run = &mut self.walk.runs[run];
        run.pages.extend(page);
        run.faults += access.faults;
        run.times.push(access.elapsed);
    }

    /// The page as the next act meets it. Where the bits leave open whether it is the zero page or shared since
    /// fork, and there is nobody to share with, it is the zero page.
    fn before(&self, at: Addr) -> PageState {
        match self.walk.working.state(at) {
            PageState::ZeroOrShared if !self.around.relatives => PageState::Zero,
            state => state,
        }
    }

    /// Whether the page cache had the page as dirty before the statement, and nothing since had it written back.
    fn was_dirty(&self, at: Addr) -> bool {
        let saves = |call: &Call| matches!(call.function, "msync" | "fsync" | "sync_file_range");
        if self.walk.calls.iter().any(saves) {
            return false;
        }
        let known = || {
            let mapping = self.around.before?.mapping_at(at)?;
            let page = self.around.page_size.index_in(mapping.vma.range, at)?;
            mapping.cache.known()?.get(page as usize).copied()
        };
        known() == Some(CacheState::Dirty)
    }

    /// Whether another VMA of the lesson begins where this one ends, or ends where it begins.
    fn touches_another(&self, range: Range) -> bool {
        let is_ours = |at: u64| {
            let after = self
                .around
                .after
                .and_then(|after| after.mapping_at(Addr(at)));
            after.is_some_and(|mapping| !mapping.own)
        };
        is_ours(range.start.0.wrapping_sub(1)) || is_ours(range.end.0)
    }

    fn vma(&self, at: Addr) -> Option<&Vma> {
        let of = |snapshot: Option<&'_ Snapshot>| {
            snapshot.is_some_and(|snapshot| snapshot.mapping_at(at).is_some())
        };
        if of(self.around.after) {
            return self
                .around
                .after
                .and_then(|after| Some(&after.mapping_at(at)?.vma));
        }
        self.walk.working.mapped_at(at).or_else(|| {
            // For a process that came and went within the statement: as its parent had it.
            let base = self.walk.working.base();
            base.and_then(|base| Some(&base.mapping_at(at)?.vma))
        })
    }
}

/// What an access met, and what came of it.
#[derive(Clone, Copy)]
struct Met {
    cause: Cause,
    before: PageState,
    after: PageState,
    frames: (Option<u64>, Option<u64>),
}

fn frame(snapshot: Option<&Snapshot>, at: Addr, size: PageSize) -> Option<u64> {
    snapshot.and_then(|snapshot| snapshot.frame_at(at, size))
}

/// An access of two faults as two of one fault each.
fn halves(access: &Access) -> (Access, Access) {
    let one = Faults {
        minor: u64::from(access.faults.minor > 0),
        major: u64::from(access.faults.minor == 0),
    };
    let other = Faults {
        minor: access.faults.minor - one.minor,
        major: access.faults.major - one.major,
    };
    let part = |faults, nanos| Access {
        faults,
        elapsed: Nanos(nanos),
        ..*access
    };
    let half = access.elapsed.0 / 2;
    (part(one, half), part(other, access.elapsed.0 - half))
}

/// The page after a fault of that cause.
fn expected(cause: Cause, kind: Kind, before: PageState, access: AccessKind) -> PageState {
    match cause {
        Cause::DemandZero
        | Cause::ZeroPageUpgrade
        | Cause::CopyOnWrite
        | Cause::Reuse
        | Cause::PrivateFileCopy => PageState::Private,
        Cause::Unexplained | Cause::Spurious => before,
        _ => working::touched(kind, before, access == AccessKind::Write),
    }
}
