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
    let inner = overlay::frame(canvas, area, (74, 43), "what the marks mean");
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
    let mut lines = vec![head(&snapshots, palette)];
    for state in PageState::ALL {
        lines.push(row(state, &snapshots, palette));
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
    for pair in strip::marks(palette).chunks(2) {
        let spans = pair.iter().flat_map(|(mark, style, words)| {
            let words = pad(&format!("   {words}"), COLUMN - 6);
            [
                Span::styled(format!(" {mark}"), *style),
                Span::styled(words, palette.text()),
            ]
        });
        lines.push(Line::from(spans.collect::<Vec<_>>()));
    }
    let text = "Underlined: typed by you. M: marked. Lit: the moment on the screen. ▶: now.";
    lines.extend(wrap(&[(text, palette.text())], width, 0));
    lines.push(Line::default());
    let text = "Pages are read from /proc/<pid>/pagemap while the process is parked, the page cache by cachestat(2).";
    lines.extend(wrap(&[(text, palette.dim())], width, 0));
    lines
}

/// Cells of the column that names the state.
const COLUMN: usize = 37;

fn head(snapshots: &[&Snapshot], palette: Palette) -> Line<'static> {
    let mut spans = vec![Span::raw(" ".repeat(COLUMN + 5))];
    for snapshot in snapshots {
        let name = format!("{:>8}", snapshot.process.to_string());
        spans.push(Span::styled(name, palette.dim()));
    }
    Line::from(spans)
}

fn row(state: PageState, snapshots: &[&Snapshot], palette: Palette) -> Line<'static> {
    let (mark, style) = palette.page(state, Freshness::Old);
    let words = state.words();
    let words = words.split(" (").next().unwrap_or(words);
    let mut spans = vec![
        Span::styled(format!(" {mark} "), style),
        Span::raw("  "),
        Span::styled(pad(words, COLUMN), palette.text()),
    ];
    for snapshot in snapshots {
        let count = count(snapshot, state);
        let style = if count == 0 {
            palette.dim()
        } else {
            palette.heading()
        };
        spans.push(Span::styled(format!("{count:>8}"), style));
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
