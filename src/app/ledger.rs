//! The ledger of claims as a learner meets it: each claim with the steps that show it, and which of them are done.
//!
//! Says nothing of how a claim fared on this kernel: only `mmap-tutor verify` has played all its steps.

use crate::claims::{Claim, Ledger};
use crate::lesson::Card;
use crate::session::Progress;

/// A claim with its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The claim.
    pub claim: &'static Claim,
    /// The steps that show it, in the order of the lessons.
    pub steps: Vec<Showing>,
}

/// A step that shows a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Showing {
    /// Index of the lesson.
    pub lesson: usize,
    /// Index of the step.
    pub step: usize,
    /// Whether the learner has seen its end.
    pub done: bool,
}

impl Row {
    /// Whether the learner has done every step that shows it; never so where no step does.
    pub fn is_done(&self) -> bool {
        !self.steps.is_empty() && self.steps.iter().all(|step| step.done)
    }

    /// Where to go to see it: the first step that is not done yet, else the first.
    pub fn next(&self) -> Option<Showing> {
        let open = self.steps.iter().find(|step| !step.done);
        open.or(self.steps.first()).copied()
    }
}

/// Every claim, in the order of the ledger.
pub fn rows(lessons: &[Card], progress: &Progress) -> Vec<Row> {
    let row = |claim: &'static Claim| Row {
        claim,
        steps: showing(claim, lessons, progress),
    };
    Ledger::built_in().claims().iter().map(row).collect()
}

fn showing(claim: &Claim, lessons: &[Card], progress: &Progress) -> Vec<Showing> {
    // A card names all claims of its lesson: the others need not be read.
    let cards = lessons.iter().enumerate();
    let named = cards.filter(|(_, card)| card.front.claims.contains(&claim.id));
    let lessons = named.filter_map(|(index, card)| Some((index, card.lesson().ok()?)));
    let steps = lessons.flat_map(|(index, lesson)| {
        let done = progress.lessons.get(&lesson.id);
        let steps = lesson.steps.iter().enumerate();
        steps
            .filter(|(_, step)| step.options.claims.contains(&claim.id))
            .map(move |(step, _)| Showing {
                lesson: index,
                step,
                done: done.is_some_and(|done| done.steps_done.contains(&step)),
            })
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Position;
    use std::fmt::Write as _;

    fn lesson(id: &str, steps: &[&str]) -> Card {
        let mut source =
            "+++\ntitle = \"t\"\nsummary = \"s\"\nminutes = 1\nclaims = [\"H1\"]\n+++\n".to_owned();
        for (index, claims) in steps.iter().enumerate() {
            let _ = write!(
                source,
                "## A {{claims = [{claims}]}}\n```c\nint x{index} = 1;\n```\n"
            );
        }
        let lesson = crate::lesson::read(&format!("{id}.md"), &source).unwrap();
        Card::from(std::sync::Arc::new(lesson))
    }

    #[test]
    fn a_claim_leads_to_its_first_step_that_is_not_done() {
        let lessons = [
            lesson("01-a", &["\"H1\"", "", "\"H1\""]),
            lesson("02-b", &["\"H1\""]),
        ];
        let mut progress = Progress::default();
        let next = |progress: &Progress| {
            let rows = rows(&lessons, progress);
            let row = rows.iter().find(|row| row.claim.id == "H1").unwrap();
            let next = row.next().unwrap();
            (next.lesson, next.step, row.is_done())
        };
        assert_eq!(next(&progress), (0, 0, false));
        for (id, step, steps, expected) in [
            ("01-a", 0, 3, (0, 2, false)),
            ("01-a", 2, 3, (1, 0, false)),
            ("02-b", 0, 1, (0, 0, true)),
        ] {
            progress.reached(id, Position { step, item: 1 }, 1, steps);
            assert_eq!(next(&progress), expected, "{id} {step}");
        }
        let rows = rows(&lessons, &progress);
        assert_eq!(rows.len(), Ledger::built_in().claims().len());
        let unshown = rows.iter().find(|row| row.claim.id == "H2").unwrap();
        assert!(!unshown.is_done() && unshown.next().is_none());
    }
}
