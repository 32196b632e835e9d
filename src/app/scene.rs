//! What the right side of the screen shows: the processes of one moment, compared with those before it, or with those
//! of a moment that is marked.

use super::account::Account;
use super::mark::Mark;
use super::names::Name;
use super::take::{Look, Take};
use crate::mem::{Faults, Process, Range, Sizes};
use crate::observe::{Change, Mapping, Place, Snapshot};
use crate::session::timeline::Line;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How new a page's state is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// As it was before the line.
    #[default]
    Old,
    /// Changed earlier in the line that is running.
    Line,
    /// Changed by the line shown, or since the last look at a running one.
    Now,
}

/// What became of a VMA since the moment before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is as it was.
    Same,
    /// It was not there.
    New,
    /// Its range or its protection is another.
    Changed,
    /// It is gone.
    Removed,
}

/// The processes of one moment and of the one before.
#[derive(Debug)]
pub struct Scene<'a> {
    /// Living processes, `main` first.
    pub now: &'a [Arc<Snapshot>],
    /// The same before the line that is shown.
    pub before: &'a [Arc<Snapshot>],
    /// What changed, with causes; empty while a line runs.
    pub changes: &'a [Change],
    /// The look at a running line, while one runs.
    pub look: Option<&'a Look>,
    /// The variables that hold addresses.
    pub names: &'a [Name],
    /// Faults of each process since the lesson began, up to the moment.
    faults: &'a BTreeMap<Process, Faults>,
    /// The line that the moment came of.
    line: Option<&'a Line>,
    /// The marked moment, while the one shown is compared with it.
    mark: Option<&'a Mark>,
}

/// Faults of the measured acts of one process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Since the lesson began.
    pub lesson: Faults,
    /// The same in the moment it is compared with: that before the line shown, or the marked one.
    pub before: Faults,
}

impl<'a> Scene<'a> {
    /// The scene on the screen; `None` before the lesson is open.
    pub fn of(take: &'a Take) -> Option<Self> {
        let moment = take.moment()?;
        let Account { faults, names } = take.account();
        let line = take.timeline.line(take.shown());
        let scene = match take.look() {
            Some(look) => Self {
                now: &look.snapshots,
                before: &moment.snapshots,
                changes: &[],
                look: Some(look),
                names,
                faults,
                line,
                mark: None,
            },
            None => Self {
                now: &moment.snapshots,
                before: &take.moment_before().unwrap_or(moment).snapshots,
                changes: &moment.changes,
                look: None,
                names,
                faults,
                line,
                mark: None,
            },
        };
        Some(match take.comparison() {
            Some((mark, _)) => scene.beside(mark),
            None => scene,
        })
    }

    /// The same moment, compared with the marked one: what a line changed, and why, is not told then.
    fn beside(self, mark: &'a Mark) -> Self {
        Self {
            before: &mark.moment.snapshots,
            changes: &[],
            mark: Some(mark),
            ..self
        }
    }

    /// The snapshot of a process before the line that is shown.
    pub fn before(&self, process: Process) -> Option<&'a Snapshot> {
        find(self.before, process)
    }

    /// The snapshot of a process in the moment shown.
    pub fn now(&self, process: Process) -> Option<&'a Snapshot> {
        find(self.now, process)
    }

    /// Whether a process was made by the line that is shown.
    pub fn is_new(&self, process: Process) -> bool {
        self.before(process).is_none()
    }

    /// The variables of a process whose pointer lies in `range`, nearest to its start first.
    pub fn names_in(&self, process: Process, range: Range) -> Vec<&Name> {
        let inside = |name: &&Name| name.is_known_to(process) && range.contains(name.address);
        let mut found: Vec<&Name> = self.names.iter().filter(inside).collect();
        found.sort_by_key(|name| name.address);
        found.dedup_by(|one, other| one.name == other.name);
        found
    }

    /// How new each page of a mapping is.
    pub fn freshness(&self, process: Process, mapping: &Mapping) -> Vec<Freshness> {
        let Some(pages) = mapping.pages.known() else {
            return Vec::new();
        };
        let mut fresh = vec![Freshness::Old; pages.states.len()];
        match self.look {
            None => {
                mark(&mut fresh, mapping, self.before(process), Freshness::Now);
                self.mark_changes(&mut fresh, process, mapping);
            }
            Some(look) => {
                mark(&mut fresh, mapping, self.before(process), Freshness::Line);
                mark(
                    &mut fresh,
                    mapping,
                    find(&look.before, process),
                    Freshness::Now,
                );
            }
        }
        fresh
    }

    /// Marks the pages that the changes speak of: a fault may leave a state as it was, and a refused access changes
    /// nothing at all.
    fn mark_changes(&self, fresh: &mut [Freshness], process: Process, mapping: &Mapping) {
        let range = mapping.vma.range;
        let size = page_bytes(mapping).unwrap_or(0).max(1);
        let ours = self
            .changes
            .iter()
            .filter(|change| change.process == process && !change.cause.is_of_page_cache());
        for change in ours {
            let (first, last) = match &change.place {
                Place::Pages {
                    mapping: of,
                    first,
                    last,
                } if of.start == range.start => (*first as usize, *last as usize),
                Place::Address(at) if range.contains(*at) => {
                    let page = ((at.0 - range.start.0) / size) as usize;
                    (page, page)
                }
                _ => continue,
            };
            let end = fresh.len().min(last + 1);
            if let Some(pages) = fresh.get_mut(first..end) {
                pages.fill(Freshness::Now);
            }
        }
    }

    /// What became of a VMA of a process that is there now.
    pub fn fate(&self, process: Process, mapping: &Mapping) -> Fate {
        let Some(before) = self.before(process) else {
            // A forked process: its VMAs are its parent's, so none of them is news.
            return Fate::Same;
        };
        let vma = &mapping.vma;
        let old: Vec<_> = before.mappings_in(vma.range).collect();
        if old.is_empty() {
            Fate::New
        } else if old.iter().any(|old| old.vma == *vma) {
            Fate::Same
        } else {
            Fate::Changed
        }
    }

    /// VMAs of a process that the line shown took away whole.
    pub fn removed(&self, process: Process) -> Vec<&'a Mapping> {
        let (Some(before), Some(now)) = (self.before(process), self.now(process)) else {
            return Vec::new();
        };
        let gone = |mapping: &&Mapping| now.mappings_in(mapping.vma.range).next().is_none();
        before.lesson_mappings().filter(gone).collect()
    }

    /// The faults of a process's measured acts.
    pub fn tally(&self, process: Process) -> Tally {
        let lesson = self.faults.get(&process).copied().unwrap_or_default();
        if let Some(mark) = self.mark {
            let before = mark.account.faults.get(&process);
            return Tally {
                lesson,
                before: before.copied().unwrap_or_default(),
            };
        }
        let mut tally = Tally {
            lesson,
            before: lesson,
        };
        let own = self.line.filter(|_| self.look.is_none());
        let own = own.into_iter().flat_map(|line| &line.faults);
        for (_, faults) in own.filter(|(of, _)| *of == process) {
            tally.before.minor = tally.before.minor.saturating_sub(faults.minor);
            tally.before.major = tally.before.major.saturating_sub(faults.major);
        }
        if let Some(look) = self.look.filter(|look| look.process == process) {
            tally.lesson += look.so_far.totals.faults;
        }
        tally
    }
}

/// The sums of smaps over the lesson's VMAs; `Err` says why one of them could not be read.
pub fn usage(snapshot: &Snapshot) -> Result<Sizes, String> {
    let mut sum = Sizes::zeros();
    for mapping in snapshot.lesson_mappings() {
        match &mapping.usage {
            crate::mem::Reading::Known(usage) => sum = sum.plus(&usage.sizes),
            crate::mem::Reading::Unknown(why) => return Err(why.clone()),
        }
    }
    Ok(sum)
}

/// The snapshot of a process among several.
fn find(snapshots: &[Arc<Snapshot>], process: Process) -> Option<&Snapshot> {
    let is_it = |snapshot: &&Arc<Snapshot>| snapshot.process == process;
    snapshots.iter().find(is_it).map(AsRef::as_ref)
}

/// Bytes of a page of this mapping, from how many states its range has.
pub fn page_bytes(mapping: &Mapping) -> Option<u64> {
    mapping.page_bytes()
}

/// Marks the pages of `mapping` whose state differs from that in `before`; where nothing was mapped, a page was absent.
fn mark(fresh: &mut [Freshness], mapping: &Mapping, before: Option<&Snapshot>, as_: Freshness) {
    let (Some(pages), Some(size)) = (mapping.pages.known(), page_bytes(mapping)) else {
        return;
    };
    let size = size.max(1);
    let range = mapping.vma.range;
    let absent = crate::mem::PageState::Absent;
    let mut old = vec![absent; pages.states.len()];
    let overlapping = before
        .into_iter()
        .flat_map(|before| before.mappings_in(range));
    for earlier in overlapping {
        let Some(states) = earlier.pages.known().map(|pages| &pages.states) else {
            continue;
        };
        let start = earlier.vma.range.start.0;
        let skip = (range.start.0.saturating_sub(start) / size) as usize;
        let shift = (start.saturating_sub(range.start.0) / size) as usize;
        let old = old.iter_mut().skip(shift);
        for (slot, state) in old.zip(states.iter().skip(skip)) {
            *slot = *state;
        }
    }
    let pairs = pages.states.iter().zip(old);
    for (slot, (now, old)) in fresh.iter_mut().zip(pairs) {
        if *now != old {
            *slot = as_;
        }
    }
}
