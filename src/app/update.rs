//! How each event changes the state.

use super::explorer::cursor::Cursor;
use super::explorer::{act as explorer, dump};
use super::keeping;
use super::keys::{self, Action, Context};
use super::take::{Activity, Stride, Take};
use super::tape::Tape;
use super::undo::{self, Undo};
use super::watching::{Watching, act as watching};
use super::{App, Effect, Event, Overlay, Screen, course, door, past, travel};
use crate::mem::Control;
use crate::session::Command;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// Changes the state by one event, and says what is to be done.
pub fn update(app: &mut App, event: Event) -> Vec<Effect> {
    let mut effects = respond(app, event);
    effects.extend(look_at_page(app));
    effects
}

/// Asks for the bytes of the page that is looked at, when they are not here.
fn look_at_page(app: &mut App) -> Option<Effect> {
    let is_inspected = matches!(app.overlay, Some(Overlay::Inspect(_)));
    let Screen::Lesson(take) = &mut app.screen else {
        return None;
    };
    let is_chosen = take
        .explorer
        .as_ref()
        .is_some_and(|explorer| explorer.on_pages);
    if !is_inspected && !is_chosen {
        return None;
    }
    let Cursor { process, address } = dump::ask(take)?;
    Some(Effect::Send(Command::Page { process, address }))
}

fn respond(app: &mut App, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
        Event::Key(key) => press(app, &key),
        Event::Mouse(mouse) => past::mouse(app, mouse).unwrap_or_else(|| travel::mouse(app, mouse)),
        Event::Paste(text) => paste(app, &text),
        Event::Resize => vec![Effect::Draw],
        Event::Named(name, place) => keeping::named(app, name, place),
        Event::Kept(outcome) => keeping::kept(app, outcome),
        Event::Report(report) => course::hear(app, report),
        Event::PlayerGone => say(
            app,
            "The thread that plays lessons has ended: please leave with q and start again.",
        ),
        Event::Watched(watched) => door::watch(app, *watched),
        Event::Unwatched(why) => say(app, &why),
        Event::Sampled(pid, sample) => with_watch(app, |watch| {
            // A sample of the process that was watched before may still be on its way.
            watch.subject.pid == pid && watch.take_in(*sample)
        }),
        Event::Printed(lines, rest) => with_watch(app, |watch| watch.print(lines, rest)),
    }
}

/// Changes the watch, on the screen or beneath a lesson; a frame if what is on the screen changed.
fn with_watch(app: &mut App, change: impl FnOnce(&mut Watching) -> bool) -> Vec<Effect> {
    match (&mut app.screen, &mut app.beneath) {
        (Screen::Watch(watch), _) => drawn(change(watch)),
        (_, Some(watch)) => {
            change(watch);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// A key: its action by the table, or text where text is taken.
fn press(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    past::let_go(app);
    let context = app.context();
    if let Some(action) = keys::action(context, key) {
        return act(app, context, action);
    }
    if matches!(
        context,
        Context::Prompt | Context::Type | Context::Trying | Context::Ahead
    ) {
        return explorer::edit(app, key);
    }
    if context == Context::Keep {
        return explorer::edit_of(key).map_or_else(Vec::new, |edit| keeping::edit(app, edit));
    }
    if context == Context::Tape && matches!(key.code, KeyCode::Char(_)) {
        return say_that_nothing_runs(app);
    }
    match key.code {
        KeyCode::Char(c) if !key.modifiers.contains(KeyModifiers::CONTROL) => {
            typed(app, context, c)
        }
        _ => Vec::new(),
    }
}

/// A character where text is taken: the search, a guess.
fn typed(app: &mut App, context: Context, c: char) -> Vec<Effect> {
    match context {
        Context::Search => {
            let mut search = app.home.search.clone().unwrap_or_default();
            search.push(c);
            app.home.set_search(Some(search), &app.lessons);
            vec![Effect::Draw]
        }
        Context::Home if c.is_ascii_digit() => {
            app.home.set_search(Some(c.to_string()), &app.lessons);
            vec![Effect::Draw]
        }
        Context::Find => match &mut app.screen {
            Screen::Watch(watch) => watching::typed(watch, c),
            _ => Vec::new(),
        },
        Context::Ask => with_take(app, |take| {
            let choices = take.choices().to_vec();
            drawn(take.guess.push(c, &choices))
        }),
        _ => Vec::new(),
    }
}

fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    let context = app.context();
    if context == Context::Keep {
        let visible = text.chars().filter(|c| !c.is_control());
        for c in visible {
            keeping::edit(app, tui_input::InputRequest::InsertChar(c));
        }
        return vec![Effect::Draw];
    }
    let explores = app.take().is_some_and(|take| take.explorer.is_some());
    if explores && app.tape.is_some() {
        return say_that_nothing_runs(app);
    }
    if explores && app.overlay.is_none() {
        return explorer::paste(app, text);
    }
    if !matches!(context, Context::Search | Context::Ask | Context::Find) {
        return Vec::new();
    }
    let visible = text.chars().filter(|c| !c.is_control()).take(80);
    for c in visible {
        typed(app, context, c);
    }
    vec![Effect::Draw]
}

/// What an action does.
fn act(app: &mut App, context: Context, action: Action) -> Vec<Effect> {
    if app.tape.is_some() && Tape::forbids(action) {
        return say_that_nothing_runs(app);
    }
    if let Some(effects) = explorer::act(app, action).or_else(|| watching::act(app, action)) {
        return effects;
    }
    match action {
        Action::Try => explorer::open(app),
        Action::Keep => keeping::open(app),
        Action::KeepIt => keeping::keep(app),
        Action::Quit => vec![
            Effect::Wish(Control::Stop),
            Effect::Send(Command::Close),
            Effect::Save,
            Effect::Quit,
        ],
        Action::Suspend => vec![Effect::Suspend],
        Action::Redraw => vec![Effect::Redraw],
        Action::Help => show(app, Overlay::Help(0)),
        Action::Legend => show(app, Overlay::Legend(0)),
        Action::Steps => show_steps(app),
        Action::Claims => show(app, Overlay::Claims(0)),
        Action::OpenClaim => door::open_claim(app),
        Action::Leave => door::leave(app),
        Action::Escape => escape(app),
        Action::Open => door::open_chosen(app),
        Action::Search => search(app, Some(String::new())),
        Action::SearchDone => search_done(app),
        Action::Erase => erase(app, context),
        Action::Advance => course::run(app, Stride::Line),
        Action::ReadOn => course::read_on(app),
        Action::RunStep => course::run(app, Stride::Step),
        Action::FullSpeed => vec![Effect::Wish(Control::FullSpeed)],
        Action::Stop => vec![Effect::Wish(Control::Stop)],
        Action::Restart => restart(app),
        Action::StartStep => match app.overlay.take() {
            Some(Overlay::Steps(step)) => course::start(app, step),
            _ => Vec::new(),
        },
        Action::Back
        | Action::Forth
        | Action::BackFar
        | Action::ForthFar
        | Action::First
        | Action::Now
        | Action::Latest
        | Action::Mark => past::act(app, action),
        Action::Undo => with_take(app, undo::ask),
        Action::Replay if asks_afresh(app) => course::start(app, 0),
        Action::Replay => with_take(app, undo::confirm),
        Action::Slow => with_take(app, |take| {
            take.slow = !take.slow;
            vec![Effect::Draw]
        }),
        _ => travel::act(app, action),
    }
}

/// Starts the lesson again; asks first where lines of the learner's own would go.
fn restart(app: &mut App) -> Vec<Effect> {
    let asks = match &mut app.screen {
        Screen::Lesson(take) => app.tape.is_none() && undo::ask_afresh(take),
        Screen::Home | Screen::Watch(_) => false,
    };
    if asks {
        vec![Effect::Draw]
    } else {
        course::start(app, 0)
    }
}

fn asks_afresh(app: &App) -> bool {
    app.take().is_some_and(|take| take.undo == Undo::Afresh)
}

/// Runs `change` on the lesson being taken.
pub(super) fn with_take(
    app: &mut App,
    change: impl FnOnce(&mut Take) -> Vec<Effect>,
) -> Vec<Effect> {
    match &mut app.screen {
        Screen::Lesson(take) => change(take),
        Screen::Home | Screen::Watch(_) => Vec::new(),
    }
}

/// A frame if something changed.
pub(super) fn drawn(changed: bool) -> Vec<Effect> {
    if changed {
        vec![Effect::Draw]
    } else {
        Vec::new()
    }
}

fn show(app: &mut App, overlay: Overlay) -> Vec<Effect> {
    app.overlay = Some(overlay);
    vec![Effect::Draw]
}

fn show_steps(app: &mut App) -> Vec<Effect> {
    let Some(take) = app.take() else {
        return Vec::new();
    };
    let last = take.lesson.steps.len().saturating_sub(1);
    let step = take.step_shown().min(last);
    show(app, Overlay::Steps(step))
}

/// Says a sentence where it will be seen.
pub(super) fn say(app: &mut App, sentence: &str) -> Vec<Effect> {
    match &mut app.screen {
        Screen::Lesson(take) => {
            take.failure = Some(sentence.to_owned());
            take.activity = Activity::Idle;
        }
        Screen::Home => app.notice = Some(sentence.to_owned()),
        Screen::Watch(watch) => watch.notice = Some(sentence.to_owned()),
    }
    vec![Effect::Draw]
}

/// A recording runs nothing.
fn say_that_nothing_runs(app: &mut App) -> Vec<Effect> {
    let sentence = app.tape.as_ref().map(|tape| tape.nothing_runs.clone());
    say(app, &sentence.unwrap_or_default())
}

fn search(app: &mut App, search: Option<String>) -> Vec<Effect> {
    app.home.set_search(search, &app.lessons);
    vec![Effect::Draw]
}

/// Enter in the search opens what it found, when it found one lesson only.
fn search_done(app: &mut App) -> Vec<Effect> {
    let listed = app.home.listed(&app.lessons);
    match listed[..] {
        [only] => door::open(app, only, None),
        _ => search(app, None),
    }
}

fn erase(app: &mut App, context: Context) -> Vec<Effect> {
    if context == Context::Search {
        let mut text = app.home.search.clone().unwrap_or_default();
        let kept = text.pop().map(|_| text);
        return search(app, kept);
    }
    with_take(app, |take| {
        let choices = take.choices().to_vec();
        take.guess.erase(&choices);
        vec![Effect::Draw]
    })
}

/// Esc: one thing back.
fn escape(app: &mut App) -> Vec<Effect> {
    if app.overlay.take().is_some() {
        return vec![Effect::Draw];
    }
    match &mut app.screen {
        Screen::Home if app.home.search.is_some() => search(app, None),
        Screen::Home | Screen::Watch(_) => Vec::new(),
        Screen::Lesson(take) if take.undo.is_asked() => undo::leave_it(take),
        Screen::Lesson(take) if take.desk.zoomed => {
            take.desk.zoomed = false;
            vec![Effect::Draw]
        }
        Screen::Lesson(take) if take.mark().is_some() => past::mark_off(take),
        Screen::Lesson(take) if take.pointed.is_some() => {
            take.pointed = None;
            vec![Effect::Draw]
        }
        // Nothing stands behind a recording to go back to.
        Screen::Lesson(_) if app.tape.is_some() => Vec::new(),
        Screen::Lesson(_) => door::leave(app),
    }
}
