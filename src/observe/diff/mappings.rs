//! VMAs compared by what they hold: made, removed, split, merged, grown, shrunk, protected.
//!
//! Two VMAs hold the same where they overlap, have the same backing, and show the same bytes of it. So a mapping put
//! over another one by `MAP_FIXED` is new, and one cut in the middle is split.

use crate::mem::{Backing, Range, Vma};
use crate::observe::Snapshot;
use crate::observe::cause::Cause;

/// What maps writes behind a name that is gone.
const DELETED: &str = " (deleted)";
/// So many alike are listed one by one.
pub(crate) const MOST_LISTED: usize = 4;

/// What became of VMAs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fate<'a> {
    pub(crate) cause: Cause,
    /// The VMAs before that it concerns.
    pub(crate) old: Vec<&'a Vma>,
    /// Those after.
    pub(crate) new: Vec<&'a Vma>,
}

impl Fate<'_> {
    /// The range to point at: after the statement, or before it where nothing is left.
    pub(crate) fn range(&self) -> Range {
        let vmas = if self.new.is_empty() {
            &self.old
        } else {
            &self.new
        };
        let start = vmas.iter().map(|vma| vma.range.start).min();
        let end = vmas.iter().map(|vma| vma.range.end).max();
        Range::new(start.unwrap_or_default(), end.unwrap_or_default())
    }
}

/// The fates of the lesson's VMAs, in address order.
pub(super) fn fates<'a>(
    before: Option<&'a Snapshot>,
    after: Option<&'a Snapshot>,
) -> Vec<Fate<'a>> {
    let new = lesson(after);
    let mut old = lesson(before);
    // A new mapping may have merged with one of the program's own: then that is what has grown.
    old.extend(swallowed(before, &new));
    let mut fates = Vec::new();
    for group in groups(&old, &new) {
        fates.extend(fate(&group));
        fates.extend(protected(&group));
        fates.extend(renamed(&group));
    }
    fates.sort_by_key(|fate| fate.range().start);
    gathered(&fates)
}

/// Neighbours that all went away are told together, once they are too many to be listed.
fn gathered<'a>(fates: &[Fate<'a>]) -> Vec<Fate<'a>> {
    let follows = |one: &Fate<'_>, other: &Fate<'_>| {
        one.cause == Cause::MappingRemoved
            && other.cause == Cause::MappingRemoved
            && one.range().end == other.range().start
    };
    fates
        .chunk_by(follows)
        .flat_map(|run| {
            if run.len() <= MOST_LISTED {
                return run.to_vec();
            }
            let old = run.iter().flat_map(|fate| fate.old.clone()).collect();
            vec![Fate {
                cause: Cause::MappingRemoved,
                old,
                new: Vec::new(),
            }]
        })
        .collect()
}

fn lesson(snapshot: Option<&Snapshot>) -> Vec<&Vma> {
    snapshot
        .into_iter()
        .flat_map(Snapshot::lesson_mappings)
        .map(|mapping| &mapping.vma)
        .collect()
}

/// The program's own VMAs that are part of the lesson's now.
fn swallowed<'a>(before: Option<&'a Snapshot>, new: &[&Vma]) -> Vec<&'a Vma> {
    let part = |vma: &Vma| new.iter().any(|new| new.range.covers(vma.range));
    before
        .into_iter()
        .flat_map(|before| &before.mappings)
        .filter(|mapping| mapping.own && part(&mapping.vma))
        .map(|mapping| &mapping.vma)
        .collect()
}

#[derive(Debug, Default)]
struct Group<'a> {
    old: Vec<&'a Vma>,
    new: Vec<&'a Vma>,
}

/// VMAs that hold the same, directly or by way of others.
fn groups<'a>(old: &[&'a Vma], new: &[&'a Vma]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = old
        .iter()
        .map(|&vma| Group {
            old: vec![vma],
            new: Vec::new(),
        })
        .collect();
    for &vma in new {
        let (with, mut rest): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|group| group.old.iter().any(|old| holds_the_same(old, vma)));
        let mut joined = Group {
            old: Vec::new(),
            new: vec![vma],
        };
        for group in with {
            joined.old.extend(group.old);
            joined.new.splice(0..0, group.new);
        }
        rest.push(joined);
        groups = rest;
    }
    groups
}

fn holds_the_same(old: &Vma, new: &Vma) -> bool {
    let Some(both) = old.range.intersection(new.range) else {
        return false;
    };
    // A file is told by its number: its name may be taken away while it is mapped, and maps shows that.
    let same = if old.inode == 0 {
        old.backing == new.backing
    } else {
        old.device == new.device
    };
    same && old.perms.shared == new.perms.shared
        && old.inode == new.inode
        && (!old.backing.is_file() || old.file_offset(both.start) == new.file_offset(both.start))
}

fn fate<'a>(group: &Group<'a>) -> Option<Fate<'a>> {
    let size = |vmas: &[&Vma]| vmas.iter().map(|vma| vma.range.length()).sum::<u64>();
    let cause = match (group.old.len(), group.new.len()) {
        (0, _) => Cause::MappingCreated,
        (_, 0) => Cause::MappingRemoved,
        (old, new) if new > old => Cause::MappingSplit,
        (old, new) if new < old => Cause::MappingMerged,
        _ if size(&group.new) > size(&group.old) => Cause::MappingGrown,
        _ if size(&group.new) < size(&group.old) => Cause::MappingShrunk,
        _ => return None,
    };
    Some(Fate {
        cause,
        old: group.old.clone(),
        new: group.new.clone(),
    })
}

/// The parts of a group whose protection is another one now. When they are many, the sentence of the split or of the
/// merge has to do.
fn protected<'a>(group: &Group<'a>) -> Vec<Fate<'a>> {
    if group.old.len().max(group.new.len()) > 2 * MOST_LISTED {
        return Vec::new();
    }
    let pairs = group
        .new
        .iter()
        .flat_map(|&new| group.old.iter().map(move |&old| (old, new)));
    pairs
        .filter(|(old, new)| old.range.intersection(new.range).is_some() && old.perms != new.perms)
        .map(|(old, new)| Fate {
            cause: Cause::ProtectionChanged,
            old: vec![old],
            new: vec![new],
        })
        .collect()
}

/// The parts of a group whose file, or shared memory, has lost its name.
fn renamed<'a>(group: &Group<'a>) -> Vec<Fate<'a>> {
    let lost = |new: &Vma| {
        let has_no_name = |vma: &Vma| match &vma.backing {
            Backing::File { deleted, .. } => *deleted,
            Backing::SharedMemory { name } => name.ends_with(DELETED),
            _ => false,
        };
        let was_named =
            |old: &&Vma| old.range.intersection(new.range).is_some() && !has_no_name(old);
        has_no_name(new).then(|| group.old.iter().copied().find(was_named))?
    };
    group
        .new
        .iter()
        .filter_map(|&new| {
            Some(Fate {
                cause: Cause::NameRemoved,
                old: vec![lost(new)?],
                new: vec![new],
            })
        })
        .collect()
}
