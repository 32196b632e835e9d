//! `watch`: what to watch, a process that is there, one started for it, or the tutor itself; and a single look at it.
//!
//! A process that is there is only read. A command started here is ours: unless told to leave it, it is ended after the
//! look or with the screen, by SIGTERM and, when that does not help, SIGKILL.

use super::command::{self, Started};
use super::headless::{HELD, print};
use super::terminal;
use super::watcher::{explained, most_vmas, subject};
use crate::cli::{AFTER, Watch};
use crate::lesson::visible::visible_line;
use crate::mem::Pid;
use crate::observe::portrait::{Portrait, Unseen, portrait};
use crate::report::watch::{json, text};
use crate::watch::Seen;
use crate::watch::sample::Subject;
use anyhow::{Context, Error, Result, bail};
use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What the screen is to watch.
pub struct Target {
    /// The process.
    pub(super) subject: Subject,
    /// The command that was started for it.
    pub(super) started: Option<Started>,
}

/// What is told where nothing is given to be watched.
const WHAT: &str =
    "say what to watch: a process number, `self` for the tutor itself, or `-- COMMAND`";

/// Finds or starts what the screen is to watch.
///
/// # Errors
/// When there is nothing to be watched: before the terminal is taken over.
pub fn target(arguments: &Watch) -> Result<Target> {
    if arguments.json || arguments.top.is_some() || arguments.after.is_some() {
        bail!("--json, --top and --after are for --once: without it, watch opens a screen");
    }
    check(arguments)?;
    let seen = |pid, ours| subject(pid, ours).map_err(|error| Error::msg(explained(&error)));
    let terminal = || terminal::check("add --once to look once and print what is seen");
    match (&arguments.process, &arguments.command[..]) {
        (Some(word), []) => {
            let subject = seen(process(word)?, false)?;
            terminal()?;
            Ok(Target {
                subject,
                started: None,
            })
        }
        (None, [name, rest @ ..]) => {
            // Nothing is started that could not be shown.
            terminal()?;
            let started = Started::start(name, rest, arguments.leave)?;
            let subject = seen(started.pid(), true)?;
            Ok(Target {
                subject,
                started: Some(started),
            })
        }
        _ => bail!(WHAT),
    }
}

/// Whether the arguments fit together.
fn check(arguments: &Watch) -> Result<()> {
    let there = "is for a command that is started: a process that is there is";
    if !arguments.command.is_empty() {
        return Ok(());
    }
    if arguments.leave {
        bail!("--leave {there} left as it is");
    }
    if arguments.after.is_some() {
        bail!("--after {there} looked at right away");
    }
    Ok(())
}

/// Looks once, as the arguments say.
pub fn once(arguments: &Watch) -> Result<i32> {
    check(arguments)?;
    match (&arguments.process, &arguments.command[..]) {
        (Some(word), []) => look(process(word)?, arguments)?,
        (None, [name, rest @ ..]) => started(name, rest, arguments)?,
        _ => bail!(WHAT),
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
    let portrait = portrait(pid).map_err(|unseen| {
        Error::msg(match &unseen {
            Unseen::Unreadable(error) => explained(error),
            Unseen::Zombie(_) => unseen.to_string(),
        })
    })?;
    show(portrait, arguments)
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
        command::end(&mut child);
    }
    looked
}

fn observed(child: &mut Child, shown: &str, arguments: &Watch) -> Result<()> {
    let after = arguments.after.unwrap_or(AFTER);
    if let Some(status) = command::wait(child, Duration::from_secs_f64(after))? {
        bail!(
            "`{shown}` had ended ({status}) before it was looked at, {after} s after its start: choose a smaller --after"
        );
    }
    look(Pid(child.id().cast_signed()), arguments)
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
}
