//! Ways in and out of lessons: chosen, named, led to by a claim; left for where they were opened from.

use super::explorer::act as explorer;
use super::home::Home;
use super::take::Take;
use super::update::say;
use super::watching::Watching;
use super::{App, Effect, Overlay, Screen, Watched, course, ledger};
use crate::lesson::Lesson;
use crate::mem::Control;
use crate::session::{Command, Progress};
use std::sync::Arc;

pub(super) fn open_chosen(app: &mut App) -> Vec<Effect> {
    let listed = app.home.listed(&app.lessons);
    if listed.contains(&app.home.chosen) {
        open(app, app.home.chosen, None)
    } else {
        Vec::new()
    }
}

/// Opens a lesson at a step, or where it was left; one that was finished, from its start.
pub(super) fn open(app: &mut App, index: usize, step: Option<usize>) -> Vec<Effect> {
    let Some(card) = app.lessons.get(index) else {
        return Vec::new();
    };
    let lesson = match card.lesson() {
        Ok(lesson) => Arc::clone(lesson),
        Err(broken) => {
            let told = broken.to_string();
            return say(app, &told);
        }
    };
    let last = lesson.steps.len().saturating_sub(1);
    let step = step.map_or_else(|| left_at(&app.progress, &lesson), |step| step.min(last));
    app.home = Home {
        chosen: index,
        search: None,
    };
    app.notice = None;
    let lesson = Screen::Lesson(Box::new(Take::new(lesson, step)));
    if let Screen::Watch(watch) = std::mem::replace(&mut app.screen, lesson) {
        app.beneath = Some(watch);
    }
    course::start(app, step)
}

/// The step a lesson was left at; the first, when its end was seen.
fn left_at(progress: &Progress, lesson: &Lesson) -> usize {
    let last = lesson.steps.len().saturating_sub(1);
    match progress.lessons.get(&lesson.id) {
        Some(kept) if !kept.steps_done.contains(&last) || kept.step < last => kept.step.min(last),
        _ => 0,
    }
}

/// Opens the empty lab with its input line.
pub(super) fn open_lab(app: &mut App) -> Vec<Effect> {
    app.screen = Screen::Lesson(Box::new(Take::new(Arc::new(Lesson::lab()), 0)));
    let mut effects = course::start(app, 0);
    effects.extend(explorer::open(app));
    effects
}

/// Opens the step that shows the claim chosen in the ledger; a claim without one stays where it is.
pub(super) fn open_claim(app: &mut App) -> Vec<Effect> {
    let Some(Overlay::Claims(chosen)) = app.overlay else {
        return Vec::new();
    };
    let rows = ledger::rows(&app.lessons, &app.progress);
    let Some(place) = rows.get(chosen).and_then(ledger::Row::next) else {
        return Vec::new();
    };
    app.overlay = None;
    open(app, place.lesson, Some(place.step))
}

/// `q`: from a lesson to the list, or to the watch that it was opened from; from these out.
pub(super) fn leave(app: &mut App) -> Vec<Effect> {
    if let Screen::Home | Screen::Watch(_) = app.screen {
        return vec![Effect::Save, Effect::Quit];
    }
    if app.tape.is_some() {
        return vec![
            Effect::Wish(Control::Stop),
            Effect::Send(Command::Close),
            Effect::Quit,
        ];
    }
    app.screen = app.beneath.take().map_or(Screen::Home, Screen::Watch);
    app.overlay = None;
    app.home.search = None;
    vec![
        Effect::Wish(Control::Stop),
        Effect::Send(Command::Close),
        Effect::Save,
        Effect::Draw,
    ]
}

/// Watches a process from now on. The one before it is remembered, if there was one; back at that one, it is not.
pub(super) fn watch(app: &mut App, watched: Watched) -> Vec<Effect> {
    let pid = watched.subject.pid;
    let mut watch = Watching::new(watched.subject, watched.at);
    let was = match std::mem::replace(&mut app.screen, Screen::Home) {
        Screen::Watch(was) => Some(was),
        _ => app.beneath.take(),
    };
    if let Some(was) = was {
        watch.bench = was.bench;
        watch.before = was.before;
        watch.output = was.output.or(watch.output);
        watch.unfinished = was.unfinished;
        if watch.before.last() == Some(&pid) {
            watch.before.pop();
        } else {
            watch.before.push(was.subject.pid);
        }
    }
    app.overlay = None;
    app.screen = Screen::Watch(Box::new(watch));
    vec![Effect::Draw]
}
