//! The pages as cells: one cell a page up to one cell a GiB and more. A cell's first mark is the kind that most of its
//! pages are of, the second how much of it is there, where that is not all.

use super::number::{address, short};
use super::{events, list};
use crate::app::scene::Freshness;
use crate::app::watching::Watching;
use crate::app::watching::grid::Scope;
use crate::app::watching::pane::{Frame, Pane};
use crate::mem::{Bytes, PageState, Range};
use crate::view::canvas::Canvas;
use crate::view::text::{fit, fit_end, wrap};
use crate::view::theme::Palette;
use crate::watch::Lens;
use crate::watch::sample::Mixture;
use crate::watch::space::Kind;
use crate::watch::words::grouped;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Cells of the address before a row.
const LABEL: u16 = 13;
/// Rows from which on one is left free between the cells and what is said of them.
const ROOMY: u16 = 12;
/// Rows below the cells, that say what the one under the cursor is.
const TOLD: u16 = 2;
/// Marks of growing height: a full cell has none.
const HEIGHTS: [&str; 7] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇"];

/// What the panel says about itself.
pub(super) fn detail(watch: &Watching) -> String {
    let of = match (watch.grid.scope, watch.chosen()) {
        (_, None) => return String::new(),
        (Scope::All, _) => "from the first VMA to the last".to_owned(),
        (Scope::Around, _) => "of what lies around it".to_owned(),
        (Scope::Vma, Some((vmas, line))) => match list::name(vmas, line) {
            name if name.is_empty() => format!("of the VMA at {:x}", line.range.start.0),
            name => format!("of {}", fit_end(&events::brief(&name), 32)),
        },
    };
    format!("{of}, {}", short(watch.grid.whole().length()))
}

/// How many cells an area has room for: rows of a round number of cells.
fn frame(area: Rect) -> Frame {
    let room = area.width.saturating_sub(LABEL) / 2;
    let across = match room {
        0..8 => room,
        room => room / 8 * 8,
    };
    let gap = u16::from(area.height >= ROOMY);
    let rows = area.height.saturating_sub(TOLD + gap);
    Frame {
        area: Rect {
            x: area.x + LABEL.min(area.width),
            y: area.y,
            width: across * 2,
            height: rows,
        },
        across,
        rows,
    }
}

/// Draws the cells, and what is under the cursor.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let palette = canvas.palette;
    let frame = frame(area);
    let Some(lens) = watch.grid.lens(&frame, watch.subject.page) else {
        return canvas.text(area, (0, 0), "no VMA is chosen", palette.dim());
    };
    canvas.seen.watch.grid = Some(frame);
    if let Some(why) = watch.grid.why() {
        let text = format!("? {why}");
        let lines = wrap(&[(&text, palette.unknown())], usize::from(area.width), 2);
        return canvas.lines(area, &lines, 0);
    }
    let cursor = lens.index(watch.grid.cursor());
    let focused = watch.bench.focus == Pane::Pages;
    for row in 0..frame.rows {
        let first = lens.first + u64::from(row) * u64::from(frame.across);
        let Some(range) = lens.range(first) else {
            break;
        };
        let label = address(range.start.0);
        canvas.text(area, (0, row), &label, palette.dim());
        let cells = (first..lens.cells()).take(usize::from(frame.across));
        let mut spans = Vec::new();
        for index in cells {
            let mut face = face(watch, &lens, index, palette);
            if index == cursor {
                let marked = Modifier::REVERSED | Modifier::BOLD;
                let style = if focused {
                    palette.changed()
                } else {
                    face.style
                };
                face.style = style.add_modifier(marked);
                face.shade = face.style;
            }
            spans.push(Span::styled(face.mark, face.style));
            spans.push(Span::styled(face.height, face.shade));
        }
        canvas.line(
            Rect {
                y: frame.area.y + row,
                height: 1,
                ..frame.area
            },
            0,
            &Line::from(spans),
        );
    }
    told(canvas, area, watch, (&lens, cursor));
}

/// How a cell looks.
struct Face {
    mark: &'static str,
    style: Style,
    height: &'static str,
    shade: Style,
}

fn face(watch: &Watching, lens: &Lens, index: u64, palette: Palette) -> Face {
    let plain = |mark, style| Face {
        mark,
        style,
        height: " ",
        shade: Style::new(),
    };
    let Some((mixture, fresh)) = watch.grid.cell_of(lens, index).filter(|cell| cell.0.read) else {
        return plain("░", palette.rule());
    };
    if mixture.mapped == 0 {
        return plain(" ", Style::new());
    }
    let Some((state, there)) = most(mixture) else {
        let (mark, style) = palette.page(PageState::Absent, fresh);
        return plain(mark, style);
    };
    let (mark, style) = match state {
        Some(state) => palette.page(shared_memory(watch, lens, index, state), fresh),
        None => (
            "●",
            palette
                .page(PageState::Unknown, fresh)
                .1
                .patch(palette.text()),
        ),
    };
    if there == mixture.mapped {
        return plain(mark, style);
    }
    let most = HEIGHTS.len();
    let level = (there as f64 / mixture.mapped as f64 * most as f64).ceil() as usize;
    let (_, shade) = palette.page(state.unwrap_or(PageState::Unknown), Freshness::Old);
    Face {
        mark,
        style,
        height: HEIGHTS[level.clamp(1, most) - 1],
        shade,
    }
}

/// The kind that most pages of a cell are of, `None` in it where only their presence was asked; and how many are there.
fn most(mixture: &Mixture) -> Option<(Option<PageState>, u64)> {
    let kinds = kinds(mixture);
    let there = kinds.iter().map(|(_, count)| count).sum();
    let (state, count) = kinds.into_iter().max_by_key(|(_, count)| *count)?;
    (count > 0).then_some((state, there))
}

/// The kinds of pages that are there, or have been.
fn kinds(mixture: &Mixture) -> [(Option<PageState>, u64); 7] {
    [
        (None, mixture.present),
        (Some(PageState::Guard), mixture.guard),
        (Some(PageState::Swapped), mixture.swapped),
        (Some(PageState::Zero), mixture.zero),
        (Some(PageState::File), mixture.file),
        (Some(PageState::Shared), mixture.shared),
        (Some(PageState::Private), mixture.private),
    ]
}

/// Pages of a file in a VMA of shared memory are shared memory.
fn shared_memory(watch: &Watching, lens: &Lens, index: u64, state: PageState) -> PageState {
    if state != PageState::File {
        return state;
    }
    let line = lens.range(index).and_then(|range| {
        let vmas = watch.lines()?;
        let line = vmas.lines().get(vmas.behind(range.start))?;
        Some(Kind::of(line.perms, vmas.backing(line)))
    });
    if line == Some(Kind::SharedMemory) {
        PageState::Shmem
    } else {
        state
    }
}

/// What a cell stands for, and what the one under the cursor is.
fn told(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching, (lens, cursor): (&Lens, u64)) {
    let palette = canvas.palette;
    let width = usize::from(area.width);
    let row = area.height.saturating_sub(TOLD);
    let scale = scale(lens, watch.subject.page);
    let reading = unread(
        watch.grid.progress(lens),
        width.saturating_sub(scale.width()),
    );
    let line = Line::from(vec![
        Span::styled(scale, palette.changed()),
        Span::styled(reading, palette.dim()),
    ]);
    canvas.line(area, row, &line);
    let Some(range) = lens.range(cursor) else {
        return;
    };
    let cell = watch.grid.cell_of(lens, cursor);
    let parts = match cell.filter(|(mixture, _)| mixture.read) {
        None => vec![watch.unread().to_owned()],
        Some((mixture, _)) => {
            let words = |state| shared_memory(watch, lens, cursor, state).words();
            contents(mixture, range.length() / watch.subject.page.max(1), words)
        }
    };
    let (place, text) = beside(range, &parts, width.saturating_sub(2));
    let line = Line::from(vec![
        Span::styled("▸ ", palette.accent()),
        Span::styled(place, palette.dim()),
        Span::styled(text, palette.text()),
    ]);
    canvas.line(area, row + 1, &line);
}

/// `1 cell = 64 KiB = 16 pages`
fn scale(lens: &Lens, page: u64) -> String {
    match lens.cell / page.max(1) {
        1 => "1 cell = 1 page".to_owned(),
        pages => format!("1 cell = {} = {} pages", Bytes(lens.cell), grouped(pages)),
    }
}

/// How much of the cells on the screen is not read yet, in words for which there is room.
fn unread(progress: u32, room: usize) -> String {
    if progress >= 1000 {
        return String::new();
    }
    let long = format!("   ░ not read yet ({} % read)", progress / 10);
    if long.width() <= room {
        long
    } else {
        fit(&format!("  {} % read", progress / 10), room)
    }
}

/// An address and what lies there, in a line: with little room the end of the range is left out, as the length of a
/// cell is told anyway, then whole parts of what lies there.
fn beside(range: Range, parts: &[String], width: usize) -> (String, String) {
    let (first, last) = (range.start.0, range.end.0 - 1);
    let text = parts.join(", ");
    let long = format!("{first:x}-{last:x}  ");
    if long.width() + text.width() <= width {
        return (long, text);
    }
    let short = format!("{first:x}  ");
    let room = width.saturating_sub(short.width());
    if text.width() <= room {
        return (short, text);
    }
    let kept = (1..parts.len()).rev().map(|count| {
        let kept = parts[..count].join(", ");
        format!("{kept}, …")
    });
    let text = kept
        .into_iter()
        .find(|kept| kept.width() <= room)
        .unwrap_or_else(|| fit(&text, room));
    (short, text)
}

/// What the pages of a cell are, part by part; `words` are those of a state here.
fn contents(
    mixture: &Mixture,
    pages: u64,
    words: impl Fn(PageState) -> &'static str,
) -> Vec<String> {
    if mixture.mapped == 0 {
        return vec!["nothing is mapped here".to_owned()];
    }
    let kinds = kinds(mixture);
    let there: u64 = kinds.iter().map(|(_, count)| count).sum();
    let mut told: Vec<String> = kinds
        .into_iter()
        .rev()
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| {
            let words = state.map_or("present", &words);
            if mixture.mapped == 1 && pages == 1 {
                words.to_owned()
            } else {
                format!("{} {words}", grouped(count))
            }
        })
        .collect();
    if mixture.huge > 0 {
        told.push(format!("{} of them in huge pages", grouped(mixture.huge)));
    }
    let absent = mixture.mapped.saturating_sub(there);
    if absent > 0 {
        let number = if pages == 1 {
            String::new()
        } else {
            format!("{} ", grouped(absent))
        };
        told.push(format!("{number}absent"));
    }
    let holes = pages.saturating_sub(mixture.mapped);
    if holes > 0 {
        told.push(format!("{} not mapped", grouped(holes)));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::Addr;

    #[test]
    fn what_lies_under_the_cursor_is_cut_between_its_parts() {
        let range = Range::new(Addr(0x7ede_41db_9000), Addr(0x7f1e_41db_9000));
        let mixture = Mixture {
            mapped: 11_000,
            private: 183,
            shared: 5_252,
            file: 64,
            read: true,
            ..Mixture::default()
        };
        let words = |state| match state {
            PageState::File => PageState::Shmem.words(),
            state => PageState::words(state),
        };
        let parts = contents(&mixture, 16_777_216, words);
        let all = "183 private, 5,252 shared since fork, 64 shared memory, 5,501 absent, 16,766,216 not mapped";
        let table = [
            (140, "7ede41db9000-7f1e41db8fff  ", all),
            (110, "7ede41db9000  ", all),
            (
                85,
                "7ede41db9000  ",
                "183 private, 5,252 shared since fork, 64 shared memory, 5,501 absent, …",
            ),
            (
                60,
                "7ede41db9000  ",
                "183 private, 5,252 shared since fork, …",
            ),
            (20, "7ede41db9000  ", "183 p…"),
        ];
        for (width, place, text) in table {
            let line = beside(range, &parts, width);
            assert_eq!(line, (place.to_owned(), text.to_owned()), "{width}");
            assert!(line.0.width() + line.1.width() <= width);
        }
    }

    #[test]
    fn how_much_is_read_is_told_as_long_as_there_is_room() {
        assert_eq!(unread(1000, 40), "");
        assert_eq!(unread(970, 40), "   ░ not read yet (97 % read)");
        assert_eq!(unread(970, 12), "  97 % read");
    }
}
