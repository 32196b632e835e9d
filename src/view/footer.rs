//! The last row: the keys that are valid now, from the key table.

use super::canvas::Canvas;
use crate::app::App;
use crate::app::keeping::Outcome;
use crate::app::keys::{Action, Context, valid_in};
use crate::app::tape::Tape;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws as many keys as there is room for; help is always among them.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, app: &App) {
    let palette = canvas.palette;
    let context = app.context();
    let all_is_read = app.unread(&canvas.seen).is_none();
    let named = || {
        valid_in(context)
            .filter(|binding| !binding.short.is_empty())
            .filter(|binding| binding.action != Action::ReadOn || !all_is_read)
            .filter(|binding| app.tape.is_none() || !Tape::forbids(binding.action))
            .filter(|binding| binding.action != Action::Example || has_example(app))
    };
    let help = named().find(|binding| binding.action == Action::Help);
    let others = named().filter(|binding| binding.action != Action::Help);
    let mut spans = Vec::new();
    let mut used = 0;
    let kept = help.map_or(0, |help| help.short.len() + 4);
    for (index, binding) in others.chain(help).enumerate() {
        let words = words(app, context, binding.action, binding.short);
        let key = binding
            .chords
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        let is_help = Some(binding.action) == help.map(|help| help.action);
        let width = key.chars().count() + words.chars().count() + 3;
        let room = usize::from(area.width).saturating_sub(if is_help { 0 } else { kept });
        if index > 0 && used + width > room {
            continue;
        }
        used += width;
        spans.push(Span::styled(format!(" {key}"), palette.accent()));
        spans.push(Span::styled(format!(" {words} "), palette.dim()));
    }
    canvas.line(area, 0, &Line::from(spans));
}

/// Whether the empty input has a line to begin with.
fn has_example(app: &App) -> bool {
    app.take().is_some_and(|take| take.example().is_some())
}

/// What a key does now, where the table's words can be more exact.
fn words(app: &App, context: Context, action: Action, short: &'static str) -> &'static str {
    if action == Action::KeepIt && matches!(app.keeping.outcome, Outcome::Kept(_)) {
        return "close";
    }
    let Some(take) = app.take() else {
        return short;
    };
    match (context, action) {
        (Context::Line | Context::Back, Action::Advance) if app.tape.is_some() => "next line",
        (Context::Ask, Action::Advance) if take.guess.answer(take.choices()).is_none() => "skip",
        (Context::StepDone, Action::Advance)
            if take.position.step + 1 >= take.lesson.steps.len() =>
        {
            "finish"
        }
        (_, Action::Mark) | (Context::Back, Action::Now) if take.mark().is_some() => "unmark",
        (_, Action::Zoom) if take.desk.zoomed => "unzoom",
        _ => short,
    }
}
