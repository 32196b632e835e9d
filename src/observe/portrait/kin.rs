//! The descendants of a process, found by asking every process who its parent is, and what each has of memory.
//!
//! Sizes come from `smaps_rollup`, where the kernel adds up what it would say in smaps; where that is refused, from
//! status, which knows no PSS. One that has ended, and is only not waited for, has none: that is known. See proc(5).

use super::command::Command;
use super::door::Door;
use super::status::{self, Stat};
use crate::mem::{Pid, Reading};
use crate::observe::ObserveError;
use std::collections::HashMap;
use std::fs;

/// One descendant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kin {
    /// Its number.
    pub pid: Pid,
    /// Its parent's.
    pub parent: Pid,
    /// How far below the process that is looked at: 1 for its children.
    pub depth: usize,
    /// With what it was started.
    pub command: Command,
    /// RSS in bytes.
    pub rss: Reading<u64>,
    /// PSS in bytes.
    pub pss: Reading<u64>,
    /// Swapped out, in bytes.
    pub swap: Reading<u64>,
}

/// All descendants of `pid`, parents before children.
pub fn below(pid: Pid) -> Vec<Kin> {
    family(pid, &everybody())
        .into_iter()
        .map(|(depth, pid, stat)| kin(depth, pid, stat))
        .collect()
}

/// Every process that can be seen.
fn everybody() -> Vec<(Pid, Stat)> {
    let Ok(directory) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    directory
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok().map(Pid))
        .filter_map(|pid| Some((pid, status::stat(pid).ok()?)))
        .collect()
}

/// The descendants of `root` among all processes, with their depth.
fn family(root: Pid, all: &[(Pid, Stat)]) -> Vec<(usize, Pid, &Stat)> {
    let mut children: HashMap<Pid, Vec<(Pid, &Stat)>> = HashMap::new();
    for (pid, stat) in all {
        children.entry(stat.parent).or_default().push((*pid, stat));
    }
    for list in children.values_mut() {
        list.sort_by_key(|(pid, _)| *pid);
        // The one to be visited first is taken from the end.
        list.reverse();
    }
    let mut found = Vec::new();
    let below = |depth: usize, list: Vec<_>| list.into_iter().map(move |one| (depth, one));
    let mut open: Vec<_> = below(1, children.remove(&root).unwrap_or_default()).collect();
    while let Some((depth, (pid, stat))) = open.pop() {
        found.push((depth, pid, stat));
        // Removed, so that parents that change while they are read cannot make a ring.
        open.extend(below(depth + 1, children.remove(&pid).unwrap_or_default()));
    }
    found
}

fn kin(depth: usize, pid: Pid, stat: &Stat) -> Kin {
    let (command, [rss, pss, swap]) = match sizes(pid, stat) {
        Some(sizes) => (Command::of(pid, stat.name.clone()), sizes),
        None => (Command::ended(stat.name.clone()), NOTHING),
    };
    Kin {
        pid,
        parent: stat.parent,
        depth,
        command,
        rss,
        pss,
        swap,
    }
}

/// What a process has that has no memory of its own.
const NOTHING: [Reading<u64>; 3] = [Reading::Known(0), Reading::Known(0), Reading::Known(0)];

/// RSS, PSS and swap of a process; `None` when it has ended.
fn sizes(pid: Pid, stat: &Stat) -> Option<[Reading<u64>; 3]> {
    if stat.is_kernel {
        return Some(NOTHING);
    }
    let door = Door::of(pid, stat)?;
    match door.read("smaps_rollup") {
        Ok(text) => {
            let text = String::from_utf8_lossy(&text);
            Some(["Rss", "Pss", "Swap"].map(|key| of(&text, key)))
        }
        // Meanwhile.
        Err(ObserveError::Gone(_)) => None,
        Err(error) => Some(of_status(door, &error)),
    }
}

/// The same by status, which has no PSS, as `smaps_rollup` cannot be read.
fn of_status(door: Door, error: &ObserveError) -> [Reading<u64>; 3] {
    let reason = error.to_string();
    let status = status::status(door).known().copied().unwrap_or_default();
    [status.rss(), None, status.swap]
        .map(|size| size.map_or_else(|| Reading::unknown(reason.clone()), Reading::Known))
}

fn of(text: &str, key: &str) -> Reading<u64> {
    text.lines()
        .find_map(|line| status::kilobytes(line.strip_prefix(key)?.strip_prefix(':')?))
        .map_or_else(
            || Reading::unknown(format!("smaps_rollup says nothing of {key}")),
            Reading::Known,
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::Faults;

    fn process(pid: i32, parent: i32) -> (Pid, Stat) {
        let stat = Stat {
            name: format!("p{pid}"),
            state: 'S',
            threads: 1,
            parent: Pid(parent),
            is_kernel: false,
            started: 0,
            program: (0, 0),
            faults: Faults::default(),
        };
        (Pid(pid), stat)
    }

    #[test]
    fn a_family_is_listed_with_parents_first() {
        let all = [
            process(1, 0),
            process(5, 1),
            process(9, 5),
            process(7, 5),
            process(8, 7),
            process(6, 1),
        ];
        let found: Vec<(usize, i32)> = family(Pid(5), &all)
            .iter()
            .map(|(depth, pid, _)| (*depth, pid.0))
            .collect();
        assert_eq!(found, [(1, 7), (2, 8), (1, 9)]);
        assert_eq!(family(Pid(99), &all), []);
        // As it may seem when numbers are given anew while all are read.
        let ring = [process(2, 3), process(3, 2)];
        assert_eq!(family(Pid(2), &ring).len(), 2);
    }

    #[test]
    fn one_that_has_ended_has_no_memory_and_that_is_known() {
        let (_, stat) = process(i32::MAX, 1);
        // That it ends between the list and the look is the same.
        for state in ['Z', 'S'] {
            let stat = Stat {
                state,
                ..stat.clone()
            };
            let kin = kin(1, Pid(i32::MAX), &stat);
            assert_eq!([kin.rss, kin.pss, kin.swap], NOTHING, "{state}");
            assert_eq!(kin.command.short(), "p2147483647 (ended)");
        }
    }

    #[test]
    fn a_rollup_is_read_by_its_keys() {
        let text = "1000-2000 ---p 00000000 00:00 0    [rollup]\nRss:   8 kB\nPss_Dirty: 4 kB\nPss:  6 kB\n";
        assert_eq!(of(text, "Rss"), Reading::Known(8192));
        assert_eq!(of(text, "Pss"), Reading::Known(6144));
        assert!(of(text, "Swap").reason().is_some());
    }
}
