//! The tutor's side: spawns labs, runs statements in them, and knows what became of each.
//!
//! A lab may be killed, stopped or looping at any time. Every wait here is bounded or calls the watcher, every way
//! a lab can end becomes a sentence, and dropping [`Labs`] leaves no process behind.

mod course;
mod decode;
mod fate;
mod handle;
#[cfg(test)]
mod hostile;
mod link;
mod peek;
mod spawn;

use crate::bytecode::Program;
use crate::mem::{Control, Ending, MOST_LIVING, Outcome, Pace, Pid, Process, Progress, Settings};
use crate::mem::{error_text, without_numbers};
use course::Course;
use handle::Handle;
use link::{Link, Received};
use std::cell::OnceCell;
use std::ffi::CString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::protocol::{self, Ready, ask, tell};

/// How long a lab may take to become ready: its binary may have to be read from a slow disk.
const READY_WITHIN: Duration = Duration::from_secs(20);
/// How long a lab that is ready may take to obey: longer only when it was stopped from outside.
const OBEYS_WITHIN: Duration = Duration::from_secs(2);

/// Why a statement could not be run at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabError {
    /// There is no such process, or no longer, in a sentence.
    NoProcess(String),
    /// A lab could not be started or spoken to, in a sentence.
    Failed(String),
}

impl fmt::Display for LabError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProcess(why) | Self::Failed(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for LabError {}

/// One process of the lesson.
struct Entry {
    process: Process,
    handle: Handle,
    /// Its process group, which all processes of the lesson share.
    group: Pid,
    link: Link,
    /// How it ended, once known.
    fate: OnceCell<String>,
}

impl Entry {
    /// How it ended; `None` while it lives. Looks, and does not wait.
    fn ended(&self) -> Option<&String> {
        if self.fate.get().is_none() && self.link.is_closed() {
            self.settle();
        }
        self.fate.get()
    }

    /// Ends all that is in the group of a process which has not been reaped: machine code of a lesson may have forked
    /// without a word.
    fn end_family(&self) {
        let group = nix::unistd::Pid::from_raw(self.group.0);
        let number = nix::unistd::Pid::from_raw(self.handle.pid().0);
        // As long as it is there, the number of the group is not given to another.
        if nix::unistd::getpgid(Some(number)) == Ok(group) {
            // Nobody left to end is no failure.
            let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
        }
    }

    /// Finds out how it ended, now that it has.
    fn settle(&self) -> &String {
        self.fate.get_or_init(|| fate::of(&self.handle))
    }
}

/// The processes of a lesson.
///
/// Labs end with the thread that started them (`PR_SET_PDEATHSIG`): keep a `Labs` in the thread it was made in.
pub struct Labs {
    executable: PathBuf,
    scratch: PathBuf,
    settings: Settings,
    entries: Vec<Entry>,
    /// Names of shared memory objects that the lesson made.
    shared: Vec<CString>,
    landlock: u32,
}

impl Labs {
    /// Starts `main`, from `executable` (this program: `/proc/self/exe`), working in the directory `scratch`.
    pub fn start(executable: &Path, scratch: &Path, settings: Settings) -> Result<Self, LabError> {
        // A process whose parent has died becomes this one's child, so that it can be reaped.
        let _ = nix::sys::prctl::set_child_subreaper(true);
        remove_abandoned_memory();
        let mut labs = Self {
            executable: executable.to_owned(),
            scratch: scratch.to_owned(),
            settings,
            entries: Vec::new(),
            shared: Vec::new(),
            landlock: 0,
        };
        labs.add(Process::Main)?;
        Ok(labs)
    }

    /// Every process there has been, in the order they came; with how it ended, if it did.
    pub fn processes(&self) -> Vec<(Process, Pid, Option<String>)> {
        let state = |entry: &Entry| (entry.process, entry.handle.pid(), entry.ended().cloned());
        self.entries.iter().map(state).collect()
    }

    /// The number of a process, living or not; a peer is started when first asked for.
    pub fn summon(&mut self, process: Process) -> Result<Pid, LabError> {
        let index = self.find_or_start(process)?;
        let found = self.entries.get(index).map(|entry| entry.handle.pid());
        found.ok_or_else(|| LabError::NoProcess(format!("there is no process `{process}`")))
    }

    /// The processes that live now.
    fn present(&self) -> Vec<(Process, Pid)> {
        let living = self.entries.iter().filter(|entry| entry.ended().is_none());
        living
            .map(|entry| (entry.process, entry.handle.pid()))
            .collect()
    }

    /// Changes the settings of all living processes, and of those to come.
    pub fn configure(&mut self, settings: Settings) -> Result<(), LabError> {
        self.settings = settings;
        let living = |entry: &&mut Entry| entry.ended().is_none();
        for entry in self.entries.iter_mut().filter(living) {
            send_settings(entry, settings, OBEYS_WITHIN)?;
        }
        Ok(())
    }

    /// Version of the landlock interface that keeps `main` in its scratch directory; 0 when this kernel cannot.
    pub fn landlock(&self) -> u32 {
        self.landlock
    }

    /// Runs one statement in `process` to its end; gives the outcome of that process, then of each it forked meanwhile.
    ///
    /// `watch` is called at every pause when `pace` is slow, and about every 50 ms in any case. While a process is
    /// stopped from outside (`SIGSTOP`), the progress says so as an [`Ending::Interrupted`].
    pub fn run(
        &mut self,
        process: Process,
        program: &Program,
        pace: Pace,
        watch: &mut dyn FnMut(&Progress) -> Control,
    ) -> Result<Vec<(Process, Outcome)>, LabError> {
        let index = self.find_or_start(process)?;
        let Some(entry) = self.entries.get_mut(index) else {
            return Err(LabError::NoProcess(format!(
                "there is no process `{process}`"
            )));
        };
        if let Err(error) = send_program(&entry.link, program, pace) {
            let why = match entry.ended() {
                Some(how) => LabError::NoProcess(format!("`{process}` is gone: {how}")),
                None => LabError::Failed(format!(
                    "`{process}` cannot be spoken to: {}",
                    without_numbers(&error.to_string())
                )),
            };
            return Err(why);
        }
        Ok(Course::new(self, index, watch).run())
    }

    fn find_or_start(&mut self, process: Process) -> Result<usize, LabError> {
        let index = match self.index_of(process) {
            Some(index) => index,
            None if matches!(process, Process::Peer(_)) => self.add(process)?,
            None => {
                let why = format!("there is no process `{process}` yet: nothing has forked it");
                return Err(LabError::NoProcess(why));
            }
        };
        match self.entries.get(index).and_then(Entry::ended) {
            Some(how) => Err(LabError::NoProcess(format!("`{process}` is gone: {how}"))),
            None => Ok(index),
        }
    }

    fn index_of(&self, process: Process) -> Option<usize> {
        self.entries
            .iter()
            .position(|entry| entry.process == process)
    }

    /// Starts a process that is forked from nobody.
    fn add(&mut self, process: Process) -> Result<usize, LabError> {
        let leader = self
            .entries
            .first()
            .filter(|main| main.ended().is_none())
            .map(|main| main.handle.pid());
        let (handle, link) =
            spawn::spawn(&self.executable, &self.scratch, leader).map_err(|error| {
                LabError::Failed(format!(
                    "cannot start a lab process: {}",
                    error_text(&error)
                ))
            })?;
        let mut entry = Entry {
            process,
            group: leader.unwrap_or(handle.pid()),
            handle,
            link,
            fate: OnceCell::new(),
        };
        let started = send_settings(&mut entry, self.settings, READY_WITHIN);
        self.entries.push(entry);
        self.landlock = started?.landlock;
        Ok(self.entries.len() - 1)
    }

    /// The part of the next process that forks.
    fn next_child(&self) -> Option<Process> {
        let children = self
            .entries
            .iter()
            .filter(|entry| matches!(entry.process, Process::Child(_)))
            .count();
        let living = self.entries.iter().filter(|entry| entry.ended().is_none());
        if living.count() >= MOST_LIVING {
            return None;
        }
        u8::try_from(children + 1).ok().map(Process::Child)
    }
}

impl Drop for Labs {
    fn drop(&mut self) {
        let living: Vec<_> = self
            .entries
            .iter()
            .filter(|entry| entry.fate.get().is_none())
            .collect();
        for entry in living.iter().rev() {
            entry.end_family();
            entry.handle.kill();
        }
        for entry in living {
            entry.settle();
        }
        // Children whose parent never waited are ours now that it is dead.
        for entry in &self.entries {
            fate::reap(&entry.handle);
        }
        for name in &self.shared {
            let _ = nix::sys::mman::shm_unlink(name.as_c_str());
        }
    }
}

/// Removes shared memory of tutors that are no more: one that was killed could not. Best effort.
fn remove_abandoned_memory() {
    let Ok(entries) = std::fs::read_dir("/dev/shm") else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let tutor = name
            .to_str()
            .and_then(|name| name.strip_prefix("mmap-tutor-")?.split_once('-'))
            .and_then(|(number, _)| number.parse().ok());
        let is_gone = |number| {
            let pid = nix::unistd::Pid::from_raw(number);
            number > 0 && nix::sys::signal::kill(pid, None) == Err(nix::errno::Errno::ESRCH)
        };
        if tutor.is_some_and(is_gone) {
            let _ = nix::sys::mman::shm_unlink(name.as_os_str());
        }
    }
}

/// Sends settings and waits until they are obeyed.
fn send_settings(
    entry: &mut Entry,
    settings: Settings,
    within: Duration,
) -> Result<Ready, LabError> {
    let settings = Settings {
        // The second thread is `main`'s.
        thread: settings.thread && entry.process == Process::Main,
        ..settings
    };
    let body = decode::settings(settings);
    let body = bytemuck::bytes_of(&body);
    question(entry, (ask::CONFIGURE, body), tell::READY, within)?;
    let ready = entry.link.body();
    ready.ok_or_else(|| silent(entry, &"its answer makes no sense"))
}

/// What is said of a lab that does not answer as it should.
fn silent(entry: &Entry, error: &dyn fmt::Display) -> LabError {
    let who = entry.process;
    match entry.ended() {
        Some(how) => LabError::NoProcess(format!("`{who}` is gone: {how}")),
        None => LabError::Failed(format!(
            "`{who}` does not answer: {}",
            without_numbers(&error.to_string())
        )),
    }
}

/// Asks a lab that waits for its next statement, and waits for the answer of that kind, which is then in its link.
fn question(
    entry: &mut Entry,
    (ask, body): (u16, &[u8]),
    answer: u16,
    within: Duration,
) -> Result<(), LabError> {
    if let Err(error) = entry.link.send(ask, &[body]) {
        return Err(silent(entry, &error));
    }
    let deadline = Instant::now() + within;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match entry.link.receive(left) {
            Received::Message { kind, .. } if kind == answer => return Ok(()),
            Received::Message { .. } if !left.is_zero() => {}
            Received::Message { .. } | Received::Silence => {
                return Err(silent(entry, &"it was asked in vain"));
            }
            Received::Closed => {
                let how = entry.settle();
                return Err(LabError::NoProcess(format!(
                    "`{}` is gone: {how}",
                    entry.process
                )));
            }
        }
    }
}

/// Sends a statement.
fn send_program(link: &Link, program: &Program, pace: Pace) -> nix::Result<()> {
    if !program.literals.is_empty() {
        let destination = protocol::Literals {
            offset: program.literal_offset,
            length: program.literals.len() as u32,
        };
        link.send(
            ask::LITERALS,
            &[bytemuck::bytes_of(&destination), &program.literals],
        )?;
    }
    let head = protocol::Run {
        pace: match pace {
            Pace::Full => protocol::Run::FULL,
            Pace::Slow => protocol::Run::SLOW,
            Pace::Timed => protocol::Run::TIMED,
        },
        count: program.code.len() as u32,
    };
    let code = bytemuck::cast_slice(&program.code);
    link.send(ask::RUN, &[bytemuck::bytes_of(&head), code])
}

/// An outcome of a process that ended so before it could answer.
fn died(how: &str) -> Outcome {
    Outcome::empty(Ending::Died(how.to_owned()))
}
