//! What a statement changed, in all processes: the acts explained one by one, then what the snapshots show besides.
//!
//! Pure: two sets of snapshots and the outcomes between them go in, changes with causes and sentences come out.
//! Nothing is hidden: faults that no rule explains are a change of their own.

mod advice;
mod cache;
mod culprits;
mod mappings;
mod moves;
mod pages;
mod pieces;
#[cfg(test)]
mod tests;
mod walk;
mod working;

pub(super) use advice::Notice;
pub(super) use cache::Shift;
pub(super) use mappings::{Fate, MOST_LISTED};
pub(super) use moves::Move;
pub(super) use pages::Drift;
pub(super) use walk::Run;

use super::cause::{Cause, Change, Place};
use super::snapshot::Snapshot;
use super::tell;
use crate::mem::{Addr, Call, Ending, Faults, Nanos, Outcome, PageSize, Pid, Process, Range};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use walk::{Around, Walk};
use working::Working;

/// All changes of a statement over all processes, most important first: in the order of `outcomes` what each process
/// did, then the consequences in the others, then what nothing explains.
pub fn changes(
    before: &[Arc<Snapshot>],
    after: &[Arc<Snapshot>],
    outcomes: &[(Process, Outcome)],
    page_size: PageSize,
) -> Vec<Change> {
    let stories = stories(before, after, outcomes, page_size);
    let mut changes = Vec::new();
    for story in &stories {
        changes.extend(story.walk.runs.iter().map(|run| access(story.process, run)));
    }
    for story in &stories {
        changes.extend(raised(story));
        changes.extend(lives(story, &stories));
        changes.extend(mapping_changes(story));
        changes.extend(notices(story));
    }
    let mut unexplained = Vec::new();
    for story in &stories {
        let (drifts, spent) = drift_changes(story, &stories);
        changes.extend(drifts);
        unexplained.extend(left_over(story, &spent));
    }
    changes.extend(cache_changes(before, after, &stories, page_size));
    // A page that nothing explains stands with the faults that nothing explains: last.
    let (last, mut changes): (Vec<_>, Vec<_>) = changes
        .into_iter()
        .partition(|change| change.cause == Cause::Unexplained && change.access.is_none());
    changes.extend(last);
    changes.extend(unexplained);
    if changes.is_empty() {
        changes.extend(stories.iter().flat_map(hints));
    }
    folded(changes)
}

/// So many changes of one process with one cause are told one by one.
const MOST_ALIKE: usize = 64;

/// Changes alike beyond those that anybody would read are one: a statement may touch tens of thousands of mappings.
fn folded(changes: Vec<Change>) -> Vec<Change> {
    let key = |change: &Change| (change.process, change.cause, change.access);
    let mut counts: HashMap<_, usize> = HashMap::new();
    for change in &changes {
        *counts.entry(key(change)).or_default() += 1;
    }
    let mut told: Vec<Change> = Vec::new();
    let mut rest: HashMap<_, (usize, usize)> = HashMap::new();
    let mut seen: HashMap<_, usize> = HashMap::new();
    for change in changes {
        let key = key(&change);
        let nth = seen.entry(key).or_default();
        *nth += 1;
        if *nth < MOST_ALIKE || counts[&key] <= MOST_ALIKE {
            told.push(change);
            continue;
        }
        let (at, more) = rest.entry(key).or_insert_with(|| {
            let place = Place::Process;
            told.push(Change {
                access: change.access,
                ..plain(change.process, change.cause, place, String::new())
            });
            (told.len() - 1, 0)
        });
        *more += 1;
        let all = &mut told[*at];
        all.faults += change.faults;
        all.text = tell::more(change.cause, *more, all.faults);
    }
    told
}

/// One process around the statement.
struct Story<'a> {
    process: Process,
    before: Option<&'a Snapshot>,
    after: Option<&'a Snapshot>,
    outcome: Option<&'a Outcome>,
    walk: Walk<'a>,
    /// Who forked it in this statement.
    parent: Option<Process>,
    page_size: PageSize,
}

/// The processes, those with outcomes first and in their order.
fn stories<'a>(
    before: &'a [Arc<Snapshot>],
    after: &'a [Arc<Snapshot>],
    outcomes: &'a [(Process, Outcome)],
    page_size: PageSize,
) -> Vec<Story<'a>> {
    let mut order: Vec<Process> = Vec::new();
    let all = before.iter().chain(after).map(|snapshot| snapshot.process);
    for process in outcomes.iter().map(|(process, _)| *process).chain(all) {
        if !order.contains(&process) {
            order.push(process);
        }
    }
    let mut stories: Vec<Story<'a>> = Vec::new();
    for process in order {
        let outcome = outcomes
            .iter()
            .find(|(of, _)| *of == process)
            .map(|(_, outcome)| outcome);
        let now = find(after, process);
        let around = Around {
            // Another process number is another process, started in the same part.
            before: find(before, process)
                .filter(|before| now.is_none_or(|now| now.pid == before.pid)),
            after: now,
            relatives: before.len() > 1 || after.len() > 1,
            page_size,
        };
        let fork = around
            .before
            .is_none()
            .then(|| forked(&stories, process, around.after))
            .flatten();
        let (parent, working) = match fork {
            Some((parent, working)) => (Some(parent), working),
            None => (None, Working::new(around.before, page_size)),
        };
        let acts = outcome.map_or(&[][..], |outcome| &outcome.acts);
        stories.push(Story {
            process,
            before: around.before,
            after: around.after,
            outcome,
            walk: walk::walk(acts, working, around),
            parent,
            page_size,
        });
    }
    stories
}

fn find(snapshots: &[Arc<Snapshot>], process: Process) -> Option<&Snapshot> {
    snapshots
        .iter()
        .find(|snapshot| snapshot.process == process)
        .map(Arc::as_ref)
}

/// Who forked a process that is new, and the pages it began with. Found by the process number that `fork` returned;
/// a child that has ended already is that of the only fork.
fn forked<'a>(
    stories: &[Story<'a>],
    process: Process,
    after: Option<&Snapshot>,
) -> Option<(Process, Working<'a>)> {
    if !matches!(process, Process::Child(_)) {
        return None;
    }
    let mut forks = stories.iter().flat_map(|story| {
        story
            .walk
            .forks
            .iter()
            .map(move |fork| (story.process, fork))
    });
    let (parent, (_, working)) = match after {
        Some(after) => forks.find(|(_, (pid, _))| *pid == i64::from(after.pid.0)),
        None => forks.next(),
    }?;
    Some((parent, working.clone()))
}

fn access(process: Process, run: &Run) -> Change {
    let first = run.pages.iter().copied().min();
    let last = run.pages.iter().copied().max();
    let place = match (run.mapping, first, last) {
        (Some((mapping, _)), Some(first), Some(last)) => Place::Pages {
            mapping,
            first,
            last,
        },
        _ => Place::Address(run.address),
    };
    Change {
        process,
        cause: run.cause,
        place,
        access: Some(run.access),
        before: run.mapping.map(|_| run.before),
        after: run.mapping.map(|_| run.after),
        faults: run.faults,
        elapsed: tell::median(&run.times),
        text: tell::access(run),
    }
}

/// A change that is no access: without faults, times and pages.
fn plain(process: Process, cause: Cause, place: Place, text: String) -> Change {
    Change {
        process,
        cause,
        place,
        access: None,
        before: None,
        after: None,
        faults: Faults::default(),
        elapsed: None,
        text,
    }
}

/// A signal that no access raised: of arithmetic, or one that the process sent itself.
fn raised(story: &Story<'_>) -> Option<Change> {
    let signal = story.outcome?.signal()?;
    if story.walk.runs.iter().any(|run| run.signal.is_some()) {
        return None;
    }
    let text = tell::raised(signal);
    Some(plain(
        story.process,
        Cause::OtherSignal,
        Place::Process,
        text,
    ))
}

/// A process that came or went.
fn lives(story: &Story<'_>, stories: &[Story<'_>]) -> Option<Change> {
    let ending = story.outcome.map(|outcome| &outcome.ending);
    let ended = matches!(ending, Some(Ending::Exited(_) | Ending::Died(_)));
    match (story.before, story.after) {
        (None, Some(after)) => {
            let parent = story
                .parent
                .and_then(|parent| stories.iter().find(|story| story.process == parent)?.after);
            let text = tell::created(
                story.process,
                after.pid,
                parent.map(|parent| (parent.process, parent.pid)),
            );
            Some(plain(
                story.process,
                Cause::ProcessCreated,
                Place::Process,
                text,
            ))
        }
        (Some(_), None) => {
            let text = tell::ended(story.process, ending);
            Some(plain(
                story.process,
                Cause::ProcessEnded,
                Place::Process,
                text,
            ))
        }
        (None, None) if ended => {
            let text = tell::ended(story.process, ending);
            Some(plain(
                story.process,
                Cause::ProcessEnded,
                Place::Process,
                text,
            ))
        }
        _ => None,
    }
}

fn mapping_changes(story: &Story<'_>) -> Vec<Change> {
    let base = story.before.or_else(|| story.walk.working.base());
    let (Some(_), Some(after)) = (base, story.after) else {
        return Vec::new();
    };
    let all = moves::moves(&story.walk.calls, story.page_size);
    moves::joined(mappings::fates(base, story.after), &all, base)
        .iter()
        .map(|fate| {
            let moved = all.iter().find(|one| fate.range().covers(one.to));
            let text = match moved.filter(|_| fate.cause == Cause::MappingMoved) {
                Some(moved) => tell::moved(fate, moved, after, story.page_size),
                None => tell::mapping(fate, after, &story.walk.calls, story.page_size),
            };
            plain(
                story.process,
                fate.cause,
                Place::Mapping(fate.range()),
                text,
            )
        })
        .collect()
}

/// What smaps says otherwise of mappings, without any page having changed for it.
fn notices(story: &Story<'_>) -> Vec<Change> {
    let (Some(before), Some(after)) = (story.before, story.after) else {
        return Vec::new();
    };
    let change = |notice: &Notice| {
        let cause = match notice {
            Notice::Flag { .. } => Cause::Advised,
            Notice::LazyFree { .. } | Notice::Cleaned { .. } => Cause::LazyFree,
        };
        let place = Place::Mapping(notice.mapping());
        plain(story.process, cause, place, tell::notice(notice))
    };
    let notices = advice::notices(before, after, &story.walk.calls);
    notices.iter().map(change).collect()
}

/// Words to the kernel of a statement that changed nothing to be seen: each once.
fn hints(story: &Story<'_>) -> Vec<Change> {
    let mut said: Vec<(&'static str, u64)> = Vec::new();
    for hint in story.walk.calls.iter().filter_map(advice::hint) {
        if !said.contains(&hint) {
            said.push(hint);
        }
    }
    let text = said
        .into_iter()
        .filter_map(|(of, advice)| tell::hint(of, advice));
    text.map(|text| plain(story.process, Cause::Advised, Place::Process, text))
        .collect()
}

/// Pages that changed without an access, and the faults of the calls that did it.
fn drift_changes(story: &Story<'_>, stories: &[Story<'_>]) -> (Vec<Change>, HashSet<usize>) {
    let mut spent = HashSet::new();
    let (Some(after), true) = (
        story.after,
        story.before.is_some() || story.parent.is_some(),
    ) else {
        return (Vec::new(), spent);
    };
    let drifts = pages::drifts(&story.walk, after, story.page_size, story.parent.is_some());
    let touched = mappings_touched(&drifts);
    let changes = drifts
        .iter()
        .map(|drift| {
            // The faults of a call are told once, with the first pages that it touched.
            let fresh: Vec<usize> = (drift.calls.iter().copied())
                .filter(|&call| drift.what.costs_faults() && spent.insert(call))
                .collect();
            let cost = (!fresh.is_empty()).then(|| summed(&story.walk.calls, &fresh, &mut spent));
            let named = (drift.what.function)
                .is_some_and(|function| touched.get(function).is_some_and(|&count| count > 1));
            Change {
                process: story.process,
                cause: drift.what.cause,
                place: place(drift),
                access: None,
                before: Some(drift.what.before()),
                after: Some(drift.what.after()),
                faults: cost.map_or_else(Faults::default, |cost| cost.0),
                elapsed: cost.filter(|cost| cost.0.total() > 0).map(|cost| cost.1),
                text: tell::drift(drift, cost, &others(story, stories, drift), named),
            }
        })
        .collect();
    (changes, spent)
}

/// In how many mappings each function changed pages.
fn mappings_touched(drifts: &[Drift]) -> HashMap<&'static str, usize> {
    let touched = drifts
        .iter()
        .filter_map(|drift| Some((drift.what.function?, drift.mapping)));
    let places: HashSet<_> = touched.collect();
    let mut counts = HashMap::new();
    for (function, _) in places {
        *counts.entry(function).or_default() += 1;
    }
    counts
}

/// The faults and the time of calls; with those of malloc(3), of all that are like them: which call touched which page
/// of the heap nobody knows afterwards.
fn summed(calls: &[Call], chosen: &[usize], spent: &mut HashSet<usize>) -> (Faults, Nanos) {
    let mut alike: Vec<usize> = Vec::new();
    if let Some(first) = chosen.first().map(|&first| &calls[first])
        && culprits::is_allocator(first)
    {
        let like = |call: &Call| call.function == first.function && call.faults.total() > 0;
        alike.extend((0..calls.len()).filter(|&index| like(&calls[index]) && spent.insert(index)));
    }
    let (mut faults, mut time) = (Faults::default(), Nanos(0));
    for call in chosen.iter().chain(&alike).map(|&index| &calls[index]) {
        faults += call.faults;
        time.0 += call.elapsed.0;
    }
    (faults, time)
}

fn place(drift: &Drift) -> Place {
    Place::Pages {
        mapping: drift.mapping,
        first: drift.pages.first().copied().unwrap_or_default(),
        last: drift.pages.last().copied().unwrap_or_default(),
    }
}

/// What others did that concerns the pages of a drift.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Others {
    /// Processes forked in this statement.
    pub(super) forked: Vec<(Process, Pid)>,
    /// Who has ended.
    pub(super) ended: Vec<Process>,
    /// Who has a copy of its own now.
    pub(super) copied: Vec<Process>,
    /// Who called what that may take pages of files from everybody.
    pub(super) dropped: Option<(Process, &'static str)>,
}

fn others(story: &Story<'_>, stories: &[Story<'_>], drift: &Drift) -> Others {
    let page = |index: u64| {
        let start = story.page_size.number(drift.mapping.start);
        story
            .page_size
            .number(Addr((start + index) * story.page_size.bytes()))
    };
    let mut others = Others::default();
    for other in stories
        .iter()
        .filter(|other| other.process != story.process)
    {
        match (other.before, other.after) {
            (None, Some(after)) if other.parent == Some(story.process) => {
                others.forked.push((other.process, after.pid));
            }
            (_, None) => others.ended.push(other.process),
            _ => {}
        }
        if drift
            .pages
            .iter()
            .any(|&index| other.walk.copied.contains(&page(index)))
        {
            others.copied.push(other.process);
        }
        let dropper = other
            .walk
            .calls
            .iter()
            .rfind(|call| culprits::cuts_a_file(call));
        others.dropped = others
            .dropped
            .or(dropper.map(|call| (other.process, call.function)));
    }
    others
}

/// What changed in the page cache: it belongs to nobody, and is told with the process that ran.
fn cache_changes(
    before: &[Arc<Snapshot>],
    after: &[Arc<Snapshot>],
    stories: &[Story<'_>],
    page_size: PageSize,
) -> Vec<Change> {
    let Some(process) = stories.first().map(|story| story.process) else {
        return Vec::new();
    };
    let runs = stories.iter().flat_map(|story| &story.walk.runs);
    let missed: HashSet<Range> = runs
        .filter(|run| run.faults.major > 0)
        .filter_map(|run| Some(run.mapping?.0))
        .collect();
    let calls = stories.iter().flat_map(|story| &story.walk.calls);
    let asked: Vec<Range> = calls
        .filter(|call| call.function == "madvise" && call.result == 0)
        .filter(|call| call.arguments[2] == libc::MADV_WILLNEED as u64)
        .map(|call| Range::of(Addr(call.arguments[0]), call.arguments[1]))
        .collect();
    let reads = |range: Range| {
        missed.contains(&range)
            || asked
                .iter()
                .any(|asked| asked.intersection(range).is_some())
    };
    cache::shifts(before, after, page_size, &reads)
        .into_iter()
        .map(|shift| {
            let text = tell::shift(&shift);
            plain(process, shift.cause, shift.place, text)
        })
        .collect()
}

/// Faults that were counted, and that no change tells of.
fn left_over(story: &Story<'_>, spent: &HashSet<usize>) -> Option<Change> {
    let mut left = story.outcome?.totals.faults;
    let runs = story.walk.runs.iter().map(|run| run.faults);
    let calls = spent.iter().map(|&index| story.walk.calls[index].faults);
    for faults in runs.chain(calls) {
        left.minor = left.minor.saturating_sub(faults.minor);
        left.major = left.major.saturating_sub(faults.major);
    }
    let inside: Vec<&'static str> = (story.walk.calls.iter().enumerate())
        .filter(|(index, call)| call.faults.total() > 0 && !spent.contains(index))
        .map(|(_, call)| call.function)
        .collect();
    (left.total() > 0).then(|| Change {
        faults: left,
        ..plain(
            story.process,
            Cause::Unexplained,
            Place::Process,
            tell::left_over(left, &inside),
        )
    })
}
