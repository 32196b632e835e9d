//! A prediction: the question, the choices or the number being typed; afterwards guess and outcome side by side.

use super::canvas::Passage;
use super::prose::{lines as prose_lines, runs};
use super::text::{safe, wrap};
use super::theme::Palette;
use crate::app::answers::Answer;
use crate::app::take::Take;
use crate::lesson::{Block, Choice, Prediction};
use crate::mem::Reading;
use crate::session::{Graded, Item};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The lines of the prediction that is `part` of `step`.
pub(super) fn passage(
    take: &Take,
    at: (usize, usize),
    prediction: &Prediction,
    paper: (usize, Palette),
) -> Passage {
    let (step, part) = at;
    let (width, palette) = paper;
    let asking = take.back().is_none()
        && take.position.step == step
        && matches!(take.next(), Some(Item::Ask { part: next }) if *next == part);
    let mut lines = vec![heading(asking, palette)];
    lines.extend(prose_lines(
        &prediction.question,
        width,
        palette.heading(),
        palette,
    ));
    match take.answers.answer(step, part) {
        Answer::Graded(graded) => lines.extend(answered(prediction, graded, paper)),
        Answer::Guessed(guess) => {
            lines.extend(choices(prediction, None, paper));
            lines.extend(guessed(prediction, guess, paper));
        }
        Answer::Unasked if asking => {
            lines.extend(choices(prediction, take.guess.choice, paper));
            lines.extend(entry(take, prediction, paper));
        }
        Answer::Unasked => lines.extend(choices(prediction, None, paper)),
    }
    let focus = if asking { 0..lines.len() } else { 0..0 };
    Passage { lines, focus }
}

fn heading(asking: bool, palette: Palette) -> Line<'static> {
    let style = if asking {
        palette.changed()
    } else {
        palette.dim()
    };
    Line::from(Span::styled("? Your prediction", style))
}

/// The choices, the picked one marked.
fn choices(
    prediction: &Prediction,
    picked: Option<usize>,
    paper: (usize, Palette),
) -> Vec<Line<'static>> {
    let (width, palette) = paper;
    let all = prediction.choices.iter().enumerate();
    let of = |(index, choice): (usize, &Choice)| {
        let chosen = picked == Some(index);
        let style = if chosen {
            palette.chosen()
        } else {
            palette.text()
        };
        let mark = if chosen { "▸ " } else { "  " };
        let value = value(prediction, choice);
        let text = inline(choice, style, palette);
        let lead = if chosen {
            palette.chosen()
        } else {
            palette.accent()
        };
        let mut all = vec![(mark, lead), (value.as_str(), lead)];
        all.extend(text);
        wrap(&all, width, 2 + value.chars().count())
    };
    all.flat_map(of).collect()
}

/// The choices after the answer: the kernel's marked, and a wrong guess.
fn answered(
    prediction: &Prediction,
    graded: &Graded,
    (width, palette): (usize, Palette),
) -> Vec<Line<'static>> {
    let all = prediction.choices.iter().enumerate();
    let of = |(index, choice): (usize, &Choice)| {
        let guessed = graded.guess.as_deref().map(str::trim) == Some(choice.value_text.trim());
        let (mark, style) = match (graded.matched == Some(index), guessed) {
            (true, _) => ("✓ ", palette.good()),
            (false, true) => ("✗ ", palette.bad()),
            (false, false) => ("  ", palette.dim()),
        };
        let value = value(prediction, choice);
        let mut all = vec![(mark, style), (value.as_str(), style)];
        all.extend(inline(choice, palette.dim(), palette));
        wrap(&all, width, 2 + value.chars().count())
    };
    all.flat_map(of).collect()
}

/// The value of a choice, as wide as the widest of them.
fn value(prediction: &Prediction, choice: &Choice) -> String {
    let widths = prediction
        .choices
        .iter()
        .map(|choice| choice.value_text.trim().chars().count());
    let width = widths.max().unwrap_or(0);
    format!("{:>width$}  ", safe(choice.value_text.trim()))
}

/// What a choice says, as runs of one line.
fn inline(choice: &Choice, base: Style, palette: Palette) -> Vec<(&str, Style)> {
    let inlines = choice.text.0.iter().map(|block| match block {
        Block::Paragraph(inlines) | Block::Item(_, inlines) => runs(inlines, base, palette),
        Block::Verbatim(text) => vec![(text.as_str(), palette.code())],
    });
    inlines.flatten().collect()
}

/// Where the guess is typed.
fn entry(take: &Take, prediction: &Prediction, paper: (usize, Palette)) -> Vec<Line<'static>> {
    let (width, palette) = paper;
    let guess = take.guess.answer(&prediction.choices);
    let shown = format!("{}▏", guess.clone().unwrap_or_default());
    let hint = match (&guess, prediction.choices.is_empty()) {
        (Some(_), _) => "  Enter answers",
        (None, true) => "  a number; Enter skips",
        (None, false) => "  ↑↓ or a number; Enter skips",
    };
    let runs = [
        ("guess: ", palette.dim()),
        (shown.as_str(), palette.changed()),
        (hint, palette.dim()),
    ];
    wrap(&runs, width, 2)
}

/// What was guessed, while the kernel has not answered.
fn guessed(
    prediction: &Prediction,
    guess: Option<&str>,
    paper: (usize, Palette),
) -> Vec<Line<'static>> {
    let (width, palette) = paper;
    let (lead, said) = match guess {
        Some(guess) => ("you say ", said(prediction, guess)),
        None => ("skipped; ", "the kernel answers all the same".to_owned()),
    };
    wrap(
        &[(lead, palette.dim()), (&said, palette.changed())],
        width,
        2,
    )
}

/// A guess in words: its value, and what that choice says.
fn said(prediction: &Prediction, guess: &str) -> String {
    let is_it = |choice: &&Choice| choice.value_text.trim() == guess.trim();
    match prediction.choices.iter().find(is_it) {
        Some(choice) => format!("{guess} ({})", choice.text.plain()),
        None => guess.to_owned(),
    }
}

/// Guess and outcome side by side, and a word to the belief behind a wrong choice.
pub(super) fn outcome(
    prediction: &Prediction,
    graded: &Graded,
    paper: (usize, Palette),
) -> Vec<Line<'static>> {
    let (width, palette) = paper;
    let (mark, style) = match graded.right {
        Some(true) => ("✓ ", palette.good()),
        Some(false) => ("✗ ", palette.bad()),
        None => ("• ", palette.dim()),
    };
    let guess = graded.guess.as_deref().unwrap_or("nothing").to_owned();
    let (answer, answer_style) = match &graded.answer {
        Reading::Known(answer) => (answer_words(prediction, graded, *answer), palette.good()),
        Reading::Unknown(why) => (format!("unknown ({why})"), palette.unknown()),
    };
    let runs = [
        (mark, style),
        ("you said ", palette.text()),
        (guess.as_str(), style),
        ("  │  ", palette.rule()),
        ("the kernel: ", palette.text()),
        (answer.as_str(), answer_style),
    ];
    let mut lines = wrap(&runs, width, 2);
    if let Some(belief) = belief(prediction, graded) {
        let lead = "That guess believes: ";
        lines.extend(wrap(
            &[(lead, palette.dim()), (belief, palette.text())],
            width,
            2,
        ));
    }
    lines
}

/// The kernel's answer, and the choice it matches.
fn answer_words(prediction: &Prediction, graded: &Graded, answer: i64) -> String {
    let choice = graded
        .matched
        .and_then(|index| prediction.choices.get(index));
    match choice {
        Some(choice) if choice.value_text.trim().parse() == Ok(answer) => {
            format!("{answer} ({})", choice.text.plain())
        }
        Some(choice) => format!("{} ({})", choice.value_text.trim(), choice.text.plain()),
        None if prediction.choices.is_empty() => graded.shown.clone(),
        None => format!("none of these: {}", graded.shown),
    }
}

/// The belief that a wrong choice stands for.
fn belief<'a>(prediction: &'a Prediction, graded: &Graded) -> Option<&'a str> {
    let guess = graded
        .guess
        .as_deref()
        .filter(|_| graded.right == Some(false))?;
    let choice = prediction
        .choices
        .iter()
        .find(|choice| choice.value_text.trim() == guess.trim());
    choice?.believes.as_deref()
}
