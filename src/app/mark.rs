//! A moment that is marked, and how the one on the screen differs from it.

use super::account::Account;
use super::names::Name;
use super::take::Take;
use crate::mem::{Addr, PageSize, Process, Range, Reading};
use crate::observe::{self, compare::Difference};
use crate::session::Moment;
use std::sync::Arc;

/// The most lines that are named as having changed a page.
const MOST_CHANGES: usize = 4;

/// A moment to compare with.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Its index.
    pub index: usize,
    /// It.
    pub moment: Arc<Moment>,
    /// What had added up in it.
    pub account: Account,
}

/// How the moment on the screen differs from the marked one.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Index of the moment on the screen.
    pub shown: usize,
    /// From the marked moment to the one shown, whichever was first.
    pub differences: Vec<Difference>,
}

impl Mark {
    /// Compares the moment `shown` with this one.
    pub(super) fn compare(&self, take: &Take, shown: usize) -> Option<Comparison> {
        let moment = take.moment().filter(|_| shown != self.index)?;
        let here = &take.account().names;
        let there = &self.account.names;
        let name = |process: Process, range: Range| {
            let at_start = |name: &&Name| name.address == range.start && name.is_known_to(process);
            let found = here.iter().chain(there).find(at_start);
            found.map(|name| name.name.clone())
        };
        let page_size = take.timeline.page_bytes().and_then(PageSize::new);
        let differences =
            observe::differences(&self.moment.snapshots, &moment.snapshots, page_size, &name);
        Some(Comparison { shown, differences })
    }
}

/// The moments between two whose lines changed a page, the last ones first; and why there may be more, where there may.
pub fn changes_of(
    take: &Take,
    (first, last): (usize, usize),
    (process, address): (Process, Addr),
) -> (Vec<usize>, Option<String>) {
    let mut changes = Vec::new();
    let mut at = last;
    loop {
        match take.timeline.since(at, process, address) {
            Reading::Known(since) if since <= first => return (changes, None),
            Reading::Known(_) if changes.len() == MOST_CHANGES => {
                return (changes, Some("earlier ones".to_owned()));
            }
            Reading::Known(since) => {
                changes.push(since);
                at = since - 1;
            }
            // Where no mapping is, none of its lines is told: the mapping itself is a difference.
            Reading::Unknown(_) if !changes.is_empty() => return (changes, None),
            Reading::Unknown(why) => return (changes, Some(why)),
        }
    }
}
