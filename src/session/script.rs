//! A lesson as the order of things that happen in it.

use crate::lesson::{Lesson, Part, Who};
use std::ops::Range;

/// One thing that happens in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A statement runs.
    Line {
        /// Who runs it.
        who: Who,
        /// Index of the code part within the step.
        part: usize,
        /// Index of the statement within that part.
        statement: usize,
        /// Its place in the lesson's source.
        span: Range<usize>,
    },
    /// A guess is asked for; measuring begins.
    Ask {
        /// Index of the prediction part within the step.
        part: usize,
    },
    /// The answer to a guess is measured: stands after the last line that it measures.
    Grade {
        /// Index of the prediction part within the step.
        part: usize,
    },
    /// Expectations are measured.
    Expect {
        /// Index of the part within the step.
        part: usize,
    },
}

/// Where a lesson is: the next thing to happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Index of the step; the number of steps when all is done.
    pub step: usize,
    /// Index of the item within the step; the number of items when the step is done and its explanation is shown.
    pub item: usize,
}

/// The items of every step of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Items, step by step.
    pub steps: Vec<Vec<Item>>,
}

impl Script {
    /// The script of a lesson.
    pub fn of(lesson: &Lesson) -> Self {
        Self {
            steps: lesson.steps.iter().map(|step| items(&step.parts)).collect(),
        }
    }

    /// The item at `position`, if one is there.
    pub fn item(&self, position: Position) -> Option<&Item> {
        self.steps.get(position.step)?.get(position.item)
    }

    /// Number of lines of a step.
    pub fn lines(&self, step: usize) -> usize {
        let is_line = |item: &&Item| matches!(item, Item::Line { .. });
        self.steps
            .get(step)
            .map_or(0, |items| items.iter().filter(is_line).count())
    }
}

/// The items of a step: a prediction is graded where its code ends, which is the next fence that is not code.
fn items(parts: &[Part]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut asked: Option<usize> = None;
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Prose(_) => {}
            Part::Code(code) => {
                items.extend(
                    code.statements
                        .iter()
                        .enumerate()
                        .map(|(statement, c)| Item::Line {
                            who: code.who,
                            part: index,
                            statement,
                            span: c.span.clone(),
                        }),
                );
            }
            Part::Predict(_) => {
                items.extend(asked.replace(index).map(|part| Item::Grade { part }));
                items.push(Item::Ask { part: index });
            }
            Part::Expect(_) => {
                items.extend(asked.take().map(|part| Item::Grade { part }));
                items.push(Item::Expect { part: index });
            }
        }
    }
    items.extend(asked.map(|part| Item::Grade { part }));
    items
}
