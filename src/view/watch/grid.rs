//! The pages as cells: one cell a page up to one cell a GiB and more. A cell's first mark is the kind that most of its
//! pages are of, the second how much of it is there, where that is not all.

use super::list;
use super::number::{address, short};
use crate::app::scene::Freshness;
use crate::app::watching::Watching;
use crate::app::watching::grid::Scope;
use crate::app::watching::pane::{Frame, Pane};
use crate::mem::{Addr, Bytes, PageState};
use crate::view::canvas::Canvas;
use crate::view::text::{fit_end, wrap};
use crate::view::theme::Palette;
use crate::watch::Lens;
use crate::watch::sample::Mixture;
use crate::watch::space::Kind;
use crate::watch::words::grouped;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

/// Cells of the address before a row.
const LABEL: u16 = 13;
/// Rows below the cells, that say what the one under the cursor is.
const TOLD: u16 = 2;
/// Marks of growing height.
const HEIGHTS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// What the panel says about itself.
pub(super) fn detail(watch: &Watching) -> String {
    let of = match (watch.grid.scope, watch.chosen()) {
        (_, None) => return String::new(),
        (Scope::All, _) => "of the whole address space".to_owned(),
        (Scope::Around, _) => "of what lies around it".to_owned(),
        (Scope::Vma, Some((vmas, line))) => match list::name(vmas, line) {
            name if name.is_empty() => format!("of the VMA at {:x}", line.range.start.0),
            name => format!(
                "of {}",
                fit_end(name.rsplit('/').next().unwrap_or(&name), 32)
            ),
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
    let rows = area.height.saturating_sub(TOLD + 1);
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
    let cursor = watch.grid.index(lens.cell);
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
    let level = (there as f64 / mixture.mapped as f64 * 8.0).ceil() as usize;
    let (_, shade) = palette.page(state.unwrap_or(PageState::Unknown), Freshness::Old);
    Face {
        mark,
        style,
        height: HEIGHTS[level.clamp(1, 8) - 1],
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
    let pages = lens.cell / watch.subject.page.max(1);
    let scale = if pages == 1 {
        "1 cell = 1 page".to_owned()
    } else {
        format!("1 cell = {} = {} pages", Bytes(lens.cell), grouped(pages))
    };
    let progress = watch.grid.progress(lens);
    let reading = match progress {
        1000.. => String::new(),
        _ => format!("   ░ not read yet; {} % is", progress / 10),
    };
    let row = area.height.saturating_sub(TOLD);
    canvas.line(
        area,
        row,
        &Line::from(vec![
            Span::styled(scale, palette.changed()),
            Span::styled(reading, palette.dim()),
        ]),
    );
    let Some(range) = lens.range(cursor) else {
        return;
    };
    let text = watch
        .grid
        .cell_of(lens, cursor)
        .filter(|(mixture, _)| mixture.read)
        .map_or_else(
            || watch.unread().to_owned(),
            |(mixture, _)| contents(mixture, range.length() / watch.subject.page.max(1)),
        );
    let last = Addr(range.end.0 - 1);
    canvas.line(
        area,
        row + 1,
        &Line::from(vec![
            Span::styled("▸ ", palette.accent()),
            Span::styled(format!("{:x}-{:x}  ", range.start.0, last.0), palette.dim()),
            Span::styled(text, palette.text()),
        ]),
    );
}

/// What the pages of a cell are, in words.
fn contents(mixture: &Mixture, pages: u64) -> String {
    if mixture.mapped == 0 {
        return "nothing is mapped here".to_owned();
    }
    let kinds = kinds(mixture);
    let there: u64 = kinds.iter().map(|(_, count)| count).sum();
    let mut told: Vec<String> = kinds
        .into_iter()
        .rev()
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| {
            let words = state.map_or("present", PageState::words);
            if mixture.mapped == 1 && pages == 1 {
                words.to_owned()
            } else {
                format!("{} {words}", grouped(count))
            }
        })
        .collect();
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
    if mixture.huge > 0 {
        told.push(format!("{} of them in huge pages", grouped(mixture.huge)));
    }
    told.join(", ")
}
