//! What the marks of the watch mean: of a cell, of the map, of the bar.

use crate::app::scene::Freshness;
use crate::mem::PageState;
use crate::view::canvas::Canvas;
use crate::view::overlay;
use crate::view::text::{pad, wrap};
use crate::view::theme::Palette;
use crate::watch::Piece;
use crate::watch::space::Kind;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The states that a cell of the watch can show.
const STATES: [PageState; 8] = [
    PageState::Absent,
    PageState::Private,
    PageState::Shared,
    PageState::File,
    PageState::Shmem,
    PageState::Zero,
    PageState::Swapped,
    PageState::Guard,
];

/// Draws the legend, scrolled by `offset` rows.
pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, area: Rect, offset: u16) {
    let inner = overlay::frame(canvas, area, (96, 50), "what the marks mean");
    let lines = lines(usize::from(inner.width), canvas.palette);
    overlay::scrolled(canvas, inner, &lines, offset);
}

fn lines(width: usize, palette: Palette) -> Vec<Line<'static>> {
    let mut lines = vec![head("a cell of the pages", palette)];
    let text = "The first mark is the kind that most pages of the cell are of. Where not all that is mapped is there, a \
                second says how much is: ▁ little, ▇ most. A cell that has just changed is bright.";
    lines.extend(wrap(&[(text, palette.text())], width, 0));
    lines.extend(STATES.map(|state| {
        let words = match state {
            PageState::Absent => "mapped, and nothing there: the next access faults",
            PageState::Private => "anonymous, of this process alone",
            PageState::Shared => "anonymous, shared since fork",
            PageState::File => "page cache of a file",
            state => state.words(),
        };
        row(palette.page(state, Freshness::Old), words, palette)
    }));
    lines.push(row(
        ("●", palette.text()),
        "present, of whatever kind: an overview asks no more",
        palette,
    ));
    lines.push(row(("░", palette.rule()), "not read yet", palette));
    lines.push(row((" ", Style::new()), "nothing is mapped there", palette));
    lines.push(Line::default());
    lines.push(head("the map of the address space", palette));
    lines.extend(Kind::ALL.map(|kind| row(palette.kind(kind), kind.words(), palette)));
    lines.push(Line::default());
    lines.push(head("where RSS goes", palette));
    lines.extend(Piece::ALL.map(|piece| {
        let (mark, style) = palette.piece(piece);
        let lead = format!("  {}", pad(piece.words(), 22));
        Line::from(vec![
            Span::styled(format!(" {mark} "), style),
            Span::styled(lead, palette.text()),
            Span::styled(piece.meaning(), palette.dim()),
        ])
    }));
    lines
}

fn head(text: &'static str, palette: Palette) -> Line<'static> {
    Line::from(Span::styled(text, palette.heading()))
}

fn row(
    (mark, style): (&'static str, Style),
    words: &'static str,
    palette: Palette,
) -> Line<'static> {
    Line::from(vec![
        Span::styled(format!(" {mark} "), style),
        Span::styled(format!("  {words}"), palette.text()),
    ])
}
