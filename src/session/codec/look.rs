//! The snapshots of a moment as the difference to those of another: process by process, mapping by mapping.
//!
//! A process is compared with itself; one that is new, with the process of the same moment that came before it (a child
//! with its parent). A mapping is compared with the one of the same range; without one, page by page with what was at its
//! addresses.

use super::bytes::{Damaged, Reader, Writer};
use super::pages::{Expected, Readers};
use super::{KeptLook, MOST_FAR, MOST_PAGES, MOST_PROCESSES, Parts, Touched, mapping};
use crate::mem::{Addr, Faults, Pid, Process, Range, Reading};
use crate::observe::{Mapping, Snapshot};
use std::sync::Arc;

/// Mappings that a moment may have in all: sixteen processes with as many as the kernel allows.
const MOST_MAPPINGS: u64 = 1 << 20;

/// Mappings that are as they were.
const SAME: u64 = 0;
/// A mapping of the same range that is not.
const CHANGED: u64 = 1;
/// A mapping whose range was none.
const NEW: u64 = 2;

/// Bytes of a page in a snapshot: its state, its frame number, what the page cache has of it.
pub(super) const PAGE_BYTES: u64 = 10;

/// What may still be made from bytes that claim to be snapshots.
#[derive(Debug)]
pub(super) struct Budget {
    bytes: u64,
    far: u64,
    mappings: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            // A mapping that is new is first made as it is expected to be.
            bytes: 2 * PAGE_BYTES * MOST_PAGES,
            far: MOST_FAR,
            mappings: MOST_MAPPINGS,
        }
    }
}

impl Budget {
    /// So many values of so many bytes.
    pub(super) fn values(&mut self, count: u64, bytes: u64) -> Result<(), Damaged> {
        spend(&mut self.bytes, count.saturating_mul(bytes))
    }

    pub(super) fn far(&mut self, count: u64) -> Result<(), Damaged> {
        spend(&mut self.far, count)
    }

    fn mappings(&mut self, count: u64) -> Result<(), Damaged> {
        spend(&mut self.mappings, count)
    }

    /// All that a copy of a mapping needs.
    fn copy(&mut self, mapping: &Mapping) -> Result<(), Damaged> {
        let pages = mapping.pages.known();
        let far = pages.and_then(|pages| pages.far.known());
        let states = pages.map_or(0, |pages| pages.states.len());
        self.far(far.map_or(0, |far| far.len() as u64))?;
        self.values(states as u64, PAGE_BYTES)
    }
}

fn spend(left: &mut u64, count: u64) -> Result<(), Damaged> {
    *left = left
        .checked_sub(count)
        .ok_or(Damaged("it is larger than any moment"))?;
    Ok(())
}

/// Writes snapshots; tells where pages changed.
pub(super) fn write(now: &[Arc<Snapshot>], before: &[Arc<Snapshot>]) -> (Parts, Touched) {
    let mut parts = Parts::default();
    let mut touched = Touched::new();
    parts.places.put(now.len() as u64);
    for (place, snapshot) in now.iter().enumerate() {
        put_process(&mut parts.places, snapshot.process);
        let itself = before
            .iter()
            .position(|before| before.process == snapshot.process);
        // The same process twice would be written against the same one twice: only the first is.
        let first = now[..place]
            .iter()
            .all(|other| other.process != snapshot.process);
        let reference = if let Some(itself) = itself.filter(|_| first) {
            parts.places.put(1 + itself as u64);
            Some(&before[itself])
        } else {
            touched.push((snapshot.process, Range::new(Addr(0), Addr(u64::MAX))));
            let other = place.checked_sub(1);
            let number = other.map_or(0, |other| 1 + (before.len() + other) as u64);
            parts.places.put(number);
            other.map(|other| &now[other])
        };
        put_head(&mut parts.places, snapshot, reference.map(Arc::as_ref));
        let old = reference.map_or(&[][..], |reference| &reference.mappings);
        let mut tell = |range| touched.push((snapshot.process, range));
        put_mappings(&mut parts, &snapshot.mappings, old, &mut tell);
    }
    (parts, touched)
}

fn put_process(out: &mut Vec<u8>, process: Process) {
    match process {
        Process::Main => out.push(0),
        Process::Child(number) => out.extend([1, number]),
        Process::Peer(number) => out.extend([2, number]),
    }
}

fn process(reader: &mut Reader<'_>) -> Result<Process, Damaged> {
    match reader.byte()? {
        0 => Ok(Process::Main),
        1 => Ok(Process::Child(reader.byte()?)),
        2 => Ok(Process::Peer(reader.byte()?)),
        _ => Err(Damaged("it holds a process of no kind")),
    }
}

/// What is read of a process besides its mappings.
struct Head {
    pid: Pid,
    faults: Reading<Faults>,
    page_tables: Reading<u64>,
}

impl Head {
    fn of(snapshot: &Snapshot) -> Self {
        Self {
            pid: snapshot.pid,
            faults: snapshot.faults.clone(),
            page_tables: snapshot.page_tables.clone(),
        }
    }
}

impl Default for Head {
    fn default() -> Self {
        Self {
            pid: Pid(0),
            faults: Reading::Unknown(String::new()),
            page_tables: Reading::Unknown(String::new()),
        }
    }
}

fn put_head(out: &mut Vec<u8>, now: &Snapshot, before: Option<&Snapshot>) {
    let before = before.map(Head::of).unwrap_or_default();
    out.put_signed(i64::from(now.pid.0) - i64::from(before.pid.0));
    let faults = |faults: &Reading<Faults>| faults.known().copied().unwrap_or_default();
    match &now.faults {
        same if *same == before.faults => out.push(0),
        Reading::Known(now) => {
            let before = faults(&before.faults);
            out.push(1);
            out.put_from(now.minor, before.minor);
            out.put_from(now.major, before.major);
        }
        Reading::Unknown(why) => {
            out.push(2);
            out.put_text(why);
        }
    }
    match &now.page_tables {
        same if *same == before.page_tables => out.push(0),
        Reading::Known(now) => {
            out.push(1);
            out.put_from(*now, before.page_tables.known().copied().unwrap_or(0));
        }
        Reading::Unknown(why) => {
            out.push(2);
            out.put_text(why);
        }
    }
}

const NO_READING: Damaged = Damaged("it holds a reading of no kind");

fn head(reader: &mut Reader<'_>, before: Head) -> Result<Head, Damaged> {
    let pid = reader.signed()?.wrapping_add(i64::from(before.pid.0));
    let pid = i32::try_from(pid).map_err(|_| Damaged("it holds a number no process has"))?;
    let faults = match reader.byte()? {
        0 => before.faults,
        1 => {
            let before = before.faults.known().copied().unwrap_or_default();
            Reading::Known(Faults {
                minor: reader.from(before.minor)?,
                major: reader.from(before.major)?,
            })
        }
        2 => Reading::Unknown(reader.text()?),
        _ => return Err(NO_READING),
    };
    let page_tables = match reader.byte()? {
        0 => before.page_tables,
        1 => Reading::Known(reader.from(before.page_tables.known().copied().unwrap_or(0))?),
        2 => Reading::Unknown(reader.text()?),
        _ => return Err(NO_READING),
    };
    Ok(Head {
        pid: Pid(pid),
        faults,
        page_tables,
    })
}

/// Writes the mappings of a process in their order, each against one of `old` that was not used yet.
fn put_mappings(parts: &mut Parts, now: &[Mapping], old: &[Mapping], tell: &mut impl FnMut(Range)) {
    parts.places.put(now.len() as u64);
    let mut taken = vec![false; old.len()];
    let (mut next, mut at) = (0, 0);
    while let Some(mapping) = now.get(at) {
        let same = old[next..].iter().zip(&now[at..]);
        let same = same.take_while(|(old, now)| old == now).count();
        if same > 0 {
            parts.places.put(SAME);
            parts.places.put(0);
            parts.places.put(same as u64);
            taken[next..next + same].fill(true);
            (next, at) = (next + same, at + same);
            continue;
        }
        // Those that are skipped are gone, or come later: then they count as new.
        let alike = { old[next..].iter() }.position(|old| old.vma.range == mapping.vma.range);
        if let Some(skip) = alike {
            let place = next + skip;
            parts.places.put(CHANGED);
            parts.places.put(skip as u64);
            put_changed(parts, mapping, &old[place], tell);
            taken[place] = true;
            (next, at) = (place + 1, at + 1);
        } else {
            tell(mapping.vma.range);
            parts.places.put(NEW);
            let free = (0..).zip(old).filter(|(place, _)| !taken[*place]);
            let free = free.map(|(_, old)| old);
            mapping::write_new(parts, mapping, |range, pages| {
                Expected::at(range, pages, free)
            });
            at += 1;
        }
    }
    for (_, gone) in taken.iter().zip(old).filter(|(taken, _)| !**taken) {
        tell(gone.vma.range);
    }
}

fn put_changed(parts: &mut Parts, now: &Mapping, before: &Mapping, tell: &mut impl FnMut(Range)) {
    let range = now.vma.range;
    let size = now.page_bytes();
    let alike = size == before.page_bytes()
        && now
            .pages
            .known()
            .map(|pages| (pages.states.len(), &pages.far))
            == before
                .pages
                .known()
                .map(|pages| (pages.states.len(), &pages.far));
    let Some(size) = size.filter(|_| alike) else {
        if now.pages != before.pages {
            tell(range);
        }
        return mapping::write_changed(parts, now, before, |_, _| {});
    };
    mapping::write_changed(parts, now, before, |first, count| {
        let start = range.start.0 + first as u64 * size;
        tell(Range::of(Addr(start), count as u64 * size));
    });
}

/// Where the mappings of a process that are as they were come from.
enum Old<'a> {
    /// From the same process before: each is taken once.
    Own(Vec<Option<Mapping>>),
    /// From another process of this moment: copied.
    Other(&'a [Mapping]),
}

impl Old<'_> {
    fn take(&mut self, place: usize, budget: &mut Budget) -> Result<Mapping, Damaged> {
        let mapping = match self {
            Self::Own(mappings) => mappings.get_mut(place).and_then(Option::take),
            Self::Other(mappings) => {
                let found = mappings.get(place);
                found.map_or(Ok(()), |mapping| budget.copy(mapping))?;
                found.cloned()
            }
        };
        mapping.ok_or(Damaged("it speaks of a mapping that is not there"))
    }

    /// Those that were not taken.
    fn free<'b>(&'b self, taken: &'b [bool]) -> impl Iterator<Item = &'b Mapping> {
        let (own, other) = match self {
            Self::Own(mappings) => (&mappings[..], &[][..]),
            Self::Other(mappings) => (&[][..], *mappings),
        };
        let other = other.iter().zip(taken);
        let other = other.filter(|(_, taken)| !**taken);
        own.iter()
            .flatten()
            .chain(other.map(|(mapping, _)| mapping))
    }

    fn len(&self) -> usize {
        match self {
            Self::Own(mappings) => mappings.len(),
            Self::Other(mappings) => mappings.len(),
        }
    }
}

/// Reads snapshots.
pub(super) fn read(kept: &KeptLook<'_>, before: Vec<Snapshot>) -> Result<Vec<Snapshot>, Damaged> {
    let mut readers = Readers::new(kept);
    let mut before: Vec<Option<Snapshot>> = before.into_iter().map(Some).collect();
    let count: usize = readers.places.narrow()?;
    if count > MOST_PROCESSES {
        return Err(Damaged("it is larger than any moment"));
    }
    let mut now: Vec<Snapshot> = Vec::new();
    for _ in 0..count {
        let snapshot = snapshot(&mut readers, &mut before, &now)?;
        now.push(snapshot);
    }
    readers.end()?;
    Ok(now)
}

fn snapshot(
    readers: &mut Readers<'_>,
    before: &mut [Option<Snapshot>],
    now: &[Snapshot],
) -> Result<Snapshot, Damaged> {
    const NOBODY: Damaged = Damaged("it speaks of a process that is not there");
    let process = process(&mut readers.places)?;
    let reference: usize = readers.places.narrow()?;
    let (known, old) = match reference.checked_sub(1) {
        None => (Head::default(), Old::Other(&[])),
        Some(place) if place < before.len() => {
            let own = before[place].take().ok_or(NOBODY)?;
            let head = Head::of(&own);
            (head, Old::Own(own.mappings.into_iter().map(Some).collect()))
        }
        Some(place) => {
            let other = now.get(place - before.len()).ok_or(NOBODY)?;
            (Head::of(other), Old::Other(&other.mappings))
        }
    };
    let head = head(&mut readers.places, known)?;
    Ok(Snapshot {
        process,
        pid: head.pid,
        mappings: mappings(readers, old)?,
        faults: head.faults,
        page_tables: head.page_tables,
    })
}

fn mappings(readers: &mut Readers<'_>, mut old: Old<'_>) -> Result<Vec<Mapping>, Damaged> {
    const MORE: Damaged = Damaged("it has more mappings than it said");
    let count = readers.places.number()?;
    readers.budget.mappings(count)?;
    let mut taken = vec![false; old.len()];
    let mut mappings = Vec::new();
    let mut next = 0_usize;
    while (mappings.len() as u64) < count {
        let kind = readers.places.number()?;
        if kind == NEW {
            let made = mapping::read_new(readers, |range, pages| {
                Expected::at(range, pages, old.free(&taken))
            })?;
            mappings.push(made);
            continue;
        }
        let skip = readers.places.narrow()?;
        let place = next.checked_add(skip).ok_or(MORE)?;
        let run = match kind {
            SAME => readers.places.narrow()?,
            CHANGED => 1,
            _ => return Err(Damaged("it holds a mapping of no kind")),
        };
        next = place.checked_add(run).ok_or(MORE)?;
        if run == 0 || run as u64 > count - mappings.len() as u64 || next > taken.len() {
            return Err(MORE);
        }
        taken[place..next].fill(true);
        for place in place..next {
            let mapping = old.take(place, &mut readers.budget)?;
            mappings.push(if kind == SAME {
                mapping
            } else {
                mapping::read_changed(readers, mapping)?
            });
        }
    }
    Ok(mappings)
}
