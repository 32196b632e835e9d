//! The page chosen on the grid, and where the next ones are.

use super::Explorer;
use crate::app::scene::{Scene, page_bytes};
use crate::app::take::Take;
use crate::mem::{Addr, Process, Range};
use crate::observe::{Mapping, Snapshot};

/// A page of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Whose.
    pub process: Process,
    /// Its first byte.
    pub address: Addr,
}

/// How pages lie on the screen: so many a row, so many a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strides {
    /// Pages from a cell to the one below it.
    pub row: u64,
    /// Pages from a cell to the next.
    pub cell: u64,
}

/// The mapping a page lies in, and the bytes of a page there.
pub fn mapping<'a>(scene: &Scene<'a>, cursor: Cursor) -> Option<(&'a Mapping, u64)> {
    let mapping = scene.now(cursor.process)?.mapping_at(cursor.address)?;
    Some((mapping, page_bytes(mapping)?))
}

/// The page beside one that is no longer there: the next on that side, else on the other.
fn beside(scene: &Scene<'_>, cursor: Cursor, forward: bool) -> Option<Cursor> {
    let mappings = || {
        let all = scene.now(cursor.process).into_iter();
        all.flat_map(Snapshot::lesson_mappings)
            .filter_map(|mapping| Some((mapping.vma.range, page_bytes(mapping)?)))
    };
    let starts = mappings().map(|(range, _)| range.start);
    let next = starts.filter(|start| *start > cursor.address).min();
    let ends = mappings().map(|(range, size)| Addr(range.end.0 - size));
    let last = ends.filter(|end| *end < cursor.address).max();
    let address = if forward {
        next.or(last)
    } else {
        last.or(next)
    }?;
    Some(Cursor { address, ..cursor })
}

/// Where a cursor goes whose page is gone; `None` while it has one, and where there is none to go to.
pub fn returned(take: &Take, explorer: &Explorer, forward: bool) -> Option<Cursor> {
    let scene = Scene::of(take)?;
    let lost = explorer.cursor.filter(|cursor| {
        let found = mapping(&scene, *cursor);
        found.is_none_or(|(mapping, _)| mapping.own)
    });
    beside(&scene, lost?, forward)
}

/// The cursor where it still is on a page; else beside where it was; else on the first page there is.
pub fn settled(take: &Take, explorer: &Explorer) -> Option<Cursor> {
    let scene = Scene::of(take)?;
    let kept = explorer
        .cursor
        .filter(|cursor| mapping(&scene, *cursor).is_some_and(|(mapping, _)| !mapping.own));
    kept.or_else(|| returned(take, explorer, true))
        .or_else(|| first(&scene, explorer.who))
        .or_else(|| first(&scene, Process::Main))
}

fn first(scene: &Scene<'_>, process: Process) -> Option<Cursor> {
    let mut mappings = scene.now(process)?.lesson_mappings();
    let address = mappings
        .find(|mapping| page_bytes(mapping).is_some())?
        .vma
        .range
        .start;
    Some(Cursor { process, address })
}

/// The page so many pages further on; beyond an end of the mapping, the nearest page of the next mapping there is.
pub fn moved(scene: &Scene<'_>, cursor: Cursor, pages: i64) -> Option<Cursor> {
    let (here, size) = mapping(scene, cursor)?;
    let range = here.vma.range;
    let target = cursor
        .address
        .0
        .checked_add_signed(pages.saturating_mul(size as i64))
        .map(Addr);
    if let Some(address) = target.filter(|address| range.contains(*address)) {
        return Some(Cursor { address, ..cursor });
    }
    let mut others: Vec<&Mapping> = scene
        .now(cursor.process)?
        .lesson_mappings()
        .filter(|mapping| page_bytes(mapping).is_some())
        .collect();
    others.sort_by_key(|mapping| mapping.vma.range.start);
    let at = others
        .iter()
        .position(|mapping| mapping.vma.range == range)?;
    let address = if pages > 0 {
        others.get(at + 1)?.vma.range.start
    } else {
        let before = others.get(at.checked_sub(1)?)?;
        Addr(before.vma.range.end.0 - page_bytes(before)?)
    };
    Some(Cursor { address, ..cursor })
}

/// The mapping with those that touch it before: one mapping once, split since by protections or advice.
pub fn run_of(scene: &Scene<'_>, cursor: Cursor, mapping: &Mapping) -> Range {
    let mut range = mapping.vma.range;
    let Some(snapshot) = scene.now(cursor.process) else {
        return range;
    };
    let mut others: Vec<Range> = snapshot
        .lesson_mappings()
        .map(|other| other.vma.range)
        .collect();
    others.sort();
    for other in others.into_iter().rev() {
        if other.end == range.start {
            range.start = other.start;
        }
    }
    range
}

/// The variable that the page is counted from, the nearest before it, and how many pages it lies behind.
pub fn counted_from(scene: &Scene<'_>, cursor: Cursor) -> Option<(String, u64)> {
    let (mapping, size) = mapping(scene, cursor)?;
    let name = scene
        .names_in(cursor.process, run_of(scene, cursor, mapping))
        .into_iter()
        .rfind(|name| name.address <= cursor.address)?;
    let distance = cursor.address.0 - name.address.0;
    let is_whole = distance.is_multiple_of(size.max(1));
    is_whole.then(|| (name.name.clone(), distance / size.max(1)))
}
