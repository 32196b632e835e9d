//! What the screen asks of the thread that plays a lesson, and what that thread tells it.

use super::journal::Replayed;
use super::moment::{Expected, Graded, Moment};
use super::script::Position;
use super::stage::Machine;
use crate::c::Variable;
use crate::diagnostic::Diagnostic;
use crate::lesson::{Lesson, Who};
use crate::mem::{Addr, Contents, Outcome, Process, Reading};
use crate::observe::Snapshot;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A wish of the learner.
#[derive(Clone, Debug)]
pub enum Command {
    /// Start a lesson at a step; the lines of earlier steps are run first, quickly, and reported as usual.
    Open {
        /// The lesson.
        lesson: Arc<Lesson>,
        /// Index of the step to start at.
        step: usize,
    },
    /// Do the next thing: run a line, ask, grade, check. A guess answers the question that is next.
    Advance {
        /// The learner's guess, when the next thing is a question.
        guess: Option<String>,
        /// Whether loops, memset and fork are shown in slow motion.
        slow: bool,
    },
    /// Run lines of the learner's own in the lesson's processes as they are now.
    Type {
        /// Who runs them.
        who: Who,
        /// The C.
        source: String,
        /// Whether loops, memset and fork are shown in slow motion.
        slow: bool,
    },
    /// Start new processes and run in them, at full speed, the first lines of those that have run: the lesson's and
    /// the learner's own, in their order, with the guesses as they were. This is how a line is undone, and how a
    /// lesson goes on whose process has died.
    Replay {
        /// How many lines.
        lines: usize,
    },
    /// Tell the variables there are. Nothing else is said.
    Explore,
    /// Tell the bytes of a page, where to read them changes nothing. Nothing else is said.
    Page {
        /// Whose.
        process: Process,
        /// Its first byte.
        address: Addr,
    },
    /// Close the lesson: its processes end.
    Close,
}

/// The variables of a process, and what they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Names, types and places, in the order of declaration.
    pub variables: Vec<Variable>,
    /// The bytes of the frame that they lie in, from its first one.
    pub frame: Reading<Contents>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Report {
    /// The thread is ready: facts of this machine.
    Ready(Machine),
    /// The lesson is open: the moment before its first line.
    Opened(Moment),
    /// New processes run for a replay, and the lesson stands at the beginning of this step: nothing of what was
    /// measured from there on is so any more. The lines that run again follow, as lines do.
    Rewound {
        /// The step that the processes began with.
        step: usize,
        /// The moment before its first line.
        moment: Moment,
    },
    /// The lines of a replay have run: what is not as it was.
    Replayed(Replayed),
    /// Processes have ended that lived at the latest moment, and how: told after the command that found it out.
    Gone(Vec<(Process, String)>),
    /// A line is still running: what the processes on screen look like now, and what it did since the last look.
    Running {
        /// Every process that could be read.
        snapshots: Vec<Arc<Snapshot>>,
        /// Who runs.
        process: Process,
        /// Acts since the last look; totals since the start of the line.
        so_far: Outcome,
        /// The sentence of the latest act.
        text: Option<String>,
    },
    /// A line has run.
    Line(Moment),
    /// A question was answered by the kernel.
    Graded(Graded),
    /// Expectations were measured.
    Expected {
        /// The step.
        step: usize,
        /// Each with its verdict.
        expected: Vec<Expected>,
    },
    /// A step that is next cannot be shown here: sent before [`Report::At`]. To advance passes it over.
    Missing {
        /// The step.
        step: usize,
        /// What is missing, and what can be done about it, in a sentence each.
        why: Vec<String>,
    },
    /// How many lines of a recording are still to be shown: a recording says so after each [`Report::At`].
    Left(u64),
    /// The next thing to happen; sent after each command that does something, when all its reports are out.
    At(Position),
    /// What was typed is no C that runs here; nothing of it has run.
    Refused(Diagnostic),
    /// The variables of every living process; sent after each line that was typed.
    Variables(BTreeMap<Process, Held>),
    /// The bytes of a page that was asked for.
    Page {
        /// Whose.
        process: Process,
        /// Its first byte.
        address: Addr,
        /// Its bytes, or why they were not read.
        contents: Reading<Contents>,
    },
    /// Something could not be done, in a sentence; the lesson stays where it is.
    Failed(String),
}
