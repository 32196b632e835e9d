//! The door through which the memory of a process is seen: `/proc/<pid>`, or, where its first thread has ended before
//! the others (`pthread_exit` in main), that of a thread which lives.
//!
//! All threads have one memory, but one that has ended has let go of it: its files are empty. See proc(5),
//! `/proc/<pid>/task`.

use super::status::{self, Stat};
use crate::mem::Pid;
use crate::observe::ObserveError;
use std::fs::{self, File};
use std::io::Read;

/// Where the files of a process are that tell of its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    pid: Pid,
    /// The thread that is looked through, where it is not the first one.
    thread: Option<i32>,
}

impl Door {
    /// That of a process; `None` where no thread of it is alive, so that it has no memory any more.
    pub fn of(pid: Pid, stat: &Stat) -> Option<Self> {
        let thread = match stat.state {
            _ if stat.has_ended() => return None,
            'Z' => Some(living(pid)?),
            _ => None,
        };
        Some(Self { pid, thread })
    }

    /// Opens a file: `smaps`.
    pub fn open(self, name: &str) -> Result<File, ObserveError> {
        let name = self.within(name);
        File::open(format!("/proc/{}/{name}", self.pid))
            .map_err(|error| ObserveError::of(self.pid, &name, &error))
    }

    /// Reads a file that is small.
    pub fn read(self, name: &str) -> Result<Vec<u8>, ObserveError> {
        let mut bytes = Vec::new();
        match self.open(name)?.read_to_end(&mut bytes) {
            Ok(_) => Ok(bytes),
            Err(error) => Err(self.error(name, &error)),
        }
    }

    /// Why a file could not be read.
    pub fn error(self, name: &str, error: &std::io::Error) -> ObserveError {
        ObserveError::of(self.pid, &self.within(name), error)
    }

    /// The name below `/proc/<pid>`.
    fn within(self, name: &str) -> String {
        match self.thread {
            Some(thread) => format!("task/{thread}/{name}"),
            None => name.to_owned(),
        }
    }
}

/// A thread of a process, not its first, that is alive.
pub(super) fn living(pid: Pid) -> Option<i32> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    threads
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .find(|&thread: &i32| {
            thread != pid.0
                && status::stat_in(pid, &format!("task/{thread}/stat"))
                    .is_ok_and(|stat| !matches!(stat.state, 'Z' | 'X'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_seen_by_its_first_thread_while_that_lives() {
        let pid = Pid(std::process::id() as i32);
        let mut stat = status::stat(pid).unwrap();
        assert_eq!(Door::of(pid, &stat), Some(Door { pid, thread: None }));
        // As it would be if the first had ended: tests run in others.
        (stat.state, stat.threads) = ('Z', 2);
        let door = Door::of(pid, &stat).unwrap();
        assert!(door.thread.is_some_and(|thread| thread != pid.0));
        let smaps = door.read("smaps").unwrap();
        assert!(smaps.starts_with(&fs::read("/proc/self/maps").unwrap()[..8]));
        for (state, threads) in [('Z', 1), ('X', 1), ('X', 2)] {
            (stat.state, stat.threads) = (state, threads);
            assert_eq!(Door::of(pid, &stat), None, "{state} {threads}");
        }
    }
}
