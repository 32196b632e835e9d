//! Plays a lesson on a [`Stage`], one thing at a time, and reports what came of it.
//!
//! Used as it is by the thread behind the screen and by the commands without one: what a learner sees and what a
//! transcript says are the same run.

mod race;
#[cfg(test)]
mod tests;

use super::budget::Budget;
use super::measure::Instruments;
use super::moment::{Expected, Graded, Moment, Ran};
use super::need::lacking;
use super::play::Report;
use super::race::Contestant;
use super::script::{Item, Position, Script};
use super::stage::{Stage, StageError};
use super::tally::Tallies;
use crate::c::{self, Scope};
use crate::lesson::{Expectation, Lesson, Part, Prediction, Who};
use crate::mem::{Control, Faults, Outcome, Pace, Process, Progress, Reading, Settings};
use crate::observe::{self, Snapshot};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

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
    /// The latest race of each contestant.
    races: BTreeMap<String, Contestant>,
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
            races: BTreeMap::new(),
        }
    }

    /// Starts the lesson: new processes, its files made, and a first look.
    pub fn start(&mut self) -> Result<Moment, StageError> {
        self.stage
            .restart(self.settings, &self.lesson.front.files)?;
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
        self.position.step >= last
            && self
                .script
                .item(Position {
                    step: last,
                    ..self.position
                })
                .is_none()
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
            self.stage.restart(settings, &self.lesson.front.files)?;
            self.settings = settings;
            self.scopes.clear();
            self.races.clear();
            return Ok(Some(self.look()));
        }
        if settings != self.settings {
            self.stage.configure(settings)?;
            self.settings = settings;
        }
        Ok(None)
    }

    /// Does the next thing, and what follows from it by itself: a guess is taken and its first line run; after a line
    /// its question is graded and its expectations are measured. At the end of a step, moves to the next one.
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
        if self.script.item(self.position).is_some_and(Item::runs) {
            let moment = self.code(pace, director)?;
            self.position.item += 1;
            director.report(Report::Line(moment));
        }
        self.settle(director);
        Ok(())
    }

    /// Grades and checks what stands next, until a line or a question does.
    fn settle(&mut self, director: &mut dyn Director) {
        let lesson = Arc::clone(&self.lesson);
        loop {
            let step = self.position.step;
            match self.script.item(self.position) {
                Some(&Item::Grade { part }) => {
                    if let Part::Predict(prediction) = &lesson.steps[step].parts[part] {
                        let graded = self.grade(part, prediction);
                        director.report(Report::Graded(graded));
                    }
                }
                Some(&Item::Expect { part }) => {
                    if let Part::Expect(rules) = &lesson.steps[step].parts[part] {
                        let expected = self.expect(rules);
                        director.report(Report::Expected { step, expected });
                    }
                }
                _ => return,
            }
            self.position.item += 1;
        }
    }

    /// Runs what stands at the position: a line, or a race.
    fn code(&mut self, pace: Pace, director: &mut dyn Director) -> Result<Moment, StageError> {
        match self.script.item(self.position).cloned() {
            Some(Item::Line {
                who,
                part,
                statement,
                ..
            }) => self.line(who, (part, statement), pace, director),
            Some(Item::Race { parts, span }) => self.race(&parts, span, director),
            _ => Err(StageError::Failed("there is no line to run here".into())),
        }
    }

    /// Runs a statement of a part of the step, in every process that it is for.
    fn line(
        &mut self,
        who: Who,
        (part, statement): (usize, usize),
        pace: Pace,
        director: &mut dyn Director,
    ) -> Result<Moment, StageError> {
        let lesson = Arc::clone(&self.lesson);
        let Part::Code(code) = &lesson.steps[self.position.step].parts[part] else {
            return Err(not_code());
        };
        let Some(statement) = code.statements.get(statement) else {
            return Err(not_code());
        };
        let group = who.group();
        let processes: Vec<Process> = match &group {
            Some(group) => group.clone().map(Process::Peer).collect(),
            None => vec![self.resolve(who)?],
        };
        let before = self.shootdowns();
        let mut outcomes = Vec::new();
        let mut result = None;
        for (index, &process) in processes.iter().enumerate() {
            // Of a group, one is enough to be watched closely.
            let pace = if index == 0 { pace } else { Pace::Full };
            let (kind, ran) = self.statement(process, statement, pace, director)?;
            if index == 0 {
                result = kind
                    .zip(ran.first().and_then(|(_, outcome)| outcome.value))
                    .map(|(kind, value)| c::show(value, &kind));
            }
            outcomes.extend(ran);
        }
        self.tally(&outcomes, before);
        let ran = Ran {
            step: self.position.step,
            line: self.lines_before(),
            process: processes[0],
            group,
            code: lesson.source[statement.span.clone()].to_owned(),
            span: statement.span.clone(),
            result,
            outcomes,
            race: None,
        };
        Ok(self.look_after(ran))
    }

    /// Compiles and runs one statement in one process; gives the type of its value, and what it did.
    fn statement(
        &mut self,
        process: Process,
        statement: &c::Statement,
        pace: Pace,
        director: &mut dyn Director,
    ) -> Result<(Option<c::Type>, Outcomes), StageError> {
        let lesson = Arc::clone(&self.lesson);
        let mut scope = self.scope(process);
        let compiled = compiled(&lesson, statement, &mut scope)?;
        let outcomes = self.run(process, &compiled.program, pace, director)?;
        for (other, _) in &outcomes[1..] {
            self.scopes.insert(*other, scope.clone());
        }
        self.scopes.insert(process, scope);
        Ok((compiled.result, outcomes))
    }

    /// Adds what a line did to the sums of the step, and to those of the question that is being measured.
    fn tally(&mut self, outcomes: &[(Process, Outcome)], shootdowns_before: Option<Reading<u64>>) {
        let shootdowns = shootdowns_before.map(|before| match (before, self.stage.shootdowns()) {
            (Reading::Known(before), Reading::Known(now)) => {
                Reading::Known(now.saturating_sub(before))
            }
            (Reading::Unknown(why), _) | (_, Reading::Unknown(why)) => Reading::Unknown(why),
        });
        let asked = self.asked.as_mut().map(|asked| &mut asked.tallies);
        for tallies in [Some(&mut self.step_tallies), asked].into_iter().flatten() {
            for (process, outcome) in outcomes {
                tallies.add(*process, outcome);
            }
            if let Some(shootdowns) = &shootdowns {
                tallies.add_shootdowns(shootdowns);
            }
        }
    }

    /// The shootdowns of the system so far, in a lesson that asks for them.
    fn shootdowns(&self) -> Option<Reading<u64>> {
        let asks = self.lesson.source.contains("tlb_shootdowns");
        asks.then(|| self.stage.shootdowns())
    }

    /// How many lines of the step stand before the position.
    fn lines_before(&self) -> usize {
        self.script.steps[self.position.step][..self.position.item]
            .iter()
            .filter(|item| item.runs())
            .count()
    }

    /// Sends a program to a process and shows it running.
    fn run(
        &mut self,
        process: Process,
        program: &crate::bytecode::Program,
        pace: Pace,
        director: &mut dyn Director,
    ) -> Result<Vec<(Process, Outcome)>, StageError> {
        let page_size = self.stage.machine().page_size;
        let mut seen = self.snapshots.clone();
        let mut budget = Budget::default();
        // Acts that no look has told yet.
        let mut acts = Vec::new();
        let mut watch = |progress: &Progress, observe: &mut dyn FnMut() -> Vec<Snapshot>| {
            acts.extend_from_slice(&progress.so_far.acts);
            let began = Instant::now();
            if !progress.paused && !budget.allows(began) {
                return director.control(false);
            }
            let so_far = Outcome {
                acts: std::mem::take(&mut acts),
                ..progress.so_far.clone()
            };
            let now: Vec<Arc<Snapshot>> = observe().into_iter().map(Arc::new).collect();
            let latest = [(progress.process, latest(&so_far))];
            let text = observe::changes(&seen, &now, &latest, page_size)
                .into_iter()
                .next()
                .map(|change| change.text);
            seen.clone_from(&now);
            director.report(Report::Running {
                snapshots: now,
                process: progress.process,
                so_far,
                text,
            });
            budget.spend(Instant::now(), began.elapsed());
            director.control(progress.paused)
        };
        let outcomes = self.stage.run(process, program, pace, &mut watch)?;
        if outcomes.is_empty() {
            return Err(StageError::Failed(format!("{process} did not answer")));
        }
        Ok(outcomes)
    }

    /// A first look, with nothing to compare to.
    fn look(&mut self) -> Moment {
        self.snapshots = self.stage.observe().into_iter().map(Arc::new).collect();
        Moment {
            ran: None,
            snapshots: self.snapshots.clone(),
            changes: Vec::new(),
        }
    }

    /// A look after a line.
    fn look_after(&mut self, ran: Ran) -> Moment {
        let after: Vec<Arc<Snapshot>> = self.stage.observe().into_iter().map(Arc::new).collect();
        let changes = observe::changes(
            &self.snapshots,
            &after,
            &ran.outcomes,
            self.stage.machine().page_size,
        );
        self.snapshots.clone_from(&after);
        Moment {
            ran: Some(ran),
            snapshots: after,
            changes,
        }
    }

    /// The process that a fence names.
    fn resolve(&self, who: Who) -> Result<Process, StageError> {
        match who {
            Who::Main => Ok(Process::Main),
            Who::Named(process) => Ok(process),
            Who::Peers(first, _) => Ok(Process::Peer(first)),
            Who::LatestChild => latest_child(&self.stage).ok_or_else(|| {
                StageError::NoProcess("there is no child yet: nothing has called fork()".into())
            }),
        }
    }

    /// The variables of a process so far.
    fn scope(&self, process: Process) -> Scope {
        let new = || {
            Scope::new(c::Target {
                page_size: self.stage.machine().page_size.bytes(),
            })
        };
        self.scopes.get(&process).cloned().unwrap_or_else(new)
    }

    /// Measures the answer to a question.
    fn grade(&mut self, part: usize, prediction: &Prediction) -> Graded {
        let asked = self.asked.take();
        let tallies = asked
            .as_ref()
            .map_or_else(Tallies::default, |asked| asked.tallies.clone());
        let lesson = Arc::clone(&self.lesson);
        let mut instruments = self.instruments(&lesson.source, &tallies);
        let answer = instruments.measure(&prediction.measures);
        let matched = answer.known().and_then(|&answer| {
            prediction
                .choices
                .iter()
                .position(|choice| instruments.measure(&choice.value).known() == Some(&answer))
        });
        self.look_again();
        let guess = asked.and_then(|asked| asked.guess);
        let right = answer
            .known()
            .zip(guess.as_deref())
            .map(|(&answer, guess)| is_right(guess, prediction, answer, matched));
        Graded {
            step: self.position.step,
            part,
            guess,
            answer,
            matched,
            right,
        }
    }

    /// Measures rules.
    fn expect(&mut self, rules: &[Expectation]) -> Vec<Expected> {
        let lesson = Arc::clone(&self.lesson);
        let tallies = self.step_tallies.clone();
        let mut instruments = self.instruments(&lesson.source, &tallies);
        let expected = rules.iter().map(|rule| instruments.judge(rule)).collect();
        self.look_again();
        expected
    }

    /// Loads inside expressions may have mapped pages: what they did is nobody's change.
    fn look_again(&mut self) {
        self.snapshots = self.stage.observe().into_iter().map(Arc::new).collect();
    }

    fn instruments<'a>(&'a mut self, source: &'a str, tallies: &'a Tallies) -> Instruments<'a, S> {
        Instruments {
            source,
            tallies,
            races: &self.races,
            scopes: &self.scopes,
            snapshots: &self.snapshots,
            latest_child: latest_child(&self.stage),
            page_size: self.stage.machine().page_size,
            stage: &mut self.stage,
        }
    }
}

/// A statement as a program, in the scope of the process that will run it.
fn compiled(
    lesson: &Lesson,
    statement: &c::Statement,
    scope: &mut Scope,
) -> Result<c::Compiled, StageError> {
    c::compile(&lesson.source, statement, scope).map_err(|diagnostic| {
        StageError::Failed(diagnostic.render(&lesson.file, &lesson.source, false))
    })
}

fn not_code() -> StageError {
    StageError::Failed("this part of the step is not code".into())
}

/// The process that the latest fork made.
fn latest_child(stage: &impl Stage) -> Option<Process> {
    stage
        .actors()
        .iter()
        .map(|actor| actor.process)
        .filter(|process| matches!(process, Process::Child(_)))
        .max()
}

/// What a running line did since the last look, as if that were all of it.
fn latest(so_far: &Outcome) -> Outcome {
    let mut latest = so_far.clone();
    latest.totals.faults = Faults::default();
    for act in &so_far.acts {
        latest.totals.faults += act.faults();
    }
    latest
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

/// Whether a guess was right: the choice that the answer matches, or the number itself.
fn is_right(guess: &str, prediction: &Prediction, answer: i64, matched: Option<usize>) -> bool {
    let chosen = prediction
        .choices
        .iter()
        .position(|choice| choice.value_text == guess.trim());
    match chosen {
        Some(chosen) => matched == Some(chosen),
        None => guess.trim().parse() == Ok(answer),
    }
}
