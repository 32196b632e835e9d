//! The legend: what each mark means, and how many such pages each process has now.

use super::canvas::Canvas;
use super::text::{pad, wrap};
use super::theme::Palette;
use super::{overlay, strip};
use crate::app::scene::{Freshness, Scene};
use crate::app::take::Take;
use crate::mem::PageState;
use crate::observe::{CacheState, Snapshot};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the legend, scrolled by `offset` rows.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, take: &Take, offset: u16) {
    let processes = Scene::of(take).map_or(0, |scene| scene.now.len());
    let wide = (HEAD + NUMBER * processes + FRAME).max(74) as u16;
    let inner = overlay::frame(canvas, area, (wide, 43), "what the marks mean");
    let lines = lines(take, usize::from(inner.width), canvas.palette);
    overlay::scrolled(canvas, inner, &lines, offset);
}

fn lines(take: &Take, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let scene = Scene::of(take);
    let snapshots: Vec<&Snapshot> = scene
        .iter()
        .flat_map(|scene| scene.now)
        .map(AsRef::as_ref)
        .collect();
    let columns = columns(&snapshots, width);
    let mut lines = vec![head(&columns, palette)];
    for state in PageState::ALL {
        lines.push(row(state, &columns, palette));
    }
    lines.push(Line::default());
    let text = "Under each page of a file, in the rows marked c: what the page cache has of it.";
    lines.extend(wrap(&[(text, palette.text())], width, 0));
    for state in CacheState::ALL {
        let (mark, style) = palette.cache(state, Freshness::Old);
        lines.push(Line::from(vec![
            Span::styled(format!(" {mark} "), style),
            Span::styled(format!("  {}", state.words()), palette.text()),
        ]));
    }
    let (mark, style) = palette.page(PageState::Private, Freshness::Now);
    lines.push(Line::default());
    lines.push(Line::from(vec![
        Span::styled(format!(" {mark} "), style),
        Span::styled("  changed by the last line", palette.text()),
    ]));
    let text = "▁▂▃▄▅▆▇  several pages in one cell: the higher, the more of them are present.";
    lines.extend(wrap(&[(text, palette.text())], width, 9));
    lines.push(Line::default());
    let text = "On the strip of moments, a mark a line that ran:";
    lines.extend(wrap(&[(text, palette.text())], width, 0));
    lines.extend(kinds(palette));
    let text = "Underlined: typed by you. M: marked. Lit: the moment on the screen. ▶: now.";
    lines.extend(wrap(&[(text, palette.text())], width, 0));
    lines.push(Line::default());
    let text = "Pages are read from /proc/<pid>/pagemap while the process is parked, the page cache by cachestat(2).";
    lines.extend(wrap(&[(text, palette.dim())], width, 0));
    lines
}

/// The marks of the strip, two in a row where both have room.
fn kinds(palette: Palette) -> Vec<Line<'static>> {
    const HALF: usize = COLUMN - 6;
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut has_room = false;
    for (mark, style, words) in strip::marks(palette) {
        let words = format!("   {words}");
        let is_short = words.chars().count() < HALF;
        let spans = [
            Span::styled(format!(" {mark}"), style),
            Span::styled(pad(&words, HALF), palette.text()),
        ];
        match lines.last_mut().filter(|_| has_room && is_short) {
            Some(line) => line.spans.extend(spans),
            None => lines.push(Line::from(spans.to_vec())),
        }
        has_room = !has_room && is_short;
    }
    lines
}

/// Cells of the column that names the state.
const COLUMN: usize = 37;
/// Cells before the numbers, of a number, and of the frame.
const HEAD: usize = COLUMN + 5;
const NUMBER: usize = 9;
const FRAME: usize = 4;

/// The processes with a column each; those that there is no room for share the last.
fn columns<'a>(snapshots: &[&'a Snapshot], width: usize) -> Vec<(String, Vec<&'a Snapshot>)> {
    let room = (width.saturating_sub(HEAD) / NUMBER).max(1);
    let own = if snapshots.len() > room {
        room - 1
    } else {
        snapshots.len()
    };
    let (own, others) = snapshots.split_at(own);
    let mut columns: Vec<_> = own
        .iter()
        .map(|snapshot| (snapshot.process.to_string(), vec![*snapshot]))
        .collect();
    if !others.is_empty() {
        columns.push((format!("{} more", others.len()), others.to_vec()));
    }
    columns
}

fn head(columns: &[(String, Vec<&Snapshot>)], palette: Palette) -> Line<'static> {
    let mut spans = vec![Span::raw(" ".repeat(HEAD))];
    for (name, _) in columns {
        let name = format!("{name:>NUMBER$}");
        spans.push(Span::styled(name, palette.dim()));
    }
    Line::from(spans)
}

fn row(state: PageState, columns: &[(String, Vec<&Snapshot>)], palette: Palette) -> Line<'static> {
    let (mark, style) = palette.page(state, Freshness::Old);
    let words = state.words();
    let words = words.split(" (").next().unwrap_or(words);
    let mut spans = vec![
        Span::styled(format!(" {mark} "), style),
        Span::raw("  "),
        Span::styled(pad(words, COLUMN), palette.text()),
    ];
    for (_, snapshots) in columns {
        let count: usize = snapshots.iter().map(|one| count(one, state)).sum();
        let style = if count == 0 {
            palette.dim()
        } else {
            palette.heading()
        };
        spans.push(Span::styled(format!("{count:>NUMBER$}"), style));
    }
    Line::from(spans)
}

/// Pages of the lesson's mappings in this state.
fn count(snapshot: &Snapshot, state: PageState) -> usize {
    let pages = snapshot
        .lesson_mappings()
        .filter_map(|mapping| mapping.pages.known());
    pages
        .flat_map(|pages| &pages.states)
        .filter(|other| **other == state)
        .count()
}
