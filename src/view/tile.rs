//! How large a page is drawn, and the drawing of it.

use super::theme::Palette;
use crate::app::scene::Freshness;
use crate::mem::PageState;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The shape of a page on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tile {
    /// Cells across, the gap to the next included.
    pub width: usize,
    /// Rows, the gap included.
    pub height: usize,
    /// Rows of tiles a mapping may take; more pages than that share tiles.
    pub rows: usize,
}

/// A place among the lines of tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The line.
    pub row: usize,
    /// The cell within it.
    pub column: usize,
}

/// The shapes, largest first: width and height.
const SHAPES: [(usize, usize); 6] = [(10, 4), (6, 3), (4, 2), (4, 1), (2, 1), (1, 1)];
/// Rows of text of a block beside its tiles: title and address.
const FRAME: usize = 2;
/// No mapping takes more rows of tiles than this.
const MOST_ROWS: usize = 64;
/// Pages in a row, at most: longer rows are hard to count in.
const LONGEST: usize = 64;

/// The largest tile with which everything fits into `room` rows; where none does, the smallest, with as many rows as
/// fit. `rows` says how many rows all takes with a tile, `per_cell` how many pages a tile stands for at most.
pub(super) fn choose(
    room: usize,
    rows: impl Fn(Tile) -> usize,
    per_cell: impl Fn(Tile) -> usize,
) -> Tile {
    let whole = |(width, height)| Tile {
        width,
        height,
        rows: MOST_ROWS,
    };
    let fits = |tile: &Tile| rows(*tile) <= room && per_cell(*tile) == 1;
    let squeezed = |rows: usize| Tile {
        width: 1,
        height: 1,
        rows,
    };
    let fitting = SHAPES.map(whole).into_iter().find(fits);
    fitting.unwrap_or_else(|| {
        // More rows of tiles never take less room. Where even one each is too much, two each are scrolled through.
        let all: [usize; MOST_ROWS] = std::array::from_fn(|row| row + 1);
        match all.partition_point(|each| rows(squeezed(*each)) <= room) {
            0 => squeezed(2),
            each => squeezed(each),
        }
    })
}

impl Tile {
    /// Tiles in a row: a power of two, so that rows begin at round numbers.
    pub(super) fn across(self, count: usize, width: usize) -> usize {
        let room = width.saturating_sub(label_width(count)) / self.width;
        let most = room.clamp(1, LONGEST);
        1 << most.ilog2()
    }

    /// Pages that one tile stands for.
    pub(super) fn per_cell(self, count: usize, width: usize) -> usize {
        let cells = self.across(count, width) * self.rows;
        count.div_ceil(cells).next_power_of_two().max(1)
    }

    /// Where the cells of a page begin among the lines of [`cells`].
    pub(super) fn place(self, page: usize, count: usize, width: usize) -> Place {
        let cell = page / self.per_cell(count, width);
        let across = self.across(count, width);
        Place {
            row: cell / across * self.height,
            column: label_width(count) + cell % across * self.width,
        }
    }

    /// Rows of text of a mapping: its title, its address, its tiles.
    pub(super) fn block_rows(self, count: usize, width: usize) -> usize {
        let tiles = count.div_ceil(self.per_cell(count, width));
        FRAME + tiles.div_ceil(self.across(count, width)) * self.height
    }

    /// The same with a row of its own below each row of tiles.
    pub(super) fn with_gap(self) -> Self {
        Self {
            height: self.height.max(2),
            ..self
        }
    }
}

/// Cells that the number of a row's first page takes.
fn label_width(count: usize) -> usize {
    let last = count.saturating_sub(1).max(1);
    last.ilog10() as usize + 2
}

/// What one tile shows.
#[derive(Clone, Copy)]
pub(super) struct Face {
    /// The mark.
    pub mark: &'static str,
    /// How it is drawn.
    pub style: Style,
}

/// What stands below the tiles of some pages; nothing where it is not known.
pub(super) type Below<'a> = &'a dyn Fn(std::ops::Range<usize>) -> Option<Face>;

/// The pages of a mapping as lines of tiles, each row led by the number of its first page; `below` is drawn in the gap
/// that a tile with one has.
pub(super) fn cells(
    tile: Tile,
    (states, fresh): (&[PageState], &[Freshness]),
    below: Option<Below<'_>>,
    (width, palette): (usize, Palette),
) -> Vec<Line<'static>> {
    let count = states.len();
    let (across, per_cell) = (tile.across(count, width), tile.per_cell(count, width));
    let label = label_width(count);
    let mut lines = Vec::new();
    let row_pages = (across * per_cell).max(1);
    let rows = states.chunks(row_pages).zip(fresh.chunks(row_pages));
    for (row, (states, fresh)) in rows.enumerate() {
        let number = format!(
            "{:>width$} ",
            row * row_pages,
            width = label.saturating_sub(1)
        );
        let tiles = states.chunks(per_cell).zip(fresh.chunks(per_cell));
        let faces: Vec<Face> = tiles
            .map(|(states, fresh)| face(states, fresh, palette))
            .collect();
        let mut spans = vec![Span::styled(number, palette.dim())];
        spans.extend(faces.iter().flat_map(|face| first_row(face, tile)));
        lines.push(Line::from(spans));
        if tile.height > 3 {
            lines.insert(lines.len() - 1, padding(&faces, label, tile));
        }
        if tile.height > 2 {
            let mut spans = vec![Span::raw(" ".repeat(label))];
            let numbered = faces.iter().enumerate();
            spans.extend(numbered.flat_map(|(at, face)| second_row(face, row * across + at, tile)));
            lines.push(Line::from(spans));
        }
        if tile.height > 1 {
            let first = row * row_pages;
            let pages = (0..faces.len()).map(|cell| {
                let start = first + cell * per_cell;
                start..(start + per_cell).min(count)
            });
            lines.push(below.map_or_else(Line::default, |below| {
                gap(pages.map(below), tile, (label, palette))
            }));
        }
    }
    lines
}

/// The row below the tiles, each mark under the middle of its tile.
fn gap(
    faces: impl Iterator<Item = Option<Face>>,
    tile: Tile,
    (label, palette): (usize, Palette),
) -> Line<'static> {
    let lead = format!("{:>width$} ", "c", width = label.saturating_sub(1));
    let mut spans = vec![Span::styled(lead, palette.dim())];
    for face in faces {
        let (mark, style) = face.map_or((" ", Style::new()), |face| (face.mark, face.style));
        // As the mark of the page above: a tile of several cells has it in the middle.
        let inner = tile.width.saturating_sub(1).max(1);
        let left = (inner - 1) / 2;
        let right = tile.width - 1 - left;
        spans.push(Span::raw(" ".repeat(left)));
        spans.push(Span::styled(mark, style));
        spans.push(Span::raw(" ".repeat(right)));
    }
    Line::from(spans)
}

/// The row of a tile that has the mark.
fn first_row(face: &Face, tile: Tile) -> Vec<Span<'static>> {
    let text = match tile.width {
        1 => return vec![Span::styled(face.mark, face.style)],
        2 => return vec![Span::styled(face.mark, face.style), Span::raw(" ")],
        3 => {
            return vec![
                Span::styled(format!("{} ", face.mark), face.style),
                Span::raw(" "),
            ];
        }
        width => format!("{:^inner$}", face.mark, inner = width - 1),
    };
    vec![Span::styled(text, face.style), Span::raw(" ")]
}

/// The row above the marks of the largest tiles.
fn padding(faces: &[Face], label: usize, tile: Tile) -> Line<'static> {
    let mut spans = vec![Span::raw(" ".repeat(label))];
    for face in faces {
        spans.push(Span::styled(" ".repeat(tile.width - 1), face.style));
        spans.push(Span::raw(" "));
    }
    Line::from(spans)
}

/// The row of a large tile that has the page's number.
fn second_row(face: &Face, page: usize, tile: Tile) -> Vec<Span<'static>> {
    let text = format!("{page:^inner$}", inner = tile.width - 1);
    vec![Span::styled(text, face.style), Span::raw(" ")]
}

/// Marks of growing height, for a tile of several pages.
const HEIGHTS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// What the pages of one tile look like together: their state when they agree; else how many are present, by height.
fn face(states: &[PageState], fresh: &[Freshness], palette: Palette) -> Face {
    let newest = fresh.iter().copied().max().unwrap_or_default();
    let first = states.first().copied().unwrap_or(PageState::Absent);
    if states.iter().all(|state| *state == first) {
        let (mark, style) = palette.page(first, newest);
        return Face { mark, style };
    }
    let mut counts = [0_usize; PageState::ALL.len()];
    for state in states {
        counts[*state as usize] += 1;
    }
    let absent = std::mem::take(&mut counts[PageState::Absent as usize]);
    let numbered = PageState::ALL.into_iter().zip(counts);
    let common = numbered.max_by_key(|(_, count)| *count);
    let (_, style) = palette.page(common.map_or(first, |(state, _)| state), newest);
    let level = (states.len() - absent) * HEIGHTS.len() / (states.len() + 1);
    let mark = HEIGHTS[level.min(HEIGHTS.len() - 1)];
    Face { mark, style }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(counts: &[usize], tile: Tile, width: usize) -> usize {
        let rows = counts.iter().map(|count| tile.block_rows(*count, width));
        rows.sum()
    }

    fn chosen(counts: &[usize], width: usize, room: usize) -> Tile {
        let per_cell = |tile: Tile| {
            let each = counts.iter().map(|count| tile.per_cell(*count, width));
            each.max().unwrap_or(1)
        };
        choose(room, |tile| total(counts, tile, width), per_cell)
    }

    #[test]
    fn few_pages_are_drawn_large_and_many_share_a_tile() {
        let table = [
            // pages, width, room -> tile width, pages a tile
            (vec![16], 41, 9, 4, 1),
            (vec![16], 19, 9, 4, 1),
            (vec![16], 60, 14, 6, 1),
            (vec![512], 60, 14, 1, 2),
            (vec![16384], 60, 14, 1, 64),
            (vec![16384], 19, 9, 1, 512),
            (vec![16, 16, 16], 41, 9, 2, 1),
        ];
        for (counts, width, room, across, per_cell) in table {
            let tile = chosen(&counts, width, room);
            assert_eq!(tile.width, across, "{counts:?} in {width}x{room}");
            assert_eq!(
                tile.per_cell(counts[0], width),
                per_cell,
                "{counts:?} in {width}x{room}"
            );
            assert!(
                total(&counts, tile, width) <= room,
                "{counts:?} in {width}x{room}"
            );
        }
    }

    #[test]
    fn no_size_is_too_small_and_no_mapping_too_large() {
        for width in 0..40 {
            for room in 0..12 {
                for count in [0, 1, 3, 100, 1 << 14] {
                    let tile = chosen(&[count], width, room);
                    let states = vec![PageState::Absent; count];
                    let fresh = vec![Freshness::Old; count];
                    let lines = cells(
                        tile,
                        (&states, &fresh),
                        None,
                        (width, Palette::of(crate::app::Theme::Mono)),
                    );
                    assert!(lines.len() <= MOST_ROWS * 3);
                }
            }
        }
    }

    #[test]
    fn a_tile_of_many_pages_shows_how_many_are_present() {
        let palette = Palette::of(crate::app::Theme::Mono);
        let mut states = vec![PageState::Absent; 8];
        let fresh = vec![Freshness::Old; 8];
        assert_eq!(face(&states, &fresh, palette).mark, "·");
        states[..2].fill(PageState::Private);
        assert_eq!(face(&states, &fresh, palette).mark, "▂");
        states[..7].fill(PageState::Private);
        assert_eq!(face(&states, &fresh, palette).mark, "▇");
        states.fill(PageState::Private);
        assert_eq!(face(&states, &fresh, palette).mark, "■");
    }

    #[test]
    fn what_stands_below_a_tile_is_in_its_column_at_every_size() {
        let palette = Palette::of(crate::app::Theme::Mono);
        let states = vec![PageState::Private; 40];
        let fresh = vec![Freshness::Old; 40];
        let below = |pages: std::ops::Range<usize>| {
            let style = Style::new();
            (pages.start < 36).then_some(Face { mark: "x", style })
        };
        for width in [12, 19, 41, 60, 100] {
            for (across, height) in SHAPES {
                let tile = Tile {
                    width: across,
                    height,
                    rows: 3,
                };
                let tile = tile.with_gap();
                let lines = cells(tile, (&states, &fresh), Some(&below), (width, palette));
                let text: Vec<String> = lines.iter().map(ToString::to_string).collect();
                let columns = |row: &str, mark: char| -> Vec<usize> {
                    let cells = row.chars().enumerate();
                    cells
                        .filter(|cell| cell.1 == mark)
                        .map(|cell| cell.0)
                        .collect()
                };
                let marks = text.iter().filter(|row| row.contains('■'));
                let gaps = text.iter().filter(|row| row.trim_start().starts_with('c'));
                let (marks, gaps): (Vec<_>, Vec<_>) = (marks.collect(), gaps.collect());
                assert_eq!(marks.len(), gaps.len(), "{text:?}");
                let per_cell = tile.per_cell(40, width);
                let of_row = tile.across(40, width) * per_cell;
                for (row, (mark, gap)) in marks.iter().zip(gaps).enumerate() {
                    let known = 36usize.saturating_sub(row * of_row).div_ceil(per_cell);
                    let mut above = columns(mark, '■');
                    above.truncate(known);
                    assert_eq!(columns(gap, 'x'), above, "{mark}\n{gap}");
                }
            }
        }
    }
}
