//! A command that is started to be watched: it is ours, so it is ended with us unless it is to be left.
//!
//! It may not write over the screen, nor take the keys: its input is empty, and what it prints goes through a pipe into
//! a panel. One that is to be left would die of that pipe after us (SIGPIPE): its output goes into a file, whose name is
//! told, and which is read as it grows.

mod printed;

use super::input::Message;
use crate::app::Event;
use crate::lesson::visible::visible_line;
use crate::mem::Pid;
use crate::observe::portrait::status::arguments;
use anyhow::{Context, Result};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill, killpg};
use printed::Printed;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, PipeReader, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

/// How often it is asked whether a command has ended.
const POLL: Duration = Duration::from_millis(5);
/// How long a command may take to end after SIGTERM.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it is waited for the arguments of one that just began.
const NAMELESS: Duration = Duration::from_millis(200);
/// How often lines are handed on at most.
const BATCH: Duration = Duration::from_millis(100);
/// Bytes that are read from one batch to the next: some 80 MB a second. What prints more waits, as it would for a
/// terminal.
const RATE: usize = 8 << 20;

/// Where its output is read from.
enum Output {
    Pipe(PipeReader),
    File(File),
}

/// A command that was started.
pub(super) struct Started {
    child: Child,
    output: Option<Output>,
    /// The file its output goes to, for one that is left when we go.
    file: Option<PathBuf>,
    status: Option<ExitStatus>,
}

impl Started {
    /// Starts a command.
    pub(super) fn start(name: &OsString, rest: &[OsString], leave: bool) -> Result<Self> {
        let shown = visible_line(&name.to_string_lossy());
        let mut command = Command::new(name);
        // In a group of its own: what it starts can be ended with it.
        command.args(rest).stdin(Stdio::null()).process_group(0);
        if !leave {
            // SAFETY: between fork and exec only a system call is made; it asks for a signal when the tutor is killed.
            unsafe { command.pre_exec(follow) };
        }
        let (output, file) = if leave {
            let (path, writer) = file().context("cannot make a file for what it prints")?;
            let reader = File::open(&path).context("cannot read the file for what it prints")?;
            command.stdout(writer.try_clone()?).stderr(writer);
            (Output::File(reader), Some(path))
        } else {
            let (reader, writer) = std::io::pipe().context("cannot make a pipe")?;
            command.stdout(writer.try_clone()?).stderr(writer);
            (Output::Pipe(reader), None)
        };
        let child = command.spawn().inspect_err(|_| {
            if let Some(path) = &file {
                let _ = std::fs::remove_file(path);
            }
        });
        let mut started = Self {
            child: child.with_context(|| format!("cannot start `{shown}`"))?,
            output: Some(output),
            file,
            status: None,
        };
        started.await_arguments();
        Ok(started)
    }

    /// Waits until the kernel knows with what it was started: execve lets go of us some microseconds before.
    fn await_arguments(&mut self) {
        let since = Instant::now();
        while arguments(self.pid()).is_empty()
            && self.status().is_none()
            && since.elapsed() < NAMELESS
        {
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    /// Its number.
    pub(super) fn pid(&self) -> Pid {
        Pid(self.child.id().cast_signed())
    }

    /// How it ended, once it has.
    pub(super) fn status(&mut self) -> Option<ExitStatus> {
        if self.status.is_none() {
            self.status = self.child.try_wait().ok().flatten();
        }
        self.status
    }

    /// The file that its output goes to.
    pub(super) fn file(&self) -> Option<&PathBuf> {
        self.file.as_ref()
    }

    /// Hands on what it prints, until it closes its output.
    pub(super) fn listen(&mut self, messages: &Sender<Message>) {
        let Some(output) = self.output.take() else {
            return;
        };
        let messages = messages.clone();
        let thread = std::thread::Builder::new().name("output".into());
        // Without a thread its output is not shown; the pipe is closed then, as if nobody wanted it.
        let _ = thread.spawn(move || listen(output, &messages));
    }

    /// Ends it, unless it is to be left.
    pub(super) fn end(&mut self) {
        if self.file.is_none() {
            end(&mut self.child);
        }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.end();
    }
}

/// Ends this process when its parent ends, in whatever way: prctl(2).
fn follow() -> std::io::Result<()> {
    // SAFETY: sets a flag of this process.
    let done = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) };
    if done == 0 {
        Ok(())
    } else {
        Err(std::io::Error::last_os_error())
    }
}

/// A file of our own that nobody else has.
fn file() -> std::io::Result<(PathBuf, File)> {
    let pid = std::process::id();
    let paths = (0..1000).map(|n| std::env::temp_dir().join(format!("mmap-tutor-{pid}-{n}.out")));
    for path in paths {
        let mut options = OpenOptions::new();
        match options
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
        {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (path, file)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Reads until the end, and hands on lines in batches. A command that prints very much is read as fast as a fast
/// terminal would, so that it does not take a processor of its own to watch it.
fn listen(mut output: Output, messages: &Sender<Message>) {
    let mut printed = Printed::default();
    let mut buffer = vec![0; 64 * 1024];
    let mut last = Instant::now();
    let mut read = 0;
    let tell = |lines: Vec<String>, rest: String| {
        let event = Event::Printed(lines, rest);
        messages.send(Message::App(event)).is_ok()
    };
    loop {
        let due = BATCH.saturating_sub(last.elapsed());
        if read >= RATE {
            std::thread::sleep(due);
        }
        if read >= RATE || (printed.is_fresh() && (due.is_zero() || !output.wait(due))) {
            let lines = printed.lines();
            if !tell(lines, printed.rest()) {
                return;
            }
            last = Instant::now();
            read = 0;
        }
        match output.read(&mut buffer) {
            Ok(0) => {
                tell(printed.end(), String::new());
                return;
            }
            Ok(length) => {
                read += length;
                printed.push(&buffer[..length]);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

impl Output {
    /// Waits for something to read, but not longer than so; whether there is.
    fn wait(&self, longest: Duration) -> bool {
        match self {
            Self::Pipe(pipe) => {
                let mut fds = [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)];
                let timeout = PollTimeout::try_from(longest).unwrap_or(PollTimeout::ZERO);
                poll(&mut fds, timeout).is_ok_and(|ready| ready > 0)
            }
            // A file is always ready; at its end there may be more later.
            Self::File(_) => false,
        }
    }

    /// Reads; of a file only its writer knows the end, so at the end it is waited for more.
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Pipe(pipe) => pipe.read(buffer),
            Self::File(file) => match file.read(buffer)? {
                0 => {
                    std::thread::sleep(3 * BATCH);
                    Err(ErrorKind::Interrupted.into())
                }
                length => Ok(length),
            },
        }
    }
}

/// Waits for the end of a command, but not longer than so; `None` when it still runs.
pub(super) fn wait(child: &mut Child, longest: Duration) -> Result<Option<ExitStatus>> {
    let since = Instant::now();
    loop {
        let status = child.try_wait().context("cannot wait for the command")?;
        let left = longest.saturating_sub(since.elapsed());
        if status.is_some() || left.is_zero() {
            return Ok(status);
        }
        std::thread::sleep(left.min(POLL));
    }
}

/// Ends a command, and with it what it started in its group, where it has one. It is not waited for by anybody else, so
/// its number is still its own.
pub(super) fn end(child: &mut Child) {
    if matches!(child.try_wait(), Ok(Some(_))) {
        return;
    }
    let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
    let has_group = nix::unistd::getpgid(Some(pid)) == Ok(pid);
    let tell = |signal| {
        // A failure means that it has ended by itself.
        let _ = if has_group {
            killpg(pid, signal)
        } else {
            kill(pid, signal)
        };
    };
    tell(Signal::SIGTERM);
    // One that is stopped hears it only when it goes on.
    tell(Signal::SIGCONT);
    if !matches!(wait(child, PATIENCE), Ok(Some(_))) {
        tell(Signal::SIGKILL);
        let _ = child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, channel};

    /// A script that runs, and what is heard of it.
    fn running(script: &str, leave: bool) -> (Started, Receiver<Message>) {
        let words: Vec<OsString> = ["-c", script].iter().map(Into::into).collect();
        let mut started = Started::start(&"sh".into(), &words, leave).unwrap();
        let (sender, messages) = channel();
        started.listen(&sender);
        (started, messages)
    }

    fn printed(script: &str, leave: bool) -> Vec<String> {
        let (started, messages) = running(script, leave);
        let mut lines = Vec::new();
        while let Ok(Message::App(Event::Printed(more, _))) =
            messages.recv_timeout(Duration::from_secs(20))
        {
            lines.extend(more);
            if lines.last().is_some_and(|line| line == "end") {
                break;
            }
        }
        if let Some(path) = started.file() {
            std::fs::remove_file(path).unwrap();
        }
        lines
    }

    #[test]
    fn what_a_command_prints_arrives_as_lines_that_steer_no_terminal() {
        let script = r"printf 'one\n\033[31mtwo\r\n'; echo three >&2; printf end";
        for leave in [false, true] {
            let lines = printed(&script.replace("printf end", "echo end"), leave);
            assert_eq!(lines, ["one", "␛[31mtwo", "three", "end"], "{leave}");
        }
        assert_eq!(printed(script, false).last().unwrap(), "end");
    }

    #[test]
    fn a_command_has_its_name_when_it_is_looked_at() {
        for leave in [false, true] {
            for _ in 0..20 {
                let started = Started::start(&"sleep".into(), &["0.1".into()], leave).unwrap();
                assert_eq!(arguments(started.pid()), ["sleep", "0.1"], "{leave}");
                if let Some(path) = started.file() {
                    std::fs::remove_file(path).unwrap();
                }
            }
        }
    }

    #[test]
    fn a_question_is_shown_though_its_line_has_no_end() {
        for leave in [false, true] {
            let (started, messages) = running("printf 'Name? '; sleep 1", leave);
            let told = messages.recv_timeout(Duration::from_secs(20));
            let Ok(Message::App(Event::Printed(lines, rest))) = told else {
                panic!("nothing was printed: {told:?}");
            };
            assert_eq!((lines, rest.as_str()), (Vec::new(), "Name? "));
            if let Some(path) = started.file() {
                std::fs::remove_file(path).unwrap();
            }
        }
    }

    #[test]
    fn a_command_that_prints_very_much_is_shown_with_its_end() {
        let lines = printed(
            "i=0; while [ $i -lt 200000 ]; do echo $i; i=$((i+1)); done; echo end",
            false,
        );
        assert_eq!(lines.last().unwrap(), "end");
        assert_eq!(lines[lines.len() - 2], "199999");
    }

    #[test]
    fn a_command_that_does_not_listen_is_killed() {
        let mut child = Command::new("sh")
            .args(["-c", "trap '' TERM; while :; do sleep 0.1; done"])
            .spawn()
            .unwrap();
        assert!(
            wait(&mut child, Duration::from_millis(50))
                .unwrap()
                .is_none()
        );
        end(&mut child);
        assert!(child.try_wait().unwrap().is_some());
    }

    #[test]
    fn what_a_command_started_is_ended_with_it() {
        let (started, messages) = running("sleep 1000 & echo $!; wait", false);
        let Ok(Message::App(Event::Printed(lines, _))) = messages.recv() else {
            panic!("nothing was printed");
        };
        let pid: i32 = lines[0].parse().unwrap();
        drop(started);
        let since = Instant::now();
        let is_there = || {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
            stat.is_ok_and(|stat| !stat.contains(") Z "))
        };
        while is_there() {
            assert!(
                since.elapsed() < Duration::from_secs(20),
                "{pid} is still there"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
