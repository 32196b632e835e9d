//! The moments of a session, in order, and what is told of each line without rebuilding its moment.
//!
//! The last moment is always at hand; any other is rebuilt from differences when asked for (`store`). What must be had of
//! every line at once (a strip, a list of the lines, sums) stands in its [`Line`]. Everything together stays within
//! [`BUDGET`]: of a session that needs more, what is old is forgotten, and is then unknown with that as its reason. Only
//! the lines themselves always stay, a few hundred bytes each.

mod ground;
mod kind;
mod line;
mod store;

pub use ground::Ground;
pub use kind::Kind;
pub use line::{Failed, Line};

use super::moment::Moment;
use crate::mem::{Addr, Bytes, PageState, Process, Reading};
use crate::observe::Mapping;
use std::collections::HashSet;
use std::sync::Arc;
use store::Store;

/// Bytes that the history of a session may take.
pub const BUDGET: usize = 40 << 20;

/// Moments that are rebuilt to find since when a page has been as it is, at most.
const MOST_REBUILT: usize = 32;

/// The moment before the first line, then one a line.
#[derive(Clone, Debug)]
pub struct Timeline {
    store: Store,
    last: Option<Arc<Moment>>,
    lines: Vec<Line>,
    /// Places of the lines that are a lesson's own, in `lines`.
    written: Vec<usize>,
    /// The C of all lines, each text once.
    texts: HashSet<Arc<str>>,
    /// Bytes that the lines refer to: texts, results.
    line_bytes: usize,
    page: Option<u64>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self::new()
    }
}

impl Timeline {
    /// No moment at all.
    pub fn new() -> Self {
        Self::within(BUDGET)
    }

    /// No moment at all, and room for `budget` bytes of them.
    pub fn within(budget: usize) -> Self {
        let why = format!("not kept: the history holds {}", Bytes(budget as u64));
        Self {
            store: Store::new(budget, why),
            last: None,
            lines: Vec::new(),
            written: Vec::new(),
            texts: HashSet::new(),
            line_bytes: 0,
            page: None,
        }
    }

    /// A session that begins with this moment.
    pub fn opened(moment: Moment) -> Self {
        let mut timeline = Self::new();
        timeline.push(moment);
        timeline
    }

    /// Adds the next moment.
    pub fn push(&mut self, mut moment: Moment) {
        let before = self.last.as_ref();
        self.store
            .push(&moment, before.map_or(&[], |before| &before.snapshots));
        if moment.ran.is_some() {
            self.add_line(&moment);
        }
        self.page = page_bytes(&moment).or(self.page);
        let outcomes = moment.ran.iter_mut().flat_map(|ran| &mut ran.outcomes);
        outcomes.for_each(|(_, outcome)| outcome.acts = Vec::new());
        self.last = Some(Arc::new(moment));
        self.store.keep_within(self.lines_take());
    }

    /// Bytes of the lines, which are never forgotten.
    fn lines_take(&self) -> usize {
        let places = self.written.capacity() * size_of::<usize>();
        let texts = self.texts.capacity() * (size_of::<Arc<str>>() + 1);
        self.lines.capacity() * size_of::<Line>() + places + texts + self.line_bytes
    }

    fn add_line(&mut self, moment: &Moment) {
        let Some(ran) = &moment.ran else { return };
        if !ran.is_typed() {
            self.written.push(self.lines.len());
        }
        let mut line = Line::of(ran, moment);
        if let Some(known) = self.texts.get(&line.code) {
            line.code = Arc::clone(known);
        } else {
            self.line_bytes += 2 * size_of::<Arc<str>>() + line.code.len();
            self.texts.insert(Arc::clone(&line.code));
        }
        self.line_bytes += line.bytes();
        self.lines.push(line);
    }

    /// How many moments there are: one more than lines have run.
    pub fn len(&self) -> usize {
        self.store.len()
    }

    /// Whether not even the first moment is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that all of it takes, the last moment apart.
    pub fn bytes(&self) -> usize {
        self.store.bytes() + self.lines_take()
    }

    /// A moment as the screen shows it, rebuilt; 0 is that before the first line. The acts of its outcomes are left out.
    /// `None` where there is no such moment, or it is not kept any more ([`Self::why_not_kept`]).
    pub fn moment(&self, index: usize) -> Option<Arc<Moment>> {
        match &self.last {
            Some(last) if index + 1 == self.len() => Some(Arc::clone(last)),
            _ => self.store.moment(index, false).map(Arc::new),
        }
    }

    /// A moment as it was pushed, with the acts of its outcomes where they are kept.
    pub fn whole(&self, index: usize) -> Option<Moment> {
        self.store.moment(index, true)
    }

    /// The latest moment, without acts.
    pub fn last(&self) -> Option<&Arc<Moment>> {
        self.last.as_ref()
    }

    /// Why something of the history is not there, as a clause.
    pub fn why_not_kept(&self) -> &str {
        self.store.why()
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
    pub fn since(&self, index: usize, process: Process, address: Addr) -> Reading<usize> {
        let not_kept = || Reading::unknown(self.why_not_kept());
        let state = |index: usize| Some(state_at(&*self.moment(index)?, process, address));
        let now = match state(index) {
            None => return not_kept(),
            Some(None) => return Reading::unknown("no mapping is there"),
            Some(Some(Reading::Unknown(why))) => return Reading::Unknown(why),
            Some(Some(Reading::Known(state))) => state,
        };
        let mut rebuilt = 0;
        for index in (1..=index).rev() {
            match self.store.is_touched(index, process, address) {
                None => return not_kept(),
                Some(false) => continue,
                Some(true) => rebuilt += 1,
            }
            match state(index - 1) {
                _ if rebuilt > MOST_REBUILT => {
                    return Reading::Unknown(format!("line {index} or one before it"));
                }
                Some(Some(Reading::Known(before))) if before == now => {}
                Some(Some(Reading::Known(_)) | None) => return Reading::Known(index),
                Some(Some(Reading::Unknown(why))) => return Reading::Unknown(why),
                None => return not_kept(),
            }
        }
        Reading::Known(0)
    }
}

/// The state of a page of a process; `None` where it lies in no mapping.
fn state_at(moment: &Moment, process: Process, address: Addr) -> Option<Reading<PageState>> {
    let mut snapshots = moment.snapshots.iter();
    let snapshot = snapshots.find(|snapshot| snapshot.process == process)?;
    let mapping = snapshot.mapping_at(address)?;
    let size = mapping.page_bytes().unwrap_or(1).max(1);
    let index = (address.0 - mapping.vma.range.start.0) / size;
    Some(mapping.pages.as_ref().map(|pages| pages.state(index)))
}

/// Bytes of a page, as far as a mapping of the lesson shows them.
fn page_bytes(moment: &Moment) -> Option<u64> {
    let snapshots = moment.snapshots.iter();
    let mut mappings = snapshots.flat_map(|snapshot| snapshot.lesson_mappings());
    mappings.find_map(Mapping::page_bytes)
}
