//! Moving through the moments of a run, by keys and by the mouse on their strip; marking one of them.
//!
//! The processes know nothing of it: they are parked where the last line left them, and live.

use super::panel::Hand;
use super::strip;
use super::take::{Activity, Take};
use super::update::{drawn, with_take};
use super::{App, Effect, keys::Action};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// Moments that a long step goes, where no step of the lesson ends before.
const FAR: usize = 10;

/// What an action does that moves through the moments.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    with_take(app, |take| {
        let (here, last) = (take.shown(), take.lines_run());
        let there = match action {
            Action::Back => here.saturating_sub(1),
            Action::Forth => here + 1,
            Action::BackFar => far_back(take),
            Action::ForthFar => far_forth(take),
            Action::First => 0,
            Action::Latest => last,
            Action::Mark => return mark(take),
            _ if take.mark().is_some() => return mark_off(take),
            _ => last,
        };
        look(take, there)
    })
}

fn look(take: &mut Take, moment: usize) -> Vec<Effect> {
    let was = take.back();
    take.look_at(moment);
    drawn(take.back() != was)
}

/// Marks the moment on the screen; takes the mark away where it is marked already, or where another is: two are
/// compared, not three.
fn mark(take: &mut Take) -> Vec<Effect> {
    if take.mark().is_some() {
        return mark_off(take);
    }
    drawn(take.set_mark())
}

/// Takes the mark away.
pub(super) fn mark_off(take: &mut Take) -> Vec<Effect> {
    drawn(take.unmark())
}

/// Ten lines back, or to the end of the step before, whichever is nearer.
fn far_back(take: &Take) -> usize {
    let here = take.shown();
    let edges = strip::steps(take.timeline.lines())
        .into_iter()
        .map(|step| step.start - 1);
    let edge = edges.filter(|edge| *edge < here).max();
    here.saturating_sub(FAR).max(edge.unwrap_or(0))
}

/// Ten lines forth, or to the end of the step, whichever is nearer.
fn far_forth(take: &Take) -> usize {
    let here = take.shown();
    let edges = strip::steps(take.timeline.lines())
        .into_iter()
        .map(|step| step.end - 1);
    let edge = edges.filter(|edge| *edge > here).min();
    (here + FAR).min(edge.unwrap_or(usize::MAX))
}

/// A key was pressed: the mouse may rest on the strip, but the hands are elsewhere.
pub(super) fn let_go(app: &mut App) {
    if let super::Screen::Lesson(take) = &mut app.screen {
        take.desk.hand = Hand::Away;
    }
}

/// What the mouse does on the strip; `None` where it is not the strip's.
pub(super) fn mouse(app: &mut App, event: MouseEvent) -> Option<Vec<Effect>> {
    if app.overlay.is_some() {
        return None;
    }
    let strip = app.seen.strip.as_ref()?;
    let here = strip.cell_at(event.column, event.row).cloned();
    let along = strip.cell_along(event.column).map(strip::Cell::target);
    let take = match &mut app.screen {
        super::Screen::Lesson(take) if matches!(take.activity, Activity::Idle) => take,
        _ => return None,
    };
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            let there = here?.target();
            take.desk.hand = Hand::Scrubbing;
            look(take, there);
            Some(vec![Effect::Draw])
        }
        MouseEventKind::Drag(MouseButton::Left) if take.desk.hand == Hand::Scrubbing => {
            Some(along.map_or_else(Vec::new, |there| look(take, there)))
        }
        MouseEventKind::Up(MouseButton::Left) if take.desk.hand == Hand::Scrubbing => {
            take.desk.hand = here.map_or(Hand::Away, Hand::Over);
            Some(vec![Effect::Draw])
        }
        MouseEventKind::Moved => {
            let hand = here.map_or(Hand::Away, Hand::Over);
            let was = std::mem::replace(&mut take.desk.hand, hand);
            Some(drawn(take.desk.hand != was))
        }
        MouseEventKind::ScrollUp => here.map(|_| look(take, take.shown().saturating_sub(1))),
        MouseEventKind::ScrollDown => here.map(|_| look(take, take.shown() + 1)),
        _ => None,
    }
}
