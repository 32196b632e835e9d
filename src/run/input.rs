//! Everything that happens to the terminal program, on one channel: keys, signals, panics, reports, a vanished
//! terminal.
//!
//! Each source is a thread that blocks; none of them ticks. Signals have a thread of their own because crossterm does
//! not return from its wait for them, and the terminal a watchdog because crossterm spins for ever when it is gone.
//! See signal(7), poll(2).

use super::waiting::{Place, Waiting};
use crate::app::Event;
use crate::session::Report;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;
use std::io::stdin;
use std::os::fd::AsFd;
use std::sync::mpsc::{Receiver, Sender};
use std::thread;
use std::time::Duration;

/// Something the event loop is told.
#[derive(Debug)]
pub enum Message {
    /// For the app.
    App(Event),
    /// What the player said, and its place among those that wait.
    Report(Box<Report>, Place),
    /// A signal arrived.
    Signal(i32),
    /// A thread panicked, with what and where.
    Panic(String),
    /// The terminal is gone.
    Gone,
}

/// How long the event loop has to end after the terminal has gone.
const GRACE: Duration = Duration::from_millis(120);

/// What is listened to, before anybody listens: signals that come meanwhile are heard later, keys wait in the terminal.
pub struct Ears {
    messages: Sender<Message>,
    signals: Signals,
    reports: Receiver<Report>,
}

impl Ears {
    /// Makes messages of panics and signals from now on, none of which would leave the terminal as it was.
    pub fn open(messages: &Sender<Message>, reports: Receiver<Report>) -> std::io::Result<Self> {
        catch_panics(messages.clone());
        let signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])?;
        Ok(Self {
            messages: messages.clone(),
            signals,
            reports,
        })
    }

    /// Starts the threads that listen.
    pub fn listen(self) -> std::io::Result<()> {
        let (messages, signals, reports) = (&self.messages, self.signals, self.reports);
        start("signals", messages, |out| hear_signals(signals, &out))?;
        start("watchdog", messages, |out| watch_terminal(&out))?;
        start("reports", messages, move |out| forward(&reports, &out))?;
        start("input", messages, |out| read_keys(&out))
    }
}

/// Starts a named thread.
fn start(
    name: &str,
    messages: &Sender<Message>,
    body: impl FnOnce(Sender<Message>) + Send + 'static,
) -> std::io::Result<()> {
    let messages = messages.clone();
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(move || body(messages)).map(drop)
}

/// A panic of any thread becomes a message: the loop restores the terminal once, and prints it afterwards.
fn catch_panics(messages: Sender<Message>) {
    std::panic::set_hook(Box::new(move |info| {
        let thread = thread::current();
        let name = thread.name().unwrap_or("unnamed");
        drop(messages.send(Message::Panic(format!("thread '{name}': {info}"))));
    }));
}

fn hear_signals(mut signals: Signals, out: &Sender<Message>) {
    for signal in signals.forever() {
        let message = match signal {
            SIGWINCH => Message::App(Event::Resize),
            signal => Message::Signal(signal),
        };
        if out.send(message).is_err() {
            return;
        }
    }
}

/// Sleeps until the terminal hangs up.
fn watch_terminal(out: &Sender<Message>) {
    let tty = stdin();
    loop {
        let mut fds = [PollFd::new(tty.as_fd(), PollFlags::empty())];
        let polled = poll(&mut fds, PollTimeout::NONE);
        let gone = PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL;
        let events = fds[0].revents().unwrap_or(PollFlags::empty());
        match polled {
            Err(nix::errno::Errno::EINTR) => {}
            Ok(_) if !events.intersects(gone) => {}
            _ => break,
        }
    }
    drop(out.send(Message::Gone));
    thread::sleep(GRACE);
    // The loop has not ended the program: it may be stuck in a write. There is nobody left to restore anything for.
    // SAFETY: `_exit` ends the process and touches none of its memory.
    unsafe { libc::_exit(128 + SIGHUP) }
}

fn forward(reports: &Receiver<Report>, out: &Sender<Message>) {
    let waiting = Waiting::default();
    while let Ok(report) = reports.recv() {
        let place = waiting.place();
        if out.send(Message::Report(Box::new(report), place)).is_err() {
            return;
        }
    }
    drop(out.send(Message::App(Event::PlayerGone)));
}

fn read_keys(out: &Sender<Message>) {
    use crossterm::event::{Event as Input, read};
    loop {
        let event = match read() {
            Ok(Input::Key(key)) => Event::Key(key),
            Ok(Input::Mouse(mouse)) => Event::Mouse(mouse),
            Ok(Input::Paste(text)) => Event::Paste(text),
            // Sizes are heard as signals, from before the first frame on: here they are not until the first `read`.
            Ok(Input::Resize(..) | Input::FocusGained | Input::FocusLost) => continue,
            Err(_) => break,
        };
        if out.send(Message::App(event)).is_err() {
            return;
        }
    }
    drop(out.send(Message::Gone));
}
