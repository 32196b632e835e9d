//! Faults in a row that are alike: by one thread, of one kind, in one VMA, by code of one VMA. A program that writes a
//! megabyte makes one of 256 faults, not 256 rows.

use super::Watching;
use crate::mem::Addr;
use crate::watch::sample::FaultEvent;

/// Faults in a row that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first of them.
    pub first: FaultEvent,
    /// The last of them.
    pub last: FaultEvent,
    /// How many were told.
    pub count: u64,
}

impl Watching {
    /// The faults that are kept, the latest last.
    pub fn runs(&self) -> Vec<Run> {
        let vma = |addr: Addr| self.lines().and_then(|vmas| vmas.at(addr));
        let alike = |one: &FaultEvent, other: &FaultEvent| {
            (one.thread, one.major) == (other.thread, other.major)
                && vma(one.addr) == vma(other.addr)
                && vma(one.instruction) == vma(other.instruction)
        };
        let mut runs: Vec<Run> = Vec::new();
        for event in &self.events {
            match runs.last_mut() {
                Some(run) if alike(&run.last, event) => {
                    run.last = *event;
                    run.count += 1;
                }
                _ => runs.push(Run {
                    first: *event,
                    last: *event,
                    count: 1,
                }),
            }
        }
        runs
    }
}
