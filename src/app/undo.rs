//! Undoing lines: asked for, confirmed, done by the player in new processes, and told.

use crate::session::Replayed;

/// Whether lines are being undone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Undo {
    /// Nobody asks for it.
    #[default]
    No,
    /// The learner is asked whether the processes may end.
    Asked {
        /// How many lines are to run again in the new ones.
        keep: usize,
    },
    /// New processes run the lines again.
    Running {
        /// How many lines.
        keep: usize,
    },
    /// They have; nothing else has run since.
    Done(Replayed),
}

impl Undo {
    /// A line has run: after a replay, what was said of it is no longer what happened last.
    pub(super) fn line_ran(&mut self) {
        if let Self::Done(_) = self {
            *self = Self::No;
        }
    }
}
