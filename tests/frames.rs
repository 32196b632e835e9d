//! What a frame costs at the terminal, counted: writes and bytes, never times.
//!
//! A writer that counts stands in for the terminal; then the whole program is asked, whose writes the kernel counts in
//! `/proc/<pid>/io` (proc(5), `syscw`).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]
#![expect(clippy::print_stderr, reason = "what could not be tested is said")]

#[path = "support/directory.rs"]
mod directory;
#[path = "support/pty.rs"]
mod pty;

use directory::fresh_directory;
use mmap_tutor::app::Theme;
use mmap_tutor::app::scene::Freshness;
use mmap_tutor::mem::PageState;
use mmap_tutor::run::terminal::ink::Ink;
use mmap_tutor::view::theme::Palette;
use pty::{Received, Terminal as Tutor};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::io::{Result, Write};

/// A cell that changed costs no more than this, wherever it is and however it looks.
const CELL: usize = 64;

/// Counts what it is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counter {
    writes: usize,
    bytes: usize,
}

impl Write for Counter {
    fn write(&mut self, buffer: &[u8]) -> Result<usize> {
        self.writes += 1;
        self.bytes += buffer.len();
        Ok(buffer.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// The largest screen that frames are promised for.
const LARGE: Rect = Rect::new(0, 0, 200, 60);

struct Screen(Terminal<Ink<Counter>>);

impl Screen {
    fn new() -> Self {
        let viewport = Viewport::Fixed(LARGE);
        let ink = Ink::new(Counter::default());
        Self(Terminal::with_options(ink, TerminalOptions { viewport }).unwrap())
    }

    /// What a frame costs.
    fn cost(&mut self, paint: impl FnOnce(&mut Buffer)) -> Counter {
        let before = *self.0.backend().out();
        self.0.draw(|frame| paint(frame.buffer_mut())).unwrap();
        let after = self.0.backend().out();
        Counter {
            writes: after.writes - before.writes,
            bytes: after.bytes - before.bytes,
        }
    }
}

/// Every cell with a mark and colours of its own: no real frame is as long.
fn worst(buffer: &mut Buffer) {
    for (index, cell) in buffer.content.iter_mut().enumerate() {
        let shade = index as u8;
        cell.set_symbol("■")
            .set_fg(Color::Rgb(200 + shade % 56, 100 + shade % 100, 255))
            .set_bg(Color::Rgb(255, 200 - shade % 100, 100 + shade % 56))
            .modifier = if index % 2 == 0 {
            Modifier::BOLD | Modifier::ITALIC
        } else {
            Modifier::UNDERLINED
        };
    }
}

#[test]
fn a_frame_is_one_write_however_long() {
    let mut screen = Screen::new();
    let cost = screen.cost(worst);
    assert_eq!(cost.writes, 1);
    assert!(cost.bytes > 300_000, "the frame is a long one: {cost:?}");
}

#[test]
fn a_frame_like_the_last_writes_nothing() {
    let mut screen = Screen::new();
    screen.cost(worst);
    assert_eq!(screen.cost(worst), Counter::default());
}

#[test]
fn a_page_that_changed_costs_few_bytes_in_every_look() {
    let corner = (LARGE.width - 1, LARGE.height - 1);
    for theme in [Theme::Dark, Theme::Light, Theme::Mono] {
        for state in PageState::ALL {
            for fresh in [Freshness::Old, Freshness::Line, Freshness::Now] {
                let mut screen = Screen::new();
                screen.cost(|_| ());
                let (mark, style) = Palette::of(theme).page(state, fresh);
                let cost = screen.cost(|buffer| buffer.set_string(corner.0, corner.1, mark, style));
                assert_eq!(cost.writes, 1);
                assert!(
                    cost.bytes <= CELL,
                    "{theme:?} {state:?} {fresh:?}: {cost:?}"
                );
            }
        }
    }
}

#[test]
fn a_cell_of_any_colours_costs_few_bytes_too() {
    let loud = Style::new()
        .fg(Color::Rgb(255, 255, 255))
        .bg(Color::Rgb(255, 255, 255))
        .add_modifier(Modifier::BOLD | Modifier::ITALIC);
    let mut screen = Screen::new();
    screen.cost(|_| ());
    let cost = screen.cost(|buffer| buffer.set_string(199, 59, "■", loud));
    assert!(cost.bytes <= CELL, "{cost:?}");
}

/// How many writes a process has made, and how many bytes they had; `None`, said, where the kernel does not count.
fn written(pid: u32) -> Option<(u64, u64)> {
    let Ok(text) = std::fs::read_to_string(format!("/proc/{pid}/io")) else {
        eprintln!("skipped: this kernel or these rights do not show /proc/{pid}/io");
        return None;
    };
    let field = |name: &str| {
        let mut lines = text.lines();
        lines.find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    };
    Some((field("syscw:")?, field("wchar:")?))
}

/// Presses keys, each of which changes the screen and nothing else: each is one write, and the terminal has got every
/// byte of it.
fn assert_one_write_a_key(tutor: &mut Tutor, keys: &[&str]) {
    tutor.wait_until_quiet();
    let pid = tutor.child.process_id().unwrap();
    for key in keys {
        let received = tutor.look(|seen| seen.bytes);
        let Some(before) = written(pid) else { return };
        tutor.press(key);
        tutor.wait_for("the effect of a key", |seen| seen.bytes > received);
        tutor.wait_until_quiet();
        let (Some(after), now) = (written(pid), tutor.look(|seen| seen.bytes)) else {
            return;
        };
        let text = tutor.look(Received::text);
        assert_eq!(after.0 - before.0, 1, "writes after {key:?}:\n{text}");
        assert_eq!(after.1 - before.1, now - received, "bytes after {key:?}");
    }
}

#[test]
fn a_key_on_the_list_of_lessons_is_one_write() {
    let home = fresh_directory();
    let mut tutor = Tutor::start(home.path(), &[], (200, 60));
    tutor.wait_for("the list of lessons", |seen| {
        seen.text().contains("Copy-on-write after fork")
    });
    assert_one_write_a_key(&mut tutor, &["j", "?", "j", "\x1b", "k"]);
}

#[test]
fn a_key_in_a_lesson_that_runs_no_line_is_one_write() {
    let home = fresh_directory();
    let mut tutor = Tutor::start(home.path(), &["6"], (200, 60));
    tutor.wait_for("the lesson's code", |seen| seen.text().contains("mmap("));
    assert_one_write_a_key(&mut tutor, &["\t", "z", "z", "?", "\x1b"]);
}

#[test]
fn a_letter_typed_in_the_lab_is_one_write() {
    let home = fresh_directory();
    let mut tutor = Tutor::start(home.path(), &["lab"], (200, 60));
    tutor.wait_for("the prompt", |seen| seen.text().contains("Tab pages"));
    assert_one_write_a_key(&mut tutor, &["c", "h", "\x7f"]);
}
