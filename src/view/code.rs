//! A block of C: coloured by the compiler's own tokens, the next line marked, the lines that ran ticked with what
//! they cost.

use super::canvas::Passage;
use super::text::{safe, wrap};
use super::theme::Palette;
use crate::app::take::{Activity, Take};
use crate::c::tokens::tokenize;
use crate::lesson::{Code, Who};
use crate::mem::{Ending, Faults, Nanos};
use crate::session::timeline;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// What a line of code is to the learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// A comment, an empty line, or a statement whose turn has not come.
    Ahead,
    /// The next to run.
    Next,
    /// Running.
    Running,
    /// Has run.
    Done,
    /// Has run, and a signal or the end of the process came of it.
    Failed,
    /// The one looked back at.
    Looked,
}

/// The lines of a block, and which process they are of where that is to be said; the next or the looked-at line is in
/// focus.
pub(super) fn passage(
    take: &Take,
    code: &Code,
    says_who: bool,
    (width, palette): (usize, Palette),
) -> Passage {
    let mut passage = Passage::default();
    let mut from = 0;
    if says_who {
        let style = palette.accent();
        let lead = Span::styled(format!("in {}:", who(code.who)), style);
        passage.lines.push(Line::from(lead));
    }
    let source = &take.lesson.source;
    for row in rows(source, code.text.clone()) {
        let statement = starting(code, &row);
        if statement.is_some() {
            from = passage.lines.len();
        }
        let standing = match &statement {
            Some(span) => standing(take, span),
            None => continued(take, code, &row),
        };
        let ran = ending(code, &row).and_then(|span| ran(take, &span));
        let lines = row_lines(
            take,
            row,
            (standing, statement.is_some()),
            ran,
            (width, palette),
        );
        passage.lines.extend(lines);
        if in_focus(take, standing) {
            passage.focus = from..passage.lines.len();
        }
    }
    passage
}

/// Whether a line of this standing is the one to be kept on the screen.
fn in_focus(take: &Take, standing: Standing) -> bool {
    match standing {
        Standing::Looked => true,
        Standing::Next | Standing::Running => take.back().is_none(),
        Standing::Ahead | Standing::Done | Standing::Failed => false,
    }
}

/// The process a block names, `main` left out.
fn who(who: Who) -> String {
    match who {
        Who::Main => "main".to_owned(),
        Who::LatestChild => "the child".to_owned(),
        Who::Named(process) => process.to_string(),
        Who::Peers(first, last) => format!("peers {first} to {last}, each of them"),
    }
}

/// The rows of a range of the source, without their line ends; empty rows at both ends left out.
fn rows(source: &str, text: Range<usize>) -> Vec<Range<usize>> {
    let Some(block) = source.get(text.clone()) else {
        return Vec::new();
    };
    let mut start = text.start;
    let mut rows = Vec::new();
    for row in block.split('\n') {
        rows.push(start..start + row.trim_end().len());
        start += row.len() + 1;
    }
    let first = rows.iter().position(|row| !row.is_empty()).unwrap_or(0);
    let end = rows.iter().rposition(|row| !row.is_empty());
    rows.truncate(end.map_or(0, |end| end + 1));
    rows.split_off(first.min(rows.len()))
}

/// The statement that begins in a row.
fn starting(code: &Code, row: &Range<usize>) -> Option<Range<usize>> {
    let begins = |span: &&Range<usize>| row.start <= span.start && span.start < row.end;
    code.statements
        .iter()
        .map(|statement| &statement.span)
        .find(begins)
        .cloned()
}

/// The statement that ends in a row.
fn ending(code: &Code, row: &Range<usize>) -> Option<Range<usize>> {
    let ends = |span: &&Range<usize>| row.start < span.end && span.end <= row.end;
    let mut spans = code.statements.iter().map(|statement| &statement.span);
    spans.rfind(ends).cloned()
}

/// The standing of a row inside a statement that began earlier.
fn continued(take: &Take, code: &Code, row: &Range<usize>) -> Standing {
    let holds = |span: &&Range<usize>| span.start < row.start && row.start < span.end;
    let mut spans = code.statements.iter().map(|statement| &statement.span);
    spans
        .find(holds)
        .map_or(Standing::Ahead, |span| standing(take, span))
}

fn standing(take: &Take, span: &Range<usize>) -> Standing {
    if looked(take).is_some_and(|ran| ran.is_of(span)) {
        return Standing::Looked;
    }
    match ran(take, span) {
        Some(ran) if ran.went_wrong => Standing::Failed,
        Some(_) => Standing::Done,
        None if is_next(take, span) => match take.activity {
            Activity::Busy { .. } => Standing::Running,
            _ => Standing::Next,
        },
        None => Standing::Ahead,
    }
}

/// The line looked back at.
fn looked(take: &Take) -> Option<&timeline::Line> {
    take.timeline.line(take.back()?)
}

fn is_next(take: &Take, span: &Range<usize>) -> bool {
    take.next().is_some_and(|item| item.runs_statement(span))
}

fn ran<'a>(take: &'a Take, span: &Range<usize>) -> Option<&'a timeline::Line> {
    take.timeline.written().rfind(|ran| ran.is_of(span))
}

/// One row of code, wrapped, with its mark before and what came of it after.
fn row_lines(
    take: &Take,
    row: Range<usize>,
    (standing, first): (Standing, bool),
    ran: Option<&timeline::Line>,
    (width, palette): (usize, Palette),
) -> Vec<Line<'static>> {
    let (mark, style) = mark(standing, palette);
    let source = &take.lesson.source;
    let runs = coloured(source, row, palette);
    let wrapped = indented(&runs, width.saturating_sub(2));
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (index, line) in wrapped.into_iter().enumerate() {
        let mark = if index == 0 && first { mark } else { "  " };
        let mut spans = vec![Span::styled(mark, style)];
        spans.extend(line.spans);
        lines.push(Line::from(spans));
    }
    if matches!(
        standing,
        Standing::Next | Standing::Running | Standing::Looked
    ) {
        lines = lines
            .into_iter()
            .map(|line| lit(line, width, palette))
            .collect();
    }
    if let Some(ran) = ran {
        note(&mut lines, ran, width, palette);
    }
    lines
}

/// The mark before a row.
fn mark(standing: Standing, palette: Palette) -> (&'static str, Style) {
    match standing {
        Standing::Ahead => ("  ", palette.dim()),
        Standing::Next => ("▶ ", palette.accent()),
        Standing::Running => ("▷ ", palette.changed()),
        Standing::Done => ("✓ ", palette.good()),
        Standing::Failed => ("✗ ", palette.bad()),
        Standing::Looked => ("◀ ", palette.changed()),
    }
}

/// A row on a lit background, to its right edge.
pub(super) fn lit(mut line: Line<'static>, width: usize, palette: Palette) -> Line<'static> {
    let missing = width.saturating_sub(line.width());
    line.spans.push(Span::raw(" ".repeat(missing)));
    let lit = palette.chosen();
    for span in &mut line.spans {
        span.style = match lit.bg {
            Some(bg) => span.style.bg(bg),
            None => span.style.patch(lit),
        };
    }
    line
}

/// A line that took this long says so, also where that takes a row of its own.
const LONG: Nanos = Nanos(100_000);

/// Puts what came of a line behind it, or below it where there is no room. A short time makes no row of its own.
fn note(lines: &mut Vec<Line<'static>>, ran: &timeline::Line, width: usize, palette: Palette) {
    let upshot = upshot(ran);
    let took = ran.elapsed;
    let timed = took.map_or_else(|| upshot.clone(), |took| format!("{upshot}, {took}"));
    let brief = if took > Some(LONG) { &timed } else { &upshot };
    let used = lines.last().map_or(width, Line::width) + 2;
    let fitting = [&timed, brief]
        .into_iter()
        .find(|note| used + note.width() <= width);
    if let (Some(last), Some(note)) = (lines.last_mut(), fitting) {
        let gap = width - last.width() - note.width();
        last.spans.push(Span::raw(" ".repeat(gap)));
        last.spans
            .push(Span::styled(note.to_owned(), palette.dim()));
        return;
    }
    let runs = [(timed.as_str(), palette.dim())];
    for line in wrap(&runs, width.saturating_sub(4), 0) {
        let mut spans = vec![Span::raw("    ")];
        spans.extend(line.spans);
        lines.push(Line::from(spans));
    }
}

/// What came of a line, in as few words as it takes: `= 0x1000000000, 0 faults`.
pub(super) fn upshot(ran: &timeline::Line) -> String {
    let mut words = Vec::new();
    if let Some(result) = &ran.result {
        let name = if ran.errno == 0 {
            String::new()
        } else {
            format!(" {:?}", nix::errno::Errno::from_raw(ran.errno))
        };
        words.push(format!("= {}{name}", safe(result)));
    }
    match &ran.ending {
        Some(Ending::Signal(signal)) => {
            words.push(format!("{} ({})", signal.name(), signal.code_name()));
        }
        Some(Ending::Died(how)) => words.push(safe(how).into_owned()),
        Some(Ending::Interrupted(why)) => words.push(format!("stopped: {}", safe(why))),
        Some(Ending::Exited(status)) => words.push(format!("ended with status {status}")),
        Some(Ending::Finished) | None => {}
    }
    let faults = ran.all_faults();
    words.push(match &ran.ending {
        // It did fault; the kernel counts only faults that it can mend.
        Some(Ending::Signal(_)) if faults == Faults::default() => "no fault counted".to_owned(),
        _ => faults.to_string(),
    });
    words.join(", ")
}

/// A row wrapped with its indentation; where that takes a quarter of the width, it is made smaller.
fn indented(runs: &[(&str, Style)], width: usize) -> Vec<Line<'static>> {
    let bare = |text: &str| text.trim_start_matches(' ').len();
    let indent = runs.first().map_or(0, |(text, _)| text.len() - bare(text));
    let long: usize = runs.iter().map(|(text, _)| text.width()).sum();
    if long <= width || indent <= 4 {
        return wrap(runs, width, indent + 4);
    }
    let mut runs = runs.to_vec();
    if let Some((text, _)) = runs.first_mut() {
        *text = &text[indent - 4..];
    }
    wrap(&runs, width, 8)
}

/// A row of source in runs, one a token.
pub(super) fn coloured(source: &str, row: Range<usize>, palette: Palette) -> Vec<(&str, Style)> {
    let mut runs = Vec::new();
    let mut at = row.start;
    for token in tokenize(source, row.clone()) {
        runs.push((&source[at..token.span.start], palette.text()));
        runs.push((&source[token.span.clone()], palette.token(token.class)));
        at = token.span.end;
    }
    runs.push((source.get(at..row.end).unwrap_or_default(), palette.text()));
    runs.retain(|(text, _)| !text.is_empty());
    runs
}
