//! A portrait of any process, taken once: who it is, its faults, every VMA with all its sizes, and its descendants.
//!
//! For processes that are not ours and that run on. Only files of `/proc/<pid>` are read; nothing stops the process,
//! and no page of its mappings is touched. (Its command line is read as ps reads it.) What cannot be read is an
//! unknown with its reason. See proc(5), and `Documentation/filesystems/proc.rst` for smaps.

pub mod area;
pub mod command;
pub mod door;
pub mod kin;
pub mod status;
pub mod stream;

pub use crate::mem::field;
use crate::mem::{Faults, Pid, Reading};
use area::{Areas, Parser};
use command::Command;
use door::Door;
use kin::Kin;
use status::{Stat, Status};

use super::ObserveError;
use std::fmt;

/// What was read of one process.
#[derive(Clone, Debug)]
pub struct Portrait {
    /// Its number.
    pub pid: Pid,
    /// With what it was started.
    pub command: Command,
    /// The letter of its state: `R`, `S`, `D`, `T`… `Z` with threads means that its first one has ended.
    pub state: char,
    /// Number of threads.
    pub threads: u64,
    /// Whether it is a thread of the kernel, which has no memory of its own.
    pub is_kernel: bool,
    /// Faults since it began.
    pub faults: Faults,
    /// Sizes that `status` has and smaps has not.
    pub status: Reading<Status>,
    /// Its VMAs with their sizes.
    pub areas: Reading<Areas>,
    /// Why `areas` may not be all: the process ended, or became another program, while it was read.
    pub cut: Option<String>,
    /// Its descendants, parents before children.
    pub kin: Vec<Kin>,
}

/// Why there is nothing to be seen of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// It has ended, and its parent has not taken notice.
    Zombie(Pid),
    /// It cannot be read: it has ended, or never was, or `/proc` hides it.
    Unreadable(ObserveError),
}

impl From<ObserveError> for Unseen {
    fn from(error: ObserveError) -> Self {
        Self::Unreadable(error)
    }
}

impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zombie(pid) => write!(
                f,
                "process {pid} has ended, and waits for its parent to take notice (a zombie): it has no memory any more"
            ),
            Self::Unreadable(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Unseen {}

/// Reads a process.
///
/// # Errors
/// When nothing can be read of it.
pub fn portrait(pid: Pid) -> Result<Portrait, Unseen> {
    let before = status::stat(pid)?;
    let door = Door::of(pid, &before).ok_or(match before.state {
        'Z' => Unseen::Zombie(pid),
        _ => ObserveError::Gone(pid).into(),
    })?;
    let status = status::status(door);
    let command = Command::of(pid, before.name.clone());
    let areas = areas(pid, door, &before);
    let kin = kin::below(pid);
    // Read last, so that they count what the process did meanwhile; and to see whether it is still the same one.
    let after = status::stat(pid);
    let cut = changed(&before, after.as_ref());
    let last = after.as_ref().unwrap_or(&before);
    Ok(Portrait {
        pid,
        command,
        state: last.state,
        threads: last.threads,
        is_kernel: before.is_kernel,
        faults: last.faults,
        status,
        areas,
        cut,
        kin,
    })
}

fn areas(pid: Pid, door: Door, stat: &Stat) -> Reading<Areas> {
    if stat.is_kernel {
        return Reading::Known(Areas::default());
    }
    let read = door.open("smaps").and_then(|mut smaps| {
        stream::parse(Parser::of(pid), &mut smaps).map_err(|error| door.error("smaps", &error))
    });
    match read {
        Ok(areas) if areas.list().is_empty() => Reading::unknown(
            "smaps is empty: the process is just ending, or becoming another program",
        ),
        Ok(areas) => Reading::Known(areas),
        Err(error) => Reading::unknown(error.to_string()),
    }
}

/// Whether the process was not the same one at the end, and what became of it.
fn changed(before: &Stat, after: Result<&Stat, &ObserveError>) -> Option<String> {
    let ended = "the process ended while it was read: what is shown may be a part";
    match after {
        Err(_) => Some(ended.to_owned()),
        Ok(after) if after.started != before.started || after.has_ended() => Some(ended.to_owned()),
        Ok(after) if after.program != before.program && after.state != 'Z' => Some(
            "the process became another program (execve) while it was read: what is shown may be a part of either"
                .to_owned(),
        ),
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_a_process_is_told() {
        let stat = |started, program, state| Stat {
            name: "a".to_owned(),
            state,
            threads: 1,
            parent: Pid(1),
            is_kernel: false,
            started,
            program,
            faults: Faults::default(),
        };
        let before = stat(5, (1, 2), 'S');
        let told = |after: Result<&Stat, &ObserveError>| changed(&before, after);
        assert_eq!(told(Ok(&stat(5, (1, 2), 'R'))), None);
        assert!(told(Ok(&stat(6, (1, 2), 'R'))).unwrap().contains("ended"));
        assert!(told(Ok(&stat(5, (1, 2), 'Z'))).unwrap().contains("ended"));
        // Its first thread ended, and took with it where the program is.
        let others = Stat {
            threads: 2,
            ..stat(5, (0, 0), 'Z')
        };
        assert_eq!(told(Ok(&others)), None);
        assert!(told(Ok(&stat(5, (9, 2), 'R'))).unwrap().contains("execve"));
        assert!(
            told(Err(&ObserveError::Gone(Pid(7))))
                .unwrap()
                .contains("ended")
        );
    }

    #[test]
    fn this_process_is_read_whole() {
        let pid = Pid(std::process::id() as i32);
        let portrait = portrait(pid).unwrap();
        assert_eq!(portrait.cut, None);
        assert!(!portrait.command.arguments.is_empty() && !portrait.is_kernel);
        assert!(portrait.faults.minor > 0);
        let areas = portrait.areas.known().unwrap();
        assert!(areas.list().len() > 5);
        assert_eq!(areas.strangers(), &[] as &[String]);
    }

    #[test]
    fn nobody_is_gone() {
        assert_eq!(
            portrait(Pid(i32::MAX)).unwrap_err(),
            Unseen::Unreadable(ObserveError::Gone(Pid(i32::MAX)))
        );
    }
}
