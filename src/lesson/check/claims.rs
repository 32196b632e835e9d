//! Whether the claims that a lesson and its steps name are rows of the ledger, and go together.

use crate::c::suggest::nearest;
use crate::claims::Ledger;
use crate::diagnostic::Diagnostic;
use crate::lesson::model::{Lesson, Part, Step};
use std::ops::Range;

/// All that is wrong with the claims of a lesson.
pub(super) fn claims(lesson: &Lesson) -> Vec<Diagnostic> {
    let ledger = Ledger::built_in();
    let mut mistakes = Vec::new();
    for id in &lesson.front.claims {
        let place = place(lesson, id);
        if ledger.claim(id).is_none() {
            mistakes.push(unknown(ledger, id, place));
        } else if !lesson.steps.iter().any(|step| names(step, id)) {
            mistakes.push(
                Diagnostic::new(
                    place,
                    format!("no step of the lesson shows the claim `{id}`"),
                )
                .help(format!(
                    "name it in the heading of each that does: `## Title {{claims = [\"{id}\"]}}`"
                )),
            );
        }
    }
    for step in &lesson.steps {
        mistakes.extend(of_step(lesson, step, ledger));
    }
    mistakes
}

/// What is wrong with the claims of a step.
fn of_step(lesson: &Lesson, step: &Step, ledger: &Ledger) -> Vec<Diagnostic> {
    let mut mistakes = Vec::new();
    for id in &step.options.claims {
        if lesson.front.claims.contains(id) {
            // Whether it is known was asked of the lesson.
            continue;
        }
        mistakes.push(if ledger.claim(id).is_none() {
            unknown(ledger, id, step.span.clone())
        } else {
            let message = format!("the lesson does not list the claim `{id}`");
            Diagnostic::new(step.span.clone(), message)
                .help("add it to `claims` in the front matter")
        });
    }
    let expects = |part: &Part| matches!(part, Part::Expect(_));
    if !step.options.claims.is_empty() && !step.parts.iter().any(expects) {
        let message = "this step names a claim and expects nothing";
        mistakes.push(
            Diagnostic::new(step.span.clone(), message)
                .help("a claim is shown by a rule that holds: add a fence ```expect"),
        );
    }
    mistakes
}

fn names(step: &Step, id: &str) -> bool {
    step.options.claims.iter().any(|claim| claim == id)
}

fn unknown(ledger: &Ledger, id: &str, place: Range<usize>) -> Diagnostic {
    let mistake = Diagnostic::new(place, format!("the ledger has no claim `{id}`"));
    let help = match nearest(id, ledger.ids()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "the claims are in assets/claims.toml".to_owned(),
    };
    mistake.help(help)
}

/// Where the front matter names a claim; its first line where that cannot be told.
fn place(lesson: &Lesson, id: &str) -> Range<usize> {
    let front = lesson
        .steps
        .first()
        .map_or(lesson.source.len(), |step| step.span.start);
    let quoted = format!("\"{id}\"");
    lesson.source[..front]
        .find(&quoted)
        .map_or(0..0, |at| at..at + quoted.len())
}
