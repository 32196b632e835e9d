//! The page chosen on the grid, and where the next ones are.

use super::Explorer;
use crate::app::scene::{Scene, page_bytes};
use crate::app::take::Take;
use crate::mem::{Addr, Process};
use crate::observe::Mapping;

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

/// The cursor where it still is on a page; else on the first page there is.
pub fn settled(take: &Take, explorer: &Explorer) -> Option<Cursor> {
    let scene = Scene::of(take)?;
    let kept = explorer
        .cursor
        .filter(|cursor| mapping(&scene, *cursor).is_some_and(|(mapping, _)| !mapping.own));
    kept.or_else(|| first(&scene, explorer.who))
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
