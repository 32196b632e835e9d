//! A TOML table taken apart key by key, so that every mistake in it is told and not only the first.

use crate::c::suggest::nearest;
use crate::diagnostic::Diagnostic;
use crate::lesson::model::Need;
use crate::lesson::visible::visible_line;
use crate::mem::Placement;
use serde::de::DeserializeOwned;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// What is left of a table; spans are those of the whole source once moved by `offset`.
pub(super) struct Fields<'t, 'm> {
    table: DeTable<'t>,
    /// Where the table stands, for keys that are missing.
    place: Range<usize>,
    offset: usize,
    known: Vec<&'static str>,
    mistakes: &'m mut Vec<Diagnostic>,
}

impl<'t, 'm> Fields<'t, 'm> {
    /// The fields of a table whose spans are `offset` bytes short of those in the source.
    pub(super) fn new(
        table: DeTable<'t>,
        place: Range<usize>,
        offset: usize,
        mistakes: &'m mut Vec<Diagnostic>,
    ) -> Self {
        Self {
            table,
            place,
            offset,
            known: Vec::new(),
            mistakes,
        }
    }

    /// Takes a key that must be there; its value with its place.
    pub(super) fn required<T: Wanted>(&mut self, key: &'static str) -> Option<(T, Range<usize>)> {
        if !self.table.contains_key(key) {
            self.known.push(key);
            let message = format!("`{key}` is missing");
            self.mistakes
                .push(Diagnostic::new(self.place.clone(), message));
            return None;
        }
        self.optional(key)
    }

    /// Takes a key that may be there; its value with its place.
    pub(super) fn optional<T: Wanted>(&mut self, key: &'static str) -> Option<(T, Range<usize>)> {
        let (value, place) = self.raw(key)?;
        let found = found(value.get_ref());
        match T::deserialize(ValueDeserializer::from(value)) {
            Ok(value) => Some((value, place)),
            Err(error) => {
                let mistake = mistake(&error, place, self.offset);
                let message = if mistake.message.starts_with("unknown variant") {
                    format!("`{key}`: {}", mistake.message)
                } else {
                    format!("`{key}` is {}{found}", T::WORDS)
                };
                self.mistakes.push(Diagnostic { message, ..mistake });
                None
            }
        }
    }

    /// Takes a key that may be left out, or the value it then has.
    pub(super) fn or_default<T: Wanted + Default>(&mut self, key: &'static str) -> T {
        self.optional(key)
            .map_or_else(T::default, |(value, _)| value)
    }

    /// Takes a key that is a table.
    pub(super) fn table(&mut self, key: &'static str) -> Option<DeTable<'t>> {
        match self.raw(key)?.0.into_inner() {
            DeValue::Table(table) => Some(table),
            _ => None,
        }
    }

    /// Where mistakes are told.
    pub(super) fn mistakes(&mut self) -> &mut Vec<Diagnostic> {
        self.mistakes
    }

    /// Takes a key that may be an array of tables: each with its place.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<(DeTable<'t>, Range<usize>)> {
        let Some((value, place)) = self.raw(key) else {
            return Vec::new();
        };
        let DeValue::Array(array) = value.into_inner() else {
            let message = format!("`{key}` is a table of its own for each: `[[{key}]]`");
            self.mistakes.push(Diagnostic::new(place, message));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in array {
            let span = item.span();
            let place = span.start + self.offset..span.end + self.offset;
            match item.into_inner() {
                DeValue::Table(table) => tables.push((table, place)),
                other => self.mistakes.push(Diagnostic::new(
                    place,
                    format!("a table was expected here, not {}", other.type_str()),
                )),
            }
        }
        tables
    }

    /// Tells the keys that nobody took.
    pub(super) fn finish(self) {
        for (key, _) in self.table {
            let span = key.span();
            let word = visible_line(key.get_ref());
            let known: Vec<String> = self.known.iter().map(|key| format!("`{key}`")).collect();
            let help = match nearest(&word, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", known.join(", ")),
            };
            self.mistakes.push(
                Diagnostic::new(span, format!("`{word}` is not known here"))
                    .moved(self.offset)
                    .help(help),
            );
        }
    }

    fn raw(&mut self, key: &'static str) -> Option<(Spanned<DeValue<'t>>, Range<usize>)> {
        self.known.push(key);
        let value = self.table.remove(key)?;
        let span = value.span();
        let place = span.start + self.offset..span.end + self.offset;
        Some((value, place))
    }
}

/// A type that a key may have.
pub(super) trait Wanted: DeserializeOwned {
    /// What it is, for an author who wrote something else.
    const WORDS: &'static str;
}

impl Wanted for String {
    const WORDS: &'static str = "text in quotes, such as `\"text\"`";
}

impl Wanted for u32 {
    const WORDS: &'static str = "a whole number from 0 up, such as `3`";
}

impl Wanted for u64 {
    const WORDS: &'static str = u32::WORDS;
}

impl Wanted for bool {
    const WORDS: &'static str = "`true` or `false`";
}

impl Wanted for Placement {
    const WORDS: &'static str = "`\"apart\"` or `\"kernel\"`";
}

impl Wanted for Vec<String> {
    const WORDS: &'static str = "a list of texts in quotes, such as `[\"X1\"]`";
}

impl Wanted for Vec<Need> {
    const WORDS: &'static str = "a list of needs in quotes, such as `[\"thp\"]`";
}

/// What was written instead, as the end of a sentence. Of a list it may be an item that is wrong.
fn found(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(_) => ", not text".into(),
        DeValue::Integer(number) => format!(", not `{}`", visible_line(number.as_str())),
        DeValue::Float(number) => format!(", not `{}`", visible_line(number.as_str())),
        DeValue::Boolean(truth) => format!(", not `{truth}`"),
        DeValue::Datetime(_) => ", not a date".into(),
        DeValue::Table(_) => ", not a table".into(),
        DeValue::Array(_) => String::new(),
    }
}

/// A mistake as the TOML reader tells it; `place` where it tells none.
pub(super) fn mistake(error: &toml::de::Error, place: Range<usize>, offset: usize) -> Diagnostic {
    let span = error
        .span()
        .map_or(place, |span| span.start + offset..span.end + offset);
    Diagnostic::new(span, visible_line(error.message()))
}
