//! The pages of a process while a statement runs: the snapshot before, with every act applied so far.
//!
//! A page may change more than once within one statement (read, then written; mapped, touched, dropped), and each act
//! must be judged by what it met. Nothing here is believed after the statement: then the snapshot counts.

use crate::mem::{Addr, Backing, Call, PageSize, PageState, Perms, Range, Vma};
use crate::observe::Snapshot;
use crate::observe::state::Kind;
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

/// The pages of one process, as they are believed to be just now.
#[derive(Clone, Debug)]
pub(super) struct Working<'a> {
    page_size: PageSize,
    base: Option<&'a Snapshot>,
    /// Pages that faulting accesses changed, with the number of effects that came before.
    touched: HashMap<u64, (usize, PageState)>,
    effects: Vec<(Range, Effect)>,
    /// Number of effects that were there when the process began: those of its parent.
    inherited: usize,
    /// VMAs that calls made; kept for accesses to memory that neither snapshot knows.
    mapped: Vec<Vma>,
}

impl<'a> Working<'a> {
    /// As the snapshot before the statement has it; with nothing mapped when there is none.
    pub(super) fn new(base: Option<&'a Snapshot>, page_size: PageSize) -> Self {
        Self {
            page_size,
            base,
            touched: HashMap::new(),
            effects: Vec::new(),
            inherited: 0,
            mapped: Vec::new(),
        }
    }

    /// The pages of a child forked just now.
    pub(super) fn forked(&self) -> Self {
        let mut child = self.clone();
        child.effects.push((EVERYWHERE, Effect::Inherited));
        child.inherited = child.effects.len();
        child
    }

    /// The snapshot that all began with: for a forked process its parent's.
    pub(super) fn base(&self) -> Option<&'a Snapshot> {
        self.base
    }

    /// The page at `addr` just now.
    pub(super) fn state(&self, addr: Addr) -> PageState {
        match self.touched.get(&self.page_size.number(addr)) {
            Some(&(from, state)) => self.fold(&self.effects[from..], state, addr),
            None => self.fold(&self.effects, self.at_base(addr), addr),
        }
    }

    /// The page at `addr` when the process began the statement, or was forked.
    pub(super) fn at_start(&self, addr: Addr) -> PageState {
        self.fold(&self.effects[..self.inherited], self.at_base(addr), addr)
    }

    fn at_base(&self, addr: Addr) -> PageState {
        self.base.map_or(PageState::Absent, |base| {
            base.state_at(addr, self.page_size)
        })
    }

    fn fold(&self, effects: &[(Range, Effect)], state: PageState, addr: Addr) -> PageState {
        effects
            .iter()
            .filter(|(range, _)| range.contains(addr))
            .fold(state, |state, (_, effect)| {
                self.applied(*effect, state, addr)
            })
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
            .insert(self.page_size.number(addr), (self.effects.len(), state));
    }

    /// The VMA that a call of this statement made at `addr`, the latest first.
    pub(super) fn mapped_at(&self, addr: Addr) -> Option<&Vma> {
        self.mapped
            .iter()
            .rev()
            .find(|vma| vma.range.contains(addr))
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
            "munmap" => self.effects.push((range, Effect::Clear)),
            "madvise" => self
                .effects
                .extend(advice(third).map(|effect| (range, effect))),
            "mlock" => self.effects.push((range, Effect::Touched { write: true })),
            "fork" => self.effects.push((EVERYWHERE, Effect::Forked)),
            "read" | "pread" if call.result > 0 => {
                let buffer = self.whole_pages(second, call.result as u64);
                self.effects.push((buffer, Effect::Touched { write: true }));
            }
            "write" | "pwrite" if call.result > 0 => {
                let buffer = self.whole_pages(second, call.result as u64);
                self.effects
                    .push((buffer, Effect::Touched { write: false }));
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
        self.effects.push((range, Effect::Clear));
        self.mapped.push(Vma {
            range,
            perms,
            offset,
            device: (0, 0),
            inode: 0,
            backing,
        });
        if has(libc::MAP_POPULATE) || has(libc::MAP_LOCKED) {
            // Shared writable mappings are populated for reading: the first write still tells the kernel.
            let write = perms.write && !perms.shared;
            self.effects.push((range, Effect::Touched { write }));
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

    /// Whether `fork` copies the page-table entries of files here: only where private copies stand among them.
    fn copies_entries(&self, addr: Addr) -> bool {
        self.base
            .and_then(|base| base.mapping_at(addr))
            .filter(|mapping| mapping.vma.is_private())
            .and_then(|mapping| mapping.pages.known())
            .is_some_and(|pages| pages.states.iter().any(|state| state.is_anonymous()))
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
