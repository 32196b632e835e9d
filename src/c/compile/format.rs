//! `printf`, taken apart: the format must be known beforehand, its conversions are checked as -Wformat does.

use super::convert::convert;
use super::node::{Node, Piece, Value};
use super::{Checked, Compiler};
use crate::bytecode::{Conversion, Field, MAX_FIELD};
use crate::c::ast::{Expression, ExpressionKind};
use crate::c::builtins::Function;
use crate::c::types::{Kind, Rank, Type};
use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// One conversion of a format.
struct Wanted {
    field: Field,
    /// `l`, `z`, … as written.
    length: String,
    letter: char,
}

/// A part of a format.
enum Part {
    Text(Vec<u8>),
    Conversion(Wanted),
}

impl Compiler<'_> {
    /// `printf(format, …)`
    pub(super) fn printf(
        &mut self,
        function: &Function,
        arguments: &[Expression],
        span: &Range<usize>,
    ) -> Checked<Value> {
        let Some((format, rest)) = arguments.split_first() else {
            return Err(
                Diagnostic::new(span.clone(), "`printf` needs a format").help(function.prototype)
            );
        };
        let ExpressionKind::Text(bytes) = &format.kind else {
            return Err(Diagnostic::new(
                format.span.clone(),
                "the format must be a string literal",
            )
            .help("write `printf(\"%s\", s)`"));
        };
        let parts = split(bytes, &format.span)?;
        let wanted = parts
            .iter()
            .filter(|part| matches!(part, Part::Conversion(_)))
            .count();
        if wanted != rest.len() {
            let message = format!(
                "the format has {wanted} conversions, but {} values follow",
                rest.len()
            );
            return Err(Diagnostic::new(span.clone(), message));
        }
        let mut rest = rest.iter();
        let (mut values, mut pieces) = (Vec::new(), Vec::new());
        for part in parts {
            match (part, rest.len()) {
                (Part::Text(text), _) => {
                    let offset = self.literal(&text, &format.span)?;
                    pieces.push(Piece::Literal(offset, text.len() as u32));
                }
                (Part::Conversion(wanted), _) => {
                    let Some(argument) = rest.next() else { break };
                    let value = self.value(argument)?;
                    let slot = self.slot(span)?;
                    pieces.push(piece(&wanted, &value, slot)?);
                    values.push((promote(value), slot));
                }
            }
        }
        Ok(printed(values, pieces, span))
    }

    /// `puts(s)`: the string and a newline.
    pub(super) fn puts(
        &mut self,
        function: &Function,
        arguments: &[Expression],
        span: &Range<usize>,
    ) -> Checked<Value> {
        let values = self.arguments(function, arguments, span)?;
        let slot = self.slot(span)?;
        let newline = self.literal(b"\n", span)?;
        let pieces = vec![
            Piece::Text(slot, Field::default()),
            Piece::Literal(newline, 1),
        ];
        let values = values.into_iter().map(|value| (value, slot)).collect();
        Ok(printed(values, pieces, span))
    }

    /// Room in the frame where an argument waits until it is printed.
    fn slot(&mut self, span: &Range<usize>) -> Checked<u32> {
        self.scope
            .reserve(8, 8)
            .ok_or_else(|| Diagnostic::new(span.clone(), "there is no room left for variables"))
    }
}

fn printed(values: Vec<(Value, u32)>, pieces: Vec<Piece>, span: &Range<usize>) -> Value {
    Value {
        of: Type::INT,
        span: span.clone(),
        node: Node::Print(values, pieces),
    }
}

/// An argument as variadic functions get it.
fn promote(value: Value) -> Value {
    match value.of.rank() {
        Some(rank) if rank < Rank::Int => convert(value, &Type::INT),
        _ => value,
    }
}

/// How a value is printed by a conversion, if it may be.
fn piece(wanted: &Wanted, value: &Value, slot: u32) -> Checked<Piece> {
    let mismatch = |fits: &str| {
        let message = format!(
            "`%{}{}` prints {fits}, not `{}`",
            wanted.length, wanted.letter, value.of
        );
        let error = Diagnostic::new(value.span.clone(), message);
        match suggestion(&value.of) {
            Some(format) => error.help(format!("use `{format}`")),
            None => error,
        }
    };
    if wanted.letter == 's' {
        let is_char = |of: &Type| {
            of.rank()
                .is_some_and(|rank| rank.width() == 1 && rank != Rank::Bool)
        };
        return match value.of.pointee() {
            Some(pointee) if is_char(pointee) => Ok(Piece::Text(slot, wanted.field)),
            _ => Err(mismatch("a string")),
        };
    }
    if wanted.letter == 'p' {
        return match value.of.kind {
            Kind::Pointer(_) => Ok(Piece::Word(
                slot,
                Conversion::Pointer,
                wanted.field,
                (8, false),
            )),
            _ => Err(mismatch("an address")),
        };
    }
    let (conversion, signed) = match wanted.letter {
        'd' | 'i' => (Conversion::Signed, true),
        'u' => (Conversion::Unsigned, false),
        'x' => (Conversion::Hex, false),
        'X' => (Conversion::UpperHex, false),
        'o' => (Conversion::Octal, false),
        _ => (Conversion::Char, false),
    };
    let (name, rank, printed_width) = match (wanted.letter, wanted.length.as_str()) {
        ('c', _) | (_, "") => ("an int", Rank::Int, 4),
        (_, "hh") => ("a char", Rank::Int, 1),
        (_, "h") => ("a short", Rank::Int, 2),
        (_, "ll") => ("a long long", Rank::LongLong, 8),
        (_, "z") => ("a size_t", Rank::Long, 8),
        _ => ("a long", Rank::Long, 8),
    };
    let given = value.of.rank().map(Rank::promoted);
    let unsigned = match rank {
        Rank::Int => Rank::UnsignedInt,
        Rank::Long => Rank::UnsignedLong,
        _ => Rank::UnsignedLongLong,
    };
    if given != Some(rank) && given != Some(unsigned) {
        return Err(mismatch(name));
    }
    Ok(Piece::Word(
        slot,
        conversion,
        wanted.field,
        (printed_width, signed),
    ))
}

/// The conversion for a type.
fn suggestion(of: &Type) -> Option<&'static str> {
    match &of.kind {
        Kind::Int(integer) => Some(match (integer.alias, integer.rank.promoted()) {
            (Some("size_t"), _) => "%zu",
            (Some("ssize_t"), _) => "%zd",
            (_, Rank::Int) => "%d",
            (_, Rank::UnsignedInt) => "%u",
            (_, Rank::Long) => "%ld",
            (_, Rank::UnsignedLong) => "%lu",
            (_, Rank::LongLong) => "%lld",
            _ => "%llu",
        }),
        Kind::Pointer(pointee) if pointee.rank() == Some(Rank::Char) => Some("%s` or `%p"),
        Kind::Pointer(_) => Some("%p"),
        _ => None,
    }
}

/// Takes a format apart.
fn split(format: &[u8], span: &Range<usize>) -> Checked<Vec<Part>> {
    let mut parts = Vec::new();
    let mut text = Vec::new();
    let mut rest = format;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            text.push(byte);
        } else if let Some(after) = rest.strip_prefix(b"%") {
            text.push(b'%');
            rest = after;
        } else {
            let (wanted, length) = conversion(rest).map_err(|why| Diagnostic::new(span.clone(), why)
                .help("conversions are %d %i %u %x %X %o %c %s %p %%, with l, ll, z, h, hh, a width and a precision"))?;
            rest = &rest[length..];
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            parts.push(Part::Conversion(wanted));
        }
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(parts)
}

/// Reads a conversion after its `%`; gives it and its length.
fn conversion(bytes: &[u8]) -> Result<(Wanted, usize), String> {
    let mut at = 0;
    let mut field = Field::default();
    while let Some(&flag) = bytes.get(at) {
        match flag {
            b'-' => field.left = true,
            b'0' => field.zeros = true,
            b'+' => field.plus = true,
            b' ' => field.space = true,
            b'#' => field.alternate = true,
            _ => break,
        }
        at += 1;
    }
    field.width = digits(bytes, &mut at)?.unwrap_or(0);
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        field.precision = Some(digits(bytes, &mut at)?.unwrap_or(0));
    }
    let start = at;
    while matches!(bytes.get(at), Some(b'l' | b'h' | b'z')) {
        at += 1;
    }
    let length = String::from_utf8_lossy(&bytes[start..at]).into_owned();
    let letter = bytes.get(at).copied().map_or('\0', char::from);
    let lengths: &[&str] = match letter {
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' => &["", "l", "ll", "z", "h", "hh"],
        'c' | 's' | 'p' => &[""],
        '\0' => return Err("the format ends after `%`; a percent sign is written `%%`".to_owned()),
        '*' => return Err("a width in an argument, `*`, is not known here".to_owned()),
        'f' | 'g' | 'e' => return Err("there are no floating-point numbers here".to_owned()),
        _ => &[],
    };
    if !lengths.contains(&length.as_str()) {
        return Err(format!(
            "`%{length}{letter}` is not a conversion known here"
        ));
    }
    Ok((
        Wanted {
            field,
            length,
            letter,
        },
        at + 1,
    ))
}

/// A number in a format.
fn digits(bytes: &[u8], at: &mut usize) -> Result<Option<u16>, String> {
    let mut number = None;
    while let Some(digit @ b'0'..=b'9') = bytes.get(*at) {
        let next = number.unwrap_or(0_u16) * 10 + u16::from(digit - b'0');
        if next > MAX_FIELD {
            return Err(format!("a field is at most {MAX_FIELD} wide"));
        }
        number = Some(next);
        *at += 1;
    }
    Ok(number)
}
