//! `watch`: looks once at a process that is there, at one started for it, or at the tutor itself.
//!
//! A process that is there is only read. A command started here is ours: unless told to leave it, it is ended after the
//! look, by SIGTERM and, when that does not help, SIGKILL.

use super::headless::{HELD, print};
use crate::cli::Watch;
use crate::lesson::visible::visible_line;
use crate::mem::Pid;
use crate::observe::ObserveError;
use crate::observe::portrait::{Portrait, portrait};
use crate::report::watch::{json, text};
use crate::watch::Seen;
use anyhow::{Context, Error, Result, bail};
use nix::sys::signal::{Signal, kill};
use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How often it is asked whether a command has ended.
const POLL: Duration = Duration::from_millis(5);
/// How long a command may take to end after SIGTERM.
const PATIENCE: Duration = Duration::from_secs(2);

/// Does what the arguments say.
pub fn watch(arguments: &Watch) -> Result<i32> {
    if !arguments.once {
        bail!("watch has no screen yet: add --once to look once and print what is seen");
    }
    if arguments.leave && arguments.command.is_empty() {
        bail!("--leave is for a command that is started: a process that is there is left as it is");
    }
    match (&arguments.process, &arguments.command[..]) {
        (Some(word), []) => look(process(word)?, arguments)?,
        (None, [name, rest @ ..]) => started(name, rest, arguments)?,
        _ => bail!("say what to watch: a process number, `self`, or `-- COMMAND`"),
    }
    Ok(HELD)
}

/// The process that a word means.
fn process(word: &str) -> Result<Pid> {
    if word == "self" {
        return Ok(Pid(std::process::id().cast_signed()));
    }
    match word.parse() {
        Ok(number @ 1..) => Ok(Pid(number)),
        _ => bail!(
            "`{}` is no process number: give one, or `self`, or `-- COMMAND`",
            visible_line(word)
        ),
    }
}

/// Looks at a process and prints it.
fn look(pid: Pid, arguments: &Watch) -> Result<()> {
    show(portrait(pid).map_err(|error| explained(&error))?, arguments)
}

/// Why a process cannot be read, with what it may mean.
fn explained(error: &ObserveError) -> Error {
    match error {
        ObserveError::Gone(pid) => Error::msg(format!(
            "there is no process {pid} to be read: it has ended, or never was, or /proc hides it from this user"
        )),
        error => Error::msg(error.to_string()),
    }
}

fn show(portrait: Portrait, arguments: &Watch) -> Result<()> {
    let seen = Seen::of(portrait, most_vmas());
    let (order, top) = (arguments.sort, arguments.top);
    if arguments.json {
        print(&format!("{}\n", json::seen(&seen, order, top)?))
    } else {
        print(&text::seen(&seen, order, top))
    }
}

/// `vm.max_map_count`
fn most_vmas() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/sys/vm/max_map_count").ok()?;
    text.trim().parse().ok()
}

/// Starts a command, lets it run for a while, looks at it, and ends it unless it is to be left.
fn started(name: &OsString, rest: &[OsString], arguments: &Watch) -> Result<()> {
    let shown = visible_line(&name.to_string_lossy());
    // What it prints goes to stderr: stdout is for what is seen of it.
    let output = io::stderr()
        .as_fd()
        .try_clone_to_owned()
        .context("cannot pass on stderr")?;
    let mut child = Command::new(name)
        .args(rest)
        .stdout(Stdio::from(output))
        .spawn()
        .with_context(|| format!("cannot start `{shown}`"))?;
    let looked = observed(&mut child, &shown, arguments);
    let leave = arguments.leave && looked.is_ok();
    if !leave {
        end(&mut child);
    }
    looked
}

fn observed(child: &mut Child, shown: &str, arguments: &Watch) -> Result<()> {
    let after = Duration::from_secs_f64(arguments.after);
    if let Some(status) = wait(child, after)? {
        bail!(
            "`{shown}` had ended ({status}) before it was looked at, {} s after its start: choose a smaller --after",
            arguments.after
        );
    }
    look(Pid(child.id().cast_signed()), arguments)
}

/// Waits for the end of a command, but not longer than so; `None` when it still runs.
fn wait(child: &mut Child, longest: Duration) -> Result<Option<ExitStatus>> {
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

/// Ends a command. It is not waited for by anybody else, so its number is still its own.
fn end(child: &mut Child) {
    if matches!(child.try_wait(), Ok(Some(_))) {
        return;
    }
    let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
    // A failure means that it has ended by itself.
    let _ = kill(pid, Signal::SIGTERM);
    if !matches!(wait(child, PATIENCE), Ok(Some(_))) {
        let _ = child.kill();
        let _ = child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_processes_or_mistakes() {
        assert_eq!(process("1").unwrap(), Pid(1));
        assert_eq!(
            process("self").unwrap().0.cast_unsigned(),
            std::process::id()
        );
        for wrong in ["0", "-1", "abc", "", "99999999999999", "1\u{1b}[2J"] {
            let why = process(wrong).unwrap_err().to_string();
            assert!(why.contains("no process number"), "{why}");
            assert!(!why.contains('\u{1b}'), "{why:?}");
        }
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
}
