//! Undoing lines: asked for, confirmed, done by the player in new processes, and told.
//!
//! The same replay goes on with a lesson whose process has died: then every line runs again.

use super::take::{Activity, Stride, Take};
use super::{Effect, strip};
use crate::mem::{Control, Ending, Pid, Process};
use crate::session::timeline::Line;
use crate::session::{Command, Replayed};

/// Characters of a line's C that a question repeats.
const MOST_CODE: usize = 32;

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
    /// The learner is asked whether everything may begin afresh.
    Afresh,
    /// New processes run the lines again.
    Running {
        /// How many lines.
        keep: usize,
    },
    /// They have; nothing else has run since.
    Done(Replayed),
}

impl Undo {
    /// Whether the learner is asked.
    pub fn is_asked(&self) -> bool {
        matches!(self, Self::Asked { .. } | Self::Afresh)
    }

    /// A line has run: after a replay, what was said of it is no longer what happened last.
    pub(super) fn line_ran(&mut self) {
        if let Self::Done(_) = self {
            *self = Self::No;
        }
    }
}

/// Asks whether to go back to the moment on the screen; at now, to the one before it, or, where a process has died, to
/// have it again.
pub(super) fn ask(take: &mut Take) -> Vec<Effect> {
    let keep = match take.back() {
        Some(index) => Some(index),
        None if take.gone.is_empty() => take.lines_run().checked_sub(1),
        None => Some(take.lines_run()),
    };
    if let Some(keep) = keep {
        take.undo = Undo::Asked { keep };
    } else {
        let nothing = "No line has run in these processes: there is nothing to undo.";
        take.failure = Some(nothing.to_owned());
    }
    vec![Effect::Draw]
}

/// Starting again takes lines of the learner's own along: asks first. Whether there are any.
pub(super) fn ask_afresh(take: &mut Take) -> bool {
    let asks = take.explorer.is_some() && take.strayed() > 0;
    if asks {
        take.undo = Undo::Afresh;
    }
    asks
}

/// Leaves everything as it is.
pub(super) fn leave_it(take: &mut Take) -> Vec<Effect> {
    take.undo = Undo::No;
    vec![Effect::Draw]
}

/// Does what was asked about.
pub(super) fn confirm(take: &mut Take) -> Vec<Effect> {
    let Undo::Asked { keep } = take.undo else {
        return Vec::new();
    };
    take.undo = Undo::Running { keep };
    take.to_now();
    take.failure = None;
    take.activity = Activity::Busy {
        stride: Stride::Line,
        look: None,
    };
    vec![
        Effect::Wish(Control::Continue),
        Effect::Send(Command::Replay { lines: keep }),
        Effect::Draw,
    ]
}

/// What is asked: exactly what will happen.
pub fn question(take: &Take, keep: usize) -> String {
    let lines = take.lines_run();
    let undone = lines.saturating_sub(keep);
    let wish = match undone {
        0 => "Have the processes again?".to_owned(),
        1 => format!("Undo line {lines}, `{}`?", code(take, lines)),
        _ => format!("Undo lines {} to {lines}?", keep + 1),
    };
    let (again, halt) = match stopped(take, keep) {
        Some(line) => (line - 1, halt(take, line, keep)),
        None => (keep, String::new()),
    };
    let again = match again {
        0 => "start, with nothing run in them.".to_owned(),
        1 => "start and run line 1 again.".to_owned(),
        _ => format!("start and run lines 1 to {again} again."),
    };
    format!("{wish} {} {again}{halt}", new_ones(take))
}

/// The same before everything begins afresh.
pub fn question_afresh(take: &Take) -> String {
    let lost = match take.lines_run() {
        1 => "the line that ran is gone".to_owned(),
        lines => format!("the {lines} lines that ran are gone"),
    };
    let start = "start, with nothing run in them";
    format!("Start again? {} {start}: {lost}.", new_ones(take))
}

fn new_ones(take: &Take) -> String {
    match ending(take) {
        Some(names) => format!("{names} will end; new processes"),
        None => "New processes".to_owned(),
    }
}

/// The first of the lines up to `keep` that the learner stopped: nobody can say how far it got, so a replay ends there.
fn stopped(take: &Take, keep: usize) -> Option<usize> {
    let was_stopped = |line: &Line| {
        let ending = line.ending.as_ref();
        ending.is_some_and(Ending::was_asked_to_stop)
    };
    let lines = take.timeline.lines().iter().take(keep);
    Some(lines.into_iter().position(was_stopped)? + 1)
}

/// What a stopped line takes along.
fn halt(take: &Take, line: usize, keep: usize) -> String {
    let lost = if line == keep {
        "it will be gone".to_owned()
    } else {
        format!("lines {line} to {keep} will be gone")
    };
    let code = code(take, line);
    format!(
        " There it ends: line {line}, `{code}`, was stopped, and how far it got cannot be repeated; {lost}."
    )
}

fn code(take: &Take, line: usize) -> String {
    let line = take.timeline.line(line);
    let code = line.map_or_else(String::new, strip::code);
    match code.char_indices().nth(MOST_CODE) {
        Some((end, _)) => format!("{} …", &code[..end]),
        None => code,
    }
}

/// The processes that live: `main (4242) and child (4243)`.
fn ending(take: &Take) -> Option<String> {
    let is_gone = |process| take.gone.iter().any(|(gone, _)| *gone == process);
    let last = take.timeline.last()?;
    let living: Vec<(Process, Pid)> = last
        .snapshots
        .iter()
        .map(|snapshot| (snapshot.process, snapshot.pid))
        .filter(|(process, _)| !is_gone(*process))
        .collect();
    match &living[..] {
        [] => None,
        [(one, pid)] => Some(format!("{one} ({pid})")),
        [(one, pid), (other, number)] => Some(format!("{one} ({pid}) and {other} ({number})")),
        [(one, pid), others @ ..] => Some(format!("{one} ({pid}) and {} others", others.len())),
    }
}
