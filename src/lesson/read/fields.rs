//! A TOML table taken apart key by key, so that every mistake in it is told and not only the first.

use crate::c::suggest::nearest;
use crate::diagnostic::Diagnostic;
use crate::lesson::visible::visible_line;
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
    pub(super) fn required<T: DeserializeOwned>(
        &mut self,
        key: &'static str,
    ) -> Option<(T, Range<usize>)> {
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
    pub(super) fn optional<T: DeserializeOwned>(
        &mut self,
        key: &'static str,
    ) -> Option<(T, Range<usize>)> {
        let (value, place) = self.raw(key)?;
        match T::deserialize(ValueDeserializer::from(value)) {
            Ok(value) => Some((value, place)),
            Err(error) => {
                let mistake = mistake(&error, place, self.offset);
                self.mistakes.push(Diagnostic {
                    message: format!("`{key}`: {}", mistake.message),
                    ..mistake
                });
                None
            }
        }
    }

    /// Takes a key that may be left out, or the value it then has.
    pub(super) fn or_default<T: DeserializeOwned + Default>(&mut self, key: &'static str) -> T {
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

/// A mistake as the TOML reader tells it; `place` where it tells none.
pub(super) fn mistake(error: &toml::de::Error, place: Range<usize>, offset: usize) -> Diagnostic {
    let span = error
        .span()
        .map_or(place, |span| span.start + offset..span.end + offset);
    Diagnostic::new(span, visible_line(error.message()))
}
