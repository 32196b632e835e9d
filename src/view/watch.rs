//! The screen of the watch: who, counters, where RSS goes and what that means on the left; VMAs, the address space and
//! the pages on the right.
//!
//! ```text
//! 4242 python3 train.py                       sleeping · 3 threads · watched since 14:03:22
//! ─ counters, last 24 s ────────┬─ 3 VMAs: 213 of 213, by rss ───────────────────────────
//! minor faults  1.2k/s ▁▂▅█▇▃▁  │ 7f3a1c000000 rw-p  64M ▅ 40M 40M 40M  0 ■
//! ─ 2 where RSS goes ───────────├─ 4 map ────────────────────────────────────────────────
//! ■■■■■■■■■■■■■▦▦▦▦▦▤▤          │ 55d08a3c1000 ▥▤▲▲▲▲▲               2.1M, a cell 32K
//! ─ 1 in plain words ───────────│              ┊ 42 TiB of nothing
//! ▸ 92 % of this RSS is …       ├─ 5 pages of [heap] ────────────────────────────────────
//! ```
//!
//! Where there is less room, panels share a place and show their names as tabs; what has the keys is shown.

mod counters;
mod events;
mod family;
mod grid;
mod header;
pub(super) mod inspect;
pub(super) mod legend;
mod list;
mod map;
mod number;
mod output;
mod rss;
mod slot;
mod words;

use super::canvas::Canvas;
use super::footer;
use crate::app::App;
use crate::app::watching::Watching;
use crate::app::watching::pane::Pane;
use ratatui::layout::{Constraint, Layout, Rect};

/// Where the numbers come from.
pub(super) const SOURCES: &[(&str, &str)] = &[
    (
        "minor, major faults",
        "fields 10 and 12 of /proc/<pid>/stat: the whole process since it began; a rate is the difference of two looks",
    ),
    (
        "CPU",
        "fields 14 and 15 of /proc/<pid>/stat: user and system time, in hundredths of a second",
    ),
    (
        "RSS",
        "the second number of /proc/<pid>/statm; it may lag by some pages a thread",
    ),
    (
        "where RSS goes",
        "/proc/<pid>/smaps, added up; without the right to read it, RssAnon, RssFile and RssShmem of status",
    ),
    ("VMAs", "/proc/<pid>/maps; their sizes /proc/<pid>/smaps"),
    (
        "a cell's mark",
        "the bits of /proc/<pid>/pagemap, and the PAGEMAP_SCAN ioctl where the kernel has it",
    ),
    (
        "processes",
        "field 4 (the parent) of every /proc/<pid>/stat, asked again and again: one that lives shortly is missed",
    ),
    ("faults", "perf_event_open(2), where this user may"),
];

/// From these columns and rows on, every panel has a place of its own.
const WIDE: (u16, u16) = (150, 44);
/// From these on, there is a left and a right side.
const HALF: (u16, u16) = (100, 28);
/// From this many rows on, the map stands on the left, and leaves the right to the lists.
const TALL: u16 = 52;
/// Rows of the counters with their title.
const COUNTERS: u16 = 5;
/// Rows that words have beside where RSS goes, at least.
const WORDS: u16 = 8;
/// Rows of two panels that can do with half of them.
const TWO: u16 = 14;

/// Draws the screen of the watch.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, app: &App, watch: &Watching) {
    let told = header::height(watch, area.width);
    let rows = [
        Constraint::Length(told),
        Constraint::Fill(1),
        Constraint::Length(1),
    ];
    let [top, body, bottom] = Layout::vertical(rows).areas(area);
    header::draw(canvas, top, watch);
    let size = (area.width, area.height);
    let has = |least: (u16, u16)| size.0 >= least.0 && size.1 >= least.1;
    if watch.bench.zoomed {
        slot::draw(canvas, body, watch, &[watch.bench.focus]);
    } else if has(WIDE) {
        wide(canvas, body, watch);
    } else if has(HALF) {
        half(canvas, body, watch);
    } else {
        small(canvas, body, watch);
    }
    footer::draw(canvas, bottom, app);
}

/// Everything side by side.
fn wide(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let (left, right) = columns(canvas, area);
    let is_tall = area.height >= TALL;
    let words = words::height(watch, left.width) + 1;
    let kin = watch.family.as_ref().map_or(1, Vec::len) as u16;
    let map_rows = map::most_lines(watch, right);
    let map_left = if is_tall { map_rows.min(9) + 1 } else { 0 };
    let most_words = area.height * 2 / if is_tall { 6 } else { 5 };
    let rows = [
        Constraint::Length(COUNTERS),
        Constraint::Length(rss::height(watch) + 1),
        Constraint::Length(words.clamp(WORDS, most_words)),
        Constraint::Length(map_left),
        Constraint::Length((kin + 3).clamp(6, area.height / 5)),
        Constraint::Fill(1),
    ];
    let [counts, rss, words, map, family, lower] = Layout::vertical(rows).areas(left);
    counters::draw(canvas, counts, watch);
    slot::draw(canvas, rss, watch, &[Pane::Rss]);
    slot::draw(canvas, words, watch, &[Pane::Words]);
    slot::draw(canvas, map, watch, &[Pane::Map]);
    slot::draw(canvas, family, watch, &[Pane::Family]);
    happenings(canvas, lower, watch);
    if is_tall {
        let rows = [Constraint::Fill(4), Constraint::Fill(3)];
        let [vmas, pages] = Layout::vertical(rows).areas(right);
        slot::draw(canvas, vmas, watch, &[Pane::Vmas]);
        slot::draw(canvas, pages, watch, &[Pane::Pages]);
    } else {
        three(canvas, right, watch, map_rows);
    }
}

/// Faults and, where there is one, the output of the command, which share a place where it is small.
fn happenings(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    if watch.output.is_none() {
        return slot::draw(canvas, area, watch, &[Pane::Events]);
    }
    if area.height < TWO {
        return slot::draw(canvas, area, watch, &[Pane::Events, Pane::Output]);
    }
    let halves = [Constraint::Fill(1), Constraint::Fill(1)];
    let [events, output] = Layout::vertical(halves).areas(area);
    slot::draw(canvas, events, watch, &[Pane::Events]);
    slot::draw(canvas, output, watch, &[Pane::Output]);
}

/// The left side shares a place below the counters.
fn half(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let (left, right) = columns(canvas, area);
    let rows = [
        Constraint::Length(COUNTERS),
        Constraint::Length((rss::height(watch) + 1).min(area.height - COUNTERS - WORDS)),
        Constraint::Fill(1),
    ];
    let [counts, rss, shared] = Layout::vertical(rows).areas(left);
    counters::draw(canvas, counts, watch);
    slot::draw(canvas, rss, watch, &[Pane::Rss]);
    let mut panes = vec![Pane::Words, Pane::Family, Pane::Events];
    panes.extend(watch.output.as_ref().map(|_| Pane::Output));
    slot::draw(canvas, shared, watch, &panes);
    three(canvas, right, watch, map::most_lines(watch, right).min(6));
}

/// The VMAs, the map and the pages, one below the other.
fn three(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching, map_rows: u16) {
    let rows = [
        Constraint::Fill(5),
        Constraint::Length(map_rows + 1),
        Constraint::Fill(5),
    ];
    let [vmas, map, pages] = Layout::vertical(rows).areas(area);
    slot::draw(canvas, vmas, watch, &[Pane::Vmas]);
    slot::draw(canvas, map, watch, &[Pane::Map]);
    slot::draw(canvas, pages, watch, &[Pane::Pages]);
}

/// The counters, and below them one panel.
fn small(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let rows = [Constraint::Length(COUNTERS), Constraint::Fill(1)];
    let [counts, shared] = Layout::vertical(rows).areas(area);
    counters::draw(canvas, counts, watch);
    let count = Pane::ALL.len() - usize::from(watch.output.is_none());
    slot::draw(canvas, shared, watch, &Pane::ALL[..count]);
}

/// Left and right of a line between them.
fn columns(canvas: &mut Canvas<'_>, area: Rect) -> (Rect, Rect) {
    let columns = [
        Constraint::Percentage(41),
        Constraint::Length(3),
        Constraint::Fill(1),
    ];
    let [left, line, right] = Layout::horizontal(columns).areas(area);
    for row in 0..line.height {
        canvas.text(line, (1, row), "│", canvas.palette.rule());
    }
    (left, right)
}
