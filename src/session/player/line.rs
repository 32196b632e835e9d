//! Runs a line: compiles it, sends it to its processes, counts what it cost, and looks at what became of them.

use super::{Director, Outcomes, Player};
use crate::c::{self, Scope};
use crate::lesson::{Lesson, Part, Who};
use crate::mem::{Control, Faults, Outcome, Pace, Process, Progress, Reading};
use crate::observe::{self, Snapshot};
use crate::session::budget::Budget;
use crate::session::moment::{Moment, Ran};
use crate::session::play::Report;
use crate::session::script::Item;
use crate::session::stage::{Stage, StageError};
use std::sync::Arc;
use std::time::Instant;

impl<S: Stage> Player<S> {
    /// Runs what stands at the position: a line, or a race.
    pub(super) fn code(
        &mut self,
        pace: Pace,
        director: &mut dyn Director,
    ) -> Result<Moment, StageError> {
        self.told_to_stop = false;
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
        if self.strayed {
            scope.forget(statement);
        }
        let compiled = compiled(&lesson, statement, &mut scope)?;
        let outcomes = self.run(process, &compiled.program, pace, director)?;
        for (other, _) in &outcomes[1..] {
            self.scopes.insert(*other, scope.clone());
        }
        self.scopes.insert(process, scope);
        Ok((compiled.result, outcomes))
    }

    /// Adds what a line did to the sums of the step, and to those of the question that is being measured.
    pub(super) fn tally(
        &mut self,
        outcomes: &[(Process, Outcome)],
        shootdowns_before: Option<Reading<u64>>,
    ) {
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
    pub(super) fn shootdowns(&self) -> Option<Reading<u64>> {
        let asks = self.lesson.source.contains("tlb_shootdowns");
        asks.then(|| self.stage.shootdowns())
    }

    /// How many lines of the step stand before the position.
    pub(super) fn lines_before(&self) -> usize {
        self.script.steps[self.position.step][..self.position.item]
            .iter()
            .filter(|item| item.runs())
            .count()
    }

    /// Sends a program to a process and shows it running.
    pub(super) fn run(
        &mut self,
        process: Process,
        program: &crate::bytecode::Program,
        pace: Pace,
        director: &mut dyn Director,
    ) -> Result<Vec<(Process, Outcome)>, StageError> {
        let page_size = self.stage.machine().page_size;
        let mut seen = self.snapshots.clone();
        let mut budget = Budget::default();
        let mut stopped = false;
        let mut heed = |control| {
            stopped |= control == Control::Stop;
            control
        };
        // Acts that no look has told yet.
        let mut acts = Vec::new();
        let mut watch = |progress: &Progress, observe: &mut dyn FnMut() -> Vec<Snapshot>| {
            acts.extend_from_slice(&progress.so_far.acts);
            let began = Instant::now();
            if !progress.paused && !budget.allows(began) {
                return heed(director.control(false));
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
            heed(director.control(progress.paused))
        };
        let outcomes = self.stage.run(process, program, pace, &mut watch)?;
        self.told_to_stop |= stopped;
        if outcomes.is_empty() {
            return Err(StageError::Failed(format!("{process} did not answer")));
        }
        Ok(outcomes)
    }

    /// A first look, with nothing to compare to.
    pub(super) fn look(&mut self) -> Moment {
        self.snapshots = self.stage.observe().into_iter().map(Arc::new).collect();
        Moment {
            ran: None,
            snapshots: self.snapshots.clone(),
            changes: Vec::new(),
        }
    }

    /// A look after a line.
    pub(super) fn look_after(&mut self, ran: Ran) -> Moment {
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
    pub(super) fn resolve(&self, who: Who) -> Result<Process, StageError> {
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
    pub(super) fn scope(&self, process: Process) -> Scope {
        let new = || {
            Scope::new(c::Target {
                page_size: self.stage.machine().page_size.bytes(),
            })
        };
        self.scopes.get(&process).cloned().unwrap_or_else(new)
    }
}

/// A statement as a program, in the scope of the process that will run it.
pub(super) fn compiled(
    lesson: &Lesson,
    statement: &c::Statement,
    scope: &mut Scope,
) -> Result<c::Compiled, StageError> {
    c::compile(&lesson.source, statement, scope).map_err(|diagnostic| {
        StageError::Failed(diagnostic.render(&lesson.file, &lesson.source, false))
    })
}

pub(super) fn not_code() -> StageError {
    StageError::Failed("this part of the step is not code".into())
}

/// The process that the latest fork made.
pub(super) fn latest_child(stage: &impl Stage) -> Option<Process> {
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
