//! One taking of a lesson: where it is, the moments so far, what runs now.

use super::account::{Account, Accounts};
use super::answers::Answers;
use super::explorer::Explorer;
use super::explorer::cursor::Cursor;
use super::explorer::dump::Dumps;
use super::guess::Guess;
use super::mark::{Comparison, Mark};
use super::panel::Desk;
use super::undo::Undo;
use crate::diagnostic::Diagnostic;
use crate::lesson::{Choice, Lesson, Part, Prediction};
use crate::mem::{Outcome, Process};
use crate::observe::Snapshot;
use crate::session::{Item, Moment, Position, Record, Report, Script, Timeline};
use std::sync::Arc;

/// How far one wish to run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stride {
    /// One line.
    Line,
    /// To the end of the step, or its next question.
    Step,
}

/// A look at the line that is running.
#[derive(Clone, Debug)]
pub struct Look {
    /// Every process that could be read.
    pub snapshots: Vec<Arc<Snapshot>>,
    /// The look before it, or the moment before the line.
    pub before: Vec<Arc<Snapshot>>,
    /// Who runs.
    pub process: Process,
    /// Totals since the start of the line.
    pub so_far: Outcome,
    /// The sentence of the latest act.
    pub text: Option<String>,
}

/// What the player is doing.
#[derive(Clone, Debug)]
pub enum Activity {
    /// It starts the lesson's processes.
    Opening,
    /// It waits for the learner.
    Idle,
    /// It runs something.
    Busy {
        /// How far.
        stride: Stride,
        /// The latest look, once there was one.
        look: Option<Box<Look>>,
    },
}

/// A lesson being taken, as the screen sees it.
#[derive(Clone, Debug)]
pub struct Take {
    /// The lesson.
    pub lesson: Arc<Lesson>,
    /// Its items.
    pub script: Script,
    /// The next thing to happen.
    pub position: Position,
    /// The moment before the first line, then one a line.
    pub timeline: Timeline,
    /// Guesses and answers.
    pub answers: Answers,
    /// What the player is doing.
    pub activity: Activity,
    /// The guess being made.
    pub guess: Guess,
    /// Whether loops, memset and fork are shown slowly.
    pub slow: bool,
    /// How the screen is arranged.
    pub desk: Desk,
    /// The learner's own lines, while they are being typed.
    pub explorer: Option<Box<Explorer>>,
    /// The same while the lesson goes on.
    pub shelved: Option<Box<Explorer>>,
    /// The page that the mouse chose, while no explorer is open.
    pub pointed: Option<Cursor>,
    /// The bytes of pages that were looked at.
    pub dumps: Dumps,
    /// A step that this machine cannot show, and what is missing.
    pub missing: Option<(usize, Vec<String>)>,
    /// What could not be done, in a sentence.
    pub failure: Option<String>,
    /// What was said of the lesson so far, to be kept.
    pub record: Record,
    /// Processes that have ended behind everybody's back, and how.
    pub gone: Vec<(Process, String)>,
    /// Whether lines are being undone.
    pub undo: Undo,
    /// The moment looked back at; `None` shows what is true now.
    back: Option<usize>,
    sight: Sight,
    accounts: Accounts,
    mark: Option<Box<Mark>>,
    comparison: Option<Comparison>,
}

/// The moment on the screen and the one before it, whole.
#[derive(Clone, Debug, Default)]
struct Sight {
    index: usize,
    moment: Option<Arc<Moment>>,
    before: Option<Arc<Moment>>,
    account: Account,
}

impl Take {
    /// A lesson that is being opened.
    pub fn new(lesson: Arc<Lesson>, step: usize) -> Self {
        let mut desk = Desk::default();
        desk.from_the_top();
        Self {
            script: Script::of(&lesson),
            lesson,
            position: Position { step, item: 0 },
            timeline: Timeline::new(),
            answers: Answers::default(),
            activity: Activity::Opening,
            guess: Guess::default(),
            slow: true,
            desk,
            explorer: None,
            shelved: None,
            pointed: None,
            dumps: Dumps::default(),
            missing: None,
            failure: None,
            record: Record::default(),
            gone: Vec::new(),
            undo: Undo::default(),
            back: None,
            sight: Sight::default(),
            accounts: Accounts::default(),
            mark: None,
            comparison: None,
        }
    }

    /// The next thing to happen; `None` when the step is done.
    pub fn next(&self) -> Option<&Item> {
        self.script.item(self.position)
    }

    /// Whether every step is done.
    pub fn is_finished(&self) -> bool {
        self.position.step >= self.lesson.steps.len()
    }

    /// Whether the step the lesson is in has run to its end.
    pub fn step_is_done(&self) -> bool {
        !self.is_finished() && self.next().is_none()
    }

    /// The question that is next, if the next thing is one.
    pub fn question(&self) -> Option<&Prediction> {
        let Some(Item::Ask { part }) = self.next() else {
            return None;
        };
        if !self.lacks().is_empty() {
            return None;
        }
        match self
            .lesson
            .steps
            .get(self.position.step)?
            .parts
            .get(*part)?
        {
            Part::Predict(prediction) => Some(prediction),
            _ => None,
        }
    }

    /// What is missing for the step that is next; empty when it can be shown, or has begun.
    pub fn lacks(&self) -> &[String] {
        match &self.missing {
            Some((step, why)) if *step == self.position.step && self.position.item == 0 => why,
            _ => &[],
        }
    }

    /// The choices of the question that is next; empty when there is none or a number is to be typed.
    pub fn choices(&self) -> &[Choice] {
        self.question().map_or(&[], |question| &question.choices)
    }

    /// Number of lines that have run.
    pub fn lines_run(&self) -> usize {
        self.timeline.len().saturating_sub(1)
    }

    /// Index of the moment on the screen.
    pub fn shown(&self) -> usize {
        self.back.unwrap_or_else(|| self.lines_run())
    }

    /// The moment looked back at; `None` shows what is true now.
    pub fn back(&self) -> Option<usize> {
        self.back
    }

    /// The moment on the screen.
    pub fn moment(&self) -> Option<&Moment> {
        self.sight.moment.as_deref()
    }

    /// The moment before the one on the screen.
    pub fn moment_before(&self) -> Option<&Moment> {
        self.sight.before.as_deref()
    }

    /// What had added up in the moment on the screen.
    pub fn account(&self) -> &Account {
        &self.sight.account
    }

    /// The latest look at a running line, unless an earlier moment is on the screen.
    pub fn look(&self) -> Option<&Look> {
        match &self.activity {
            Activity::Busy { look, .. } if self.back.is_none() => look.as_deref(),
            _ => None,
        }
    }

    /// The step whose text is on the screen: that of the line looked back at, or the one the lesson is in.
    pub fn step_shown(&self) -> usize {
        match self.back {
            Some(index) => self.timeline.line(index).map_or(0, |line| line.step),
            None => self.position.step,
        }
    }

    /// Goes `by` lines back (negative) or forth; beyond the last line is now.
    pub fn look_back(&mut self, by: isize) {
        self.look_at(self.shown().saturating_add_signed(by));
    }

    /// Looks at a moment; from the last one on, that is now.
    pub fn look_at(&mut self, index: usize) {
        self.back = (index < self.lines_run()).then_some(index);
        self.desk.follow();
        self.settle();
    }

    /// Shows what is true now.
    pub fn to_now(&mut self) {
        self.back = None;
        self.settle();
    }

    /// The moment that is marked, to compare others with it.
    pub fn mark(&self) -> Option<&Mark> {
        self.mark.as_deref()
    }

    /// Marks the moment on the screen; whether there is one.
    pub fn set_mark(&mut self) -> bool {
        self.mark = self.sight.moment.as_ref().map(|moment| {
            Box::new(Mark {
                index: self.sight.index,
                moment: Arc::clone(moment),
                account: self.sight.account.clone(),
            })
        });
        self.mark.is_some()
    }

    /// Takes the mark away; whether there was one.
    pub fn unmark(&mut self) -> bool {
        self.comparison = None;
        self.mark.take().is_some()
    }

    /// How the moment on the screen differs from the marked one; `None` without a mark, at the mark itself, and while a
    /// line runs.
    pub fn comparison(&self) -> Option<(&Mark, &Comparison)> {
        let mark = self.mark.as_deref().filter(|_| self.look().is_none())?;
        Some((mark, self.comparison.as_ref()?))
    }

    /// Compares the moment on the screen with the marked one.
    fn compare(&mut self) {
        let shown = self.shown();
        let mark = self.mark.as_deref();
        self.comparison = mark.and_then(|mark| mark.compare(self, shown));
    }

    /// Has the moment to be shown at hand, and the one before it. A step back or forth rebuilds one moment only.
    fn settle(&mut self) {
        let index = self.shown();
        let known = &self.sight;
        if known.index == index && known.moment.is_some() {
            return;
        }
        let fetch = |wanted: Option<usize>| {
            let wanted = wanted?;
            let kept = match known.index.checked_sub(wanted) {
                Some(0) => known.moment.clone(),
                Some(1) => known.before.clone(),
                _ => None,
            };
            kept.or_else(|| self.timeline.moment(wanted))
        };
        self.sight = Sight {
            index,
            moment: fetch(Some(index)),
            before: fetch(index.checked_sub(1)),
            account: self.accounts.at(index, &self.timeline),
        };
        self.compare();
    }

    /// Takes in what the player says of this lesson.
    pub fn take_in(&mut self, report: Report) {
        self.record.hear(&report);
        match report {
            Report::Ready(_) | Report::Left(_) => {}
            Report::Opened(moment) => {
                let before = self.begin(moment);
                self.record.turn(before);
            }
            Report::Running {
                snapshots,
                process,
                so_far,
                text,
            } => self.glance(snapshots, process, so_far, text),
            Report::Line(moment) => {
                self.timeline.push(moment);
                if let Some(line) = self.timeline.lines().last() {
                    self.accounts.add(line);
                }
                self.undo.line_ran();
                self.settle();
                self.forget_look();
                self.desk.follow();
            }
            Report::Rewound { step, moment } => self.rewound(step, moment),
            Report::Replayed(replayed) => self.undo = Undo::Done(replayed),
            Report::Gone(gone) => self.gone = gone,
            Report::Page {
                process,
                address,
                contents,
            } => self.dumps.keep(Cursor { process, address }, contents),
            Report::Graded(graded) => self.answers.grade(graded),
            Report::Expected { step, expected } => self.answers.expect(step, expected),
            Report::Refused(mistake) => self.give_back(Some(mistake)),
            Report::Variables(variables) => {
                if let Some(explorer) = self.explorer.as_mut().or(self.shelved.as_mut()) {
                    explorer.variables = variables;
                    if !explorer.variables.contains_key(&explorer.who) {
                        explorer.who = Process::Main;
                    }
                }
            }
            Report::At(position) => {
                if let Some(explorer) = &mut self.explorer {
                    explorer.sent = None;
                }
                if position != self.position {
                    self.guess = Guess::default();
                    self.desk.follow();
                }
                self.position = position;
                self.forget_guesses_ahead();
            }
            Report::Missing { step, why } => self.missing = Some((step, why)),
            Report::Failed(why) => {
                self.forget_look();
                self.give_back(None);
                self.failure = Some(why);
            }
        }
    }

    /// A question that is next again was not answered.
    fn forget_guesses_ahead(&mut self) {
        let (here, script) = (self.position, &self.script);
        let is_ahead = |item: usize, of: usize, part: usize| {
            let asks = script.item(Position { step: of, item }) == Some(&Item::Ask { part });
            asks && of == here.step
        };
        let items = script.steps.get(here.step).map_or(0, Vec::len);
        self.answers.keep_guesses(|step, part| {
            let ahead = (here.item..items).any(|item| is_ahead(item, step, part));
            step <= here.step && !ahead
        });
    }

    /// New processes run for a replay: what was is gone, and what was measured from `step` on is not so any more.
    fn rewound(&mut self, step: usize, moment: Moment) {
        self.answers.forget_from(step);
        self.guess = Guess::default();
        // What was undone is in no record.
        drop(self.begin(moment));
        self.desk.follow();
    }

    /// New processes; gives the moments of those before them.
    fn begin(&mut self, moment: Moment) -> Timeline {
        let before = std::mem::replace(&mut self.timeline, Timeline::opened(moment));
        self.accounts = Accounts::default();
        self.sight = Sight::default();
        self.dumps = Dumps::default();
        self.unmark();
        self.failure = None;
        self.gone.clear();
        self.to_now();
        before
    }

    /// What was typed did not run: back into the input with it.
    fn give_back(&mut self, mistake: Option<Diagnostic>) {
        if let Some(explorer) = &mut self.explorer {
            explorer.give_back(mistake);
        }
    }

    /// The page that is chosen, if one is: by the cursor of the explorer, or by the mouse.
    pub fn cursor(&self) -> Option<Cursor> {
        match &self.explorer {
            Some(explorer) => explorer.cursor,
            None => self.pointed,
        }
    }

    /// The next line to begin with in an empty lab: the first that was not run yet.
    pub fn example(&self) -> Option<&'static str> {
        let explorer = self.explorer.as_ref().filter(|_| self.lesson.is_lab())?;
        explorer.example()
    }

    /// How many lines of their own the learner has run in these processes.
    pub fn strayed(&self) -> usize {
        self.timeline.typed()
    }

    /// A look at the running line replaces the one before it.
    fn glance(
        &mut self,
        snapshots: Vec<Arc<Snapshot>>,
        process: Process,
        so_far: Outcome,
        text: Option<String>,
    ) {
        let last = self.timeline.last().map(|moment| moment.snapshots.clone());
        let Activity::Busy { look, .. } = &mut self.activity else {
            return;
        };
        let before = match look.take() {
            Some(look) => look.snapshots,
            None => last.unwrap_or_default(),
        };
        let snapshots = if snapshots.is_empty() {
            before.clone()
        } else {
            snapshots
        };
        *look = Some(Box::new(Look {
            snapshots,
            before,
            process,
            so_far,
            text,
        }));
    }

    fn forget_look(&mut self) {
        if let Activity::Busy { look, .. } = &mut self.activity {
            *look = None;
        }
    }
}
