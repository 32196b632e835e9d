//! The pages of a range in one moment, side by side whatever lines of maps they lie in.

use crate::mem::{Addr, PageSize, PageState, Range};
use crate::observe::snapshot::Snapshot;

/// The pages of a range in one of the moments, as far as they were read.
pub(super) struct Row {
    /// Absent where nothing is mapped, and behind the last.
    pub(super) states: Vec<PageState>,
    /// Frame numbers, 0 where there is none or it cannot be read.
    frames: Vec<u64>,
    /// The first page that was not read.
    pub(super) read: usize,
}

impl Row {
    pub(super) fn of(snapshot: &Snapshot, range: Range, page_size: PageSize) -> Self {
        let mut row = Self {
            states: Vec::new(),
            frames: Vec::new(),
            read: usize::MAX,
        };
        let room = page_size.pages(range.length()) as usize;
        for mapping in snapshot.mappings_in(range).filter(|mapping| !mapping.own) {
            let (skip, at) = overlap(mapping.vma.range, range, page_size);
            let Some(pages) = mapping.pages.known() else {
                row.read = row.read.min(at);
                continue;
            };
            row.states.resize(at, PageState::Absent);
            row.frames.resize(at, 0);
            let own = skip..pages.states.len().min(skip + room.saturating_sub(at));
            row.states
                .extend(pages.states.get(own.clone()).unwrap_or_default());
            let frames = pages.frames.known().and_then(|frames| frames.get(own));
            row.frames.extend(frames.unwrap_or_default());
            if pages.cut > 0 {
                row.read = row.read.min(row.states.len());
            }
        }
        row
    }

    pub(super) fn state(&self, index: usize) -> PageState {
        self.states.get(index).copied().unwrap_or(PageState::Absent)
    }

    /// Whether a page is in another frame there than here, where both can be read.
    pub(super) fn is_elsewhere(&self, other: &Self, index: usize) -> bool {
        let frame = |row: &Self| row.frames.get(index).copied().filter(|frame| *frame != 0);
        matches!((frame(self), frame(other)), (Some(here), Some(there)) if here != there)
    }
}

/// Pages of a mapping before a range, and pages of the range before the mapping.
fn overlap(mapping: Range, range: Range, page_size: PageSize) -> (usize, usize) {
    let before = |one: Addr, other: Addr| page_size.pages(other.0.saturating_sub(one.0)) as usize;
    (
        before(mapping.start, range.start),
        before(range.start, mapping.start),
    )
}
