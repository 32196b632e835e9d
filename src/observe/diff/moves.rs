//! Mappings that `mremap` took to other addresses: what went here and what came there is one thing.
//!
//! Read mremap(2).

use super::mappings::Fate;
use crate::mem::{Addr, Call, PageSize, Range};
use crate::observe::Snapshot;
use crate::observe::cause::Cause;

/// Where pages were before the statement, and where they are after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) from: Range,
    pub(crate) to: Range,
    /// Whether the old addresses stay mapped, without pages (`MREMAP_DONTUNMAP`).
    pub(crate) stays: bool,
}

/// The addresses that `mremap` took pages from, and those it gave them.
pub(super) fn ranges(call: &Call, size: PageSize) -> Option<(Range, Range)> {
    let [from, length, longer, ..] = call.arguments;
    let to = call.result as u64;
    let moved = call.function == "mremap" && call.result != -1 && to != from;
    let pages = |start, bytes| {
        let bytes = size.pages(bytes).saturating_mul(size.bytes());
        Range::of(Addr(start), bytes)
    };
    moved.then(|| (pages(from, length), pages(to, longer)))
}

/// The moves of a statement; one that goes on with what another brought is told with it.
pub(super) fn moves(calls: &[Call], size: PageSize) -> Vec<Move> {
    let mut moves: Vec<Move> = Vec::new();
    for call in calls {
        let Some((from, to)) = ranges(call, size) else {
            continue;
        };
        let stays = call.arguments[3] & libc::MREMAP_DONTUNMAP as u64 != 0;
        match moves.iter_mut().find(|earlier| earlier.to == from) {
            Some(earlier) if !stays => earlier.to = to,
            _ => moves.push(Move { from, to, stays }),
        }
    }
    moves
}

/// The fates, where a VMA that came is one that went: told as moved, and only once.
pub(super) fn joined<'a>(
    fates: Vec<Fate<'a>>,
    moves: &[Move],
    before: Option<&'a Snapshot>,
) -> Vec<Fate<'a>> {
    let mut told = fates;
    for one in moves {
        let came = |fate: &Fate<'_>| {
            let is_new = matches!(fate.cause, Cause::MappingCreated | Cause::MappingGrown);
            is_new && matches!(fate.new[..], [new] if new.range.covers(one.to))
        };
        let old = before.and_then(|before| before.mapping_at(one.from.start));
        let (Some(at), Some(old)) = (told.iter().position(came), old) else {
            continue;
        };
        told[at].cause = Cause::MappingMoved;
        told[at].old = vec![&old.vma];
        let went = |fate: &Fate<'_>| {
            let is_gone = fate.cause == Cause::MappingRemoved;
            is_gone && matches!(fate.old[..], [old] if one.from.covers(old.range))
        };
        told.retain(|fate| !went(fate));
    }
    told
}
