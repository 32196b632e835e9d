//! Does again what was done: new processes, the same lines in their order, each compared with what it gave before.
//!
//! This is how a line is undone, and how a lesson goes on whose process has died. Nothing is put back: what the lines
//! leave behind is made anew by the kernel, and told where it is not the same. A race is run again, all its rounds:
//! what it leaves behind is a part of what follows; its times are nobody's to repeat, and are not compared.

use super::{Director, Player};
use crate::mem::{Control, Pace, Process};
use crate::session::journal::{Deed, Halt, Numbers, Replayed, Upshot, What};
use crate::session::play::Report;
use crate::session::player::free::Refusal;
use crate::session::stage::{Actor, Stage, StageError};

impl<S: Stage> Player<S> {
    /// Starts new processes where the present ones began, and runs the first `lines` of the lines that have run in
    /// those; all of them, and whatever was done since, when there are no more. Goes on to the end of them or to the
    /// first one that cannot be run again, and leaves the lesson there.
    ///
    /// Fails when the new processes cannot be started; what was done is then still known, and can be tried again.
    pub fn replay(
        &mut self,
        lines: usize,
        director: &mut dyn Director,
    ) -> Result<Replayed, StageError> {
        let old = self.stage.actors();
        let kept = self.journal.clone();
        let moment = match self.afresh(kept.base.step) {
            Ok(moment) => moment,
            Err(error) => {
                self.journal = kept;
                return Err(error);
            }
        };
        let step = self.position.step;
        director.report(Report::Rewound { step, moment });
        let mut replayed = Replayed {
            wanted: lines.min(kept.lines()),
            ..Replayed::default()
        };
        for deed in kept.first(lines) {
            let line = replayed.lines + 1;
            if let Err(why) = self.again(&deed, &old, &mut replayed, director) {
                let code = deed.line.map_or_else(String::new, |line| line.code.into());
                replayed.halt = Some(Halt { line, code, why });
                break;
            }
        }
        Ok(replayed)
    }

    /// Processes that lived at the latest moment and have ended since, with how: nobody has told so yet.
    pub fn gone(&self) -> Vec<(Process, String)> {
        let lived = |process| {
            let mut seen = self.snapshots.iter();
            seen.any(|snapshot| snapshot.process == process)
        };
        let actors = self.stage.actors().into_iter();
        actors
            .filter(|actor| lived(actor.process))
            .filter_map(|actor| Some((actor.process, actor.ended?)))
            .collect()
    }

    /// Does one thing again and compares; says in a clause why nothing can come after it.
    fn again(
        &mut self,
        deed: &Deed,
        old: &[Actor],
        replayed: &mut Replayed,
        director: &mut dyn Director,
    ) -> Result<(), String> {
        if director.control(false) == Control::Stop {
            return Err("you stopped the replay before it".to_owned());
        }
        if deed.line.as_ref().is_some_and(|line| line.was_stopped) {
            return Err(
                "you stopped it while it ran: how far it got is not to be repeated".to_owned(),
            );
        }
        let known = self.journal.deeds.len();
        self.repeat(&deed.what, director)?;
        let Some(then) = &deed.line else {
            return Ok(());
        };
        let is = self.journal.deeds.get(known..).unwrap_or_default();
        let Some(now) = is.iter().find_map(|deed| deed.line.clone()) else {
            return Err("it did not run this time".to_owned());
        };
        replayed.lines += 1;
        self.compare(&now, then, old, replayed)
    }

    fn repeat(&mut self, what: &What, director: &mut dyn Director) -> Result<(), String> {
        let told = |error: StageError| error.to_string();
        match what {
            What::Entered(step) if *step < self.script.steps.len() => {
                self.enter(*step).map(drop).map_err(told)
            }
            What::Entered(_) => {
                self.close_lesson();
                Ok(())
            }
            What::Advanced(guess) => self
                .advance(guess.clone(), Pace::Full, director)
                .map_err(told),
            What::Typed(typed) => match self.typed_again(typed, director) {
                Ok(()) => Ok(()),
                Err(Refusal::Mistake(mistake)) => Err(mistake.message),
                Err(Refusal::Stage(error)) => Err(error.to_string()),
            },
        }
    }

    /// Notes what a line gave that it did not give before; says why nothing can come after it.
    fn compare(
        &self,
        now: &Upshot,
        then: &Upshot,
        old: &[Actor],
        replayed: &mut Replayed,
    ) -> Result<(), String> {
        if now.was_stopped {
            return Err("you stopped it while it ran".to_owned());
        }
        let new = self.stage.actors();
        let number = |actor: &Actor| {
            let now = new.iter().find(|new| new.process == actor.process)?;
            Some((i64::from(actor.pid.0), i64::from(now.pid.0)))
        };
        let numbers: Numbers = old.iter().filter_map(number).collect();
        if let Some(words) = now.differs_from(then, &numbers) {
            replayed.note(replayed.lines, &now.code, words);
        }
        match now.ended_now(then) {
            Some(end) => Err(end),
            None => Ok(()),
        }
    }
}
