//! Below the input: what is wrong with the text, what waits, what the man page says of the function under the cursor, or
//! what can be done with the chosen page.

use super::super::code::coloured;
use super::super::text::{fit, wrap};
use super::super::theme::Palette;
use super::super::{grid, hexdump};
use crate::app::explorer::Explorer;
use crate::app::explorer::complete::function_at;
use crate::app::explorer::dump::{Sight, sight};
use crate::app::explorer::verb::{self, Verb};
use crate::app::scene::Scene;
use crate::app::take::{Activity, Take};
use crate::c::builtins::Function;
use crate::mem::Process;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Below the text: what is wrong with it, or what the function under the cursor does; two rows, so that nothing jumps
/// while one types.
pub(super) fn notes(
    take: &Take,
    explorer: &Explorer,
    width: usize,
    palette: Palette,
) -> Vec<Line<'static>> {
    if let Some(mistake) = &explorer.mistake {
        let said = (mistake.message.as_str(), mistake.help.as_deref());
        return wrong(said, width, palette);
    }
    if !explorer.queue.is_empty() {
        return waiting(explorer, width, palette);
    }
    let function = function_at(&explorer.text(), explorer.place());
    if let Some((function, argument)) = function.filter(|_| !explorer.on_pages) {
        return gist(function, argument, width, palette);
    }
    if explorer.on_pages {
        return chosen(take, explorer, width, palette);
    }
    let hint = match take.example() {
        Some(code) if explorer.is_empty() && matches!(take.activity, Activity::Idle) => {
            return example(take, code, width, palette);
        }
        _ => children(take),
    };
    vec![
        Line::from(Span::styled(fit(&format!(" {hint}"), width), palette.dim())),
        Line::default(),
    ]
}

/// Rows of what is wrong, and of what helps, at most: a name may be as long as the text.
const MOST_ROWS: usize = 3;

/// What is wrong with the text, and what helps: a row for each sentence of it.
fn wrong(
    (message, help): (&str, Option<&str>),
    width: usize,
    palette: Palette,
) -> Vec<Line<'static>> {
    let few = |runs: &[(&str, Style)]| {
        let mut lines = wrap(runs, width, 3);
        if lines.len() > MOST_ROWS {
            let row: String = lines[MOST_ROWS - 1].to_string() + &lines[MOST_ROWS].to_string();
            lines.truncate(MOST_ROWS - 1);
            lines.push(Line::from(Span::styled(fit(&row, width), palette.text())));
        }
        lines
    };
    let mut lines = few(&[(" ✗ ", palette.bad()), (message, palette.bad())]);
    for help in help.into_iter().flat_map(str::lines) {
        lines.extend(few(&[(" → ", palette.good()), (help, palette.text())]));
    }
    lines.resize(lines.len().max(2), Line::default());
    lines
}

/// How another process is named.
fn children(take: &Take) -> &'static str {
    if has_children(take) {
        "`child: …` runs in the latest child, `child 1: …` in the first. F1: keys."
    } else {
        "`child: p[0] = 1;` runs in the child, `peer: …` elsewhere. F1: keys."
    }
}

/// Whether there is more than one child to be named.
fn has_children(take: &Take) -> bool {
    let living = take.timeline.last();
    let mut living = living.iter().flat_map(|moment| &moment.snapshots);
    living.any(|one| matches!(one.process, Process::Child(2..)))
}

/// What Enter takes, while nothing is typed.
fn example(take: &Take, code: &str, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let mut spans = vec![Span::styled(" Enter ", palette.accent())];
    let shown = fit(code, width.saturating_sub(8));
    let runs = coloured(&shown, 0..shown.len(), palette);
    spans.extend(
        runs.into_iter()
            .map(|(text, style)| Span::styled(text.to_owned(), style)),
    );
    let hint = if has_children(take) {
        " Or type C: `child: …` runs in the latest child, `child 1: …` in the first."
    } else {
        " An example; or type C of your own. `child: …` runs in the child. F1: keys."
    };
    let hint = fit(hint, width);
    vec![
        Line::from(spans),
        Line::from(Span::styled(hint, palette.dim())),
    ]
}

/// The lines that wait for the one that runs.
fn waiting(explorer: &Explorer, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let count = explorer.queue.len();
    let lines = if count == 1 {
        "line waits"
    } else {
        "lines wait"
    };
    let texts: Vec<String> = explorer
        .queue
        .iter()
        .map(|text| text.replace('\n', " "))
        .collect();
    let head = format!(" {count} {lines}: {}", texts.join("  "));
    let hint = " Esc stops the line that runs, and brings these back.";
    vec![
        Line::from(Span::styled(fit(&head, width), palette.accent())),
        Line::from(Span::styled(fit(hint, width), palette.dim())),
    ]
}

/// The chosen page in two rows: what it is and holds, and the C that its keys type.
fn chosen(take: &Take, explorer: &Explorer, width: usize, palette: Palette) -> Vec<Line<'static>> {
    let found = explorer.cursor.zip(Scene::of(take));
    let found = found.and_then(|(cursor, scene)| {
        let words = grid::words(&scene, cursor)?;
        Some((cursor, words, verb::offers(&scene, explorer, cursor)))
    });
    let Some((cursor, words, offers)) = found else {
        let hint = " No page is chosen: the arrows choose one.";
        return vec![
            Line::from(Span::styled(fit(hint, width), palette.dim())),
            Line::default(),
        ];
    };
    let holds = match sight(take, cursor) {
        Sight::Bytes(contents) => format!("   {}", hexdump::few(&contents.bytes)),
        Sight::Refused(_) | Sight::Waiting | Sight::Past => String::new(),
    };
    let mut first = vec![Span::styled(format!(" {words}"), palette.heading())];
    if words.chars().count() + holds.chars().count() < width {
        first.push(Span::styled(holds, palette.code()));
    }
    let mut second = Vec::new();
    let mut used = 0;
    for offer in offers {
        let wide = offer.code.chars().count() + 4;
        let Some(key) = offer
            .key
            .filter(|_| offer.verb != Verb::Fork && used + wide <= width)
        else {
            continue;
        };
        used += wide;
        second.push(Span::styled(format!(" {key} "), palette.accent()));
        second.push(Span::styled(format!("{} ", offer.code), palette.dim()));
    }
    vec![Line::from(first), Line::from(second)]
}

/// A function in two rows: its prototype with the argument that is next, and what its man page says.
fn gist(
    function: &Function,
    argument: Option<usize>,
    width: usize,
    palette: Palette,
) -> Vec<Line<'static>> {
    let prototype = function.prototype;
    let place = argument.and_then(|argument| parameter(prototype, argument));
    let mut first = vec![Span::raw(" ")];
    let (from, to) = place.map_or((0, 0), |place| (place.start, place.end));
    let room = width.saturating_sub(1);
    if prototype.len() <= room {
        first.push(Span::styled(prototype[..from].to_owned(), palette.dim()));
        first.push(Span::styled(
            prototype[from..to].to_owned(),
            palette.heading(),
        ));
        first.push(Span::styled(prototype[to..].to_owned(), palette.dim()));
    } else {
        // The argument that is next stays on the screen.
        let skipped = from.saturating_sub(room / 2);
        let shown = fit(&prototype[skipped..], room);
        first.push(Span::styled(shown, palette.dim()));
    }
    let mut second = format!(
        " {}: {}; returns {}",
        function.page, function.gist, function.returns
    );
    // Where the second row is too short for the errors, the first may have room.
    let errors = match function.errors {
        [] => String::new(),
        errors => format!("errno {}", errors.join(", ")),
    };
    let fits = |before: usize| before + "    ".len() + errors.len() <= width;
    if !fits(second.len()) && fits(prototype.len()) {
        first.push(Span::styled(format!("   {errors}"), palette.text()));
    } else if !errors.is_empty() {
        second = format!("{second}; {errors}");
    }
    let second = Span::styled(fit(&second, width), palette.text());
    vec![Line::from(first), Line::from(second)]
}

/// Where a parameter stands in a prototype.
fn parameter(prototype: &str, index: usize) -> Option<std::ops::Range<usize>> {
    let start = prototype.find('(')? + 1;
    let end = prototype.rfind(')')?;
    let mut at = start;
    for (number, piece) in prototype.get(start..end)?.split(',').enumerate() {
        if number == index {
            let lead = piece.len() - piece.trim_start().len();
            return Some(at + lead..at + piece.len());
        }
        at += piece.len() + 1;
    }
    None
}
