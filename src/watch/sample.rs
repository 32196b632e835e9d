//! What was read of a process at one tick, for the screen of `watch`. Pure data: made by the reader, drawn by the view.
//!
//! A part that was not read at this tick is `None`, and the screen keeps what it had, with its age; one that could not
//! be read is an unknown with its reason. Nothing unknown is ever 0.

pub use crate::observe::gauge::cells::{Cells, Mixture};
pub use crate::observe::gauge::counters::Counters;
pub use crate::observe::gauge::events::{Events, FaultEvent};
pub use crate::observe::gauge::vmas::{Line, Vmas};

use crate::mem::{Pid, Range, Reading};
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
    pub vmas: Option<Reading<Arc<Vmas>>>,
    /// The VMAs of the rows on the screen, as they are now; one that is gone is missing. The same `Arc` as before where
    /// nothing has changed.
    pub rows: Option<Arc<Vmas>>,
    /// The cells on the screen. The same `Arc` as before where nothing has changed.
    pub cells: Option<Reading<Arc<Cells>>>,
    /// Every VMA with all its sizes.
    pub sizes: Option<Reading<Arc<Areas>>>,
    /// The processes below this one, parents first; found by polling.
    pub family: Option<Vec<Kin>>,
    /// Faults one by one since the sample before, or why there are none to be had.
    pub events: Option<Reading<Events>>,
    /// That it has become another program (execve) and everything is read anew: the one it is now, as
    /// [`Subject::command`] has it.
    pub became: Option<String>,
    /// What became of the process, at last.
    pub fate: Option<Fate>,
    /// What reading it all cost.
    pub cost: Cost,
}

/// How far the RSS of the counters may lag behind, in bytes: some pages a thread and CPU.
const LAG: u64 = 1 << 20;

/// Whether an RSS in bytes has become another: by more than a twentieth, and by more than what the counters lag behind.
pub fn is_other(rss: u64, now: u64) -> bool {
    now.abs_diff(rss) > (rss / 20).max(LAG)
}

/// What became of the process that is watched: nothing more comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It has ended; what was read last is the last there was.
    Ended(String),
    /// It may no longer be read (it changed its user, or hid itself), with the reason.
    Refused(String),
}

/// What a tick cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// CPU time of the reading thread.
    pub cpu: Duration,
    /// CPU time of this whole program since the tick before: drawing, and passing on what a command prints, among it.
    pub program: Duration,
    /// System calls made, but for those of finding the family.
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
    /// Whether it is a thread of the kernel, which has no memory of its own.
    pub is_kernel: bool,
    /// `vm.max_map_count`: how many VMAs a process may have; `None` where that is not known.
    pub most_vmas: Option<u64>,
}
