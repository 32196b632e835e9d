//! How the claims of the article fared on this kernel: one rule from the transcripts of all lessons to a status a claim.
//!
//! Pure. A claim is believed only where every step that names it ran and all its rules held; whatever is less has a
//! word and a reason of its own.

pub mod json;
#[cfg(test)]
mod tests;
pub mod text;

use super::transcript::{StepTranscript, Transcript};
use crate::claims::{Claim, Ledger};
use crate::session::Verdict;

/// How a claim fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Every step that names it ran, and all their rules held.
    Proven,
    /// The same, and the article's sentence is wrong or too simple: what the steps show is the correction.
    Corrected,
    /// No rule failed, but the kernel left something open: why.
    Inconclusive(String),
    /// None of its steps could be played here: why.
    NotShown(String),
    /// A rule did not hold, or a step stopped early: which.
    Failed(String),
}

impl Status {
    /// The stable word of it, as JSON has it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Corrected => "corrected",
            Self::Inconclusive(_) => "inconclusive",
            Self::NotShown(_) => "not-shown",
            Self::Failed(_) => "failed",
        }
    }

    /// Why it is not more than it is.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Proven | Self::Corrected => None,
            Self::Inconclusive(why) | Self::NotShown(why) | Self::Failed(why) => Some(why),
        }
    }
}

/// A row of the ledger with how it fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The claim.
    pub claim: Claim,
    /// How it fared.
    pub status: Status,
    /// The steps that show it, in the order of the lessons.
    pub steps: Vec<Exhibit>,
}

/// A step that shows a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exhibit {
    /// Id of the lesson.
    pub lesson: String,
    /// Number of the step, from 1.
    pub step: usize,
    /// Its title.
    pub title: String,
}

impl std::fmt::Display for Exhibit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, step {}: {}", self.lesson, self.step, self.title)
    }
}

/// All lessons played, and what that says of every claim.
#[derive(Clone, Debug)]
pub struct Verification {
    /// `uname -r`.
    pub kernel: String,
    /// The ledger, row by row.
    pub entries: Vec<Entry>,
    /// What was played.
    pub lessons: Vec<Transcript>,
}

impl Verification {
    /// Judges every claim by what was played.
    pub fn of(ledger: &Ledger, kernel: String, lessons: Vec<Transcript>) -> Self {
        let entries = ledger
            .claims()
            .iter()
            .map(|claim| entry(claim, &lessons))
            .collect();
        Self {
            kernel,
            entries,
            lessons,
        }
    }

    /// Whether nothing failed: no rule, no step, in no lesson, also where no claim hangs on it.
    pub fn ok(&self) -> bool {
        self.lessons.iter().all(Transcript::ok)
    }

    /// Number of claims with that word.
    pub fn count(&self, word: &str) -> usize {
        self.entries
            .iter()
            .filter(|entry| entry.status.word() == word)
            .count()
    }
}

/// One step of the lessons played that names a claim.
type Played<'a> = (Exhibit, &'a StepTranscript);

fn entry(claim: &Claim, lessons: &[Transcript]) -> Entry {
    let steps = lessons.iter().flat_map(|lesson| {
        let numbered = lesson.steps.iter().enumerate();
        let naming = numbered.filter(|(_, step)| step.claims.contains(&claim.id));
        naming.map(|(index, step)| {
            let exhibit = Exhibit {
                lesson: lesson.lesson.clone(),
                step: index + 1,
                title: step.title.clone(),
            };
            (exhibit, step)
        })
    });
    let played: Vec<Played<'_>> = steps.collect();
    Entry {
        status: status(claim, &played),
        claim: claim.clone(),
        steps: played.into_iter().map(|(exhibit, _)| exhibit).collect(),
    }
}

/// The rule: what went wrong comes before what was left open, and that before what could not be played.
fn status(claim: &Claim, played: &[Played<'_>]) -> Status {
    if played.is_empty() {
        return Status::NotShown("no step of these lessons names it".to_owned());
    }
    let told = |why: fn(&StepTranscript) -> Vec<String>| told(played, why);
    if let Some(why) = told(failures) {
        return Status::Failed(why);
    }
    if let Some(why) = told(doubts) {
        return Status::Inconclusive(why);
    }
    let skipped = told(|step| step.skipped.iter().cloned().collect());
    match (skipped, &claim.correction) {
        (Some(why), _) if played.iter().all(|(_, step)| step.skipped.is_some()) => {
            Status::NotShown(why)
        }
        (Some(why), _) => Status::Inconclusive(format!("shown in part: {why}")),
        (None, Some(_)) => Status::Corrected,
        (None, None) => Status::Proven,
    }
}

/// What `why` says of the steps, each thing once and with the first step that says it; `None` when it says nothing.
fn told(played: &[Played<'_>], why: fn(&StepTranscript) -> Vec<String>) -> Option<String> {
    let mut known: Vec<String> = Vec::new();
    let mut sentences = Vec::new();
    for (exhibit, step) in played {
        for reason in why(step) {
            if !known.contains(&reason) {
                sentences.push(format!(
                    "{}, step {}: {reason}",
                    exhibit.lesson, exhibit.step
                ));
                known.push(reason);
            }
        }
    }
    (!sentences.is_empty()).then(|| sentences.join("; "))
}

/// What went wrong in a step.
fn failures(step: &StepTranscript) -> Vec<String> {
    let failed = step
        .expectations
        .iter()
        .filter(|expected| expected.verdict == Verdict::Fails)
        .map(|expected| {
            format!(
                "`{}` does not hold ({})",
                expected.expression, expected.measured
            )
        });
    let broken = step
        .broken
        .iter()
        .map(|why| format!("stopped early: {why}"));
    failed.chain(broken).collect()
}

/// What a step left open, though it ran.
fn doubts(step: &StepTranscript) -> Vec<String> {
    if step.skipped.is_some() {
        return Vec::new();
    }
    if step.expectations.is_empty() {
        return vec!["it expects nothing".to_owned()];
    }
    step.expectations
        .iter()
        .filter_map(|expected| match &expected.verdict {
            Verdict::Unknown(why) => Some(format!("`{}`: {why}", expected.expression)),
            Verdict::Holds | Verdict::Fails => None,
        })
        .collect()
}
