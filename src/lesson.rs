//! Lessons: Markdown with TOML front matter, read into a typed [`Lesson`], with mistakes told by file, line and caret.

pub mod model;

pub use model::{
    Block, Choice, Code, Expectation, Front, Inline, Lesson, Need, Options, Part, Prediction,
    Prose, ScratchFile, Section, Step, Who,
};
