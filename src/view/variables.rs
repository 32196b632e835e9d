//! The variables of the process that runs what is typed: what they hold, and what the pointers among them point to.

use super::canvas::{Canvas, below};
use super::overlay;
use super::text::{fit, wrap};
use super::theme::Palette;
use crate::app::explorer::Explorer;
use crate::app::explorer::value::{Row, rows};
use crate::app::scene::Scene;
use crate::app::take::Take;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// The left side has this many rows before some are given to the variables.
const TALL: u16 = 18;

/// Columns of the page at most.
const WIDEST: u16 = 100;

/// Rows that the variables take of a left side so high: a third at most.
pub(super) fn height(take: &Take, area: Rect) -> u16 {
    let Some(explorer) = take.explorer.as_ref().filter(|_| area.height >= TALL) else {
        return 0;
    };
    let count = explorer.names().len() as u16;
    if count == 0 {
        0
    } else {
        (count + 1).min(area.height / 3)
    }
}

/// Draws the latest of them below the lines that ran.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, take: &Take) {
    let Some(explorer) = take.explorer.as_deref().filter(|_| area.height > 0) else {
        return;
    };
    let width = usize::from(area.width);
    let palette = canvas.palette;
    canvas.text(area, (0, 0), &"─".repeat(width), palette.rule());
    let rows = found(take, explorer);
    let shown = usize::from(area.height) - 1;
    let title = title(take, explorer, rows.len() > shown);
    let title = fit(&title, width.saturating_sub(2));
    canvas.text(area, (1, 0), &title, palette.dim());
    let lines: Vec<Line<'_>> = rows
        .iter()
        .skip(rows.len().saturating_sub(shown))
        .map(|row| line(row, palette))
        .collect();
    canvas.lines(below(area, 1), &lines, 0);
}

fn title(take: &Take, explorer: &Explorer, has_more: bool) -> String {
    let when = if take.back().is_some() {
        ", as they are now"
    } else {
        ""
    };
    let key = if has_more { " (F7: all)" } else { "" };
    format!(" variables of {}{when}{key} ", explorer.actor())
}

/// All of them on a page of their own, scrolled by `offset` rows.
pub(super) fn page(canvas: &mut Canvas<'_>, area: Rect, take: &Take, offset: u16) {
    let Some(explorer) = take.explorer.as_deref() else {
        return;
    };
    let title = format!("variables of {}", explorer.actor());
    let palette = canvas.palette;
    let width = usize::from(area.width.min(WIDEST)) - 4;
    let rows = found(take, explorer);
    let mut lines: Vec<Line<'static>> = rows.iter().map(|row| line(row, palette)).collect();
    if lines.is_empty() {
        let text = "There is none yet: `char *p = …;` declares one.";
        lines = wrap(&[(text, palette.text())], width, 0);
    }
    lines.push(Line::default());
    let note = "They lie in the process\u{2019}s stack, which is always present: the process is asked, and it costs no \
                fault. No pointer is followed.";
    lines.extend(wrap(&[(note, palette.dim())], width, 0));
    let height = lines.len() as u16 + 2;
    let inner = overlay::frame(canvas, area, (WIDEST, height), &title);
    overlay::scrolled(canvas, inner, &lines, offset);
}

fn found(take: &Take, explorer: &Explorer) -> Vec<Row> {
    let held = explorer.variables.get(&explorer.actor());
    let found = held.zip(Scene::of(take));
    let mut found = found.map_or_else(Vec::new, |(held, scene)| {
        rows(&scene, explorer.actor(), held)
    });
    if take.back().is_some() {
        // The values are those of now; what they point to is not what stood there then.
        for row in &mut found {
            row.about.clear();
        }
    }
    found
}

/// `char *p = 0x1000000000  → page 0 of 16: absent`.
fn line(row: &Row, palette: Palette) -> Line<'static> {
    // As C has it: the length of an array stands behind its name.
    let (of, length) = match row.of.find('[') {
        Some(at) => row.of.split_at(at),
        None => (row.of.as_str(), ""),
    };
    let of = of.trim_end();
    let blank = if of.ends_with('*') { "" } else { " " };
    Line::from(vec![
        Span::styled(format!("{of}{blank}"), palette.dim()),
        Span::styled(row.name.clone(), palette.heading()),
        Span::styled(format!("{length} = "), palette.dim()),
        Span::styled(row.value.clone(), palette.code()),
        Span::styled(format!("  {}", row.about), palette.text()),
    ])
}
