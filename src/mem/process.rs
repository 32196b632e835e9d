//! Which of a lesson's processes is meant.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A process number, as the learner's own shell would show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pid(pub i32);

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The most processes of a lesson that may live at a time; `fork` fails with `EAGAIN` beyond.
pub const MOST_LIVING: usize = 16;

/// One of a lesson's processes, by the part it plays.
///
/// Written in lessons as `main`, `child` (alone: the latest fork), `child 2`, `peer`, `peer 3`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Process {
    /// The program under study.
    #[default]
    Main,
    /// The n-th process that `fork` made, counted from 1.
    Child(u8),
    /// The n-th unrelated process, counted from 1: started by itself, sharing nothing with `main`.
    Peer(u8),
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Main => f.write_str("main"),
            Self::Child(1) => f.write_str("child"),
            Self::Child(n) => write!(f, "child {n}"),
            Self::Peer(1) => f.write_str("peer"),
            Self::Peer(n) => write!(f, "peer {n}"),
        }
    }
}
