//! What is at hand of every line that ran: small, plain, and enough to list it, to count it and to run it again.

use super::ground::Ground;
use super::kind::Kind;
use crate::mem::{Act, Call, Ending, Faults, Nanos, Process};
use crate::session::moment::{Moment, Ran, TYPED, actor};
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

/// A call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The call.
    pub call: Call,
    /// What stands where it points to, after the line; `None` where it points to no memory, or its process is gone.
    pub ground: Option<Ground>,
}

/// A line that ran, in a few hundred bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Index of the step.
    pub step: usize,
    /// Index of the line within the step.
    pub line: usize,
    /// The process it ran in; of a group, the first.
    pub process: Process,
    /// The numbers of the peers that ran it, when it was a group.
    pub group: Option<RangeInclusive<u8>>,
    /// Its C, as written.
    pub code: Arc<str>,
    /// Where it stands in the lesson's source, in bytes; [`TYPED`] when the learner typed it.
    pub span: Range<usize>,
    /// Its value as the transcript shows it.
    pub result: Option<Box<str>>,
    /// What it was, in a word.
    pub kind: Kind,
    /// Whether it was a race.
    pub is_race: bool,
    /// How it ended in its own process; `None` for a race.
    pub ending: Option<Ending>,
    /// Whether it ended badly in any process: by a signal, a death, or stopped from outside.
    pub went_wrong: bool,
    /// `errno` of the last call that failed in its own process; 0 when none did.
    pub errno: i32,
    /// That call.
    pub failed: Option<Box<Failed>>,
    /// Faults of the measured acts of each process that took part, in the order of the outcomes.
    pub faults: Box<[(Process, Faults)]>,
    /// How long it took in its process, where it did something there. The pauses of slow motion are not in it. A group
    /// has no time: its processes took turns.
    pub elapsed: Option<Nanos>,
    /// How many changes it made.
    pub changes: usize,
    /// How many processes lived after it.
    pub living: usize,
}

impl Line {
    /// What is at hand of a line and its moment.
    pub fn of(ran: &Ran, moment: &Moment) -> Self {
        let own = ran.outcomes.first().map(|(_, outcome)| outcome);
        let outcomes = ran.outcomes.iter();
        let elapsed = match &ran.outcomes[..] {
            [(_, one)] if one.totals.accesses + one.totals.calls > 0 => Some(one.totals.elapsed),
            _ => None,
        };
        let mut acts = own
            .into_iter()
            .flat_map(|outcome| outcome.acts.iter().rev());
        Self {
            step: ran.step,
            line: ran.line,
            process: ran.process,
            group: ran.group.clone(),
            code: ran.code.as_str().into(),
            span: ran.span.clone(),
            result: ran.result.as_deref().map(Into::into),
            kind: Kind::of(ran, moment),
            is_race: ran.race.is_some(),
            ending: own.map(|outcome| outcome.ending.clone()),
            went_wrong: outcomes.clone().any(|(_, outcome)| is_bad(&outcome.ending)),
            errno: own.map_or(0, |outcome| outcome.errno),
            failed: acts.find_map(call).map(|call| {
                let mut living = moment.snapshots.iter();
                let snapshot = living.find(|snapshot| snapshot.process == ran.process);
                let ground = snapshot.and_then(|snapshot| Ground::of(&call, snapshot));
                Box::new(Failed { call, ground })
            }),
            faults: outcomes
                .map(|(process, outcome)| (*process, outcome.totals.faults))
                .collect(),
            elapsed,
            changes: moment.changes.len(),
            living: moment.snapshots.len(),
        }
    }

    /// Bytes that it refers to, its code apart.
    pub(super) fn bytes(&self) -> usize {
        let result = self.result.as_ref().map_or(0, |text| text.len());
        let failed = self.failed.as_ref().map_or(0, |_| size_of::<Failed>());
        let ending = match &self.ending {
            Some(Ending::Interrupted(why) | Ending::Died(why)) => why.len(),
            _ => 0,
        };
        size_of_val(&*self.faults) + result + failed + ending
    }

    /// Who ran it, in words: `main`, `peer 1-10`.
    pub fn actor(&self) -> String {
        actor(self.process, self.group.as_ref())
    }

    /// Whether the learner typed it.
    pub fn is_typed(&self) -> bool {
        self.span == TYPED
    }

    /// Whether it is the statement at `span`, or the race that the statement is a part of.
    pub fn is_of(&self, span: &Range<usize>) -> bool {
        let inside = self.span.start <= span.start && span.end <= self.span.end;
        self.span == *span || (self.is_race && inside)
    }

    /// Faults of all its processes together.
    pub fn all_faults(&self) -> Faults {
        let mut all = Faults::default();
        for (_, faults) in &self.faults {
            all += *faults;
        }
        all
    }
}

/// Endings that a line should not have.
fn is_bad(ending: &Ending) -> bool {
    matches!(
        ending,
        Ending::Signal(_) | Ending::Died(_) | Ending::Interrupted(_)
    )
}

/// A call that failed.
fn call(act: &Act) -> Option<Call> {
    match act {
        Act::Call(call) if call.errno != 0 => Some(*call),
        _ => None,
    }
}
