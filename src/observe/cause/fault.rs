//! The one function that says why an access faulted. Pure: a table of what was there and what was wanted.
//!
//! Each row can be checked against `mm/memory.c`: `do_anonymous_page`, `do_wp_page`, `do_read_fault`, `do_cow_fault`,
//! `do_shared_fault`. A row for swap-in or for huge pages goes where `Unexplained` stands now.

use super::Cause;
use crate::mem::{Access, AccessKind, PageState, Vma};
use crate::observe::state::Kind;

/// Why `access`, which faulted or raised a signal, did so.
///
/// `before` is the page as it was just before the access, `after` as it was found afterwards, if nothing else happened
/// to it meanwhile. `moved` says whether its frame is another one now, where frame numbers can be read.
pub fn cause(
    access: &Access,
    before: PageState,
    after: Option<PageState>,
    vma: Option<&Vma>,
    moved: Option<bool>,
) -> Cause {
    if let Some(signal) = access.signal {
        return match signal.number {
            libc::SIGSEGV => Cause::SegmentationFault,
            libc::SIGBUS => Cause::BusError,
            libc::SIGILL => Cause::IllegalInstruction,
            _ => Cause::OtherSignal,
        };
    }
    let Some(vma) = vma else {
        return Cause::Unexplained;
    };
    let major = access.faults.major > 0;
    match (Kind::of(vma), access.kind) {
        (Kind::PrivateAnonymous | Kind::PrivateFile, AccessKind::Write) => {
            private_write(vma, before, moved)
        }
        (Kind::PrivateAnonymous, _) => anonymous_read(before, after),
        (Kind::PrivateFile | Kind::SharedFile, AccessKind::Read | AccessKind::Execute) => {
            file_read(before, major)
        }
        (Kind::SharedFile, AccessKind::Write) => shared_file_write(before, major),
        (Kind::SharedMemory, _) => shared_memory(before, after),
    }
}

fn private_write(vma: &Vma, before: PageState, moved: Option<bool>) -> Cause {
    let file = Kind::of(vma) == Kind::PrivateFile;
    match before {
        PageState::Absent if file => Cause::PrivateFileCopy,
        PageState::Absent => Cause::DemandZero,
        PageState::Zero => Cause::ZeroPageUpgrade,
        // Shared when the snapshot was taken, but the last to let go may have been gone by now: frames know.
        PageState::Shared if moved == Some(false) => Cause::Reuse,
        PageState::Shared => Cause::CopyOnWrite,
        // Exclusive, and yet a fault: read-only since it was shared. Copied only if the kernel could not be sure.
        PageState::Private if moved == Some(true) => Cause::CopyOnWrite,
        PageState::Private => Cause::Reuse,
        PageState::File | PageState::FileShared | PageState::Shmem | PageState::ShmemShared => {
            Cause::PrivateFileCopy
        }
        PageState::Swapped | PageState::Guard | PageState::ZeroOrShared | PageState::Unknown => {
            Cause::Unexplained
        }
    }
}

fn anonymous_read(before: PageState, after: Option<PageState>) -> Cause {
    match (before, after) {
        // Where huge pages are in use, even a read may be given a page of its own.
        (PageState::Absent, Some(PageState::Private)) => Cause::DemandZero,
        (PageState::Absent, _) => Cause::ZeroPageRead,
        (PageState::Swapped | PageState::Guard | PageState::Unknown, _) => Cause::Unexplained,
        _ => Cause::Spurious,
    }
}

fn file_read(before: PageState, major: bool) -> Cause {
    match before {
        PageState::Absent if major => Cause::FileMajor,
        PageState::Absent => Cause::FileMinor,
        PageState::Swapped | PageState::Guard | PageState::Unknown => Cause::Unexplained,
        _ => Cause::Spurious,
    }
}

fn shared_file_write(before: PageState, major: bool) -> Cause {
    match before {
        // One fault maps the page and notes it as dirty.
        PageState::Absent if major => Cause::FileMajor,
        PageState::Absent => Cause::FileMinor,
        // The zero page stands in for a hole of a file on memory-like storage (DAX).
        PageState::File | PageState::FileShared | PageState::Zero => Cause::WriteNotify,
        _ => Cause::Unexplained,
    }
}

fn shared_memory(before: PageState, after: Option<PageState>) -> Cause {
    match (before, after) {
        (PageState::Absent, Some(PageState::ShmemShared)) => Cause::SharedMemoryMap,
        (PageState::Absent, _) => Cause::SharedMemoryFault,
        (PageState::Swapped | PageState::Guard | PageState::Unknown, _) => Cause::Unexplained,
        _ => Cause::Spurious,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Addr, Faults, Nanos, Signal};
    use crate::observe::fixture::of_kind;
    use AccessKind::{Execute, Read, Write};
    use PageState as P;

    fn access(kind: AccessKind, major: bool) -> Access {
        Access {
            kind,
            address: Addr(0x10000),
            length: 1,
            faults: Faults {
                minor: u64::from(!major),
                major: u64::from(major),
            },
            elapsed: Nanos(600),
            signal: None,
        }
    }

    #[test]
    fn every_row_of_the_kernel() {
        const ANON: Kind = Kind::PrivateAnonymous;
        const COPY: Kind = Kind::PrivateFile;
        const FILE: Kind = Kind::SharedFile;
        const MEMORY: Kind = Kind::SharedMemory;
        let (minor, major) = (false, true);
        #[rustfmt::skip] // One row a line.
        let table = [
            // Anonymous private.
            (ANON, Read, minor, P::Absent, Some(P::Zero), None, Cause::ZeroPageRead),
            (ANON, Execute, minor, P::Absent, Some(P::Zero), None, Cause::ZeroPageRead),
            (ANON, Read, minor, P::Absent, None, None, Cause::ZeroPageRead),
            (ANON, Read, minor, P::Absent, Some(P::Private), None, Cause::DemandZero),
            (ANON, Write, minor, P::Absent, Some(P::Private), None, Cause::DemandZero),
            (ANON, Write, minor, P::Zero, Some(P::Private), None, Cause::ZeroPageUpgrade),
            (ANON, Write, minor, P::Zero, Some(P::Private), Some(true), Cause::ZeroPageUpgrade),
            // After fork.
            (ANON, Write, minor, P::Shared, Some(P::Private), None, Cause::CopyOnWrite),
            (ANON, Write, minor, P::Shared, Some(P::Private), Some(true), Cause::CopyOnWrite),
            (ANON, Write, minor, P::Shared, Some(P::Private), Some(false), Cause::Reuse),
            (ANON, Write, minor, P::Private, Some(P::Private), None, Cause::Reuse),
            (ANON, Write, minor, P::Private, Some(P::Private), Some(false), Cause::Reuse),
            (ANON, Write, minor, P::Private, Some(P::Private), Some(true), Cause::CopyOnWrite),
            (COPY, Write, minor, P::Shared, Some(P::Private), None, Cause::CopyOnWrite),
            (COPY, Write, minor, P::Private, Some(P::Private), None, Cause::Reuse),
            // Private file.
            (COPY, Read, minor, P::Absent, Some(P::File), None, Cause::FileMinor),
            (COPY, Read, major, P::Absent, Some(P::File), None, Cause::FileMajor),
            (COPY, Execute, minor, P::Absent, Some(P::File), None, Cause::FileMinor),
            (COPY, Write, minor, P::File, Some(P::Private), None, Cause::PrivateFileCopy),
            (COPY, Write, minor, P::FileShared, Some(P::Private), None, Cause::PrivateFileCopy),
            (COPY, Write, minor, P::Shmem, Some(P::Private), None, Cause::PrivateFileCopy),
            (COPY, Write, minor, P::ShmemShared, Some(P::Private), None, Cause::PrivateFileCopy),
            (COPY, Write, minor, P::Absent, Some(P::Private), None, Cause::PrivateFileCopy),
            (COPY, Write, major, P::Absent, Some(P::Private), None, Cause::PrivateFileCopy),
            // Shared file.
            (FILE, Read, minor, P::Absent, Some(P::File), None, Cause::FileMinor),
            (FILE, Read, major, P::Absent, Some(P::File), None, Cause::FileMajor),
            (FILE, Write, minor, P::Absent, Some(P::File), None, Cause::FileMinor),
            (FILE, Write, major, P::Absent, Some(P::File), None, Cause::FileMajor),
            (FILE, Write, minor, P::File, Some(P::File), None, Cause::WriteNotify),
            (FILE, Write, minor, P::FileShared, Some(P::FileShared), None, Cause::WriteNotify),
            // Shared memory.
            (MEMORY, Read, minor, P::Absent, Some(P::Shmem), None, Cause::SharedMemoryFault),
            (MEMORY, Write, minor, P::Absent, Some(P::Shmem), None, Cause::SharedMemoryFault),
            (MEMORY, Write, minor, P::Absent, None, None, Cause::SharedMemoryFault),
            (MEMORY, Read, minor, P::Absent, Some(P::ShmemShared), None, Cause::SharedMemoryMap),
            (MEMORY, Write, minor, P::Absent, Some(P::ShmemShared), None, Cause::SharedMemoryMap),
            // Faults that change nothing.
            (ANON, Read, minor, P::Private, Some(P::Private), None, Cause::Spurious),
            (ANON, Read, minor, P::Zero, Some(P::Zero), None, Cause::Spurious),
            (ANON, Read, minor, P::Shared, Some(P::Shared), None, Cause::Spurious),
            (COPY, Read, minor, P::File, Some(P::File), None, Cause::Spurious),
            (FILE, Read, minor, P::File, Some(P::File), None, Cause::Spurious),
            (MEMORY, Write, minor, P::Shmem, Some(P::Shmem), None, Cause::Spurious),
            // What no rule is written for yet.
            (ANON, Write, minor, P::ZeroOrShared, Some(P::Private), None, Cause::Unexplained),
            (ANON, Read, major, P::Swapped, Some(P::Private), None, Cause::Unexplained),
            (ANON, Write, major, P::Swapped, Some(P::Private), None, Cause::Unexplained),
            (COPY, Read, major, P::Swapped, Some(P::Private), None, Cause::Unexplained),
            (FILE, Write, minor, P::Unknown, None, None, Cause::Unexplained),
            (ANON, Write, minor, P::Unknown, Some(P::Private), None, Cause::Unexplained),
            (MEMORY, Read, minor, P::Unknown, None, None, Cause::Unexplained),
        ];
        for (kind, wanted, is_major, before, after, moved, expected) in table {
            let found = cause(
                &access(wanted, is_major),
                before,
                after,
                Some(&of_kind(kind)),
                moved,
            );
            assert_eq!(
                found, expected,
                "{wanted} {kind:?} {before:?} -> {after:?}, moved {moved:?}"
            );
        }
        assert_eq!(
            cause(&access(Write, minor), P::Absent, None, None, None),
            Cause::Unexplained
        );
    }

    #[test]
    fn a_signal_is_its_own_cause_whatever_the_page() {
        let table = [
            (11, Cause::SegmentationFault),
            (7, Cause::BusError),
            (4, Cause::IllegalInstruction),
            (5, Cause::OtherSignal),
            (8, Cause::OtherSignal),
        ];
        for (number, expected) in table {
            let mut access = access(Read, false);
            access.signal = Some(Signal {
                number,
                code: 1,
                address: Addr(0x10000),
            });
            for before in P::ALL {
                assert_eq!(cause(&access, before, None, None, None), expected);
            }
        }
    }
}
