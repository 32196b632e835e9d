//! Lessons: Markdown with TOML front matter, read into a typed [`Lesson`], with mistakes told by file, line and caret.

pub mod card;
pub mod catalogue;
pub mod check;
pub mod model;
pub mod read;
pub mod visible;

pub use card::Card;
pub use catalogue::{Catalogue, check_file, is_passed_over, load};
pub use check::{check, check_session};
pub use model::{
    Block, Choice, Code, Entry, Expectation, Front, Inline, Lesson, Need, Options, Part,
    Prediction, Prose, ScratchFile, Section, Step, Who,
};
pub use read::{Broken, Reached, read, read_bytes, read_c};
