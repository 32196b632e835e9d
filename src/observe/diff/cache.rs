//! What changed in the page cache, file by file: brought in, dirtied, being written back, clean again, dropped.
//!
//! A file is told of once, however many processes and mappings show it. Only pages that were looked at before and
//! after count: a file that was mapped just now has no past.

use crate::mem::{Backing, PageSize, Range};
use crate::observe::cache::CacheState;
use crate::observe::cause::{Cause, Place};
use crate::observe::snapshot::{Mapping, Snapshot};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Pages of one file that changed alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shift {
    pub(crate) cause: Cause,
    /// The file's name, without directories.
    pub(crate) file: String,
    /// Pages of the file, in order.
    pub(crate) pages: Vec<u64>,
    /// The same in a VMA that shows the first of them.
    pub(crate) place: Place,
}

/// A file, as maps names it: device and inode.
type Identity = ((u32, u32), u64);

/// What was seen of a file: mappings by the page of the file that they begin with, the longest of each.
type Extents<'a> = BTreeMap<u64, Extent<'a>>;

#[derive(Clone, Copy)]
struct Extent<'a> {
    mapping: &'a Mapping,
    states: &'a [CacheState],
}

/// All shifts between two looks. `reads` says of a VMA whether what came into the cache was read because of it.
pub(super) fn shifts(
    before: &[Arc<Snapshot>],
    after: &[Arc<Snapshot>],
    page_size: PageSize,
    reads: &dyn Fn(Range) -> bool,
) -> Vec<Shift> {
    let old = files(before, page_size);
    let mut shifts = Vec::new();
    for (file, new) in files(after, page_size) {
        let Some(old) = old.get(&file) else {
            continue;
        };
        let ahead = new.values().any(|extent| reads(extent.mapping.vma.range));
        for (cause, pages) in grouped(&changed(old, &new), ahead) {
            let shown = new
                .iter()
                .rev()
                .find(|(first, _)| Some(*first) <= pages.first());
            let Some((&first, extent)) = shown else {
                continue;
            };
            shifts.push(Shift {
                cause,
                file: name(extent.mapping),
                place: place(first, extent, &pages),
                pages,
            });
        }
    }
    shifts
}

/// The files whose cache was looked at.
fn files(snapshots: &[Arc<Snapshot>], page_size: PageSize) -> BTreeMap<Identity, Extents<'_>> {
    let mut files: BTreeMap<Identity, Extents<'_>> = BTreeMap::new();
    let mappings = snapshots
        .iter()
        .flat_map(|snapshot| snapshot.lesson_mappings());
    for mapping in mappings {
        let Some(states) = mapping.cache.known() else {
            continue;
        };
        let vma = &mapping.vma;
        let extents = files.entry((vma.device, vma.inode)).or_default();
        let extent = Extent { mapping, states };
        let longest = extents
            .entry(vma.offset / page_size.bytes())
            .or_insert(extent);
        if longest.states.len() < states.len() {
            *longest = extent;
        }
    }
    files
}

/// Pages of a file whose state is another one now.
fn changed(old: &Extents<'_>, new: &Extents<'_>) -> BTreeMap<u64, (CacheState, CacheState)> {
    let mut changed = BTreeMap::new();
    for (&first, extent) in new {
        let end = first + extent.states.len() as u64;
        let from = old.range(..=first).next_back().map_or(first, |(&at, _)| at);
        for (&old_first, old) in old.range(from..end) {
            let both = first.max(old_first)..end.min(old_first + old.states.len() as u64);
            for page in both {
                let was = old.states[(page - old_first) as usize];
                let is = extent.states[(page - first) as usize];
                if was != is {
                    changed.insert(page, (was, is));
                }
            }
        }
    }
    changed
}

/// The pages of each cause. Several pages that came in with a fault were read ahead; one alone was what it asked for.
fn grouped(
    changed: &BTreeMap<u64, (CacheState, CacheState)>,
    ahead: bool,
) -> BTreeMap<Cause, Vec<u64>> {
    let mut groups: BTreeMap<Cause, Vec<u64>> = BTreeMap::new();
    for (&page, &(was, is)) in changed {
        let cause = match (was, is) {
            (_, CacheState::NotCached) => Cause::Evicted,
            (_, CacheState::Dirty) => Cause::Dirtied,
            (_, CacheState::Writeback) => Cause::WritebackStarted,
            (CacheState::NotCached, CacheState::Cached) => Cause::Cached,
            (_, CacheState::Cached) => Cause::WrittenBack,
        };
        groups.entry(cause).or_default().push(page);
    }
    if ahead
        && groups
            .get(&Cause::Cached)
            .is_some_and(|pages| pages.len() > 1)
    {
        let pages = groups.remove(&Cause::Cached).unwrap_or_default();
        groups.insert(Cause::ReadAhead, pages);
    }
    groups
}

/// Where the pages of a file are in the VMA that shows the first of them; those it does not show are left out.
fn place(first: u64, extent: &Extent<'_>, pages: &[u64]) -> Place {
    let last = first + (extent.states.len() as u64).saturating_sub(1);
    let inside = |page: Option<&u64>| page.map_or(0, |&page| page.min(last).saturating_sub(first));
    Place::Pages {
        mapping: extent.mapping.vma.range,
        first: inside(pages.first()),
        last: inside(pages.last()),
    }
}

/// The name of the file behind a mapping.
fn name(mapping: &Mapping) -> String {
    match &mapping.vma.backing {
        Backing::File { path, .. } => path.rsplit('/').next().unwrap_or(path).to_owned(),
        other => other.to_string(),
    }
}
