//! What one page of one process is at one instant.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The state of a page, as far as this kernel lets it be told apart. Decided from the kind of VMA and the bits of
/// `/proc/<pid>/pagemap` (63 present, 62 swapped, 61 file or shared memory, 58 guard, 56 exclusively mapped) and, where
/// the kernel has it, `PAGE_IS_PFNZERO` of the `PAGEMAP_SCAN` ioctl.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PageState {
    /// No page-table entry: the next access faults.
    Absent,
    /// The one zero page that everybody shares; counted in nobody's RSS.
    Zero,
    /// An anonymous page of this process alone: demand-zero, or its own copy.
    Private,
    /// An anonymous page that several processes map: shared since `fork`, until somebody writes.
    Shared,
    /// A page of a file, in the page cache, mapped here only.
    File,
    /// A page of a file, in the page cache, mapped more than once.
    FileShared,
    /// A page of shared memory (no disk file), mapped here only.
    Shmem,
    /// A page of shared memory, mapped more than once.
    ShmemShared,
    /// Swapped out.
    Swapped,
    /// A guard page (`MADV_GUARD_INSTALL`): any access is a segmentation fault.
    Guard,
    /// Present, but the bits do not tell the zero page from one shared since fork (kernels before 6.7).
    ZeroOrShared,
    /// Not readable.
    Unknown,
}

impl PageState {
    /// Every state, in the order of the legend.
    pub const ALL: [Self; 12] = [
        Self::Absent,
        Self::Zero,
        Self::Private,
        Self::Shared,
        Self::File,
        Self::FileShared,
        Self::Shmem,
        Self::ShmemShared,
        Self::Swapped,
        Self::Guard,
        Self::ZeroOrShared,
        Self::Unknown,
    ];

    /// Whether a page-table entry points at a frame.
    pub fn is_present(self) -> bool {
        !matches!(
            self,
            Self::Absent | Self::Swapped | Self::Guard | Self::Unknown
        )
    }

    /// Whether the frame holds anonymous memory (counted under `Anonymous:` in smaps).
    pub fn is_anonymous(self) -> bool {
        matches!(self, Self::Private | Self::Shared)
    }

    /// A few words for a sentence or a legend.
    pub fn words(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Zero => "the shared zero page",
            Self::Private => "private",
            Self::Shared => "shared since fork",
            Self::File => "page cache",
            Self::FileShared => "page cache, mapped more than once",
            Self::Shmem => "shared memory",
            Self::ShmemShared => "shared memory, mapped more than once",
            Self::Swapped => "swapped out",
            Self::Guard => "guard",
            Self::ZeroOrShared => "zero page or shared since fork (this kernel does not tell)",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for PageState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}
