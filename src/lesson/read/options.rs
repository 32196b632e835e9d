//! The options behind a step's title: `{placement = "kernel", fresh = true}`, a TOML table in one line.

use super::fields::{Fields, mistake};
use crate::diagnostic::Diagnostic;
use crate::lesson::model::Options;
use crate::lesson::visible::visible_line;
use std::ops::Range;
use toml::de::DeTable;

/// The options in `source[place]`; the default ones where there are mistakes.
pub(super) fn read(source: &str, place: Range<usize>, mistakes: &mut Vec<Diagnostic>) -> Options {
    // A table needs a key in front of it to be a document; its length is taken off all places again.
    const KEY: &str = "o=";
    let document = format!("{KEY}{}", &source[place.clone()]);
    let moved = |diagnostic: Diagnostic| Diagnostic {
        span: shifted(&diagnostic.span, place.start, KEY.len()),
        ..diagnostic
    };
    let (table, errors) = DeTable::parse_recoverable(&document);
    if !errors.is_empty() {
        let all = 0..document.len();
        mistakes.extend(
            errors
                .iter()
                .map(|error| moved(mistake(error, all.clone(), 0))),
        );
        return Options::default();
    }
    let mut told = Vec::new();
    let mut outer = Fields::new(table.into_inner(), 0..0, 0, &mut told);
    let options = outer.table("o").map(|table| {
        let mut fields = Fields::new(table, 0..document.len(), 0, outer.mistakes());
        let options = Options {
            placement: fields.or_default("placement"),
            huge_pages: fields.or_default("huge_pages"),
            fresh: fields.or_default("fresh"),
            thread: fields.or_default("thread"),
            needs: fields.or_default("needs"),
            claims: fields
                .or_default::<Vec<String>>("claims")
                .iter()
                .map(|claim| visible_line(claim))
                .collect(),
        };
        fields.finish();
        options
    });
    mistakes.extend(told.into_iter().map(moved));
    options.unwrap_or_default()
}

/// A place in a document that begins `less` bytes before what stands at `start` of the source.
fn shifted(span: &Range<usize>, start: usize, less: usize) -> Range<usize> {
    let at = |offset: usize| (start + offset).saturating_sub(less).max(start);
    at(span.start)..at(span.end)
}
