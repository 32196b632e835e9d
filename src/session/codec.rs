//! A moment as bytes: its snapshots as the difference to those of another moment, its acts packed, its story in plain
//! words. What the history keeps in memory and what recordings keep on disk.
//!
//! Pure. The bytes may come from anybody: damaged ones are an error, never a panic, and nothing is made that is larger
//! than [`MOST_PAGES`] and [`MOST_FAR`] allow, whatever length is claimed. A moment has five parts, so that the history
//! can forget one and keep the others: [`Parts`].
//!
//! ```text
//! story   the line, its totals, the changes with their sentences      postcard, the 1.0 wire format
//! acts    what each process did, one by one                           acts
//! places  processes, VMAs, smaps; what of them is as it was           look, mapping
//! pages   page states, page cache: runs that differ                   runs, pages
//! frames  frame numbers: runs that differ, runs that count up or down frames
//! ```

mod acts;
mod bytes;
mod frames;
mod look;
mod mapping;
mod pages;
mod runs;
#[cfg(test)]
pub(crate) mod samples;
mod story;
#[cfg(test)]
mod tests;

pub use bytes::Damaged;

use super::moment::Moment;
use crate::mem::{Process, Range};
use crate::observe::Snapshot;
use bytes::{Reader, Writer};
use std::sync::Arc;

/// Pages that the snapshots of one moment may have together: sixteen processes of 4 GiB each, in pages of 4 KiB.
pub const MOST_PAGES: u64 = 1 << 24;
/// Pages beyond those that are read one by one, of one moment.
pub const MOST_FAR: u64 = 1 << 20;

/// Processes that a moment may have.
const MOST_PROCESSES: usize = 512;

/// A moment as bytes, part by part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The line and what changed, without acts.
    pub story: Vec<u8>,
    /// The acts of the line's outcomes.
    pub acts: Vec<u8>,
    /// Processes and VMAs.
    pub places: Vec<u8>,
    /// Page states, and the page cache's.
    pub pages: Vec<u8>,
    /// Frame numbers.
    pub frames: Vec<u8>,
}

impl Parts {
    /// Bytes of all parts together.
    pub fn bytes(&self) -> usize {
        self.story.len() + self.look_bytes() + self.acts.len()
    }

    /// Bytes of the parts that the snapshots are made of.
    pub fn look_bytes(&self) -> usize {
        self.places.len() + self.pages.len() + self.frames.len()
    }

    /// Takes over the parts that snapshots are made of.
    pub fn take_look(&mut self, look: Self) {
        (self.places, self.pages, self.frames) = (look.places, look.pages, look.frames);
    }

    /// All parts in one piece, each led by its length.
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes() + 25);
        for part in [
            &self.story,
            &self.acts,
            &self.places,
            &self.pages,
            &self.frames,
        ] {
            out.put_blob(part);
        }
        out
    }
}

/// The parts of a moment that are there. Where one was forgotten, what it told is unknown, and `why` says for what
/// reason; forgotten acts are none.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// The line and what changed.
    pub story: &'a [u8],
    /// The acts.
    pub acts: Option<&'a [u8]>,
    /// The snapshots.
    pub look: KeptLook<'a>,
}

/// The parts of a moment's snapshots that are there.
#[derive(Clone, Copy, Debug)]
pub struct KeptLook<'a> {
    /// Processes and VMAs.
    pub places: &'a [u8],
    /// Page states.
    pub pages: Option<&'a [u8]>,
    /// Frame numbers.
    pub frames: Option<&'a [u8]>,
    /// Why parts are missing, as a clause.
    pub why: &'a str,
}

impl<'a> Kept<'a> {
    /// The parts that [`Parts::pack`] put into one piece.
    pub fn unpack(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let mut reader = Reader::new(bytes);
        let kept = Self {
            story: reader.blob()?,
            acts: Some(reader.blob()?),
            look: KeptLook {
                places: reader.blob()?,
                pages: Some(reader.blob()?),
                frames: Some(reader.blob()?),
                why: "not in the file",
            },
        };
        reader.end()?;
        Ok(kept)
    }
}

/// Where pages changed, by process: what a moment's bytes were made from.
pub type Touched = Vec<(Process, Range)>;

/// A moment as bytes, its snapshots as the difference to `before`.
pub fn write(moment: &Moment, before: &[Arc<Snapshot>]) -> Parts {
    let mut parts = write_told(moment);
    parts.take_look(write_look(&moment.snapshots, before).0);
    parts
}

/// What is told of a moment, and its acts; the other parts stay empty.
pub fn write_told(moment: &Moment) -> Parts {
    Parts {
        story: story::write(moment),
        acts: acts::write(moment.ran.as_ref()),
        ..Parts::default()
    }
}

/// Snapshots as the difference to others, and where pages changed; the other parts stay empty.
pub fn write_look(now: &[Arc<Snapshot>], before: &[Arc<Snapshot>]) -> (Parts, Touched) {
    look::write(now, before)
}

/// A moment from its bytes. `before` are the snapshots that they were written against.
pub fn read(kept: &Kept<'_>, before: Vec<Snapshot>) -> Result<Moment, Damaged> {
    let snapshots = read_look(&kept.look, before)?;
    read_story(kept, snapshots.into_iter().map(Arc::new).collect())
}

/// A moment from its bytes, its snapshots already read.
pub fn read_story(kept: &Kept<'_>, snapshots: Vec<Arc<Snapshot>>) -> Result<Moment, Damaged> {
    let mut moment = story::read(kept.story)?;
    if let (Some(bytes), Some(ran)) = (kept.acts, &mut moment.ran) {
        acts::read(bytes, ran)?;
    }
    moment.snapshots = snapshots;
    Ok(moment)
}

/// Snapshots from their bytes. `before` are those that they were written against; what stays as it was is moved, not
/// copied.
pub fn read_look(kept: &KeptLook<'_>, before: Vec<Snapshot>) -> Result<Vec<Snapshot>, Damaged> {
    look::read(kept, before)
}
