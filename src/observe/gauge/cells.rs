//! What is in the cells of a lens: how many pages of each kind. Counted while it is read; no page is kept.

use super::lens::Lens;

/// What the pages of one cell are: how many of each kind. The rest of the cell is mapped but not present, or not
/// mapped at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mixture {
    /// Pages that a VMA covers.
    pub mapped: u64,
    /// Anonymous pages of this process alone.
    pub private: u64,
    /// Anonymous pages that others have mapped too (since fork).
    pub shared: u64,
    /// The shared zero page.
    pub zero: u64,
    /// Pages of files and of shared memory.
    pub file: u64,
    /// Swapped out.
    pub swapped: u64,
    /// Guard pages.
    pub guard: u64,
    /// Present, of a kind that is not known: the overview asks only what is present.
    pub present: u64,
    /// Pages among the present ones that lie in huge pages mapped by a PMD.
    pub huge: u64,
    /// Whether the cell was read at all: an overview comes piece by piece.
    pub read: bool,
}

/// The cells of a lens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    /// The lens they were read for.
    pub lens: Lens,
    /// One a cell, from `lens.first` on.
    pub list: Vec<Mixture>,
    /// How much of it is read so far, in parts of 1000: an overview of scattered memory takes many ticks.
    pub progress: u32,
}
