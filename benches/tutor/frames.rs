//! What a frame costs: a lesson with two processes on screen, against a frame with nothing on it.

use crate::table::{row, time};
use crossterm::event::{KeyCode, KeyModifiers};
use mmap_tutor::app::{App, Effect, Event, Theme, update};
use mmap_tutor::lesson::Catalogue;
use mmap_tutor::run::screen::Player;
use mmap_tutor::run::worker;
use mmap_tutor::session::{Progress, Report};
use mmap_tutor::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// Lines of the lesson that have run: a mapping, a memset, a fork.
const LINES: usize = 3;

/// Prints the rows.
pub(crate) fn rows() {
    let app = app_after_a_fork();
    for (columns, rows) in [(80, 24), (200, 60)] {
        let mut lesson = terminal(columns, rows);
        let mut empty = terminal(columns, rows);
        row(
            &format!("frame at {columns}x{rows}"),
            500,
            || time(|| lesson.draw(|frame| drop(view::draw(frame, &app))).map(drop)),
            "a frame with nothing on it",
            || time(|| empty.draw(|_| ()).map(drop)),
        );
    }
}

fn terminal(columns: u16, rows: u16) -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(columns, rows)).expect("a screen in memory")
}

/// The program in the lesson about fork, some lines into it.
fn app_after_a_fork() -> App {
    let lessons = Catalogue::built_in().into_cards();
    let index = lessons
        .iter()
        .position(|lesson| lesson.id.contains("fork"))
        .expect("there is a lesson about fork");
    let mut player = worker::player();
    let begin = std::mem::replace(&mut player.begin, Box::new(|| Ok(())));
    begin().expect("a thread starts");
    let mut app = App::new(lessons, Progress::default(), Theme::Dark);
    let effects = app.open(index, None);
    obey(&mut app, &player, effects);
    for _ in 0..LINES {
        let enter = crossterm::event::KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        let effects = update(&mut app, Event::Key(enter));
        obey(&mut app, &player, effects);
    }
    app
}

/// Does what the app wants of the player, and takes in all that the player says to it.
fn obey(app: &mut App, player: &Player, effects: Vec<Effect>) {
    let mut effects = effects;
    while let Some(effect) = effects.pop() {
        let Effect::Send(command) = effect else {
            continue;
        };
        player.commands.send(command).expect("the player lives");
        loop {
            let report = player.reports.recv().expect("the player lives");
            let over = matches!(report, Report::At(_));
            effects.extend(update(app, Event::Report(report)));
            if over {
                break;
            }
        }
    }
}
