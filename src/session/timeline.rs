//! The moments of a session, in order, and what is told of each line without rebuilding its moment.
//!
//! The last moment is always at hand; any other is rebuilt when asked for. What must be had of every line at once (a
//! strip, a list of the lines, sums) stands in its [`Line`].

mod kind;
mod line;

pub use kind::Kind;
pub use line::Line;

use super::moment::Moment;
use crate::mem::{Addr, PageState, Process};
use std::sync::Arc;

/// The moment before the first line, then one a line.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    moments: Vec<Arc<Moment>>,
    lines: Vec<Line>,
    /// Places of the lines that are a lesson's own, in `lines`.
    written: Vec<usize>,
    page: Option<u64>,
}

impl Timeline {
    /// No moment at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// A session that begins with this moment.
    pub fn opened(moment: Moment) -> Self {
        let mut timeline = Self::new();
        timeline.push(moment);
        timeline
    }

    /// Adds the next moment.
    pub fn push(&mut self, moment: Moment) {
        if let Some(ran) = &moment.ran {
            if !ran.is_typed() {
                self.written.push(self.lines.len());
            }
            self.lines.push(Line::of(ran, &moment));
        }
        self.page = page_bytes(&moment).or(self.page);
        self.moments.push(Arc::new(moment));
    }

    /// How many moments there are: one more than lines have run.
    pub fn len(&self) -> usize {
        self.moments.len()
    }

    /// Whether not even the first moment is there.
    pub fn is_empty(&self) -> bool {
        self.moments.is_empty()
    }

    /// A moment, rebuilt; 0 is that before the first line. `None` where there is no such moment.
    pub fn moment(&self, index: usize) -> Option<Arc<Moment>> {
        self.moments.get(index).cloned()
    }

    /// The latest moment.
    pub fn last(&self) -> Option<&Arc<Moment>> {
        self.moments.last()
    }

    /// The line that a moment came of; `None` for the first, which came of none.
    pub fn line(&self, index: usize) -> Option<&Line> {
        self.lines.get(index.checked_sub(1)?)
    }

    /// The lines, in the order they ran: the first is that of moment 1.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The lines that stand in the lesson, in the order they ran; those that the learner typed are left out.
    pub fn written(&self) -> impl DoubleEndedIterator<Item = &Line> {
        self.written.iter().map(|&place| &self.lines[place])
    }

    /// How many of the lines the learner typed.
    pub fn typed(&self) -> usize {
        self.lines.len() - self.written.len()
    }

    /// Bytes of a page; `None` while no page was seen.
    pub fn page_bytes(&self) -> Option<u64> {
        self.page
    }

    /// The moment since which the page at `address` has had, without a break, the state that it has in moment `index`.
    /// `None` where it is in no mapping there.
    pub fn since(&self, index: usize, process: Process, address: Addr) -> Option<usize> {
        let now = state_at(&*self.moment(index)?, process, address)?;
        let mut first = index;
        while let Some(earlier) = first.checked_sub(1) {
            let moment = self.moment(earlier)?;
            if state_at(&moment, process, address) != Some(now) {
                break;
            }
            first = earlier;
        }
        Some(first)
    }
}

/// The state of a page of a process, where it lies in a mapping whose pages were read.
fn state_at(moment: &Moment, process: Process, address: Addr) -> Option<PageState> {
    let mut snapshots = moment.snapshots.iter();
    let snapshot = snapshots.find(|snapshot| snapshot.process == process)?;
    let mapping = snapshot.mapping_at(address)?;
    let size = mapping.page_bytes()?.max(1);
    let index = (address.0 - mapping.vma.range.start.0) / size;
    let pages = mapping.pages.known();
    Some(pages.map_or(PageState::Unknown, |pages| pages.state(index)))
}

/// Bytes of a page, as far as a mapping of the lesson shows them.
fn page_bytes(moment: &Moment) -> Option<u64> {
    let mut mappings = moment
        .snapshots
        .iter()
        .flat_map(|snapshot| snapshot.lesson_mappings());
    mappings.find_map(crate::observe::Mapping::page_bytes)
}
