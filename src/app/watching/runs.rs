//! Faults in a row that are alike: by one thread, of one kind, in one VMA, by code of one VMA, one soon after the other.
//! A program that writes a megabyte makes one of 256 faults, not 256 rows.

use super::Watching;
use crate::mem::Addr;
use crate::watch::sample::FaultEvent;
use std::time::Duration;

/// What comes later than this after the one before it is another row.
const SOON: Duration = Duration::from_millis(500);

/// Faults in a row that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first of them.
    pub first: FaultEvent,
    /// The last of them.
    pub last: FaultEvent,
    /// How many they were; more than were told, where one of several is.
    pub count: u64,
    /// Whether every one of them was told, so that the number is to the last.
    pub is_exact: bool,
    /// Whether there may have been more, for which there was no room.
    pub and_more: bool,
}

impl Watching {
    /// The faults that are kept, the latest last.
    pub fn runs(&self) -> Vec<Run> {
        let vma = |addr: Addr| self.lines().and_then(|vmas| vmas.at(addr));
        let alike = |one: &FaultEvent, other: &FaultEvent| {
            (one.thread, one.major) == (other.thread, other.major)
                && vma(one.addr) == vma(other.addr)
                && vma(one.instruction) == vma(other.instruction)
                && other.at <= one.at + SOON
        };
        let mut runs: Vec<Run> = Vec::new();
        for event in &self.events {
            match runs.last_mut() {
                Some(run) if alike(&run.last, event) => {
                    run.last = *event;
                    run.count += event.stands_for;
                    run.is_exact &= event.one_of == 1;
                    run.and_more |= event.and_more;
                }
                _ => runs.push(Run {
                    first: *event,
                    last: *event,
                    count: event.stands_for,
                    is_exact: event.one_of == 1,
                    and_more: event.and_more,
                }),
            }
        }
        // Those before the first that is kept may have been of its row.
        if self.events.len() >= super::EVENTS {
            if runs.len() > 1 {
                runs.remove(0);
            } else if let Some(run) = runs.first_mut() {
                run.and_more = true;
            }
        }
        runs
    }
}
