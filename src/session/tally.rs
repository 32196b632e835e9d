//! Sums over the lines of a step, or over those that a prediction spans: what `minor_faults`, `signal`, `errno` and
//! `ns` mean in its expressions.

use crate::mem::{Act, Faults, Nanos, Outcome, Process, Reading, Signal};
use std::collections::BTreeMap;

/// What the lines of one process did.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Faults of all acts.
    pub faults: Faults,
    /// Calls made, other than those that only load and store.
    pub calls: u64,
    /// The last signal an access raised.
    pub signal: Option<Signal>,
    /// `errno` of the last call that failed; 0 when none did.
    pub errno: i32,
    /// Times of the accesses that were kept one by one.
    times: Vec<Nanos>,
}

impl Tally {
    /// Median time of the accesses; `None` when there was none.
    pub fn median(&self) -> Option<Nanos> {
        let mut times = self.times.clone();
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    }
}

/// Tallies of every process that ran a line.
#[derive(Clone, Debug)]
pub struct Tallies {
    processes: BTreeMap<Process, Tally>,
    /// TLB shootdowns of the whole system meanwhile, or why they are not known.
    pub shootdowns: Reading<u64>,
}

impl Default for Tallies {
    fn default() -> Self {
        Self {
            processes: BTreeMap::new(),
            shootdowns: Reading::Known(0),
        }
    }
}

impl Tallies {
    /// Adds what a line did in one process.
    pub fn add(&mut self, process: Process, outcome: &Outcome) {
        let tally = self.processes.entry(process).or_default();
        tally.faults += outcome.totals.faults;
        tally.calls += outcome.totals.calls;
        tally.signal = outcome.signal().or(tally.signal);
        if outcome.errno != 0 {
            tally.errno = outcome.errno;
        }
        tally
            .times
            .extend(outcome.acts.iter().filter_map(|act| match act {
                Act::Access(access) => Some(access.elapsed),
                Act::Call(_) => None,
            }));
    }

    /// Adds the shootdowns of the whole system while a line ran.
    pub fn add_shootdowns(&mut self, while_it_ran: &Reading<u64>) {
        self.shootdowns = match (&self.shootdowns, while_it_ran) {
            (Reading::Known(sum), Reading::Known(more)) => Reading::Known(sum + more),
            (Reading::Unknown(why), _) | (_, Reading::Unknown(why)) => {
                Reading::Unknown(why.clone())
            }
        };
    }

    /// What a process did; nothing, when it ran no line.
    pub fn of(&self, process: Process) -> Tally {
        self.processes.get(&process).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Ending, Totals};

    #[test]
    fn lines_add_up_process_by_process() {
        let line = |minor, calls, errno| Outcome {
            errno,
            totals: Totals {
                faults: Faults { minor, major: 0 },
                calls,
                ..Totals::default()
            },
            ..Outcome::empty(Ending::Finished)
        };
        let mut tallies = Tallies::default();
        tallies.add(Process::Main, &line(16, 64, 0));
        tallies.add(Process::Child(1), &line(1, 0, 0));
        tallies.add(Process::Main, &line(2, 1, 22));
        tallies.add(Process::Main, &line(0, 0, 0));
        assert_eq!(tallies.of(Process::Main).faults.minor, 18);
        assert_eq!(tallies.of(Process::Main).calls, 65);
        assert_eq!(tallies.of(Process::Child(1)).calls, 0);
        assert_eq!(
            tallies.of(Process::Main).errno,
            22,
            "a later success does not hide an earlier failure"
        );
        assert_eq!(tallies.of(Process::Child(1)).faults.minor, 1);
        assert_eq!(tallies.of(Process::Peer(1)).faults.minor, 0);
        assert_eq!(tallies.of(Process::Peer(1)).median(), None);
    }
}
