//! What the terminal program holds of the watch: the thread that reads the process, what it was asked last, and the
//! command that was started for it.

use super::clock::time_of_day;
use super::command::Started;
use super::input::Message;
use super::sampler::Sampler;
use crate::app::{Event, Watched};
use crate::lesson::visible::visible_line;
use crate::mem::{Addr, Pid, Range};
use crate::observe::portrait::command::Command;
use crate::observe::portrait::status::stat;
use crate::observe::{ObserveError, page_size};
use crate::watch::Request;
use crate::watch::sample::{Fate, Subject};
use nix::sys::signal::Signal;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::mpsc::Sender;

/// Bits of an address that a process may have: 47 on x86-64 unless it asks for more, as a rule 48 on aarch64.
const BITS: u32 = if cfg!(target_arch = "aarch64") {
    48
} else {
    47
};

/// What the reader was told last.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// Nothing yet: it reads counters.
    Nothing,
    /// To read this.
    Read(Request),
    /// To read nothing.
    Pause,
}

/// The watch, from the side of the machine.
pub(super) struct Watcher {
    messages: Sender<Message>,
    sampler: Option<Sampler>,
    told: Told,
    started: Option<Started>,
}

impl Watcher {
    /// Nothing is watched yet.
    pub(super) fn new(messages: Sender<Message>) -> Self {
        Self {
            messages,
            sampler: None,
            told: Told::Nothing,
            started: None,
        }
    }

    /// Takes over a command that was started to be watched.
    pub(super) fn start(&mut self, started: Option<Started>) {
        self.started = started;
        if let Some(started) = &mut self.started {
            started.listen(&self.messages);
        }
    }

    /// What is to be said of a command that goes on without us.
    pub(super) fn left(&mut self) -> Option<String> {
        let started = self.started.as_mut()?;
        let path = visible_line(&started.file()?.to_string_lossy());
        let pid = started.pid();
        let told = match started.status() {
            Some(status) => {
                format!("process {pid} has ended ({status}); what it printed is in {path}\n")
            }
            None => format!("process {pid} runs on; what it prints goes to {path}\n"),
        };
        Some(told)
    }

    /// Watches a process from now on; what the app is to be told of it.
    pub(super) fn watch(&mut self, pid: Pid) -> Event {
        let ours = self.started.as_ref().is_some_and(|own| own.pid() == pid);
        match subject(pid, ours).and_then(|subject| self.begin(pid).map(|()| subject)) {
            Ok(subject) => watched(subject),
            Err(error) => Event::Unwatched(explained(&error)),
        }
    }

    /// Begins to read a process.
    pub(super) fn begin(&mut self, pid: Pid) -> Result<(), ObserveError> {
        let messages = self.messages.clone();
        let tell = move |sample| {
            let event = Event::Sampled(pid, Box::new(sample));
            messages.send(Message::App(event)).is_ok()
        };
        // The one before ends here.
        self.sampler = Some(Sampler::start(pid, tell)?);
        self.told = Told::Nothing;
        Ok(())
    }

    /// Tells the reader what is on the screen, when that is something else than before.
    pub(super) fn ask(&mut self, request: Option<Request>) {
        let tell = request.clone().map_or(Told::Pause, Told::Read);
        if let Some(sampler) = &self.sampler
            && self.told != tell
        {
            self.told = tell;
            sampler.ask(request);
        }
    }

    /// A command that has ended is waited for, and its status told.
    pub(super) fn look_at(&mut self, event: &mut Event) {
        let Event::Sampled(pid, sample) = event else {
            return;
        };
        let own = self.started.as_mut().filter(|own| own.pid() == *pid);
        if let (Some(Fate::Ended(how)), Some(own)) = (&mut sample.fate, own)
            && let Some(status) = own.status()
        {
            *how = ended(status);
        }
    }
}

/// How a command ended, as a clause.
fn ended(status: ExitStatus) -> String {
    let signal = status.signal().map(|number| {
        let name = Signal::try_from(number).map(Signal::as_str);
        name.map_or_else(|_| format!("signal {number}"), str::to_owned)
    });
    match (signal, status.code()) {
        (Some(signal), _) => format!("it was ended by {signal}"),
        (None, Some(code)) => format!("it has ended, with exit status {code}"),
        (None, None) => "it has ended".to_owned(),
    }
}

/// What the app is told of a process that is watched from now on.
pub(super) fn watched(subject: Subject) -> Event {
    Event::Watched(Box::new(Watched {
        subject,
        at: time_of_day(),
    }))
}

/// Who is watched.
pub(super) fn subject(pid: Pid, ours: bool) -> Result<Subject, ObserveError> {
    let stat = stat(pid)?;
    Ok(Subject {
        pid,
        command: visible_line(&Command::of(pid, stat.name).short()),
        ours,
        page: page_size().bytes(),
        space: Range::new(Addr(0), Addr(1 << BITS)),
        is_kernel: stat.is_kernel,
        most_vmas: most_vmas(),
    })
}

/// `vm.max_map_count`
pub(super) fn most_vmas() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/sys/vm/max_map_count").ok()?;
    text.trim().parse().ok()
}

/// Why a process cannot be read, with what it may mean.
pub(super) fn explained(error: &ObserveError) -> String {
    match error {
        ObserveError::Gone(pid) => format!(
            "there is no process {pid} to be read: it has ended, or never was, or /proc hides it from this user"
        ),
        error => error.to_string(),
    }
}
