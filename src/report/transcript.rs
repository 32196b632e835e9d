//! What happened in a lesson, step by step.

use crate::lesson::Step;
use crate::mem::{Ending, Outcome, Process};
use crate::observe::Change;
use crate::session::race::{Bar, Contestant};
use crate::session::{Expected, Graded, Machine, Moment, Race, Ran, Told, Verdict, told};

/// A lesson that was played.
#[derive(Clone, Debug)]
pub struct Transcript {
    /// Id of the lesson, or the name of the file.
    pub lesson: String,
    /// Its title.
    pub title: String,
    /// Where it was played.
    pub machine: Machine,
    /// Its steps.
    pub steps: Vec<StepTranscript>,
}

/// What happened in a step.
#[derive(Clone, Debug, Default)]
pub struct StepTranscript {
    /// Its title.
    pub title: String,
    /// The claims that its rules show.
    pub claims: Vec<String>,
    /// Why it was not played, if it was not.
    pub skipped: Option<String>,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Its questions with their measured answers.
    pub predictions: Vec<Answered>,
    /// Its rules with their verdicts.
    pub expectations: Vec<Expected>,
    /// Why it could not be played to its end, if it could not.
    pub broken: Option<String>,
}

/// A line that ran.
#[derive(Clone, Debug)]
pub struct Line {
    /// Who ran it; of a group, the first.
    pub process: Process,
    /// Who ran it, in words: `main`, `peer 1-10`.
    pub actor: String,
    /// Whether a group of peers ran it.
    pub is_group: bool,
    /// Its C.
    pub code: String,
    /// Its value.
    pub result: Option<String>,
    /// What it did, first in its own process, then in those it forked.
    pub outcomes: Vec<(Process, Outcome)>,
    /// What changed, with causes.
    pub changes: Vec<Change>,
    /// What changed as it is told: one sentence where it is the same for several of a group.
    pub told: Vec<Told>,
    /// Its rounds, when it is a contestant of a race, with the sentence and the bar.
    pub raced: Option<Raced>,
    /// How its own process ended, if it did in this line.
    pub ending: Option<String>,
}

/// A contestant of a race.
#[derive(Clone, Debug)]
pub struct Raced {
    /// Its rounds.
    pub contestant: Contestant,
    /// Its bar among those of the others.
    pub bar: Bar,
    /// Whether bars are drawn on a logarithmic scale.
    pub is_logarithmic: bool,
    /// The sentence of the race, for its last contestant.
    pub sentence: Option<String>,
}

/// A question with its answer.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The question.
    pub question: String,
    /// The expression that was measured.
    pub measures: String,
    /// The values of its choices, as the lesson writes them; none where a number is asked for.
    pub choices: Vec<String>,
    /// The kernel's answer.
    pub graded: Graded,
}

impl Answered {
    /// The value of the choice that is right, if one is.
    pub fn choice(&self) -> Option<&str> {
        let choice = self.choices.get(self.graded.matched?)?;
        Some(choice)
    }

    /// Whether something was measured, and there are choices, and it is none of them.
    pub fn is_none_of_the_choices(&self) -> bool {
        self.graded.answer.known().is_some()
            && !self.choices.is_empty()
            && self.graded.matched.is_none()
    }
}

impl Transcript {
    /// Whether every step was played to its end or skipped for a reason, and no expectation failed.
    pub fn ok(&self) -> bool {
        self.steps.iter().all(StepTranscript::ok)
    }
}

impl StepTranscript {
    /// The transcript of a step before anything of it has happened.
    pub fn of(step: &Step) -> Self {
        Self {
            title: step.title.clone(),
            claims: step.options.claims.clone(),
            ..Self::default()
        }
    }

    /// Whether it was played to its end, or skipped for a reason, and no expectation failed.
    pub fn ok(&self) -> bool {
        self.broken.is_none()
            && self
                .expectations
                .iter()
                .all(|expected| expected.verdict != Verdict::Fails)
    }
}

impl Line {
    /// The line of a moment, or the contestants of its race; nothing for the moment before the first line.
    pub fn of(moment: Moment) -> Vec<Self> {
        let told = told(&moment);
        let Some(ran) = moment.ran else {
            return Vec::new();
        };
        if let Some(race) = &ran.race {
            return contestants(&ran, race);
        }
        let ending = ran
            .outcomes
            .iter()
            .find_map(|(process, outcome)| ending(*process, &outcome.ending));
        vec![Self {
            actor: ran.actor(),
            is_group: ran.group.is_some(),
            process: ran.process,
            code: ran.code,
            result: ran.result,
            outcomes: ran.outcomes,
            changes: moment.changes,
            told,
            raced: None,
            ending,
        }]
    }

    /// What its own process did.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcomes.first().map(|(_, outcome)| outcome)
    }
}

/// One line for each contestant of a race.
fn contestants(ran: &Ran, race: &Race) -> Vec<Line> {
    let last = race.contestants.len().saturating_sub(1);
    let line = |(index, (contestant, bar)): (usize, (&Contestant, Bar))| Line {
        process: ran.process,
        actor: ran.actor(),
        is_group: false,
        code: contestant.code.clone(),
        result: None,
        outcomes: Vec::new(),
        changes: Vec::new(),
        told: Vec::new(),
        raced: Some(Raced {
            contestant: contestant.clone(),
            bar,
            is_logarithmic: race.is_logarithmic(),
            sentence: (index == last).then(|| race.sentence()),
        }),
        ending: None,
    };
    let pairs = race.contestants.iter().zip(race.bars());
    pairs.enumerate().map(line).collect()
}

/// A sentence for an ending that is not the usual one. Signals have their own words among the changes.
fn ending(process: Process, ending: &Ending) -> Option<String> {
    match ending {
        Ending::Finished | Ending::Signal(_) => None,
        Ending::Exited(status) => Some(format!("{process} has ended with status {status}")),
        Ending::Interrupted(why) => Some(format!("stopped: {why}")),
        Ending::Died(how) => Some(format!("{process} died: {how}")),
    }
}
