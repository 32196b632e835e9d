//! The guess a learner is making: a choice picked by arrows, or a number typed.
//!
//! What is typed is a value, not a place in the list: with the choices `0`, `1` and `16`, typing 16 picks the last.
//! Only where no choice is a number do digits count the choices.

use crate::lesson::Choice;

/// A guess in the making.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guess {
    /// What was typed.
    pub typed: String,
    /// The choice picked.
    pub choice: Option<usize>,
}

/// As much as anybody needs for a number of 64 bits.
const LONGEST: usize = 20;

impl Guess {
    /// Takes one typed character; whether it was of use.
    pub fn push(&mut self, c: char, choices: &[Choice]) -> bool {
        let fits = c.is_ascii_digit() || (c == '-' && self.typed.is_empty());
        if !fits || self.typed.len() >= LONGEST {
            return false;
        }
        if !choices.is_empty() && !choices.iter().any(is_number) {
            let place = c.to_digit(10).map_or(0, |digit| digit as usize);
            if (1..=choices.len()).contains(&place) {
                self.choice = Some(place - 1);
            }
            return true;
        }
        self.typed.push(c);
        self.choice = matching(&self.typed, choices);
        true
    }

    /// Takes back the last character, or the choice.
    pub fn erase(&mut self, choices: &[Choice]) {
        if self.typed.pop().is_none() {
            self.choice = None;
        } else {
            self.choice = matching(&self.typed, choices);
        }
    }

    /// Moves to the choice before or after; one step beyond either end is no choice at all.
    pub fn walk(&mut self, forward: bool, choices: &[Choice]) {
        self.typed.clear();
        let last = choices.len().checked_sub(1);
        self.choice = match (self.choice, forward) {
            (None, true) => last.map(|_| 0),
            (None, false) => last,
            (Some(here), true) => (Some(here) < last).then_some(here + 1),
            (Some(here), false) => here.checked_sub(1),
        };
    }

    /// The answer given so far, as the player takes it; `None` where there is none.
    pub fn answer(&self, choices: &[Choice]) -> Option<String> {
        if let Some(choice) = self.choice.and_then(|index| choices.get(index)) {
            return Some(choice.value_text.clone());
        }
        let digits = self.typed.trim_start_matches('-');
        (!digits.is_empty()).then(|| self.typed.clone())
    }
}

/// Whether a choice stands for a number.
fn is_number(choice: &Choice) -> bool {
    choice.value_text.trim().parse::<i64>().is_ok()
}

/// The choice whose value was typed.
fn matching(typed: &str, choices: &[Choice]) -> Option<usize> {
    choices
        .iter()
        .position(|choice| choice.value_text.trim() == typed)
}
