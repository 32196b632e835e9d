//! The pages of a process while a statement runs: the snapshot before, with every act applied so far.
//!
//! A page may change more than once within one statement (read, then written; mapped, touched, dropped), and each act
//! must be judged by what it met. Nothing here is believed after the statement: then the snapshot counts.

use super::pieces::Pieces;
use crate::mem::{Addr, Backing, Call, PageSize, PageState, Perms, Range, Vma};
use crate::observe::state::Kind;
use crate::observe::{Mapping, Snapshot};
use std::collections::HashMap;

/// Everything: `fork` concerns all pages.
const EVERYWHERE: Range = Range {
    start: Addr(0),
    end: Addr(u64::MAX),
};

// Values of `<sys/mman.h>` that libc has not on every target.
const MADV_DONTNEED_LOCKED: u64 = 24;
const MADV_GUARD_INSTALL: u64 = 102;
const MADV_GUARD_REMOVE: u64 = 103;

/// What a call did to the pages of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// Page-table entries are gone.
    Clear,
    /// Those of files are gone; anonymous pages have nowhere to go without swap.
    ClearFiles,
    /// Guard pages were installed.
    Guard,
    /// They were taken away.
    Unguard,
    /// Touched by the kernel: for writing, or for reading only.
    Touched { write: bool },
    /// The process forked: its own pages are shared now.
    Forked,
    /// The process was made by a fork: it has what the parent had, but for pages of files.
    Inherited,
}

impl Effect {
    /// Whether the page is the same afterwards, whatever it was.
    fn is_final(self) -> bool {
        matches!(self, Self::Clear | Self::Guard)
    }
}

/// An effect, and how many there were before it.
type Mark = (usize, Effect);

/// The pages of one process, as they are believed to be just now.
#[derive(Clone, Debug)]
pub(super) struct Working<'a> {
    page_size: PageSize,
    base: Option<&'a Snapshot>,
    /// Pages that faulting accesses changed, with the number of effects that came before.
    touched: HashMap<u64, (usize, PageState)>,
    /// What calls did to each piece of memory, in order, as far as it can still be told.
    effects: Pieces<Vec<Mark>>,
    /// Number of effects so far.
    count: usize,
    /// Number of effects that were there when the process began: those of its parent.
    inherited: usize,
    /// Where `fork` copied the page-table entries of files: where private copies stand among them. In address order.
    copied: Vec<Range>,
    /// VMAs that calls made; kept for accesses to memory that neither snapshot knows.
    mapped: Pieces<Vma>,
}

impl<'a> Working<'a> {
    /// As the snapshot before the statement has it; with nothing mapped when there is none.
    pub(super) fn new(base: Option<&'a Snapshot>, page_size: PageSize) -> Self {
        Self {
            page_size,
            base,
            touched: HashMap::new(),
            effects: Pieces::default(),
            count: 0,
            inherited: 0,
            copied: Vec::new(),
            mapped: Pieces::default(),
        }
    }

    /// The pages of a child forked just now.
    pub(super) fn forked(&self) -> Self {
        let mut child = self.clone();
        child.push(EVERYWHERE, Effect::Inherited);
        child.inherited = child.count;
        let mappings = self.base.into_iter().flat_map(|base| &base.mappings);
        child.copied = mappings
            .filter(|mapping| copies_entries(mapping))
            .map(|mapping| mapping.vma.range)
            .collect();
        child
    }

    /// The snapshot that all began with: for a forked process its parent's.
    pub(super) fn base(&self) -> Option<&'a Snapshot> {
        self.base
    }

    /// The page at `addr` just now.
    pub(super) fn state(&self, addr: Addr) -> PageState {
        let all = self.count;
        match self.touched.get(&self.page_size.number(addr)) {
            Some(&(from, state)) => self.fold(from..all, state, addr),
            None => self.fold(0..all, self.at_base(addr), addr),
        }
    }

    /// The page at `addr` when the process began the statement, or was forked.
    pub(super) fn at_start(&self, addr: Addr) -> PageState {
        self.fold(0..self.inherited, self.at_base(addr), addr)
    }

    fn at_base(&self, addr: Addr) -> PageState {
        self.base.map_or(PageState::Absent, |base| {
            base.state_at(addr, self.page_size)
        })
    }

    /// What those effects, by their number, made of a page.
    fn fold(&self, effects: std::ops::Range<usize>, state: PageState, addr: Addr) -> PageState {
        let marks = self.effects.at(addr).map_or(&[][..], Vec::as_slice);
        let first = marks.partition_point(|(at, _)| *at < effects.start);
        marks[first..]
            .iter()
            .take_while(|(at, _)| *at < effects.end)
            .fold(state, |state, (_, effect)| {
                self.applied(*effect, state, addr)
            })
    }

    /// Notes what a call did to a range.
    fn push(&mut self, range: Range, effect: Effect) {
        let mark = (self.count, effect);
        self.count += 1;
        let inherited = self.inherited;
        if effect.is_final() && inherited == 0 {
            self.effects.put(range, vec![mark]);
        } else {
            self.effects
                .update(range, |marks| add(marks, mark, inherited));
        }
    }

    /// Whether a faulting access touched any page.
    pub(super) fn has_touched(&self) -> bool {
        !self.touched.is_empty()
    }

    /// Whether a faulting access touched the page at `addr`.
    pub(super) fn is_touched(&self, addr: Addr) -> bool {
        self.touched.contains_key(&self.page_size.number(addr))
    }

    /// A faulting access left the page at `addr` as `state`.
    pub(super) fn touch(&mut self, addr: Addr, state: PageState) {
        self.touched
            .insert(self.page_size.number(addr), (self.count, state));
    }

    /// The VMA that a call of this statement made at `addr`, the latest first.
    pub(super) fn mapped_at(&self, addr: Addr) -> Option<&Vma> {
        self.mapped.at(addr)
    }

    /// Applies a call that succeeded.
    pub(super) fn call(&mut self, call: &Call) {
        if call.result == -1 {
            return;
        }
        let [first, second, third, ..] = call.arguments;
        let range = self.whole_pages(first, second);
        match call.function {
            "mmap" => self.mmap(call),
            "munmap" => self.push(range, Effect::Clear),
            "madvise" => {
                if let Some(effect) = advice(third) {
                    self.push(range, effect);
                }
            }
            "mlock" => self.push(range, Effect::Touched { write: true }),
            "fork" => self.push(EVERYWHERE, Effect::Forked),
            "read" | "pread" if call.result > 0 => {
                let buffer = self.whole_pages(second, call.result as u64);
                self.push(buffer, Effect::Touched { write: true });
            }
            "write" | "pwrite" if call.result > 0 => {
                let buffer = self.whole_pages(second, call.result as u64);
                self.push(buffer, Effect::Touched { write: false });
            }
            _ => {}
        }
    }

    fn mmap(&mut self, call: &Call) {
        let [_, length, protection, flags, descriptor, offset] = call.arguments;
        let range = self.whole_pages(call.result as u64, length);
        let has = |flag: i32| flags & flag as u64 != 0;
        let allows = |flag: i32| protection & flag as u64 != 0;
        let perms = Perms {
            read: allows(libc::PROT_READ),
            write: allows(libc::PROT_WRITE),
            execute: allows(libc::PROT_EXEC),
            shared: has(libc::MAP_SHARED),
        };
        let backing = match (has(libc::MAP_ANONYMOUS), perms.shared) {
            (true, false) => Backing::Anonymous,
            (true, true) => Backing::SharedMemory {
                name: "/dev/zero (deleted)".to_owned(),
            },
            (false, _) => Backing::File {
                path: format!("descriptor {}", descriptor as i32),
                deleted: false,
            },
        };
        self.push(range, Effect::Clear);
        let vma = Vma {
            range,
            perms,
            offset,
            device: (0, 0),
            inode: 0,
            backing,
        };
        self.mapped.put(range, vma);
        if has(libc::MAP_POPULATE) || has(libc::MAP_LOCKED) {
            // Shared writable mappings are populated for reading: the first write still tells the kernel.
            let write = perms.write && !perms.shared;
            self.push(range, Effect::Touched { write });
        }
    }

    /// The pages that `length` bytes at `start` reach into.
    fn whole_pages(&self, start: u64, length: u64) -> Range {
        let end = self
            .page_size
            .pages(start.saturating_add(length))
            .saturating_mul(self.page_size.bytes());
        Range::new(self.page_size.floor(Addr(start)), Addr(end))
    }

    fn applied(&self, effect: Effect, state: PageState, addr: Addr) -> PageState {
        let file = is_of_file(state);
        match effect {
            Effect::Clear => PageState::Absent,
            Effect::ClearFiles if file => PageState::Absent,
            Effect::Guard => PageState::Guard,
            Effect::Unguard if state == PageState::Guard => PageState::Absent,
            Effect::Touched { write } => match self.kind(addr) {
                Some(kind) => touched(kind, state, write),
                None => state,
            },
            Effect::Forked | Effect::Inherited if state == PageState::Private => PageState::Shared,
            Effect::Inherited if file && !self.copies_entries(addr) => PageState::Absent,
            _ => state,
        }
    }

    fn kind(&self, addr: Addr) -> Option<Kind> {
        let known = self.base.and_then(|base| base.mapping_at(addr));
        let vma = self
            .mapped_at(addr)
            .or_else(|| known.map(|mapping| &mapping.vma))?;
        Some(Kind::of(vma))
    }

    /// Whether `fork` copied the page-table entries of files here.
    fn copies_entries(&self, addr: Addr) -> bool {
        let after = self.copied.partition_point(|range| range.end <= addr);
        let found = self.copied.get(after);
        found.is_some_and(|range| range.contains(addr))
    }
}

/// Whether `fork` copies the page-table entries of files of a mapping: only where private copies stand among them.
fn copies_entries(mapping: &Mapping) -> bool {
    let anonymous = |state: &PageState| state.is_anonymous();
    let pages = mapping.pages.known();
    mapping.vma.is_private() && pages.is_some_and(|pages| pages.states.iter().any(anonymous))
}

/// Adds an effect to those of a piece. What it makes unimportant goes: a loop may do the same a hundred thousand times.
/// Those before `inherited` stay, for what the process began with.
fn add(marks: &mut Vec<Mark>, mark: Mark, inherited: usize) {
    if mark.1.is_final() {
        marks.truncate(marks.partition_point(|(at, _)| *at < inherited));
    }
    let last = marks.last_mut().filter(|(at, _)| *at >= inherited);
    match (last, mark.1) {
        // A page that was touched for writing is there: reading it does nothing.
        (Some((_, Effect::Touched { write: true })), Effect::Touched { write: false }) => {}
        (Some(last @ (_, Effect::Touched { .. })), Effect::Touched { .. }) => *last = mark,
        (Some(last), effect) if last.1 == effect => *last = mark,
        _ => marks.push(mark),
    }
}

fn advice(advice: u64) -> Option<Effect> {
    Some(match i32::try_from(advice).ok()? {
        libc::MADV_DONTNEED | libc::MADV_REMOVE => Effect::Clear,
        libc::MADV_PAGEOUT => Effect::ClearFiles,
        libc::MADV_POPULATE_READ => Effect::Touched { write: false },
        libc::MADV_POPULATE_WRITE => Effect::Touched { write: true },
        _ => match advice {
            MADV_DONTNEED_LOCKED => Effect::Clear,
            MADV_GUARD_INSTALL => Effect::Guard,
            MADV_GUARD_REMOVE => Effect::Unguard,
            _ => return None,
        },
    })
}

/// What becomes of a page that is touched, in a VMA that allows it.
pub(super) fn touched(kind: Kind, before: PageState, write: bool) -> PageState {
    match (kind, write) {
        (Kind::PrivateAnonymous | Kind::PrivateFile, true) => PageState::Private,
        (Kind::PrivateAnonymous, false) if before == PageState::Absent => PageState::Zero,
        (Kind::PrivateFile | Kind::SharedFile, _) if before == PageState::Absent => PageState::File,
        (Kind::SharedMemory, _) if before == PageState::Absent => PageState::Shmem,
        _ => before,
    }
}

/// Whether the frame belongs to a file or to shared memory.
pub(super) fn is_of_file(state: PageState) -> bool {
    matches!(
        state,
        PageState::File | PageState::FileShared | PageState::Shmem | PageState::ShmemShared
    )
}
