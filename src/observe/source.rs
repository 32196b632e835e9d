//! Where snapshots come from: the kernel of this machine, or a script in a test.

use super::Snapshot;
use crate::mem::{Pid, Process};
use std::fmt;

/// Something that can say what is true of a process.
pub trait Source {
    /// Reads one process. It should be parked meanwhile, so that all parts agree.
    fn snapshot(&mut self, process: Process, pid: Pid) -> Result<Snapshot, ObserveError>;
}

/// Why a process could not be read at all. (What is unreadable in part is a [`Reading::Unknown`].)
///
/// [`Reading::Unknown`]: crate::mem::Reading::Unknown
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObserveError {
    /// The process ended, perhaps while it was being read.
    Gone(Pid),
    /// The kernel refused: the process is not dumpable, belongs to somebody else, or `/proc` hides it.
    Refused {
        /// Which file.
        file: String,
    },
    /// A file could not be read or understood.
    Unreadable {
        /// Which file.
        file: String,
        /// What went wrong.
        why: String,
    },
}

impl fmt::Display for ObserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone(pid) => write!(f, "process {pid} has ended"),
            Self::Refused { file } => write!(
                f,
                "cannot read {file}: permission denied (the process must be yours, and its binary readable)"
            ),
            Self::Unreadable { file, why } => write!(f, "cannot read {file}: {why}"),
        }
    }
}

impl std::error::Error for ObserveError {}
