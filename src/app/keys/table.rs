//! The key table itself: what is pressed where does what, in the order of the footer and the help.

mod contexts;
mod explorer;
mod lesson;
mod past;
mod screen;
mod watch;

use super::{Action, Binding, Chord, Context};
use crossterm::event::KeyCode;

#[cfg(test)]
pub(super) use contexts::ALL;

/// The table, in the order of the footer and the help.
pub fn bindings() -> impl Iterator<Item = &'static Binding> {
    let parts = [
        watch::ROWS,
        lesson::ROWS,
        explorer::ROWS,
        past::ROWS,
        screen::ROWS,
    ];
    parts.into_iter().flatten()
}

const fn key(code: KeyCode) -> Chord {
    let control = false;
    Chord { code, control }
}

const fn char(c: char) -> Chord {
    key(KeyCode::Char(c))
}

const fn control(c: char) -> Chord {
    control_key(KeyCode::Char(c))
}

const fn bind(
    chords: &'static [Chord],
    action: Action,
    contexts: &'static [Context],
    short: &'static str,
    long: &'static str,
) -> Binding {
    Binding {
        chords,
        action,
        contexts,
        short,
        long,
    }
}

const fn control_key(code: KeyCode) -> Chord {
    let control = true;
    Chord { code, control }
}

const ENTER: Chord = key(KeyCode::Enter);
const SPACE: Chord = char(' ');
const UP: &[Chord] = &[key(KeyCode::Up), char('k')];
const DOWN: &[Chord] = &[key(KeyCode::Down), char('j')];
