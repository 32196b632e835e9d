//! A lesson being taken: lines run one by one, moments kept, predictions graded, expectations measured.
//!
//! Does no I/O itself: whatever touches a process goes through [`Stage`], which `run` implements over the lab and the
//! observer, and tests over a script.

mod budget;
pub mod codec;
pub mod journal;
pub mod measure;
pub mod moment;
pub mod need;
mod nowhere;
pub mod play;
pub mod player;
pub mod progress;
pub mod race;
pub mod record;
pub mod script;
pub mod stage;
pub mod tally;
pub mod timeline;
pub mod told;
pub mod wish;

pub use journal::{Difference, Halt, Replayed};
pub use moment::{Expected, Graded, Moment, Ran, Verdict};
pub use need::lacking;
pub use play::{Command, Held, Report};
pub use player::{Director, Player, free::Refusal};
pub use progress::{Guess, LessonProgress, Progress};
pub use race::Race;
pub use record::Record;
pub use script::{Item, Position, Script};
pub use stage::{Actor, Machine, Stage, StageError, Watch};
pub use timeline::Timeline;
pub use told::{Told, told};
pub use wish::Wish;
