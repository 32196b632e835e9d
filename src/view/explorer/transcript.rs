//! The learner's own lines: those that ran, where the lesson's text stands otherwise.

use super::super::canvas::{Canvas, Passage};
use super::super::code::{coloured, lit, upshot};
use super::super::text::wrap;
use super::super::theme::Palette;
use crate::app::explorer::EXAMPLES;
use crate::app::explorer::why::why;
use crate::app::panel::Panel;
use crate::app::take::Take;
use crate::c::constants::{errno_name, errno_text};
use crate::session::timeline;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// The lines that ran in these processes, the latest in focus.
pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, area: Rect, take: &Take) {
    let inner = canvas.panel(area, &take.desk, Panel::Reading, "lines that ran");
    let width = usize::from(inner.width).saturating_sub(1);
    let passage = lines_that_ran(take, width, canvas.palette);
    canvas.passage(inner, &take.desk, Panel::Reading, &passage);
}

/// Lines of the transcript before and after the one on the screen: of thousands, those around it are laid out.
const AROUND: (usize, usize) = (40, 30);

fn lines_that_ran(take: &Take, width: usize, palette: Palette) -> Passage {
    let mut passage = Passage::default();
    let page = take.timeline.page_bytes();
    let all = take.timeline.lines();
    let here = take.shown();
    let (first, end) = (
        here.saturating_sub(AROUND.0),
        all.len().min(here + AROUND.1),
    );
    if first > 0 {
        passage.lines.push(left_out(first, "before", palette));
    }
    let shown = all.get(first..end).unwrap_or_default();
    for (index, ran) in (first + 1..).zip(shown) {
        let from = passage.lines.len();
        let looked = take.back() == Some(index);
        passage
            .lines
            .extend(ran_lines(ran, looked, page, (width, palette)));
        if looked || take.back().is_none() {
            passage.focus = from..passage.lines.len();
        }
    }
    if end < all.len() {
        passage
            .lines
            .push(left_out(all.len() - end, "after", palette));
    }
    if passage.lines.is_empty() {
        passage.lines = welcome(width, palette);
    }
    passage
}

/// In the place of lines that are far from the one on the screen.
fn left_out(count: usize, side: &str, palette: Palette) -> Line<'static> {
    let lines = if count == 1 { "line" } else { "lines" };
    let text = format!("  … {count} {lines} {side} these");
    Line::from(Span::styled(text, palette.dim()))
}

fn welcome(width: usize, palette: Palette) -> Vec<Line<'static>> {
    let first = "Type C below, a line at a time: it runs at once in a process of your own, and the right side shows what \
                 the kernel made of it.";
    let second =
        "Enter on the empty line takes the next of these to begin with; Tab moves over the pages.";
    let mut lines = wrap(&[(first, palette.heading())], width, 0);
    lines.push(Line::default());
    lines.extend(wrap(&[(second, palette.text())], width, 0));
    for code in EXAMPLES {
        lines.push(Line::default());
        lines.extend(wrap(&coloured(code, 0..code.len(), palette), width, 4));
    }
    lines.push(Line::default());
    let files = "The file \"data.bin\", 16 pages long, is there to be opened and mapped.";
    lines.extend(wrap(&[(files, palette.dim())], width, 0));
    lines
}

/// A line, who ran it, and what came of it. `page` is the size of a page, where it is known.
fn ran_lines(
    ran: &timeline::Line,
    looked: bool,
    page: Option<u64>,
    (width, palette): (usize, Palette),
) -> Vec<Line<'static>> {
    let went_wrong = ran.went_wrong || ran.errno != 0;
    let (mark, style) = match (looked, went_wrong) {
        (true, _) => ("◀ ", palette.changed()),
        (false, true) => ("✗ ", palette.bad()),
        (false, false) => ("✓ ", palette.good()),
    };
    let mut lines = Vec::new();
    let actor = format!("{}> ", ran.actor());
    for (row, code) in ran.code.split('\n').enumerate() {
        let mut runs = vec![(mark, style), (actor.as_str(), palette.accent())];
        if row > 0 {
            runs = vec![("    ", palette.text())];
        }
        runs.extend(coloured(code, 0..code.len(), palette));
        lines.extend(wrap(&runs, width, 4));
    }
    if looked {
        lines = lines
            .into_iter()
            .map(|line| lit(line, width, palette))
            .collect();
    }
    let upshot = upshot(ran);
    lines.extend(wrap(
        &[("    ", palette.dim()), (&upshot, palette.dim())],
        width,
        4,
    ));
    lines.extend(errno(ran, page, width, palette));
    lines
}

/// The error of the last call of a line that failed: its number, its name and what it means.
fn errno(
    ran: &timeline::Line,
    page: Option<u64>,
    width: usize,
    palette: Palette,
) -> Vec<Line<'static>> {
    let errno = ran.errno;
    if errno == 0 {
        return Vec::new();
    }
    let name = errno_name(errno).unwrap_or("?");
    let text = format!("errno {errno}, {name}: {}", errno_text(errno));
    let style = palette.bad();
    let mut lines = wrap(&[("    ", style), (&text, style)], width, 4);
    if let Some(why) = ran.failed.as_deref().and_then(|failed| why(failed, page)) {
        let text = palette.text();
        lines.extend(wrap(&[("    ", text), (&why, text)], width, 4));
    }
    lines
}
