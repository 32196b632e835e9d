//! A lesson as the order of things that happen in it.

use crate::lesson::{Code, Lesson, Part, Who};
use serde::{Deserialize, Serialize};
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
    /// Blocks are raced against each other, all in `main`.
    Race {
        /// Indices of the code parts within the step: contestants and their setups.
        parts: Vec<usize>,
        /// From the first statement of the first block to the last of the last.
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

impl Item {
    /// Whether code runs: what one press of Enter is for.
    pub fn runs(&self) -> bool {
        matches!(self, Self::Line { .. } | Self::Race { .. })
    }

    /// Whether it runs the statement at `span`.
    pub fn runs_statement(&self, span: &Range<usize>) -> bool {
        match self {
            Self::Line { span: own, .. } => own == span,
            Self::Race { span: own, .. } => own.start <= span.start && span.end <= own.end,
            _ => false,
        }
    }
}

/// Where a lesson is: the next thing to happen.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
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
        let is_line = |item: &&Item| item.runs();
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
            Part::Code(code) if code.race.is_some() => race(&mut items, index, code),
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

/// Adds a block of a race: to the race before it, when nothing but text stands between.
fn race(items: &mut Vec<Item>, part: usize, code: &Code) {
    let block = code.block().span;
    match items.last_mut() {
        Some(Item::Race { parts, span }) => {
            parts.push(part);
            span.end = block.end;
        }
        _ => items.push(Item::Race {
            parts: vec![part],
            span: block,
        }),
    }
}
