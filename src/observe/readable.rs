//! Which pages can be read without changing anything. Pure; see mmap(2), and `PageState` for how it is known.
//!
//! A page that is present and readable costs its reader no fault: only the mark "accessed" of its entry is set, as by
//! any read. Whatever else reading would do (bring a page in, end in a signal, speak to a device) is the reason here.

use crate::mem::{Backing, PageState, Vma};

/// Why a page of `vma` in that state is not read; `None` where reading changes nothing.
pub fn refusal(vma: &Vma, state: PageState) -> Option<&'static str> {
    if !vma.perms.read {
        return Some("it may not be read: to try is a segmentation fault");
    }
    if is_device(&vma.backing) {
        return Some("a device lies behind it: to read it may change it");
    }
    match state {
        PageState::Absent if vma.backing.is_file() => {
            Some("absent: the bytes are in the file; reading would map a page of it")
        }
        PageState::Absent => Some("absent: there are no bytes yet; reading would bring a page in"),
        PageState::Swapped => Some("swapped out: reading would bring it back in"),
        PageState::Guard => Some("a guard page: to read it is a segmentation fault"),
        PageState::Unknown => {
            Some("whether it is present is not known, and to read an absent page would bring it in")
        }
        PageState::Zero
        | PageState::Private
        | PageState::Shared
        | PageState::File
        | PageState::FileShared
        | PageState::Shmem
        | PageState::ShmemShared
        | PageState::ZeroOrShared => None,
    }
}

/// Whether a device stands behind it rather than memory; `/dev/zero` and what lies in `/dev/shm` are memory.
fn is_device(backing: &Backing) -> bool {
    match backing {
        Backing::File { path, .. } => path.starts_with("/dev/") && path != "/dev/zero",
        Backing::Special(name) => !backing.is_hugetlb() && !name.starts_with("[anon"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Addr, Perms, Range};

    fn vma(read: bool, backing: Backing) -> Vma {
        Vma {
            range: Range::of(Addr(0x10000), 0x10000),
            perms: Perms {
                read,
                ..Perms::default()
            },
            offset: 0,
            device: (0, 0),
            inode: 0,
            backing,
        }
    }

    #[test]
    fn only_what_is_present_and_readable_is_read() {
        for state in PageState::ALL {
            let refused = refusal(&vma(true, Backing::Anonymous), state);
            assert_eq!(refused.is_none(), state.is_present(), "{state}");
            assert!(refusal(&vma(false, Backing::Anonymous), state).is_some());
        }
    }

    #[test]
    fn a_device_is_never_read_and_memory_with_a_name_is() {
        let file = |path: &str| Backing::File {
            path: path.to_owned(),
            deleted: false,
        };
        let table = [
            (file("/dev/mem"), false),
            (file("/dev/zero"), true),
            (file("/home/me/data.bin"), true),
            (
                Backing::SharedMemory {
                    name: "/dev/shm/x".to_owned(),
                },
                true,
            ),
            (Backing::Special("[vvar]".to_owned()), false),
            (Backing::Special("[anon:mine]".to_owned()), true),
            (Backing::Heap, true),
        ];
        for (backing, read) in table {
            let refused = refusal(&vma(true, backing.clone()), PageState::File);
            assert_eq!(refused.is_none(), read, "{backing:?}");
        }
    }
}
