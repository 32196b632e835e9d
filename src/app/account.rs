//! What adds up over the lines that ran: the faults of each process, the names that pointers were given.
//!
//! Any moment may be looked at, also in a session of many thousand lines: what had added up is noted down from time to
//! time, and only the lines since then are gone through again.

use super::names::{self, Name};
use crate::mem::{Faults, Process};
use crate::session::Timeline;
use crate::session::timeline::Line;
use std::collections::BTreeMap;

/// Lines between two notes, at least; more where there are many names, so that notes never weigh more than lines.
const BETWEEN: usize = 256;

/// What had added up after a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Faults of each process's measured acts.
    pub faults: BTreeMap<Process, Faults>,
    /// The pointers that the lines put into variables, the latest value of each.
    pub names: Vec<Name>,
}

impl Account {
    fn add(&mut self, line: &Line) {
        for &(process, faults) in &line.faults {
            *self.faults.entry(process).or_default() += faults;
        }
        names::add(&mut self.names, line);
    }
}

/// The accounts of a session.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    /// What had added up after so many lines, in their order.
    notes: Vec<(usize, Account)>,
    now: Account,
    lines: usize,
}

impl Accounts {
    /// Takes in a line that has run.
    pub fn add(&mut self, line: &Line) {
        let noted = self.notes.last().map_or(0, |(lines, _)| *lines);
        if self.lines >= noted + BETWEEN.max(4 * self.now.names.len()) {
            self.notes.push((self.lines, self.now.clone()));
        }
        self.now.add(line);
        self.lines += 1;
    }

    /// What had added up in a moment of the session.
    pub fn at(&self, index: usize, timeline: &Timeline) -> Account {
        if index >= self.lines {
            return self.now.clone();
        }
        let later = self.notes.partition_point(|(lines, _)| *lines <= index);
        let noted = later.checked_sub(1).and_then(|last| self.notes.get(last));
        let (from, mut account) = noted.cloned().unwrap_or_default();
        for line in timeline.lines().get(from..index).unwrap_or_default() {
            account.add(line);
        }
        account
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Ending, Outcome, Totals};
    use crate::session::moment::TYPED;
    use crate::session::{Moment, Ran};

    fn moment(line: usize) -> Moment {
        let process = if line.is_multiple_of(3) {
            Process::Child(1)
        } else {
            Process::Main
        };
        let outcome = Outcome {
            totals: Totals {
                faults: Faults {
                    minor: line as u64,
                    major: 1,
                },
                ..Totals::default()
            },
            ..Outcome::empty(Ending::Finished)
        };
        let ran = Ran {
            step: 0,
            line: 0,
            process,
            group: None,
            code: format!("char *p{} = q;", line % 40),
            span: TYPED,
            result: Some(format!("{:#x}", 0x1000 * line)),
            outcomes: vec![(process, outcome)],
            race: None,
        };
        Moment {
            ran: Some(ran),
            snapshots: Vec::new(),
            changes: Vec::new(),
        }
    }

    #[test]
    fn the_account_of_any_moment_is_that_of_the_lines_before_it() {
        let mut timeline = Timeline::opened(Moment {
            ran: None,
            snapshots: Vec::new(),
            changes: Vec::new(),
        });
        let mut accounts = Accounts::default();
        let mut expected = vec![Account::default()];
        for line in 1..=3 * BETWEEN {
            timeline.push(moment(line));
            let line = timeline.line(line).unwrap();
            accounts.add(line);
            let mut account = expected.last().cloned().unwrap();
            account.add(line);
            expected.push(account);
        }
        for (index, expected) in expected.iter().enumerate() {
            assert_eq!(accounts.at(index, &timeline), *expected, "{index}");
        }
        assert_eq!(expected[4].faults[&Process::Main].minor, 1 + 2 + 4);
        assert_eq!(accounts.notes.len(), 2);
    }
}
