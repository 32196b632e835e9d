//! What became of one statement in one process.

use super::{Act, Signal};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Page faults, as `getrusage(2)` counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Faults {
    /// Served without waiting for a page to be read (`ru_minflt`).
    pub minor: u64,
    /// The page was not in memory (`ru_majflt`): not in the page cache, or swapped out.
    pub major: u64,
}

impl Faults {
    /// Both kinds together.
    pub fn total(self) -> u64 {
        self.minor + self.major
    }
}

impl std::ops::AddAssign for Faults {
    fn add_assign(&mut self, other: Self) {
        self.minor += other.minor;
        self.major += other.major;
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count =
            |n: u64, kind: &str| format!("{n} {kind} fault{}", if n == 1 { "" } else { "s" });
        match (self.minor, self.major) {
            (0, 0) => f.write_str("0 faults"),
            (minor, 0) => f.write_str(&count(minor, "minor")),
            (0, major) => f.write_str(&count(major, "major")),
            (minor, major) => write!(f, "{} and {}", count(minor, "minor"), count(major, "major")),
        }
    }
}

/// A duration in nanoseconds, shown with three digits at most: `310 ns`, `1.9 us`, `12 ms`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Nanos(pub u64);

impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scaled = |unit: f64, name: &str| {
            let value = self.0 as f64 / unit;
            if value < 10.0 {
                format!("{value:.1} {name}")
            } else {
                format!("{value:.0} {name}")
            }
        };
        f.write_str(&match self.0 {
            0..1_000 => format!("{} ns", self.0),
            1_000..1_000_000 => scaled(1e3, "us"),
            1_000_000..1_000_000_000 => scaled(1e6, "ms"),
            _ => scaled(1e9, "s"),
        })
    }
}

/// Why a statement was interrupted that was told to stop by who looks on: how far it got is no result.
pub const ASKED_TO_STOP: &str = "it was asked to stop";

/// How a statement ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// It ran to its end.
    Finished,
    /// An access raised a signal; the rest of the statement did not run. The process lives on, as no real one would.
    Signal(Signal),
    /// It called `_exit` with this status; the process is gone.
    Exited(i32),
    /// It was stopped from outside (endless loops, waits that cannot end), and why.
    Interrupted(String),
    /// The process died of it, and how: `killed by SIGKILL`.
    Died(String),
}

impl Ending {
    /// Whether whoever looked on had it stopped.
    pub fn was_asked_to_stop(&self) -> bool {
        matches!(self, Self::Interrupted(why) if why == ASKED_TO_STOP)
    }
}

/// Counters over all acts of a statement, also those too many to be kept one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Loads and stores measured.
    pub accesses: u64,
    /// Calls made.
    pub calls: u64,
    /// Faults of all acts.
    pub faults: Faults,
    /// Time inside all acts.
    pub elapsed: Nanos,
    /// Median time of the accesses; 0 when there was none.
    pub median: Nanos,
}

/// What a process answered after one statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// Value of the statement's expression, as a 64-bit word; `None` when it has none or did not get there.
    pub value: Option<i64>,
    /// `errno` of the last call that failed in this statement; 0 when none did.
    pub errno: i32,
    /// What it printed.
    pub output: Vec<u8>,
    /// The acts, in order. All that faulted or raised a signal, all calls, and the first of the others.
    pub acts: Vec<Act>,
    /// Sums over all acts.
    pub totals: Totals,
}

impl Outcome {
    /// An outcome of a statement that did nothing and ended so.
    pub fn empty(ending: Ending) -> Self {
        Self {
            ending,
            value: None,
            errno: 0,
            output: Vec::new(),
            acts: Vec::new(),
            totals: Totals::default(),
        }
    }

    /// The signal that ended it, if one did.
    pub fn signal(&self) -> Option<Signal> {
        match self.ending {
            Ending::Signal(signal) => Some(signal),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_read_as_a_sentence_says_them() {
        let table = [
            ((0, 0), "0 faults"),
            ((1, 0), "1 minor fault"),
            ((16, 0), "16 minor faults"),
            ((0, 1), "1 major fault"),
            ((15, 2), "15 minor faults and 2 major faults"),
        ];
        for ((minor, major), shown) in table {
            assert_eq!(Faults { minor, major }.to_string(), shown);
        }
    }

    #[test]
    fn times_have_three_digits_at_most() {
        let table = [
            (310, "310 ns"),
            (1_900, "1.9 us"),
            (31_000, "31 us"),
            (2_500_000, "2.5 ms"),
            (3_000_000_000, "3.0 s"),
        ];
        for (ns, shown) in table {
            assert_eq!(Nanos(ns).to_string(), shown);
        }
    }
}
