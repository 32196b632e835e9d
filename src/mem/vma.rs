//! One line of `/proc/<pid>/maps`: a virtual memory area. See proc(5).

use super::{Addr, Range};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a VMA permits, and whether its pages are shared: the `rw-p` of a line of maps.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent letters of a line of maps"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Perms {
    /// Pages may be read.
    pub read: bool,
    /// Pages may be written.
    pub write: bool,
    /// Pages may be executed.
    pub execute: bool,
    /// `MAP_SHARED` (`s`) rather than `MAP_PRIVATE` (`p`).
    pub shared: bool,
}

impl Perms {
    /// From the four letters of a line of maps, `rw-p`; `None` when there are not four.
    pub fn of(letters: &str) -> Option<Self> {
        let &[read, write, execute, sharing] = letters.as_bytes() else {
            return None;
        };
        Some(Self {
            read: read == b'r',
            write: write == b'w',
            execute: execute == b'x',
            shared: sharing == b's',
        })
    }
}

impl fmt::Display for Perms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |set, letter| if set { letter } else { '-' };
        write!(
            f,
            "{}{}{}{}",
            letter(self.read, 'r'),
            letter(self.write, 'w'),
            letter(self.execute, 'x'),
            if self.shared { 's' } else { 'p' }
        )
    }
}

/// What stands behind a VMA's pages: the last column of a line of maps.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Backing {
    /// Nothing: private anonymous memory (an empty column).
    Anonymous,
    /// A file of a file system, by its path as maps shows it.
    File {
        /// Path, with ` (deleted)` taken off.
        path: String,
        /// The name is gone, the file is not.
        deleted: bool,
    },
    /// Memory without a disk file: `MAP_SHARED | MAP_ANONYMOUS` (`/dev/zero (deleted)`), memfd, `/dev/shm`, System V.
    SharedMemory {
        /// The name maps shows.
        name: String,
    },
    /// `[heap]`: what `brk` made.
    Heap,
    /// `[stack]` of the first thread.
    Stack,
    /// Any other name in brackets: `[vdso]`, `[vvar]`, `[vsyscall]`, `[anon:…]`; and `/anon_hugepage (deleted)`.
    Special(String),
}

/// What maps calls shared anonymous memory.
pub const SHARED_ANONYMOUS: &str = "/dev/zero (deleted)";
/// What maps calls anonymous memory in huge pages that were set aside.
pub const HUGETLB: &str = "/anon_hugepage";

impl Backing {
    /// Whether pages come from a file or shared-memory object rather than from nothing.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::File { .. } | Self::SharedMemory { .. })
    }

    /// Whether it is `MAP_SHARED | MAP_ANONYMOUS`: maps shows a deleted file of the kernel's own.
    pub fn is_shared_anonymous(&self) -> bool {
        matches!(self, Self::SharedMemory { name } if name == SHARED_ANONYMOUS)
    }

    /// Whether it is `MAP_HUGETLB | MAP_ANONYMOUS`: maps shows a deleted file of the kernel's own.
    pub fn is_hugetlb(&self) -> bool {
        matches!(self, Self::Special(name) if name.starts_with(HUGETLB))
    }
}

impl fmt::Display for Backing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => Ok(()),
            Self::File {
                path,
                deleted: false,
            } => f.write_str(path),
            Self::File {
                path,
                deleted: true,
            } => write!(f, "{path} (deleted)"),
            Self::SharedMemory { name } | Self::Special(name) => f.write_str(name),
            Self::Heap => f.write_str("[heap]"),
            Self::Stack => f.write_str("[stack]"),
        }
    }
}

/// A virtual memory area: pages next to each other that the kernel treats alike. Neighbouring mappings may merge
/// into one, and one mapping may be split into several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vma {
    /// Addresses.
    pub range: Range,
    /// Protection and sharing.
    pub perms: Perms,
    /// Offset into the file, in bytes.
    pub offset: u64,
    /// Device of the file, major and minor; zeros when there is none.
    pub device: (u32, u32),
    /// Inode of the file; 0 when there is none.
    pub inode: u64,
    /// What stands behind it.
    pub backing: Backing,
}

impl Vma {
    /// Whether a first write makes an anonymous page: private, whatever stands behind.
    pub fn is_private(&self) -> bool {
        !self.perms.shared
    }

    /// The byte of the file that `addr` shows.
    pub fn file_offset(&self, addr: Addr) -> u64 {
        self.offset + (addr.0.saturating_sub(self.range.start.0))
    }
}
