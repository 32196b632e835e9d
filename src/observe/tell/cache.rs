//! Sentences of pages of files that came into the page cache, changed there, or left it.

use super::{count, pages};
use crate::observe::cause::Cause;
use crate::observe::diff::Shift;

/// `pages 84-115 of data.bin are in the page cache now: read ahead`
pub(crate) fn shift(shift: &Shift) -> String {
    let n = shift.pages.len() as u64;
    let place = format!("{} of {}", pages(&shift.pages), shift.file);
    let (are, were) = if n == 1 {
        ("is", "was")
    } else {
        ("are", "were")
    };
    match shift.cause {
        Cause::ReadAhead => format!("{place} {are} in the page cache now: read ahead"),
        Cause::Cached => format!("{place} {are} in the page cache now"),
        Cause::Dirtied => format!("{place} {are} dirty"),
        Cause::WritebackStarted => format!("{place} {are} being written back"),
        Cause::WrittenBack if n == 1 => format!("written back: {place} is clean again"),
        Cause::WrittenBack => format!(
            "written back: {} of {} are clean again",
            count(n, "page"),
            shift.file
        ),
        _ => format!("{place} {were} dropped from the page cache"),
    }
}
