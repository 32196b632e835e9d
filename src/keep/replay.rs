//! A recording in the place of a player: it answers each command with what was said then. Nothing runs.
//!
//! One key leads to what one key led to in the session. Guesses are the learner's own, and graded by the answers that the
//! kernel gave then.

use super::recording::{Header, Playback, Recording};
use crate::lesson::Part;
use crate::mem::Reading;
use crate::session::player::judge::is_right;
use crate::session::{Command, Graded, Position, Report};

/// A recording with the place it is at.
#[derive(Clone, Debug)]
pub struct Replay {
    recording: Recording,
    playback: Playback,
    position: Position,
    /// The learner's guess at the question that is next to be answered.
    guess: Option<String>,
    /// Lines shown so far.
    lines: u64,
}

/// What is said when there is nothing more.
pub const END: &str = "The recording ends here: look back with [, or start again with r.";

/// What is said when something is to run.
pub fn nothing_runs(header: &Header) -> String {
    format!(
        "This is a recording of {}, made on Linux {}: nothing runs here.",
        header.date, header.machine.kernel
    )
}

impl Replay {
    /// A recording at its beginning.
    pub fn new(recording: Recording) -> Self {
        Self {
            playback: recording.play(),
            recording,
            position: Position::default(),
            guess: None,
            lines: 0,
        }
    }

    /// The recording.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// What is said before any command.
    pub fn ready(&self) -> Report {
        Report::Ready(self.recording.header.machine.clone())
    }

    /// Does what a player would have done.
    pub fn answer(&mut self, command: Command, tell: &mut dyn FnMut(Report)) {
        match command {
            Command::Open { step, .. } => self.open(step, tell),
            Command::Advance { guess, .. } => {
                self.guess = guess.or(self.guess.take());
                if !self.go_on(tell) {
                    tell(Report::Failed(END.to_owned()));
                    tell(Report::At(self.position));
                }
            }
            Command::Close | Command::Explore => return,
            Command::Page { process, address } => {
                let why = "the recording has no bytes of pages";
                tell(Report::Page {
                    process,
                    address,
                    contents: Reading::unknown(why),
                });
                return;
            }
            Command::Type { .. } | Command::Replay { .. } => {
                tell(Report::Failed(nothing_runs(&self.recording.header)));
                tell(Report::At(self.position));
            }
        }
        let all = self.recording.header.lines;
        tell(Report::Left(all.saturating_sub(self.lines)));
    }

    /// From the beginning, on to where the session came to a step.
    fn open(&mut self, step: usize, tell: &mut dyn FnMut(Report)) {
        self.playback = self.recording.play();
        self.position = Position::default();
        self.guess = None;
        self.lines = 0;
        while self.go_on(tell) {
            if self.position >= (Position { step, item: 0 }) {
                break;
            }
        }
    }

    /// Says what one command led to; whether there was anything left.
    fn go_on(&mut self, tell: &mut dyn FnMut(Report)) -> bool {
        let mut any = false;
        // What cannot be understood was found when the file was read.
        for report in self.playback.by_ref().map_while(Result::ok) {
            any = true;
            match report {
                Report::At(position) => {
                    self.position = position;
                    tell(Report::At(position));
                    return true;
                }
                Report::Graded(graded) => {
                    let graded = regraded(&self.recording, graded, self.guess.take());
                    tell(Report::Graded(graded));
                }
                report => {
                    self.lines += u64::from(matches!(report, Report::Line(_)));
                    tell(report);
                }
            }
        }
        if any {
            tell(Report::At(self.position));
        }
        any
    }
}

/// The kernel's answer with a guess of the learner's own.
fn regraded(recording: &Recording, graded: Graded, guess: Option<String>) -> Graded {
    let part = recording
        .lesson
        .steps
        .get(graded.step)
        .and_then(|step| step.parts.get(graded.part));
    let right = match part {
        Some(Part::Predict(prediction)) => {
            let known = graded.answer.known().zip(guess.as_deref());
            known.map(|(answer, guess)| is_right(guess, prediction, *answer, graded.matched))
        }
        _ => None,
    };
    Graded {
        guess,
        right,
        ..graded
    }
}
