//! Text on its way to the screen: made safe, cut, wrapped.
//!
//! Everything that somebody else wrote (a lesson, a path in maps, what a process printed) passes [`safe`]: ratatui
//! writes escapes and bidirectional overrides to the terminal as they are.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What stands for a character that must not reach a terminal and has no picture of its own.
const REPLACED: char = '\u{fffd}';

/// `text` with every character that steers a terminal, hides, or turns the direction of writing replaced by a visible
/// one: `␛` for escape, `�` for the others. A tab becomes four spaces, a newline `␊`.
pub fn safe(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_safe) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => shown.push_str("    "),
            '\u{7f}' => shown.push('␡'),
            '\0'..='\u{1f}' => {
                shown.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or(REPLACED));
            }
            c if is_safe(c) => shown.push(c),
            _ => shown.push(REPLACED),
        }
    }
    Cow::Owned(shown)
}

/// Whether a character may reach the terminal as it is.
fn is_safe(c: char) -> bool {
    let hidden = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}');
    !c.is_control() && !hidden && c.width().is_some_and(|width| width > 0)
}

/// `text` made safe and cut to `width` cells, with `…` where something is missing.
pub fn fit(text: &str, width: usize) -> String {
    let text = safe(text);
    if text.width() <= width {
        return text.into_owned();
    }
    let mut cut = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide + 1 > width {
            break;
        }
        used += wide;
        cut.push(c);
    }
    if width > 0 {
        cut.push('…');
    }
    cut
}

/// `text` made safe and cut to `width` cells at its beginning: the end of a path says more than its start.
pub fn fit_end(text: &str, width: usize) -> String {
    let text = safe(text);
    if text.width() <= width {
        return text.into_owned();
    }
    let mut used = 1;
    let mut start = text.len();
    for (at, c) in text.char_indices().rev() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        start = at;
    }
    if width == 0 {
        return String::new();
    }
    format!("…{}", &text[start..])
}

/// Pads `text` with spaces to `width` cells.
pub fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

/// Runs of styled text, made safe and wrapped at spaces into lines of `width` cells; lines after the first are
/// indented by `indent`.
pub fn wrap(runs: &[(&str, Style)], width: usize, indent: usize) -> Vec<Line<'static>> {
    let width = width.max(1);
    let indent = if indent * 2 > width { 0 } else { indent };
    let mut writer = Writer {
        lines: Vec::new(),
        spans: Vec::new(),
        piece: String::new(),
        style: Style::new(),
        used: 0,
        width,
        indent,
    };
    let mut word = Word::default();
    let mut after_space = false;
    for (text, style) in runs {
        for c in safe(text).chars() {
            if c != ' ' && after_space {
                writer.word(&word);
                word.clear();
            }
            after_space = c == ' ';
            word.push(c, *style);
        }
    }
    writer.word(&word);
    writer.end()
}

/// What must not be torn apart: text up to and with the next spaces, its style changing where a piece ends. Code and
/// the comma behind it are one word.
#[derive(Default)]
struct Word {
    text: String,
    pieces: Vec<(usize, Style)>,
}

impl Word {
    fn push(&mut self, c: char, style: Style) {
        self.text.push(c);
        let end = self.text.len();
        match self.pieces.last_mut() {
            Some((last_end, last)) if *last == style => *last_end = end,
            _ => self.pieces.push((end, style)),
        }
    }

    /// Empties it, for the next word to be put where it was.
    fn clear(&mut self) {
        self.text.clear();
        self.pieces.clear();
    }
}

/// Lines being filled.
struct Writer {
    lines: Vec<Line<'static>>,
    /// What is finished of the last line.
    spans: Vec<Span<'static>>,
    /// What follows it in one style.
    piece: String,
    style: Style,
    used: usize,
    width: usize,
    indent: usize,
}

impl Writer {
    fn word(&mut self, word: &Word) {
        let bare = word.text.trim_end_matches(' ').width();
        let margin = if self.lines.is_empty() {
            0
        } else {
            self.indent
        };
        if self.used + bare > self.width && self.used > margin && bare > 0 {
            self.turn();
        }
        let mut start = 0;
        for (end, style) in &word.pieces {
            self.put(&word.text[start..*end], *style);
            start = *end;
        }
    }

    /// Writes a piece, torn only where it is longer than a line; spaces beyond the end of a line are dropped.
    fn put(&mut self, text: &str, style: Style) {
        if style != self.style {
            self.close();
            self.style = style;
        }
        for c in text.chars() {
            let wide = c.width().unwrap_or(0);
            if self.used + wide > self.width {
                if c == ' ' {
                    continue;
                }
                self.turn();
            }
            self.used += wide;
            self.piece.push(c);
        }
    }

    /// Ends what is in one style.
    fn close(&mut self) {
        if !self.piece.is_empty() {
            let piece = std::mem::take(&mut self.piece);
            self.spans.push(Span::styled(piece, self.style));
        }
    }

    fn turn(&mut self) {
        self.close();
        self.lines.push(Line::from(std::mem::take(&mut self.spans)));
        self.used = self.indent;
        if self.indent > 0 {
            self.spans.push(Span::raw(" ".repeat(self.indent)));
        }
    }

    fn end(mut self) -> Vec<Line<'static>> {
        self.close();
        if !self.spans.is_empty() || self.lines.is_empty() {
            self.lines.push(Line::from(self.spans));
        }
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_or_deceives_a_terminal_is_replaced_by_something_visible() {
        let table = [
            ("data.bin", "data.bin"),
            ("\u{1b}[31mred", "␛[31mred"),
            ("a\u{7}b\u{7f}", "a␇b␡"),
            ("c1\u{9b}31m", "c1�31m"),
            ("user\u{202e}nib.exe", "user�nib.exe"),
            ("zero\u{200b}width\u{feff}", "zero�width�"),
            ("e\u{301}", "e�"),
            ("two\nlines\t.", "two␊lines    ."),
            ("宽 é ✓", "宽 é ✓"),
        ];
        for (text, shown) in table {
            assert_eq!(safe(text), shown);
        }
    }

    #[test]
    fn text_is_cut_in_cells_not_characters() {
        assert_eq!(fit("宽宽宽", 5), "宽宽…");
        assert_eq!(fit("abc", 3), "abc");
        assert_eq!(fit("abcd", 3), "ab…");
        assert_eq!(fit("abcd", 0), "");
        assert_eq!(fit_end("/tmp/scratch/data.bin", 9), "…data.bin");
        assert_eq!(fit_end("宽宽宽", 4), "…宽");
        assert_eq!(fit_end("abc", 0), "");
    }

    fn wrapped(runs: &[&str], width: usize, indent: usize) -> Vec<String> {
        let runs: Vec<_> = runs.iter().map(|run| (*run, Style::new())).collect();
        let lines = wrap(&runs, width, indent);
        lines
            .iter()
            .map(|line| line.to_string().trim_end().to_owned())
            .collect()
    }

    #[test]
    fn words_are_kept_whole_and_punctuation_stays_with_its_word() {
        assert_eq!(wrapped(&["one two three"], 8, 0), ["one two", "three"]);
        assert_eq!(
            wrapped(&["see ", "mmap", ", please"], 9, 0),
            ["see mmap,", "please"]
        );
        assert_eq!(
            wrapped(&["see ", "mmap", ", please"], 8, 0),
            ["see", "mmap,", "please"]
        );
        assert_eq!(wrapped(&["abcdefghij"], 4, 0), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped(&["- one two"], 6, 2), ["- one", "  two"]);
        assert_eq!(wrapped(&[""], 4, 0), [""]);
        assert_eq!(wrapped(&["宽宽宽"], 1, 0).len(), 4);
    }

    #[test]
    fn no_line_is_wider_than_asked_for() {
        let text = "Each page that is written costs one fault, `memset` included;宽宽宽 and averyveryverylongword too.";
        for width in 2..60 {
            for indent in [0, 2, 4] {
                let lines = wrap(&[(text, Style::new())], width, indent);
                assert!(
                    lines.iter().all(|line| line.width() <= width),
                    "width {width}"
                );
            }
        }
    }
}
