//! The one table that decides what a page is: kind of VMA x bits of `/proc/<pid>/pagemap` x zero page or not.
//!
//! Pure. Read `Documentation/admin-guide/mm/pagemap.rst`. Two traps stand behind the order of the rows: a guard page
//! has the swap bit set as well as its own, and the zero page looks exactly like a page shared since `fork`.

use crate::mem::{Backing, PageState, Vma};

/// Bit 56: mapped by this one page-table entry only, just now. Since Linux 4.2.
pub const EXCLUSIVE: u64 = 1 << 56;
/// Bit 58: a guard page. Since Linux 6.15; on older kernels with guards the page reads as swapped.
pub const GUARD: u64 = 1 << 58;
/// Bit 61: the frame belongs to a file or to shared memory.
pub const FILE: u64 = 1 << 61;
/// Bit 62: swapped out (or a guard).
pub const SWAPPED: u64 = 1 << 62;
/// Bit 63: a page-table entry points at a frame.
pub const PRESENT: u64 = 1 << 63;
/// Bits 0 to 54: the frame number; 0 for readers without `CAP_SYS_ADMIN`.
pub const FRAME: u64 = (1 << 55) - 1;

/// What decides how a VMA's pages fault: private or shared, and what stands behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Private, nothing behind: anonymous memory, heap, stack, private `/dev/zero`.
    PrivateAnonymous,
    /// Private, over a file or a shared-memory object: pages are copied on write.
    PrivateFile,
    /// Shared, over a file of a file system.
    SharedFile,
    /// Shared, without a disk file: `MAP_SHARED | MAP_ANONYMOUS`, memfd, `/dev/shm`, System V.
    SharedMemory,
}

impl Kind {
    /// The kind of a VMA.
    pub fn of(vma: &Vma) -> Self {
        match (&vma.backing, vma.perms.shared) {
            (Backing::File { path, .. }, false) if path == "/dev/zero" => Self::PrivateAnonymous,
            (Backing::File { .. } | Backing::SharedMemory { .. }, false) => Self::PrivateFile,
            (Backing::File { .. }, true) => Self::SharedFile,
            (_, true) => Self::SharedMemory,
            (_, false) => Self::PrivateAnonymous,
        }
    }

    /// Whether a write makes an anonymous page.
    pub fn is_private(self) -> bool {
        matches!(self, Self::PrivateAnonymous | Self::PrivateFile)
    }
}

/// The state of a page of `vma` whose pagemap entry is `bits`. `zero` is what `PAGEMAP_SCAN` said about the zero page,
/// `None` where this kernel does not say.
pub fn state(vma: &Vma, bits: u64, zero: Option<bool>) -> PageState {
    let has = |bit| bits & bit != 0;
    if !has(PRESENT) {
        return match (has(GUARD), has(SWAPPED)) {
            (true, _) => PageState::Guard,
            (false, true) => PageState::Swapped,
            (false, false) => PageState::Absent,
        };
    }
    let shared_memory = matches!(vma.backing, Backing::SharedMemory { .. });
    match (has(FILE), has(EXCLUSIVE)) {
        (true, true) if shared_memory => PageState::Shmem,
        (true, false) if shared_memory => PageState::ShmemShared,
        (true, true) => PageState::File,
        (true, false) => PageState::FileShared,
        (false, true) => PageState::Private,
        (false, false) => match zero {
            Some(true) => PageState::Zero,
            Some(false) => PageState::Shared,
            None => PageState::ZeroOrShared,
        },
    }
}

/// Whether only `PAGEMAP_SCAN` can tell what the page is: present, neither of a file nor exclusive.
pub fn is_ambiguous(bits: u64) -> bool {
    bits & (PRESENT | FILE | EXCLUSIVE) == PRESENT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::fixture::{file, shared_memory, vma};

    #[test]
    fn kinds_follow_backing_and_sharing() {
        let table = [
            (Backing::Anonymous, false, Kind::PrivateAnonymous),
            (Backing::Heap, false, Kind::PrivateAnonymous),
            (Backing::Stack, false, Kind::PrivateAnonymous),
            (file("/dev/zero"), false, Kind::PrivateAnonymous),
            (file("/tmp/a"), false, Kind::PrivateFile),
            (file("/tmp/a"), true, Kind::SharedFile),
            (shared_memory(), false, Kind::PrivateFile),
            (shared_memory(), true, Kind::SharedMemory),
        ];
        for (backing, shared, kind) in table {
            assert_eq!(
                Kind::of(&vma(backing.clone(), shared)),
                kind,
                "{backing:?} {shared}"
            );
        }
    }

    /// Every combination of the five bits, of what the scan says, and of the kind of backing.
    #[test]
    fn every_combination_of_bits_has_one_state() {
        for row in 0u64..32 {
            let bit = |n: u64, bit: u64| if row >> n & 1 == 1 { bit } else { 0 };
            let bits = bit(4, PRESENT)
                | bit(3, SWAPPED)
                | bit(2, FILE)
                | bit(1, GUARD)
                | bit(0, EXCLUSIVE);
            for backing in [Backing::Anonymous, file("/tmp/a"), shared_memory()] {
                for zero in [None, Some(false), Some(true)] {
                    let memory = matches!(backing, Backing::SharedMemory { .. });
                    let expected =
                        match (row >> 4, row >> 3 & 1, row >> 2 & 1, row >> 1 & 1, row & 1) {
                            (0, _, _, 1, _) => PageState::Guard,
                            (0, 1, _, 0, _) => PageState::Swapped,
                            (0, 0, _, 0, _) => PageState::Absent,
                            (_, _, 1, _, 1) if memory => PageState::Shmem,
                            (_, _, 1, _, 0) if memory => PageState::ShmemShared,
                            (_, _, 1, _, 1) => PageState::File,
                            (_, _, 1, _, _) => PageState::FileShared,
                            (_, _, 0, _, 1) => PageState::Private,
                            _ if zero == Some(true) => PageState::Zero,
                            _ if zero == Some(false) => PageState::Shared,
                            _ => PageState::ZeroOrShared,
                        };
                    let found = state(&vma(backing.clone(), false), bits, zero);
                    assert_eq!(found, expected, "{backing:?} bits {row:05b} zero {zero:?}");
                }
            }
        }
    }

    /// Entries as this program's kernel was seen to write them, for readers without privilege.
    #[test]
    fn recorded_entries() {
        let table = [
            (0x0000_0000_0000_0000, PageState::Absent),
            (0x8100_0000_0000_0000, PageState::Private),
            (0xa100_0000_0000_0000, PageState::File),
            (0xa000_0000_0000_0000, PageState::FileShared),
            (0x4400_0000_0000_0000, PageState::Guard),
            (0x4000_0000_0000_0000, PageState::Swapped),
            (0x8300_0000_0000_0000, PageState::Private),
            (0x8000_0000_0000_0000, PageState::ZeroOrShared),
        ];
        for (bits, expected) in table {
            assert_eq!(state(&vma(file("/tmp/a"), false), bits, None), expected);
        }
        assert!(is_ambiguous(0x8000_0000_0000_0000));
        assert!(!is_ambiguous(0x8100_0000_0000_0000));
        assert!(!is_ambiguous(0xa000_0000_0000_0000));
        assert!(!is_ambiguous(0));
    }
}
