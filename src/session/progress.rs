//! What is kept between runs: where a learner was in each lesson, what is done, what they guessed.

use super::script::Position;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Progress through all lessons, by lesson id. Unknown fields of later versions are ignored when read.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct Progress {
    /// Each lesson that was opened.
    pub lessons: BTreeMap<String, LessonProgress>,
}

/// Progress through one lesson.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct LessonProgress {
    /// Steps whose end was seen.
    pub steps_done: Vec<usize>,
    /// The step the learner was in.
    pub step: usize,
    /// Whether the end of the last step was seen once.
    pub done: bool,
    /// The latest guess at each question, by `step.part`, with the kernel's answer.
    pub guesses: BTreeMap<String, Guess>,
}

/// A guess and its answer.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct Guess {
    /// What the learner said.
    pub guess: String,
    /// What the kernel said; nothing when it could not be measured.
    pub answer: Option<i64>,
}

impl Progress {
    /// Notes that a lesson of `steps` steps has got to `position`; `items` is the number of items of that step.
    pub fn reached(&mut self, lesson: &str, position: Position, items: usize, steps: usize) {
        let entry = self.lessons.entry(lesson.to_owned()).or_default();
        entry.step = position.step.min(steps.saturating_sub(1));
        if position.step < steps
            && position.item >= items
            && !entry.steps_done.contains(&position.step)
        {
            entry.steps_done.push(position.step);
            entry.steps_done.sort_unstable();
        }
        entry.done |= steps > 0 && entry.steps_done.len() >= steps;
    }

    /// Notes a guess.
    pub fn guessed(&mut self, lesson: &str, step: usize, part: usize, guess: Guess) {
        self.lessons
            .entry(lesson.to_owned())
            .or_default()
            .guesses
            .insert(format!("{step}.{part}"), guess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_is_done_when_the_end_of_each_step_was_seen() {
        let mut progress = Progress::default();
        progress.reached("06", Position { step: 0, item: 1 }, 3, 2);
        assert_eq!(progress.lessons["06"].steps_done, Vec::<usize>::new());
        progress.reached("06", Position { step: 0, item: 3 }, 3, 2);
        progress.reached("06", Position { step: 1, item: 0 }, 2, 2);
        assert!(!progress.lessons["06"].done);
        progress.reached("06", Position { step: 1, item: 2 }, 2, 2);
        assert!(progress.lessons["06"].done);
        progress.reached("06", Position { step: 0, item: 0 }, 3, 2);
        assert!(
            progress.lessons["06"].done,
            "starting over does not undo it"
        );
    }

    #[test]
    fn a_file_of_a_later_version_is_read() {
        let text = r#"{"version":9,"lessons":{"01":{"done":true,"mood":"good"}}}"#;
        let progress: Progress = serde_json::from_str(text).unwrap();
        assert!(progress.lessons["01"].done);
    }
}
