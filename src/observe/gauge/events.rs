//! Page faults one by one, as `perf_event_open(2)` tells them: address, instruction, thread, and whether it was a major
//! one. Not whether it read or wrote: the kernel does not say.
//!
//! One ring a thread, read at every tick and never waited for, so that the process is not slowed by wakeups. Where
//! faults are many, one of several is told.

use crate::mem::Addr;
use std::time::Duration;

/// One page fault.
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

/// The faults since the sample before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// Those that are told, in the order in which they happened.
    pub list: Vec<FaultEvent>,
    /// One of so many minor faults is told: 1 for all of them, more where they are very many.
    pub each: u64,
    /// How many more would have been told, had there been room for them.
    pub missed: u64,
    /// What kinds of faults cannot be seen here, as a sentence; `None` where all can, but for those that the process
    /// asks for itself (`MAP_POPULATE`, `MADV_POPULATE_WRITE`, `mlock`).
    pub blind: Option<String>,
}
