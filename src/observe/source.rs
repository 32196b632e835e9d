//! Where snapshots come from: the kernel of this machine, or a script in a test.

use super::Snapshot;
use crate::mem::{Pid, Process, error_text};
use std::fmt;
use std::io;
use std::path::Path;

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

impl ObserveError {
    /// Why `/proc/<pid>/<name>` could not be opened or read.
    pub fn of(pid: Pid, name: &str, error: &io::Error) -> Self {
        let file = format!("/proc/{pid}/{name}");
        match error.raw_os_error() {
            Some(libc::ENOENT) if Path::new(&format!("/proc/{pid}")).exists() => Self::Unreadable {
                file,
                why: "this kernel has no such file".to_owned(),
            },
            Some(libc::ESRCH | libc::ENOENT) => Self::Gone(pid),
            Some(libc::EACCES | libc::EPERM) => Self::Refused { file },
            _ => Self::Unreadable {
                file,
                why: error_text(error),
            },
        }
    }
}

impl fmt::Display for ObserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone(pid) => write!(f, "process {pid} has ended"),
            Self::Refused { file } => write!(
                f,
                "the kernel does not let this user read {file}: the process must be yours, its binary readable, and \
                 it must not hide itself (PR_SET_DUMPABLE)"
            ),
            Self::Unreadable { file, why } => write!(f, "{file} cannot be read: {why}"),
        }
    }
}

impl std::error::Error for ObserveError {}
