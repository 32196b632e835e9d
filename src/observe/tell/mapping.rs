//! Sentences of VMAs that came, went, or changed.

use super::{count, pages, span};
use crate::mem::{Addr, Backing, Bytes, Call, PageSize, Vma};
use crate::observe::cause::Cause;
use crate::observe::diff::{Fate, MOST_LISTED, Move};
use crate::observe::snapshot::{Pages, Snapshot};
use std::cmp::Ordering;

/// The sentence of what became of a mapping.
pub(crate) fn mapping(
    fate: &Fate<'_>,
    after: &Snapshot,
    calls: &[Call],
    page_size: PageSize,
) -> String {
    match (fate.cause, fate.old.as_slice(), fate.new.as_slice()) {
        (Cause::MappingCreated, _, &[new]) => created(new, after, page_size),
        (Cause::MappingRemoved, &[old], _) => {
            format!(
                "{} of {} at {} is gone",
                the(old),
                size(old),
                old.range.start
            )
        }
        (Cause::MappingRemoved, [_, .., _], _) => format!("{} are gone", many(&fate.old)),
        (Cause::MappingCreated, _, [_, .., _]) => format!("{} were made", many(&fate.new)),
        (Cause::MappingSplit, &[old], new) => split(old, new, page_size),
        (Cause::MappingMerged, old, &[new]) => format!(
            "{} neighbouring mappings are one now: {} at {}, {}",
            old.len(),
            size(new),
            new.range.start,
            new.perms
        ),
        (Cause::MappingGrown, &[old], &[new]) => grown(old, new, calls),
        (Cause::MappingShrunk, &[old], &[new]) => format!(
            "{} at {} shrank from {} to {}",
            the(old),
            new.range.start,
            size(old),
            size(new)
        ),
        (Cause::ProtectionChanged, &[old], &[new]) => protected(old, new, page_size),
        (Cause::NameRemoved, &[old], &[new]) => format!(
            "the name {} is gone: the mapping of {} at {} stays, and keeps its pages",
            file_name(old),
            size(new),
            new.range.start
        ),
        (cause, old, new) => format!(
            "{}: {} before, {} now",
            cause.label(),
            count(old.len() as u64, "line"),
            count(new.len() as u64, "line")
        ),
    }
}

/// `5 mappings, from 0x1000000000 to 0x1000005000,`: side by side, or with holes.
fn many(vmas: &[&Vma]) -> String {
    let (Some(first), Some(last)) = (vmas.first(), vmas.last()) else {
        return "no mappings".to_owned();
    };
    let meet = |pair: &[&Vma]| pair[0].range.end == pair[1].range.start;
    let (start, end) = (first.range.start, last.range.end);
    if vmas.windows(2).all(meet) {
        format!("{} mappings, from {start} to {end},", vmas.len())
    } else {
        format!("{} mappings between {start} and {end}", vmas.len())
    }
}

fn size(vma: &Vma) -> Bytes {
    Bytes(vma.range.length())
}

fn the(vma: &Vma) -> String {
    match &vma.backing {
        Backing::Anonymous => "the mapping".to_owned(),
        Backing::File { path, .. } => format!("the mapping of {}", name(path)),
        Backing::SharedMemory { .. } => "the mapping of shared memory".to_owned(),
        Backing::Heap => "the heap".to_owned(),
        Backing::Stack => "the stack".to_owned(),
        Backing::Special(name) => name.clone(),
    }
}

/// The name that stands in a directory.
fn file_name(vma: &Vma) -> &str {
    match &vma.backing {
        Backing::File { path, .. } | Backing::SharedMemory { name: path } => name(path),
        _ => "of it",
    }
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn created(new: &Vma, after: &Snapshot, page_size: PageSize) -> String {
    let what = match &new.backing {
        Backing::Heap => format!("the heap was made: {} at {}", size(new), new.range.start),
        Backing::File { path, .. } => format!(
            "a {} mapping of {} of {} was made at {}",
            if new.perms.shared {
                "shared"
            } else {
                "private"
            },
            size(new),
            name(path),
            new.range.start
        ),
        backing if backing.is_hugetlb() => format!(
            "a mapping of {} in huge pages set aside (hugetlb) was made at {}",
            size(new),
            new.range.start
        ),
        Backing::SharedMemory { .. } => format!(
            "a mapping of {} of shared memory was made at {}",
            size(new),
            new.range.start
        ),
        _ => format!("a mapping of {} was made at {}", size(new), new.range.start),
    };
    let present = after
        .mapping_at(new.range.start)
        .and_then(|mapping| mapping.pages.known())
        .map(Pages::present);
    let total = page_size.pages(new.range.length());
    match present {
        None => what,
        Some(0) => format!("{what}; nothing is loaded yet"),
        Some(n) if n == total => format!("{what}; all of its pages are present"),
        Some(n) => format!("{what}; {n} of {} present", count(total, "page")),
    }
}

/// Where a mapping is now, or a part of it, and what came along.
pub(crate) fn moved(fate: &Fate<'_>, one: &Move, after: &Snapshot, page_size: PageSize) -> String {
    let (from, to) = (one.from, one.to);
    let before = Bytes(from.length());
    let what = match fate.old.first() {
        Some(old) if from.covers(old.range) => {
            format!("{} of {before} at {}", the(old), from.start)
        }
        Some(old) => {
            let first = page_size
                .index_in(old.range, from.start)
                .unwrap_or_default();
            let last = first + page_size.pages(from.length()).saturating_sub(1);
            format!(
                "{} of {} at {}",
                span(first, last),
                the(old),
                old.range.start
            )
        }
        None => format!("a mapping of {before}"),
    };
    let came = match (one.stays, to.length().cmp(&from.length())) {
        (true, _) => {
            return format!(
                "the pages of {what} moved to {}; the mapping stays there too, without pages",
                to.start
            );
        }
        (false, Ordering::Equal) => String::new(),
        (false, Ordering::Greater) => format!(" and grew to {}", Bytes(to.length())),
        (false, Ordering::Less) => format!(" and shrank to {}", Bytes(to.length())),
    };
    let present = after.mapping_at(to.start).and_then(|mapping| {
        let pages = mapping.pages.known()?;
        let first = page_size.index_in(mapping.vma.range, to.start)?;
        let all = first..first + page_size.pages(to.length());
        Some(all.filter(|&page| pages.state(page).is_present()).count())
    });
    let total = page_size.pages(to.length());
    let pages = match present {
        Some(0) => String::new(),
        Some(present) => format!(", with its pages: {present} of {total} present"),
        None => ", with its pages".to_owned(),
    };
    format!("{what} moved to {}{came}{pages}", to.start)
}

/// A part was protected or unmapped: says which, in pages of the old mapping.
fn split(old: &Vma, new: &[&Vma], page_size: PageSize) -> String {
    let index = |addr: Addr| {
        page_size
            .number(addr)
            .saturating_sub(page_size.number(old.range.start))
    };
    let named = |start, end| span(index(start), index(end) - 1);
    let lines = format!(
        "{} at {} is {} lines of maps now",
        the(old),
        old.range.start,
        new.len()
    );
    let holes = holes(old, new);
    if holes.len() > MOST_LISTED {
        let pages_of = |hole: &(Addr, Addr)| index(hole.0)..index(hole.1);
        let all: Vec<u64> = holes.iter().flat_map(pages_of).collect();
        return format!("{lines}: {} unmapped", pages(&all));
    }
    if !holes.is_empty() {
        let each: Vec<String> = holes.iter().map(|hole| named(hole.0, hole.1)).collect();
        return format!("{lines}: {} unmapped", each.join(", "));
    }
    let changed: Vec<&Vma> = new
        .iter()
        .copied()
        .filter(|part| part.perms != old.perms)
        .collect();
    let alike = changed
        .windows(2)
        .all(|pair| pair[0].perms == pair[1].perms);
    match changed.first() {
        // Few parts are told one by one, as protections that changed.
        Some(part) if alike && new.len() > 2 * MOST_LISTED => {
            let of = |vma: &Vma| index(vma.range.start)..index(vma.range.end);
            let all: Vec<u64> = changed.iter().flat_map(|vma| of(vma)).collect();
            format!("{lines}: {} {}", pages(&all), part.perms)
        }
        _ => lines,
    }
}

/// What of a mapping is covered by none of its parts: first address, and one past the last.
fn holes(old: &Vma, parts: &[&Vma]) -> Vec<(Addr, Addr)> {
    let mut holes = Vec::new();
    let mut at = old.range.start;
    for part in parts {
        if at < part.range.start {
            holes.push((at, part.range.start));
        }
        at = at.max(part.range.end);
    }
    if at < old.range.end {
        holes.push((at, old.range.end));
    }
    holes
}

fn grown(old: &Vma, new: &Vma, calls: &[Call]) -> String {
    let more = Bytes(new.range.length() - old.range.length());
    // A call of mmap that made the part that is new: a mapping of its own that the kernel keeps in the same line.
    let merged = calls.iter().any(|call| {
        let at = Addr(call.result as u64);
        call.function == "mmap" && new.range.contains(at) && !old.range.contains(at)
    });
    if merged {
        return format!(
            "a mapping of {more} was made, and merged with its neighbour: one line of {} at {}",
            size(new),
            new.range.start
        );
    }
    format!(
        "{} at {} grew by {more}, to {}",
        the(old),
        new.range.start,
        size(new)
    )
}

/// Which pages are protected otherwise: counted in the VMA that holds the other one.
fn protected(old: &Vma, new: &Vma, page_size: PageSize) -> String {
    let part = old.range.intersection(new.range).unwrap_or(new.range);
    let whole = if new.range.covers(old.range) {
        new.range
    } else {
        old.range
    };
    if part == whole {
        return format!(
            "{} at {} is {} now (was {})",
            the(new),
            new.range.start,
            new.perms,
            old.perms
        );
    }
    let first = page_size
        .number(part.start)
        .saturating_sub(page_size.number(whole.start));
    let last = first + page_size.pages(part.length()) - 1;
    format!(
        "{} of the mapping at {}: {} now (was {})",
        span(first, last),
        whole.start,
        new.perms,
        old.perms
    )
}
