//! Numbers, characters and strings: from their text to their values, C17 6.4.4 and 6.4.5.

use super::Parsed;
use crate::c::types::{Rank, Type};
use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// The value and type of a number.
pub(super) fn number(text: &str, span: Range<usize>) -> Parsed<(i64, Type)> {
    let lower = text.to_ascii_lowercase();
    let hexadecimal = lower.starts_with("0x");
    if lower.contains('.') || (!hexadecimal && lower.contains('e')) {
        return Err(
            Diagnostic::new(span, "there are no floating-point numbers here")
                .help("use integers: page sizes, counts and addresses are all whole numbers"),
        );
    }
    let (radix, digits) = if let Some(rest) = lower.strip_prefix("0x") {
        (16, rest)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (2, rest)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, &lower[1..])
    } else {
        (10, lower.as_str())
    };
    let suffix_start = digits.find(['u', 'l']).unwrap_or(digits.len());
    let (digits, suffix) = digits.split_at(suffix_start);
    let (unsigned, least) = match suffix {
        "" => (false, Rank::Int),
        "u" => (true, Rank::Int),
        "l" => (false, Rank::Long),
        "ul" | "lu" => (true, Rank::Long),
        "ll" => (false, Rank::LongLong),
        "ull" | "llu" => (true, Rank::LongLong),
        _ => return Err(malformed(text, span)),
    };
    // `08` and `0u`: no digits after the leading zero is zero, an 8 there is a mistake.
    let value = match digits {
        "" if radix == 8 => 0,
        digits => match u64::from_str_radix(digits, radix) {
            Ok(value) => value,
            Err(error) if *error.kind() == std::num::IntErrorKind::PosOverflow => {
                return Err(Diagnostic::new(
                    span,
                    format!("`{text}` does not fit in 64 bits"),
                ));
            }
            Err(_) => return Err(malformed(text, span)),
        },
    };
    let rank = number_rank(value, least, unsigned, radix == 10).ok_or_else(|| {
        Diagnostic::new(span, format!("`{text}` does not fit in a long"))
            .help(format!("write `{text}UL`"))
    })?;
    Ok((value as i64, Type::integer(rank)))
}

/// The first type of C's list that holds the value: unsigned ones only for `u` and for numbers not in decimal.
fn number_rank(value: u64, least: Rank, unsigned: bool, decimal: bool) -> Option<Rank> {
    let order = [
        (Rank::Int, i32::MAX as u64),
        (Rank::UnsignedInt, u64::from(u32::MAX)),
        (Rank::Long, i64::MAX as u64),
        (Rank::UnsignedLong, u64::MAX),
        (Rank::LongLong, i64::MAX as u64),
        (Rank::UnsignedLongLong, u64::MAX),
    ];
    order.into_iter().find_map(|(rank, most)| {
        let wanted = if rank.signed() {
            !unsigned
        } else {
            unsigned || !decimal
        };
        (wanted && rank >= least && value <= most).then_some(rank)
    })
}

fn malformed(text: &str, span: Range<usize>) -> Diagnostic {
    Diagnostic::new(span, format!("`{text}` is not a number of C"))
        .help("numbers look like 4096, 0x1000, 010 (octal), 16UL")
}

/// The value of a character literal, as the `int` that C makes of it.
pub(super) fn character(text: &str, span: Range<usize>) -> Parsed<i64> {
    let bytes = unescape(text, span.clone())?;
    match bytes.as_slice() {
        [byte] => Ok(Rank::Char.wrap(i64::from(*byte))),
        [] => Err(Diagnostic::new(
            span,
            "there is no character between the quotes",
        )),
        _ => Err(
            Diagnostic::new(span, "more than one byte between the quotes")
                .help("a character is one byte; text stands in double quotes: \"text\""),
        ),
    }
}

/// The bytes between the quotes of a string or character literal.
pub(super) fn unescape(text: &str, span: Range<usize>) -> Parsed<Vec<u8>> {
    let inside = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let (byte, length) = escape(&rest[at + 1..]).ok_or_else(|| {
            let start = span.start + 1 + (inside.len() - rest.len()) + at;
            Diagnostic::new(start..start + 2, "this escape is not known")
                .help("escapes are \\n \\t \\r \\0 \\\\ \\' \\\" \\a \\b \\f \\v \\e, \\x41 and octal \\101")
        })?;
        bytes.push(byte);
        rest = &rest[at + 1 + length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

/// The byte of an escape, given what follows the backslash, and how much of that it takes.
fn escape(rest: &str) -> Option<(u8, usize)> {
    let first = rest.chars().next()?;
    let simple = |byte| Some((byte, 1));
    match first {
        'n' => simple(b'\n'),
        't' => simple(b'\t'),
        'r' => simple(b'\r'),
        'a' => simple(7),
        'b' => simple(8),
        'v' => simple(11),
        'f' => simple(12),
        'e' => simple(27),
        '\\' | '\'' | '"' | '?' => simple(first as u8),
        'x' => {
            let digits = rest[1..]
                .find(|c: char| !c.is_ascii_hexdigit())
                .unwrap_or(rest.len() - 1);
            let byte = u8::from_str_radix(&rest[1..=digits], 16).ok()?;
            Some((byte, digits + 1))
        }
        '0'..='7' => {
            let digits = rest
                .bytes()
                .take(3)
                .take_while(|b| (b'0'..=b'7').contains(b))
                .count();
            Some((u8::from_str_radix(&rest[..digits], 8).ok()?, digits))
        }
        _ => None,
    }
}

/// The mistake of a token that is no C.
pub(super) fn broken(text: &str, span: Range<usize>) -> Diagnostic {
    let opening = span.start..span.start + 1;
    match text.as_bytes().first() {
        Some(b'"') => Diagnostic::new(opening, "this string does not end on its line")
            .help("close it with `\"`; write `\\n` for a new line"),
        Some(b'\'') => Diagnostic::new(opening, "this character does not end on its line")
            .help("close it with `'`"),
        Some(b'/') => Diagnostic::new(span.start..span.start + 2, "this comment has no end")
            .help("close it with `*/`"),
        _ => Diagnostic::new(span, format!("`{text}` does not belong in C")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_type_that_c_gives_them() {
        let table = [
            ("0", 0, "int"),
            ("010", 8, "int"),
            ("0b101", 5, "int"),
            ("2147483647", 2_147_483_647, "int"),
            ("2147483648", 2_147_483_648, "long"),
            ("0x80000000", 0x8000_0000, "unsigned int"),
            ("0xffffffffffffffff", -1, "unsigned long"),
            ("1u", 1, "unsigned int"),
            ("5000000000U", 5_000_000_000, "unsigned long"),
            ("1UL", 1, "unsigned long"),
            ("1ll", 1, "long long"),
        ];
        for (text, value, of) in table {
            let (word, ty) = number(text, 0..text.len()).unwrap();
            assert_eq!((word, ty.to_string().as_str()), (value, of), "{text}");
        }
        for text in [
            "08",
            "1.5",
            "1e3",
            "0x",
            "12abc",
            "99999999999999999999",
            "9223372036854775808",
        ] {
            assert!(number(text, 0..text.len()).is_err(), "{text}");
        }
    }

    #[test]
    fn escapes_become_bytes() {
        let table: &[(&str, &[u8])] = &[
            (r#""a\n\t""#, b"a\n\t"),
            (r#""\0""#, &[0]),
            (r#""\x41\101B""#, b"AAB"),
            (r#""\\\"""#, b"\\\""),
            (r#""é""#, "é".as_bytes()),
        ];
        for (text, bytes) in table {
            assert_eq!(unescape(text, 0..text.len()).unwrap(), *bytes);
        }
        assert_eq!(unescape(r#""ab\q""#, 0..6).unwrap_err().span, 3..5);
    }
}
