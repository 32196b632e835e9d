//! How each event changes the state.

use super::explorer::cursor::Cursor;
use super::explorer::{act as explorer, dump};
use super::home::Home;
use super::keeping;
use super::keys::{self, Action, Context};
use super::ledger;
use super::panel::Panel;
use super::take::{Activity, Stride, Take};
use super::tape::{self, Tape};
use super::undo::{self, Undo};
use super::watching::{Watching, act as watching};
use super::{App, Effect, Event, Overlay, Screen, Watched, past, travel};
use crate::lesson::Lesson;
use crate::mem::Control;
use crate::session::{Command, Guess, Item, Position, Progress, Report};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::sync::Arc;

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
        Event::Report(report) => hear(app, report),
        Event::PlayerGone => say(
            app,
            "The thread that plays lessons has ended: please leave with q and start again.",
        ),
        Event::Watched(watched) => watch(app, *watched),
        Event::Unwatched(why) => say(app, &why),
        Event::Sampled(pid, sample) => with_watch(app, |watch| {
            // A sample of the process that was watched before may still be on its way.
            watch.subject.pid == pid && watch.take_in(*sample)
        }),
        Event::Printed(lines) => with_watch(app, |watch| watch.print(lines)),
    }
}

/// Watches a process from now on. The one before it is remembered, if there was one; back at that one, it is not.
fn watch(app: &mut App, watched: Watched) -> Vec<Effect> {
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
        Action::OpenClaim => open_claim(app),
        Action::Leave => leave(app),
        Action::Escape => escape(app),
        Action::Open => open_chosen(app),
        Action::Search => search(app, Some(String::new())),
        Action::SearchDone => search_done(app),
        Action::Erase => erase(app, context),
        Action::Advance => run(app, Stride::Line),
        Action::ReadOn => read_on(app),
        Action::RunStep => run(app, Stride::Step),
        Action::FullSpeed => vec![Effect::Wish(Control::FullSpeed)],
        Action::Stop => vec![Effect::Wish(Control::Stop)],
        Action::Restart => start(app, 0),
        Action::StartStep => match app.overlay.take() {
            Some(Overlay::Steps(step)) => start(app, step),
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
        Action::Replay => with_take(app, undo::confirm),
        Action::Slow => with_take(app, |take| {
            take.slow = !take.slow;
            vec![Effect::Draw]
        }),
        _ => travel::act(app, action),
    }
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

/// Opens the step that shows the claim chosen in the ledger; a claim without one stays where it is.
fn open_claim(app: &mut App) -> Vec<Effect> {
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

/// Says a sentence where it will be seen.
fn say(app: &mut App, sentence: &str) -> Vec<Effect> {
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
        [only] => open(app, only, None),
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

/// `q`: from a lesson to the list, or to the watch that it was opened from; from these out.
fn leave(app: &mut App) -> Vec<Effect> {
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

/// Esc: one thing back.
fn escape(app: &mut App) -> Vec<Effect> {
    if app.overlay.take().is_some() {
        return vec![Effect::Draw];
    }
    match &mut app.screen {
        Screen::Home if app.home.search.is_some() => search(app, None),
        Screen::Home | Screen::Watch(_) => Vec::new(),
        Screen::Lesson(take) if matches!(take.undo, Undo::Asked { .. }) => undo::leave_it(take),
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
        Screen::Lesson(_) => leave(app),
    }
}

fn open_chosen(app: &mut App) -> Vec<Effect> {
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
    start(app, step)
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
    let mut effects = start(app, 0);
    effects.extend(explorer::open(app));
    effects
}

/// Starts the lesson on the screen at a step, with new processes.
fn start(app: &mut App, step: usize) -> Vec<Effect> {
    let Screen::Lesson(take) = &mut app.screen else {
        return Vec::new();
    };
    let lesson = take.lesson.clone();
    let (desk, slow) = (std::mem::take(&mut take.desk), take.slow);
    let explorer = take.explorer.take();
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
fn read_on(app: &mut App) -> Vec<Effect> {
    let Some(row) = app.unread(&app.seen) else {
        return Vec::new();
    };
    with_take(app, |take| {
        take.desk.scroll_to(Panel::Reading, row);
        vec![Effect::Draw]
    })
}

/// Runs the next thing, and what follows it as far as `stride` goes.
fn run(app: &mut App, stride: Stride) -> Vec<Effect> {
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
fn hear(app: &mut App, report: Report) -> Vec<Effect> {
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
