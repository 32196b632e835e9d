//! What panels draw on: the buffer, the palette, and the note of what was drawn where.

mod put;

use super::theme::Palette;
use crate::app::panel::{Desk, Panel, Scroll, Seen, SeenPanel};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

/// The screen while it is drawn.
#[derive(Debug)]
pub(super) struct Canvas<'a> {
    /// The cells.
    pub buffer: &'a mut Buffer,
    /// The styles.
    pub palette: Palette,
    /// What the next click and the next scroll will meet.
    pub seen: Seen,
}

/// Text of a panel, with the rows that should be on the screen unless the learner scrolled elsewhere.
#[derive(Debug, Default)]
pub(super) struct Passage {
    /// The rows.
    pub lines: Vec<Line<'static>>,
    /// The rows that matter now: first, and one past the last.
    pub focus: std::ops::Range<usize>,
}

impl Canvas<'_> {
    /// One line of text, cut at the right edge of `area`.
    pub(super) fn line(&mut self, area: Rect, row: u16, line: &Line<'_>) {
        let area = area.intersection(self.buffer.area);
        if row < area.height {
            put::line(self.buffer, (area.x, area.y + row), line, area.width);
        }
    }

    /// Lines from the top of `area`, the first `offset` left out.
    pub(super) fn lines(&mut self, area: Rect, lines: &[Line<'_>], offset: u16) {
        let visible = lines.iter().skip(usize::from(offset));
        for (row, line) in (0..area.height).zip(visible) {
            self.line(area, row, line);
        }
    }

    /// Plain text at a place inside `area`.
    pub(super) fn text(&mut self, area: Rect, at: (u16, u16), text: &str, style: Style) {
        let (column, row) = at;
        let area = area.intersection(self.buffer.area);
        if column < area.width && row < area.height {
            let place = (area.x + column, area.y + row);
            put::text(self.buffer, place, text, area.width - column, style);
        }
    }

    /// Colours the whole of `area`.
    pub(super) fn fill(&mut self, area: Rect, style: Style) {
        self.buffer
            .set_style(area.intersection(self.buffer.area), style);
    }

    /// Empties `area`.
    pub(super) fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for position in area.positions() {
            self.buffer[position].reset();
        }
    }

    /// The rule above a panel with its title; gives the area below it.
    pub(super) fn panel(&mut self, area: Rect, desk: &Desk, panel: Panel, title: &str) -> Rect {
        let focused = desk.focus == panel;
        let (bar, rule, style) = if focused {
            ("━", self.palette.accent(), self.palette.accent())
        } else {
            ("─", self.palette.rule(), self.palette.dim())
        };
        let width = usize::from(area.width);
        self.text(area, (0, 0), &bar.repeat(width), rule);
        let mark = if focused { "▸ " } else { "" };
        let title = super::text::fit(&format!(" {mark}{title} "), width.saturating_sub(2));
        self.text(area, (1, 0), &title, style);
        below(area, 1)
    }

    /// A panel's text, scrolled as the desk says, with a mark where more lies above or below.
    pub(super) fn passage(&mut self, area: Rect, desk: &Desk, panel: Panel, passage: &Passage) {
        let rows = (passage.lines.len(), &passage.focus);
        self.rows(area, desk, panel, rows, |canvas, offset| {
            canvas.lines(area, &passage.lines, offset);
        });
    }

    /// The same of a text too long to be made whole: so many rows, some of them in focus, and what draws those from a
    /// row on.
    pub(super) fn rows(
        &mut self,
        area: Rect,
        desk: &Desk,
        panel: Panel,
        (total, focus): (usize, &std::ops::Range<usize>),
        draw: impl FnOnce(&mut Self, u16),
    ) {
        let total = u16::try_from(total).unwrap_or(u16::MAX);
        let limit = total.saturating_sub(area.height);
        let offset = match desk.scroll(panel) {
            Scroll::At(row) => row.min(limit),
            Scroll::Follow => follow(focus, area.height).min(limit),
        };
        draw(self, offset);
        self.more(area, offset > 0, offset < limit);
        let end = u16::try_from(focus.end).unwrap_or(u16::MAX);
        self.seen.panels.push(SeenPanel {
            panel,
            area,
            offset,
            limit,
            unread: end.saturating_sub(offset.saturating_add(area.height)),
        });
    }

    /// Marks at the right edge that there is more above, below.
    fn more(&mut self, area: Rect, above: bool, below: bool) {
        let Some(column) = area.width.checked_sub(1) else {
            return;
        };
        let style = self.palette.accent();
        if above {
            self.text(area, (column, 0), "↑", style);
        }
        if below {
            self.text(area, (column, area.height.saturating_sub(1)), "↓", style);
        }
    }
}

/// The first row to show so that the rows in focus are on a screen of `height`, with a little before them.
fn follow(focus: &std::ops::Range<usize>, height: u16) -> u16 {
    let height = usize::from(height);
    let row = if focus.end <= height {
        0
    } else {
        // Up to three rows of what comes after, as far as what comes first stays on the screen.
        (focus.end + 3).saturating_sub(height).min(focus.start)
    };
    u16::try_from(row).unwrap_or(u16::MAX)
}

/// `area` without its first `rows` rows.
pub(super) fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}
