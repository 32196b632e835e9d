//! What was guessed, what the kernel answered, and which expectations held, for each step of a lesson.

use crate::session::{Expected, Graded, Verdict};

/// What is known of one prediction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// Not asked yet.
    Unasked,
    /// Guessed (or skipped); the code it measures has not run to its end.
    Guessed(Option<&'a str>),
    /// The kernel has answered.
    Graded(&'a Graded),
}

/// Guesses, answers and expectations, in the order they happened.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    guesses: Vec<(usize, usize, Option<String>)>,
    graded: Vec<Graded>,
    expected: Vec<(usize, Vec<Expected>)>,
}

impl Answers {
    /// Notes a guess at the question of a part of a step, or that it was skipped.
    pub fn guessed(&mut self, step: usize, part: usize, guess: Option<String>) {
        self.guesses.push((step, part, guess));
    }

    /// Keeps the guesses at questions, by step and part, that have been asked.
    pub fn keep_guesses(&mut self, is_asked: impl Fn(usize, usize) -> bool) {
        self.guesses
            .retain(|(step, part, _)| is_asked(*step, *part));
    }

    /// Forgets all that was measured in a step and after it.
    pub fn forget_from(&mut self, step: usize) {
        self.graded.retain(|graded| graded.step < step);
        self.expected.retain(|(of, _)| *of < step);
    }

    /// Notes the kernel's answer.
    pub fn grade(&mut self, graded: Graded) {
        self.graded.push(graded);
    }

    /// Notes what became of one block of expectations.
    pub fn expect(&mut self, step: usize, expected: Vec<Expected>) {
        self.expected.push((step, expected));
    }

    /// What is known of the prediction that is a part of a step.
    pub fn answer(&self, step: usize, part: usize) -> Answer<'_> {
        let graded = |graded: &&Graded| graded.step == step && graded.part == part;
        if let Some(graded) = self.graded.iter().rev().find(graded) {
            return Answer::Graded(graded);
        }
        let mut guesses = self.guesses.iter().rev();
        match guesses.find(|(of, at, _)| (*of, *at) == (step, part)) {
            Some((_, _, guess)) => Answer::Guessed(guess.as_deref()),
            None => Answer::Unasked,
        }
    }

    /// The verdicts of the `nth` block of expectations of a step; empty until measured.
    pub fn verdicts(&self, step: usize, nth: usize) -> &[Expected] {
        let mut blocks = self.expected.iter().filter(|(of, _)| *of == step);
        blocks.nth(nth).map_or(&[], |(_, expected)| expected)
    }

    /// Every answered prediction.
    pub fn graded(&self) -> &[Graded] {
        &self.graded
    }

    /// How many expectations held, how many did not, and how many are not known.
    pub fn held(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for expected in self.expected.iter().flat_map(|(_, expected)| expected) {
            let place = match expected.verdict {
                Verdict::Holds => 0,
                Verdict::Fails => 1,
                Verdict::Unknown(_) => 2,
            };
            counts[place] += 1;
        }
        counts
    }
}
