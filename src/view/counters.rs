//! Faults and smaps, one column a process, with what the last line added or took.
//!
//! Where each number comes from: [`SOURCES`], which the help shows.

use super::canvas::{Canvas, Passage};
use super::grid::around;
use super::text::{fit, pad};
use super::theme::Palette;
use crate::app::panel::Panel;
use crate::app::scene::{Scene, usage};
use crate::app::take::Take;
use crate::mem::usage::read;
use crate::mem::{Bytes, Field, Process, Reading, Sizes};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Each row, and the file and field it is read from.
pub(super) const SOURCES: &[(&str, &str)] = &[
    (
        "minor faults",
        "ru_minflt of getrusage(2), read in the process before and after each access and call, summed over the lesson",
    ),
    ("major faults", "ru_majflt, in the same way"),
    (
        "Rss … Swap",
        "the fields of those names in /proc/<pid>/smaps, summed over the lesson's mappings",
    ),
    (
        "page tables",
        "VmPTE of /proc/<pid>/status: the whole process",
    ),
    (
        "stat minflt, majflt",
        "fields 10 and 12 of /proc/<pid>/stat: the whole process since its start, the lab's own start included",
    ),
    (
        "a page's mark",
        "bits 63, 62, 61, 58 and 56 of /proc/<pid>/pagemap, and PAGE_IS_PFNZERO of the PAGEMAP_SCAN ioctl",
    ),
    ("maps", "/proc/<pid>/maps, line by line"),
    (
        "ns, us",
        "clock_gettime(CLOCK_MONOTONIC) in the process, around the access",
    ),
];

/// A row of the panel.
#[derive(Clone, Copy, Debug)]
enum Row {
    Minor,
    Major,
    Usage(Field),
    PageTables,
    StatMinor,
    StatMajor,
}

/// The rows, in the order they are shown.
const ROWS: [Row; 15] = [
    Row::Minor,
    Row::Major,
    Row::Usage(Field::Rss),
    Row::Usage(Field::Pss),
    Row::Usage(Field::SharedClean),
    Row::Usage(Field::SharedDirty),
    Row::Usage(Field::PrivateClean),
    Row::Usage(Field::PrivateDirty),
    Row::Usage(Field::Anonymous),
    Row::Usage(Field::AnonHugePages),
    Row::Usage(Field::LazyFree),
    Row::Usage(Field::Swap),
    Row::PageTables,
    Row::StatMinor,
    Row::StatMajor,
];

/// Places of the rows that are shown only when they have something to say.
const SELDOM: std::ops::Range<usize> = 9..12;

/// A number before and after the line, or why it is not known.
type Pair = Result<(u64, u64), String>;

/// The sums over a process's mappings, before the line and after it: added up once a frame, however many rows ask.
struct Sums {
    process: Process,
    before: Option<Sizes>,
    now: Result<Sizes, String>,
}

impl Sums {
    fn of(scene: &Scene<'_>, process: Process) -> Self {
        let now = scene.now(process);
        Self {
            process,
            before: scene.before(process).and_then(|before| usage(before).ok()),
            now: now.map_or_else(|| Ok(Sizes::zeros()), usage),
        }
    }
}

/// Draws the counters.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, take: &Take, scene: Option<&Scene<'_>>) {
    let inner = canvas.panel(area, &take.desk, Panel::Counters, "faults and smaps");
    let lines = match scene {
        Some(scene) => lines(
            scene,
            take.desk.process.or_else(|| super::grid::ran_in(take)),
            inner,
            canvas.palette,
        ),
        None => Vec::new(),
    };
    let passage = Passage { lines, focus: 0..0 };
    canvas.passage(inner, &take.desk, Panel::Counters, &passage);
}

/// Cells of the first column.
const LABEL: usize = 14;
/// Cells that a number with its delta takes at least.
const COLUMN: usize = 12;

fn lines(
    scene: &Scene<'_>,
    chosen_process: Option<Process>,
    area: Rect,
    palette: Palette,
) -> Vec<Line<'static>> {
    let width = usize::from(area.width);
    let most = (width.saturating_sub(LABEL) / COLUMN).max(1);
    let shown: Vec<Sums> = around(scene.now, chosen_process, most)
        .map(|snapshot| Sums::of(scene, snapshot.process))
        .collect();
    let column = (width.saturating_sub(LABEL) / shown.len().max(1)).min(24);
    let mut lines = vec![head(&shown, column, palette)];
    let rows = chosen(scene, &shown, usize::from(area.height).saturating_sub(1));
    for row in rows {
        let mut spans = vec![Span::styled(pad(row.label(), LABEL), palette.dim())];
        for sums in &shown {
            spans.extend(cell(row, &row.read(scene, sums), column, palette));
        }
        lines.push(Line::from(spans));
    }
    lines
}

/// The names of the processes over their columns.
fn head(shown: &[Sums], column: usize, palette: Palette) -> Line<'static> {
    let mut spans = vec![Span::raw(" ".repeat(LABEL))];
    for sums in shown {
        let name = pad(
            &fit(&sums.process.to_string(), column.saturating_sub(1)),
            column,
        );
        spans.push(Span::styled(name, palette.heading()));
    }
    Line::from(spans)
}

/// The rows there is room for: the first four, then those that have something to say, then the others. What is seldom
/// met is left out while it has nothing to say.
fn chosen(scene: &Scene<'_>, shown: &[Sums], room: usize) -> Vec<Row> {
    let says = |row: &Row| {
        let silent = |sums: &Sums| row.read(scene, sums) == Ok((0, 0));
        !shown.iter().all(silent)
    };
    let mut ranked: Vec<(usize, Row)> = ROWS.iter().copied().enumerate().collect();
    let known = |row: &Row| {
        let mut pairs = shown.iter().map(|sums| row.read(scene, sums));
        pairs.any(|pair| pair.is_ok_and(|pair| pair != (0, 0)))
    };
    ranked.retain(|(place, row)| !SELDOM.contains(place) || known(row));
    // Page tables change with nearly every line: only when much came do they go before what has something to say.
    let grew = |row: &Row| {
        let mut pairs = shown.iter().map(|sums| row.read(scene, sums));
        pairs.any(|pair| pair.is_ok_and(|(before, now)| now > 2 * before))
    };
    ranked.sort_by_key(|(place, row)| match place {
        0..4 => 0,
        _ if SELDOM.contains(place) => 1,
        12 if grew(row) => 1,
        4..9 if says(row) => 2,
        8 => 3,
        12.. => 4,
        _ => 5,
    });
    ranked.truncate(room.max(1));
    ranked.sort_by_key(|(place, _)| *place);
    ranked.into_iter().map(|(_, row)| row).collect()
}

/// A number with its delta.
fn cell(row: Row, pair: &Pair, column: usize, palette: Palette) -> Vec<Span<'static>> {
    let (before, now) = match pair {
        Ok(pair) => *pair,
        Err(_) => return vec![Span::styled(pad("?", column), palette.unknown())],
    };
    let value = row.shown(now);
    let delta = if before == now {
        String::new()
    } else {
        let sign = if now > before { '+' } else { '-' };
        let change = row.shown(now.abs_diff(before));
        let long = format!(" {sign}{change}");
        if value.chars().count() + long.len() < column {
            long
        } else {
            // The unit's first letter is enough where there is little room: `-32K`.
            long.replace("iB", "")
                .replace(" K", "K")
                .replace(" M", "M")
                .replace(" G", "G")
        }
    };
    let style = if delta.is_empty() {
        palette.text()
    } else {
        palette.changed()
    };
    let delta = fit(&delta, column.saturating_sub(value.chars().count() + 1));
    let missing = column.saturating_sub(value.chars().count() + delta.chars().count());
    vec![
        Span::styled(value, style),
        Span::styled(delta, palette.changed()),
        Span::raw(" ".repeat(missing)),
    ]
}

impl Row {
    fn label(self) -> &'static str {
        match self {
            Self::Minor => "minor faults",
            Self::Major => "major faults",
            Self::Usage(field) => field.label(),
            Self::PageTables => "page tables",
            Self::StatMinor => "stat minflt",
            Self::StatMajor => "stat majflt",
        }
    }

    fn shown(self, value: u64) -> String {
        match self {
            Self::Usage(..) | Self::PageTables => Bytes(value).to_string(),
            _ => value.to_string(),
        }
    }

    /// The row's number of a process, before the line and after it.
    fn read(self, scene: &Scene<'_>, sums: &Sums) -> Pair {
        let process = sums.process;
        let tally = scene.tally(process);
        match self {
            Self::Minor => Ok((tally.before.minor, tally.lesson.minor)),
            Self::Major => Ok((tally.before.major, tally.lesson.major)),
            Self::Usage(field) => {
                let now = sums.now.as_ref().map_err(Clone::clone)?;
                let before = sums.before.as_ref().unwrap_or(now);
                let now = match read(now, field) {
                    Reading::Known(now) => now,
                    Reading::Unknown(why) => return Err(why),
                };
                Ok((before.get(field).unwrap_or(now), now))
            }
            Self::PageTables => pair(scene, process, |snapshot| snapshot.page_tables.clone()),
            Self::StatMinor => pair(scene, process, |snapshot| {
                snapshot.faults.clone().map(|faults| faults.minor)
            }),
            Self::StatMajor => pair(scene, process, |snapshot| {
                snapshot.faults.clone().map(|faults| faults.major)
            }),
        }
    }
}

/// A number of the snapshots before and after; a process that is new had nothing before worth a delta.
fn pair(
    scene: &Scene<'_>,
    process: Process,
    read: fn(&crate::observe::Snapshot) -> Reading<u64>,
) -> Pair {
    let now = scene.now(process).map(read);
    let now = match now {
        Some(Reading::Known(now)) => now,
        Some(Reading::Unknown(why)) => return Err(why),
        None => return Err("the process has ended".to_owned()),
    };
    let before = scene.before(process).map(read);
    let before = before
        .and_then(|reading| reading.known().copied())
        .unwrap_or(now);
    Ok((before, now))
}
