//! What a long session costs: ten thousand lines over 1 GiB, kept, and gone through again key by key.

use crate::made::{Plan, Session};
use crate::table::{row, time};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use mmap_tutor::app::{App, Event, Theme, update};
use mmap_tutor::session::{Position, Progress, Report};
use mmap_tutor::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::time::Duration;

/// Lines of the long session.
const LINES: usize = 10_000;
/// Pages of 1 GiB.
const PAGES: usize = 1 << 18;

/// Prints the rows.
pub(crate) fn rows() {
    for frames in [false, true] {
        let rights = if frames { ", frames too" } else { "" };
        let plan = Plan {
            pages: PAGES,
            frames,
            stride: 64,
            varied: false,
        };
        let before = resident();
        let mut made = Session::new(plan);
        let mut long = Screen::new(&made);
        let mut short = Screen::new(&made);
        long.hear(&mut made, LINES - 1);
        short.hear(&mut made, 10);
        let copy = made.opened().snapshots.remove(0);
        row(
            &format!("a line kept, 1 GiB{rights}"),
            100,
            || {
                let moment = made.line();
                time(|| long.tell(Report::Line(moment)))
            },
            "a copy of its moment",
            || time(|| copy.as_ref().clone()),
        );
        let bytes = long.app.take().map_or(0, |take| take.timeline.bytes());
        println!(
            "| {LINES} moments, 1 GiB{rights} | {:.1} MiB | | 1 | resident beside nothing: {:.1} MiB | |",
            bytes as f64 / 1_048_576.0,
            (resident() - before) as f64 / 1_048_576.0
        );
        row(
            &format!("`[` to paint, {LINES} lines over 1 GiB{rights}"),
            LINES - 1,
            || long.key('['),
            "in a session of 10 lines",
            || short.step(),
        );
        let mut dice = 7_usize;
        row(
            &format!("a jump to any of them{rights}"),
            1000,
            || {
                dice = (dice * 7919 + 13) % LINES;
                long.jump(dice)
            },
            "in a session of 10 lines",
            || short.step(),
        );
    }
}

/// Bytes of this process in memory, of /proc/self/statm.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|field| field.parse().ok());
    pages.unwrap_or(0) * 4096
}

/// A program in its empty lab, and what it draws on.
struct Screen {
    app: App,
    terminal: Terminal<TestBackend>,
}

impl Screen {
    fn new(made: &Session) -> Self {
        let mut app = App::new(Vec::new(), Progress::default(), Theme::Dark);
        drop(app.open_lab());
        let terminal = Terminal::new(TestBackend::new(120, 40)).expect("a screen in memory");
        let mut screen = Self { app, terminal };
        screen.tell(Report::Opened(made.opened()));
        screen.tell(Report::At(Position { step: 0, item: 0 }));
        screen
    }

    fn tell(&mut self, report: Report) {
        drop(update(&mut self.app, Event::Report(report)));
    }

    fn hear(&mut self, made: &mut Session, lines: usize) {
        for _ in 0..lines {
            self.tell(Report::Line(made.line()));
        }
    }

    /// From a key to the frame that shows what it did.
    fn key(&mut self, key: char) -> Duration {
        let key = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
        time(|| {
            drop(update(&mut self.app, Event::Key(key)));
            self.paint();
        })
    }

    /// To and fro.
    fn step(&mut self) -> Duration {
        let back = self.app.take().is_some_and(|take| take.shown() > 2);
        self.key(if back { '[' } else { ']' })
    }

    fn jump(&mut self, index: usize) -> Duration {
        time(|| {
            if let mmap_tutor::app::Screen::Lesson(take) = &mut self.app.screen {
                take.look_at(index);
            }
            self.paint();
        })
    }

    fn paint(&mut self) {
        let app = &self.app;
        let mut seen = None;
        let drawn = self
            .terminal
            .draw(|frame| seen = Some(view::draw(frame, app)));
        drawn.expect("a screen in memory");
        self.app.seen = seen.unwrap_or_default();
    }
}
