//! The ledger of claims: section by section what the article says, and the steps that show it.

use super::canvas::Canvas;
use super::overlay;
use super::text::{fit, wrap};
use super::theme::Palette;
use crate::app::App;
use crate::app::home::number;
use crate::app::ledger::{Row, Showing, rows};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Cells before the words of a claim: the mark and the id.
const LEAD: usize = 8;

/// Draws the ledger, the claim of index `chosen` opened.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, app: &App, chosen: usize) {
    let inner = overlay::frame(canvas, area, (110, 100), "what the article claims");
    let palette = canvas.palette;
    let width = usize::from(inner.width).saturating_sub(2);
    let rows = rows(&app.lessons, &app.progress);
    let mut lines = vec![head(&rows, palette)];
    let mut places = Vec::new();
    let mut section = None;
    for (index, row) in rows.iter().enumerate() {
        if section.replace(row.claim.section) != Some(row.claim.section) {
            lines.push(Line::default());
            let name = row.claim.section.name();
            lines.push(Line::from(Span::styled(name, palette.heading())));
        }
        let from = lines.len();
        lines.extend(claim(row, index == chosen, width, palette));
        if index == chosen {
            lines.extend(opened(app, row, width, palette));
        }
        places.push(from..lines.len());
    }
    let shown = places.get(chosen).cloned().unwrap_or(0..0);
    let offset = shown.end.saturating_sub(usize::from(inner.height));
    // A section's heading comes along with its first claim, the ledger's with the first of all.
    let offset = u16::try_from(offset).unwrap_or(u16::MAX);
    overlay::scrolled(canvas, inner, &lines, offset);
    for (index, place) in places.into_iter().enumerate() {
        let top = place.start.checked_sub(usize::from(offset));
        if let Some(row) = top.and_then(|top| u16::try_from(top).ok())
            && row < inner.height
        {
            let area = Rect {
                y: inner.y + row,
                height: 1,
                ..inner
            };
            canvas.seen.items.push((area, index));
        }
    }
}

/// How many are done, and what is not said here.
fn head(rows: &[Row], palette: Palette) -> Line<'static> {
    let done = rows.iter().filter(|row| row.is_done()).count();
    Line::from(vec![
        Span::styled(
            format!("{done} of {} seen by you", rows.len()),
            palette.good(),
        ),
        Span::styled(
            "   how each fares on this kernel: mmap-tutor verify",
            palette.dim(),
        ),
    ])
}

/// `▸ ✓ H1  mmap makes …`
fn claim(row: &Row, chosen: bool, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let mark = if chosen { "▸ " } else { "  " };
    let (done, style) = if row.is_done() {
        ("✓ ", palette.good())
    } else {
        ("  ", palette.dim())
    };
    let words = match (chosen, row.steps.is_empty()) {
        (true, _) => palette.chosen(),
        (false, true) => palette.dim(),
        (false, false) => palette.text(),
    };
    let id = format!("{:4}", row.claim.id);
    let spans = [
        (mark, palette.accent()),
        (done, style),
        (id.as_str(), palette.accent()),
        (row.claim.text.as_str(), words),
    ];
    wrap(&spans, width, LEAD)
}

/// What is under the chosen claim: the correction, and the steps.
fn opened(app: &App, row: &Row, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let lead = " ".repeat(LEAD);
    if let Some(correction) = &row.claim.correction {
        for (name, text) in [
            ("the article: ", &correction.article),
            ("what is so:  ", &correction.truth),
        ] {
            let spans = [
                (lead.as_str(), palette.text()),
                (name, palette.changed()),
                (text.as_str(), palette.text()),
            ];
            lines.extend(wrap(&spans, width, LEAD + name.len()));
        }
    }
    if row.steps.is_empty() {
        let text = format!("{lead}no lesson shows it");
        lines.push(Line::from(Span::styled(text, palette.dim())));
    }
    for &showing in &row.steps {
        lines.extend(step(app, showing, &lead, width, palette));
    }
    lines
}

/// `✓ 06 Copy-on-write after fork, step 2: Then there were two`
fn step(
    app: &App,
    showing: Showing,
    lead: &str,
    width: usize,
    palette: Palette,
) -> Option<Line<'static>> {
    let card = app.lessons.get(showing.lesson)?;
    let step = card.lesson().ok()?.steps.get(showing.step)?;
    let (mark, style) = if showing.done {
        ("✓ ", palette.good())
    } else {
        ("  ", palette.dim())
    };
    let text = format!(
        "{} {}, step {}: {}",
        number(&card.id),
        card.front.title,
        showing.step + 1,
        step.title
    );
    Some(Line::from(vec![
        Span::raw(lead.to_owned()),
        Span::styled(mark, style),
        Span::styled(fit(&text, width.saturating_sub(LEAD + 2)), palette.code()),
    ]))
}
