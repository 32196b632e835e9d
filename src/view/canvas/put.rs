//! Text into cells. Most of it is a character a cell, and then nobody has to ask Unicode where one ends and how wide it is:
//! that was a quarter of the time of a frame.

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::text::Line;

/// Puts text from a place on, at most `room` cells of it; gives the column behind it. The same cells as
/// [`Buffer::set_stringn`] makes.
pub(super) fn text(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    text: &str,
    room: u16,
    style: Style,
) -> u16 {
    if !text.chars().all(is_plain) {
        return buffer.set_stringn(x, y, text, usize::from(room), style).0;
    }
    let room = buffer.area.right().saturating_sub(x).min(room);
    let columns = x..x + room;
    let mut behind = x;
    for (column, c) in columns.zip(text.chars()) {
        buffer[(column, y)].set_char(c).set_style(style);
        behind = column + 1;
    }
    behind
}

/// The same of a line: [`Buffer::set_line`].
pub(super) fn line(buffer: &mut Buffer, (x, y): (u16, u16), line: &Line<'_>, room: u16) {
    let end = x.saturating_add(room);
    let mut at = x;
    for span in line {
        if at >= end {
            break;
        }
        let style = line.style.patch(span.style);
        at = text(buffer, (at, y), &span.content, end - at, style);
    }
}

/// Whether a character takes one cell whatever stands beside it: what ASCII prints, boxes and blocks.
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~' | '─'..='▟' | '·' | '…')
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Stylize};
    use ratatui::text::Span;

    const AREA: Rect = Rect::new(0, 0, 12, 2);

    #[test]
    fn the_cells_are_those_of_ratatui() {
        let every: String = (0..=0x2600_u32)
            .filter_map(char::from_u32)
            .filter(|c| is_plain(*c))
            .collect();
        let mut texts: Vec<String> = every.chars().map(String::from).collect();
        texts.extend(
            [
                "",
                "plain",
                "much longer than a row has room for",
                "漢字 wide",
                "e\u{301} ─",
            ]
            .map(str::to_owned),
        );
        let style = Style::new().fg(Color::Red).bold();
        for words in texts {
            for (x, room) in [(0, 12), (3, 4), (10, 9), (11, 1), (12, 3), (5, 0)] {
                let (mut ours, mut theirs) = (Buffer::empty(AREA), Buffer::empty(AREA));
                let behind = text(&mut ours, (x, 1), &words, room, style);
                let (expected, _) = theirs.set_stringn(x, 1, &words, usize::from(room), style);
                assert_eq!(
                    (&ours, behind),
                    (&theirs, expected),
                    "{words:?} at {x}, {room}"
                );
            }
        }
    }

    #[test]
    fn spans_follow_one_another_as_in_ratatui() {
        let spans = [
            Span::raw("one "),
            Span::raw(""),
            "字".blue(),
            "─┊".on_red(),
            "more than fits".bold(),
        ];
        let words = Line::from_iter(spans).italic();
        for room in 0..=12 {
            let (mut ours, mut theirs) = (Buffer::empty(AREA), Buffer::empty(AREA));
            line(&mut ours, (0, 0), &words, room);
            theirs.set_line(0, 0, &words, room);
            assert_eq!(ours, theirs, "{room}");
        }
    }
}
