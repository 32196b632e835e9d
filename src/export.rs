//! A lesson as one C program: it compiles with gcc, runs by itself, and prints the faults of each statement.
//!
//! Pure: a [`Lesson`] in, text out. The statements stand in it as the lesson has them, with its prose as comments. What
//! the lab does for itself, a prelude does for the program: equal placement, nothing of its own left to fault, turns.
//! Left out is what only the tutor can measure: rules about page states and `smaps` become comments.
//!
//! The processes of a lesson become functions. A child's statements stand where the child begins, right after the
//! `fork` that makes it, in a block of their own: there they see the variables that a child inherits, and no others.

mod page;
mod part;
mod plain;
mod score;
mod statement;

use crate::lesson::Lesson;

/// The macros and prototypes that the lesson's functions are written with.
const WORDS: &str = include_str!("../assets/export/words.h");
/// What stands behind them.
const WORKINGS: &str = include_str!("../assets/export/workings.c");

/// The C program of a lesson.
pub fn c_program(lesson: &Lesson) -> String {
    page::program(lesson, &score::acts(lesson))
}
