//! The page grids: one column a process, one block a mapping, one cell a page.
//!
//! Blocks of the same address stand side by side. How large a page is drawn depends on the room there is; where a
//! mapping has more pages than cells, a cell stands for several, and the block says so. Under each page of a file stands
//! what the page cache has of it. Where there is no room for all mappings, [`plan`] folds those that did not change.

mod laid;
mod plan;
mod spot;

use super::cache;
use super::canvas::{Canvas, Passage};
use super::text::{fit, fit_end, pad};
use super::theme::Palette;
use super::tile::{self, Tile};
use crate::app::App;
use crate::app::explorer::cursor::{self, Cursor};
use crate::app::keys::{self, Action};
use crate::app::names::Name;
use crate::app::panel::Panel;
use crate::app::scene::{Fate, Scene};
use crate::app::take::Take;
use crate::mem::{Addr, Bytes, Process, Reading};
use crate::observe::{Mapping, Snapshot};
use laid::Laid;
use plan::Plan;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use std::sync::Arc;

/// Cells between two processes.
const GAP: usize = 2;
/// A process needs this many cells to be worth drawing.
const NARROWEST: usize = 12;

/// Cells of a panel's first row beside its title.
const TITLED: usize = 3;

/// Draws the grids.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    (app, take): (&App, &Take),
    scene: Option<&Scene<'_>>,
) {
    let title = title_of((app, take), scene, area);
    let inner = canvas.panel(area, &take.desk, Panel::Pages, &title);
    let (mut passage, laid) = match scene {
        Some(scene) => passage(scene, take, inner, canvas.palette),
        None => (not_kept(take, inner.width, canvas.palette), Vec::new()),
    };
    let spot = spot::of(take, &laid);
    if let Some(spot) = spot {
        passage.focus = spot.row..spot.row + 1;
    }
    canvas.passage(inner, &take.desk, Panel::Pages, &passage);
    let seen = canvas.seen.panel(Panel::Pages);
    let offset = seen.map_or(0, |seen| usize::from(seen.offset));
    let pages = laid.iter().map(|laid| laid.seen(inner, offset));
    canvas.seen.pages = pages.collect();
    if let Some(spot) = spot {
        spot::draw(canvas, inner, (spot, offset));
    }
}

/// In the place of the pages of a moment that the history has forgotten.
fn not_kept(take: &Take, width: u16, palette: Palette) -> Passage {
    let text = take.not_kept().map(|why| format!("? {why}"));
    let lines =
        text.map(|text| super::text::wrap(&[(&text, palette.unknown())], usize::from(width), 2));
    Passage {
        lines: lines.unwrap_or_default(),
        focus: 0..0,
    }
}

/// What is said where there is nothing to draw.
fn nothing(take: &Take, scene: &Scene<'_>) -> &'static str {
    if scene.now.is_empty() && take.lines_run() > 0 {
        "The process has ended."
    } else if take.lesson.is_lab() {
        "Nothing is mapped yet: mmap does it."
    } else {
        "The lesson has no mapping yet."
    }
}

/// The panel's title; where there are more processes than columns, it says so, and which key shows the others.
fn title_of((app, take): (&App, &Take), scene: Option<&Scene<'_>>, area: Rect) -> String {
    let pointed = take.pointed.filter(|_| take.explorer.is_none());
    if let Some(words) = pointed
        .zip(scene)
        .and_then(|(cursor, scene)| words(scene, cursor))
    {
        return words;
    }
    let all = scene.map_or(0, |scene| scene.now.len());
    let shown = scene.map_or(0, |scene| {
        on_screen(scene, take, usize::from(area.width)).len()
    });
    match (shown, all) {
        (_, 0 | 1) => "pages of the process".to_owned(),
        (shown, all) if shown < all => {
            let others = [Action::NextProcess, Action::NextActor];
            let key = keys::key_of(app.context(), &others);
            let more = key.map_or_else(String::new, |key| format!(": {key} others"));
            let title = format!("pages of {shown} of {all} processes{more}");
            if title.chars().count() + TITLED <= usize::from(area.width) {
                return title;
            }
            format!("pages of {shown} of {all}{more}")
        }
        _ => "pages of each process".to_owned(),
    }
}

/// A page in a line: `page 3 of p, main: private`.
pub(super) fn words(scene: &Scene<'_>, cursor: Cursor) -> Option<String> {
    let (mapping, size) = cursor::mapping(scene, cursor)?;
    let index = (cursor.address.0 - mapping.vma.range.start.0) / size.max(1);
    let state = mapping.pages.known()?.state(index);
    let place = match cursor::counted_from(scene, cursor) {
        Some((name, index)) => format!("page {index} of {name}"),
        None => format!("page {index}"),
    };
    Some(format!("{place}, {}: {state}", cursor.process))
}

/// The grids as lines, and where the pages lie among them.
fn passage(scene: &Scene<'_>, take: &Take, area: Rect, palette: Palette) -> (Passage, Vec<Laid>) {
    let shown = on_screen(scene, take, usize::from(area.width));
    let count = shown.len().max(1);
    let width = (usize::from(area.width) + GAP) / count - GAP.min(usize::from(area.width));
    let mut lines = vec![beside(heads(scene, &shown, width, palette), width)];
    let room = usize::from(area.height).saturating_sub(1);
    let plan = Plan::of(scene, take, &shown, (width, room));
    if plan.groups.is_empty() {
        lines.push(Line::default());
        lines.push(Line::from(Span::styled(
            fit(nothing(take, scene), usize::from(area.width)),
            palette.dim(),
        )));
        return (Passage { lines, focus: 0..0 }, Vec::new());
    }
    lines.extend(left_out(scene, &plan, (usize::from(area.width), palette)));
    let above = lines.len();
    let mut columns: Vec<Vec<Line<'static>>> = vec![Vec::new(); count];
    let mut laid = Vec::new();
    // Rows of what changed: in the process that ran, and in any.
    let (mut ours, mut any) = (0..0, 0..0);
    let ran = ran_in(take);
    for group in &plan.groups {
        let ends: Vec<usize> = columns.iter().map(Vec::len).collect();
        let from = plan::row_of(group, &ends);
        for &(index, mapping) in &group.mappings {
            let process = shown[index].process;
            let column = &mut columns[index];
            column.resize(from, Line::default());
            if !group.is_drawn {
                column.push(folded(scene, process, mapping, (width, palette)));
                continue;
            }
            let tile = plan::tile_of(mapping, plan.tile);
            let place = (above + from + 2, index * (width + GAP));
            laid.extend(Laid::of(process, mapping, (tile, width), place));
            column.extend(block(scene, process, mapping, (width, tile, palette)));
            let rows = above + from..above + column.len();
            if plan::is_changed(scene, process, mapping) {
                let first = if Some(process) == ran {
                    &mut ours
                } else {
                    &mut any
                };
                if *first == (0..0) {
                    *first = rows;
                }
            }
        }
    }
    lines.extend(side_by_side(&columns, width));
    let focus = if ours == (0..0) { any } else { ours };
    (Passage { lines, focus }, laid)
}

/// The process that the line shown ran in.
pub(super) fn ran_in(take: &Take) -> Option<Process> {
    match take.look() {
        Some(look) => Some(look.process),
        None => take
            .moment()
            .and_then(|moment| moment.ran.as_ref())
            .map(|ran| ran.process),
    }
}

/// Mappings that are told together: `… 3 mappings unchanged: p, s, e`.
fn left_out(
    scene: &Scene<'_>,
    plan: &Plan<'_>,
    (width, palette): (usize, Palette),
) -> Option<Line<'static>> {
    let left_out = &plan.left_out;
    let unit = |count: usize| if count == 1 { "mapping" } else { "mappings" };
    let mut said = Vec::new();
    if left_out.changed > 0 {
        let count = left_out.changed;
        said.push(format!("… {count} more {} changed", unit(count)));
    }
    if !left_out.unchanged.is_empty() {
        let count = left_out.unchanged.len();
        let mut names: Vec<&str> = Vec::new();
        for start in left_out.unchanged.iter().take(width) {
            let is_its = |name: &&Name| name.address.0 == *start;
            let found = scene
                .names
                .iter()
                .find(is_its)
                .map(|name| name.name.as_str());
            names.extend(found.filter(|name| !names.contains(name)));
        }
        let names = match names.len() {
            0 => String::new(),
            _ => format!(": {}", names.join(", ")),
        };
        said.push(format!("… {count} {} unchanged{names}", unit(count)));
    }
    let style = match left_out.changed {
        0 => palette.dim(),
        _ => palette.changed(),
    };
    let text = fit(&said.join(", "), width);
    (!said.is_empty()).then(|| Line::from(Span::styled(text, style)))
}

/// The processes there is room for.
fn on_screen<'a>(scene: &Scene<'a>, take: &Take, width: usize) -> Vec<&'a Snapshot> {
    let most = ((width + GAP) / (NARROWEST + GAP)).max(1);
    let wanted = take.desk.process.or_else(|| ran_in(take));
    around(scene.now, wanted, most).collect()
}

/// As many of the processes as there is room for: all, or the first, or those up to the one chosen.
pub(super) fn around(
    all: &[Arc<Snapshot>],
    chosen: Option<Process>,
    most: usize,
) -> impl Iterator<Item = &Snapshot> {
    let at = all
        .iter()
        .position(|snapshot| Some(snapshot.process) == chosen);
    let first = at.map_or(0, |at| (at + 1).saturating_sub(most));
    all.iter().map(AsRef::as_ref).skip(first).take(most)
}

/// A line of columns.
fn beside(columns: Vec<Line<'static>>, width: usize) -> Line<'static> {
    let mut spans = Vec::new();
    let last = columns.len().saturating_sub(1);
    for (index, column) in columns.into_iter().enumerate() {
        let missing = (width + GAP).saturating_sub(column.width());
        spans.extend(column.spans);
        if index < last {
            spans.push(Span::raw(" ".repeat(missing)));
        }
    }
    Line::from(spans)
}

/// Columns of several lines, as lines of columns.
fn side_by_side(columns: &[Vec<Line<'static>>], width: usize) -> Vec<Line<'static>> {
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    let row = |row: usize| {
        let cells = columns
            .iter()
            .map(|column| column.get(row).cloned().unwrap_or_default());
        beside(cells.collect(), width)
    };
    (0..height).map(row).collect()
}

/// Above each column: the process and its number.
fn heads(
    scene: &Scene<'_>,
    shown: &[&Snapshot],
    width: usize,
    palette: Palette,
) -> Vec<Line<'static>> {
    let head = |snapshot: &&Snapshot| {
        let name = snapshot.process.to_string();
        let pid = format!(" pid {}", snapshot.pid);
        let new = scene.is_new(snapshot.process);
        let mut spans = vec![Span::styled(fit(&name, width), palette.heading())];
        if name.len() + pid.len() <= width {
            spans.push(Span::styled(pid, palette.dim()));
        }
        if new && spans.iter().map(Span::width).sum::<usize>() + 4 <= width {
            spans.push(Span::styled(" new", palette.changed()));
        }
        Line::from(spans)
    };
    shown.iter().map(head).collect()
}

fn starting_at(snapshot: &Snapshot, start: u64) -> Option<&Mapping> {
    snapshot
        .mapping_at(Addr(start))
        .filter(|mapping| !mapping.own && mapping.vma.range.start.0 == start)
}

/// Number of pages of a mapping that were read.
fn states(mapping: &Mapping) -> usize {
    mapping.pages.known().map_or(0, |pages| pages.states.len())
}

/// A mapping of a process: what it is, then its pages.
fn block(
    scene: &Scene<'_>,
    process: Process,
    mapping: &Mapping,
    (width, tile, palette): (usize, Tile, Palette),
) -> Vec<Line<'static>> {
    let fate = scene.fate(process, mapping);
    let mut lines = vec![title(scene, process, (mapping, fate), (width, palette))];
    let per_cell = tile.per_cell(states(mapping), width);
    lines.push(place(mapping, per_cell, width, palette));
    match &mapping.pages {
        Reading::Known(pages) => {
            let fresh = scene.freshness(process, mapping);
            let before = scene
                .before(process)
                .and_then(|before| starting_at(before, mapping.vma.range.start.0));
            let cached = |pages| cache::face(mapping, before, pages, palette);
            let below: Option<tile::Below<'_>> = if cache::is_known(mapping) {
                Some(&cached)
            } else {
                None
            };
            let drawn = (&pages.states[..], &fresh[..]);
            lines.extend(tile::cells(tile, drawn, below, (width, palette)));
            if pages.cut > 0 {
                let text = format!("… {} more pages, not read", pages.cut);
                lines.push(Line::from(Span::styled(
                    fit(&text, width),
                    palette.unknown(),
                )));
            }
        }
        Reading::Unknown(why) => {
            let text = format!("? {why}");
            lines.extend(super::text::wrap(&[(&text, palette.unknown())], width, 2));
        }
    }
    lines.extend(cache::unknown(mapping, width, palette));
    lines
}

/// A mapping in one line: `p rw-p 16 of 64 pages present`.
fn folded(
    scene: &Scene<'_>,
    process: Process,
    mapping: &Mapping,
    (width, palette): (usize, Palette),
) -> Line<'static> {
    let names = scene.names_in(process, mapping.vma.range);
    let name = match names.first() {
        Some(name) => name.name.clone(),
        None => format!("{:x}", mapping.vma.range.start.0),
    };
    let head = format!("{name} {}", mapping.vma.perms);
    let room = width.saturating_sub(head.chars().count());
    let numbers = match &mapping.pages {
        Reading::Known(pages) => {
            let all = pages.states.len() as u64 + pages.cut;
            let present = pages.present();
            let unit = if all == 1 { "page" } else { "pages" };
            [
                format!(" {present} of {all} {unit} present"),
                format!(" {present}/{all} present"),
                format!(" {present}/{all}"),
            ]
        }
        Reading::Unknown(_) => [" pages ?".to_owned(), " ?".to_owned(), String::new()],
    };
    let fitting = numbers.into_iter().find(|one| one.len() <= room);
    let text = head + &fitting.unwrap_or_default();
    Line::from(Span::styled(fit(&text, width), palette.dim()))
}

/// `p  rw-p  16 pages`, marked when new or changed.
fn title(
    scene: &Scene<'_>,
    process: Process,
    (mapping, fate): (&Mapping, Fate),
    (width, palette): (usize, Palette),
) -> Line<'static> {
    let range = mapping.vma.range;
    let names = scene.names_in(process, range);
    let name = match &names[..] {
        [] => String::new(),
        [one] if one.address == range.start => format!("{} ", one.name),
        several => {
            let all: Vec<&str> = several.iter().map(|name| name.name.as_str()).collect();
            format!("{} ", all.join(","))
        }
    };
    let (mark, style) = match fate {
        Fate::New => ("+", palette.changed()),
        Fate::Changed => ("~", palette.changed()),
        Fate::Same | Fate::Removed => ("", palette.heading()),
    };
    let pages = states(mapping) as u64 + mapping.pages.known().map_or(0, |pages| pages.cut);
    let unit = if pages == 1 { "page" } else { "pages" };
    let size = if pages == 0 {
        Bytes(range.length()).to_string()
    } else {
        format!("{pages} {unit}")
    };
    let long = format!("{size} = {}", Bytes(range.length()));
    let head = format!("{mark}{name}");
    let head = fit(&head, width.saturating_sub(5));
    let used = head.chars().count() + 5;
    let room = width.saturating_sub(used);
    let bytes = Bytes(range.length()).to_string();
    // Half a number says something else; where there is no room for any, the permissions are what is left.
    let fitting = [long, size, bytes]
        .into_iter()
        .find(|one| one.len() <= room);
    let size = fitting.unwrap_or_default();
    Line::from(vec![
        Span::styled(head, style),
        Span::styled(mapping.vma.perms.to_string(), palette.code()),
        Span::styled(format!(" {size}"), palette.dim()),
    ])
}

/// The address, the file, and how many pages a cell stands for.
fn place(mapping: &Mapping, per_cell: usize, width: usize, palette: Palette) -> Line<'static> {
    let vma = &mapping.vma;
    let mut text = if width >= 24 {
        vma.range.to_string()
    } else {
        format!("{:x}", vma.range.start.0)
    };
    let backing = vma.backing.to_string();
    let mut spans = Vec::new();
    if per_cell > 1 {
        let long = format!("1 cell = {per_cell} pages ");
        let said = if long.trim_end().len() <= width {
            long
        } else {
            format!("1 = {per_cell} pages ")
        };
        // Half an address says something else.
        if text.len() + said.len() > width {
            text = String::new();
        }
        let said = if said.len() > width {
            said.trim_end()
        } else {
            &said
        };
        spans.push(Span::styled(fit(said, width), palette.changed()));
    }
    let used: usize = spans.iter().map(Span::width).sum::<usize>() + text.chars().count();
    spans.push(Span::styled(fit(&text, width), palette.dim()));
    if !backing.is_empty() && used + 4 < width {
        let file = backing.rsplit('/').next().unwrap_or(&backing);
        let file = if backing.len() + used < width {
            &backing
        } else {
            file
        };
        let text = format!(" {}", fit_end(file, width - used - 1));
        spans.push(Span::styled(pad(&text, 0), palette.code()));
    }
    Line::from(spans)
}
