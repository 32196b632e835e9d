//! The program with something on its screen: a lesson some lines in, or the empty lab after lines of one's own.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use mmap_tutor::app::{App, Effect, Event, Theme, update};
use mmap_tutor::lesson::Catalogue;
use mmap_tutor::run::screen::Player;
use mmap_tutor::run::worker;
use mmap_tutor::session::{Progress, Report};
use std::collections::VecDeque;

/// The app and the player that answers it.
pub(crate) struct Scene {
    /// What is on the screen.
    pub(crate) app: App,
    player: Player,
}

impl Scene {
    /// The lesson whose id has `part` in it, after so many lines.
    pub(crate) fn of_lesson(part: &str, lines: usize) -> Self {
        let mut scene = Self::start();
        let index = scene
            .app
            .lessons
            .iter()
            .position(|lesson| lesson.id.contains(part))
            .expect("there is such a lesson");
        let effects = scene.app.open(index, None);
        scene.obey(effects);
        for _ in 0..lines {
            scene.press(KeyCode::Enter);
        }
        scene
    }

    /// The empty lab after these lines.
    pub(crate) fn of_lab(lines: &[&str]) -> Self {
        let mut scene = Self::start();
        let effects = scene.app.open_lab();
        scene.obey(effects);
        for line in lines {
            line.chars().for_each(|c| scene.press(KeyCode::Char(c)));
            scene.press(KeyCode::Enter);
        }
        scene
    }

    fn start() -> Self {
        let mut player = worker::player();
        let begin = std::mem::replace(&mut player.begin, Box::new(|| Ok(())));
        begin().expect("a thread starts");
        let lessons = Catalogue::built_in().into_cards();
        Self {
            app: App::new(lessons, Progress::default(), Theme::Dark),
            player,
        }
    }

    /// A key, and all that comes of it.
    pub(crate) fn press(&mut self, code: KeyCode) {
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        let effects = update(&mut self.app, Event::Key(key));
        self.obey(effects);
    }

    /// Does what the app wants of the player, and takes in all that the player says to it.
    fn obey(&mut self, effects: Vec<Effect>) {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            let Effect::Send(command) = effect else {
                continue;
            };
            self.player
                .commands
                .send(command)
                .expect("the player lives");
            loop {
                let report = self.player.reports.recv().expect("the player lives");
                let over = matches!(report, Report::At(_));
                effects.extend(update(&mut self.app, Event::Report(report)));
                if over {
                    break;
                }
            }
        }
    }
}
