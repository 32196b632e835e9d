//! A recording: a whole session in a file, to be looked at again on any machine.
//!
//! # The format
//!
//! Numbers are little-endian. A file begins with 12 bytes, and chunks follow:
//!
//! ```text
//! bytes  0..8   89 6d 6d 61 70 0d 0a 1a     no text, and spoilt by whoever changes line ends
//!        8..10  version of the format       1
//!       10..12  flags                       0; a reader refuses those it does not know
//! chunk         tag       4 bytes           HEAD, once and first; SAID, any number; DONE, once and last
//!               length    u32               of the data
//!               checksum  u32               CRC-32 (IEEE 802.3) of the tag and the data
//!               data
//! ```
//!
//! A chunk whose tag begins with a small letter may be passed over; any other that is not known is an error.
//!
//! `HEAD` is a [`Header`] in the wire format of postcard 1 (<https://postcard.jamesmunns.com/wire-format>): version of
//! the program, date, machine, the lesson's id, file name and source, and how many lines ran. Of the empty lab the
//! source is `None`.
//!
//! `SAID` is a `u32`, the length of what follows once it is unpacked, and that, packed as raw DEFLATE (RFC 1951). What is
//! inside is a row of entries, none of which crosses the end of its chunk: a byte that says what it is, the length of
//! its content (LEB128), and the content.
//!
//! | entry | content |
//! |---|---|
//! | 1 opened | a moment: processes were started |
//! | 2 line | a moment: a line has run |
//! | 3 graded | [`Graded`](crate::session::Graded) as postcard: the kernel's answer to a question |
//! | 4 expected | step, list of [`Expected`](crate::session::Expected), as postcard |
//! | 5 missing | step, list of sentences, as postcard: why the step cannot be shown |
//! | 6 at | [`Position`](crate::session::Position) as postcard: the next thing to happen; ends what one key led to |
//! | 7 failed | a sentence as postcard: something could not be done |
//! | 8 gone | list of process and sentence, as postcard: processes ended by themselves, and how |
//!
//! A moment is five blobs, each led by its length (LEB128): story, acts, places, pages, frames, as
//! [`codec`](crate::session::codec) has them: what it shows of the processes is the difference to the moment before it,
//! and of each `opened` to nothing.
//!
//! Left out is what only the session itself had any use for: looks at a line while it ran, what was typed and was no C,
//! the variables that a word could be completed to.
//!
//! A reader trusts nothing: every length is checked against what is there, and against [`FILE`], [`CHUNK`] and
//! [`UNPACKED`]; every place and number that the screen will use is one that the lesson has.

mod chunk;
mod entry;
mod moments;
mod sound;
#[cfg(test)]
mod tests;

use crate::lesson::{self, Lesson};
use crate::session::record::Note;
use crate::session::{Machine, Report, Timeline};
use chunk::{Chunk, Chunks};
use entry::Entry;
use moments::Before;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The version of the format that is written, and the latest that is read.
pub const VERSION: u16 = 1;
/// The longest file that is read, in bytes.
pub const FILE: u64 = 64 << 20;
/// The most that one chunk may hold once it is unpacked, in bytes.
pub const CHUNK: usize = 64 << 20;
/// The most that all chunks may hold together, in bytes.
pub const UNPACKED: u64 = 1 << 30;

/// What is known of a recording without playing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the program that made it.
    pub program: String,
    /// The day it was made: `2026-11-23`.
    pub date: String,
    /// The machine it was made on.
    pub machine: Machine,
    /// The lesson's id.
    pub lesson: String,
    /// The name of its file.
    pub file: String,
    /// Its text; `None` for the empty lab.
    pub source: Option<String>,
    /// How many lines ran.
    pub lines: u64,
}

/// Why a file cannot be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is something else.
    Foreign,
    /// It was copied as if it were text.
    LineEnds,
    /// It is of a later format.
    Newer(u16),
    /// It needs something this program does not know, and what.
    Unknown(String),
    /// It ends too early: where, and the byte at which the part begins that ends there.
    Cut {
        /// Its length.
        at: u64,
        /// Where the part begins.
        within: u64,
    },
    /// Something in it is wrong: the byte at which the part begins that it is in, and what.
    Damaged {
        /// Where the part begins.
        at: u64,
        /// What is wrong, a clause.
        what: String,
    },
    /// It is larger than anything this program writes, and in which way.
    TooLarge(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("this is no recording of mmap-tutor"),
            Self::LineEnds => f.write_str(
                "this recording was copied as if it were text, and is spoilt: copy it again, as binary",
            ),
            Self::Newer(version) => write!(
                f,
                "this recording was made by a newer mmap-tutor (format {version}; this one reads up to {VERSION})"
            ),
            Self::Unknown(what) => write!(f, "this recording has {what}, which this mmap-tutor does not know"),
            Self::Cut { at, within } => write!(
                f,
                "this recording is cut off: it ends at byte {at}, inside the part that begins at byte {within}"
            ),
            Self::Damaged { at, what } => write!(
                f,
                "this recording is damaged: in the part that begins at byte {at}, {what}"
            ),
            Self::TooLarge(what) => write!(f, "this recording is too large: {what}"),
        }
    }
}

impl std::error::Error for Unreadable {}

/// A recording as a file has it.
///
/// `chapters` are the timelines of the session with what was said, see [`Record`](crate::session::Record). A sentence
/// where it would be too large to be read again.
pub fn write<'a>(
    header: &Header,
    chapters: impl Iterator<Item = (&'a Timeline, &'a [Note])>,
) -> Result<Vec<u8>, String> {
    let mut file = chunk::beginning();
    let head = postcard::to_allocvec(header).map_err(|error| error.to_string())?;
    chunk::put(&mut file, chunk::HEAD, &head);
    let mut said = Said::new(&mut file);
    for (timeline, notes) in chapters {
        let mut before = Before::default();
        let mut moments = (0..timeline.len()).map(|index| moments::whole(timeline, index));
        let Some(first) = moments.next() else {
            continue;
        };
        said.put(entry::OPENED, &before.write(&first))?;
        for note in notes {
            match note {
                Note::Line => {
                    if let Some(moment) = moments.next() {
                        said.put(entry::LINE, &before.write(&moment))?;
                    }
                }
                note => {
                    let (kind, content) = entry::of(note).map_err(|error| error.to_string())?;
                    said.put(kind, &content)?;
                }
            }
        }
    }
    said.end()?;
    chunk::put(&mut file, chunk::DONE, &[]);
    if file.len() as u64 > FILE {
        return Err(format!("it would be larger than {} MiB", FILE >> 20));
    }
    Ok(file)
}

/// Entries on their way into chunks.
struct Said<'a> {
    file: &'a mut Vec<u8>,
    raw: Vec<u8>,
    total: u64,
}

/// A chunk is full from so many bytes on.
const FULL: usize = 1 << 20;

impl<'a> Said<'a> {
    fn new(file: &'a mut Vec<u8>) -> Self {
        Self {
            file,
            raw: Vec::new(),
            total: 0,
        }
    }

    fn put(&mut self, kind: u8, content: &[u8]) -> Result<(), String> {
        entry::put(&mut self.raw, kind, content);
        if self.raw.len() >= FULL {
            self.end()?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let raw = std::mem::take(&mut self.raw);
        self.total += raw.len() as u64;
        if raw.len() > CHUNK || self.total > UNPACKED {
            return Err("it is too long a session for a recording".to_owned());
        }
        if !raw.is_empty() {
            chunk::put(self.file, chunk::SAID, &chunk::pack(&raw));
        }
        Ok(())
    }
}

/// A recording that was read: all of it is known to be sound.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What is known of it without playing it.
    pub header: Header,
    /// The lesson it is of.
    pub lesson: Arc<Lesson>,
    file: Arc<[u8]>,
}

impl Recording {
    /// Reads a file, and plays it through once to see that nothing in it is wrong.
    pub fn read(file: &[u8]) -> Result<Self, Unreadable> {
        if file.len() as u64 > FILE {
            return Err(Unreadable::TooLarge(format!(
                "it is longer than {} MiB",
                FILE >> 20
            )));
        }
        let mut chunks = Chunks::of(file)?;
        let head = chunks.next_known(file)?;
        if head.tag != chunk::HEAD {
            return Err(head.damaged("what should tell of the whole is missing"));
        }
        let header: Header = postcard::from_bytes(head.data)
            .map_err(|_| head.damaged("what should tell of the whole cannot be understood"))?;
        let header = sound::header(header).map_err(|what| head.damaged(what))?;
        let lesson = match &header.source {
            None => Lesson::lab(),
            Some(source) => lesson::read(&header.file, source)
                .map_err(|_| head.damaged("the text that should be its lesson is none"))?,
        };
        let recording = Self {
            header,
            lesson: Arc::new(lesson),
            file: file.into(),
        };
        for report in recording.play() {
            report?;
        }
        Ok(recording)
    }

    /// All that was said, from the beginning.
    pub fn play(&self) -> Playback {
        Playback {
            lesson: Arc::clone(&self.lesson),
            file: Arc::clone(&self.file),
            chunks: Chunks::default(),
            raw: Vec::new(),
            at: 0,
            chunk: 0,
            total: 0,
            before: Before::default(),
            is_open: false,
            is_over: false,
        }
    }
}

/// A recording being played: one report after the other. Only one chunk is unpacked at a time.
#[derive(Clone, Debug)]
pub struct Playback {
    lesson: Arc<Lesson>,
    file: Arc<[u8]>,
    chunks: Chunks,
    /// What is in the chunk being played, and how much of it has been.
    raw: Vec<u8>,
    at: usize,
    /// Where that chunk begins.
    chunk: u64,
    total: u64,
    before: Before,
    is_open: bool,
    is_over: bool,
}

impl Iterator for Playback {
    type Item = Result<Report, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let next = self.report().transpose();
        self.is_over = !matches!(next, Some(Ok(_)));
        next
    }
}

impl Playback {
    fn report(&mut self) -> Result<Option<Report>, Unreadable> {
        let file = Arc::clone(&self.file);
        while self.at >= self.raw.len() {
            let chunk = self.chunks.next_known(&file)?;
            match chunk.tag {
                chunk::SAID => self.unpack(chunk)?,
                chunk::DONE => return self.chunks.end(&file).map(|()| None),
                chunk::HEAD if chunk.is_first() => {}
                _ => return Err(chunk.damaged("something stands where it should not")),
            }
        }
        let (entry, next) = Entry::read(&self.raw, self.at).map_err(|what| self.damaged(what))?;
        self.at = next;
        let report = self
            .understood(&entry)
            .map_err(|what| self.damaged(&what))?;
        Ok(Some(report))
    }

    fn unpack(&mut self, chunk: Chunk<'_>) -> Result<(), Unreadable> {
        self.chunk = chunk.at;
        self.raw = chunk.unpack()?;
        self.at = 0;
        self.total += self.raw.len() as u64;
        if self.total > UNPACKED {
            return Err(Unreadable::TooLarge(format!(
                "unpacked, it is more than {} MiB",
                UNPACKED >> 20
            )));
        }
        Ok(())
    }

    fn understood(&mut self, entry: &Entry) -> Result<Report, String> {
        if entry.kind == entry::OPENED {
            self.before = Before::default();
            self.is_open = true;
        }
        if !self.is_open {
            return Err("something is said before any process was started".to_owned());
        }
        let content = &self.raw[entry.content.clone()];
        let report = match entry.kind {
            entry::OPENED => Report::Opened(self.before.read(content)?),
            entry::LINE => Report::Line(self.before.read(content)?),
            kind => entry::report(kind, content)?,
        };
        sound::report(report, &self.lesson)
    }

    fn damaged(&self, what: &str) -> Unreadable {
        Unreadable::Damaged {
            at: self.chunk,
            what: what.to_owned(),
        }
    }
}
