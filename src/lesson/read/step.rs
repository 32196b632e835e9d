//! One step: what stands under a heading, in order.

use super::code::statements;
use super::fence::{Fence, Kind, kind};
use super::markdown::{Heading, Piece};
use super::options;
use super::predict::{expectations, prediction};
use crate::diagnostic::Diagnostic;
use crate::lesson::model::{Block, Code, Entry, Options, Part, Prose, Step, Who};

/// Reads a step. Text after its last fence is the explanation.
pub(super) fn read(
    source: &str,
    heading: Heading,
    pieces: Vec<Piece>,
    mistakes: &mut Vec<Diagnostic>,
) -> Step {
    let options = heading.options.map_or_else(Options::default, |place| {
        options::read(source, place, mistakes)
    });
    let mut step = Step {
        title: heading.title,
        options,
        parts: Vec::new(),
        explanation: Prose::default(),
        notes: Prose::default(),
        span: heading.span,
    };
    // The prediction that still waits for code to measure.
    let mut waiting = None;
    let mut text = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Note(block) => step.notes.0.push(block),
            Piece::Text(block) => text.push(block),
            Piece::Fence(fence) => {
                prose_part(&mut step.parts, &mut text);
                let part = part(source, &fence, mistakes);
                if !matches!(part, Some((Part::Code(_), _)) | None) {
                    measures_nothing(waiting.take(), mistakes);
                }
                match part {
                    Some((part, is_question)) => {
                        waiting = is_question.then_some(fence.info);
                        step.parts.push(part);
                    }
                    None => waiting = None,
                }
            }
        }
    }
    measures_nothing(waiting, mistakes);
    let ran = |part: &Part| !matches!(part, Part::Prose(_));
    if step.parts.iter().any(ran) {
        step.explanation = Prose(text);
    } else {
        prose_part(&mut step.parts, &mut text);
    }
    step
}

/// Text and notes of pieces, fences left out.
pub(super) fn text_and_notes(pieces: Vec<Piece>) -> (Prose, Prose) {
    let (mut text, mut notes) = (Vec::new(), Vec::new());
    for piece in pieces {
        match piece {
            Piece::Text(block) => text.push(block),
            Piece::Note(block) => notes.push(block),
            Piece::Fence(_) => {}
        }
    }
    (Prose(text), Prose(notes))
}

/// Makes the text so far a part.
fn prose_part(parts: &mut Vec<Part>, text: &mut Vec<Block>) {
    if !text.is_empty() {
        parts.push(Part::Prose(Prose(std::mem::take(text))));
    }
}

/// The part that a fence is, and whether it is a question.
fn part(source: &str, fence: &Fence, mistakes: &mut Vec<Diagnostic>) -> Option<(Part, bool)> {
    match kind(source, fence) {
        Err(mistake) => {
            mistakes.push(mistake);
            None
        }
        Ok(Kind::Code(who, race)) => {
            code(source, fence, (who, race), mistakes).map(|code| (code, false))
        }
        Ok(Kind::Predict(measures)) => {
            let prediction = prediction(source, fence, measures, mistakes)?;
            Some((Part::Predict(prediction), true))
        }
        Ok(Kind::Expect) => {
            let rules = expectations(source, fence, mistakes);
            Some((Part::Expect(rules), false))
        }
    }
}

/// A block of C.
fn code(
    source: &str,
    fence: &Fence,
    (who, race): (Who, Option<Entry>),
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Part> {
    match statements(source, fence.body.clone()) {
        Ok(statements) if statements.is_empty() => {
            let message = "there is no statement in this fence";
            mistakes.push(Diagnostic::new(fence.info.clone(), message));
            None
        }
        Ok(statements) => Some(Part::Code(Code {
            who,
            race,
            text: fence.body.clone(),
            statements,
        })),
        Err(mistake) => {
            mistakes.push(mistake);
            None
        }
    }
}

/// Tells of a question that no code follows.
fn measures_nothing(question: Option<std::ops::Range<usize>>, mistakes: &mut Vec<Diagnostic>) {
    if let Some(place) = question {
        mistakes.push(
            Diagnostic::new(
                place,
                "this prediction measures nothing: no code follows it",
            )
            .help("it is measured over the code from its place to the next fence that is not code"),
        );
    }
}
