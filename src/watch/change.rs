//! What changed between two looks at one process: VMA by VMA, and in a sentence. Pure.
//!
//! A VMA may have grown, split or merged in between. Where it cannot be told which part of the old became which part of
//! the new, no difference is given for either.

use super::sample::{Counters, is_other};
use super::words::{Proof, Topic, Word};
use super::{Division, words};
use crate::lesson::visible::visible_line;
use crate::mem::Field;
use crate::mem::{Backing, Bytes};
use crate::observe::portrait::area::{Area, Areas};

/// What was known of a process at one time. What was not known is `None`, and nothing is said of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look<'a> {
    /// Its totals.
    pub counters: Option<Counters>,
    /// Where its RSS goes.
    pub division: Option<Division>,
    /// Its VMAs.
    pub areas: Option<&'a Areas>,
}

/// How the VMAs of two looks differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// By how much the RSS of each VMA of the later look changed; `None` where that cannot be told.
    pub rss: Vec<Option<i64>>,
    /// Indices of the VMAs that came, among those of the later look.
    pub came: Vec<usize>,
    /// Indices of the VMAs that went, among those of the earlier look.
    pub went: Vec<usize>,
}

/// Compares two looks.
pub fn compare(before: &Areas, now: &Areas) -> Differences {
    let met = meetings(before.list(), now.list());
    let mut parts = vec![0u32; before.list().len()];
    for olds in &met {
        for part in &mut parts[olds.clone()] {
            *part += 1;
        }
    }
    let mut differences = Differences::default();
    for (index, (area, olds)) in now.list().iter().zip(met).enumerate() {
        if olds.is_empty() {
            differences.came.push(index);
        }
        let is_whole = parts[olds.clone()].iter().all(|&parts| parts == 1);
        let was: Option<u64> = before.list()[olds].iter().map(rss).sum();
        let changed = rss(area)
            .zip(was.filter(|_| is_whole))
            .map(|(now, was)| signed(was, now));
        differences.rss.push(changed);
    }
    let gone = parts.iter().enumerate().filter(|(_, parts)| **parts == 0);
    differences.went = gone.map(|(index, _)| index).collect();
    differences
}

fn rss(area: &Area) -> Option<u64> {
    area.sizes.get(Field::Rss)
}

/// `now - was`
fn signed(was: u64, now: u64) -> i64 {
    let by = i64::try_from(now.abs_diff(was)).unwrap_or(i64::MAX);
    if now >= was { by } else { -by }
}

/// For each VMA of the later look, the VMAs of the earlier one that have addresses in common with it.
fn meetings(before: &[Area], now: &[Area]) -> Vec<std::ops::Range<usize>> {
    let mut from = 0;
    now.iter()
        .map(|area| {
            let range = area.range();
            while before
                .get(from)
                .is_some_and(|old| old.range().end <= range.start)
            {
                from += 1;
            }
            let rest = before[from..].iter();
            let count = rest.take_while(|old| old.range().start < range.end).count();
            from..from + count
        })
        .collect()
}

const fn proof(lesson: &'static str, step: usize, title: &'static str) -> Proof {
    Proof {
        lesson,
        step,
        title,
    }
}

/// Where memory that a process wrote is shown to appear.
const ANONYMOUS: Proof = proof("01", 6, "A store without a look");
/// Where page cache is.
const FILE: Proof = proof("03", 6, "Out of memory");
/// Where memory that was marked free is.
const FREED: Proof = proof("15", 6, "Free, perhaps");
/// Where shared memory is.
const SHARED: Proof = proof("07", 7, "Given back, and still there");
/// Where a major fault is.
const MAJOR: Proof = proof("03", 7, "The same touch, cold");

/// Proofs that a sentence of change may name.
#[cfg(test)]
const PROOFS: [Proof; 5] = [ANONYMOUS, FREED, FILE, SHARED, MAJOR];

/// What changed, in a sentence that begins with `since`: `since the mark, 40 s ago`.
pub fn sentence(since: &str, before: &Look<'_>, now: &Look<'_>) -> Word {
    let mut told = Vec::new();
    let mut proof = None;
    let differences = before
        .areas
        .zip(now.areas)
        .map(|(before, now)| compare(before, now));
    if let Some(by) = unexplained(before, now) {
        told.push(format!("RSS {}, not all of it told by kind yet", plus(by)));
    }
    if let Some((was, is)) = before.division.zip(now.division) {
        let kinds = kinds(&was, &is);
        if let Some(largest) = kinds.iter().max_by_key(|kind| kind.by.unsigned_abs()) {
            proof = Some(largest.proof);
        }
        for kind in &kinds {
            let place = now.areas.zip(differences.as_ref());
            let place = place.and_then(|(areas, differences)| place_of(kind, areas, differences));
            told.push(format!(
                "{} {}{}",
                plus(kind.by),
                kind.name,
                place.unwrap_or_default()
            ));
        }
    }
    if let Some(differences) = &differences {
        told.extend(vmas(differences));
    }
    if let Some((was, is)) = before.counters.zip(now.counters) {
        let minor = is.faults.minor.saturating_sub(was.faults.minor);
        let major = is.faults.major.saturating_sub(was.faults.major);
        if minor > 0 {
            told.push(counted(minor, "minor fault"));
        }
        if major > 0 {
            told.push(counted(major, "major fault"));
            proof = Some(MAJOR);
        }
    }
    let text = if told.is_empty() {
        format!("{since}: no fault, and nothing changed in what is known of its memory.")
    } else {
        format!("{since}: {}.", told.join(", "))
    };
    Word {
        topic: Topic::Change,
        text,
        proof,
    }
}

/// By how much RSS changed by the counters, where that is not what its kinds say: they are of another time.
fn unexplained(before: &Look<'_>, now: &Look<'_>) -> Option<i64> {
    let (was, is) = (before.counters?.rss, now.counters?.rss);
    let told = before.division.zip(now.division);
    let told = told.map_or(0, |(was, is)| signed(was.rss, is.rss));
    let by = signed(was, is);
    (is_other(was, is) && is_other(was.saturating_add_signed(told), is)).then_some(by)
}

/// A part of RSS that changed.
struct Changed {
    name: &'static str,
    by: i64,
    /// Whether it is memory of a VMA with that behind it.
    is_of: fn(&Backing) -> bool,
    proof: Proof,
}

fn kinds(was: &Division, now: &Division) -> Vec<Changed> {
    let anonymous = |backing: &Backing| !backing.is_file();
    let file = |backing: &Backing| matches!(backing, Backing::File { .. });
    let memory = |backing: &Backing| matches!(backing, Backing::SharedMemory { .. });
    let changed = |name, (was, now), is_of, proof| Changed {
        name,
        by: signed(was, now),
        is_of,
        proof,
    };
    let lazy = was.lazy_free.zip(now.lazy_free).unwrap_or_default();
    let rows = [
        changed(
            "anonymous memory",
            (was.anonymous, now.anonymous),
            anonymous,
            ANONYMOUS,
        ),
        changed("lazily freed", lazy, anonymous, FREED),
        changed("page cache of files", (was.file(), now.file()), file, FILE),
        changed(
            "shared memory",
            (was.shared_memory, now.shared_memory),
            memory,
            SHARED,
        ),
    ];
    rows.into_iter().filter(|kind| kind.by != 0).collect()
}

/// ` in [heap]` where one VMA changed by at least half as much in the same direction.
fn place_of(kind: &Changed, areas: &Areas, differences: &Differences) -> Option<String> {
    let rows = areas.list().iter().zip(&differences.rss);
    let same = rows.filter_map(|(area, by)| {
        let by = by.filter(|by| by.signum() == kind.by.signum())?;
        (kind.is_of)(areas.backing(area)).then_some((by.unsigned_abs(), area))
    });
    let (most, area) = same.max_by_key(|(by, _)| *by)?;
    (most >= kind.by.unsigned_abs() / 2).then(|| format!(" in {}", name(areas, area)))
}

/// What a VMA is called, as short as it can be recognised; made safe for a terminal.
pub fn name(areas: &Areas, area: &Area) -> String {
    match areas.backing(area) {
        backing if backing.is_shared_anonymous() || *backing == Backing::Anonymous => {
            format!("the mapping at {:x}", area.range().start.0)
        }
        Backing::File { path, .. } => visible_line(path.rsplit('/').next().unwrap_or(path)),
        backing => visible_line(&backing.to_string()),
    }
}

fn vmas(differences: &Differences) -> Option<String> {
    let (came, went) = (differences.came.len() as u64, differences.went.len() as u64);
    match (came, went) {
        (0, 0) => None,
        (came, 0) => Some(format!("{} came", counted(came, "VMA"))),
        (0, went) => Some(format!("{} went", counted(went, "VMA"))),
        (came, went) => Some(format!("{} came and {} went", counted(came, "VMA"), went)),
    }
}

fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", words::grouped(count))
}

/// `+12 MiB`, `-4 KiB`
pub fn plus(by: i64) -> String {
    let sign = if by < 0 { '-' } else { '+' };
    format!("{sign}{}", Bytes(by.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::Catalogue;
    use crate::mem::Faults;
    use crate::observe::portrait::area::Parser;
    use crate::watch::overlap::Overlap;

    const MIB: u64 = 1 << 20;

    /// VMAs of start and end in pages of 4 KiB, RSS in kB, and a name.
    fn areas(list: &[(u64, u64, u64, &str)]) -> Areas {
        let mut parser = Parser::default();
        for (start, end, rss, name) in list {
            let inode = u64::from(name.starts_with('/'));
            let text = format!(
                "{start:x}000-{end:x}000 rw-p 0 0:0 {inode} {name}\nRss: {rss} kB\nAnonymous: {rss} kB\n\
                 Shared_Clean: 0 kB\nShared_Dirty: 0 kB\nLazyFree: 0 kB\n"
            );
            parser.push(text.as_bytes());
        }
        parser.finish(b"")
    }

    #[test]
    fn vmas_are_followed_where_they_grow_and_not_where_they_split() {
        let was = areas(&[(1, 5, 16, ""), (7, 9, 8, "/a"), (20, 30, 40, "[heap]")]);
        let table = [
            // The same.
            (
                vec![(1, 5, 20, ""), (7, 9, 8, "/a"), (20, 30, 0, "[heap]")],
                vec![Some(4), Some(0), Some(-40)],
                vec![],
                vec![],
            ),
            // Grown, downwards and upwards.
            (
                vec![(0, 5, 16, ""), (7, 9, 8, "/a"), (20, 40, 44, "[heap]")],
                vec![Some(0), Some(0), Some(4)],
                vec![],
                vec![],
            ),
            // One gone, one new.
            (
                vec![(1, 5, 16, ""), (10, 12, 8, "/b"), (20, 30, 40, "[heap]")],
                vec![Some(0), Some(8), Some(0)],
                vec![1],
                vec![1],
            ),
            // Split: nobody can tell which page is where.
            (
                vec![(1, 2, 4, ""), (2, 5, 16, ""), (7, 9, 8, "/a")],
                vec![None, None, Some(0)],
                vec![],
                vec![2],
            ),
            // Merged.
            (vec![(1, 30, 70, "")], vec![Some(6)], vec![], vec![]),
        ];
        for (list, rss, came, went) in table {
            let found = compare(&was, &areas(&list));
            let rss: Vec<Option<i64>> = rss.iter().map(|by| by.map(|by: i64| by * 1024)).collect();
            assert_eq!(
                (found.rss, found.came, found.went),
                (rss, came, went),
                "{list:?}"
            );
        }
    }

    #[test]
    fn a_change_is_told_with_its_place_and_its_faults() {
        let before = areas(&[(1, 9000, 1024, "[heap]")]);
        let after = areas(&[(1, 9000, 13 * 1024, "[heap]"), (10000, 10001, 0, "")]);
        let counters = |minor, major| {
            Some(Counters {
                faults: Faults { minor, major },
                ..Counters::default()
            })
        };
        let look = |areas, counters| Look {
            counters,
            division: Division::of_areas(areas, &Overlap::of(areas)),
            areas: Some(areas),
        };
        let told = sentence(
            "Since the mark, 40 s ago",
            &look(&before, counters(8, 1)),
            &look(&after, counters(3080, 1)),
        );
        assert_eq!(
            told.text,
            "Since the mark, 40 s ago: +12 MiB anonymous memory in [heap], 1 VMA came, 3,072 minor faults."
        );
        assert_eq!(told.proof, Some(ANONYMOUS));
        let told = sentence(
            "Since",
            &look(&before, counters(8, 1)),
            &look(&before, counters(8, 3)),
        );
        assert_eq!(told.text, "Since: 2 major faults.");
        assert_eq!(told.proof, Some(MAJOR));
        let nothing = sentence("Since", &Look::default(), &look(&after, counters(8, 3)));
        assert!(
            nothing.text.contains("nothing changed in what is known"),
            "{nothing:?}"
        );
        assert_eq!(plus(-(MIB as i64)), "-1 MiB");
    }

    #[test]
    fn rss_is_told_where_its_kinds_are_of_an_earlier_time() {
        let areas = areas(&[(1, 9000, 1024, "[heap]")]);
        let at = |mebibytes: u64| Look {
            counters: Some(Counters {
                rss: mebibytes * MIB,
                ..Counters::default()
            }),
            division: Division::of_areas(&areas, &Overlap::of(&areas)),
            areas: None,
        };
        let told = |was, now| sentence("Since", &at(was), &at(now)).text;
        assert_eq!(
            told(1, 269),
            "Since: RSS +268 MiB, not all of it told by kind yet."
        );
        assert_eq!(
            told(269, 1),
            "Since: RSS -268 MiB, not all of it told by kind yet."
        );
        assert!(told(100, 101).contains("nothing changed"));
        // The kinds say the same.
        let grown = Look {
            division: at(1).division.map(|division| Division {
                rss: division.rss + 12 * MIB,
                anonymous: division.anonymous + 12 * MIB,
                ..division
            }),
            ..at(13)
        };
        let told = sentence("Since", &at(1), &grown).text;
        assert_eq!(told, "Since: +12 MiB anonymous memory.");
    }

    #[test]
    fn proofs_are_where_they_are_said_to_be() {
        let catalogue = Catalogue::built_in();
        for proof in PROOFS {
            let card = catalogue.find(proof.lesson).unwrap();
            let lesson = card.lesson().unwrap();
            assert_eq!(lesson.steps[proof.step - 1].title, proof.title);
        }
    }
}
