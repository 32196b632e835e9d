//! What keys do to go through the moments, to mark one, and to undo lines.

use super::super::{Action as A, Binding, Context as C};
use super::contexts::IDLE;
use super::{ENTER, bind, char, control_key, key};
use crossterm::event::KeyCode;

/// The rows, in the order of the footer and the help.
pub(super) static ROWS: &[Binding] = &[
    bind(
        &[char('i')],
        A::Try,
        &[C::Line, C::Ask, C::StepDone, C::LessonDone, C::Back],
        "try it",
        "type lines of your own, in these processes as they are now",
    ),
    bind(
        &[char('n')],
        A::RunStep,
        &[C::Line, C::StepDone, C::Back],
        "run the step",
        "run to the end of the step, or to its next question",
    ),
    bind(
        &[key(KeyCode::Left), char('['), char('h')],
        A::Back,
        IDLE,
        "earlier line",
        "look back: the whole right side shows that moment",
    ),
    bind(
        &[key(KeyCode::Right), char(']')],
        A::Forth,
        IDLE,
        "",
        "look at the line after it",
    ),
    bind(
        &[char('{'), control_key(KeyCode::Left)],
        A::BackFar,
        IDLE,
        "",
        "ten lines back, or to where the step began",
    ),
    bind(
        &[char('}'), control_key(KeyCode::Right)],
        A::ForthFar,
        IDLE,
        "",
        "ten lines on, or to where the step ended",
    ),
    bind(
        &[key(KeyCode::Esc)],
        A::Now,
        &[C::Back],
        "now",
        "return to what is true now; where a moment is marked, first unmark it",
    ),
    bind(
        &[key(KeyCode::End)],
        A::Latest,
        &[C::Back],
        "",
        "return to what is true now",
    ),
    bind(
        &[key(KeyCode::Home)],
        A::First,
        &[C::Back],
        "",
        "look at the moment before the first line",
    ),
    bind(
        &[char('u')],
        A::Undo,
        &[C::Line, C::Ask, C::StepDone, C::LessonDone],
        "",
        "undo the last line: new processes run the lines before it again",
    ),
    bind(
        &[char('m')],
        A::Mark,
        &[C::Line, C::Ask, C::StepDone, C::LessonDone, C::Tape],
        "",
        "mark what is true now, to compare it with an earlier or a later moment",
    ),
    bind(
        &[ENTER],
        A::Replay,
        &[C::Undo],
        "do it",
        "end these processes, start new ones, run the lines before in them",
    ),
    bind(
        &[key(KeyCode::Esc), char('n'), char('q')],
        A::Escape,
        &[C::Undo],
        "leave it",
        "leave everything as it is",
    ),
];
