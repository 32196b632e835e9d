//! What keys do in the explorer: edit, complete, recall, run, move over the pages.

use super::complete::{Popup, common, offers, word_before};
use super::verb::{self, Verb};
use super::{Explorer, LONGEST, addressed, chunks, cursor, is_open, joined};
use crate::app::keys::{self, Action, Context};
use crate::app::panel::Panel;
use crate::app::scene::Scene;
use crate::app::take::{Activity, Stride, Take};
use crate::app::{App, Effect, Overlay, Screen};
use crate::lesson::Who;
use crate::mem::{Bytes, Control, Ending};
use crate::session::Command;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::InputRequest as Edit;

/// Opens the explorer over the lesson on the screen.
pub(in crate::app) fn open(app: &mut App) -> Vec<Effect> {
    let Screen::Lesson(take) = &mut app.screen else {
        return Vec::new();
    };
    let kept = take.shelved.take();
    let mut explorer = kept.unwrap_or_default();
    explorer.cursor = take.pointed.take().or(explorer.cursor);
    take.explorer = Some(explorer);
    take.to_now();
    take.desk.focus = Panel::Reading;
    take.desk.zoomed = false;
    vec![Effect::Send(Command::Explore), Effect::Draw]
}

/// What an action does while the explorer is open; `None` when it is not the explorer's.
pub(in crate::app) fn act(app: &mut App, action: Action) -> Option<Vec<Effect>> {
    app.take()?.explorer.as_ref()?;
    match action {
        Action::Escape if app.context() == Context::Undo => return None,
        Action::Escape => return escape(app),
        Action::Stop => return Some(stop(app)),
        Action::Quit => return quit(app),
        Action::Leave => return leave(app),
        Action::Inspect => {
            app.overlay = Some(Overlay::Inspect(0));
            return Some(vec![Effect::Draw]);
        }
        Action::Variables => {
            app.overlay = Some(Overlay::Variables(0));
            return Some(vec![Effect::Draw]);
        }
        _ => {}
    }
    let strides = app.seen.strides.filter(|_| app.overlay.is_none());
    let (row, cell) = strides.map_or((1, 1), |strides| (strides.row as i64, strides.cell as i64));
    with(app, |take, explorer| {
        if let Some(chosen) = explorer.menu {
            return menu(take, explorer, (action, chosen));
        }
        if let Some(verb) = verb::of(action) {
            return Some(handle(take, explorer, verb));
        }
        match action {
            Action::Submit => return Some(submit(take, explorer)),
            Action::Example if take.lesson.is_lab() => explorer.set(explorer.example()?),
            Action::Complete => complete(explorer),
            Action::Earlier => explorer.recall(false),
            Action::Later => explorer.recall(true),
            Action::Discard => explorer.set(""),
            Action::NextActor => next_process(take, explorer),
            Action::Pages => to_pages(take, explorer),
            Action::Input => to_input(take, explorer),
            Action::CellLeft => walk(take, explorer, -cell),
            Action::CellRight => walk(take, explorer, cell),
            Action::CellUp => walk(take, explorer, -row),
            Action::CellDown => walk(take, explorer, row),
            Action::Menu => {
                explorer.cursor = cursor::settled(take, explorer);
                explorer.menu = explorer.cursor.map(|_| 0);
            }
            _ => return None,
        }
        Some(vec![Effect::Draw])
    })
}

/// Lends the lesson and its open explorer to `change`.
fn with<T>(app: &mut App, change: impl FnOnce(&mut Take, &mut Explorer) -> Option<T>) -> Option<T> {
    let Screen::Lesson(take) = &mut app.screen else {
        return None;
    };
    let mut explorer = take.explorer.take()?;
    let done = change(take, &mut explorer);
    take.explorer = Some(explorer);
    done
}

/// A key that the table does not know: text and its editing, as in a shell.
pub(in crate::app) fn edit(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let on_pages = app
        .take()
        .and_then(|take| take.explorer.as_ref())
        .is_some_and(|explorer| explorer.on_pages);
    if on_pages {
        // A line runs: what is done with pages meanwhile waits for its end.
        let action = keys::action(Context::Cursor, key);
        return action
            .and_then(|action| act(app, action))
            .unwrap_or_default();
    }
    let done = with(app, |_, explorer| {
        let edit = edit_of(key)?;
        let opened = explorer.opened.take();
        match edit {
            Edit::InsertChar('(') if opened == Some(explorer.place()) => {}
            Edit::InsertChar(c) => {
                explorer.insert(c.encode_utf8(&mut [0; 4]));
            }
            Edit::DeletePrevChar if explorer.input.cursor() == 0 => {
                explorer.unturn();
            }
            edit => {
                let change = explorer.input.handle(edit);
                if change.is_some_and(|change| change.value) {
                    explorer.mistake = None;
                }
                explorer.popup = None;
            }
        }
        Some(())
    });
    done.map_or_else(Vec::new, |()| vec![Effect::Draw])
}

pub(in crate::app) fn edit_of(key: &KeyEvent) -> Option<Edit> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    Some(match key.code {
        KeyCode::Char('a') if control => Edit::GoToStart,
        KeyCode::Char('e') if control => Edit::GoToEnd,
        KeyCode::Char('w') if control => Edit::DeletePrevWord,
        KeyCode::Char('u') if control => Edit::DeleteFromStart,
        KeyCode::Char('k') if control => Edit::DeleteTillEnd,
        KeyCode::Char('d') if control => Edit::DeleteNextChar,
        KeyCode::Char('y') if control => Edit::Yank,
        KeyCode::Char('b') if alt => Edit::GoToPrevWord,
        KeyCode::Char('f') if alt => Edit::GoToNextWord,
        KeyCode::Char(_) if control || alt => return None,
        KeyCode::Char(c) => Edit::InsertChar(c),
        KeyCode::Backspace if alt || control => Edit::DeletePrevWord,
        KeyCode::Backspace => Edit::DeletePrevChar,
        KeyCode::Delete => Edit::DeleteNextChar,
        KeyCode::Left if control || alt => Edit::GoToPrevWord,
        KeyCode::Right if control || alt => Edit::GoToNextWord,
        KeyCode::Left => Edit::GoToPrevChar,
        KeyCode::Right => Edit::GoToNextChar,
        KeyCode::Home => Edit::GoToStart,
        KeyCode::End => Edit::GoToEnd,
        _ => return None,
    })
}

/// Text that was pasted: it waits for Enter like any other.
pub(in crate::app) fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    let done = with(app, |take, explorer| {
        to_input(take, explorer);
        if !explorer.insert(text.trim_end_matches(['\n', '\r'])) {
            take.failure = Some(format!(
                "What was pasted is not taken: with it the input would hold more than {}. Paste it in parts.",
                Bytes(LONGEST as u64)
            ));
        }
        Some(())
    });
    done.map_or_else(Vec::new, |()| vec![Effect::Draw])
}

/// Enter: runs the text when it is whole, else begins its next row.
fn submit(take: &mut Take, explorer: &mut Explorer) -> Vec<Effect> {
    let text = explorer.text();
    if text.trim().is_empty() {
        explorer.set("");
        return vec![Effect::Draw];
    }
    if is_open(&text) {
        explorer.turn();
        explorer.popup = None;
        return vec![Effect::Draw];
    }
    explorer.set("");
    let mut chunks = chunks(&text).into_iter();
    let Some(first) = chunks.next() else {
        return vec![Effect::Draw];
    };
    let effects = send(take, explorer, &first);
    explorer.queue.extend(chunks);
    effects
}

/// Gives a text to the player, or lets it wait while another one runs.
fn send(take: &mut Take, explorer: &mut Explorer, text: &str) -> Vec<Effect> {
    if !matches!(take.activity, Activity::Idle) {
        explorer.queue.push_back(text.to_owned());
        return vec![Effect::Draw];
    }
    let addressed = addressed(text);
    let who = addressed.who.unwrap_or(Who::Named(explorer.who));
    let source = joined(addressed.code);
    explorer.sent(text.to_owned());
    take.desk.process = None;
    take.to_now();
    take.failure = None;
    take.desk.follow();
    take.activity = Activity::Busy {
        stride: Stride::Line,
        look: None,
    };
    let slow = take.slow;
    vec![
        Effect::Wish(Control::Continue),
        Effect::Send(Command::Type { who, source, slow }),
        Effect::Draw,
    ]
}

/// A line has ended: the next one that waits, or all of them back into the input when something went wrong.
pub(in crate::app) fn go_on(take: &mut Take) -> Vec<Effect> {
    let Some(mut explorer) = take.explorer.take() else {
        return Vec::new();
    };
    let was_stopped = std::mem::take(&mut explorer.stopping);
    let ending = take.timeline.lines().last().map(|line| line.ending.clone());
    let ended_well = matches!(ending, None | Some(Some(Ending::Finished)));
    let goes_on = ended_well && !was_stopped && take.failure.is_none();
    let effects = if !goes_on || explorer.mistake.is_some() {
        explorer.take_back();
        Vec::new()
    } else if let Some(next) = explorer.queue.pop_front() {
        send(take, &mut explorer, &next)
    } else {
        Vec::new()
    };
    take.explorer = Some(explorer);
    effects
}

/// Esc while a line runs: it stops, and the lines that wait come back.
fn stop(app: &mut App) -> Vec<Effect> {
    with(app, |_, explorer| {
        explorer.stopping = true;
        Some(())
    });
    vec![Effect::Wish(Control::Stop)]
}

/// Ctrl-C stops a line that runs; where none does, or it was asked to stop already, the program is left.
fn quit(app: &mut App) -> Option<Vec<Effect>> {
    let discarded = with(app, |take, explorer| {
        let waits = matches!(take.activity, Activity::Idle);
        if !waits || explorer.on_pages || explorer.is_empty() {
            return None;
        }
        explorer.set("");
        Some(())
    });
    if discarded.is_some() {
        return Some(vec![Effect::Draw]);
    }
    let take = app.take()?;
    let runs = matches!(take.activity, Activity::Busy { .. });
    let was_asked = take
        .explorer
        .as_ref()
        .is_some_and(|explorer| explorer.stopping);
    (runs && !was_asked).then(|| stop(app))
}

/// Tab: what all names have in common; then one name after the other.
fn complete(explorer: &mut Explorer) {
    if let Some(popup) = &mut explorer.popup {
        let next = popup.chosen.map_or(0, |chosen| chosen + 1) % popup.candidates.len().max(1);
        let name = popup.candidates[next].name.clone();
        let length = std::mem::replace(&mut popup.length, name.chars().count());
        popup.chosen = Some(next);
        replace_word(explorer, length, &name);
        return;
    }
    let (text, place) = (explorer.text(), explorer.place());
    let word = word_before(&text, place);
    let found = offers(&text, place, explorer.names());
    let length = word.chars().count();
    let shared = common(&found).to_owned();
    if let [only] = &found[..] {
        let is_call = only.sort == super::complete::Sort::Function;
        replace_word(explorer, length, &shared);
        if is_call && !text[place..].starts_with('(') {
            explorer.insert("(");
            explorer.opened = Some(explorer.place());
        }
    } else if !found.is_empty() {
        replace_word(explorer, length, &shared);
        explorer.popup = Some(Popup {
            candidates: found,
            chosen: None,
            length: shared.chars().count(),
        });
    }
}

/// Puts `name` where the `length` characters before the cursor are.
fn replace_word(explorer: &mut Explorer, length: usize, name: &str) {
    for _ in 0..length {
        explorer.input.handle(Edit::DeletePrevChar);
    }
    for c in name.chars() {
        explorer.input.handle(Edit::InsertChar(c));
    }
    explorer.mistake = None;
}

/// Another process runs what is typed, and is shown until a line of any runs.
fn next_process(take: &mut Take, explorer: &mut Explorer) {
    let living: Vec<_> = take
        .timeline
        .last()
        .iter()
        .flat_map(|moment| &moment.snapshots)
        .map(|snapshot| snapshot.process)
        .collect();
    explorer.next_process(&living);
    take.desk.process = Some(explorer.who);
    // Where the other has no page at that address, its first one is chosen.
    let there = explorer.cursor.map(|cursor| cursor::Cursor {
        process: explorer.who,
        ..cursor
    });
    let is_mapped = |cursor: &cursor::Cursor| {
        let scene = Scene::of(take);
        scene.is_some_and(|scene| cursor::mapping(&scene, *cursor).is_some())
    };
    explorer.cursor = there.filter(is_mapped);
    explorer.cursor = cursor::settled(take, explorer);
}

/// Gives the keys to the grid.
fn to_pages(take: &mut Take, explorer: &mut Explorer) {
    explorer.cursor = cursor::settled(take, explorer);
    if explorer.cursor.is_some() {
        explorer.on_pages = true;
        take.desk.focus = Panel::Pages;
    }
}

/// Gives the keys to the input.
fn to_input(take: &mut Take, explorer: &mut Explorer) {
    explorer.on_pages = false;
    take.desk.focus = Panel::Reading;
}

/// Moves the cursor; the grid follows it again, if it was scrolled elsewhere.
fn walk(take: &mut Take, explorer: &mut Explorer, pages: i64) {
    take.desk.follow();
    if let Some(beside) = cursor::returned(take, explorer, pages > 0) {
        explorer.cursor = Some(beside);
        return;
    }
    explorer.cursor = cursor::settled(take, explorer);
    let moved = explorer
        .cursor
        .zip(Scene::of(take))
        .and_then(|(cursor, scene)| cursor::moved(&scene, cursor, pages));
    explorer.cursor = moved.or(explorer.cursor);
}

/// Types and runs what does `verb` with the chosen page.
fn handle(take: &mut Take, explorer: &mut Explorer, verb: Verb) -> Vec<Effect> {
    take.to_now();
    explorer.cursor = cursor::settled(take, explorer);
    if explorer.cursor.is_none() && verb == Verb::Fork {
        return send_to(take, explorer, (explorer.who, "fork();"));
    }
    let Some(cursor) = explorer.cursor else {
        return Vec::new();
    };
    let line = Scene::of(take).and_then(|scene| verb::statement(&scene, explorer, cursor, verb));
    match line {
        Some(line) => send_to(take, explorer, (cursor.process, &line)),
        None => Vec::new(),
    }
}

/// Keys of the menu.
fn menu(
    take: &mut Take,
    explorer: &mut Explorer,
    (action, chosen): (Action, usize),
) -> Option<Vec<Effect>> {
    let cursor = explorer.cursor?;
    let offers = Scene::of(take).map(|scene| verb::offers(&scene, explorer, cursor));
    let offers = offers.unwrap_or_default();
    let last = offers.len().saturating_sub(1);
    match action {
        Action::Up => explorer.menu = Some(chosen.saturating_sub(1)),
        Action::Down => explorer.menu = Some((chosen + 1).min(last)),
        Action::Submit => {
            explorer.menu = None;
            let offer = offers.into_iter().nth(chosen)?;
            return Some(handle(take, explorer, offer.verb));
        }
        _ => return None,
    }
    Some(vec![Effect::Draw])
}

/// A click on a row of the menu: chooses it; a second one does it.
pub(in crate::app) fn pick(app: &mut App, index: usize) -> Vec<Effect> {
    let done = with(app, |take, explorer| {
        let was = explorer.menu.replace(index)?;
        if was == index {
            return menu(take, explorer, (Action::Submit, index));
        }
        Some(vec![Effect::Draw])
    });
    done.unwrap_or_default()
}

fn send_to(
    take: &mut Take,
    explorer: &mut Explorer,
    (process, line): (crate::mem::Process, &str),
) -> Vec<Effect> {
    let text = if process == explorer.who {
        line.to_owned()
    } else {
        format!("{process}: {line}")
    };
    send(take, explorer, &text)
}

/// Esc with nothing typed: from the pages to the input, to now, out of the zoom, back to the lesson. The empty lab
/// stays: its processes are not to be lost by a key pressed once too often.
fn escape(app: &mut App) -> Option<Vec<Effect>> {
    if app.overlay.is_some() {
        return None;
    }
    let Screen::Lesson(take) = &mut app.screen else {
        return None;
    };
    let menu = take.explorer.as_mut().and_then(|own| own.menu.take());
    if menu.is_some() {
    } else if take.desk.zoomed {
        take.desk.zoomed = false;
    } else if take.unmark() {
        take.desk.follow();
    } else if take.back().is_some() {
        take.to_now();
        take.desk.follow();
    } else if !take.lesson.is_lab() {
        take.shelved = take.explorer.take();
        if let Some(shelved) = &mut take.shelved {
            shelved.on_pages = false;
        }
        take.desk.focus = Panel::Reading;
    }
    Some(vec![Effect::Draw])
}

/// Ctrl-D: back to the lesson; out of the empty lab.
fn leave(app: &mut App) -> Option<Vec<Effect>> {
    if app.take().is_some_and(|take| take.lesson.is_lab()) {
        return None;
    }
    if let Screen::Lesson(take) = &mut app.screen {
        take.desk.zoomed = false;
        take.to_now();
    }
    escape(app)
}
