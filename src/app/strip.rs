//! The moments of a run as a row of cells: which cell stands for which moments, and what is said of them.
//!
//! The moment before the first line has a cell of its own, then each line; steps are set apart. Where there are more
//! moments than cells, a cell stands for a round number of them, never for moments of two steps.

use super::take::Take;
use crate::mem::Faults;
use crate::session::timeline::{Kind, Line};
use std::ops::Range;

/// A cell of the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Moments, at least one.
    Moments(Range<usize>),
    /// Between two steps: the moment before it.
    Edge(usize),
}

impl Cell {
    /// The moment that a click on it is for: of several, the last.
    pub fn target(&self) -> usize {
        match self {
            Self::Moments(range) => range.end.saturating_sub(1),
            Self::Edge(before) => *before,
        }
    }

    /// Whether it stands for a moment.
    pub fn holds(&self, moment: usize) -> bool {
        matches!(self, Self::Moments(range) if range.contains(&moment))
    }
}

/// The cells of the moments of so many lines, in a row of `width` at most; `steps` are the moments of each step, first
/// to last, the first moment left out.
pub fn cells(steps: &[Range<usize>], width: usize) -> Vec<Cell> {
    let lines: usize = steps.iter().map(ExactSizeIterator::len).sum();
    let first = Cell::Moments(0..1);
    let room = width.saturating_sub(1);
    if lines == 0 || room == 0 {
        return vec![first];
    }
    let whole: Vec<_> = std::iter::once(1..lines + 1).collect();
    // Edges are worth a cell only where there are far more cells than edges.
    let steps = if steps.len() * 3 <= room {
        steps
    } else {
        &whole
    };
    let fits = |each: &usize| {
        let cells: usize = steps.iter().map(|step| step.len().div_ceil(*each)).sum();
        cells + steps.len() - 1 <= room
    };
    let each = round_numbers().find(fits).unwrap_or(lines);
    let mut cells = vec![first];
    for (index, step) in steps.iter().enumerate() {
        if index > 0 {
            cells.push(Cell::Edge(step.start - 1));
        }
        let starts = step.clone().step_by(each);
        cells.extend(starts.map(|start| Cell::Moments(start..step.end.min(start + each))));
    }
    cells
}

/// 1, 2, 5, 10, 20, 50, …
fn round_numbers() -> impl Iterator<Item = usize> {
    let powers = std::iter::successors(Some(1_usize), |power| power.checked_mul(10));
    powers.flat_map(|power| [1, 2, 5].map(|digit| power.saturating_mul(digit)))
}

/// The moments of each step, first to last.
pub fn steps(lines: &[Line]) -> Vec<Range<usize>> {
    let mut steps: Vec<Range<usize>> = Vec::new();
    let mut latest = None;
    for (index, line) in lines.iter().enumerate() {
        let moment = index + 1;
        match steps.last_mut().filter(|_| latest == Some(line.step)) {
            Some(step) => step.end = moment + 1,
            None => steps.push(moment..moment + 1),
        }
        latest = Some(line.step);
    }
    steps
}

/// What stands out most among the lines of some moments; `None` for the moment before the first line.
pub fn kind(lines: &[Line], moments: &Range<usize>) -> Option<Kind> {
    let from = moments.start.checked_sub(1)?;
    let to = moments.end.checked_sub(1)?;
    lines.get(from..to)?.iter().map(|line| line.kind).max()
}

/// A moment in words: `line 12 of 57 · step 2 · child: p[3] = 'B'; · 1 minor fault (copy-on-write)`.
pub fn words(take: &Take, moment: usize) -> String {
    let count = take.lines_run();
    let Some(line) = take.timeline.line(moment) else {
        return match count {
            0 => "no line has run yet".to_owned(),
            1 => "before the only line".to_owned(),
            count => format!("before the first of {count} lines"),
        };
    };
    let step = if take.lesson.is_lab() {
        String::new()
    } else {
        format!(" · step {}", line.step + 1)
    };
    let code = code(line);
    let typed = if line.is_typed() && !take.lesson.is_lab() {
        "typed in "
    } else {
        ""
    };
    format!(
        "line {moment} of {count}{step} · {typed}{}: {code} · {}",
        line.actor(),
        upshot(line)
    )
}

/// The C of a line, in one row.
pub fn code(line: &Line) -> String {
    let words: Vec<&str> = line.code.split_whitespace().collect();
    words.join(" ")
}

/// What a line cost, or what went wrong.
fn upshot(line: &Line) -> String {
    let faults = line.all_faults();
    match line.kind {
        Kind::Race => "a race".to_owned(),
        Kind::Copied => format!("{faults} (copy-on-write)"),
        Kind::Forked => format!("a process more, {faults}"),
        Kind::Failed => {
            let name = crate::c::constants::errno_name(line.errno).unwrap_or("errno is set");
            format!("failed: {name}")
        }
        Kind::Raised | Kind::Ended => ending(line),
        _ if faults == Faults::default() => "no fault".to_owned(),
        _ => faults.to_string(),
    }
}

fn ending(line: &Line) -> String {
    use crate::mem::Ending;
    match &line.ending {
        Some(Ending::Signal(signal)) => signal.name(),
        Some(Ending::Exited(status)) => format!("exited with status {status}"),
        Some(Ending::Died(how)) => how.clone(),
        Some(Ending::Interrupted(_)) => "stopped".to_owned(),
        _ => Kind::Ended.words().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells as text: a digit says for how many moments it stands, `|` is an edge.
    fn drawn(steps: &[Range<usize>], width: usize) -> String {
        let cells = cells(steps, width);
        let shown = |cell: &Cell| match cell {
            Cell::Moments(range) => range.len().to_string(),
            Cell::Edge(_) => "|".to_owned(),
        };
        cells.iter().map(shown).collect()
    }

    #[test]
    fn every_moment_has_a_cell_and_steps_are_set_apart() {
        // The ends of the steps, the width, the cells.
        let table: [(&[usize], usize, &str); 7] = [
            (&[], 20, "1"),
            (&[4], 20, "1111"),
            (&[4, 6], 20, "1111|11"),
            (&[11], 20, "11111111111"),
            (&[11], 8, "122222"),
            (&[12, 14], 8, "1551|2"),
            // Too narrow for edges: all is one.
            (&[3, 5, 7, 9], 6, "12222"),
        ];
        for (ends, width, expected) in table {
            let starts = std::iter::once(1).chain(ends.iter().copied());
            let steps: Vec<_> = starts.zip(ends).map(|(start, end)| start..*end).collect();
            assert_eq!(drawn(&steps, width), expected, "{steps:?} in {width}");
        }
    }

    #[test]
    fn no_row_is_longer_than_its_room_and_no_moment_is_left_out() {
        for width in 2..60 {
            for lines in [0, 1, 7, 59, 60, 1000, 10_000] {
                for parts in [1, 2, 9, 40] {
                    let each = (lines / parts).max(1);
                    let starts = (1..=lines).step_by(each);
                    let steps: Vec<_> = starts
                        .map(|start| start..(start + each).min(lines + 1))
                        .collect();
                    let cells = cells(&steps, width);
                    assert!(cells.len() <= width, "{lines} lines in {width}");
                    let held: usize = cells
                        .iter()
                        .map(|cell| match cell {
                            Cell::Moments(range) => range.len(),
                            Cell::Edge(_) => 0,
                        })
                        .sum();
                    assert_eq!(held, lines + 1, "{lines} lines in {width}");
                    assert_eq!(cells.last().map(Cell::target), Some(lines));
                }
            }
        }
    }
}
