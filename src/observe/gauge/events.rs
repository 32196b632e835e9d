//! Page faults one by one, as `perf_event_open(2)` tells them.

use crate::mem::Addr;
use std::time::Duration;

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
