//! Markdown to [`Lesson`]: the shape of the file, section by section. Every mistake is told, in order, with its place.
//!
//! The format is described for authors in `lessons/README.md`. Nothing here knows the meaning of a line of C: that is
//! `check`'s. Limits keep a hostile file from costing more than a moment.

mod code;
mod fence;
mod fields;
mod front;
mod markdown;
mod options;
mod predict;
mod step;

use code::statements;

use super::model::{Code, Front, Lesson, Options, Part, Prose, Section, Step, Who};
use super::visible::{is_hidden, visible_line};
use crate::diagnostic::Diagnostic;
use markdown::{Element, Heading, Piece};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// The longest lesson that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
/// The most mistakes told of one file.
const MAX_MISTAKES: usize = 50;

/// A file that is no lesson, with all that is needed to say why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The file's name as diagnostics say it.
    pub file: String,
    /// The text that the diagnostics point into; empty where the file could not be read.
    pub source: String,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// How far it was looked at.
    pub reached: Reached,
}

/// How far a file was looked at when something in it was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// It could not be read: there is no text to point into.
    Nothing,
    /// Its text is malformed: what its code and its rules mean was not looked at.
    Form,
    /// All of it.
    Meaning,
}

impl Broken {
    /// One `file:line:col: error: message` a mistake.
    pub fn lines(&self) -> Vec<String> {
        let line = |diagnostic: &Diagnostic| match self.reached {
            Reached::Nothing => diagnostic.unplaced_line(&self.file),
            Reached::Form | Reached::Meaning => diagnostic.line(&self.file, &self.source),
        };
        self.diagnostics.iter().map(line).collect()
    }

    /// As rustc says it: source lines with carets, and help.
    pub fn render(&self, colour: bool) -> String {
        let shown = |diagnostic: &Diagnostic| match self.reached {
            Reached::Nothing => diagnostic.render_unplaced(&self.file, colour),
            Reached::Form | Reached::Meaning => diagnostic.render(&self.file, &self.source, colour),
        };
        let each: Vec<String> = self.diagnostics.iter().map(shown).collect();
        each.join("\n\n")
    }
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.lines().join("\n"))
    }
}

impl std::error::Error for Broken {}

/// Reads a lesson. `file` is its name for diagnostics and gives the id: `lessons/06-fork.md` is `06-fork`.
pub fn read(file: &str, source: &str) -> Result<Lesson, Vec<Diagnostic>> {
    if source.len() > MAX_BYTES {
        return Err(vec![too_long()]);
    }
    let mut mistakes = Vec::new();
    mistakes.extend(hidden_character(source));
    let front = front::read(source, &mut mistakes);
    let document = markdown::read(source, front.body, &mut mistakes);
    let (intro, sections) = split(document, &mut mistakes);
    let mut lesson = assemble(source, intro, sections, &mut mistakes);
    if lesson.steps.is_empty() {
        mistakes.push(
            Diagnostic::new(last_line(source), "this lesson has no step")
                .help("a step is a heading `## Title` with a fence ```c below it"),
        );
    }
    match front.front {
        Some(front) if mistakes.is_empty() => {
            lesson.front = front;
            lesson.id = id(file);
            lesson.file = visible_line(file);
            Ok(lesson)
        }
        _ => Err(in_order(mistakes)),
    }
}

/// Reads the front matter only: what a list of lessons says.
pub(super) fn front(file: &str, source: &str) -> Result<Front, Broken> {
    let mut mistakes = Vec::new();
    front::read(source, &mut mistakes)
        .front
        .ok_or_else(|| Broken {
            file: visible_line(file),
            source: source.to_owned(),
            diagnostics: in_order(mistakes),
            reached: Reached::Form,
        })
}

/// Reads a lesson from bytes that may not be UTF-8.
pub fn read_bytes(file: &str, bytes: &[u8]) -> Result<Lesson, Broken> {
    let source = text(file, bytes)?;
    read(file, source).map_err(|mistakes| malformed(file, source, mistakes))
}

/// Reads a file of C statements as a lesson of one step, without predictions and expectations.
pub fn read_c(file: &str, bytes: &[u8]) -> Result<Lesson, Broken> {
    let source = text(file, bytes)?;
    let mut mistakes: Vec<_> = hidden_character(source).into_iter().collect();
    let code = match statements(source, 0..source.len()) {
        Ok(statements) => Code {
            who: Who::Main,
            race: None,
            text: 0..source.len(),
            statements,
        },
        Err(mistake) => {
            mistakes.push(mistake);
            return Err(malformed(file, source, in_order(mistakes)));
        }
    };
    if code.statements.is_empty() {
        mistakes.push(Diagnostic::new(0..0, "there is no statement in this file"));
    }
    if !mistakes.is_empty() {
        return Err(malformed(file, source, in_order(mistakes)));
    }
    let name = Path::new(file).file_name().unwrap_or_default();
    let title = visible_line(&name.to_string_lossy());
    Ok(Lesson {
        id: id(file),
        file: visible_line(file),
        source: Arc::from(source),
        front: Front {
            title: title.clone(),
            minutes: 1,
            ..front::nothing()
        },
        intro: Prose::default(),
        steps: vec![Step {
            title,
            options: Options::default(),
            parts: vec![Part::Code(code)],
            explanation: Prose::default(),
            notes: Prose::default(),
            span: 0..0,
        }],
        closing: Vec::new(),
    })
}

/// A file whose text is malformed.
fn malformed(file: &str, source: &str, diagnostics: Vec<Diagnostic>) -> Broken {
    Broken {
        file: visible_line(file),
        source: source.to_owned(),
        diagnostics,
        reached: Reached::Form,
    }
}

/// The text that bytes are, or what is wrong with them, with as much of the text as can be shown.
fn text<'b>(file: &str, bytes: &'b [u8]) -> Result<&'b str, Broken> {
    if bytes.len() > MAX_BYTES {
        return Err(Broken {
            reached: Reached::Nothing,
            ..malformed(file, "", vec![too_long()])
        });
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let mistake =
            Diagnostic::new(at..at + 1, "this byte is not UTF-8").help("save the file as UTF-8");
        malformed(file, &String::from_utf8_lossy(bytes), vec![mistake])
    })
}

/// The last line that says something.
fn last_line(source: &str) -> Range<usize> {
    let text = source.trim_end();
    let start = text.rfind('\n').map_or(0, |newline| newline + 1);
    start..text.len()
}

/// The mistake of a file that is too long.
fn too_long() -> Diagnostic {
    Diagnostic::new(
        0..0,
        format!("a lesson is at most {} KiB long", MAX_BYTES / 1024),
    )
}

/// The id that a file name gives: without directories and `.md`.
pub(crate) fn id(file: &str) -> String {
    let stem = Path::new(file)
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    visible_line(&stem.unwrap_or_default())
}

/// In the order of the text, told once each, and not without end.
pub(super) fn in_order(mut mistakes: Vec<Diagnostic>) -> Vec<Diagnostic> {
    mistakes.sort_by_key(|mistake| mistake.span.start);
    mistakes.dedup();
    let all = mistakes.len();
    mistakes.truncate(MAX_MISTAKES);
    if all > MAX_MISTAKES
        && let Some(last) = mistakes.last().map(|last| last.span.clone())
    {
        let message = format!("{} more mistakes follow", all - MAX_MISTAKES);
        mistakes.push(Diagnostic::new(last, message));
    }
    mistakes
}

/// The first character of the source that would hide what the text says, or steer a terminal.
fn hidden_character(source: &str) -> Option<Diagnostic> {
    let harmless = |at: usize, c: char| match c {
        '\n' | '\t' => true,
        '\r' => source[at + 1..].starts_with('\n'),
        '\u{feff}' => at == 0,
        _ => false,
    };
    let mut found = source
        .char_indices()
        .filter(|&(at, c)| is_hidden(c) && !harmless(at, c));
    let (at, c) = found.next()?;
    let more = match found.count() {
        0 => String::new(),
        more => format!(", and {more} more like it below"),
    };
    let message = format!(
        "the character U+{:04X} is invisible or steers the terminal{more}",
        u32::from(c)
    );
    Some(Diagnostic::new(at..at + c.len_utf8(), message).help("take it out"))
}

/// A heading with what stands under it.
struct Under {
    heading: Heading,
    pieces: Vec<Piece>,
}

/// Splits the document at its `##` headings: what stands before the first, and each with what stands under it.
fn split(document: Vec<Element>, mistakes: &mut Vec<Diagnostic>) -> (Vec<Piece>, Vec<Under>) {
    let mut intro = Vec::new();
    let mut sections: Vec<Under> = Vec::new();
    for element in document {
        match (element, sections.last_mut()) {
            (Element::Heading(heading), _) => sections.push(Under {
                heading,
                pieces: Vec::new(),
            }),
            (Element::Piece(piece), Some(section)) => section.pieces.push(piece),
            (Element::Piece(Piece::Fence(fence)), None) => mistakes.push(
                Diagnostic::new(fence.info.clone(), "code before the first step")
                    .help("begin a step with a heading: `## Title`"),
            ),
            (Element::Piece(piece), None) => intro.push(piece),
        }
    }
    (intro, sections)
}

/// Steps and closing sections. Sections without code at the end are the closing.
fn assemble(
    source: &str,
    intro: Vec<Piece>,
    mut sections: Vec<Under>,
    mistakes: &mut Vec<Diagnostic>,
) -> Lesson {
    let has_fence = |section: &Under| {
        let fence = |piece: &Piece| matches!(piece, Piece::Fence(_));
        section.pieces.iter().any(fence)
    };
    let closes = |section: &Under| is_invitation(&section.heading);
    let first_closing = sections.iter().position(closes).unwrap_or_else(|| {
        let last = sections.iter().rposition(has_fence);
        last.map_or(0, |last| last + 1)
    });
    let closing = sections.split_off(first_closing);
    let (intro, intro_notes) = step::text_and_notes(intro);
    let mut steps: Vec<_> = sections
        .into_iter()
        .map(|section| step::read(source, section.heading, section.pieces, mistakes))
        .collect();
    if let Some(first) = steps.first_mut() {
        first.notes.0.splice(0..0, intro_notes.0);
    }
    let closing = closing
        .into_iter()
        .map(|section| close(section, mistakes))
        .collect();
    Lesson {
        id: String::new(),
        file: String::new(),
        source: Arc::from(source),
        front: front::nothing(),
        intro,
        steps,
        closing,
    }
}

/// Whether a heading says that what follows is for the reader to do.
fn is_invitation(heading: &Heading) -> bool {
    heading.title.to_lowercase().starts_with("try it")
}

/// A section of prose only.
fn close(section: Under, mistakes: &mut Vec<Diagnostic>) -> Section {
    for piece in &section.pieces {
        if let Piece::Fence(fence) = piece {
            mistakes.push(
                Diagnostic::new(fence.info.clone(), "nothing is run after the last step")
                    .help("to show code without running it, name the fence `text`"),
            );
        }
    }
    if let Some(options) = &section.heading.options {
        mistakes.push(Diagnostic::new(
            options.clone(),
            "options are for steps, and this section has no code",
        ));
    }
    Section {
        title: section.heading.title,
        body: step::text_and_notes(section.pieces).0,
    }
}

#[cfg(test)]
mod tests;
