//! What was said of a session, in its order, so that it can be said again: everything the screen is made of but the
//! moments themselves, which the [`Timeline`] keeps.
//!
//! A session has a chapter for each time its processes were started anew. What a learner undid is in no chapter.

use super::moment::{Expected, Graded, Moment, Ran};
use super::play::Report;
use super::script::Position;
use super::timeline::Timeline;
use crate::mem::Process;

/// One thing that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A line has run: the next moment of the chapter's timeline.
    Line,
    /// A question was answered by the kernel.
    Graded(Box<Graded>),
    /// Expectations of a step were measured.
    Expected(usize, Box<[Expected]>),
    /// A step cannot be shown, and why.
    Missing(usize, Box<[String]>),
    /// The next thing to happen: ends what one command led to.
    At(Position),
    /// Something could not be done.
    Failed(Box<str>),
    /// Processes have ended by themselves, and how.
    Gone(Box<[(Process, String)]>),
}

/// What happened between two starts of the processes.
#[derive(Clone, Debug, Default)]
pub struct Chapter {
    /// The moment they started with, and one a line.
    pub timeline: Timeline,
    /// What was said after the first moment.
    pub notes: Vec<Note>,
}

/// The notes of a session. Whoever keeps it has the timeline of the chapter that goes on.
#[derive(Clone, Debug, Default)]
pub struct Record {
    earlier: Vec<Chapter>,
    notes: Vec<Note>,
    /// Where lines that run again begin, as long as all of them were typed: each is one thing that happens.
    rewound: Option<Position>,
}

impl Record {
    /// Takes note of a report.
    pub fn hear(&mut self, report: &Report) {
        let note = match report {
            Report::Rewound { step, .. } => {
                self.rewind(Position {
                    step: *step,
                    item: 0,
                });
                return;
            }
            Report::Line(moment) => {
                self.part(moment);
                Note::Line
            }
            Report::Graded(graded) => Note::Graded(Box::new(graded.clone())),
            Report::Expected { step, expected } => {
                Note::Expected(*step, expected.as_slice().into())
            }
            Report::Missing { step, why } => Note::Missing(*step, why.as_slice().into()),
            // What is told twice in a row is one thing.
            Report::At(position) if self.notes.last() == Some(&Note::At(*position)) => return,
            Report::At(position) => Note::At(*position),
            Report::Failed(why) => Note::Failed(why.as_str().into()),
            Report::Gone(gone) => Note::Gone(gone.as_slice().into()),
            _ => return,
        };
        if let Note::At(_) = note {
            self.rewound = None;
        }
        self.notes.push(note);
    }

    /// New processes were started: the chapter that went on until now is kept with its timeline. The first start of all
    /// has none before it.
    pub fn turn(&mut self, timeline: Timeline) {
        let notes = std::mem::take(&mut self.notes);
        if !timeline.is_empty() {
            self.earlier.push(Chapter { timeline, notes });
        }
    }

    /// The processes were started anew to undo something: what was noted of this chapter is so no more.
    fn rewind(&mut self, to: Position) {
        self.notes.clear();
        self.notes.push(Note::At(to));
        self.rewound = Some(to);
    }

    /// Lines that were typed happened one by one, also where they run again one after the other.
    fn part(&mut self, moment: &Moment) {
        let is_typed = moment.ran.as_ref().is_some_and(Ran::is_typed);
        self.rewound = self.rewound.filter(|_| is_typed);
        if let Some(here) = self.rewound
            && self.notes.last() != Some(&Note::At(here))
        {
            self.notes.push(Note::At(here));
        }
    }

    /// Every chapter: its timeline and its notes. `now` is the timeline of the last.
    pub fn chapters<'a>(
        &'a self,
        now: &'a Timeline,
    ) -> impl Iterator<Item = (&'a Timeline, &'a [Note])> {
        let earlier = self.earlier.iter();
        earlier
            .map(|chapter| (&chapter.timeline, &chapter.notes[..]))
            .chain(std::iter::once((now, &self.notes[..])))
    }
}

/// A record with its timeline, for who plays without a screen.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    record: Record,
    timeline: Timeline,
}

impl Recorder {
    /// Takes note of a report, and keeps its moment.
    pub fn hear(&mut self, report: Report) {
        self.record.hear(&report);
        match report {
            Report::Opened(moment) => {
                let before = std::mem::replace(&mut self.timeline, Timeline::opened(moment));
                self.record.turn(before);
            }
            Report::Line(moment) => self.timeline.push(moment),
            _ => {}
        }
    }

    /// Every chapter: its timeline and its notes.
    pub fn chapters(&self) -> impl Iterator<Item = (&Timeline, &[Note])> {
        self.record.chapters(&self.timeline)
    }
}
