//! The lines inside `predict` and `expect` fences.

use super::code::expression;
use super::fence::Fence;
use super::markdown::prose;
use crate::diagnostic::Diagnostic;
use crate::lesson::model::{Choice, Expectation, Prediction};
use crate::lesson::visible::visible_line;
use std::ops::Range;

/// What names a misconception, behind a bar.
const BELIEVES: &str = "believes:";

/// Reads a question and its choices. `measures` is the place of the expression behind `predict`.
pub(super) fn prediction(
    source: &str,
    fence: &Fence,
    measures: Range<usize>,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Prediction> {
    let mut choices = Vec::new();
    let mut question_end = fence.body.start;
    let mut told = Vec::new();
    // The line of each choice.
    let mut places = Vec::new();
    for (index, line) in lines(source, fence.body.clone()).enumerate() {
        match choice(source, line.clone(), index > 0, !choices.is_empty()) {
            Some(Ok(choice)) => {
                choices.push(choice);
                places.push(line);
            }
            Some(Err(mistake)) => told.push(mistake),
            None => question_end = line.end,
        }
    }
    let question = prose(source, fence.body.start..question_end);
    if question.is_empty() {
        told.push(
            Diagnostic::new(fence.info.clone(), "the question is missing")
                .help("its lines stand first; choices `VALUE: text` follow"),
        );
    }
    told.extend(list(source, &places));
    if choices.len() == 1 && told.is_empty() {
        told.push(
            Diagnostic::new(fence.info.clone(), "one choice is no choice")
                .help("leave choices out to ask for a number"),
        );
    }
    let parsed = expression(source, measures.clone())
        .map_err(|mistake| told.push(mistake))
        .ok();
    let sound = told.is_empty();
    mistakes.append(&mut told);
    sound.then_some(Prediction {
        measures: parsed?,
        text: visible_line(&source[measures]),
        question,
        choices,
        span: fence.span.clone(),
    })
}

/// The lines of `source[range]` that are not blank, without the space around them.
fn lines(source: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = range.start;
    source[range]
        .split_inclusive('\n')
        .map(move |line| {
            let start = at + (line.len() - line.trim_start().len());
            at += line.len();
            start..(start + line.trim().len()).min(at)
        })
        .filter(|line| !line.is_empty())
}

/// A line as a choice `VALUE: text | believes: …`; `None` when it is a line of the question.
fn choice(
    source: &str,
    line: Range<usize>,
    may_be: bool,
    must_be: bool,
) -> Option<Result<Choice, Diagnostic>> {
    let text = &source[line.clone()];
    let value = outside_quotes(text, ":").map(|colon| line.start..line.start + colon);
    let parsed = value
        .clone()
        .map(|value| (expression(source, value.clone()), value));
    // A question may have a colon of its own: only what begins with an expression is a choice.
    let looks_so = text.starts_with(|c: char| c.is_ascii_digit() || c == '\'');
    match parsed {
        Some((Ok(_), _)) if !may_be && !looks_so => None,
        Some((Ok(value_expression), value)) => {
            let rest = value.end + 1..line.end;
            Some(choice_text(source, rest).map(|(text, believes)| Choice {
                value: value_expression,
                value_text: visible_line(source[value].trim()),
                text,
                believes,
            }))
        }
        Some((Err(mistake), _)) if must_be || (may_be && looks_so) => Some(Err(mistake)),
        None if must_be => Some(Err(Diagnostic::new(line, "this line is no choice")
            .help("choices come last, each one line: `VALUE: text | believes: …`"))),
        _ => None,
    }
}

/// The mistake of choices that are written as a list in Markdown: the mark of each would be a part of its value.
fn list(source: &str, choices: &[Range<usize>]) -> Option<Diagnostic> {
    let first = choices.first()?.start;
    let mark = source[first..].chars().next()?;
    let is_item = |line: &Range<usize>| {
        let behind = source[line.clone()].strip_prefix(mark);
        behind.is_some_and(|behind| behind.starts_with(' '))
    };
    let is_list = matches!(mark, '-' | '+' | '*') && choices.iter().all(is_item);
    is_list.then(|| {
        let message = format!("a choice is `VALUE: text`, without `{mark}`");
        Diagnostic::new(first..first + mark.len_utf8(), message)
            .help("choices are no list of Markdown: each stands in a line of its own, as `0: none`")
    })
}

/// What a choice says, and the belief it stands for.
fn choice_text(
    source: &str,
    place: Range<usize>,
) -> Result<(crate::lesson::Prose, Option<String>), Diagnostic> {
    let text = &source[place.clone()];
    let bar = text.rfind('|').map(|bar| place.start + bar);
    let said = place.start..bar.unwrap_or(place.end);
    let words = prose(source, said.clone());
    if words.is_empty() {
        return Err(Diagnostic::new(
            place,
            "a choice says something after its value",
        ));
    }
    let Some(bar) = bar else {
        return Ok((words, None));
    };
    let tail = source[bar + 1..place.end].trim();
    match tail.strip_prefix(BELIEVES).map(str::trim) {
        Some(belief) if !belief.is_empty() => Ok((words, Some(visible_line(belief)))),
        Some(_) => Err(Diagnostic::new(
            bar..place.end,
            "the belief behind `believes:` is missing",
        )),
        None => Err(
            Diagnostic::new(bar..place.end, "behind `|` stands `believes: …`")
                .help("it names the misconception that this choice stands for"),
        ),
    }
}

/// Reads rules: one expression a line.
pub(super) fn expectations(
    source: &str,
    fence: &Fence,
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<Expectation> {
    let mut expectations = Vec::new();
    let before = mistakes.len();
    for line in lines(source, fence.body.clone()) {
        let text = &source[line.clone()];
        let rule = text[..outside_quotes(text, "//").unwrap_or(text.len())].trim_end();
        let span = line.start..line.start + rule.len();
        if rule.is_empty() {
            continue;
        }
        if rule.ends_with(';') {
            let place = span.end - 1..span.end;
            mistakes.push(Diagnostic::new(
                place,
                "a rule is an expression: it has no semicolon",
            ));
            continue;
        }
        match expression(source, span.clone()) {
            Ok(expression) => expectations.push(Expectation {
                expression,
                text: visible_line(rule),
                span,
            }),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if expectations.is_empty() && mistakes.len() == before {
        mistakes.push(
            Diagnostic::new(fence.info.clone(), "there is no rule in this `expect`")
                .help("one expression a line: `minor_faults == 1`"),
        );
    }
    expectations
}

/// Where `needle` stands first outside of character and string literals.
fn outside_quotes(text: &str, needle: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            None if text[at..].starts_with(needle) => return Some(at),
            None if c == '"' || (c == '\'' && opens_character(&text[at..])) => quote = Some(c),
            _ => {}
        }
    }
    None
}

/// Whether an apostrophe begins a character literal, rather than standing in a word: `'a'`, `'\0'`, not `child's`.
fn opens_character(text: &str) -> bool {
    let inside = text[1..].strip_prefix('\\').unwrap_or(&text[1..]);
    inside.find('\'').is_some_and(|end| (1..=3).contains(&end))
}
