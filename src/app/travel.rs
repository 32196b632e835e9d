//! Getting about: focus, zoom, scrolling, choosing, the mouse.

use super::explorer::cursor::{self, Cursor};
use super::keeping;
use super::panel::Panel;
use super::scene::Scene;
use super::take::Take;
use super::update::{drawn, with_take};
use super::{App, Effect, Overlay, Screen, door, keys::Action};
use crate::claims::Ledger;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// Rows that one turn of the wheel moves.
const WHEEL: i32 = 3;

/// What an action that only moves about does.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Up => go(app, -1),
        Action::Down => go(app, 1),
        Action::PageUp => go(app, -10),
        Action::PageDown => go(app, 10),
        Action::Top => go(app, -i32::from(u16::MAX)),
        Action::Bottom => go(app, i32::from(u16::MAX)),
        _ => with_take(app, |take| arrange(take, action)),
    }
}

/// How the lesson's screen is arranged.
fn arrange(take: &mut Take, action: Action) -> Vec<Effect> {
    let desk = &mut take.desk;
    match action {
        Action::NextPanel => desk.focus = desk.focus.step(1),
        Action::PreviousPanel => desk.focus = desk.focus.step(Panel::ALL.len() - 1),
        Action::Zoom => desk.zoomed = !desk.zoomed,
        Action::OwnRows => desk.own_rows = !desk.own_rows,
        Action::Notes => desk.notes = !desk.notes,
        Action::NextProcess => next_process(take),
        Action::CellLeft => walk(take, -1),
        Action::CellRight => walk(take, 1),
        _ => return Vec::new(),
    }
    vec![Effect::Draw]
}

/// Chooses the page so many further on than the one that the mouse chose.
fn walk(take: &mut Take, pages: i64) {
    let found = take.pointed.zip(Scene::of(take));
    let moved = found.and_then(|(cursor, scene)| cursor::moved(&scene, cursor, pages));
    take.pointed = moved.or(take.pointed);
}

fn next_process(take: &mut Take) {
    let Some(moment) = take.moment() else { return };
    let processes: Vec<_> = moment.snapshots.iter().map(|s| s.process).collect();
    let here = take.desk.process;
    let place = processes.iter().position(|process| Some(*process) == here);
    let next = place.unwrap_or(0) + 1;
    take.desk.process = processes.get(next % processes.len().max(1)).copied();
}

/// Moves by rows: within a page that lies over the screen, a list, the choices, or the panel with the keys.
fn go(app: &mut App, by: i32) -> Vec<Effect> {
    let limit = app.seen.overlay_limit;
    match &mut app.overlay {
        Some(
            Overlay::Help(row)
            | Overlay::Legend(row)
            | Overlay::Inspect(row)
            | Overlay::Variables(row)
            | Overlay::Vma(row),
        ) => {
            let was = *row;
            *row = moved(was, by, limit);
            return drawn(*row != was);
        }
        Some(Overlay::Steps(step)) => {
            let steps = match &app.screen {
                Screen::Lesson(take) => take.lesson.steps.len(),
                Screen::Home | Screen::Watch(_) => 0,
            };
            let last = steps.saturating_sub(1);
            let was = *step;
            *step = was.saturating_add_signed(by as isize).min(last);
            return drawn(*step != was);
        }
        Some(Overlay::Keep) => return keeping::walk(app, by > 0),
        Some(Overlay::Claims(claim)) => {
            let last = Ledger::built_in().claims().len().saturating_sub(1);
            let was = *claim;
            *claim = was.saturating_add_signed(by as isize).min(last);
            return drawn(*claim != was);
        }
        None => {}
    }
    match &mut app.screen {
        Screen::Home => {
            let was = app.home.chosen;
            app.home.walk(by as isize, &app.lessons);
            drawn(app.home.chosen != was)
        }
        Screen::Lesson(take) if take.question().is_some() && is_choosing(take, by) => {
            let choices = take.choices().to_vec();
            take.guess.walk(by > 0, &choices);
            vec![Effect::Draw]
        }
        Screen::Lesson(take) => {
            let focus = take.desk.focus;
            scroll(app, focus, by)
        }
        Screen::Watch(_) => Vec::new(),
    }
}

/// Whether one row up or down picks a choice rather than scrolling.
fn is_choosing(take: &Take, by: i32) -> bool {
    by.abs() == 1 && take.back().is_none() && !take.choices().is_empty()
}

fn scroll(app: &mut App, panel: Panel, by: i32) -> Vec<Effect> {
    let Some(seen) = app.seen.panel(panel).copied() else {
        return Vec::new();
    };
    let row = moved(seen.offset, by, seen.limit);
    with_take(app, |take| {
        if row == seen.offset {
            return Vec::new();
        }
        take.desk.scroll_to(panel, row);
        vec![Effect::Draw]
    })
}

/// A row moved by so many, between the first and the last.
fn moved(row: u16, by: i32, limit: u16) -> u16 {
    let target = (i32::from(row) + by).clamp(0, i32::from(limit));
    u16::try_from(target).unwrap_or(limit)
}

/// The mouse: a click gives a panel the keys or picks a row, the wheel scrolls what it points at.
pub(super) fn mouse(app: &mut App, event: MouseEvent) -> Vec<Effect> {
    if app.overlay.is_none() && matches!(app.screen, Screen::Watch(_)) {
        return super::watching::act::mouse(app, event);
    }
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => click(app, event.column, event.row),
        MouseEventKind::ScrollUp => wheel(app, event, -WHEEL),
        MouseEventKind::ScrollDown => wheel(app, event, WHEEL),
        _ => Vec::new(),
    }
}

fn wheel(app: &mut App, event: MouseEvent, by: i32) -> Vec<Effect> {
    if app.overlay.is_some() {
        return go(app, by);
    }
    match app.seen.panel_at(event.column, event.row) {
        Some(seen) => {
            let panel = seen.panel;
            scroll(app, panel, by)
        }
        None if matches!(app.screen, Screen::Home) => go(app, by.signum()),
        None => Vec::new(),
    }
}

fn click(app: &mut App, column: u16, row: u16) -> Vec<Effect> {
    if let Some(index) = app.seen.item_at(column, row) {
        return pick(app, index);
    }
    if app.overlay.is_some() {
        return Vec::new();
    }
    if let Some(cursor) = app.seen.page_at(column, row) {
        return point(app, cursor);
    }
    let Some(panel) = app.seen.panel_at(column, row).map(|seen| seen.panel) else {
        return Vec::new();
    };
    with_take(app, |take| {
        let was = take.desk.focus;
        take.desk.focus = panel;
        let was_on_pages = match &mut take.explorer {
            Some(explorer) if panel == Panel::Reading => std::mem::take(&mut explorer.on_pages),
            _ => false,
        };
        drawn(was != panel || was_on_pages)
    })
}

/// A click on a page chooses it; a second one says all that is known of it.
fn point(app: &mut App, cursor: Cursor) -> Vec<Effect> {
    let Screen::Lesson(take) = &mut app.screen else {
        return Vec::new();
    };
    let was = take.cursor();
    take.desk.focus = Panel::Pages;
    let was_chosen = if let Some(explorer) = &mut take.explorer {
        explorer.cursor = Some(cursor);
        std::mem::replace(&mut explorer.on_pages, true)
    } else {
        take.pointed = Some(cursor);
        true
    };
    if was_chosen && was == Some(cursor) {
        app.overlay = Some(Overlay::Inspect(0));
    }
    vec![Effect::Draw]
}

/// A click on a row of a list: chooses it; a second click on the chosen lesson opens it.
fn pick(app: &mut App, index: usize) -> Vec<Effect> {
    match (&mut app.overlay, &mut app.screen) {
        (Some(Overlay::Keep), _) => return keeping::choose(app, index),
        (Some(Overlay::Steps(step)), _) => *step = index,
        (Some(Overlay::Claims(claim)), _) => *claim = index,
        (None, Screen::Home) if app.home.chosen == index => return door::open(app, index, None),
        (None, Screen::Home) => app.home.chosen = index,
        (None, Screen::Lesson(take)) if take.explorer.is_some() => {
            return super::explorer::act::pick(app, index);
        }
        (None, Screen::Lesson(take)) => {
            take.guess = super::guess::Guess {
                typed: String::new(),
                choice: Some(index),
            }
        }
        _ => return Vec::new(),
    }
    vec![Effect::Draw]
}
