//! Beyond reading: does every line compile where it stands, does every question and rule ask for something that can be
//! measured, and is the lesson one that teaches and proves what it claims. Runs nothing.

mod claims;
mod measure;
mod players;
mod race;

use super::model::{Expectation, Lesson, Part, Prediction, Step};
use crate::c;
use crate::diagnostic::Diagnostic;
use players::Players;
use std::path::Path;

/// All that is wrong with a lesson that was read, in the order of the text: what keeps it from being played, and what
/// keeps it from teaching.
pub fn check(lesson: &Lesson) -> Vec<Diagnostic> {
    let (mut mistakes, doubts) = gone_through(lesson);
    mistakes.extend(doubts);
    judged(lesson, mistakes)
}

/// The same of a session, in which a variable may be read that nobody has set: the learner did so.
pub fn check_session(lesson: &Lesson) -> Vec<Diagnostic> {
    judged(lesson, gone_through(lesson).0)
}

/// Mistakes with those that do not keep a lesson from being played, in the order of the text.
fn judged(lesson: &Lesson, mut mistakes: Vec<Diagnostic>) -> Vec<Diagnostic> {
    mistakes.extend(claims::claims(lesson));
    for step in &lesson.steps {
        mistakes.extend(statements(step).filter_map(c::lint));
        if !is_plain_c(lesson) {
            mistakes.extend(teaches(step));
        }
    }
    mistakes.sort_by_key(|mistake| mistake.span.start);
    mistakes
}

/// What keeps a lesson from being played: lines that do not compile, questions and rules that cannot be measured.
pub fn errors(lesson: &Lesson) -> Vec<Diagnostic> {
    let (mut mistakes, _) = gone_through(lesson);
    mistakes.sort_by_key(|mistake| mistake.span.start);
    mistakes
}

/// What keeps a lesson from being played, and what runs and yet would be a mistake in a compiled program.
fn gone_through(lesson: &Lesson) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let mut mistakes = Vec::new();
    let mut players = Players::new();
    for step in &lesson.steps {
        if step.options.fresh {
            players.begin_again();
        }
        mistakes.extend(race::errors(step));
        play(lesson, step, &mut players, &mut mistakes);
    }
    (mistakes, players.into_doubts())
}

/// The statements of a step, in order.
fn statements(step: &Step) -> impl Iterator<Item = &c::Statement> {
    let blocks = step.parts.iter().filter_map(|part| match part {
        Part::Code(code) => Some(code.statements.iter()),
        _ => None,
    });
    blocks.flatten()
}

/// Whether the lesson is a file of C statements, which need not teach.
fn is_plain_c(lesson: &Lesson) -> bool {
    Path::new(&lesson.file)
        .extension()
        .is_some_and(|extension| extension == "c")
}

/// What a step lacks to be one that teaches.
fn teaches(step: &Step) -> Option<Diagnostic> {
    let has = |kind: fn(&Part) -> bool| step.parts.iter().any(kind);
    if !has(|part| matches!(part, Part::Code(_))) {
        return None;
    }
    let mistake = |message: &str| Diagnostic::new(step.span.clone(), message);
    if !has(|part| matches!(part, Part::Expect(_))) {
        return Some(mistake("this step runs code and expects nothing").help(
            "a fence ```expect with a rule for each thing that its text says, such as `minor_faults == 1`",
        ));
    }
    step.explanation.is_empty().then(|| {
        mistake("this step has no explanation").help("it is the text after the last fence")
    })
}

/// Goes through a step as it would be played.
fn play(lesson: &Lesson, step: &Step, players: &mut Players, mistakes: &mut Vec<Diagnostic>) {
    // The question whose code is being gone through: it may name variables that this code declares.
    let mut asked: Option<&Prediction> = None;
    for part in &step.parts {
        match part {
            Part::Prose(_) => {}
            Part::Code(code) if code.race.is_some() => {
                mistakes.extend(players.race(&lesson.source, code).err());
            }
            Part::Code(code) => {
                for statement in &code.statements {
                    mistakes.extend(players.play(&lesson.source, code, statement).err());
                }
            }
            Part::Predict(prediction) => {
                if let Some(before) = asked.replace(prediction) {
                    question(lesson, before, players, mistakes);
                }
            }
            Part::Expect(rules) => {
                if let Some(before) = asked.take() {
                    question(lesson, before, players, mistakes);
                }
                mistakes.extend(rules.iter().filter_map(|r| rule(lesson, r, players)));
            }
        }
    }
    if let Some(before) = asked {
        question(lesson, before, players, mistakes);
    }
}

/// Whether a question and its choices can be measured, and the choices told apart.
fn question(
    lesson: &Lesson,
    prediction: &Prediction,
    players: &Players,
    mistakes: &mut Vec<Diagnostic>,
) {
    mistakes.extend(measure::compile(&lesson.source, &prediction.measures, players).err());
    let mut known: Vec<crate::bytecode::Program> = Vec::new();
    for choice in &prediction.choices {
        match measure::compile(&lesson.source, &choice.value, players) {
            Err(mistake) => mistakes.push(mistake),
            Ok(program) if known.contains(&program) => {
                let message = format!("two choices have the value `{}`", choice.value_text);
                mistakes.push(Diagnostic::new(choice.value.span.clone(), message));
            }
            Ok(program) => known.push(program),
        }
    }
}

/// Whether a rule can be measured.
fn rule(lesson: &Lesson, rule: &Expectation, players: &Players) -> Option<Diagnostic> {
    measure::compile(&lesson.source, &rule.expression, players).err()
}

#[cfg(test)]
mod tests;
