//! What a line was, in one word: the mark it has on a strip of many.

use crate::mem::{Ending, Outcome, Process};
use crate::observe::Cause;
use crate::session::moment::{Moment, Ran};

/// What a line was; of what it was several of, the last here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It ran, and cost no fault.
    #[default]
    Quiet,
    /// It cost minor faults.
    Minor,
    /// A page was copied: copy-on-write, or out of the page cache.
    Copied,
    /// It cost major faults.
    Major,
    /// It was a race.
    Race,
    /// A process began with it: forked, or started.
    Forked,
    /// A call failed: `errno` is set.
    Failed,
    /// It ended a process, or was stopped.
    Ended,
    /// It raised a signal.
    Raised,
}

impl Kind {
    /// Every kind, in their order.
    pub const ALL: [Self; 9] = [
        Self::Quiet,
        Self::Minor,
        Self::Copied,
        Self::Major,
        Self::Race,
        Self::Forked,
        Self::Failed,
        Self::Ended,
        Self::Raised,
    ];

    /// What a line was.
    pub fn of(ran: &Ran, moment: &Moment) -> Self {
        let outcomes = ran.outcomes.iter().map(|(_, outcome)| outcome);
        let all = outcomes.map(by_outcome);
        let causes = moment.changes.iter().map(|change| by_cause(change.cause));
        let race = ran.race.is_some().then_some(Self::Race);
        all.chain(causes)
            .chain(race)
            .chain(new_children(&ran.outcomes))
            .max()
            .unwrap_or_default()
    }

    /// In words, for a legend.
    pub fn words(self) -> &'static str {
        match self {
            Self::Quiet => "ran without a fault",
            Self::Minor => "cost minor faults",
            Self::Copied => "a page was copied",
            Self::Major => "cost major faults",
            Self::Race => "a race",
            Self::Forked => "a process began",
            Self::Failed => "a call failed (errno)",
            Self::Ended => "a process ended, or the line was stopped",
            Self::Raised => "raised a signal",
        }
    }
}

fn by_outcome(outcome: &Outcome) -> Kind {
    let faults = outcome.totals.faults;
    match &outcome.ending {
        Ending::Signal(_) => Kind::Raised,
        Ending::Exited(_) | Ending::Died(_) | Ending::Interrupted(_) => Kind::Ended,
        Ending::Finished if outcome.errno != 0 => Kind::Failed,
        Ending::Finished if faults.major > 0 => Kind::Major,
        Ending::Finished if faults.minor > 0 => Kind::Minor,
        Ending::Finished => Kind::Quiet,
    }
}

fn by_cause(cause: Cause) -> Kind {
    match cause {
        Cause::CopyOnWrite | Cause::PrivateFileCopy => Kind::Copied,
        Cause::ProcessCreated => Kind::Forked,
        Cause::ProcessEnded => Kind::Ended,
        _ => Kind::Quiet,
    }
}

/// A process that took part in a line and is not the one it ran in was made by it.
fn new_children(outcomes: &[(Process, Outcome)]) -> Option<Kind> {
    let others = outcomes.iter().skip(1).map(|(process, _)| process);
    let mut children = others.filter(|process| matches!(process, Process::Child(_)));
    children.next().map(|_| Kind::Forked)
}
