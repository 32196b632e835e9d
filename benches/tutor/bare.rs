//! The least that a program with a screen does: takes over the terminal, draws a frame, waits for a key, moves a mark,
//! draws the next.

use crossterm::event::{EnableMouseCapture, Event, KeyCode, read};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, enable_raw_mode};
use portable_pty::CommandBuilder;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::style::Style;
use ratatui::text::Line;
use std::io::{BufWriter, stdout};

/// The argument that makes the benchmark this program.
pub(crate) const WORD: &str = "bare-ratatui";
/// What it shows, on every row.
pub(crate) const TEXT: &str = "One line of many words, as many as a row of a list of lessons has";

/// How to start it.
pub(crate) fn command() -> CommandBuilder {
    let program = std::env::current_exe().expect("a benchmark knows its file");
    let mut command = CommandBuilder::new(program);
    command.arg(WORD);
    command.env("TERM", "xterm-256color");
    command
}

/// The program.
pub(crate) fn main() {
    enable_raw_mode().expect("there is a terminal");
    execute!(stdout(), EnterAlternateScreen, EnableMouseCapture).expect("it can be written to");
    let writer = BufWriter::with_capacity(1 << 16, stdout());
    let mut terminal = Terminal::new(CrosstermBackend::new(writer)).expect("it has a size");
    let mut marked = 0;
    loop {
        let draw = |frame: &mut ratatui::Frame<'_>| {
            for (index, row) in frame.area().rows().enumerate() {
                let style = if index == marked {
                    Style::new().bold().reversed()
                } else {
                    Style::new()
                };
                frame.render_widget(Line::styled(TEXT, style), row);
            }
        };
        terminal.draw(draw).expect("it can be drawn on");
        if let Event::Key(key) = read().expect("it has keys") {
            match key.code {
                KeyCode::Char('j') => marked += 1,
                KeyCode::Char('k') => marked = marked.saturating_sub(1),
                _ => return,
            }
        }
    }
}
