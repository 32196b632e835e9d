//! A lesson on its way: what is asked of the player, what it says, and what follows by itself.

use super::explorer::act as explorer;
use super::panel::Panel;
use super::take::{Activity, Stride, Take};
use super::update::with_take;
use super::{App, Effect, Screen, tape};
use crate::mem::Control;
use crate::session::{Command, Guess, Item, Position, Report};

/// Starts the lesson on the screen at a step, with new processes.
pub(super) fn start(app: &mut App, step: usize) -> Vec<Effect> {
    let Screen::Lesson(take) = &mut app.screen else {
        return Vec::new();
    };
    let lesson = take.lesson.clone();
    let (desk, slow) = (std::mem::take(&mut take.desk), take.slow);
    let mut explorer = take.explorer.take();
    if let Some(explorer) = &mut explorer {
        explorer.begin();
    }
    **take = Take::new(lesson.clone(), step);
    take.desk = desk;
    take.desk.from_the_top();
    take.slow = slow;
    take.explorer = explorer;
    app.awaited += 1;
    vec![
        Effect::Wish(Control::Continue),
        Effect::Send(Command::Open { lesson, step }),
        Effect::Draw,
    ]
}

/// Turns the page where what is to be read now goes on below the screen.
pub(super) fn read_on(app: &mut App) -> Vec<Effect> {
    let Some(row) = app.unread(&app.seen) else {
        return Vec::new();
    };
    with_take(app, |take| {
        take.desk.scroll_to(Panel::Reading, row);
        vec![Effect::Draw]
    })
}

/// Runs the next thing, and what follows it as far as `stride` goes.
pub(super) fn run(app: &mut App, stride: Stride) -> Vec<Effect> {
    with_take(app, |take| {
        take.to_now();
        take.failure = None;
        take.desk.follow();
        if take.is_finished() {
            return vec![Effect::Draw];
        }
        let mut effects = advance(take, stride);
        effects.push(Effect::Draw);
        effects
    })
}

/// Asks the player for the next thing.
fn advance(take: &mut Take, stride: Stride) -> Vec<Effect> {
    let mut guess = None;
    if let Some(&Item::Ask { part }) = take.next() {
        guess = take.guess.answer(take.choices());
        take.answers
            .guessed(take.position.step, part, guess.clone());
    }
    take.activity = Activity::Busy { stride, look: None };
    let slow = take.slow;
    vec![
        Effect::Wish(Control::Continue),
        Effect::Send(Command::Advance { guess, slow }),
    ]
}

/// Takes in what the player says.
pub(super) fn hear(app: &mut App, report: Report) -> Vec<Effect> {
    if let Report::Ready(machine) = report {
        app.machine = Some(machine);
        return vec![Effect::Draw];
    }
    if let Report::Left(lines) = report {
        if let Some(tape) = &mut app.tape {
            tape.left = lines;
        }
        return vec![Effect::Draw];
    }
    let Screen::Lesson(take) = &mut app.screen else {
        if matches!(report, Report::Opened(_) | Report::Failed(_)) {
            app.awaited = app.awaited.saturating_sub(1);
        }
        return Vec::new();
    };
    if app.awaited > 0 {
        match report {
            Report::Opened(_) => app.awaited -= 1,
            Report::Failed(_) => {
                // The lesson cannot be opened: nothing else will be said of it.
                app.awaited -= 1;
                take.activity = Activity::Idle;
            }
            _ => return Vec::new(),
        }
        if app.awaited > 0 {
            return Vec::new();
        }
    }
    match report {
        Report::At(position) => arrive(app, position),
        report => {
            if app.tape.is_some() {
                tape::follow(take, &report);
            }
            take.take_in(report);
            vec![Effect::Draw]
        }
    }
}

/// The player has done what it was asked: what follows from where the lesson is now.
fn arrive(app: &mut App, position: Position) -> Vec<Effect> {
    let Screen::Lesson(take) = &mut app.screen else {
        return Vec::new();
    };
    let moved = position != take.position;
    if position.step != take.position.step {
        take.desk.from_the_top();
    }
    take.take_in(Report::At(position));
    let stride = match take.activity {
        Activity::Busy { stride, .. } => stride,
        Activity::Opening | Activity::Idle => Stride::Line,
    };
    take.activity = Activity::Idle;
    let mut effects = if moved && take.failure.is_none() {
        follow_up(take, stride)
    } else {
        explorer::go_on(take)
    };
    if keep(app) {
        effects.push(Effect::Save);
    }
    effects.push(Effect::Draw);
    effects
}

/// What goes on by itself: answers and expectations after the last line they measure, the rest of a step that is run
/// as a whole.
fn follow_up(take: &mut Take, stride: Stride) -> Vec<Effect> {
    match (take.next(), stride) {
        (Some(Item::Grade { .. } | Item::Expect { .. }), _)
        | (Some(Item::Line { .. } | Item::Race { .. }), Stride::Step) => advance(take, stride),
        _ => Vec::new(),
    }
}

/// Brings the progress up to date; whether it changed.
fn keep(app: &mut App) -> bool {
    let Screen::Lesson(take) = &app.screen else {
        return false;
    };
    if take.lesson.is_lab() || app.tape.is_some() {
        return false;
    }
    let (id, position) = (&take.lesson.id, take.position);
    let before = app.progress.lessons.get(id).cloned();
    let items = take.script.steps.get(position.step).map_or(0, Vec::len);
    app.progress
        .reached(id, position, items, take.lesson.steps.len());
    for graded in take.answers.graded() {
        if let Some(guess) = graded.guess.clone() {
            let answer = graded.answer.known().copied();
            app.progress
                .guessed(id, graded.step, graded.part, Guess { guess, answer });
        }
    }
    before.as_ref() != app.progress.lessons.get(id)
}
