//! Which mappings are drawn page by page, and where.
//!
//! Where there is no room for all, those that the line changed, or that its C names, are drawn; each other one is a
//! line, or all of them together are one. Blocks of one address stand side by side; a column has no holes otherwise.

use super::{starting_at, states};
use crate::app::scene::{Fate, Freshness, Scene};
use crate::app::take::Take;
use crate::mem::Process;
use crate::observe::{Mapping, Snapshot};
use crate::view::cache;
use crate::view::tile::{self, Tile};
use std::collections::{BTreeMap, BTreeSet};

/// No more mappings than this are drawn page by page, however far one scrolls.
const MOST_DRAWN: usize = 48;
/// At most this part of the rows is for mappings of one line each: with more of them, all are one line.
const FOLDED_PART: usize = 3;

/// The mappings that begin at one address, each with its column.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) start: u64,
    pub(super) mappings: Vec<(usize, &'a Mapping)>,
    /// Whether the line changed something of it, or its C names it.
    is_hot: bool,
    /// Whether its pages are drawn; else it is one line.
    pub(super) is_drawn: bool,
}

/// What is drawn, and how large.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) groups: Vec<Group<'a>>,
    pub(super) tile: Tile,
    /// Mappings that are told together: how many changed, and those that did not.
    pub(super) left_out: LeftOut,
}

/// Mappings that have no line of their own.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    /// How many of them the line changed.
    pub(super) changed: usize,
    /// Where the others begin.
    pub(super) unchanged: Vec<u64>,
}

/// The tile with which a mapping is drawn: pages of a file have the page cache below them.
pub(super) fn tile_of(mapping: &Mapping, tile: Tile) -> Tile {
    if cache::is_known(mapping) {
        tile.with_gap()
    } else {
        tile
    }
}

impl<'a> Plan<'a> {
    /// Chooses for a panel with so much room: cells of a column, and rows.
    pub(super) fn of(
        scene: &Scene<'a>,
        take: &Take,
        shown: &[&'a Snapshot],
        (width, room): (usize, usize),
    ) -> Self {
        let mut plan = Self {
            groups: groups(shown),
            tile: tile::choose(0, |_| 1, |_| 1),
            left_out: LeftOut::default(),
        };
        let columns = shown.len();
        // Three rows are the least that a block takes: no need to try with tens of thousands.
        let may_fit = plan.groups.len() <= columns * (room / 3).max(1);
        if may_fit {
            plan.tile = plan.choose((width, columns), room);
            if plan.rows(plan.tile, (width, columns)) <= room || plan.groups.len() == 1 {
                return plan;
            }
        }
        plan.warm(scene, take, shown);
        plan.fold(room);
        let taken = usize::from(!plan.left_out.is_empty());
        plan.tile = plan.choose((width, columns), room.saturating_sub(taken));
        plan
    }

    /// The largest tile with which the groups fit.
    fn choose(&self, paper: (usize, usize), room: usize) -> Tile {
        let drawn = || self.groups.iter().filter(|group| group.is_drawn);
        let mappings = || drawn().flat_map(|group| &group.mappings);
        tile::choose(
            room,
            |tile| self.rows(tile, paper),
            |tile| {
                let each = mappings().map(|(_, mapping)| tile.per_cell(states(mapping), paper.0));
                each.max().unwrap_or(1)
            },
        )
    }

    /// Rows that all groups take.
    fn rows(&self, tile: Tile, (width, columns): (usize, usize)) -> usize {
        let mut ends = vec![0; columns];
        for group in &self.groups {
            let from = row_of(group, &ends);
            for (column, mapping) in &group.mappings {
                let rows = if group.is_drawn {
                    drawn_rows(mapping, tile, width)
                } else {
                    1
                };
                ends[*column] = from + rows;
            }
        }
        ends.into_iter().max().unwrap_or(0)
    }

    /// Finds the groups that matter now: changed, or named; where there is none, the last one.
    fn warm(&mut self, scene: &Scene<'_>, take: &Take, shown: &[&Snapshot]) {
        let processes: Vec<Process> = shown.iter().map(|snapshot| snapshot.process).collect();
        let cursor = take.explorer.as_ref().and_then(|own| own.cursor);
        for group in &mut self.groups {
            group.is_hot = group.mappings.iter().any(|(column, mapping)| {
                let has = |address| mapping.vma.range.contains(address);
                is_changed(scene, processes[*column], mapping)
                    || cursor.is_some_and(|cursor| has(cursor.address))
            });
        }
        if self.groups.iter().all(|group| !group.is_hot) {
            let words = words_of(take);
            for group in &mut self.groups {
                group.is_hot = group.mappings.iter().any(|(column, mapping)| {
                    let names = scene.names_in(processes[*column], mapping.vma.range);
                    names.iter().any(|name| words.contains(name.name.as_str()))
                });
            }
        }
        if self.groups.iter().all(|group| !group.is_hot)
            && let Some(last) = self.groups.last_mut()
        {
            last.is_hot = true;
        }
    }

    /// Makes the others one line each, or all of them one.
    fn fold(&mut self, room: usize) {
        let cold = self.groups.iter().filter(|group| !group.is_hot).count();
        let keep_cold = cold <= (room / FOLDED_PART).max(1);
        let mut drawn = 0;
        let mut left_out = LeftOut::default();
        self.groups.retain_mut(|group| {
            group.is_drawn = group.is_hot && drawn < MOST_DRAWN;
            drawn += usize::from(group.is_drawn);
            let is_kept = group.is_drawn || (keep_cold && !group.is_hot);
            match (is_kept, group.is_hot) {
                (true, _) => {}
                (false, true) => left_out.changed += 1,
                (false, false) => left_out.unchanged.push(group.start),
            }
            is_kept
        });
        self.left_out = left_out;
    }
}

impl LeftOut {
    pub(super) fn is_empty(&self) -> bool {
        self.changed == 0 && self.unchanged.is_empty()
    }
}

/// Whether the line that is shown changed something of a mapping.
pub(super) fn is_changed(scene: &Scene<'_>, process: Process, mapping: &Mapping) -> bool {
    let is_news = |fresh: &Freshness| *fresh != Freshness::Old;
    scene.fate(process, mapping) != Fate::Same
        || scene.freshness(process, mapping).iter().any(is_news)
        || cache_changed(scene, process, mapping)
}

/// Whether the page cache has something else of its file than before.
fn cache_changed(scene: &Scene<'_>, process: Process, mapping: &Mapping) -> bool {
    let before = scene.before(process);
    let before = before.and_then(|before| starting_at(before, mapping.vma.range.start.0));
    let old = before.and_then(|before| before.cache.known());
    old.zip(mapping.cache.known())
        .is_some_and(|(old, new)| old != new)
}

/// The first free row in all columns of a group.
pub(super) fn row_of(group: &Group<'_>, ends: &[usize]) -> usize {
    let columns = group.mappings.iter().map(|(column, _)| ends[*column]);
    columns.max().unwrap_or(0)
}

/// Rows that a mapping takes when its pages are drawn.
fn drawn_rows(mapping: &Mapping, tile: Tile, width: usize) -> usize {
    let tiles = tile_of(mapping, tile).block_rows(states(mapping), width);
    let is_cut = mapping.pages.known().is_some_and(|pages| pages.cut > 0);
    let is_noted = cache::is_told(mapping) && !cache::is_known(mapping);
    tiles + usize::from(is_cut) + usize::from(is_noted)
}

/// The mappings by the address at which they begin.
fn groups<'a>(shown: &[&'a Snapshot]) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<u64, Vec<(usize, &'a Mapping)>> = BTreeMap::new();
    for (column, snapshot) in shown.iter().enumerate() {
        for mapping in snapshot.lesson_mappings() {
            let start = mapping.vma.range.start.0;
            groups.entry(start).or_default().push((column, mapping));
        }
    }
    let group = |(start, mappings)| Group {
        start,
        mappings,
        is_hot: false,
        is_drawn: true,
    };
    groups.into_iter().map(group).collect()
}

/// The words of the C that ran last.
fn words_of(take: &Take) -> BTreeSet<&str> {
    let ran = take.moment().and_then(|moment| moment.ran.as_ref());
    let code = ran.map_or("", |ran| ran.code.as_str());
    code.split(|c: char| !c.is_alphanumeric() && c != '_')
        .collect()
}
