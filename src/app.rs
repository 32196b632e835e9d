//! State of the terminal program and how events change it; no I/O.
//!
//! [`update`] takes one [`Event`] and says in [`Effect`]s what is to be done: whoever owns the terminal and the player
//! does it. An event that changes nothing gives no effect, so nothing is drawn and nothing written.

pub mod account;
pub mod answers;
mod course;
mod door;
pub mod explorer;
pub mod guess;
pub mod home;
pub mod keeping;
pub mod keys;
pub mod ledger;
pub mod mark;
pub mod names;
pub mod panel;
mod past;
pub mod scene;
pub mod strip;
pub mod take;
pub mod tape;
mod travel;
pub mod undo;
mod update;
pub mod watching;

pub use update::update;

use crate::lesson::Card;
use crate::mem::{Control, Pid};
use crate::session::{Command, Item, Machine, Progress, Report};
use crate::watch::Request;
use crate::watch::sample::{Sample, Subject};
use crossterm::event::{KeyEvent, MouseEvent};
use home::Home;
use keeping::{Form, Keeping};
use keys::Context;
use panel::{Panel, Seen};
use take::{Activity, Take};
use tape::Tape;
use watching::Watching;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse moved, clicked or turned its wheel.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has another size now.
    Resize,
    /// The player said something.
    Report(Report),
    /// The player is gone, which it never should be.
    PlayerGone,
    /// A process is watched from now on.
    Watched(Box<Watched>),
    /// A process cannot be watched, with the reason.
    Unwatched(String),
    /// What was read of a process.
    Sampled(Pid, Box<Sample>),
    /// Lines that a command printed which was started to be watched, and what it has printed of the next one.
    Printed(Vec<String>, String),
    /// A name for a file was found that is free, and the directory it is in.
    Named(String, String),
    /// A session was kept in this file, or could not be kept, and why.
    Kept(Result<String, String>),
}

/// A process that is watched from now on.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Who it is.
    pub subject: Subject,
    /// The time of the day.
    pub at: String,
}

/// Something to be done because of it.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Draw the screen.
    Draw,
    /// Draw the screen as if nothing were on it.
    Redraw,
    /// Tell the player.
    Send(Command),
    /// Say what is to become of the running line.
    Wish(Control),
    /// Keep the progress.
    Save,
    /// Watch another process.
    Watch(Pid),
    /// Find a name for a file that is free; [`Event::Named`] tells it.
    Name {
        /// What it is of: the id of a lesson.
        stem: String,
        /// How it ends.
        extension: &'static str,
    },
    /// Keep the session on the screen in a file that is not there yet; [`Event::Kept`] tells what came of it.
    Keep {
        /// As what.
        form: Form,
        /// The file.
        name: String,
    },
    /// Hand the terminal back to the shell until told to go on.
    Suspend,
    /// Leave the program.
    Quit,
}

/// The colours to draw with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// For dark backgrounds.
    #[default]
    Dark,
    /// For light ones.
    Light,
    /// No colour at all (`NO_COLOR`): bold, dim, reverse and marks only.
    Mono,
}

/// What fills the screen.
#[derive(Debug)]
pub enum Screen {
    /// The list of lessons.
    Home,
    /// A lesson.
    Lesson(Box<Take>),
    /// Any process.
    Watch(Box<Watching>),
}

/// A page that lies over the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// The keys, and where each number comes from; scrolled by so many rows.
    Help(u16),
    /// The marks of the pages; scrolled by so many rows.
    Legend(u16),
    /// The steps of the lesson, one of them chosen.
    Steps(usize),
    /// The claims of the article, one of them chosen.
    Claims(usize),
    /// All that is known of the page under the cursor; scrolled by so many rows.
    Inspect(u16),
    /// All that is known of the chosen VMA of the process that is watched; scrolled by so many rows.
    Vma(u16),
    /// The variables of a process; scrolled by so many rows.
    Variables(u16),
    /// As what the session is to be kept, and under which name.
    Keep,
}

/// The terminal program.
#[derive(Debug)]
pub struct App {
    /// The lessons, in their order.
    pub lessons: Vec<Card>,
    /// What is remembered between runs.
    pub progress: Progress,
    /// Facts of this machine, once the player has told them.
    pub machine: Option<Machine>,
    /// The colours.
    pub theme: Theme,
    /// The list of lessons.
    pub home: Home,
    /// What fills the screen.
    pub screen: Screen,
    /// The watch, while a lesson that one of its sentences named fills the screen.
    pub beneath: Option<Box<Watching>>,
    /// What lies over it.
    pub overlay: Option<Overlay>,
    /// Something to be said on the home screen.
    pub notice: Option<String>,
    /// The page that keeps a session.
    pub keeping: Keeping,
    /// The recording that is played, when it is one instead of lessons that run.
    pub tape: Option<Tape>,
    /// What the last frame showed.
    pub seen: Seen,
    /// Lessons asked for whose first moment has not come yet: until then, reports are of an earlier one.
    awaited: usize,
}

impl App {
    /// The program at its home screen.
    pub fn new(lessons: Vec<Card>, progress: Progress, theme: Theme) -> Self {
        Self {
            lessons,
            progress,
            machine: None,
            theme,
            home: Home::default(),
            screen: Screen::Home,
            beneath: None,
            overlay: None,
            notice: None,
            keeping: Keeping::default(),
            tape: None,
            seen: Seen::default(),
            awaited: 0,
        }
    }

    /// Opens a lesson by its index, at a step or where it was left; what is to be done for it.
    pub fn open(&mut self, index: usize, step: Option<usize>) -> Vec<Effect> {
        door::open(self, index, step)
    }

    /// Opens the empty lab; what is to be done for it.
    pub fn open_lab(&mut self) -> Vec<Effect> {
        door::open_lab(self)
    }

    /// Opens a recording of the lesson that is the first of all, or of the empty lab; what is to be done for it.
    pub fn open_tape(&mut self, tape: Tape) -> Vec<Effect> {
        self.tape = Some(tape);
        if self.lessons.is_empty() {
            door::open_lab(self)
        } else {
            door::open(self, 0, Some(0))
        }
    }

    /// The lesson being taken, if one is.
    pub fn take(&self) -> Option<&Take> {
        match &self.screen {
            Screen::Lesson(take) => Some(take),
            Screen::Home | Screen::Watch(_) => None,
        }
    }

    /// The process that is watched, whether or not it is on the screen.
    pub fn watching(&self) -> Option<&Watching> {
        match &self.screen {
            Screen::Watch(watch) => Some(watch),
            _ => self.beneath.as_deref(),
        }
    }

    /// What should be read of the process that is watched: little while it is not on the screen, nothing while reading
    /// is paused.
    pub fn request(&self) -> Option<Request> {
        match &self.screen {
            Screen::Watch(watch) => watch.request(&self.seen.watch),
            _ => self
                .beneath
                .as_ref()
                .filter(|watch| !watch.paused)
                .map(|_| Request::default()),
        }
    }

    /// The row of the text to turn to: `None` when all that is to be read now is, or has been, on the screen.
    pub fn unread(&self, seen: &Seen) -> Option<u16> {
        self.take()?;
        seen.panel(Panel::Reading)?.read_on()
    }

    /// What the learner could do next: which keys are valid.
    pub fn context(&self) -> Context {
        match (self.overlay, &self.screen) {
            (Some(Overlay::Help(_)), _) => Context::Help,
            (Some(Overlay::Legend(_)), _) => Context::Legend,
            (Some(Overlay::Steps(_)), _) => Context::Steps,
            (Some(Overlay::Claims(_)), _) => Context::Claims,
            (Some(Overlay::Vma(_)), _) => Context::Vma,
            (None, Screen::Watch(watch)) => watch_context(watch),
            (Some(Overlay::Keep), _) => Context::Keep,
            (None, Screen::Home) if self.home.search.is_some() => Context::Search,
            (None, Screen::Home) => Context::Home,
            (Some(Overlay::Inspect(_)), _) => Context::Inspect,
            (Some(Overlay::Variables(_)), _) => Context::Variables,
            (None, Screen::Lesson(take)) if take.undo.is_asked() => Context::Undo,
            (None, Screen::Lesson(take)) if self.tape.is_some() => tape_context(take),
            (None, Screen::Lesson(take)) => lesson_context(take),
        }
    }
}

/// The context of the watch.
fn watch_context(watch: &Watching) -> Context {
    match watch.bench.focus {
        _ if watch.list.typing => Context::Find,
        watching::pane::Pane::Pages => Context::Cells,
        _ => Context::Watch,
    }
}

/// The context of a recording's screen: nothing is typed there.
fn tape_context(take: &Take) -> Context {
    match lesson_context(take) {
        Context::Trying => Context::Running,
        Context::Prompt | Context::Type | Context::LessonDone => Context::Tape,
        context => context,
    }
}

/// The context of a lesson's screen.
fn lesson_context(take: &Take) -> Context {
    if let Some(explorer) = &take.explorer {
        return match take.activity {
            _ if explorer.menu.is_some() => Context::Menu,
            Activity::Opening | Activity::Busy { .. } if explorer.is_empty() => Context::Trying,
            Activity::Opening | Activity::Busy { .. } => Context::Ahead,
            Activity::Idle if explorer.on_pages => Context::Cursor,
            Activity::Idle if explorer.is_empty() => Context::Prompt,
            Activity::Idle => Context::Type,
        };
    }
    match (&take.activity, take.next()) {
        (Activity::Opening | Activity::Busy { .. }, _) => Context::Running,
        (Activity::Idle, _) if take.back().is_some() => Context::Back,
        (Activity::Idle, _) if take.is_finished() => Context::LessonDone,
        (Activity::Idle, Some(Item::Ask { .. })) => Context::Ask,
        (Activity::Idle, Some(_)) => Context::Line,
        (Activity::Idle, None) => Context::StepDone,
    }
}
