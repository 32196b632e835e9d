//! Where RSS goes: one bar to scale, and what its pieces are.

use super::number::{short, short_change};
use crate::app::watching::Watching;
use crate::view::canvas::{Canvas, below};
use crate::view::text::{fit, pad, wrap};
use crate::view::theme::Palette;
use crate::watch::piece::shares;
use crate::watch::words::share;
use crate::watch::{Division, Piece};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Rows of the bar.
const BAR: u16 = 2;

/// What the panel says about itself.
pub(super) fn detail(watch: &Watching) -> String {
    let Some(division) = watch.division() else {
        return String::new();
    };
    let rss = short(division.rss);
    if watch.areas().is_none() {
        return format!("{rss}, by status");
    }
    match watch.age_of_sizes() {
        _ if watch.fate.is_some() => format!("{rss}, before it ended"),
        _ if watch.outgrown(division.rss) => format!("{rss}, changed since"),
        Some(age) => format!("{rss}, read {age}"),
        // As long as it does nothing, its own pages are as they were.
        None => rss,
    }
}

/// Rows it wants.
pub(super) fn height(watch: &Watching) -> u16 {
    let rows = rows(watch).len() as u16;
    BAR + rows.max(3) + u16::from(huge(watch).is_some())
}

/// Draws the bar and its legend.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let palette = canvas.palette;
    let Some(division) = watch.division() else {
        let text = unknown(watch);
        let lines = wrap(&[(&text, palette.dim())], usize::from(area.width), 0);
        return canvas.lines(area, &lines, 0);
    };
    let rows = rows(watch);
    let bar = bar(&rows, usize::from(area.width), palette);
    for row in 0..BAR {
        canvas.line(area, row, &bar);
    }
    let legend = below(area, BAR);
    let most = usize::from(legend.height);
    for (index, (piece, bytes)) in rows.iter().take(most).enumerate() {
        let line = line(watch, division, (*piece, *bytes), (area.width, palette));
        canvas.line(legend, index as u16, &line);
    }
    if let Some(text) = huge(watch) {
        let text = fit(&text, usize::from(area.width));
        canvas.text(legend, (2, rows.len() as u16), &text, palette.dim());
    }
}

/// Why nothing can be said.
fn unknown(watch: &Watching) -> String {
    if watch.subject.is_kernel {
        return "A thread of the kernel has no memory of its own: it works in the kernel's."
            .to_owned();
    }
    match watch.facts.refused.as_deref() {
        Some(why) => format!("? {why}"),
        None => watch.unread().to_owned(),
    }
}

/// The pieces that are there, largest RSS first as the bar has them, then what stands beside RSS.
fn rows(watch: &Watching) -> Vec<(Piece, u64)> {
    let pieces = Piece::ALL.into_iter();
    pieces
        .filter_map(|piece| Some((piece, piece.of(&watch.facts)?)))
        .filter(|(piece, bytes)| *bytes > 0 || *piece == Piece::Anonymous)
        .collect()
}

/// The bar: each piece as long as it is large; what is beside RSS behind a line.
fn bar(rows: &[(Piece, u64)], width: usize, palette: Palette) -> Line<'static> {
    let beside = rows.iter().any(|(piece, _)| !piece.is_in_rss());
    let numbers: Vec<u64> = rows.iter().map(|(_, bytes)| *bytes).collect();
    let cells = shares(&numbers, width.saturating_sub(usize::from(beside)));
    let mut spans = Vec::new();
    let mut is_inside = true;
    for ((piece, _), cells) in rows.iter().zip(cells) {
        if is_inside && !piece.is_in_rss() {
            is_inside = false;
            spans.push(Span::styled("┊", palette.dim()));
        }
        let (mark, style) = palette.piece(*piece);
        spans.push(Span::styled(mark.repeat(cells), style));
    }
    Line::from(spans)
}

/// `■ anonymous        12.1M  92 %  +4K  pages that …`
fn line(
    watch: &Watching,
    division: &Division,
    (piece, bytes): (Piece, u64),
    (width, palette): (u16, Palette),
) -> Line<'static> {
    let (mark, style) = palette.piece(piece);
    let share = if piece.is_in_rss() {
        format!("{:>6}", share(bytes, division.rss))
    } else {
        "beside".to_owned()
    };
    let by = watch.mark.by(|division| piece.of_division(division));
    let by = short_change(by.unwrap_or(0));
    let used = 1 + 1 + 19 + 7 + 7 + 8;
    let meaning = usize::from(width).saturating_sub(used + 2);
    let mut spans = vec![
        Span::styled(mark, style),
        Span::styled(format!(" {}", pad(piece.words(), 19)), palette.text()),
        Span::styled(format!("{:>7}", short(bytes)), palette.heading()),
        Span::styled(format!(" {share}"), palette.dim()),
        Span::styled(format!("{by:>8}"), palette.changed()),
    ];
    if meaning >= piece.meaning().len() {
        spans.push(Span::styled(
            format!("  {}", piece.meaning()),
            palette.dim(),
        ));
    }
    Line::from(spans)
}

/// What else is known of the pages of RSS.
fn huge(watch: &Watching) -> Option<String> {
    let facts = &watch.facts;
    let huge = facts.anonymous_huge.zip(facts.mapped_huge);
    let huge = huge.map(|(anonymous, mapped)| anonymous + mapped);
    let huge = huge.or(facts.anonymous_huge).filter(|bytes| *bytes > 0);
    let locked = facts.locked.filter(|bytes| *bytes > 0);
    let told: Vec<String> = [
        huge.map(|bytes| format!("{} in huge pages", short(bytes))),
        locked.map(|bytes| format!("{} locked", short(bytes))),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!told.is_empty()).then(|| format!("of it {}", told.join(", ")))
}
