//! What is inside a chunk: entries, each with its kind and its length, and the reports that they are.

use crate::mem::Process;
use crate::session::record::Note;
use crate::session::{Expected, Graded, Position, Report};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::Range;

/// Processes were started.
pub(super) const OPENED: u8 = 1;
/// A line has run.
pub(super) const LINE: u8 = 2;
const GRADED: u8 = 3;
const EXPECTED: u8 = 4;
const MISSING: u8 = 5;
const AT: u8 = 6;
const FAILED: u8 = 7;
const GONE: u8 = 8;

/// One entry of a chunk.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// What it is.
    pub(super) kind: u8,
    /// Where its content stands.
    pub(super) content: Range<usize>,
}

/// Adds an entry.
pub(super) fn put(raw: &mut Vec<u8>, kind: u8, content: &[u8]) {
    raw.push(kind);
    let mut length = content.len();
    while length >= 0x80 {
        raw.push(length as u8 | 0x80);
        length >>= 7;
    }
    raw.push(length as u8);
    raw.extend_from_slice(content);
}

impl Entry {
    /// The entry at a place, and the place behind it.
    pub(super) fn read(raw: &[u8], at: usize) -> Result<(Self, usize), &'static str> {
        let cut = "the last entry is cut off";
        let kind = *raw.get(at).ok_or(cut)?;
        let mut length = 0_usize;
        let mut place = at + 1;
        for shift in (0..35).step_by(7) {
            let byte = *raw.get(place).ok_or(cut)?;
            length |= usize::from(byte & 0x7f) << shift;
            place += 1;
            if byte < 0x80 {
                break;
            }
        }
        let end = place.checked_add(length).filter(|end| *end <= raw.len());
        let end = end.ok_or(cut)?;
        let content = place..end;
        Ok((Self { kind, content }, end))
    }
}

/// The kind and content of a note that is no moment.
pub(super) fn of(note: &Note) -> postcard::Result<(u8, Vec<u8>)> {
    fn written(value: &impl Serialize) -> postcard::Result<Vec<u8>> {
        postcard::to_allocvec(value)
    }
    Ok(match note {
        Note::Line => (LINE, Vec::new()),
        Note::Graded(graded) => (GRADED, written(graded)?),
        Note::Expected(step, expected) => (EXPECTED, written(&(step, expected))?),
        Note::Missing(step, why) => (MISSING, written(&(step, why))?),
        Note::At(position) => (AT, written(position)?),
        Note::Failed(why) => (FAILED, written(why)?),
        Note::Gone(gone) => (GONE, written(gone)?),
    })
}

/// The report that an entry without a moment is.
pub(super) fn report(kind: u8, content: &[u8]) -> Result<Report, String> {
    fn read<T: DeserializeOwned>(content: &[u8]) -> Result<T, String> {
        let all = postcard::take_from_bytes(content);
        match all {
            Ok((value, [])) => Ok(value),
            Ok(_) => Err("an entry is longer than what is in it".to_owned()),
            Err(_) => Err("an entry cannot be understood".to_owned()),
        }
    }
    Ok(match kind {
        GRADED => Report::Graded(read::<Graded>(content)?),
        EXPECTED => {
            let (step, expected) = read::<(usize, Vec<Expected>)>(content)?;
            Report::Expected { step, expected }
        }
        MISSING => {
            let (step, why) = read::<(usize, Vec<String>)>(content)?;
            Report::Missing { step, why }
        }
        AT => Report::At(read::<Position>(content)?),
        FAILED => Report::Failed(read::<String>(content)?),
        GONE => Report::Gone(read::<Vec<(Process, String)>>(content)?),
        kind => {
            return Err(format!(
                "an entry is of kind {kind}, which there is none of"
            ));
        }
    })
}
