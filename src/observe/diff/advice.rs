//! What the kernel was told about memory: the letters of `VmFlags` and the bytes of `LazyFree` in `/proc/<pid>/smaps`.
//!
//! A hint changes no page. Where smaps shows it, that is the proof that the kernel took it; see proc(5) and madvise(2).

use crate::mem::{Bytes, Call, Field, Range, Usage};
use crate::observe::snapshot::{Mapping, Snapshot};

/// What smaps says otherwise of a VMA than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// Letters of `VmFlags` that are there now, or are gone.
    Flag {
        mapping: Range,
        flag: String,
        is_set: bool,
    },
    /// `LazyFree` before and now.
    LazyFree {
        mapping: Range,
        before: Bytes,
        now: Bytes,
    },
    /// Pages that `MADV_FREE` made clean, which `LazyFree` does not count yet: bytes, and what it counts.
    Cleaned {
        mapping: Range,
        cleaned: Bytes,
        lazy: Bytes,
    },
}

impl Notice {
    pub(crate) fn mapping(&self) -> Range {
        match self {
            Self::Flag { mapping, .. }
            | Self::LazyFree { mapping, .. }
            | Self::Cleaned { mapping, .. } => *mapping,
        }
    }
}

/// The letters that programs ask for; the others follow from what maps shows already.
const ASKED: [&str; 10] = ["rr", "sr", "dc", "wf", "dd", "hg", "nh", "mg", "lo", "lf"];

/// What smaps says otherwise of the lesson's VMAs. A VMA that is new was told what it was made with.
///
/// The kernel marks freed pages in batches, the last of them some time later: that `LazyFree` grows is news only where
/// `calls` asked for it. The entries of the pages are made clean at once, and `Private_Dirty` has them no more.
pub(super) fn notices(before: &Snapshot, after: &Snapshot, calls: &[Call]) -> Vec<Notice> {
    let free = (libc::MADV_FREE as u64, "madvise");
    let asked = |call: &Call| (call.arguments[2], call.function) == free && call.result == 0;
    let is_freed = calls.iter().any(asked);
    let mut notices = Vec::new();
    for now in after.lesson_mappings() {
        let was = before
            .mapping_at(now.vma.range.start)
            .filter(|was| was.vma.backing == now.vma.backing);
        let Some(was) = was else { continue };
        // Read together with the flags: what was not read must not look like a flag that is gone.
        let (Some(old), Some(new)) = (was.usage.known(), now.usage.known()) else {
            continue;
        };
        notices.extend(ASKED.into_iter().filter_map(|flag| changed(was, now, flag)));
        let Some(lazy) = both(old, new, Field::LazyFree) else {
            continue;
        };
        let is_whole = was.vma.range == now.vma.range;
        let dirty = both(old, new, Field::PrivateDirty).filter(|_| is_freed && is_whole);
        let went = both(old, new, Field::Rss).map_or(0, |(was, now)| was.saturating_sub(now));
        let cleaned = dirty.map_or(0, |(was, now)| was.saturating_sub(now + went));
        if cleaned > lazy.1.saturating_sub(lazy.0) {
            notices.push(Notice::Cleaned {
                mapping: now.vma.range,
                cleaned: Bytes(cleaned),
                lazy: Bytes(lazy.1),
            });
            continue;
        }
        if lazy.0 == lazy.1 {
            continue;
        }
        // Pages that went are told as dropped; and only the whole VMA can be compared with itself.
        let is_news = match lazy.0.saturating_sub(lazy.1) {
            0 => is_freed,
            less => went < less,
        };
        if is_news && is_whole {
            notices.push(Notice::LazyFree {
                mapping: now.vma.range,
                before: Bytes(lazy.0),
                now: Bytes(lazy.1),
            });
        }
    }
    notices
}

/// A number of smaps before and now, where both are known.
fn both(old: &Usage, new: &Usage, field: Field) -> Option<(u64, u64)> {
    old.sizes.get(field).zip(new.sizes.get(field))
}

fn changed(was: &Mapping, now: &Mapping, flag: &str) -> Option<Notice> {
    let has = |mapping: &Mapping| mapping.flags.iter().any(|one| one == flag);
    (has(was) != has(now)).then(|| Notice::Flag {
        mapping: now.vma.range,
        flag: flag.to_owned(),
        is_set: has(now),
    })
}

/// A word to the kernel, given by a call that succeeded: the function and its advice.
pub(super) fn hint(call: &Call) -> Option<(&'static str, u64)> {
    let advice = match call.function {
        "madvise" => call.arguments[2],
        "posix_fadvise" => call.arguments[3],
        _ => return None,
    };
    (call.result == 0).then_some((call.function, advice))
}
