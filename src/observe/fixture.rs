//! VMAs for tests: one kind of memory each, all at the same place.

use super::state::Kind;
use crate::mem::{Addr, Backing, Perms, Range, Vma};

/// A readable and writable VMA of 16 pages of 4 KiB.
pub(super) fn vma(backing: Backing, shared: bool) -> Vma {
    Vma {
        range: Range::of(Addr(0x10000), 0x10000),
        perms: Perms {
            read: true,
            write: true,
            execute: false,
            shared,
        },
        offset: 0,
        device: (0, 0),
        inode: 0,
        backing,
    }
}

/// Such a VMA of a kind.
pub(super) fn of_kind(kind: Kind) -> Vma {
    let vma = match kind {
        Kind::PrivateAnonymous => vma(Backing::Anonymous, false),
        Kind::PrivateFile => vma(file("/tmp/data.bin"), false),
        Kind::SharedFile => vma(file("/tmp/data.bin"), true),
        Kind::SharedMemory => vma(shared_memory(), true),
    };
    assert_eq!(Kind::of(&vma), kind);
    vma
}

/// A file of that name.
pub(super) fn file(path: &str) -> Backing {
    Backing::File {
        path: path.to_owned(),
        deleted: false,
    }
}

/// What maps calls shared anonymous memory.
pub(super) fn shared_memory() -> Backing {
    Backing::SharedMemory {
        name: "/dev/zero (deleted)".to_owned(),
    }
}
