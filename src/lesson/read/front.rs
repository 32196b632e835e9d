//! The front matter: TOML between two lines `+++`, as static site generators have it.

use super::fields::{Fields, mistake};
use crate::diagnostic::Diagnostic;
use crate::lesson::model::{Front, ScratchFile};
use crate::lesson::visible::visible_line;
use std::ops::Range;
use toml::de::DeTable;

/// The line before and after the front matter.
const MARK: &str = "+++";
/// The most pages a scratch file may have: 256 MiB on most machines.
const MAX_PAGES: u64 = 65_536;

/// What was found at the top of a file.
pub(super) struct Found {
    /// The front matter, unless it is so broken that there is none.
    pub(super) front: Option<Front>,
    /// Where the Markdown stands.
    pub(super) body: Range<usize>,
}

/// A front matter that says nothing.
pub(super) fn nothing() -> Front {
    Front {
        title: String::new(),
        summary: String::new(),
        minutes: 0,
        claims: Vec::new(),
        needs: Vec::new(),
        files: Vec::new(),
    }
}

/// Reads the front matter and finds where the Markdown begins.
pub(super) fn read(source: &str, mistakes: &mut Vec<Diagnostic>) -> Found {
    let top = if source.starts_with('\u{feff}') { 3 } else { 0 };
    let first = line_at(source, top);
    if source[first.clone()].trim_end() != MARK {
        let missing = Diagnostic::new(first.clone(), "a lesson begins with a line `+++`").help(
            "between it and a second `+++` stand `title = \"…\"`, `summary = \"…\"` and `minutes = 8`",
        );
        mistakes.push(missing);
        return Found {
            front: None,
            body: top..source.len(),
        };
    }
    let begin = first.end;
    let mut at = begin;
    while at < source.len() {
        let line = line_at(source, at);
        if source[line.clone()].trim_end() == MARK {
            return Found {
                front: table(source, begin..line.start, first, mistakes),
                body: line.end..source.len(),
            };
        }
        at = line.end;
    }
    mistakes.push(Diagnostic::new(
        first,
        "the front matter has no second line `+++`",
    ));
    Found {
        front: None,
        body: source.len()..source.len(),
    }
}

/// The line that begins at `at`, with its newline.
fn line_at(source: &str, at: usize) -> Range<usize> {
    let end = source[at..]
        .find('\n')
        .map_or(source.len(), |newline| at + newline + 1);
    at..end
}

/// Reads the TOML in `block`.
fn table(
    source: &str,
    block: Range<usize>,
    first_line: Range<usize>,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Front> {
    let (table, errors) = DeTable::parse_recoverable(&source[block.clone()]);
    if !errors.is_empty() {
        mistakes.extend(
            errors
                .iter()
                .map(|error| mistake(error, block.clone(), block.start)),
        );
        return None;
    }
    let before = mistakes.len();
    let place = first_line.start..first_line.start + MARK.len();
    let mut fields = Fields::new(table.into_inner(), place, block.start, mistakes);
    let title = fields.required::<String>("title");
    let summary = fields.required::<String>("summary");
    let minutes = fields.required::<u32>("minutes");
    let claims = fields.optional::<Vec<String>>("claims");
    let needs = fields.optional("needs");
    let files = fields.tables("file");
    fields.finish();
    let files = scratch_files(files, block.start, mistakes);
    for (key, text) in [("title", &title), ("summary", &summary)] {
        if let Some((text, place)) = text
            && text.trim().is_empty()
        {
            mistakes.push(Diagnostic::new(place.clone(), format!("`{key}` is empty")));
        }
    }
    if let Some((0 | 121.., place)) = &minutes {
        let message = "`minutes` is from 1 to 120";
        mistakes.push(Diagnostic::new(place.clone(), message));
    }
    if mistakes.len() > before {
        return None;
    }
    Some(Front {
        title: visible_line(&title?.0),
        summary: visible_line(&summary?.0),
        minutes: minutes?.0,
        claims: value_or_none(claims)
            .iter()
            .map(|c| visible_line(c))
            .collect(),
        needs: value_or_none(needs),
        files,
    })
}

/// The value of a key that may be left out.
fn value_or_none<T>(field: Option<(Vec<T>, Range<usize>)>) -> Vec<T> {
    field.map_or_else(Vec::new, |(value, _)| value)
}

/// The `[[file]]` tables.
fn scratch_files(
    tables: Vec<(DeTable<'_>, Range<usize>)>,
    offset: usize,
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<ScratchFile> {
    let mut files: Vec<ScratchFile> = Vec::new();
    for (table, place) in tables {
        let mut fields = Fields::new(table, place, offset, mistakes);
        let name = fields.required::<String>("name");
        let pages = fields.required::<u64>("pages");
        fields.finish();
        let (Some((name, name_place)), Some((pages, pages_place))) = (name, pages) else {
            continue;
        };
        let name = visible_line(&name);
        if name.is_empty() || name.len() > 100 || name.contains('/') || name.starts_with('.') {
            mistakes.push(
                Diagnostic::new(name_place, "a file's name is a plain name: `data.bin`")
                    .help("it is made in a scratch directory of the lesson's own"),
            );
        } else if files.iter().any(|file| file.name == name) {
            let message = format!("the file `{name}` is named twice");
            mistakes.push(Diagnostic::new(name_place, message));
        } else if pages > MAX_PAGES {
            let message = format!("`pages` is at most {MAX_PAGES}");
            mistakes.push(Diagnostic::new(pages_place, message));
        } else {
            files.push(ScratchFile { name, pages });
        }
    }
    files
}
