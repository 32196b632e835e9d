//! The home screen: what this is, in two lines; the lessons; the one chosen, in more words where there is room.

use super::canvas::{Canvas, below};
use super::prose;
use super::text::{fit, pad, wrap};
use crate::app::App;
use crate::app::home::number;
use crate::lesson::Card;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// What this program is, for somebody who sees it for the first time.
const WELCOME: &str = "Real C, one line at a time, in a real process, on this machine's own kernel. After every \
                       line you see what the kernel did to the process's memory, and why.";
/// Wide enough for a second column.
const TWO_COLUMNS: u16 = 116;

/// Draws the home screen.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, app: &App) {
    let margin = if area.width >= 60 { 2 } else { 0 };
    let area = Rect {
        x: area.x + margin,
        width: (area.width - 2 * margin).min(150),
        ..area
    };
    let top = welcome(canvas, area, app);
    let rest = below(area, top);
    if rest.width >= TWO_COLUMNS {
        let left = Rect { width: 78, ..rest };
        let right = Rect {
            x: rest.x + 82,
            width: rest.width - 82,
            ..rest
        };
        list(canvas, left, app);
        preview(canvas, right, app);
    } else {
        list(canvas, rest, app);
    }
}

/// The name, the machine, the welcome; how many rows that took.
fn welcome(canvas: &mut Canvas<'_>, area: Rect, app: &App) -> u16 {
    let palette = canvas.palette;
    let roomy = area.height >= 16;
    let first = u16::from(roomy);
    let name = Line::from(vec![
        Span::styled("■■", palette.good()),
        Span::styled("◧", palette.changed()),
        Span::styled("· ", palette.dim()),
        Span::styled("mmap-tutor", palette.heading()),
    ]);
    canvas.line(area, first, &name);
    let machine = machine(app);
    let column = area.width.saturating_sub(machine.chars().count() as u16);
    if column > 18 {
        canvas.text(area, (column, first), &machine, palette.dim());
    }
    let mut lines = wrap(
        &[(WELCOME, palette.text())],
        usize::from(area.width.min(100)),
        0,
    );
    if let Some(notice) = &app.notice {
        lines.extend(wrap(&[(notice, palette.bad())], usize::from(area.width), 0));
    }
    if area.height < 10 {
        return first + 1;
    }
    canvas.lines(below(area, first + 1 + u16::from(roomy)), &lines, 0);
    first + 2 + 2 * u16::from(roomy) + lines.len() as u16
}

fn machine(app: &App) -> String {
    match &app.machine {
        Some(machine) => {
            let page = crate::mem::Bytes(machine.page_size.bytes());
            format!(
                "Linux {} · {page} pages · {}",
                fit(&machine.kernel, 24),
                fit(&machine.file_system, 10)
            )
        }
        None => String::new(),
    }
}

/// The lessons that the search leaves over.
fn list(canvas: &mut Canvas<'_>, area: Rect, app: &App) {
    let palette = canvas.palette;
    let mut area = area;
    if let Some(search) = &app.home.search {
        let line = Line::from(vec![
            Span::styled("search: ", palette.dim()),
            Span::styled(fit(search, 40), palette.changed()),
            Span::styled("▏", palette.changed()),
        ]);
        canvas.line(area, 0, &line);
        area = below(area, 2);
    }
    let listed = app.home.listed(&app.lessons);
    if listed.is_empty() {
        let text = if app.lessons.is_empty() {
            "There are no lessons."
        } else {
            "No lesson has that in it."
        };
        canvas.text(area, (0, 0), text, palette.dim());
        return;
    }
    let chosen = listed
        .iter()
        .position(|index| *index == app.home.chosen)
        .unwrap_or(0);
    let roomy = listed.len() * 3 <= usize::from(area.height);
    let each: u16 = if roomy { 3 } else { 1 };
    // The summary of the chosen lesson stands below the list where the list itself has no room for it.
    let rows = if roomy {
        area.height
    } else {
        area.height.saturating_sub(2)
    };
    let first = (chosen + 1).saturating_sub(usize::from(rows / each).max(1));
    let mut row = 0;
    for index in listed.iter().skip(first) {
        if row + each > rows + u16::from(roomy) {
            break;
        }
        let place = Rect {
            y: area.y + row,
            height: each.min(area.height.saturating_sub(row)).min(2),
            ..area
        };
        let is_chosen = *index == listed[chosen];
        lesson(canvas, place, app, (&app.lessons[*index], is_chosen));
        canvas.seen.items.push((place, *index));
        row += each;
    }
    if !roomy && area.height > 2 {
        let summary = &app.lessons[listed[chosen]].front.summary;
        let text = fit(summary, usize::from(area.width));
        canvas.text(area, (0, area.height - 1), &text, palette.text());
    }
}

/// One lesson: number, title, what is done of it, minutes; below it, its summary.
fn lesson(canvas: &mut Canvas<'_>, area: Rect, app: &App, (card, chosen): (&Card, bool)) {
    let palette = canvas.palette;
    let head = Rect { height: 1, ..area };
    let base = if chosen {
        palette.chosen()
    } else {
        Style::new()
    };
    canvas.fill(head, base);
    let over = |style: Style| if chosen { style.patch(base) } else { style };
    let (state, state_style) = state(app, card, canvas.palette);
    let right = format!("{state}  {:>3} min ", card.front.minutes);
    let room = usize::from(area.width).saturating_sub(right.chars().count() + 8);
    let mark = if chosen { "▸" } else { " " };
    let line = Line::from(vec![
        Span::styled(format!("{mark} "), over(palette.accent())),
        Span::styled(format!("{:>2}  ", number(&card.id)), over(palette.accent())),
        Span::styled(
            pad(&fit(&card.front.title, room), room),
            over(palette.heading()),
        ),
        Span::styled("  ", base),
        Span::styled(state, over(state_style)),
        Span::styled(
            format!("  {:>3} min ", card.front.minutes),
            over(palette.dim()),
        ),
    ]);
    canvas.line(head, 0, &line);
    if area.height > 1 {
        let text = fit(
            &card.front.summary,
            usize::from(area.width).saturating_sub(6),
        );
        canvas.text(area, (6, 1), &text, palette.dim());
    }
}

/// What is done of a lesson.
fn state(app: &App, card: &Card, palette: super::theme::Palette) -> (String, Style) {
    match app.progress.lessons.get(&card.id) {
        Some(kept) if kept.done => ("✓ done".to_owned(), palette.good()),
        Some(kept) if !kept.steps_done.is_empty() => {
            let steps = card.lesson().map_or(0, |lesson| lesson.steps.len());
            let text = format!("{} of {steps} steps", kept.steps_done.len());
            (text, palette.changed())
        }
        _ => (String::new(), palette.dim()),
    }
}

/// The chosen lesson in more words.
fn preview(canvas: &mut Canvas<'_>, area: Rect, app: &App) {
    let palette = canvas.palette;
    let chosen = app.lessons.get(app.home.chosen).map(Card::lesson);
    let Some(Ok(lesson)) = chosen else {
        return;
    };
    let width = usize::from(area.width);
    let mut lines = wrap(&[(&lesson.front.title, palette.heading())], width, 0);
    lines.push(Line::default());
    lines.extend(prose::lines(&lesson.intro, width, palette.text(), palette));
    lines.push(Line::default());
    let kept = app.progress.lessons.get(&lesson.id);
    for (index, step) in lesson.steps.iter().enumerate() {
        let done = kept.is_some_and(|kept| kept.steps_done.contains(&index));
        let (mark, style) = if done {
            ("✓ ", palette.good())
        } else {
            ("  ", palette.dim())
        };
        let number = format!("{}  ", index + 1);
        lines.extend(wrap(
            &[
                (mark, style),
                (&number, palette.accent()),
                (&step.title, palette.text()),
            ],
            width,
            5,
        ));
    }
    canvas.lines(area, &lines, 0);
}
