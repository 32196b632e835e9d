//! How keys and the mouse change the watch.

use super::Watching;
use super::pane::{Drawn, Pane};
use crate::app::door::open;
use crate::app::home::number;
use crate::app::keys::Action;
use crate::app::update::drawn;
use crate::app::{App, Effect, Overlay, Screen};
use crate::watch::Proof;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

/// Rows that one turn of the wheel moves.
const WHEEL: isize = 3;
/// Further than any list is long.
const FAR: isize = isize::MAX / 2;

/// What an action does to the watch; `None` when it is not for it.
pub(in crate::app) fn act(app: &mut App, action: Action) -> Option<Vec<Effect>> {
    if action == Action::Leave && matches!(app.screen, Screen::Watch(_)) {
        return Some(vec![Effect::Save, Effect::Quit]);
    }
    if app.overlay.is_some() {
        return None;
    }
    if action == Action::Choose {
        return choose(app);
    }
    let drawn_last = app.seen.watch.clone();
    let Screen::Watch(watch) = &mut app.screen else {
        return None;
    };
    Some(match action {
        Action::Up => go(watch, &drawn_last, -1),
        Action::Down => go(watch, &drawn_last, 1),
        Action::PageUp => go(watch, &drawn_last, -page(watch, &drawn_last)),
        Action::PageDown => go(watch, &drawn_last, page(watch, &drawn_last)),
        Action::Top => go(watch, &drawn_last, -FAR),
        Action::Bottom => go(watch, &drawn_last, FAR),
        Action::CellLeft => sideways(watch, &drawn_last, -1),
        Action::CellRight => sideways(watch, &drawn_last, 1),
        Action::CellUp => cells(watch, &drawn_last, -1),
        Action::CellDown => cells(watch, &drawn_last, 1),
        Action::ZoomIn => zoom(watch, &drawn_last, -1),
        Action::ZoomOut => zoom(watch, &drawn_last, 1),
        Action::ZoomFit => zoom(watch, &drawn_last, 0),
        Action::NextPanel => step(watch, 1),
        Action::PreviousPanel => step(watch, watch_panes(watch) - 1),
        Action::Pane(digit) => pane(watch, digit),
        Action::Zoom => {
            watch.bench.zoomed = !watch.bench.zoomed;
            vec![Effect::Draw]
        }
        Action::Escape => escape(watch),
        Action::Search => {
            watch.bench.go(Pane::Vmas);
            watch.list.typing = true;
            vec![Effect::Draw]
        }
        Action::SearchDone => {
            watch.list.typing = false;
            vec![Effect::Draw]
        }
        Action::Erase => {
            if watch.list.search.pop().is_none() {
                watch.list.typing = false;
            }
            listed(watch)
        }
        Action::Filter => {
            watch.list.filter = watch.list.filter.next();
            listed(watch)
        }
        Action::Resident => {
            watch.list.resident = !watch.list.resident;
            listed(watch)
        }
        Action::Order => {
            watch.list.order = watch.list.order.step(1);
            listed(watch)
        }
        Action::Scope => {
            watch.grid.rescope();
            watch.cover();
            vec![Effect::Draw]
        }
        Action::Pause => {
            watch.paused = !watch.paused;
            vec![Effect::Draw]
        }
        Action::Mark => {
            watch.set_mark();
            vec![Effect::Draw]
        }
        Action::Unmark => drawn(watch.unmark()),
        Action::Refresh => {
            watch.asked = watch.asked.wrapping_add(1);
            vec![Effect::Draw]
        }
        Action::Return => watch
            .before
            .last()
            .map_or_else(Vec::new, |pid| vec![Effect::Watch(*pid)]),
        _ => return None,
    })
}

/// A character of the search.
pub(in crate::app) fn typed(watch: &mut Watching, c: char) -> Vec<Effect> {
    watch.list.search.push(c);
    listed(watch)
}

/// The list is found anew.
fn listed(watch: &mut Watching) -> Vec<Effect> {
    watch.bench.go(Pane::Vmas);
    watch.arrange();
    vec![Effect::Draw]
}

fn watch_panes(watch: &Watching) -> usize {
    Pane::ALL.len() - usize::from(watch.output.is_none())
}

fn step(watch: &mut Watching, by: usize) -> Vec<Effect> {
    let has_output = watch.output.is_some();
    watch.bench.step(by, has_output);
    vec![Effect::Draw]
}

fn pane(watch: &mut Watching, digit: u8) -> Vec<Effect> {
    let index = usize::from(digit).wrapping_sub(1);
    match Pane::ALL.get(index) {
        Some(pane) if index < watch_panes(watch) => drawn(watch.bench.go(*pane)),
        _ => Vec::new(),
    }
}

/// Esc: one thing back.
fn escape(watch: &mut Watching) -> Vec<Effect> {
    if watch.notice.take().is_some() || watch.became.take().is_some() {
        return vec![Effect::Draw];
    }
    if watch.list.typing || !watch.list.search.is_empty() {
        watch.list.typing = false;
        watch.list.search.clear();
        return listed(watch);
    }
    drawn(std::mem::take(&mut watch.bench.zoomed))
}

/// Rows of a page of the panel that has the keys.
fn page(watch: &Watching, seen: &Drawn) -> isize {
    let rows = match watch.bench.focus {
        Pane::Vmas => seen.rows,
        Pane::Pages => seen.grid.map_or(1, |frame| usize::from(frame.rows)),
        _ => 10,
    };
    rows.saturating_sub(1).max(1).cast_signed()
}

/// Moves by rows in the panel that has the keys.
fn go(watch: &mut Watching, seen: &Drawn, by: isize) -> Vec<Effect> {
    let focus = watch.bench.focus;
    go_in(watch, seen, focus, by)
}

fn go_in(watch: &mut Watching, seen: &Drawn, pane: Pane, by: isize) -> Vec<Effect> {
    let moved = |place: &mut usize, count: usize| {
        let was = *place;
        *place = was.saturating_add_signed(by).min(count.saturating_sub(1));
        *place != was
    };
    match pane {
        Pane::Words => {
            watch.is_word_chosen = true;
            drawn(moved(&mut watch.word, watch.words.len()))
        }
        Pane::Family => {
            let count = 1 + watch.family.as_ref().map_or(0, Vec::len);
            drawn(moved(&mut watch.kin, count))
        }
        Pane::Vmas => {
            let Some(vmas) = watch.lines().cloned() else {
                return Vec::new();
            };
            let changed = watch.list.walk(by, seen.rows, &vmas);
            watch.cover();
            drawn(changed)
        }
        Pane::Map => neighbour(watch, by),
        Pane::Pages => cells(watch, seen, by),
        Pane::Events => {
            let count = watch.runs().len();
            drawn(scrolled(&mut watch.events_back, count, by))
        }
        Pane::Output => {
            let count = watch
                .output
                .as_ref()
                .map_or(0, std::collections::VecDeque::len);
            drawn(scrolled(&mut watch.output_back, count, by))
        }
        Pane::Rss => Vec::new(),
    }
}

/// Scrolls a list whose latest row is at its end.
fn scrolled(back: &mut usize, count: usize, by: isize) -> bool {
    let was = *back;
    *back = was.saturating_add_signed(-by).min(count.saturating_sub(1));
    *back != was
}

/// Chooses the VMA that is `by` further in the order of addresses.
fn neighbour(watch: &mut Watching, by: isize) -> Vec<Effect> {
    let Some((here, count)) = watch
        .chosen_index()
        .zip(watch.lines().map(|vmas| vmas.len()))
    else {
        return Vec::new();
    };
    let there = here.saturating_add_signed(by).min(count.saturating_sub(1));
    choose_vma(watch, there)
}

fn choose_vma(watch: &mut Watching, index: usize) -> Vec<Effect> {
    let (vmas, areas) = (watch.lines().cloned(), watch.areas().cloned());
    let Some(vmas) = vmas else {
        return Vec::new();
    };
    let changed = watch.list.choose(index, &vmas, areas.as_deref());
    let covered = watch.cover();
    drawn(changed || covered)
}

fn sideways(watch: &mut Watching, seen: &Drawn, by: isize) -> Vec<Effect> {
    match watch.bench.focus {
        Pane::Pages => walk(watch, seen, by as i64),
        Pane::Map => neighbour(watch, by),
        _ => Vec::new(),
    }
}

/// Moves the grid's cursor by rows of cells.
fn cells(watch: &mut Watching, seen: &Drawn, by: isize) -> Vec<Effect> {
    let across = seen.grid.map_or(1, |frame| i64::from(frame.across));
    walk(watch, seen, (by as i64).saturating_mul(across))
}

fn walk(watch: &mut Watching, seen: &Drawn, by: i64) -> Vec<Effect> {
    let page = watch.subject.page;
    let moved = seen
        .grid
        .is_some_and(|frame| watch.grid.walk(by, &frame, page));
    drawn(moved)
}

fn zoom(watch: &mut Watching, seen: &Drawn, by: i32) -> Vec<Effect> {
    let page = watch.subject.page;
    let zoomed = seen
        .grid
        .is_some_and(|frame| watch.grid.zoom(by, &frame, page));
    drawn(watch.bench.go(Pane::Pages) || zoomed)
}

/// Enter: opens what is chosen in the panel that has the keys.
fn choose(app: &mut App) -> Option<Vec<Effect>> {
    let Screen::Watch(watch) = &mut app.screen else {
        return None;
    };
    Some(match watch.bench.focus {
        Pane::Words => match watch.words.get(watch.word).and_then(|word| word.proof) {
            Some(proof) => follow(app, proof),
            None => Vec::new(),
        },
        Pane::Vmas | Pane::Map | Pane::Rss if watch.chosen_index().is_some() => {
            app.overlay = Some(Overlay::Vma(0));
            vec![Effect::Draw]
        }
        Pane::Pages => zoom(watch, &app.seen.watch, -1),
        Pane::Family => {
            let family = watch.family.as_deref().unwrap_or_default();
            let kin = watch.kin.checked_sub(1).and_then(|kin| family.get(kin));
            kin.map_or_else(Vec::new, |kin| vec![Effect::Watch(kin.pid)])
        }
        Pane::Events => {
            let run = watch.runs().into_iter().rev().nth(watch.events_back);
            run.map_or_else(Vec::new, |run| jump(watch, run.last.addr))
        }
        Pane::Vmas | Pane::Map | Pane::Rss | Pane::Output => Vec::new(),
    })
}

/// Shows the page of an address.
fn jump(watch: &mut Watching, addr: crate::mem::Addr) -> Vec<Effect> {
    let Some(index) = watch.lines().and_then(|vmas| vmas.at(addr)) else {
        return Vec::new();
    };
    choose_vma(watch, index);
    watch.grid.point(addr);
    watch.bench.go(Pane::Pages);
    vec![Effect::Draw]
}

/// Opens the step of a lesson that shows what a sentence says; the watch waits below.
fn follow(app: &mut App, proof: Proof) -> Vec<Effect> {
    let is_it = |card: &crate::lesson::Card| number(&card.id) == proof.lesson;
    match app.lessons.iter().position(is_it) {
        Some(index) => open(app, index, Some(proof.step.saturating_sub(1))),
        None => Vec::new(),
    }
}

/// The mouse over the watch.
pub(in crate::app) fn mouse(app: &mut App, event: MouseEvent) -> Vec<Effect> {
    let place = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => click(app, place),
        MouseEventKind::ScrollUp => wheel(app, place, -WHEEL),
        MouseEventKind::ScrollDown => wheel(app, place, WHEEL),
        _ => Vec::new(),
    }
}

/// The wheel scrolls a list, and zooms the grid.
fn wheel(app: &mut App, place: Position, by: isize) -> Vec<Effect> {
    let seen = app.seen.watch.clone();
    let Screen::Watch(watch) = &mut app.screen else {
        return Vec::new();
    };
    match seen.pane_at(place) {
        Some(Pane::Pages) => {
            let page = watch.subject.page;
            let by = if by < 0 { -1 } else { 1 };
            point_at(watch, &seen, place);
            let frame = seen.grid.unwrap_or_default();
            watch.grid.zoom(by, &frame, page);
            vec![Effect::Draw]
        }
        Some(pane) => go_in(watch, &seen, pane, by),
        None => Vec::new(),
    }
}

/// A click gives a panel the keys, and chooses what is under it; a second click on the same opens it.
fn click(app: &mut App, place: Position) -> Vec<Effect> {
    let seen = app.seen.watch.clone();
    let Screen::Watch(watch) = &mut app.screen else {
        return Vec::new();
    };
    let Some(pane) = seen.pane_at(place) else {
        return Vec::new();
    };
    let had = !watch.bench.go(pane);
    if let Some(order) = seen.order_at(place) {
        watch.list.order = order;
        return listed(watch);
    }
    if let Some((pane, index)) = seen.item_at(place) {
        let was = chosen_item(watch, pane);
        pick(watch, &seen, pane, index);
        if had && was == Some(index) {
            return choose(app).unwrap_or_default();
        }
    } else if let Some(address) = seen.address_at(place) {
        let vmas = watch.lines();
        if let Some(index) = vmas.map(|vmas| vmas.behind(crate::mem::Addr(address))) {
            choose_vma(watch, index);
        }
    } else {
        point_at(watch, &seen, place);
    }
    vec![Effect::Draw]
}

fn chosen_item(watch: &Watching, pane: Pane) -> Option<usize> {
    match pane {
        Pane::Words => Some(watch.word),
        Pane::Family => Some(watch.kin),
        Pane::Vmas => Some(watch.list.row()),
        _ => None,
    }
}

fn pick(watch: &mut Watching, seen: &Drawn, pane: Pane, index: usize) {
    match pane {
        Pane::Words => (watch.word, watch.is_word_chosen) = (index, true),
        Pane::Family => watch.kin = index,
        Pane::Vmas => {
            if let Some(vmas) = watch.lines().cloned() {
                watch.list.choose_row(index, seen.rows, &vmas);
                watch.cover();
            }
        }
        _ => {}
    }
}

/// Puts the grid's cursor under the mouse.
fn point_at(watch: &mut Watching, seen: &Drawn, place: Position) {
    let Some(frame) = seen.grid.filter(|frame| frame.area.contains(place)) else {
        return;
    };
    let Some(lens) = watch.grid.lens(&frame, watch.subject.page) else {
        return;
    };
    let wide = frame.area.width / frame.across.max(1);
    let column = u64::from((place.x - frame.area.x) / wide.max(1));
    let row = u64::from(place.y - frame.area.y);
    let index = lens.first + row * u64::from(frame.across) + column;
    if let Some(range) = lens.range(index) {
        watch.grid.point(range.start);
    }
}
