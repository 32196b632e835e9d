//! The address space to scale: a line for each cluster of VMAs, and between them, in words, how much of nothing there is.

use super::number::short;
use crate::app::watching::Watching;
use crate::app::watching::pane::Pane;
use crate::mem::Range;
use crate::view::canvas::Canvas;
use crate::view::text::fit;
use crate::view::theme::Palette;
use crate::watch::Survey;
use crate::watch::space::Cluster;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

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
        "{} of {} mapped, each line to its own scale",
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
    for (index, cluster) in clusters.iter().enumerate() {
        if let Some(below) = index.checked_sub(1).and_then(|below| clusters.get(below)) {
            hole(canvas, area, row, (below, cluster));
            row += 1;
        }
        strip(canvas, area, row, (watch, survey, *cluster));
        row += 1;
    }
    if row < area.height {
        let line = legend(survey, palette, usize::from(area.width));
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

fn strip(
    canvas: &mut Canvas<'_>,
    area: Rect,
    row: u16,
    (watch, survey, cluster): (&Watching, &Survey, Cluster),
) {
    let palette = canvas.palette;
    let width = area.width.saturating_sub(LABEL + SCALE);
    if row >= area.height || width == 0 {
        return;
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
}

/// The marks of the kinds that are there.
fn legend(survey: &Survey, palette: Palette, width: usize) -> Line<'static> {
    let mut spans = Vec::new();
    let mut used = 0;
    for kind in survey.kinds() {
        let (mark, style) = palette.kind(*kind);
        let words = fit(&format!(" {}  ", kind.words()), width);
        used += words.chars().count() + 1;
        if used > width {
            break;
        }
        spans.push(Span::styled(mark, style));
        spans.push(Span::styled(words, palette.dim()));
    }
    Line::from(spans)
}
