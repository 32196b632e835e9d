//! Characters that a terminal obeys or that hide what a text says, made visible: control characters, bidirectional
//! overrides, zero-width characters. A lesson may come from a stranger; nothing of it may steer the reader's terminal.

use std::borrow::Cow;

/// Whether a character must not reach a screen as it is. Newlines count; tabs too.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with newlines and tabs kept, and every other hidden character replaced by a picture of it: `␛`, or
/// `U+202E` in brackets where Unicode has no picture.
pub fn visible(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| is_hidden(c) && c != '\n' && c != '\t';
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if hidden(c) {
            shown.push_str(&picture(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// The same in one line: newlines and tabs become spaces.
pub fn visible_line(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c })
        .collect();
    visible(&line).into_owned()
}

/// What stands for a hidden character.
fn picture(c: char) -> String {
    match u32::from(c) {
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}').into(),
        0x7f => "\u{2421}".into(),
        code => format!("[U+{code:04X}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_get_a_picture_and_the_rest_stays() {
        let table = [
            ("plain é ✓", "plain é ✓"),
            ("a\x1b[31mb", "a␛[31mb"),
            ("x\u{202e}y", "x[U+202E]y"),
            ("two\nlines\tand a tab", "two\nlines\tand a tab"),
            ("\u{7f}\u{9b}\u{200b}", "␡[U+009B][U+200B]"),
        ];
        for (text, shown) in table {
            assert_eq!(visible(text), shown);
        }
        assert_eq!(visible_line("a\nb\tc\r"), "a b c␍");
    }
}
