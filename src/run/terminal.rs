//! The terminal's life: taken over, handed back, whatever happens in between.
//!
//! ratatui's own restore never shows the cursor, and its terminal prints when it cannot, which with a dead terminal is
//! a panic; so restoring is ours: every step tried, every error ignored. See termios(3).

pub mod ink;

use anyhow::{Context, bail};
use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ink::Ink;
use ratatui::Terminal;
use ratatui::layout::{Position, Rect};
use std::fs::File;
use std::io::{IsTerminal, Write, stdin, stdout};
use std::mem::ManuallyDrop;
use std::os::fd::AsFd;

/// The terminal as ratatui draws on it; not through [`stdout`], whose buffer would cut frames.
pub type Tty = Terminal<Ink<File>>;

/// The terminal while it is ours; handed back when dropped.
#[derive(Debug)]
pub struct Hold {
    /// What is drawn on; never dropped, as ratatui would print to a terminal that may be gone.
    pub tty: ManuallyDrop<Tty>,
}

impl Hold {
    /// Takes over the terminal. Fails, with a sentence that says what to do, when there is none.
    pub fn take() -> anyhow::Result<Self> {
        check()?;
        let screen = stdout().as_fd().try_clone_to_owned();
        let screen = File::from(screen.context("cannot open the terminal a second time")?);
        let tty =
            Terminal::new(Ink::new(screen)).context("cannot ask the terminal for its size")?;
        enter().inspect_err(|_| restore())?;
        let tty = ManuallyDrop::new(tty);
        Ok(Self { tty })
    }

    /// Hands the terminal to the shell, stops, and takes it over again when told to go on (`fg`).
    pub fn suspend(&mut self) {
        restore();
        // SIGSTOP, as SIGTSTP is ignored where nobody does job control.
        let _ = nix::sys::signal::raise(nix::sys::signal::Signal::SIGSTOP);
        self.resume();
    }

    /// Takes the terminal over again after something else had it.
    pub fn resume(&mut self) {
        drop(enter());
        drop(self.clear());
    }

    /// Empties the screen, so that the next frame is drawn whole.
    pub fn clear(&mut self) -> std::io::Result<()> {
        // Not `Terminal::clear`: that asks the terminal where its cursor is, and the answer goes to the input thread.
        let size = self.tty.size()?;
        self.tty.resize(Rect::from((Position::ORIGIN, size)))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        restore();
    }
}

/// Whether there is a terminal to draw on, and one that can.
pub(super) fn check() -> anyhow::Result<()> {
    let instead = "`mmap-tutor run LESSON` plays a lesson without a screen";
    if !stdin().is_terminal() || !stdout().is_terminal() {
        bail!("the terminal program needs a terminal on its input and output; {instead}");
    }
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        bail!("this terminal cannot move its cursor (TERM=dumb); {instead}");
    }
    Ok(())
}

fn enter() -> anyhow::Result<()> {
    enable_raw_mode().context("cannot switch the terminal to raw mode")?;
    execute!(
        stdout(),
        EnterAlternateScreen,
        EnableMouseCapture,
        EnableBracketedPaste
    )
    .context("cannot write to the terminal")
}

/// Hands the terminal back as it was: best effort, errors ignored, any number of times.
fn restore() {
    let mut out = stdout();
    drop(execute!(out, DisableBracketedPaste));
    drop(execute!(out, DisableMouseCapture));
    drop(execute!(out, LeaveAlternateScreen));
    drop(execute!(out, Show));
    drop(out.flush());
    drop(disable_raw_mode());
}
