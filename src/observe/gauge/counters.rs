//! `/proc/<pid>/stat` and `statm`, read at every tick: faults, CPU time, RSS. See proc(5).

use crate::mem::Faults;

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
