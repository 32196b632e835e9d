//! The address space to scale: a line for each cluster of VMAs, and between them, in words, how much of nothing there is.

use super::number::short;
use crate::app::watching::Watching;
use crate::app::watching::pane::Pane;
use crate::mem::Range;
use crate::view::canvas::Canvas;
use crate::view::theme::Palette;
use crate::watch::Survey;
use crate::watch::space::{Cluster, Kind, Strip};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use std::cmp::Reverse;
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

/// Cells of the address before a line.
const LABEL: u16 = 13;
/// Cells of what stands behind it.
const SCALE: u16 = 21;
/// The most clusters that are worth a line.
const MOST: usize = 6;

/// What the panel says about itself.
pub(super) fn detail(watch: &Watching) -> String {
    let Some(survey) = watch.survey() else {
        return String::new();
    };
    format!(
        "{} of {} mapped",
        short(survey.mapped()),
        short(watch.subject.space.length())
    )
}

/// Rows it can use: a line for each cluster and each hole, and the legend.
pub(super) fn most_lines(watch: &Watching, area: Rect) -> u16 {
    let count = watch
        .survey()
        .map_or(3, |survey| survey.own_clusters(MOST).len());
    (2 * count as u16).clamp(4, area.height / 4)
}

/// Draws the map.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let palette = canvas.palette;
    let Some(survey) = watch.survey().filter(|survey| survey.mapped() > 0) else {
        return canvas.text(area, (0, 0), "no VMA is known", palette.dim());
    };
    let most = usize::from(area.height.div_ceil(2)).clamp(1, MOST);
    let clusters = survey.own_clusters(most);
    let mut row = 0;
    let mut drawn = Kind::ALL.map(|kind| (kind, 0));
    for (index, cluster) in clusters.iter().enumerate() {
        if let Some(below) = index.checked_sub(1).and_then(|below| clusters.get(below)) {
            hole(canvas, area, row, (below, cluster));
            row += 1;
        }
        if let Some(strip) = strip(canvas, area, row, (watch, survey, *cluster)) {
            for spot in strip.spots.iter().flatten() {
                drawn[spot.kind as usize].1 += 1;
            }
        }
        row += 1;
    }
    if row < area.height {
        let line = legend(&mut drawn, usize::from(area.width), palette);
        canvas.line(area, area.height - 1, &line);
    }
}

/// `┊ 42.1 TiB of nothing`
fn hole(canvas: &mut Canvas<'_>, area: Rect, row: u16, (below, above): (&Cluster, &Cluster)) {
    let bytes = Range::new(below.range.end, above.range.start).length();
    let palette = canvas.palette;
    canvas.text(area, (LABEL, row), "┊", palette.rule());
    let text = format!("{} of nothing", about(bytes));
    canvas.text(area, (LABEL + 2, row), &text, palette.dim());
}

/// A size to three digits: what divides it is of no interest.
fn about(bytes: u64) -> String {
    let text = short(bytes);
    match text.chars().last() {
        Some(unit @ ('K' | 'M' | 'G' | 'T' | 'P' | 'E')) => {
            format!("{} {unit}iB", text.trim_end_matches(unit))
        }
        _ => format!("{text} bytes"),
    }
}

/// Draws a cluster; gives what was drawn.
fn strip(
    canvas: &mut Canvas<'_>,
    area: Rect,
    row: u16,
    (watch, survey, cluster): (&Watching, &Survey, Cluster),
) -> Option<Arc<Strip>> {
    let palette = canvas.palette;
    let width = area.width.saturating_sub(LABEL + SCALE);
    if row >= area.height || width == 0 {
        return None;
    }
    let start = cluster.range.start.0;
    canvas.text(area, (0, row), &format!("{start:>12x}"), palette.dim());
    let strip = survey.strip(cluster, watch.subject.page, u32::from(width));
    let chosen = watch
        .chosen()
        .and_then(|(_, line)| strip.cells_of(line.range));
    let focused = watch.bench.focus == Pane::Map;
    let spans = strip.spots.iter().enumerate().map(|(at, spot)| {
        let (mark, mut style) = match spot {
            Some(spot) => palette.kind(spot.kind),
            None => (" ", Style::new()),
        };
        if chosen.as_ref().is_some_and(|chosen| chosen.contains(&at)) {
            style = style.add_modifier(Modifier::REVERSED | Modifier::BOLD);
            if focused {
                style = palette.changed().add_modifier(Modifier::REVERSED);
            }
        }
        Span::styled(mark, style)
    });
    let line = Line::from(spans.collect::<Vec<_>>());
    let place = Rect {
        x: area.x + LABEL,
        y: area.y + row,
        width,
        height: 1,
    };
    canvas.line(place, 0, &line);
    let cells = Rect {
        width: (strip.spots.len() as u16).min(width),
        ..place
    };
    canvas.seen.watch.strips.push((cells, start, strip.cell));
    let scale = format!(
        "{}, a cell {}",
        short(cluster.range.length()),
        short(strip.cell)
    );
    let column = LABEL + (strip.spots.len() as u16).min(width) + 1;
    canvas.text(area, (column, row), &scale, palette.dim());
    Some(strip)
}

/// The marks that are drawn, those of most cells first; in short words where there is not room for all.
fn legend(drawn: &mut [(Kind, usize)], width: usize, palette: Palette) -> Line<'static> {
    drawn.sort_by_key(|(_, cells)| Reverse(*cells));
    let kinds = drawn.iter().filter(|(_, cells)| *cells > 0);
    let kinds: Vec<Kind> = kinds.map(|(kind, _)| *kind).collect();
    let long = |words: Words, gap: usize| {
        let widths = kinds.iter().map(|kind| 2 + words(*kind).width() + gap);
        widths.sum::<usize>().saturating_sub(gap)
    };
    let tries: [(Words, usize); 3] = [(Kind::words, 2), (brief, 2), (brief, 1)];
    let fits = tries
        .iter()
        .find(|(words, gap)| long(*words, *gap) <= width);
    let (words, gap) = *fits.unwrap_or(&tries[2]);
    let mut spans = Vec::new();
    let mut used = 0;
    for kind in kinds {
        let (mark, style) = palette.kind(kind);
        let words = words(kind);
        if used + 2 + words.width() > width {
            continue;
        }
        used += 2 + words.width() + gap;
        spans.push(Span::styled(mark, style));
        spans.push(Span::styled(
            format!(" {words}{}", " ".repeat(gap)),
            palette.dim(),
        ));
    }
    Line::from(spans)
}

/// What a kind is called.
type Words = fn(Kind) -> &'static str;

/// Fewer words for a kind.
fn brief(kind: Kind) -> &'static str {
    match kind {
        Kind::Anonymous => "anon",
        Kind::SharedMemory => "shared",
        Kind::Special => "kernel's",
        kind => kind.words(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Theme;

    #[test]
    fn the_legend_has_what_is_drawn_and_first_what_is_drawn_most() {
        let legend = |drawn: &[(Kind, usize)], width| {
            let mut drawn = drawn.to_vec();
            let line = legend(&mut drawn, width, Palette::of(Theme::Mono)).to_string();
            assert!(line.trim_end().width() <= width, "{line}");
            line
        };
        let drawn = [
            (Kind::Code, 3),
            (Kind::SharedMemory, 4),
            (Kind::Special, 0),
            (Kind::Forbidden, 20),
        ];
        let table = [
            (60, "╌ no access  ◇ shared memory  ▥ code"),
            (30, "╌ no access  ◇ shared  ▥ code"),
            (28, "╌ no access ◇ shared ▥ code"),
            (19, "╌ no access ▥ code"),
        ];
        for (width, wanted) in table {
            assert_eq!(legend(&drawn, width).trim_end(), wanted, "{width}");
        }
        // Beside 120 cells all have room.
        let all = legend(&Kind::ALL.map(|kind| (kind, 1)), 68);
        for kind in Kind::ALL {
            assert!(all.contains(brief(kind)), "{all}");
        }
    }
}
