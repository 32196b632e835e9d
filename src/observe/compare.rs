//! How two moments differ, however much lies between them.
//!
//! No line did all of it, so no cause is told: only what is, in the one and in the other. What a single line changed,
//! and why, is [`changes`](super::changes)'s to say.

use super::snapshot::{Mapping, Snapshot};
use super::tell::{count, pages};
use crate::mem::{Addr, Backing, Bytes, PageSize, PageState, Perms, Process, Range};
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
        let mut kinds: BTreeMap<(u8, u8, bool), Vec<u64>> = BTreeMap::new();
        let total = page_size.pages(range.length());
        // What is not mapped and not read on both sides need not be walked page by page.
        for index in 0..total.min(self.reach(range, page_size)) {
            let at = Addr(range.start.0 + index * page_size.bytes());
            let states = [self.first, self.second].map(|side| side.state_at(at, page_size));
            let moved = states[0] == states[1] && self.moved(at, page_size);
            if states[0] != states[1] || moved {
                let kind = (states[0] as u8, states[1] as u8, moved);
                kinds.entry(kind).or_default().push(index);
            }
        }
        let place = self.place(range);
        let state = |number: u8| {
            let mut all = PageState::ALL.iter();
            all.find(|state| **state as u8 == number)
                .map_or("unknown", |state| state.words())
        };
        let told = |((first, second, moved), list): ((u8, u8, bool), Vec<u64>)| {
            let (n, which) = (list.len() as u64, pages(&list));
            if moved {
                let frames = if n == 1 {
                    "another frame"
                } else {
                    "other frames"
                };
                format!(
                    "{which} of {place}: {} -> the same in {frames}",
                    state(first)
                )
            } else {
                format!("{which} of {place}: {} -> {}", state(first), state(second))
            }
        };
        kinds.into_iter().map(told).collect()
    }

    /// Pages of a range that were read on either side.
    fn reach(&self, range: Range, page_size: PageSize) -> u64 {
        let both = [self.first, self.second];
        let mappings = both.iter().flat_map(|side| side.mappings_in(range));
        let ends = mappings.filter_map(|mapping| {
            let read = mapping.pages.known()?.states.len() as u64;
            let end = mapping.vma.range.start.0 + read * page_size.bytes();
            Some(end.saturating_sub(range.start.0))
        });
        page_size.pages(ends.max().unwrap_or(0))
    }

    /// Whether a page that is in the same state is in another frame.
    fn moved(&self, at: Addr, page_size: PageSize) -> bool {
        let frames = [self.first, self.second].map(|side| side.frame_at(at, page_size));
        matches!(frames, [Some(first), Some(second)] if first != second)
    }

    /// A range as the code calls it.
    fn place(&self, range: Range) -> String {
        (self.name)(self.process, range).unwrap_or_else(|| range.start.to_string())
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Pid, Reading, Vma};
    use crate::observe::Pages;

    const PAGE: u64 = 4096;
    const P: u64 = 0x10_0000_0000;

    /// Page states by letter: `-` absent, p private, s shared.
    fn mapping(start: u64, letters: &str, write: bool) -> Mapping {
        let state = |letter| match letter {
            'p' => PageState::Private,
            's' => PageState::Shared,
            _ => PageState::Absent,
        };
        let states: Vec<PageState> = letters.chars().map(state).collect();
        let range = Range::of(Addr(start), states.len() as u64 * PAGE);
        Mapping {
            vma: Vma {
                range,
                perms: Perms {
                    read: true,
                    write,
                    ..Perms::default()
                },
                offset: 0,
                device: (0, 0),
                inode: 0,
                backing: Backing::Anonymous,
            },
            own: false,
            usage: Reading::unknown("test"),
            flags: Vec::new(),
            pages: Reading::Known(Pages {
                states,
                cut: 0,
                far: Reading::Known(BTreeMap::new()),
                frames: Reading::unknown("test"),
            }),
            file_length: None,
            cache: Reading::unknown("test"),
        }
    }

    fn main(mappings: Vec<Mapping>) -> Arc<Snapshot> {
        snapshot(Process::Main, 7, mappings)
    }

    fn snapshot(process: Process, pid: i32, mappings: Vec<Mapping>) -> Arc<Snapshot> {
        Arc::new(Snapshot {
            process,
            pid: Pid(pid),
            mappings,
            faults: Reading::unknown("test"),
            page_tables: Reading::unknown("test"),
        })
    }

    fn told(first: &[Arc<Snapshot>], second: &[Arc<Snapshot>]) -> Vec<String> {
        let size = PageSize::new(PAGE);
        let name = |_: Process, range: Range| (range.start == Addr(P)).then(|| "p".to_owned());
        let all = differences(first, second, size, &name);
        all.into_iter().map(|one| one.text).collect()
    }

    #[test]
    fn what_differs_is_told_in_the_direction_asked_for() {
        let bare = [main(Vec::new())];
        let mapped = [main(vec![mapping(P, "----", true)])];
        let filled = [main(vec![mapping(P, "pp-p", true)])];
        let split = [main(vec![
            mapping(P, "pp", true),
            mapping(P + 2 * PAGE, "-p", false),
        ])];
        let table: [(&[_], &[_], &[&str]); 6] = [
            (&mapped, &mapped, &[]),
            (
                &bare,
                &filled,
                &[
                    "p: nothing mapped -> 16 KiB, rw-p",
                    "3 pages of 0-3 of p: absent -> private",
                ],
            ),
            (&mapped, &bare, &["p: 16 KiB, rw-p -> nothing mapped"]),
            (
                &mapped,
                &filled,
                &["3 pages of 0-3 of p: absent -> private"],
            ),
            (
                &filled,
                &mapped,
                &["3 pages of 0-3 of p: private -> absent"],
            ),
            (
                &filled,
                &split,
                &[
                    "0x1000002000, 8 KiB: rw-p -> r--p",
                    "maps: 1 line of the lesson -> 2",
                ],
            ),
        ];
        for (first, second, expected) in table {
            assert_eq!(told(first, second), expected);
        }
    }

    #[test]
    fn processes_that_came_or_went_are_told_and_not_compared_page_by_page() {
        let alone = [main(vec![mapping(P, "pp", true)])];
        let both = [
            main(vec![mapping(P, "ss", true)]),
            snapshot(Process::Child(1), 9, vec![mapping(P, "ss", true)]),
        ];
        let pages = "pages 0-1 of p: private -> shared since fork";
        let child = "child (pid 9): not there -> there";
        assert_eq!(told(&alone, &both), [pages, child]);
        let back = told(&both, &alone);
        assert_eq!(back[1], "child (pid 9): there -> not there");
        let other = [snapshot(Process::Main, 8, Vec::new())];
        let replaced = told(&alone, &other);
        assert_eq!(replaced, ["main: pid 7 -> another process, pid 8"]);
    }
}
