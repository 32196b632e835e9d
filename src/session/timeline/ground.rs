//! What stands where a call that failed points to, as maps shows it after the line: half of why it failed.

use crate::mem::{Addr, Call, Perms, Range, Vma};
use crate::observe::{Mapping, Snapshot};

/// The range of a call's arguments, and the VMAs that it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ground {
    /// Whether every byte of it is mapped.
    pub is_whole: bool,
    /// What all of its VMAs allow; shared where one of them is.
    pub perms: Perms,
    /// Whether one of them shows a file, or shared memory.
    pub is_file: bool,
    /// Whether something is mapped right behind it.
    pub is_followed: bool,
}

impl Ground {
    /// The ground of a call; `None` where its arguments name no memory.
    pub(super) fn of(call: &Call, snapshot: &Snapshot) -> Option<Self> {
        let range = range(call)?;
        let met = || snapshot.mappings_in(range);
        let page = met().find_map(Mapping::page_bytes).unwrap_or(1).max(1);
        let end = Addr(range.end.0.checked_next_multiple_of(page)?);
        let met: Vec<&Vma> = met().map(|mapping| &mapping.vma).collect();
        let covered = |vma: &&Vma| vma.range.intersection(range).map_or(0, Range::length);
        let all = |allows: fn(&Perms) -> bool| met.iter().all(|vma| allows(&vma.perms));
        Some(Self {
            is_whole: met.iter().map(covered).sum::<u64>() == range.length(),
            perms: Perms {
                read: all(|perms| perms.read),
                write: all(|perms| perms.write),
                execute: all(|perms| perms.execute),
                shared: met.iter().any(|vma| vma.perms.shared),
            },
            is_file: met.iter().any(|vma| vma.backing.is_file()),
            is_followed: snapshot.mapping_at(end).is_some(),
        })
    }
}

/// The range that a call names. Of a buffer its first byte: where the kernel gets further than that, it does not fail.
fn range(call: &Call) -> Option<Range> {
    let [first, second, ..] = call.arguments;
    let range = match call.function {
        "munmap" | "mprotect" | "madvise" | "msync" | "mremap" | "mincore" | "mlock"
        | "munlock" => Range::of(Addr(first), second),
        "read" | "write" | "pread" | "pwrite" => Range::of(Addr(second), 1),
        _ => return None,
    };
    (range.length() > 0).then_some(range)
}
