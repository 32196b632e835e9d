//! How two moments differ, however much lies between them.
//!
//! No line did all of it, so no cause is told: only what is, in the one and in the other. What a single line changed,
//! and why, is [`changes`](super::changes)'s to say.

mod row;
#[cfg(test)]
mod tests;

use super::snapshot::{Mapping, Snapshot};
use super::tell::{count, pages};
use crate::mem::{Addr, Backing, Bytes, PageSize, PageState, Perms, Process, Range};
use row::Row;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Something that is otherwise in the second moment than in the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In which process.
    pub process: Process,
    /// What was, and what is: `pages 0-7 of p: absent -> private`.
    pub text: String,
    /// Whether the sentence says itself whom it is about.
    pub names_itself: bool,
}

/// What the code calls the memory at the beginning of a range of a process, where it has a name.
pub type Namer<'a> = dyn Fn(Process, Range) -> Option<String> + 'a;

/// All differences between two moments, process by process: first who is there, then mappings, then pages, where their
/// size is known.
pub fn differences(
    first: &[Arc<Snapshot>],
    second: &[Arc<Snapshot>],
    page_size: Option<PageSize>,
    name: &Namer<'_>,
) -> Vec<Difference> {
    let mut told = Vec::new();
    let all: BTreeSet<Process> = first
        .iter()
        .chain(second)
        .map(|snapshot| snapshot.process)
        .collect();
    for process in all {
        match (find(first, process), find(second, process)) {
            (Some(first), Some(second)) if first.pid == second.pid => {
                let pair = Pair {
                    process,
                    first,
                    second,
                    page_size,
                    name,
                };
                told.extend(pair.differences());
            }
            (first, second) => told.extend(lives(process, first, second)),
        }
    }
    told
}

fn find(snapshots: &[Arc<Snapshot>], process: Process) -> Option<&Snapshot> {
    let mut snapshots = snapshots.iter();
    snapshots
        .find(|snapshot| snapshot.process == process)
        .map(AsRef::as_ref)
}

/// A process that is in one of the two only, or that is another one in each.
fn lives(
    process: Process,
    first: Option<&Snapshot>,
    second: Option<&Snapshot>,
) -> Option<Difference> {
    let text = match (first, second) {
        (None, Some(second)) => format!("{process} (pid {}): not there -> there", second.pid),
        (Some(first), None) => format!("{process} (pid {}): there -> not there", first.pid),
        (Some(first), Some(second)) => {
            format!(
                "{process}: pid {} -> another process, pid {}",
                first.pid, second.pid
            )
        }
        (None, None) => return None,
    };
    Some(Difference {
        process,
        text,
        names_itself: true,
    })
}

/// What a line of maps says of an address, as far as neighbours may share it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Face {
    perms: Perms,
    backing: Backing,
}

/// Addresses over which both moments say one thing each.
struct Stretch {
    range: Range,
    first: Option<Face>,
    second: Option<Face>,
}

/// One process in both moments.
struct Pair<'a> {
    process: Process,
    first: &'a Snapshot,
    second: &'a Snapshot,
    page_size: Option<PageSize>,
    name: &'a Namer<'a>,
}

impl Pair<'_> {
    fn differences(&self) -> Vec<Difference> {
        let stretches = self.stretches();
        let mut texts: Vec<String> = stretches
            .iter()
            .filter_map(|one| self.mapped(one))
            .collect();
        let is_in_both = |one: &Stretch| one.first.is_some() && one.second.is_some();
        if stretches.iter().all(is_in_both) {
            texts.extend(self.lines_of_maps());
        }
        if let Some(page_size) = self.page_size {
            texts.extend(self.pages(&stretches, page_size));
        }
        let told = |text| Difference {
            process: self.process,
            text,
            names_itself: false,
        };
        texts.into_iter().map(told).collect()
    }

    /// The lesson's addresses of both moments, cut where either says something else.
    fn stretches(&self) -> Vec<Stretch> {
        let both = [self.first, self.second];
        let ranges = both
            .iter()
            .flat_map(|snapshot| snapshot.lesson_mappings())
            .map(|mapping| mapping.vma.range);
        let cuts: BTreeSet<Addr> = ranges.flat_map(|range| [range.start, range.end]).collect();
        let cuts: Vec<Addr> = cuts.into_iter().collect();
        let mut stretches: Vec<Stretch> = Vec::new();
        for pair in cuts.windows(2) {
            let range = Range::new(pair[0], pair[1]);
            let (first, second) = (
                face(self.first, range.start),
                face(self.second, range.start),
            );
            if first.is_none() && second.is_none() {
                continue;
            }
            match stretches.last_mut() {
                Some(last)
                    if last.range.end == range.start
                        && last.first == first
                        && last.second == second =>
                {
                    last.range.end = range.end;
                }
                _ => stretches.push(Stretch {
                    range,
                    first,
                    second,
                }),
            }
        }
        stretches
    }

    /// What is mapped at a stretch in one of the two only, or otherwise.
    fn mapped(&self, stretch: &Stretch) -> Option<String> {
        let place = self.place(stretch.range);
        let size = Bytes(stretch.range.length());
        match (&stretch.first, &stretch.second) {
            (None, Some(face)) => Some(format!(
                "{place}: nothing mapped -> {size}, {}{}",
                face.perms,
                behind(&face.backing)
            )),
            (Some(face), None) => Some(format!(
                "{place}: {size}, {}{} -> nothing mapped",
                face.perms,
                behind(&face.backing)
            )),
            (Some(first), Some(second)) if first.perms != second.perms => Some(format!(
                "{place}, {size}: {} -> {}",
                first.perms, second.perms
            )),
            (Some(first), Some(second)) if first.backing != second.backing => Some(format!(
                "{place}, {size}: {} -> {}",
                what(&first.backing),
                what(&second.backing)
            )),
            _ => None,
        }
    }

    /// The same memory with the same rights in another number of lines of maps.
    fn lines_of_maps(&self) -> Option<String> {
        let count = |snapshot: &Snapshot| snapshot.lesson_mappings().count() as u64;
        let (first, second) = (count(self.first), count(self.second));
        (first != second).then(|| format!("maps: {} -> {second}", count_lines(first)))
    }

    /// Pages that are in another state, or in another frame, those of one kind together.
    fn pages(&self, stretches: &[Stretch], page_size: PageSize) -> Vec<String> {
        let mut texts = Vec::new();
        let mut ranges: Vec<Range> = Vec::new();
        for stretch in stretches {
            match ranges.last_mut() {
                Some(last) if last.end == stretch.range.start && self.is_one(*last, stretch) => {
                    last.end = stretch.range.end;
                }
                _ => ranges.push(stretch.range),
            }
        }
        for range in ranges {
            texts.extend(self.pages_of(range, page_size));
        }
        texts
    }

    /// Whether a stretch goes on where another memory ended: pages are counted from the beginning of both.
    fn is_one(&self, before: Range, stretch: &Stretch) -> bool {
        let named = (self.name)(self.process, stretch.range).is_some();
        !named && (self.name)(self.process, before).is_some()
    }

    fn pages_of(&self, range: Range, page_size: PageSize) -> Vec<String> {
        let first = Row::of(self.first, range, page_size);
        let second = Row::of(self.second, range, page_size);
        let total = page_size.pages(range.length()) as usize;
        let read = first.read.min(second.read).min(total);
        let length = first.states.len().max(second.states.len()).min(read);
        // By state before, state after, and whether it is the frame that differs.
        let mut kinds: BTreeMap<(bool, u8, u8), Vec<u64>> = BTreeMap::new();
        for index in 0..length {
            let (was, is) = (first.state(index), second.state(index));
            let moved = was == is && first.is_elsewhere(&second, index);
            if was != is || moved {
                let kind = (moved, was as u8, is as u8);
                kinds.entry(kind).or_default().push(index as u64);
            }
        }
        let place = self.place(range);
        let told = |((moved, was, is), list): ((bool, u8, u8), Vec<u64>)| {
            let which = pages(&list);
            let now = match (moved, list.len()) {
                (false, _) => words(is).to_owned(),
                (true, 1) => "the same in another frame".to_owned(),
                (true, _) => "the same in other frames".to_owned(),
            };
            format!("{which} of {place}: {} -> {now}", words(was))
        };
        let mut texts: Vec<String> = kinds.into_iter().map(told).collect();
        if read < total {
            texts.push(format!(
                "{place}: from page {read} on not every page was read: they are not compared"
            ));
        }
        texts
    }

    /// A range as the code calls it.
    fn place(&self, range: Range) -> String {
        (self.name)(self.process, range).unwrap_or_else(|| range.start.to_string())
    }
}

/// The words of a state by its number.
fn words(number: u8) -> &'static str {
    let mut all = PageState::ALL.iter();
    all.find(|state| **state as u8 == number)
        .map_or("unknown", |state| state.words())
}

fn face(snapshot: &Snapshot, at: Addr) -> Option<Face> {
    let is_lessons = |mapping: &&Mapping| !mapping.own;
    let vma = &snapshot.mapping_at(at).filter(is_lessons)?.vma;
    Some(Face {
        perms: vma.perms,
        backing: vma.backing.clone(),
    })
}

fn count_lines(lines: u64) -> String {
    format!("{} of the lesson", count(lines, "line"))
}

/// A file or what else is behind a mapping, after a comma.
fn behind(backing: &Backing) -> String {
    match backing {
        Backing::Anonymous => String::new(),
        other => format!(", {}", what(other)),
    }
}

/// A file by its name.
fn what(backing: &Backing) -> String {
    match backing {
        Backing::Anonymous => "anonymous".to_owned(),
        other => {
            let text = other.to_string();
            text.rsplit('/').next().unwrap_or(&text).to_owned()
        }
    }
}
