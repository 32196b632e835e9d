//! Measures what lines left behind: answers to questions, and rules.
//!
//! All that stands at one place is judged by the same moment, that of the last line: a load in one expression may map
//! a page, and must not decide another.

use super::line::latest_child;
use super::{Director, Player};
use crate::lesson::{Expectation, Part, Prediction};
use crate::session::measure::Instruments;
use crate::session::moment::{Expected, Graded};
use crate::session::play::Report;
use crate::session::script::Item;
use crate::session::stage::Stage;
use crate::session::tally::Tallies;
use std::sync::Arc;

impl<S: Stage> Player<S> {
    /// Grades and checks what stands next, until a line or a question does.
    pub(super) fn settle(&mut self, director: &mut dyn Director) {
        let lesson = Arc::clone(&self.lesson);
        let from = self.position;
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
                _ => break,
            }
            self.position.item += 1;
        }
        // Loads inside expressions may have mapped pages: what they did is nobody's change, and no rule's business.
        if self.position != from {
            self.look();
        }
    }

    /// Measures the answer to a question.
    fn grade(&mut self, part: usize, prediction: &Prediction) -> Graded {
        let asked = self.asked.take();
        let tallies = asked
            .as_ref()
            .map_or_else(Tallies::default, |asked| asked.tallies.clone());
        let lesson = Arc::clone(&self.lesson);
        let mut instruments = self.instruments(&lesson.source, &tallies);
        let (answer, shown) = instruments.answer(&prediction.measures);
        let matched = answer.known().and_then(|&answer| {
            prediction
                .choices
                .iter()
                .position(|choice| instruments.measure(&choice.value).known() == Some(&answer))
        });
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
            shown,
            matched,
            right,
        }
    }

    /// Measures rules.
    fn expect(&mut self, rules: &[Expectation]) -> Vec<Expected> {
        let lesson = Arc::clone(&self.lesson);
        let tallies = self.step_tallies.clone();
        let mut instruments = self.instruments(&lesson.source, &tallies);
        rules.iter().map(|rule| instruments.judge(rule)).collect()
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

/// Whether a guess was right: the choice that the answer matches, or the number itself.
pub(crate) fn is_right(
    guess: &str,
    prediction: &Prediction,
    answer: i64,
    matched: Option<usize>,
) -> bool {
    let chosen = prediction
        .choices
        .iter()
        .position(|choice| choice.value_text == guess.trim());
    match chosen {
        Some(chosen) => matched == Some(chosen),
        None => guess.trim().parse() == Ok(answer),
    }
}
