//! What the terminal program draws, without a terminal: ratatui's `TestBackend`.

use mmap_tutor::app::App;
use mmap_tutor::app::panel::Seen;
use mmap_tutor::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};

/// The cells of a frame of so many columns and rows, and where things lie in it.
pub(crate) fn picture(app: &App, (columns, rows): (u16, u16)) -> (Buffer, Seen) {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let mut seen = None;
    terminal
        .draw(|frame| seen = Some(view::draw(frame, app)))
        .unwrap();
    (terminal.backend().buffer().clone(), seen.unwrap())
}

/// Cells as text, a line a row.
pub(crate) fn text(cells: &Buffer) -> String {
    let row = |row: &[Cell]| {
        let text: String = row.iter().map(Cell::symbol).collect();
        text.trim_end().to_owned()
    };
    let rows = cells.content.chunks(usize::from(cells.area.width));
    rows.map(row).collect::<Vec<_>>().join("\n")
}
