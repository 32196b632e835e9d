//! What was read of a process at one tick, for the screen of `watch`. Pure data: made by the reader, drawn by the view.
//!
//! A part that was not read at this tick is `None`, and the screen keeps what it had, with its age; one that could not
//! be read is an unknown with its reason. Nothing unknown is ever 0.

use super::request::Lens;
use crate::mem::{Addr, Faults, Pid, Range, Reading, Vma};
use crate::observe::portrait::area::Areas;
use crate::observe::portrait::kin::Kin;
use crate::observe::portrait::status::Status;
use std::sync::Arc;
use std::time::Duration;

/// One tick.
#[derive(Clone, Debug)]
pub struct Sample {
    /// When, since watching began, by the monotonic clock.
    pub at: Duration,
    /// Faults and CPU time so far: read at every tick.
    pub counters: Reading<Counters>,
    /// Sizes of `status`.
    pub status: Option<Reading<Status>>,
    /// Every VMA without sizes: read when the address space seems to have changed, and seldom otherwise.
    pub vmas: Option<Reading<Arc<Vec<Vma>>>>,
    /// The VMAs of the rows on the screen, as they are now; one that is gone is missing.
    pub rows: Option<Vec<Vma>>,
    /// The cells on the screen.
    pub cells: Option<Reading<Cells>>,
    /// Every VMA with all its sizes.
    pub sizes: Option<Reading<Arc<Areas>>>,
    /// The processes below this one, parents first; found by polling.
    pub family: Option<Vec<Kin>>,
    /// Faults one by one since the sample before, or why there are none to be had.
    pub events: Option<Reading<Vec<FaultEvent>>>,
    /// What became of the process.
    pub fate: Option<Fate>,
    /// What reading it all cost.
    pub cost: Cost,
}

/// Totals since the process began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Fields 10 and 12 of stat.
    pub faults: Faults,
    /// CPU time in user and kernel mode, in clock ticks (fields 14 and 15 of stat).
    pub cpu: u64,
    /// RSS in bytes, of `statm`; may lag by some pages a thread.
    pub rss: u64,
    /// All mappings in bytes, of `statm`.
    pub size: u64,
    /// The letter of its state.
    pub state: char,
    /// Number of threads.
    pub threads: u64,
}

/// What the pages of one cell are: how many of each kind. The rest of the cell is mapped but not present, or not
/// mapped at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mixture {
    /// Pages that a VMA covers.
    pub mapped: u64,
    /// Anonymous pages of this process alone.
    pub private: u64,
    /// Anonymous pages that others have mapped too (since fork).
    pub shared: u64,
    /// The shared zero page.
    pub zero: u64,
    /// Pages of files and of shared memory.
    pub file: u64,
    /// Swapped out.
    pub swapped: u64,
    /// Guard pages.
    pub guard: u64,
    /// Present, of a kind that is not known: the overview asks only what is present.
    pub present: u64,
    /// Pages among the present ones that lie in huge pages mapped by a PMD.
    pub huge: u64,
    /// Whether the cell was read at all: an overview comes piece by piece.
    pub read: bool,
}

/// The cells of a lens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    /// The lens they were read for.
    pub lens: Lens,
    /// One a cell, from `lens.first` on.
    pub list: Vec<Mixture>,
    /// How much of it is read so far, in parts of 1000: an overview of scattered memory takes many ticks.
    pub progress: u32,
}

/// One page fault, as the kernel's perf events tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultEvent {
    /// When, since watching began.
    pub at: Duration,
    /// The address that was accessed.
    pub addr: Addr,
    /// Where the code stood.
    pub instruction: Addr,
    /// The thread.
    pub thread: i32,
    /// Whether the page had to be read from a disk.
    pub major: bool,
}

/// What became of the process that is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It has ended; what was read last is the last there was.
    Ended(String),
    /// It became another program (execve); everything is read anew.
    Became(String),
    /// It may no longer be read (it changed its user, or hid itself), with the reason.
    Refused(String),
}

/// What a tick cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// CPU time of the reading thread.
    pub cpu: Duration,
    /// System calls made.
    pub calls: u64,
    /// The longest of them that makes the process wait for its own mmap calls.
    pub longest: Duration,
    /// The interval until the next tick: longer when reading costs more than its share.
    pub pause: Duration,
}

/// A process to be watched, as the screen is told at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its number.
    pub pid: Pid,
    /// Its arguments in one line, made safe for a terminal.
    pub command: String,
    /// Whether this program started it, and ends it with itself.
    pub ours: bool,
    /// Bytes of a page.
    pub page: u64,
    /// The addresses that a process may have here, from 0: what a map to scale is drawn of.
    pub space: Range,
}
