//! What was true of one process at one instant.

use super::CacheState;
use crate::mem::{Addr, Faults, PageSize, PageState, Pid, Process, Range, Reading, Usage, Vma};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The pages of one VMA, one state a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pages {
    /// States, first page first. Shorter than the VMA when the page budget cut it (`cut` says so).
    pub states: Vec<PageState>,
    /// Pages of the VMA beyond `states`.
    pub cut: u64,
    /// Those among them that have an entry, by their index, where the kernel can name them (`PAGEMAP_SCAN`).
    pub far: Reading<BTreeMap<u64, PageState>>,
    /// Frame number of each page of `states` (0 where none); unknown without privilege.
    pub frames: Reading<Vec<u64>>,
}

impl Pages {
    /// The state of a page of the VMA; unknown where it was not read.
    pub fn state(&self, index: u64) -> PageState {
        let near = usize::try_from(index)
            .ok()
            .and_then(|index| self.states.get(index));
        match (near, &self.far) {
            (Some(&state), _) => state,
            (None, Reading::Known(far)) => far.get(&index).copied().unwrap_or(PageState::Absent),
            (None, Reading::Unknown(_)) => PageState::Unknown,
        }
    }

    /// How many pages of the VMA are known to be present.
    pub fn present(&self) -> u64 {
        let far = self.far.known().into_iter().flat_map(BTreeMap::values);
        let all = self.states.iter().chain(far);
        all.filter(|state| state.is_present()).count() as u64
    }
}

/// One VMA of a snapshot with all that was read of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The line of maps.
    pub vma: Vma,
    /// Whether the program itself had it before its first line ran (its text, libc, stack): not the lesson's.
    pub own: bool,
    /// The block of smaps; read of the lesson's VMAs only.
    pub usage: Reading<Usage>,
    /// `VmFlags` of smaps, two letters each: `rd wr mr mw me ac`.
    pub flags: Vec<String>,
    /// The pages; read of the lesson's VMAs only.
    pub pages: Reading<Pages>,
    /// Length in bytes of the file behind it, while its name still leads to it; `None` where there is none.
    pub file_length: Option<u64>,
    /// What the page cache has of the file behind it, one state a page, first page of the VMA first, as many as were
    /// read of `pages` at most; read of files in the scratch directory only.
    pub cache: Reading<Vec<CacheState>>,
}

impl Mapping {
    /// Bytes of a page of it, from how many states its range has; `None` where its pages were not read.
    pub fn page_bytes(&self) -> Option<u64> {
        let pages = self.pages.known()?;
        let count = pages.states.len() as u64 + pages.cut;
        self.vma.range.length().checked_div(count)
    }
}

/// What was read of one process while it was parked, so that maps, smaps and pagemap agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Which of the lesson's processes.
    pub process: Process,
    /// Its number.
    pub pid: Pid,
    /// VMAs in address order.
    pub mappings: Vec<Mapping>,
    /// Process totals of `/proc/<pid>/stat`, fields 10 and 12: with the lab's own start, unlike the sums of acts.
    pub faults: Reading<Faults>,
    /// Bytes of page tables (`VmPTE` of `/proc/<pid>/status`).
    pub page_tables: Reading<u64>,
}

impl Snapshot {
    /// The VMA that `addr` lies in.
    pub fn mapping_at(&self, addr: Addr) -> Option<&Mapping> {
        let after = self
            .mappings
            .partition_point(|mapping| mapping.vma.range.end <= addr);
        self.mappings
            .get(after)
            .filter(|mapping| mapping.vma.range.contains(addr))
    }

    /// The state of the page at `addr`; absent where nothing is mapped, unknown where it was not read.
    pub fn state_at(&self, addr: Addr, page_size: PageSize) -> PageState {
        let Some(mapping) = self.mapping_at(addr) else {
            return PageState::Absent;
        };
        let Reading::Known(pages) = &mapping.pages else {
            return PageState::Unknown;
        };
        page_size
            .index_in(mapping.vma.range, addr)
            .map_or(PageState::Unknown, |index| pages.state(index))
    }

    /// The frame of the page at `addr`; `None` where there is none or it was not read.
    pub fn frame_at(&self, addr: Addr, page_size: PageSize) -> Option<u64> {
        let mapping = self.mapping_at(addr)?;
        let index = page_size.index_in(mapping.vma.range, addr)?;
        let frames = mapping.pages.known()?.frames.known()?;
        frames
            .get(index as usize)
            .copied()
            .filter(|&frame| frame != 0)
    }

    /// The lesson's VMAs, the program's own left out.
    pub fn lesson_mappings(&self) -> impl Iterator<Item = &Mapping> {
        self.mappings.iter().filter(|mapping| !mapping.own)
    }

    /// The VMAs that have bytes in `range`: a search, and those that are met.
    pub fn mappings_in(&self, range: Range) -> impl Iterator<Item = &Mapping> {
        let first = self
            .mappings
            .partition_point(|mapping| mapping.vma.range.end <= range.start);
        self.mappings[first..]
            .iter()
            .take_while(move |mapping| mapping.vma.range.start < range.end)
            .filter(move |mapping| mapping.vma.range.intersection(range).is_some())
    }
}
