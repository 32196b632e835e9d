//! The least that a program with a screen does: takes over the terminal, draws one frame, waits for a key.

use crossterm::event::{EnableMouseCapture, read};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use std::io::{BufWriter, stdout};

/// The argument that makes the benchmark this program.
pub(crate) const WORD: &str = "bare-ratatui";
/// What it shows, on every row.
pub(crate) const TEXT: &str = "One line of many words, as many as a row of a list of lessons has";

/// The program.
pub(crate) fn main() {
    enable_raw_mode().expect("there is a terminal");
    execute!(stdout(), EnterAlternateScreen, EnableMouseCapture).expect("it can be written to");
    let writer = BufWriter::with_capacity(1 << 16, stdout());
    let mut terminal = Terminal::new(CrosstermBackend::new(writer)).expect("it has a size");
    terminal
        .draw(|frame| {
            for row in frame.area().rows() {
                frame.render_widget(TEXT, row);
            }
        })
        .expect("it can be drawn on");
    read().expect("it has keys");
}
