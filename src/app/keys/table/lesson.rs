//! What keys do on the list of lessons, and to go on in a lesson.

use super::super::{Action as A, Binding, Context as C};
use super::contexts::LISTS;
use super::{DOWN, ENTER, SPACE, UP, bind, char, key};
use crossterm::event::KeyCode;

/// The rows, in the order of the footer and the help.
pub(super) static ROWS: &[Binding] = &[
    bind(&[ENTER], A::Open, &[C::Home], "open", "open the lesson"),
    bind(
        &[char('/')],
        A::Search,
        &[C::Home],
        "search",
        "search the lessons; a digit begins a search too",
    ),
    bind(
        &[char('c')],
        A::Claims,
        &[C::Home],
        "claims",
        "what the article claims, and the steps that show it",
    ),
    bind(
        &[ENTER],
        A::OpenClaim,
        &[C::Claims],
        "see it",
        "open the step that shows the claim, the first that is not done",
    ),
    bind(
        &[ENTER],
        A::SearchDone,
        &[C::Search],
        "done",
        "keep what the search found",
    ),
    bind(
        &[ENTER],
        A::Advance,
        &[C::Line],
        "run the line",
        "run one line of C in the process",
    ),
    bind(
        &[ENTER],
        A::Advance,
        &[C::Ask],
        "answer",
        "give the answer; without one, skip the question",
    ),
    bind(
        &[ENTER],
        A::Advance,
        &[C::StepDone],
        "next step",
        "go to the next step",
    ),
    bind(
        &[ENTER],
        A::Advance,
        &[C::Back],
        "back to now, run",
        "return to now and run the next line",
    ),
    bind(
        &[ENTER],
        A::Advance,
        &[C::Tape],
        "next line",
        "show the next line that was recorded",
    ),
    bind(
        &[char('u')],
        A::Undo,
        &[C::Back],
        "undo to here",
        "undo the lines after this one: new processes run the lines up to here again",
    ),
    bind(
        &[char('m')],
        A::Mark,
        &[C::Back],
        "mark",
        "mark the moment on the screen: every other is then compared with it; again: no more",
    ),
    bind(
        &[SPACE],
        A::ReadOn,
        &[C::Line, C::Ask, C::StepDone, C::LessonDone, C::Tape],
        "read on",
        "turn the page of the text, while some of it is below the screen",
    ),
    bind(
        &[ENTER],
        A::Leave,
        &[C::LessonDone],
        "to the lessons",
        "back to the list of lessons",
    ),
    bind(
        &[ENTER, SPACE],
        A::FullSpeed,
        &[C::Running],
        "full speed",
        "run the rest of the line without pauses",
    ),
    bind(
        &[key(KeyCode::Esc)],
        A::Stop,
        &[C::Running],
        "stop",
        "stop the line that runs; what ran has run",
    ),
    bind(
        &[ENTER],
        A::StartStep,
        &[C::Steps],
        "start here",
        "start at this step; the lines before it are run first",
    ),
    bind(
        &[key(KeyCode::Up)],
        A::Up,
        &[C::Ask],
        "choose",
        "the choice above; or type the number itself",
    ),
    bind(
        &[key(KeyCode::Down)],
        A::Down,
        &[C::Ask],
        "",
        "the choice below",
    ),
    bind(UP, A::Up, LISTS, "choose", "the one above"),
    bind(DOWN, A::Down, LISTS, "", "the one below"),
    bind(
        &[key(KeyCode::Up)],
        A::Up,
        &[C::Search],
        "",
        "the one above",
    ),
    bind(
        &[key(KeyCode::Down)],
        A::Down,
        &[C::Search],
        "",
        "the one below",
    ),
];
