//! The moment on the screen beside the marked one: what differs, in words, and the lines that ran between them. No cause
//! is told: no line did it all.

use super::text::wrap;
use super::theme::Palette;
use super::voice::sentence;
use crate::app::mark::changes_of;
use crate::app::strip::{code, words};
use crate::app::take::Take;
use ratatui::text::{Line, Span};

/// The most lines between the two that are listed one by one.
const MOST_LISTED: usize = 12;

/// The sentences; `None` where nothing is compared.
pub(super) fn lines(take: &Take, width: usize, palette: Palette) -> Option<Vec<Line<'static>>> {
    let (mark, comparison) = take.comparison()?;
    let (there, here) = (mark.index, comparison.shown);
    let mut lines = wrap(&[(&head(there, here), palette.heading())], width, 0);
    let several = take
        .moment()
        .is_some_and(|moment| moment.snapshots.len() > 1)
        || mark.moment.snapshots.len() > 1;
    for one in &comparison.differences {
        let lead = if several && !one.names_itself {
            format!("{}: ", one.process)
        } else {
            String::new()
        };
        let room = width.saturating_sub(lead.len());
        let rows = sentence(&one.text, room, palette.text(), palette);
        for (index, row) in rows.into_iter().enumerate() {
            let lead = if index == 0 {
                lead.clone()
            } else {
                " ".repeat(lead.len())
            };
            let mut spans = vec![Span::styled(lead, palette.accent())];
            spans.extend(row.spans);
            lines.push(Line::from(spans));
        }
    }
    if comparison.differences.is_empty() {
        let same = "No mapping and no page differs.";
        lines.extend(wrap(&[(same, palette.text())], width, 0));
    }
    lines.extend(page(take, (there, here), width, palette));
    lines.extend(between(take, (there, here), width, palette));
    Some(lines)
}

/// Which two, in the direction of what follows.
fn head(there: usize, here: usize) -> String {
    let (first, last) = (there.min(here) + 1, there.max(here));
    let name = |moment: usize| match moment {
        0 => "the beginning".to_owned(),
        line => format!("line {line}"),
    };
    let ran = if first == last {
        format!("line {first} ran in between")
    } else {
        format!("lines {first} to {last} ran in between")
    };
    let way = if here < there { "back to" } else { "to" };
    format!("From {} (marked) {way} {}; {ran}:", name(there), name(here))
}

/// Which of the lines between changed the chosen page.
fn page(
    take: &Take,
    (there, here): (usize, usize),
    width: usize,
    palette: Palette,
) -> Vec<Line<'static>> {
    let is_typing = take.explorer.as_ref().is_some_and(|own| !own.on_pages);
    let Some(cursor) = take.cursor().filter(|_| !is_typing) else {
        return Vec::new();
    };
    let between = (there.min(here), there.max(here));
    let (changes, rest) = changes_of(take, between, (cursor.process, cursor.address));
    let mut told: Vec<String> = changes
        .iter()
        .filter_map(|moment| {
            let line = take.timeline.line(*moment)?;
            Some(format!("line {moment} `{}`", code(line)))
        })
        .collect();
    let at = cursor.address;
    let text = match (told.is_empty(), rest) {
        (true, None) => format!("The chosen page, {at}: no line in between changed it."),
        (true, Some(rest)) => format!("The chosen page, {at}: {rest}."),
        (false, rest) => {
            told.extend(rest);
            format!("The chosen page, {at}: changed by {}.", told.join(", "))
        }
    };
    wrap(&[(&text, palette.text())], width, 2)
}

/// The lines that ran between the two.
fn between(
    take: &Take,
    (there, here): (usize, usize),
    width: usize,
    palette: Palette,
) -> Vec<Line<'static>> {
    let (first, last) = (there.min(here) + 1, there.max(here));
    let mut lines = Vec::new();
    for moment in (first..=last).take(MOST_LISTED) {
        lines.extend(wrap(
            &[("  ", palette.dim()), (&words(take, moment), palette.dim())],
            width,
            4,
        ));
    }
    let more = (last + 1 - first).saturating_sub(MOST_LISTED);
    if more > 0 {
        let text = format!("  … and {more} more");
        lines.extend(wrap(&[(&text, palette.dim())], width, 2));
    }
    lines
}
