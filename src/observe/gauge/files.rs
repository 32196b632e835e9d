//! The files of one process, opened once and kept: by a descriptor of its directory, so that a process that is given
//! the same number later is never read by mistake. See proc(5).
//!
//! What is opened of `maps`, `smaps` and `pagemap` belongs to the program that ran then: after an execve they are
//! empty and have to be opened anew.

use super::meter::Meter;
use crate::mem::Pid;
use crate::observe::ObserveError;
use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::Mode;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;

/// A file below `/proc/<pid>`.
#[expect(missing_docs, reason = "the names of the files")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    Stat,
    Statm,
    Status,
    Maps,
    Smaps,
    Pagemap,
}

/// How many names there are.
const NAMES: usize = 6;

impl Name {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Stat => "stat",
            Self::Statm => "statm",
            Self::Status => "status",
            Self::Maps => "maps",
            Self::Smaps => "smaps",
            Self::Pagemap => "pagemap",
        }
    }

    /// Whether it tells of the memory, which a thread that has ended has no more.
    fn is_of_memory(self) -> bool {
        !matches!(self, Self::Stat)
    }
}

/// A process, and those of its files that were asked for.
#[derive(Debug)]
pub struct Files {
    pid: Pid,
    directory: OwnedFd,
    /// A thread that is alive, where the first one has ended before the others: only through it the memory is seen.
    thread: Option<OwnedFd>,
    open: [Option<File>; NAMES],
}

impl Files {
    /// Of a process.
    pub fn open(pid: Pid) -> Result<Self, ObserveError> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let path = format!("/proc/{pid}");
        let directory = open(path.as_str(), flags, Mode::empty())
            .map_err(|errno| ObserveError::of(pid, "", &io::Error::from(errno)))?;
        Ok(Self {
            pid,
            directory,
            thread: None,
            open: Default::default(),
        })
    }

    /// Whose they are.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// A file, opened now if it was not.
    pub fn get(&mut self, name: Name, meter: &mut Meter) -> Result<&File, ObserveError> {
        let slot = &mut self.open[name as usize];
        if slot.is_none() {
            let directory = match &self.thread {
                Some(thread) if name.is_of_memory() => thread,
                _ => &self.directory,
            };
            let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC;
            let opened = meter.free(|| openat(directory, name.text(), flags, Mode::empty()));
            let opened = opened.map_err(|errno| {
                ObserveError::of(self.pid, name.text(), &io::Error::from(errno))
            })?;
            *slot = Some(File::from(opened));
        }
        slot.as_ref().ok_or(ObserveError::Gone(self.pid))
    }

    /// Lets go of a file, so that it is opened anew.
    pub fn close(&mut self, name: Name) {
        self.open[name as usize] = None;
    }

    /// Lets go of what belonged to a program that is no more.
    pub fn close_program(&mut self) {
        if self.thread.take().is_some() {
            self.close_sizes();
        }
        for name in [Name::Maps, Name::Smaps, Name::Pagemap] {
            self.close(name);
        }
    }

    /// Lets go of what is another file when another thread is looked through.
    fn close_sizes(&mut self) {
        self.close(Name::Statm);
        self.close(Name::Status);
    }

    /// The numbers of its threads.
    pub fn threads(&self, meter: &mut Meter) -> Vec<i32> {
        use std::os::fd::AsRawFd;
        // By the descriptor: another process of the same number has other threads.
        let path = format!("/proc/self/fd/{}/task", self.directory.as_raw_fd());
        let list = meter.free(|| std::fs::read_dir(path));
        let names = list.into_iter().flatten().flatten();
        names
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect()
    }

    /// Whether the memory is seen through another thread than the first.
    pub fn looks_through_another(&self) -> bool {
        self.thread.is_some()
    }

    /// Looks for a thread that is alive: the first one has ended. Gives whether there is one.
    pub fn look_through_another_thread(&mut self, meter: &mut Meter) -> bool {
        self.close_program();
        for thread in self.threads(meter) {
            if thread == self.pid.0 {
                continue;
            }
            let path = format!("task/{thread}");
            let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
            let opened =
                meter.free(|| openat(&self.directory, path.as_str(), flags, Mode::empty()));
            if let Ok(thread) = opened {
                self.thread = Some(thread);
                self.close_sizes();
                return true;
            }
        }
        false
    }

    /// Reads a small file from its beginning into `buffer`; gives the part that was filled.
    pub fn read<'a>(
        &mut self,
        name: Name,
        buffer: &'a mut [u8],
        meter: &mut Meter,
    ) -> Result<&'a [u8], ObserveError> {
        let pid = self.pid;
        let file = self.get(name, meter)?;
        let count = meter
            .free(|| file.read_at(buffer, 0))
            .map_err(|error| ObserveError::of(pid, name.text(), &error))?;
        Ok(&buffer[..count])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_opened_once_and_read_again() {
        let mut files = Files::open(Pid(std::process::id() as i32)).unwrap();
        let mut buffer = [0; 256];
        let mut meter = Meter::default();
        for calls in [2, 3, 4] {
            let text = files.read(Name::Statm, &mut buffer, &mut meter).unwrap();
            assert!(text.ends_with(b"\n"));
            assert_eq!(meter.calls(), calls);
        }
        files.close_program();
        files.read(Name::Statm, &mut buffer, &mut meter).unwrap();
        assert_eq!(meter.calls(), 5);
    }

    #[test]
    fn nobody_is_gone() {
        let nobody = Pid(i32::MAX);
        assert_eq!(Files::open(nobody).unwrap_err(), ObserveError::Gone(nobody));
    }

    #[test]
    fn one_who_has_ended_is_gone_even_when_he_was_open() {
        let mut child = std::process::Command::new("sleep")
            .arg("100")
            .spawn()
            .unwrap();
        let pid = Pid(child.id() as i32);
        let mut files = Files::open(pid).unwrap();
        let mut meter = Meter::default();
        let mut buffer = [0; 256];
        files.read(Name::Stat, &mut buffer, &mut meter).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        for name in [Name::Stat, Name::Statm] {
            let error = files.read(name, &mut buffer, &mut meter).unwrap_err();
            assert_eq!(error, ObserveError::Gone(pid));
        }
    }
}
