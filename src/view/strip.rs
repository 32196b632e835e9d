//! The strip of moments: a cell a line, with a mark and a colour for what the line was, steps set apart, the moment on
//! the screen lit, the marked one lettered, now at the end.
//!
//! ```text
//! ○·▪│Y◆▪▪│✗▪▶  line 5 of 8 · step 2 · child: p[3] = 'B'; · 1 minor fault (copy-on-write)
//! ```

use super::canvas::Canvas;
use super::text::fit;
use super::theme::Palette;
use crate::app::panel::{Hand, SeenStrip};
use crate::app::strip::{Cell, cells, kind, steps, words};
use crate::app::take::Take;
use crate::session::timeline::{Kind, Line};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use std::ops::Range;

/// Cells that the words of a moment are worth; the strip itself takes half the row where there is less.
const WORDS: u16 = 60;
/// Cells between the strip and its words.
const GAP: u16 = 2;

/// Draws the strip in a row of its own, with what is to be said of the moment it points at.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, take: &Take) {
    let most = area.width.saturating_sub(WORDS).max(area.width / 2);
    let room = Rect {
        x: area.x + 1,
        width: most.saturating_sub(1),
        height: 1,
        ..area
    };
    let wide = Wide::of(take, room.width, 3);
    let used = row(canvas, room, take, &wide);
    let left = 1 + used + GAP;
    let width = usize::from(area.width.saturating_sub(left + 1));
    let text = fit(&pointed_at(take), width);
    let style = match (&take.desk.hand, take.back()) {
        (Hand::Over(_), _) => canvas.palette.text(),
        (_, Some(_)) => canvas.palette.changed(),
        (_, None) => canvas.palette.dim(),
    };
    canvas.text(area, (left, 0), &text, style);
}

/// Draws the strip over the right part of a rule, where there is no row for it; what the mouse points at is said in the
/// row above.
pub(super) fn over_rule(canvas: &mut Canvas<'_>, rule: Rect, take: &Take, from: u16) {
    if take.lines_run() == 0 {
        return;
    }
    let room = rule.width.saturating_sub(from + 2);
    let wide = Wide::of(take, room, 2);
    let wanted = wide.width();
    let strip = Rect {
        x: rule.x + rule.width.saturating_sub(wanted + 1),
        width: wanted.min(room),
        height: 1,
        ..rule
    };
    row(canvas, strip, take, &wide);
    if let (Hand::Over(_), Some(above)) = (&take.desk.hand, rule.y.checked_sub(1)) {
        let tip = Rect { y: above, ..rule };
        canvas.clear(tip);
        let text = format!(" {}", pointed_at(take));
        let style = canvas.palette.chosen();
        canvas.fill(tip, style);
        canvas.text(tip, (0, 0), &fit(&text, usize::from(tip.width)), style);
    }
}

/// What is said of the cell under the mouse, or of the moment on the screen.
fn pointed_at(take: &Take) -> String {
    match &take.desk.hand {
        Hand::Over(Cell::Moments(range)) if range.len() > 1 => {
            let (first, last) = (range.start, range.end - 1);
            format!("lines {first} to {last} of {}", take.lines_run())
        }
        Hand::Over(cell) => words(take, cell.target()),
        Hand::Away | Hand::Scrubbing => words(take, take.shown()),
    }
}

/// The cells of a strip, and how many columns each of them takes: few lines are drawn wide, to be met by the mouse.
struct Wide {
    cells: Vec<Cell>,
    columns: usize,
}

impl Wide {
    /// The cells of a strip that is so wide at most, the mark of now included; each takes as many columns as fit into a
    /// third of that, `most` at most.
    fn of(take: &Take, width: u16, most: usize) -> Self {
        let width = usize::from(width.saturating_sub(1));
        let cells = cells(&steps(take.timeline.lines()), width);
        let fitting = (width / 3).max(24).min(width) / cells.len().max(1);
        Self {
            columns: fitting.clamp(1, most),
            cells,
        }
    }

    /// Columns of all of them, and of the mark of now.
    fn width(&self) -> u16 {
        let widths = self.cells.iter().map(|cell| self.columns_of(cell));
        widths.sum::<usize>() as u16 + 1
    }

    fn columns_of(&self, cell: &Cell) -> usize {
        match cell {
            Cell::Moments(_) => self.columns,
            Cell::Edge(_) => 1,
        }
    }

    /// A mark in the middle of its cell.
    fn padded(&self, glyph: &str) -> String {
        match self.columns {
            1 => glyph.to_owned(),
            2 => format!("{glyph} "),
            _ => format!(" {glyph} "),
        }
    }
}

/// Draws the cells, and the mark of now behind them; how many columns that are.
fn row(canvas: &mut Canvas<'_>, room: Rect, take: &Take, wide: &Wide) -> u16 {
    let lines = take.timeline.lines();
    let palette = canvas.palette;
    let mut by_column: Vec<Cell> = Vec::new();
    for cell in &wide.cells {
        let at = (by_column.len() as u16, 0);
        let (glyph, style) = face(take, lines, cell, palette);
        let text = match cell {
            Cell::Moments(_) => wide.padded(glyph),
            Cell::Edge(_) => glyph.to_owned(),
        };
        canvas.text(room, at, &text, style);
        by_column.extend(std::iter::repeat_n(cell.clone(), wide.columns_of(cell)));
    }
    let style = match take.back() {
        Some(_) => palette.dim(),
        None => palette.good(),
    };
    let end = by_column.len() as u16;
    canvas.text(room, (end, 0), "▶", style);
    let now = take.lines_run();
    by_column.push(Cell::Moments(now..now + 1));
    canvas.seen.strip = Some(SeenStrip {
        area: Rect {
            width: end + 1,
            ..room
        },
        cells: by_column,
    });
    end + 1
}

/// The mark of a cell, and how it looks.
fn face(take: &Take, lines: &[Line], cell: &Cell, palette: Palette) -> (&'static str, Style) {
    let Cell::Moments(range) = cell else {
        return ("│", palette.rule());
    };
    let (glyph, mut style) = match kind(lines, range) {
        Some(kind) => palette.moment(kind),
        None => ("○", palette.dim()),
    };
    if !take.lesson.is_lab() && is_typed(lines, range) {
        style = style.add_modifier(Modifier::UNDERLINED);
    }
    let mark = take.mark().map(|mark| mark.index);
    let is_marked = mark.is_some_and(|mark| cell.holds(mark));
    let glyph = if is_marked { "M" } else { glyph };
    if cell.holds(take.shown()) {
        let lit = match take.back() {
            Some(_) => palette.banner(),
            None => style.add_modifier(Modifier::REVERSED | Modifier::BOLD),
        };
        return (glyph, lit);
    }
    if is_marked {
        return (glyph, palette.accent().add_modifier(Modifier::REVERSED));
    }
    if let Some((mark, comparison)) = take.comparison() {
        let (here, there) = (comparison.shown, mark.index);
        if (here.min(there)..here.max(there)).contains(&cell.target()) {
            style = style.patch(palette.between());
        }
    }
    if matches!(&take.desk.hand, Hand::Over(under) if under == cell) {
        style = style.patch(palette.chosen());
    }
    (glyph, style)
}

/// Whether the learner typed one of the lines of these moments.
fn is_typed(lines: &[Line], moments: &Range<usize>) -> bool {
    let from = moments.start.saturating_sub(1);
    let lines = lines.get(from..moments.end.saturating_sub(1));
    lines.is_some_and(|lines| lines.iter().any(Line::is_typed))
}

/// Every mark, with what it means: for the legend.
pub(super) fn marks(palette: Palette) -> Vec<(&'static str, Style, &'static str)> {
    let kinds = Kind::ALL.iter().map(|kind| {
        let (glyph, style) = palette.moment(*kind);
        (glyph, style, kind.words())
    });
    kinds.collect()
}
