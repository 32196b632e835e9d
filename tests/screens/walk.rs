//! A learner with a player that answers at once: keys in, commands out, cells on the screen.

use super::picture::{self, picture};
use super::story;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use mmap_tutor::app::panel::{Panel, Seen};
use mmap_tutor::app::{App, Effect, Event, Theme, update};
use mmap_tutor::mem::PageSize;
use mmap_tutor::session::{Command, Machine, Position, Progress, Replayed, Report};
use ratatui::buffer::Buffer;
use ratatui::style::Color;

/// The program with a player that answers at once.
pub(super) struct Walk {
    pub(super) app: App,
    pub(super) at: Position,
    pub(super) guess: Option<String>,
    pub(super) size: (u16, u16),
    /// Every text that the explorer sent.
    pub(super) typed: Vec<String>,
    /// Every effect since the last look, commands and all.
    pub(super) effects: Vec<Effect>,
}

impl Walk {
    pub(super) fn new(size: (u16, u16), theme: Theme) -> Self {
        let app = App::new(vec![story::lesson().into()], Progress::default(), theme);
        let mut walk = Self {
            app,
            at: Position::default(),
            guess: None,
            size,
            typed: Vec::new(),
            effects: Vec::new(),
        };
        walk.hear(Report::Ready(Machine {
            kernel: "6.18.0".to_owned(),
            page_size: PageSize::new(story::PAGE).unwrap(),
            privileged: false,
            file_system: "ext4".to_owned(),
            scratch: "/tmp".into(),
            offers: mmap_tutor::observe::Offers::all(),
        }));
        walk
    }

    /// The lesson opened, and so many lines run.
    pub(super) fn after(lines: usize, size: (u16, u16)) -> Self {
        let mut walk = Self::new(size, Theme::Dark);
        walk.keys("\n");
        for _ in 0..lines {
            walk.keys("\n");
        }
        walk
    }

    pub(super) fn hear(&mut self, report: Report) {
        self.happen(Event::Report(report));
    }

    /// An event, and what the player says to the commands it causes.
    pub(super) fn happen(&mut self, event: Event) {
        let effects = update(&mut self.app, event);
        for effect in &effects {
            let Effect::Send(command) = effect else {
                continue;
            };
            match command {
                Command::Open { step, .. } => {
                    self.at = Position {
                        step: *step,
                        item: 0,
                    };
                    self.hear(story::opened());
                    self.hear(Report::At(self.at));
                }
                Command::Advance { guess, .. } => {
                    self.guess = guess.clone().or(self.guess.take());
                    let (reports, next) =
                        story::answer(&story::lesson(), self.at, self.guess.as_deref());
                    self.at = next;
                    for report in reports {
                        self.hear(report);
                    }
                    self.hear(Report::At(next));
                }
                Command::Replay { lines } => self.replay(*lines),
                Command::Close | Command::Explore | Command::Page { .. } => {}
                Command::Type { source, .. } => self.typed.push(source.clone()),
            }
        }
        self.effects.extend(effects);
        self.app.seen = self.draw().1;
    }

    /// The lesson from its beginning again, so many lines of it.
    pub(super) fn replay(&mut self, lines: usize) {
        let Report::Opened(moment) = story::opened() else {
            panic!("the story begins with its first moment")
        };
        self.hear(Report::Rewound { step: 0, moment });
        self.at = Position::default();
        let mut left = lines;
        while left > 0 {
            let (reports, next) = story::answer(&story::lesson(), self.at, None);
            self.at = next;
            left -= reports
                .iter()
                .filter(|report| matches!(report, Report::Line(_)))
                .count();
            for report in reports {
                self.hear(report);
            }
        }
        self.hear(Report::Replayed(Replayed {
            wanted: lines,
            lines,
            ..Replayed::default()
        }));
        self.hear(Report::At(self.at));
    }

    /// Keys, one a character: `\n` Enter, `\x1b` Esc, `\t` Tab, `<` and `>` Left and Right, `v` and `^` Down and Up.
    pub(super) fn keys(&mut self, keys: &str) {
        for c in keys.chars() {
            let code = match c {
                '\n' => KeyCode::Enter,
                '\x1b' => KeyCode::Esc,
                '\t' => KeyCode::Tab,
                '<' => KeyCode::Left,
                '>' => KeyCode::Right,
                'v' => KeyCode::Down,
                '^' => KeyCode::Up,
                c => KeyCode::Char(c),
            };
            self.happen(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        }
    }

    pub(super) fn draw(&self) -> (Buffer, Seen) {
        picture(&self.app, self.size)
    }

    /// The screen as text, a line a row.
    pub(super) fn text(&self) -> String {
        picture::text(&self.draw().0)
    }

    /// Cells that show a page of this mark, from left to right and down: whether each is marked as just changed.
    pub(super) fn pages(&self, mark: &str) -> Vec<bool> {
        let (buffer, seen) = self.draw();
        let panel = seen.panel(Panel::Pages).unwrap().area;
        let cells = panel.positions().map(|position| &buffer[position]);
        let fresh = |cell: &ratatui::buffer::Cell| cell.fg == Color::Indexed(16);
        cells
            .filter(|cell| cell.symbol() == mark)
            .map(fresh)
            .collect()
    }
}

pub(super) fn assert_shows(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(
            text.contains(wanted),
            "{wanted:?} is not on the screen:\n{text}"
        );
    }
}

pub(super) const SMALL: (u16, u16) = (80, 24);
pub(super) const SIZES: [(u16, u16); 3] = [SMALL, (120, 40), (200, 60)];
