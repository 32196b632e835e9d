//! The first row: which lesson, where in it, on which kernel; and the banner while an earlier moment is shown.

use super::canvas::Canvas;
use super::text::fit;
use crate::app::home::number;
use crate::app::take::Take;
use crate::app::tape::Tape;
use crate::app::{App, take::Activity};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the first row of a lesson.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, app: &App, take: &Take) {
    match take.back() {
        Some(index) => banner(canvas, area, (take, app.tape.is_some()), index),
        None => title(canvas, area, app, take),
    }
}

/// Across the screen, so that nobody takes then for now.
fn banner(canvas: &mut Canvas<'_>, area: Rect, (take, is_tape): (&Take, bool), index: usize) {
    let style = canvas.palette.banner();
    canvas.fill(area, style);
    let lines = take.lines_run();
    let text = match (index, take.mark()) {
        (0, _) => format!(" ◀ looking back: before the first of {lines} lines"),
        (index, None) => format!(" ◀ looking back at line {index} of {lines}"),
        (index, Some(mark)) if mark.index == index => {
            format!(" ◀ looking back at line {index} of {lines}, marked")
        }
        (index, Some(mark)) => {
            format!(
                " ◀ looking back at line {index} of {lines}, beside line {}",
                mark.index
            )
        }
    };
    canvas.text(area, (0, 0), &fit(&text, usize::from(area.width)), style);
    // As much as there is room for: that this is the past is said first, then that the present is not lost.
    let room = usize::from(area.width).saturating_sub(text.chars().count() + 2);
    let hints = [
        "the processes live on, parked after the last line · ← earlier  → later  Esc now ",
        "the processes live on · ← earlier  → later  Esc now ",
        "the processes live on · Esc now ",
        "← earlier  → later  Esc now ",
        "Esc now ",
    ];
    // Of a recording nothing lives.
    let hint = hints
        .into_iter()
        .filter(|hint| !is_tape || !hint.contains("live on"))
        .find(|hint| hint.chars().count() <= room);
    if let Some(hint) = hint {
        let column = area.width - hint.chars().count() as u16;
        canvas.text(area, (column, 0), hint, style);
    }
}

fn title(canvas: &mut Canvas<'_>, area: Rect, app: &App, take: &Take) {
    let palette = canvas.palette;
    let right = state(app, take);
    let room = usize::from(area.width).saturating_sub(right.chars().count() + 2);
    let number = number(&take.lesson.id);
    let title = fit(
        &take.lesson.front.title,
        room.saturating_sub(number.len() + 2),
    );
    let left = Line::from(vec![
        Span::styled(format!(" {number} "), palette.accent()),
        Span::styled(title, palette.heading()),
    ]);
    canvas.line(area, 0, &left);
    let column = area.width.saturating_sub(right.chars().count() as u16 + 1);
    let style = match take.activity {
        Activity::Idle if take.comparison().is_some() => palette.changed(),
        Activity::Idle if app.tape.is_some() => palette.accent(),
        Activity::Idle => palette.dim(),
        _ => palette.changed(),
    };
    canvas.text(area, (column, 0), &right, style);
}

/// At the right: what is going on, or the kernel it goes on in.
fn state(app: &App, take: &Take) -> String {
    let slow = if take.slow { " · slow motion" } else { "" };
    if let Some((mark, _)) = take.comparison() {
        return match mark.index {
            0 => "beside the beginning, which is marked".to_owned(),
            line => format!("beside line {line}, which is marked"),
        };
    }
    match take.activity {
        Activity::Opening => "starting …".to_owned(),
        Activity::Busy { .. } => format!("running …{slow}"),
        Activity::Idle if app.tape.is_some() => app.tape.as_ref().map_or_else(String::new, tape),
        Activity::Idle => {
            let kernel = app.machine.as_ref().map(|machine| machine.kernel.clone());
            kernel.map_or_else(String::new, |kernel| {
                format!("Linux {}{slow}", fit(&kernel, 24))
            })
        }
    }
}

/// What is said of a recording: that it is one, of which kernel, and how much of it is left.
fn tape(tape: &Tape) -> String {
    let left = match tape.left {
        0 => "its end".to_owned(),
        1 => "1 line left".to_owned(),
        lines => format!("{lines} lines left"),
    };
    format!(
        "recording of {} · Linux {} · {left}",
        fit(&tape.date, 10),
        fit(&tape.kernel, 24)
    )
}
