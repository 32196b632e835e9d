//! What was true after a line: the unit of the time machine, the transcript and the screen.

use super::race::Race;
use crate::mem::{Outcome, Process, Reading};
use crate::observe::{Change, Snapshot};
use serde::{Deserialize, Serialize};
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

/// The place of a line that stands in no lesson: the learner typed it.
pub const TYPED: Range<usize> = usize::MAX..usize::MAX;

/// One line of a step that has run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// Index of the step.
    pub step: usize,
    /// Index of the line within the step.
    pub line: usize,
    /// The process it ran in; of a group, the first.
    pub process: Process,
    /// The numbers of the peers that ran it, when it was a group.
    pub group: Option<RangeInclusive<u8>>,
    /// Its C, as written.
    pub code: String,
    /// Where it stands in the lesson's source, in bytes; [`TYPED`] when the learner typed it.
    pub span: Range<usize>,
    /// Its value as the transcript shows it: `0x1000000000`, `3`, `-1`; `None` for declarations without one.
    pub result: Option<String>,
    /// What it did, first in its own process, then in those it forked; of a group, peer by peer. Empty for a race.
    pub outcomes: Vec<(Process, Outcome)>,
    /// What came of it, when it was a race: then `code` and `span` are those of all its blocks.
    pub race: Option<Race>,
}

impl Ran {
    /// Who ran it, in words: `main`, `peer 1-10`.
    pub fn actor(&self) -> String {
        actor(self.process, self.group.as_ref())
    }

    /// Whether the learner typed it.
    pub fn is_typed(&self) -> bool {
        self.span == TYPED
    }
}

/// Who ran a line, in words.
pub(super) fn actor(process: Process, group: Option<&RangeInclusive<u8>>) -> String {
    match group {
        Some(group) => format!("peer {}-{}", group.start(), group.end()),
        None => process.to_string(),
    }
}

/// What was true after a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The line, or `None` for the moment before the first one.
    pub ran: Option<Ran>,
    /// Every living process.
    pub snapshots: Vec<Arc<Snapshot>>,
    /// What changed since the moment before, with causes.
    pub changes: Vec<Change>,
}

/// A prediction with what the kernel said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graded {
    /// Index of the step.
    pub step: usize,
    /// Index of the prediction part within the step.
    pub part: usize,
    /// The learner's guess: the number typed, or the value of the choice as the lesson writes it; `None` when skipped.
    pub guess: Option<String>,
    /// The measured answer.
    pub answer: Reading<i64>,
    /// The same as a value of its type: `'c' (99)`; empty where it is unknown.
    pub shown: String,
    /// The choice that the answer matches, if one does.
    pub matched: Option<usize>,
    /// Whether the guess was right; `None` when nothing was guessed or nothing could be measured.
    pub right: Option<bool>,
}

/// What became of an expectation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// Not to be known here, or within noise, and why.
    Unknown(String),
}

/// An expectation with what was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// The expression as written.
    pub expression: String,
    /// Whether it holds.
    pub verdict: Verdict,
    /// What its parts were, for the reader: `child.minor_faults = 1`.
    pub measured: String,
}
