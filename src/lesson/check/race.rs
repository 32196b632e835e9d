//! Whether the blocks of each race belong together.

use crate::diagnostic::Diagnostic;
use crate::lesson::model::{Code, Entry, Part, Step};

/// A block of a race with its part in it.
type Block<'a> = (&'a Code, &'a Entry);

/// What is wrong with the races of a step.
pub(super) fn errors(step: &Step) -> Vec<Diagnostic> {
    races(step).iter().flat_map(|race| of(race)).collect()
}

/// The races of a step: blocks with nothing but text between them.
fn races(step: &Step) -> Vec<Vec<Block<'_>>> {
    let mut races = Vec::new();
    let mut race: Vec<Block<'_>> = Vec::new();
    for part in &step.parts {
        match part {
            Part::Prose(_) => {}
            Part::Code(
                code @ Code {
                    race: Some(entry), ..
                },
            ) => race.push((code, entry)),
            _ => races.push(std::mem::take(&mut race)),
        }
    }
    races.push(race);
    races
}

/// What is wrong with one race.
fn of(race: &[Block<'_>]) -> Vec<Diagnostic> {
    // The line of the fence, which ends where the code begins.
    let place = |code: &Code| code.text.start.saturating_sub(1)..code.text.start;
    let mut mistakes = Vec::new();
    for (index, (code, entry)) in race.iter().enumerate() {
        let name = &entry.name;
        let is_double = race[..index]
            .iter()
            .any(|(_, before)| before.name == *name && before.is_setup == entry.is_setup);
        let runs = race
            .iter()
            .any(|(_, other)| other.name == *name && !other.is_setup);
        if is_double {
            let message = format!("there is a block of that kind for `{name}` already");
            mistakes.push(Diagnostic::new(place(code), message).help("each contestant has one"));
        } else if !runs {
            let message = format!("this prepares `{name}`, which does not run in this race");
            mistakes.push(
                Diagnostic::new(place(code), message).help(format!("add a fence ```c race {name}")),
            );
        }
    }
    let contestants = race.iter().filter(|(_, entry)| !entry.is_setup).count();
    if let (0 | 1, Some((code, _))) = (contestants, race.first()) {
        mistakes.push(
            Diagnostic::new(place(code), "a race needs two contestants at least")
                .help("fences of one race follow each other, with nothing but text between them"),
        );
    }
    mistakes
}
