//! Counters with their rates, drawn over time.

use super::number::{rate, short, short_change};
use crate::app::watching::Watching;
use crate::app::watching::history::{History, MOST, Series, Value};
use crate::view::canvas::{Canvas, below};
use crate::view::text::pad;
use crate::view::theme::Palette;
use crate::watch::sample::Counters;
use crate::watch::words::grouped;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The rows: a name, what is drawn over time.
const ROWS: [(&str, Series); 4] = [
    ("minor faults", Series::Minor),
    ("major faults", Series::Major),
    ("CPU", Series::Cpu),
    ("RSS", Series::Rss),
];
/// Cells of the name and of the number now.
const COLUMNS: (usize, usize) = (13, 8);
/// Bars from which on it is worth saying what one is.
const SPAN: usize = 5;
/// Marks of growing height.
const HEIGHTS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Draws the counters.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let palette = canvas.palette;
    let width = usize::from(area.width);
    canvas.text(area, (0, 0), &"─".repeat(width), palette.rule());
    let totals = ROWS.map(|(_, series)| total(watch, series));
    let sum = totals.iter().map(String::len).max().unwrap_or(0);
    let room = width
        .saturating_sub(COLUMNS.0 + COLUMNS.1 + sum + 2)
        .min(MOST);
    let title = if room < SPAN {
        " counters "
    } else {
        " counters, a bar a second "
    };
    canvas.text(area, (1, 0), title, palette.dim());
    let right = if watch.mark.is_set() {
        " since the mark "
    } else {
        " since it began "
    };
    if width > title.len() + right.len() + 2 {
        let column = area.width - right.len() as u16 - 1;
        canvas.text(area, (column, 0), right, palette.dim());
    }
    for (index, ((name, series), total)) in ROWS.into_iter().zip(totals).enumerate() {
        let mut line = row(watch, (name, series), room, palette);
        let style = if watch.mark.is_set() && !total.is_empty() {
            palette.changed()
        } else {
            palette.text()
        };
        let total = Span::styled(format!("{total:>sum$}"), style);
        let gap = width.saturating_sub(line.width() + total.width());
        line.push_span(" ".repeat(gap));
        line.push_span(total);
        canvas.line(below(area, 1), index as u16, &line);
    }
}

/// A name, the number now, and so many cells of it over time.
fn row(
    watch: &Watching,
    (name, series): (&str, Series),
    room: usize,
    palette: Palette,
) -> Line<'static> {
    let (label, value) = COLUMNS;
    let history = &watch.history;
    let style = style(series, palette);
    let mut spans = vec![Span::styled(pad(name, label), palette.dim())];
    match history.last(series) {
        Some(now) => {
            let shown = format!("{:>value$}", shown(series, now));
            let style = if now > 0.0 { style } else { palette.dim() };
            spans.push(Span::styled(shown, style));
        }
        None if series == Series::Rss && history.now().is_some() => {
            let rss = history.now().map_or(0, |counters| counters.rss);
            spans.push(Span::styled(format!("{:>value$}", short(rss)), style));
        }
        None if watch.uncounted.is_some() => {
            spans.push(Span::styled(format!("{:>value$}", "?"), palette.unknown()));
        }
        None => spans.push(Span::styled(format!("{:>value$}", "…"), palette.dim())),
    }
    spans.push(Span::raw(" "));
    spans.extend(spark(history, series, room, (style, palette)));
    Line::from(spans)
}

fn style(series: Series, palette: Palette) -> Style {
    match series {
        Series::Minor => palette.accent(),
        Series::Major => palette.bad(),
        Series::Cpu => palette.code(),
        Series::Rss => palette.good(),
    }
}

fn shown(series: Series, value: f64) -> String {
    match series {
        Series::Minor | Series::Major => rate(value),
        Series::Cpu => format!("{value:.0} %"),
        Series::Rss => short(value as u64),
    }
}

/// The sum since it began, or since the mark.
fn total(watch: &Watching, series: Series) -> String {
    let Some(now) = watch.history.latest() else {
        return String::new();
    };
    let past = watch.mark.past().filter(|_| watch.mark.is_set());
    if let Some(was) = past.and_then(|past| past.counters) {
        let count = |of: fn(&Counters) -> u64| of(now).saturating_sub(of(&was));
        return match series {
            Series::Minor => plus(count(|counters| counters.faults.minor)),
            Series::Major => plus(count(|counters| counters.faults.major)),
            Series::Cpu => format!("+{} s", seconds(count(|counters| counters.cpu))),
            Series::Rss => short_change(now.rss.cast_signed() - was.rss.cast_signed()),
        };
    }
    match series {
        Series::Minor => grouped(now.faults.minor),
        Series::Major => grouped(now.faults.major),
        Series::Cpu => format!("{} s", seconds(now.cpu)),
        Series::Rss => match watch
            .status
            .as_ref()
            .and_then(|status| status.known()?.peak)
        {
            // status is read more seldom than RSS: a peak below it is older than it.
            Some(peak) => format!("peak {}", short(peak.max(now.rss))),
            None => String::new(),
        },
    }
}

fn plus(count: u64) -> String {
    if count == 0 {
        "+0".to_owned()
    } else {
        format!("+{}", grouped(count))
    }
}

/// Clock ticks as seconds, of which there are 100 in each.
fn seconds(ticks: u64) -> String {
    if ticks < 1000 {
        format!("{:.1}", ticks as f64 / 100.0)
    } else {
        grouped(ticks / 100)
    }
}

/// The values of the last cells of time, the latest at the right; unknown ones as `?`.
fn spark(
    history: &History,
    series: Series,
    width: usize,
    (style, palette): (Style, Palette),
) -> Vec<Span<'static>> {
    let values: Vec<Value> = (0..width)
        .rev()
        .map(|back| history.value(series, back))
        .collect();
    let most = values.iter().fold(0.0_f64, |most, value| match value {
        Value::Known(value) => most.max(*value),
        Value::Before | Value::Unknown => most,
    });
    values
        .iter()
        .map(|value| match value {
            Value::Before => Span::raw(" "),
            Value::Unknown => Span::styled("?", palette.unknown()),
            Value::Known(0.0) => Span::styled("▁", palette.rule()),
            Value::Known(value) => {
                let level = (value / most * HEIGHTS.len() as f64).ceil() as usize;
                Span::styled(HEIGHTS[level.clamp(1, HEIGHTS.len()) - 1], style)
            }
        })
        .collect()
}
