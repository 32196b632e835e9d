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
    old.sort_by_key(|vma| vma.range.start);
    let mut fates = Vec::new();
    for group in groups(&old, &new, holds_the_same) {
        fates.extend(fate(&group));
        fates.extend(protected(&group));
        fates.extend(renamed(&group));
    }
    fates.sort_by_cached_key(|fate| fate.range().start);
    gathered(fates)
}

/// Those that all came, or all went, are told together once they are too many to be listed.
fn gathered(fates: Vec<Fate<'_>>) -> Vec<Fate<'_>> {
    let mut told = fates;
    for cause in [Cause::MappingCreated, Cause::MappingRemoved] {
        let is = |fate: &Fate<'_>| fate.cause == cause;
        if told.iter().filter(|fate| is(fate)).count() <= MOST_LISTED {
            continue;
        }
        let (alike, others): (Vec<_>, Vec<_>) = told.into_iter().partition(is);
        told = others;
        let one = Fate {
            cause,
            old: alike.iter().flat_map(|fate| fate.old.clone()).collect(),
            new: alike.iter().flat_map(|fate| fate.new.clone()).collect(),
        };
        let at = told.partition_point(|fate| fate.range().start < one.range().start);
        told.insert(at, one);
    }
    told
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
    let part = |vma: &Vma| {
        let at = new.partition_point(|new| new.range.end <= vma.range.start);
        new.get(at).is_some_and(|new| new.range.covers(vma.range))
    };
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

/// VMAs that hold the same, directly or by way of others. Both lists are in address order and without overlaps, so one
/// sweep over both meets every pair that overlaps: a statement may make tens of thousands of VMAs.
fn groups<'a>(
    old: &[&'a Vma],
    new: &[&'a Vma],
    mut same: impl FnMut(&Vma, &Vma) -> bool,
) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let (mut olds, mut news) = (old.iter().peekable(), new.iter().peekable());
    // The groups that the VMAs at which the sweep stands are in, once they are.
    let (mut of_old, mut of_new) = (None, None);
    loop {
        let (old, new) = (olds.peek().copied(), news.peek().copied());
        if let (Some(old), Some(new)) = (old, new)
            && same(old, new)
        {
            let group = of_old.or(of_new).unwrap_or_else(|| begin(&mut groups));
            put(&mut groups[group].old, old, &mut of_old, group);
            put(&mut groups[group].new, new, &mut of_new, group);
        }
        let leaves_old = match (old, new) {
            (Some(old), Some(new)) => old.range.end <= new.range.end,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => return groups,
        };
        if let Some(old) = olds.next_if(|_| leaves_old) {
            let group = of_old.unwrap_or_else(|| begin(&mut groups));
            put(&mut groups[group].old, old, &mut of_old, group);
            of_old = None;
        } else if let Some(new) = news.next() {
            let group = of_new.unwrap_or_else(|| begin(&mut groups));
            put(&mut groups[group].new, new, &mut of_new, group);
            of_new = None;
        }
    }
}

/// Adds a group without VMAs; its index.
fn begin(groups: &mut Vec<Group<'_>>) -> usize {
    groups.push(Group::default());
    groups.len() - 1
}

/// Puts a VMA into a group, unless it is in it.
fn put<'a>(vmas: &mut Vec<&'a Vma>, vma: &'a Vma, is_in: &mut Option<usize>, group: usize) {
    if is_in.replace(group).is_none() {
        vmas.push(vma);
    }
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
        // In address order, as every list of VMAs.
        let first = group
            .old
            .partition_point(|old| old.range.end <= new.range.start);
        let met = group.old[first..].iter().copied();
        let mut met = met.take_while(|old| old.range.start < new.range.end);
        has_no_name(new).then(|| met.find(|old| !has_no_name(old)))?
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Addr, Perms};

    /// VMAs of `(first page, end page, file)`; file 0 is anonymous memory.
    fn vmas(list: &[(u64, u64, u64)]) -> Vec<Vma> {
        let vma = |&(start, end, inode)| Vma {
            range: Range::new(Addr(start << 12), Addr(end << 12)),
            perms: Perms::default(),
            offset: start << 12,
            device: (0, 0),
            inode,
            backing: match inode {
                0 => Backing::Anonymous,
                _ => Backing::SharedMemory {
                    name: inode.to_string(),
                },
            },
        };
        list.iter().map(vma).collect()
    }

    /// The groups as pages at which their VMAs begin, `old > new`, and how often two VMAs were compared.
    fn grouped(old: &[(u64, u64, u64)], new: &[(u64, u64, u64)]) -> (Vec<String>, usize) {
        let (old, new) = (vmas(old), vmas(new));
        let (old, new): (Vec<&Vma>, Vec<&Vma>) = (old.iter().collect(), new.iter().collect());
        let mut compared = 0;
        let found = groups(&old, &new, |old, new| {
            compared += 1;
            holds_the_same(old, new)
        });
        let starts = |vmas: &[&Vma]| {
            let starts = vmas.iter().map(|vma| (vma.range.start.0 >> 12).to_string());
            starts.collect::<Vec<_>>().join(" ")
        };
        let told = found
            .iter()
            .map(|group| format!("{} > {}", starts(&group.old), starts(&group.new)));
        (told.collect(), compared)
    }

    #[test]
    fn vmas_that_hold_the_same_are_one_group() {
        type List<'a> = &'a [(u64, u64, u64)];
        let table: [(List<'_>, List<'_>, &[&str]); 9] = [
            (&[], &[], &[]),
            (&[(1, 5, 0)], &[(1, 5, 0)], &["1 > 1"]),
            (&[(1, 5, 0)], &[], &["1 > "]),
            (&[], &[(1, 5, 0)], &[" > 1"]),
            (&[(1, 5, 0)], &[(6, 9, 0)], &["1 > ", " > 6"]),
            (&[(1, 9, 0)], &[(1, 3, 0), (5, 9, 0)], &["1 > 1 5"]),
            (&[(1, 3, 0), (3, 9, 0)], &[(1, 9, 0)], &["1 3 > 1"]),
            // Something else in the middle, and both parts beside it still belong together.
            (
                &[(1, 9, 0)],
                &[(1, 3, 0), (3, 5, 7), (5, 9, 0)],
                &["1 > 1 5", " > 3"],
            ),
            // By way of others: the first and the last share no page.
            (
                &[(1, 4, 0), (4, 8, 0)],
                &[(1, 2, 0), (2, 6, 0), (6, 8, 0)],
                &["1 4 > 1 2 6"],
            ),
        ];
        for (old, new, expected) in table {
            let (mut told, _) = grouped(old, new);
            let mut expected: Vec<&str> = expected.to_vec();
            told.sort();
            expected.sort_unstable();
            assert_eq!(told, expected, "{old:?} {new:?}");
        }
    }

    #[test]
    fn many_vmas_are_compared_once_each() {
        let pages = 60_000;
        let one: Vec<_> = (0..pages).map(|page| (page, page + 1, 0)).collect();
        for (old, new) in [
            (&one[..], &one[..]),
            (&[(0, pages, 0)], &one),
            (&one, &[(0, pages, 0)]),
            (&one, &[]),
        ] {
            let (_, compared) = grouped(old, new);
            assert!(compared <= old.len() + new.len(), "{compared}");
        }
    }
}
