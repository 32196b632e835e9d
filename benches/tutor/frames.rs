//! What a frame costs, against a frame with nothing on it: a lesson with two processes, and the largest things a lab
//! can have.

use crate::scene::Scene;
use crate::table::{row, time};
use mmap_tutor::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// A GiB, every page of it written.
const LARGE: [&str; 2] = [
    "char *p = mmap(NULL, 262144 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
    "memset(p, 1, 262144 * PAGE);",
];

/// Every other page without the right to write, so that each is a VMA.
const MANY: [&str; 2] = [
    "char *p = mmap(NULL, 8000 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
    "for (int i = 0; i < 8000; i += 2) mprotect(p + i * PAGE, PAGE, PROT_READ);",
];

/// Prints the rows.
pub(crate) fn rows() {
    // A mapping, a memset, a fork.
    let lesson = Scene::of_lesson("fork", 3);
    for size in [(80, 24), (200, 60)] {
        frame("of a lesson", &lesson, size, 500);
    }
    frame("of 1 GiB touched", &Scene::of_lab(&LARGE), (200, 60), 50);
    frame("of 8,000 VMAs", &Scene::of_lab(&MANY), (200, 60), 50);
}

fn frame(what: &str, scene: &Scene, (columns, rows): (u16, u16), n: usize) {
    let terminal = || Terminal::new(TestBackend::new(columns, rows)).expect("a screen in memory");
    let (mut full, mut empty) = (terminal(), terminal());
    let app = &scene.app;
    row(
        &format!("frame {what} at {columns}x{rows}"),
        n,
        || time(|| full.draw(|frame| drop(view::draw(frame, app))).map(drop)),
        "a frame with nothing on it",
        || time(|| empty.draw(|_| ()).map(drop)),
    );
}
