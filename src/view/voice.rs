//! The product's voice: the sentences of the last change, under everything else and larger than it.

use super::canvas::{Canvas, Passage};
use super::race;
use super::text::wrap;
use super::theme::Palette;
use super::{beside, strip, undo};
use crate::app::panel::Panel;
use crate::app::take::{Look, Take};
use crate::app::undo::Undo;
use crate::mem::{Faults, Outcome, Process, errno_text};
use crate::session::{self, Moment, Told};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

/// Draws the sentences; in the rule above them, where it is asked for, the strip of moments.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, take: &Take, with_strip: bool) {
    let title = title(take);
    let inner = canvas.panel(area, &take.desk, Panel::Voice, title);
    if with_strip {
        let from = title.chars().count() as u16 + 8;
        strip::over_rule(canvas, Rect { height: 1, ..area }, take, from);
    }
    let bar = Rect {
        width: inner.width.min(2),
        ..inner
    };
    let text = Rect {
        x: inner.x + bar.width,
        width: inner.width - bar.width,
        ..inner
    };
    let room = usize::from(text.width).saturating_sub(1);
    let lines = lines(take, room, canvas.palette);
    let style = canvas.palette.changed().remove_modifier(Modifier::BOLD);
    for (row, _) in (0..bar.height).zip(&lines) {
        canvas.text(bar, (0, row), "▌", style);
    }
    let passage = Passage { lines, focus: 0..0 };
    canvas.passage(text, &take.desk, Panel::Voice, &passage);
}

/// What the sentences are about.
fn title(take: &Take) -> &'static str {
    match &take.undo {
        Undo::Asked { .. } => "undo?",
        Undo::Afresh => "start again?",
        Undo::Running { .. } => "undoing",
        Undo::Done(_) if take.back().is_none() => "what the replay gave",
        _ if take.comparison().is_some() => "what differs",
        _ => "what happened, and why",
    }
}

fn lines(take: &Take, width: usize, palette: Palette) -> Vec<Line<'static>> {
    if let Some(lines) = undo::lines(take, width, palette) {
        return lines;
    }
    if let Some(failure) = take.failure.as_deref().filter(|_| take.back().is_none()) {
        let mut lines = wrap(&[("✗ ", palette.bad()), (failure, palette.bad())], width, 2);
        lines.extend(gone(take, width, palette));
        return lines;
    }
    if let Some(lines) = beside::lines(take, width, palette) {
        return lines;
    }
    if take.back().is_none() && !take.lacks().is_empty() {
        return missing(take.lacks(), width, palette);
    }
    if take.back().is_none() && take.explorer.is_none() && take.strayed() > 0 {
        return strayed(take, width, palette);
    }
    match (take.look(), take.moment()) {
        (Some(look), _) => running(look, width, palette),
        (None, Some(moment)) => told(take, moment, width, palette),
        (None, None) => match take.not_kept() {
            Some(why) => not_kept(why, width, palette),
            None => wrap(&[("starting the process …", palette.dim())], width, 0),
        },
    }
}

/// A moment of which only the line is left.
fn not_kept(why: &str, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let text = format!(
        "This moment is {why}. The line that ran, and what it cost, stand in the strip and on the left."
    );
    wrap(
        &[("? ", palette.unknown()), (&text, palette.text())],
        width,
        2,
    )
}

/// A process has died that is needed: how to have it again.
fn gone(take: &Take, width: usize, palette: Palette) -> Vec<Line<'static>> {
    if take.gone.is_empty() {
        return Vec::new();
    }
    let lines = match take.lines_run() {
        0 => String::new(),
        1 => ", and the line that ran runs again".to_owned(),
        lines => format!(", and the {lines} lines that ran run again"),
    };
    again(take, &lines, (width, palette))
}

/// The line that is shown ended `main`, which nothing can be typed into any more: how to have it again without that line.
fn ended(take: &Take, moment: &Moment, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let mut living = moment.snapshots.iter();
    let lives = living.any(|snapshot| snapshot.process == Process::Main);
    if lives || take.explorer.is_none() || take.back().is_some() {
        return Vec::new();
    }
    let before = match take.lines_run() {
        0 | 1 => String::new(),
        2 => ", and the line before this one runs again".to_owned(),
        count => format!(", and the {} lines before this one run again", count - 1),
    };
    again(take, &before, (width, palette))
}

fn again(take: &Take, lines: &str, (width, palette): (usize, Palette)) -> Vec<Line<'static>> {
    let key = if take.explorer.is_some() {
        "Ctrl-X"
    } else {
        "u"
    };
    let text = format!(": new processes{lines}.");
    wrap(
        &[(key, palette.accent()), (&text, palette.text())],
        width,
        2,
    )
}

/// After lines of the learner's own: what the lesson says may no longer be so.
fn strayed(take: &Take, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let head = "Your own lines have run in these processes: what the lesson measures from here may differ. r starts \
                it afresh.";
    let mut lines = wrap(&[(head, palette.changed())], width, 0);
    match (take.look(), take.moment()) {
        (Some(look), _) => lines.extend(running(look, width, palette)),
        (None, Some(moment)) => lines.extend(told(take, moment, width, palette)),
        (None, None) => {}
    }
    lines
}

/// Before a step that this machine cannot show: what is missing.
fn missing(why: &[String], width: usize, palette: Palette) -> Vec<Line<'static>> {
    let head = "This step cannot be shown here. Enter passes it over.";
    let mut lines = wrap(&[(head, palette.heading())], width, 0);
    for one in why {
        lines.extend(wrap(
            &[("it ", palette.text()), (one, palette.text())],
            width,
            2,
        ));
    }
    lines
}

/// While a line runs: its latest act, and what it cost so far.
fn running(look: &Look, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let so_far = format!(
        "running in {}: {} so far",
        look.process, look.so_far.totals.faults
    );
    let mut lines = match &look.text {
        Some(text) => sentence(text, width, palette.changed(), palette),
        None => Vec::new(),
    };
    lines.extend(wrap(&[(so_far.as_str(), palette.dim())], width, 0));
    lines
}

/// After a line: each change in its sentence, then what the program printed.
fn told(take: &Take, moment: &Moment, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let Some(ran) = &moment.ran else {
        let pid = moment
            .snapshots
            .first()
            .map(|snapshot| snapshot.pid.to_string());
        let pid = pid.unwrap_or_else(|| "?".to_owned());
        let text = if take.lesson.is_lab() {
            format!("A process of your own runs now, pid {pid}. Type its first line.")
        } else {
            format!("A process of this lesson runs now, pid {pid}. Nothing of its C has run yet.")
        };
        return wrap(&[(text.as_str(), palette.text())], width, 0);
    };
    let several = moment.snapshots.len() > 1
        || moment
            .changes
            .iter()
            .any(|change| change.process != ran.process);
    let mut lines = Vec::new();
    if let Some(race) = &ran.race {
        lines.extend(race::lines(race, width, palette));
    }
    for (index, change) in session::told(moment).iter().enumerate() {
        let style = if index == 0 {
            palette.heading()
        } else {
            palette.text()
        };
        lines.extend(change_lines(change, several, (width, style), palette));
    }
    lines.extend(ended(take, moment, width, palette));
    if lines.is_empty() {
        lines.extend(nothing(
            &ran.outcomes
                .iter()
                .map(|(_, outcome)| outcome)
                .collect::<Vec<_>>(),
            width,
            palette,
        ));
    }
    let printed = ran
        .outcomes
        .iter()
        .filter(|(_, outcome)| !outcome.output.is_empty());
    for (process, outcome) in printed {
        let text = String::from_utf8_lossy(&outcome.output);
        let lead = if take
            .timeline
            .last()
            .is_some_and(|last| last.snapshots.len() > 1)
        {
            format!("{process} printed: ")
        } else {
            "printed: ".to_owned()
        };
        lines.extend(printed_lines(&lead, &text, width, palette));
    }
    lines
}

/// What a program printed, a line for each of its lines.
fn printed_lines(lead: &str, text: &str, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let mut rows = text.trim_end().lines();
    let first = rows.next().unwrap_or_default();
    let mut lines = wrap(&[(lead, palette.dim()), (first, palette.code())], width, 2);
    lines.extend(
        rows.flat_map(|row| wrap(&[("  ", palette.dim()), (row, palette.code())], width, 4)),
    );
    lines
}

/// A line that changed nothing says so.
fn nothing(outcomes: &[&Outcome], width: usize, palette: Palette) -> Vec<Line<'static>> {
    let mut faults = Faults::default();
    for outcome in outcomes {
        faults += outcome.totals.faults;
    }
    let time = match outcomes {
        [one] if one.totals.accesses + one.totals.calls > 0 => format!(", {}", one.totals.elapsed),
        _ => String::new(),
    };
    let failed = outcomes.iter().find(|outcome| outcome.errno != 0);
    let failed = failed.map_or_else(String::new, |outcome| {
        format!("The call failed: {}. ", errno_text(outcome.errno))
    });
    let text = format!("{faults}{time}; no mapping and no page changed.");
    wrap(
        &[
            (failed.as_str(), palette.bad()),
            (text.as_str(), palette.text()),
        ],
        width,
        0,
    )
}

/// A change, led by its process where there are several.
fn change_lines(
    change: &Told,
    several: bool,
    (width, style): (usize, Style),
    palette: Palette,
) -> Vec<Line<'static>> {
    if !several || change.names_itself {
        return sentence(&change.text, width, style, palette);
    }
    let name = format!("{}: ", change.who);
    let text = sentence(
        &change.text,
        width.saturating_sub(name.len()),
        style,
        palette,
    );
    let lead = |(index, line): (usize, Line<'static>)| {
        let lead = if index == 0 {
            name.clone()
        } else {
            " ".repeat(name.len())
        };
        let mut spans = vec![Span::styled(lead, palette.accent())];
        spans.extend(line.spans);
        Line::from(spans)
    };
    text.into_iter().enumerate().map(lead).collect()
}

/// A sentence; what the kernel did, after the arrow, stands out.
pub(super) fn sentence(
    text: &str,
    width: usize,
    style: Style,
    palette: Palette,
) -> Vec<Line<'static>> {
    match text.split_once(" -> ") {
        Some((before, after)) => {
            // A frame that became another stands behind it with an arrow of its own.
            let after = after.replace(" -> ", " → ");
            let runs = [
                (before, style),
                (" → ", palette.changed()),
                (after.as_str(), palette.changed()),
            ];
            wrap(&runs, width, 0)
        }
        None => wrap(&[(text, style)], width, 0),
    }
}
