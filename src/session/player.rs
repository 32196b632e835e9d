//! Plays a lesson on a [`Stage`], one thing at a time, and reports what came of it.
//!
//! Used as it is by the thread behind the screen and by the commands without one: what a learner sees and what a
//! transcript says are the same run.

pub mod free;
pub(crate) mod judge;
mod line;
mod race;
mod replay;
#[cfg(test)]
mod tests;

use super::journal::{Journal, Upshot, What};
use super::moment::Moment;
use super::need::lacking;
use super::play::Report;
use super::race::Contestant;
use super::script::{Item, Position, Script};
use super::stage::{Stage, StageError};
use super::tally::Tallies;
use crate::c::Scope;
use crate::lesson::Lesson;
use crate::mem::{Control, Ending, Outcome, Pace, Process, Settings};
use crate::observe::Snapshot;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who is told, and who may interrupt.
pub trait Director {
    /// Takes a report.
    fn report(&mut self, report: Report);

    /// Says what to do with a line that is still running; may wait, to let the eye follow a paused one.
    fn control(&mut self, paused: bool) -> Control;
}

/// A lesson on a stage.
pub struct Player<S> {
    stage: S,
    lesson: Arc<Lesson>,
    script: Script,
    position: Position,
    settings: Settings,
    /// Variables, process by process.
    scopes: BTreeMap<Process, Scope>,
    /// The latest moment's.
    snapshots: Vec<Arc<Snapshot>>,
    /// Sums since the step began.
    step_tallies: Tallies,
    /// The question that is being measured.
    asked: Option<Asked>,
    /// Whether the learner ran lines of their own: names may then be declared again.
    strayed: bool,
    /// The latest race of each contestant.
    races: BTreeMap<String, Contestant>,
    /// What was done in the processes that run now.
    journal: Journal,
    /// Whether the line that runs, or the last one, was told to stop.
    told_to_stop: bool,
}

/// What a statement did, process by process.
type Outcomes = Vec<(Process, Outcome)>;

/// A question between being asked and being graded.
struct Asked {
    guess: Option<String>,
    tallies: Tallies,
}

impl<S: Stage> Player<S> {
    /// A lesson that is still to be started.
    pub fn new(stage: S, lesson: Arc<Lesson>) -> Self {
        Self {
            stage,
            script: Script::of(&lesson),
            settings: settings_of(&lesson, 0),
            lesson,
            position: Position::default(),
            scopes: BTreeMap::new(),
            snapshots: Vec::new(),
            step_tallies: Tallies::default(),
            asked: None,
            strayed: false,
            races: BTreeMap::new(),
            journal: Journal::default(),
            told_to_stop: false,
        }
    }

    /// Starts the lesson: new processes, its files made, and a first look.
    pub fn start(&mut self) -> Result<Moment, StageError> {
        self.stage
            .restart(self.settings, &self.lesson.front.files)?;
        self.journal.restart(self.position);
        Ok(self.look())
    }

    /// Ends the lesson and gives the stage back.
    pub fn close(self) -> S {
        self.stage
    }

    /// The stage.
    pub fn stage(&self) -> &S {
        &self.stage
    }

    /// The next thing to happen.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Whether nothing is left to happen in the step.
    pub fn at_end_of_step(&self) -> bool {
        self.script.item(self.position).is_none()
    }

    /// Whether the last step is done.
    pub fn finished(&self) -> bool {
        let last = self.script.steps.len().saturating_sub(1);
        self.position.step > last || (self.position.step == last && self.at_end_of_step())
    }

    /// What the step cannot do without and this machine does not have, in a sentence each.
    pub fn missing(&self, step: usize) -> Vec<String> {
        let needs = self
            .lesson
            .front
            .needs
            .iter()
            .chain(&self.lesson.steps[step].options.needs);
        needs
            .filter_map(|&need| lacking(need, self.stage.machine()))
            .collect()
    }

    /// Whether the lesson stands before a step that this machine cannot show: it is passed over.
    pub fn cannot_be_shown(&self) -> bool {
        self.position.item == 0
            && self.position.step < self.script.steps.len()
            && !self.missing(self.position.step).is_empty()
    }

    /// Moves to the beginning of a step without running anything of it.
    pub fn enter(&mut self, step: usize) -> Result<Option<Moment>, StageError> {
        self.position = Position { step, item: 0 };
        self.step_tallies = Tallies::default();
        self.asked = None;
        let settings = settings_of(&self.lesson, step);
        if self.lesson.steps[step].options.fresh && step > 0 {
            return self.afresh(step).map(Some);
        }
        if settings != self.settings {
            self.stage.configure(settings)?;
            self.settings = settings;
        }
        self.journal.note(What::Entered(step), None);
        Ok(None)
    }

    /// Ends every process and starts new ones at the beginning of a step: nothing of what was is left.
    fn afresh(&mut self, step: usize) -> Result<Moment, StageError> {
        self.settings = settings_of(&self.lesson, step);
        self.stage
            .restart(self.settings, &self.lesson.front.files)?;
        self.position = Position { step, item: 0 };
        self.step_tallies = Tallies::default();
        self.asked = None;
        self.scopes.clear();
        self.strayed = false;
        self.races.clear();
        self.journal.restart(self.position);
        Ok(self.look())
    }

    /// Does the next thing, and what follows from it by itself: a guess is taken and its first line run; after a line
    /// its question is graded and its expectations are measured. At the end of a step, moves to the next one, and
    /// behind the last one.
    pub fn advance(
        &mut self,
        guess: Option<String>,
        pace: Pace,
        director: &mut dyn Director,
    ) -> Result<(), StageError> {
        let items = self
            .script
            .steps
            .get(self.position.step)
            .map_or(0, Vec::len);
        if self.cannot_be_shown() {
            self.position.item = items;
        }
        if self.position.item >= items {
            if self.position.step + 1 < self.script.steps.len() {
                let fresh = self.enter(self.position.step + 1)?;
                if let Some(moment) = fresh {
                    director.report(Report::Opened(moment));
                }
            } else {
                self.close_lesson();
            }
            return Ok(());
        }
        let mut guess = guess;
        while let Some(Item::Ask { .. }) = self.script.item(self.position) {
            self.asked = Some(Asked {
                guess: guess.take(),
                tallies: Tallies::default(),
            });
            self.position.item += 1;
        }
        let mut line = None;
        if self.script.item(self.position).is_some_and(Item::runs) {
            let moment = self.code(pace, director)?;
            self.position.item += 1;
            line = self.upshot(&moment);
            director.report(Report::Line(moment));
        }
        // A line that could not run the first time has its guess from then.
        let given = self.asked.as_ref().and_then(|asked| asked.guess.clone());
        self.journal.note(What::Advanced(given), line);
        self.settle(director);
        Ok(())
    }

    /// Goes behind the last step, where the page stands that closes the lesson.
    fn close_lesson(&mut self) {
        let step = self.script.steps.len();
        if self.position.step < step {
            self.journal.note(What::Entered(step), None);
        }
        self.position = Position { step, item: 0 };
    }

    /// What the journal keeps of a moment.
    fn upshot(&self, moment: &Moment) -> Option<Upshot> {
        let ran = moment.ran.as_ref()?;
        // A line that was told to stop, and had ended by then, has its result.
        let ended = |(_, outcome): &(Process, Outcome)| outcome.ending == Ending::Finished;
        let is_whole = ran.race.is_none() && ran.outcomes.iter().all(ended);
        Some(Upshot::of(ran, self.told_to_stop && !is_whole))
    }
}

/// How the processes of a step are set up.
fn settings_of(lesson: &Lesson, step: usize) -> Settings {
    let options = &lesson.steps[step].options;
    Settings {
        placement: options.placement,
        huge_pages: options.huge_pages,
        thread: options.thread,
    }
}
