//! What is said of undoing: the question before it, and what the replay came to.

use super::text::wrap;
use super::theme::Palette;
use crate::app::take::Take;
use crate::app::undo::{Undo, question, question_afresh};
use crate::session::Replayed;
use ratatui::text::Line;

/// The sentences in the place of the last change; `None` where that is not what matters now.
pub(super) fn lines(take: &Take, width: usize, palette: Palette) -> Option<Vec<Line<'static>>> {
    match &take.undo {
        Undo::Asked { keep } => Some(asked(&question(take, *keep), width, palette)),
        Undo::Afresh => Some(asked(&question_afresh(take), width, palette)),
        Undo::Running { keep } => {
            let text = format!(
                "New processes run: line {} of {keep} again … Esc stops there.",
                (take.lines_run() + 1).min(*keep)
            );
            Some(wrap(&[(&text, palette.changed())], width, 0))
        }
        Undo::Done(replayed) if take.back().is_none() && take.failure.is_none() => {
            Some(done(take, replayed, width, palette))
        }
        Undo::Done(_) | Undo::No => None,
    }
}

fn asked(text: &str, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let mut lines = wrap(&[(text, palette.changed())], width, 0);
    let keys = [
        ("Enter", palette.accent()),
        (" does it, ", palette.text()),
        ("Esc", palette.accent()),
        (" leaves everything as it is.", palette.text()),
    ];
    lines.extend(wrap(&keys, width, 0));
    lines
}

/// What the replay came to: how far it went, what is not as it was.
fn done(take: &Take, replayed: &Replayed, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let mut lines = wrap(&[(&head(take, replayed), palette.heading())], width, 0);
    if let Some(halt) = &replayed.halt {
        let code = if halt.code.is_empty() {
            String::new()
        } else {
            format!(", `{}`", one_row(&halt.code))
        };
        let text = format!(
            "It stops at line {}{code}: {}. The processes live; go on from here.",
            halt.line, halt.why
        );
        lines.extend(wrap(
            &[("✗ ", palette.bad()), (&text, palette.bad())],
            width,
            2,
        ));
    }
    for one in &replayed.differences {
        let lead = format!("line {}, `{}`: ", one.line, one_row(&one.code));
        let runs = [
            (lead.as_str(), palette.code()),
            (&one.words, palette.text()),
        ];
        lines.extend(wrap(&runs, width, 2));
    }
    if replayed.more > 0 {
        let text = format!("{} more lines gave something else too.", replayed.more);
        lines.extend(wrap(&[(&text, palette.text())], width, 0));
    }
    lines
}

fn head(take: &Take, replayed: &Replayed) -> String {
    let pid = take.timeline.last().and_then(|moment| {
        let main = moment.snapshots.first()?;
        Some(format!(" ({}, pid {})", main.process, main.pid))
    });
    let pid = pid.unwrap_or_default();
    let same = replayed.differences.is_empty() && replayed.halt.is_none();
    match (replayed.lines, same) {
        (0, _) => format!("New processes run{pid}; no line has run in them."),
        (1, true) => format!("New processes run{pid}; line 1 has run again, and gave the same."),
        (1, false) => format!("New processes run{pid}; line 1 has run again."),
        (n, true) => {
            format!("New processes run{pid}; lines 1 to {n} have run again, and gave the same.")
        }
        (n, false) => format!("New processes run{pid}; lines 1 to {n} have run again."),
    }
}

/// A statement in one row.
fn one_row(code: &str) -> String {
    let words: Vec<&str> = code.split_whitespace().collect();
    super::text::fit(&words.join(" "), 48)
}
