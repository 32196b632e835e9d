//! The program, watching a process of a story: samples and keys in, requests out, cells on the screen.

use super::picture::{self, picture};
use super::story::{self, Story};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use mmap_tutor::app::panel::Seen;
use mmap_tutor::app::watching::pane::Pane;
use mmap_tutor::app::{App, Effect, Event, Theme, update};
use mmap_tutor::lesson::Catalogue;
use mmap_tutor::mem::{Pid, Range};
use mmap_tutor::session::Progress;
use mmap_tutor::watch::Request;
use mmap_tutor::watch::sample::Sample;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub(super) const SMALL: (u16, u16) = (80, 24);
pub(super) const MIDDLE: (u16, u16) = (120, 40);
pub(super) const LARGE: (u16, u16) = (200, 60);
pub(super) const SIZES: [(u16, u16); 3] = [SMALL, MIDDLE, LARGE];

/// The program, watching process 4242.
pub(super) struct Watch {
    pub(super) app: App,
    pub(super) size: (u16, u16),
}

impl Watch {
    pub(super) fn new(size: (u16, u16), theme: Theme) -> Self {
        let lessons = Catalogue::built_in().into_cards();
        let app = App::new(lessons, Progress::default(), theme);
        let mut watch = Self { app, size };
        watch.happen(story::watched(4242));
        watch
    }

    /// After the first looks at a process.
    pub(super) fn at(story: &Story, size: (u16, u16)) -> Self {
        let mut watch = Self::new(size, Theme::Dark);
        watch.hear(story.sample(1));
        watch
    }

    pub(super) fn hear(&mut self, sample: Sample) -> Vec<Effect> {
        self.happen(Event::Sampled(Pid(4242), Box::new(sample)))
    }

    pub(super) fn happen(&mut self, event: Event) -> Vec<Effect> {
        let effects = update(&mut self.app, event);
        self.app.seen = self.draw().1;
        effects
    }

    pub(super) fn press(&mut self, code: KeyCode) -> Vec<Effect> {
        self.happen(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    pub(super) fn keys(&mut self, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for c in keys.chars() {
            let code = match c {
                '\n' => KeyCode::Enter,
                '\x1b' => KeyCode::Esc,
                '\t' => KeyCode::Tab,
                '\x08' => KeyCode::Backspace,
                'v' => KeyCode::Down,
                '^' => KeyCode::Up,
                '>' => KeyCode::Right,
                c => KeyCode::Char(c),
            };
            effects = self.press(code);
        }
        effects
    }

    pub(super) fn mouse(&mut self, kind: MouseEventKind, (column, row): (u16, u16)) -> Vec<Effect> {
        self.happen(Event::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        }))
    }

    pub(super) fn click(&mut self, place: (u16, u16)) -> Vec<Effect> {
        self.mouse(MouseEventKind::Down(MouseButton::Left), place)
    }

    pub(super) fn draw(&self) -> (Buffer, Seen) {
        picture(&self.app, self.size)
    }

    pub(super) fn text(&self) -> String {
        picture::text(&self.draw().0)
    }

    pub(super) fn request(&self) -> Request {
        self.app.request().unwrap()
    }

    pub(super) fn chosen(&self) -> Range {
        self.app.watching().unwrap().chosen().unwrap().1.range
    }

    pub(super) fn pane(&self, pane: Pane) -> Rect {
        let seen = &self.app.seen.watch.panes;
        let shown = seen
            .iter()
            .find(|(area, shown)| *shown == pane && area.height > 1);
        shown.unwrap().0
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

pub(super) fn assert_hides(text: &str, unwanted: &[&str]) {
    for unwanted in unwanted {
        assert!(
            !text.contains(unwanted),
            "{unwanted:?} is on the screen:\n{text}"
        );
    }
}

pub(super) fn is_draw(effects: &[Effect]) -> bool {
    matches!(effects, [Effect::Draw])
}
