//! Bytes as `hexdump -C` shows them: offset, sixteen bytes, the same as text; rows like the one before are a `*`.
//!
//! See hexdump(1). Zeros are dim, so that the eye goes to what is there.

use super::theme::Palette;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Bytes in a row.
const ROW: usize = 16;
/// Bytes that the short form shows.
const FEW: usize = 8;

/// Rows of bytes; the last has the length.
pub(super) fn rows(bytes: &[u8], palette: Palette) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut before: Option<&[u8]> = None;
    let mut is_squeezed = false;
    for (index, row) in bytes.chunks(ROW).enumerate() {
        let is_last = (index + 1) * ROW >= bytes.len();
        if before == Some(row) && !is_last {
            if !is_squeezed {
                lines.push(Line::from(Span::styled("*", palette.dim())));
            }
            is_squeezed = true;
            continue;
        }
        // As hexdump does, the last row stands there only if it differs.
        if !(before == Some(row) && is_squeezed) {
            lines.push(line(index * ROW, row, palette));
        }
        is_squeezed = false;
        before = Some(row);
    }
    let end = format!("{:04x}", bytes.len());
    lines.push(Line::from(Span::styled(end, palette.dim())));
    lines
}

fn line(offset: usize, row: &[u8], palette: Palette) -> Line<'static> {
    let mut runs = Runs(vec![Span::styled(format!("{offset:04x} "), palette.dim())]);
    for place in 0..ROW {
        if place % 8 == 0 {
            runs.push(" ", palette.text());
        }
        match row.get(place) {
            Some(byte) => runs.push(&format!("{byte:02x} "), style(*byte, palette)),
            None => runs.push("   ", palette.text()),
        }
    }
    runs.push(" |", palette.dim());
    for byte in row {
        runs.push(&text(&[*byte]), style(*byte, palette));
    }
    runs.push("|", palette.dim());
    Line::from(runs.0)
}

fn style(byte: u8, palette: Palette) -> Style {
    if byte == 0 {
        palette.dim()
    } else {
        palette.code()
    }
}

/// Spans; neighbours of one style are one.
struct Runs(Vec<Span<'static>>);

impl Runs {
    fn push(&mut self, text: &str, style: Style) {
        match self.0.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push_str(text),
            _ => self.0.push(Span::styled(text.to_owned(), style)),
        }
    }
}

/// Bytes as characters, a dot for what is none.
fn text(bytes: &[u8]) -> String {
    let visible = |byte: &u8| match byte {
        0x20..0x7f => char::from(*byte),
        _ => '.',
    };
    bytes.iter().map(visible).collect()
}

/// The first bytes that are not zero, in a few words: `0010: 78 00 00 00 00 00 00 00 |x.......|`.
pub(super) fn few(bytes: &[u8]) -> String {
    let Some(first) = bytes.iter().position(|byte| *byte != 0) else {
        return "every byte is 0".to_owned();
    };
    let from = first - first % FEW;
    let shown = &bytes[from..bytes.len().min(from + FEW)];
    let digits: Vec<String> = shown.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{from:04x}: {} |{}|", digits.join(" "), text(shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> Vec<String> {
        let palette = Palette::of(crate::app::Theme::Mono);
        let lines = rows(bytes, palette);
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn bytes_are_shown_as_hexdump_does() {
        let mut bytes = vec![0; 4096];
        bytes[..3].copy_from_slice(b"one");
        bytes[4095] = 0xff;
        assert_eq!(
            shown(&bytes),
            [
                "0000  6f 6e 65 00 00 00 00 00  00 00 00 00 00 00 00 00  |one.............|",
                "0010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|",
                "*",
                "0ff0  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 ff  |................|",
                "1000",
            ]
        );
        let zeros = shown(&[0; 64]);
        assert_eq!(zeros.len(), 3, "{zeros:?}");
        assert_eq!(zeros[1..], ["*", "0040"]);
        let two = shown(&[7; 32]);
        assert_eq!(two.len(), 3, "{two:?}");
        let short = shown(b"ab");
        assert_eq!(short[0].find('|'), Some(56));
        assert_eq!(short[1], "0002");
    }

    #[test]
    fn a_few_bytes_stand_for_a_page() {
        let mut bytes = vec![0; 64];
        assert_eq!(few(&bytes), "every byte is 0");
        bytes[0x1b] = b'x';
        assert_eq!(few(&bytes), "0018: 00 00 00 78 00 00 00 00 |...x....|");
        assert_eq!(few(&[]), "every byte is 0");
    }
}
