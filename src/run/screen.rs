//! The event loop of the terminal program: one channel in, frames and commands out.
//!
//! It sleeps until something happens and draws only when [`update`] says so; whatever piled up meanwhile is taken in
//! before the next frame, so a slow terminal misses frames, not events.

use super::input::{Ears, Message};
use super::keep;
use super::terminal::Hold;
use super::watcher::{Watcher, explained, watched};
use crate::app::tape::Tape;
use crate::app::{App, Effect, Event, Theme, update};
use crate::lesson::Card;
use crate::mem::error_text;
use crate::session::{Command, Progress, Report, Wish};
use anyhow::Context;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGTSTP};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// The thread that plays lessons, as the screen speaks with it.
pub struct Player {
    /// What it is asked.
    pub commands: Sender<Command>,
    /// What it says.
    pub reports: Receiver<Report>,
    /// What becomes of the line it runs.
    pub wish: Arc<Wish>,
    /// Starts it, once the first frame is on the screen: to find out what this kernel can do takes a moment, and nobody
    /// has asked yet.
    pub begin: Begin,
}

/// Starts a player, or says why there can be none.
pub type Begin = Box<dyn FnOnce() -> std::io::Result<()>>;

/// Keeps progress, or says why it cannot.
pub type Keep = Box<dyn FnMut(&Progress) -> anyhow::Result<()>>;

/// What the terminal program shows first.
pub enum Start {
    /// The list of lessons.
    Home,
    /// A lesson by its index, and the step of it if not where it was left.
    Lesson(usize, Option<usize>),
    /// The empty lab.
    Lab,
    /// A process, whoever's it is.
    Watch(super::watch::Target),
    /// A recording of the one lesson there is, or of the empty lab when there is none.
    Tape(Tape),
}

/// What the terminal program starts with.
pub struct Opening {
    /// The lessons, in their order.
    pub lessons: Vec<Card>,
    /// What to begin with.
    pub start: Start,
    /// What was kept of earlier runs.
    pub progress: Progress,
    /// Keeps it again; called when it changed. Fails with a sentence for the learner.
    pub keep: Keep,
    /// What the learner should know before anything else.
    pub notice: Option<String>,
    /// The colours.
    pub theme: Theme,
}

/// Exit status after a panic, as Rust has it.
const PANICKED: i32 = 101;

/// How long the player may take to leave nothing behind.
const TIDYING: Duration = Duration::from_secs(1);

/// Why the loop ended.
enum End {
    /// The learner left.
    Left,
    /// A signal asked for it.
    Signal(i32),
    /// A thread panicked.
    Panic(String),
    /// Nobody can listen to keys and signals.
    Deaf(std::io::Error),
}

/// Runs the terminal program until it is left; gives the exit status: 0, 128 + the signal that ended it, 101 after a
/// panic. Fails when there is no terminal.
pub fn run(opening: Opening, player: Player) -> anyhow::Result<i32> {
    let hold = Hold::take()?;
    let (sender, messages) = channel();
    let ears = Ears::open(&sender, player.reports)?;
    let mut app = App::new(opening.lessons, opening.progress, opening.theme);
    app.notice = opening.notice;
    let mut stage = Loop {
        app,
        hold,
        commands: player.commands,
        wish: player.wish,
        keep: opening.keep,
        // Who watches a process has not asked for lessons yet.
        begin: Some(player.begin),
        is_wanted: !matches!(opening.start, Start::Watch(_)),
        watcher: Watcher::new(sender),
    };
    let start = opening.start;
    let ended = catch_unwind(AssertUnwindSafe(|| stage.turn(&messages, start, ears)));
    // A line that runs is not waited for.
    stage.wish.say(crate::mem::Control::Stop);
    let left = stage.watcher.left();
    // The terminal is handed back once, before anything is printed.
    drop(stage);
    if let Some(told) = left {
        drop(std::io::stderr().write_all(told.as_bytes()));
    }
    let end = match ended {
        Ok(end) => end,
        Err(_) => End::Panic(last_panic(&messages)),
    };
    await_player(&messages);
    Ok(match end {
        End::Left => 0,
        End::Deaf(error) => return Err(error).context("no thread can be started"),
        End::Signal(signal) => 128 + signal,
        End::Panic(what) => {
            let text = format!("mmap-tutor has met a mistake of its own and stopped.\n{what}\n");
            drop(std::io::stderr().write_all(text.as_bytes()));
            PANICKED
        }
    })
}

/// Waits until the player has ended its processes and removed its files. Its commands have ended, so it does; where it
/// cannot, the kernel ends the processes and the next run removes the files.
fn await_player(messages: &Receiver<Message>) {
    let deadline = Instant::now() + TIDYING;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match messages.recv_timeout(left) {
            Ok(Message::App(Event::PlayerGone)) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// What the hook said of a panic of this very thread.
fn last_panic(messages: &Receiver<Message>) -> String {
    let panics = messages.try_iter().filter_map(|message| match message {
        Message::Panic(what) => Some(what),
        _ => None,
    });
    panics
        .last()
        .unwrap_or_else(|| "a panic without words".to_owned())
}

/// Everything that the loop holds.
struct Loop {
    app: App,
    hold: Hold,
    commands: Sender<Command>,
    wish: Arc<Wish>,
    keep: Keep,
    begin: Option<Begin>,
    /// Whether the player is to begin after the first frame, or only when a lesson is opened.
    is_wanted: bool,
    /// Dropped after `hold`: a command may take its time to end.
    watcher: Watcher,
}

/// What is left to do before the loop sleeps again.
#[derive(Default)]
struct Due {
    draw: bool,
    clear: bool,
    end: Option<End>,
}

impl Loop {
    /// Shows the first frame, before anything that it does not need: threads, and a first look at the process to watch,
    /// would have the processor meanwhile. Then turns until the end.
    fn turn(&mut self, messages: &Receiver<Message>, start: Start, ears: Ears) -> End {
        let mut due = Due {
            draw: true,
            ..Due::default()
        };
        let watched = match &start {
            Start::Watch(target) => Some(target.subject.pid),
            _ => None,
        };
        self.open(start, &mut due);
        if self.paint(&mut due).is_err() {
            return End::Signal(SIGHUP);
        }
        if let Err(error) = ears.listen() {
            return End::Deaf(error);
        }
        if let Some(pid) = watched
            && let Err(error) = self.watcher.begin(pid)
        {
            self.tell(Event::Unwatched(explained(&error)), &mut due);
        }
        self.go_on(messages, due)
    }

    /// Opens what is shown first.
    fn open(&mut self, start: Start, due: &mut Due) {
        let effects = match start {
            Start::Home => Vec::new(),
            Start::Lesson(index, step) => self.app.open(index, step),
            Start::Lab => self.app.open_lab(),
            Start::Watch(target) => {
                self.watcher.start(target.started);
                update(&mut self.app, watched(target.subject))
            }
            Start::Tape(tape) => self.app.open_tape(tape),
        };
        self.carry_out(effects, due);
    }

    fn go_on(&mut self, messages: &Receiver<Message>, mut due: Due) -> End {
        loop {
            if self.paint(&mut due).is_err() {
                // It can no longer be written to: the watchdog says the same in a moment.
                return End::Signal(SIGHUP);
            }
            self.watcher.ask(self.app.request());
            if self.is_wanted
                && let Some(begin) = self.begin.take()
            {
                self.begin(begin, &mut due);
            }
            let Ok(first) = messages.recv() else {
                return End::Left;
            };
            self.meet(first, &mut due);
            while due.end.is_none() {
                match messages.try_recv() {
                    Ok(message) => self.meet(message, &mut due),
                    Err(_) => break,
                }
            }
            if let Some(end) = due.end {
                return end;
            }
        }
    }

    /// Starts the player. Without one the lists can still be looked at, and the learner is told.
    fn begin(&mut self, begin: Begin, due: &mut Due) {
        if let Err(error) = begin() {
            let told = format!(
                "no lesson can be played: no thread can be started: {}",
                error_text(&error)
            );
            self.tell(Event::Report(Report::Failed(told)), due);
        }
    }

    /// Draws when something is due.
    fn paint(&mut self, due: &mut Due) -> std::io::Result<()> {
        if std::mem::take(&mut due.clear) {
            self.hold.clear()?;
        }
        if std::mem::take(&mut due.draw) {
            let app = &self.app;
            let mut seen = None;
            self.hold
                .tty
                .draw(|frame| seen = Some(crate::view::draw(frame, app)))?;
            self.app.seen = seen.unwrap_or_default();
        }
        Ok(())
    }

    fn meet(&mut self, message: Message, due: &mut Due) {
        match message {
            Message::App(mut event) => {
                self.watcher.look_at(&mut event);
                self.tell(event, due);
            }
            Message::Report(report, _) => self.tell(Event::Report(*report), due),
            Message::Signal(SIGTSTP) => self.suspend(due),
            Message::Signal(SIGCONT) => {
                self.hold.resume();
                due.draw = true;
            }
            Message::Signal(signal) => self.end(End::Signal(signal), due),
            Message::Gone => self.end(End::Signal(SIGHUP), due),
            Message::Panic(what) => due.end = Some(End::Panic(what)),
        }
    }

    fn tell(&mut self, event: Event, due: &mut Due) {
        let effects = update(&mut self.app, event);
        self.carry_out(effects, due);
    }

    fn carry_out(&mut self, effects: Vec<Effect>, due: &mut Due) {
        for effect in effects {
            match effect {
                Effect::Draw => due.draw = true,
                Effect::Redraw => (due.draw, due.clear) = (true, true),
                // The player's end is told by its own message.
                Effect::Send(command) => {
                    self.is_wanted |= matches!(command, Command::Open { .. });
                    drop(self.commands.send(command));
                }
                Effect::Wish(control) => self.wish.say(control),
                Effect::Save => self.save(due),
                Effect::Watch(pid) => {
                    let event = self.watcher.watch(pid);
                    self.tell(event, due);
                }
                Effect::Name { stem, extension } => {
                    let (name, place) = keep::free_name(&stem, extension);
                    self.tell(Event::Named(name, place), due);
                }
                Effect::Keep { form, name } => {
                    let outcome = keep::keep(&self.app, form, &name);
                    self.tell(Event::Kept(outcome), due);
                }
                Effect::Suspend => self.suspend(due),
                Effect::Quit => due.end = Some(End::Left),
            }
        }
    }

    /// Keeps progress. Where that fails, the lesson goes on, and the learner is told.
    fn save(&mut self, due: &mut Due) {
        if let Err(error) = (self.keep)(&self.app.progress) {
            self.app.notice = Some(crate::mem::without_numbers(&format!("{error:#}")));
            due.draw = true;
        }
    }

    fn suspend(&mut self, due: &mut Due) {
        self.hold.suspend();
        due.draw = true;
    }

    /// Ends for a reason from outside: what is known is kept first.
    fn end(&mut self, end: End, due: &mut Due) {
        self.wish.say(crate::mem::Control::Stop);
        drop(self.commands.send(Command::Close));
        self.save(due);
        due.end = Some(end);
    }
}
