//! Runs a race: its blocks take turns, round by round, each measured as a whole.
//!
//! The order is turned round every other round, so that nobody always comes after the same one; the first round warms
//! up and does not count. What a race costs is nobody's line: it adds nothing to the counters of the step.

use super::line::{compiled, not_code};
use super::{Director, Player};
use crate::bytecode::Program;
use crate::lesson::Part;
use crate::mem::{Control, Ending, Outcome, Pace, Process};
use crate::session::moment::{Moment, Ran};
use crate::session::play::Report;
use crate::session::race::{Contestant, ROUNDS, Race, Round};
use crate::session::stage::{Stage, StageError};
use std::ops::Range;
use std::sync::Arc;

/// A contestant with the programs it runs.
struct Lane {
    contestant: Contestant,
    block: Program,
    setup: Option<Program>,
}

/// Why a race ends before its last round.
enum Halt {
    /// It cannot go on at all.
    Error(StageError),
    /// A block did not run to its end, or the learner has seen enough.
    Ended(String),
}

impl From<StageError> for Halt {
    fn from(error: StageError) -> Self {
        Self::Error(error)
    }
}

impl<S: Stage> Player<S> {
    /// Runs the race of these parts of the step.
    pub(super) fn race(
        &mut self,
        parts: &[usize],
        span: Range<usize>,
        director: &mut dyn Director,
    ) -> Result<Moment, StageError> {
        let (mut lanes, rounds) = self.lanes(parts)?;
        let stopped = match self.rounds(&mut lanes, rounds, director) {
            Ok(()) => None,
            Err(Halt::Ended(why)) => Some(why),
            Err(Halt::Error(error)) => return Err(error),
        };
        let race = Race {
            contestants: lanes.into_iter().map(|lane| lane.contestant).collect(),
            stopped,
        };
        for contestant in &race.contestants {
            self.races
                .insert(contestant.name.clone(), contestant.clone());
        }
        let ran = Ran {
            step: self.position.step,
            line: self.lines_before(),
            process: Process::Main,
            group: None,
            code: self.lesson.source[span.clone()].to_owned(),
            span,
            result: None,
            outcomes: Vec::new(),
            race: Some(race),
        };
        let mut moment = self.look_after(ran);
        // Nobody watched the rounds: what they left behind has no cause that could be told.
        moment.changes.clear();
        Ok(moment)
    }

    /// The contestants of a race, compiled, and its number of rounds.
    fn lanes(&mut self, parts: &[usize]) -> Result<(Vec<Lane>, u32), StageError> {
        let lesson = Arc::clone(&self.lesson);
        let mut scope = self.scope(Process::Main);
        let mut lanes: Vec<Lane> = Vec::new();
        let mut setups = Vec::new();
        let mut rounds = ROUNDS;
        for &part in parts {
            let Some(Part::Code(code)) = lesson.steps[self.position.step].parts.get(part) else {
                return Err(not_code());
            };
            let Some(entry) = &code.race else {
                return Err(not_code());
            };
            rounds = entry.rounds.unwrap_or(rounds);
            let block = code.block();
            let program = compiled(&lesson, &block, &mut scope)?.program;
            if entry.is_setup {
                setups.push((entry.name.clone(), program));
                continue;
            }
            lanes.push(Lane {
                contestant: Contestant {
                    name: entry.name.clone(),
                    code: lesson.source[block.span].to_owned(),
                    rounds: Vec::new(),
                },
                block: program,
                setup: None,
            });
        }
        self.scopes.insert(Process::Main, scope);
        for (name, setup) in setups {
            let lane = lanes.iter_mut().find(|lane| lane.contestant.name == name);
            if let Some(lane) = lane {
                lane.setup = Some(setup);
            }
        }
        Ok((lanes, rounds))
    }

    /// Runs all rounds, the one that warms up first.
    fn rounds(
        &mut self,
        lanes: &mut [Lane],
        rounds: u32,
        director: &mut dyn Director,
    ) -> Result<(), Halt> {
        for number in 0..=rounds {
            self.show_round(number, rounds, director);
            if director.control(false) == Control::Stop {
                self.told_to_stop = true;
                return Err(Halt::Ended("it was asked to stop".to_owned()));
            }
            for turn in 0..lanes.len() {
                let index = if number % 2 == 0 {
                    turn
                } else {
                    lanes.len() - 1 - turn
                };
                let Some(lane) = lanes.get_mut(index) else {
                    continue;
                };
                if let Some(setup) = &lane.setup {
                    self.lap(setup, director)?;
                }
                let outcome = self.lap(&lane.block, director)?;
                if number > 0 {
                    lane.contestant.rounds.push(Round {
                        elapsed: outcome.totals.elapsed,
                        faults: outcome.totals.faults,
                    });
                }
            }
        }
        Ok(())
    }

    /// Runs one block once.
    fn lap(&mut self, block: &Program, director: &mut dyn Director) -> Result<Outcome, Halt> {
        let mut watch = |_: &_, _: &mut dyn FnMut() -> Vec<_>| director.control(false);
        let outcomes = self
            .stage
            .run(Process::Main, block, Pace::Timed, &mut watch)?;
        let Some((_, outcome)) = outcomes.into_iter().next() else {
            return Err(StageError::Failed("main did not answer".into()).into());
        };
        self.told_to_stop |= director.control(false) == Control::Stop;
        match &outcome.ending {
            Ending::Finished => Ok(outcome),
            Ending::Signal(signal) => Err(Halt::Ended(format!(
                "{} at {}",
                signal.name(),
                signal.address
            ))),
            Ending::Exited(status) => Err(Halt::Ended(format!("main exited with status {status}"))),
            Ending::Interrupted(why) | Ending::Died(why) => Err(Halt::Ended(why.clone())),
        }
    }

    /// Says which round is being run.
    fn show_round(&self, number: u32, rounds: u32, director: &mut dyn Director) {
        let text = match number {
            0 => "a race: warming up".to_owned(),
            number => format!("a race: round {number} of {rounds}"),
        };
        director.report(Report::Running {
            snapshots: self.snapshots.clone(),
            process: Process::Main,
            so_far: Outcome::empty(Ending::Finished),
            text: Some(text),
        });
    }
}
