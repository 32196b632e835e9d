//! The changes of a moment as they are told: where a group of peers ran a line, a sentence that is the same for several
//! of them is told once.

use super::moment::Moment;
use crate::mem::Process;
use crate::observe::{Cause, Change, Place};

/// A sentence, and of whom it is true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// `child`, `peers 1-10`.
    pub who: String,
    /// What happened, and why.
    pub text: String,
    /// Whether the sentence says itself whom it is about.
    pub names_itself: bool,
}

/// What a moment tells, most important first.
pub fn told(moment: &Moment) -> Vec<Told> {
    let is_group = moment.ran.as_ref().is_some_and(|ran| ran.group.is_some());
    if is_group {
        return grouped(&moment.changes);
    }
    let one = |change: &Change| Told {
        who: change.process.to_string(),
        text: change.text.clone(),
        names_itself: change.place == Place::Process,
    };
    moment.changes.iter().map(one).collect()
}

/// Changes with the same sentence told together, in the order in which each was told first.
fn grouped(changes: &[Change]) -> Vec<Told> {
    let mut sentences: Vec<(String, &Change, Vec<Process>)> = Vec::new();
    for change in changes {
        let text = match change.cause {
            // Each has a number of its own.
            Cause::ProcessCreated => "started: they share nothing with the others",
            _ => untimed(&change.text),
        };
        let same = sentences
            .iter_mut()
            .find(|(known, first, _)| known == text && first.cause == change.cause);
        match same {
            Some((_, _, processes)) if processes.contains(&change.process) => {}
            Some((_, _, processes)) => processes.push(change.process),
            None => sentences.push((text.to_owned(), change, vec![change.process])),
        }
    }
    let tell = |(text, first, processes): (String, &Change, Vec<Process>)| Told {
        who: names(&processes),
        // One process's own sentence keeps its time.
        text: if processes.len() == 1 {
            first.text.clone()
        } else {
            text
        },
        names_itself: false,
    };
    sentences.into_iter().map(tell).collect()
}

/// A sentence without the time at its end, which is another in every process.
fn untimed(text: &str) -> &str {
    let is_time = |tail: &str| {
        let tail = tail.trim_end_matches(" (median)").trim_end_matches(" each");
        tail.starts_with(|c: char| c.is_ascii_digit())
            && [" ns", " us", " ms", " s"]
                .iter()
                .any(|unit| tail.ends_with(unit))
    };
    match text.rsplit_once(", ") {
        Some((sentence, tail)) if is_time(tail) => sentence,
        _ => text,
    }
}

/// Several processes in a word: `peers 1-10`, `peers 1, 3`, `main, peer`.
fn names(processes: &[Process]) -> String {
    let number = |process: &Process| match process {
        Process::Peer(number) => Some(*number),
        _ => None,
    };
    let numbers: Option<Vec<u8>> = processes.iter().map(number).collect();
    match (processes, numbers) {
        ([one], _) => one.to_string(),
        (_, Some(mut numbers)) => {
            numbers.sort_unstable();
            let (first, last) = (numbers[0], numbers[numbers.len() - 1]);
            if usize::from(last - first) + 1 == numbers.len() {
                return format!("peers {first}-{last}");
            }
            let words: Vec<String> = numbers.iter().map(u8::to_string).collect();
            format!("peers {}", words.join(", "))
        }
        _ => {
            let words: Vec<String> = processes.iter().map(Process::to_string).collect();
            words.join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::Faults;
    use crate::observe::Place;

    fn change(peer: u8, cause: Cause, text: &str) -> Change {
        Change {
            process: Process::Peer(peer),
            cause,
            place: Place::Process,
            access: None,
            before: None,
            after: None,
            faults: Faults::default(),
            elapsed: None,
            text: text.to_owned(),
        }
    }

    #[test]
    fn what_is_true_of_several_peers_is_told_once() {
        use Cause::{FileMinor, MappingCreated};
        let changes = [
            change(1, MappingCreated, "a mapping"),
            change(2, MappingCreated, "a mapping"),
            change(3, MappingCreated, "a mapping"),
            change(1, FileMinor, "found, 1 minor fault, 1.9 us"),
            change(3, FileMinor, "found, 1 minor fault, 2 us"),
            change(2, FileMinor, "found, 2 minor faults, 800 ns each (median)"),
        ];
        let told: Vec<String> = grouped(&changes)
            .into_iter()
            .map(|told| format!("{}: {}", told.who, told.text))
            .collect();
        assert_eq!(
            told,
            [
                "peers 1-3: a mapping",
                "peers 1, 3: found, 1 minor fault",
                "peer 2: found, 2 minor faults, 800 ns each (median)",
            ]
        );
    }
}
