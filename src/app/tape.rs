//! A recording on the screen instead of a session: what is said of it, and what it cannot do.

use super::keys::Action;
use super::take::Take;
use crate::session::{Ran, Report};

/// What the screen knows of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tape {
    /// The day it was made.
    pub date: String,
    /// `uname -r` of the machine it was made on.
    pub kernel: String,
    /// What is said when something is to run.
    pub nothing_runs: String,
    /// How many lines are still to be shown.
    pub left: u64,
}

impl Tape {
    /// Whether an action needs processes that run.
    pub(super) fn forbids(action: Action) -> bool {
        matches!(
            action,
            Action::Try
                | Action::Submit
                | Action::NextActor
                | Action::ReadPage
                | Action::WritePage
                | Action::ProtectPage
                | Action::DropPage
                | Action::Fork
                | Action::Undo
                | Action::Replay
        )
    }
}

/// Opens and closes the input as the session had it: a line that was typed stands among those that were.
pub(super) fn follow(take: &mut Take, report: &Report) {
    let Report::Line(moment) = report else { return };
    let is_typed = moment.ran.as_ref().is_some_and(Ran::is_typed);
    if is_typed && take.explorer.is_none() {
        take.explorer = Some(take.shelved.take().unwrap_or_default());
    } else if !is_typed && take.explorer.is_some() {
        take.shelved = take.explorer.take();
        if let Some(shelved) = &mut take.shelved {
            shelved.on_pages = false;
        }
    }
}
