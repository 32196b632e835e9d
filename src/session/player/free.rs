//! Lines of the learner's own, run in the lesson's processes as they are now: the same scopes, the same witness, a
//! moment each.
//!
//! They are not counted in what a step measures. Names may be declared again, here and in the lesson's lines after.

use super::{Director, Player};
use crate::c::{self, Scope, Statement};
use crate::diagnostic::Diagnostic;
use crate::lesson::Who;
use crate::mem::{Addr, Contents, Ending, Outcome, Pace, Process, Reading};
use crate::session::journal::{Typed, What};
use crate::session::moment::{Ran, TYPED};
use crate::session::play::{Held, Report};
use crate::session::stage::{Stage, StageError};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes of a frame that are read, at most: what lies further out is not shown.
const MOST_FRAME: u64 = 64 * 1024;

/// Why a text that was typed did not run, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is no C that runs here: nothing of it has run.
    Mistake(Diagnostic),
    /// There is nobody to run it.
    Stage(StageError),
}

impl From<StageError> for Refusal {
    fn from(error: StageError) -> Self {
        Self::Stage(error)
    }
}

impl<S: Stage> Player<S> {
    /// Runs what was typed, statement by statement, and reports a moment for each. Nothing runs when any of it is a
    /// mistake; a statement that ends badly is the last.
    pub fn free(
        &mut self,
        who: Who,
        source: &str,
        pace: Pace,
        director: &mut dyn Director,
    ) -> Result<(), Refusal> {
        let process = self.resolve(who)?;
        self.must_be_there(process)?;
        let statements = c::parse(source, 0..source.len()).map_err(Refusal::Mistake)?;
        let mut trial = self.scope(process);
        for statement in &statements {
            compiled(source, statement, &mut trial)?;
        }
        let source: Arc<str> = Arc::from(source);
        for (place, statement) in statements.iter().enumerate() {
            let typed = Typed {
                process,
                source: Arc::clone(&source),
                place,
            };
            if !self.typed(&typed, statement, pace, director)? {
                break;
            }
        }
        Ok(())
    }

    /// A child is there once it was forked; peers are started when a line is theirs.
    fn must_be_there(&self, process: Process) -> Result<(), StageError> {
        let actors = self.stage.actors();
        let Process::Child(number) = process else {
            return Ok(());
        };
        if actors.iter().any(|actor| actor.process == process) {
            return Ok(());
        }
        let children = actors.iter().map(|actor| actor.process);
        let last = children.filter(|process| matches!(process, Process::Child(_)));
        let why = match last.max() {
            Some(Process::Child(last)) => {
                format!("there is no child {number}: fork() has made {last} so far")
            }
            _ => format!("there is no child {number}: nothing has called fork() yet"),
        };
        Err(StageError::NoProcess(why))
    }

    /// Runs a statement again that was typed before.
    pub(super) fn typed_again(
        &mut self,
        typed: &Typed,
        director: &mut dyn Director,
    ) -> Result<(), Refusal> {
        let source = &typed.source;
        let statements = c::parse(source, 0..source.len()).map_err(Refusal::Mistake)?;
        let Some(statement) = statements.get(typed.place) else {
            return Ok(());
        };
        self.typed(typed, statement, Pace::Full, director).map(drop)
    }

    /// Runs one statement that compiles; whether it ran to its end.
    fn typed(
        &mut self,
        typed: &Typed,
        statement: &Statement,
        pace: Pace,
        director: &mut dyn Director,
    ) -> Result<bool, Refusal> {
        let (process, source) = (typed.process, &typed.source);
        self.strayed = true;
        self.told_to_stop = false;
        let mut scope = self.scope(process);
        let compiled = compiled(source, statement, &mut scope)?;
        let outcomes = self.run(process, &compiled.program, pace, director)?;
        let finished = |(_, outcome): &(Process, Outcome)| outcome.ending == Ending::Finished;
        for one in &outcomes {
            let mut scope = scope.clone();
            if !finished(one) {
                // What it declares never got its value.
                scope.forget(statement);
            }
            self.scopes.insert(one.0, scope);
        }
        let whole = outcomes.first().is_some_and(finished);
        let value = outcomes.first().and_then(|(_, outcome)| outcome.value);
        let ran = Ran {
            step: self.position.step,
            line: 0,
            process,
            group: None,
            code: source[statement.span.clone()].to_owned(),
            span: TYPED,
            result: compiled
                .result
                .zip(value)
                .map(|(kind, value)| c::show(value, &kind)),
            outcomes,
            race: None,
        };
        let moment = self.look_after(ran);
        let line = self.upshot(&moment);
        self.journal.note(What::Typed(typed.clone()), line);
        director.report(Report::Line(moment));
        Ok(whole)
    }

    /// The bytes of a page, where to read them changes nothing; else the reason.
    pub fn page(&mut self, process: Process, address: Addr) -> Reading<Contents> {
        self.stage.page(process, address)
    }

    /// The variables of every living process, with what they hold: the frame is always present, so that reading it
    /// costs no fault.
    pub fn variables(&mut self) -> BTreeMap<Process, Held> {
        let living = self
            .stage
            .actors()
            .into_iter()
            .filter(|actor| actor.ended.is_none());
        let mut held = |process| {
            let variables = self.scope(process).variables().to_vec();
            let ends = variables
                .iter()
                .map(|variable| u64::from(variable.offset) + variable.of.size());
            let length = ends.max().unwrap_or(0).min(MOST_FRAME);
            let frame = self.stage.frame(process, length as u32);
            Held { variables, frame }
        };
        let processes: Vec<Process> = living.map(|actor| actor.process).collect();
        processes
            .into_iter()
            .map(|process| (process, held(process)))
            .collect()
    }
}

/// A statement as a program; names that it declares again are forgotten first.
fn compiled(
    source: &str,
    statement: &Statement,
    scope: &mut Scope,
) -> Result<c::Compiled, Refusal> {
    scope.forget(statement);
    c::compile(source, statement, scope).map_err(Refusal::Mistake)
}
