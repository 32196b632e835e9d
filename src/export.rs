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
    page::program(lesson, &score::acts(lesson), "")
}

/// The C program of lines that somebody typed: what is no mistake in them but only a habit that gcc warns of, it lets
/// pass.
pub fn typed_program(lesson: &Lesson) -> String {
    page::program(lesson, &score::acts(lesson), HABITS)
}

/// Warnings that say nothing of what a line does to memory; the first is for compilers that do not know the others.
const HABITS: &str = "
// The lines below are as they were typed: what is only a matter of style is nobody's business.
#pragma GCC diagnostic ignored \"-Wpragmas\"
#pragma GCC diagnostic ignored \"-Wunknown-warning-option\"
#pragma GCC diagnostic ignored \"-Waddress\"
#pragma GCC diagnostic ignored \"-Walloc-size-larger-than=\"
#pragma GCC diagnostic ignored \"-Warray-bounds\"
#pragma GCC diagnostic ignored \"-Wbool-compare\"
#pragma GCC diagnostic ignored \"-Wbool-operation\"
#pragma GCC diagnostic ignored \"-Wchar-subscripts\"
#pragma GCC diagnostic ignored \"-Wclobbered\"
#pragma GCC diagnostic ignored \"-Wdangling-else\"
#pragma GCC diagnostic ignored \"-Wdiv-by-zero\"
#pragma GCC diagnostic ignored \"-Wempty-body\"
#pragma GCC diagnostic ignored \"-Wformat-overflow=\"
#pragma GCC diagnostic ignored \"-Wformat-zero-length\"
#pragma GCC diagnostic ignored \"-Wfree-nonheap-object\"
#pragma GCC diagnostic ignored \"-Wint-in-bool-context\"
#pragma GCC diagnostic ignored \"-Wlogical-not-parentheses\"
#pragma GCC diagnostic ignored \"-Wmaybe-uninitialized\"
#pragma GCC diagnostic ignored \"-Wmemset-elt-size\"
#pragma GCC diagnostic ignored \"-Wmemset-transposed-args\"
#pragma GCC diagnostic ignored \"-Wmisleading-indentation\"
#pragma GCC diagnostic ignored \"-Wmissing-field-initializers\"
#pragma GCC diagnostic ignored \"-Wnonnull\"
#pragma GCC diagnostic ignored \"-Wnull-dereference\"
#pragma GCC diagnostic ignored \"-Woverflow\"
#pragma GCC diagnostic ignored \"-Wparentheses\"
#pragma GCC diagnostic ignored \"-Wpointer-sign\"
#pragma GCC diagnostic ignored \"-Wrestrict\"
#pragma GCC diagnostic ignored \"-Wsequence-point\"
#pragma GCC diagnostic ignored \"-Wshift-count-negative\"
#pragma GCC diagnostic ignored \"-Wshift-count-overflow\"
#pragma GCC diagnostic ignored \"-Wshift-negative-value\"
#pragma GCC diagnostic ignored \"-Wshift-overflow=\"
#pragma GCC diagnostic ignored \"-Wsign-compare\"
#pragma GCC diagnostic ignored \"-Wsizeof-pointer-div\"
#pragma GCC diagnostic ignored \"-Wsizeof-pointer-memaccess\"
#pragma GCC diagnostic ignored \"-Wstringop-overflow\"
#pragma GCC diagnostic ignored \"-Wstringop-overread\"
#pragma GCC diagnostic ignored \"-Wtautological-compare\"
#pragma GCC diagnostic ignored \"-Wtype-limits\"
#pragma GCC diagnostic ignored \"-Wuninitialized\"
#pragma GCC diagnostic ignored \"-Wunused-but-set-variable\"
#pragma GCC diagnostic ignored \"-Wunused-result\"
#pragma GCC diagnostic ignored \"-Wunused-value\"
#pragma GCC diagnostic ignored \"-Wunused-variable\"
#pragma GCC diagnostic ignored \"-Wuse-after-free\"
";
