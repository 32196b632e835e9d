//! Where the moments are: as differences to each other, within a budget of bytes.
//!
//! Moments stand in *segments*. The first of a segment, its key, is written whole; each later one against the moment
//! before it, or, where the way from the key has become long, against the key again. So any moment is rebuilt from one
//! key and a bounded number of small differences, and no moment of a segment needs another segment: the oldest ones can
//! be forgotten, part by part. What the screen never shows goes first, the acts; then frame numbers, then page states,
//! then whole moments.

use crate::mem::{Addr, Process, Range};
use crate::observe::Snapshot;
use crate::session::codec::{self, Damaged, Kept, KeptLook, Parts, Touched};
use crate::session::moment::Moment;
use std::collections::HashSet;
use std::sync::Arc;

/// What a step on the way from a key counts, besides the bytes of its difference.
const HOP: usize = 4096;
/// What the way from a key to a moment may count: 64 steps, or so many bytes. A few hundred microseconds.
const LONGEST_WAY: usize = 64 * HOP;
/// A segment may take one part in so many of the budget.
const SEGMENTS: usize = 16;
/// Places at which pages changed that are told apart, at most, of one moment.
const MOST_TOUCHED: usize = 8;

/// A part of a moment's bytes, by its place in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Acts,
    Frames,
    Pages,
    Places,
    Story,
}

impl Part {
    /// In the order in which they are forgotten; the last two only together.
    const ALL: [Self; 5] = [
        Self::Acts,
        Self::Frames,
        Self::Pages,
        Self::Places,
        Self::Story,
    ];
}

/// How much of old moments is forgotten, in its order.
const STAGES: [&[Part]; 4] = [
    &[Part::Acts],
    &[Part::Frames],
    &[Part::Pages],
    &[Part::Places, Part::Story],
];

/// A moment within its segment.
#[derive(Clone, Debug)]
struct Entry {
    /// The moment of the segment that it was written against.
    base: u32,
    /// What the way to it counts.
    way: u32,
    /// Where its parts end in those of the segment.
    ends: [u32; Part::ALL.len()],
    /// Where pages changed since the moment before.
    touched: Box<[(Process, Range)]>,
}

/// Moments that are rebuilt without any other.
#[derive(Clone, Debug, Default)]
struct Segment {
    /// The place of its key in the session.
    first: usize,
    entries: Vec<Entry>,
    /// The bytes of all its moments, part by part; `None` where they were forgotten.
    parts: [Option<Vec<u8>>; Part::ALL.len()],
    /// Bytes of its key's snapshots.
    key: usize,
    /// Bytes of the snapshots that were written against the key later on.
    again: usize,
}

/// The moments of a session.
#[derive(Clone, Debug)]
pub(super) struct Store {
    budget: usize,
    why: String,
    segments: Vec<Segment>,
    len: usize,
    /// Bytes of all segments but the last.
    closed: usize,
    /// Segments that have forgotten what each stage forgets.
    forgotten: [usize; STAGES.len()],
}

impl Segment {
    fn opened(first: usize) -> Self {
        Self {
            first,
            parts: std::array::from_fn(|_| Some(Vec::new())),
            ..Self::default()
        }
    }

    fn push(&mut self, parts: &Parts, (base, way): (usize, usize), touched: Touched) {
        let mut ends = [0; Part::ALL.len()];
        let bytes = [
            &parts.acts,
            &parts.frames,
            &parts.pages,
            &parts.places,
            &parts.story,
        ];
        for ((kept, bytes), end) in self.parts.iter_mut().zip(bytes).zip(&mut ends) {
            if let Some(kept) = kept {
                kept.extend_from_slice(bytes);
                *end = kept.len() as u32;
            }
        }
        self.entries.push(Entry {
            base: base as u32,
            way: way as u32,
            ends,
            touched: coarse(touched).into(),
        });
    }

    /// Bytes that it takes.
    fn bytes(&self) -> usize {
        let parts = self.parts.iter().flatten().map(Vec::capacity);
        let touched = self
            .entries
            .iter()
            .map(|entry| size_of_val(&*entry.touched));
        parts.sum::<usize>() + touched.sum::<usize>() + self.entries.capacity() * size_of::<Entry>()
    }

    /// A part of a moment.
    fn part(&self, place: usize, part: Part) -> Option<&[u8]> {
        let bytes = self.parts[part as usize].as_ref()?;
        let end = |entry: &Entry| entry.ends[part as usize] as usize;
        let start = place
            .checked_sub(1)
            .and_then(|before| self.entries.get(before));
        bytes.get(start.map_or(0, end)..self.entries.get(place).map(end)?)
    }

    fn look<'a>(&'a self, place: usize, why: &'a str) -> Option<KeptLook<'a>> {
        Some(KeptLook {
            places: self.part(place, Part::Places)?,
            pages: self.part(place, Part::Pages),
            frames: self.part(place, Part::Frames),
            why,
        })
    }

    /// The snapshots of a moment, rebuilt from the key on.
    fn snapshots(&self, place: usize, why: &str) -> Option<Result<Vec<Snapshot>, Damaged>> {
        let mut way = vec![place];
        while let Some(&place @ 1..) = way.last() {
            way.push(self.entries.get(place)?.base as usize);
        }
        let mut snapshots = Vec::new();
        for place in way.into_iter().rev() {
            match codec::read_look(&self.look(place, why)?, snapshots) {
                Ok(next) => snapshots = next,
                damaged => return Some(damaged),
            }
        }
        Some(Ok(snapshots))
    }

    /// Takes no more room than it needs: nothing will be added to it.
    fn close(&mut self) {
        for part in self.parts.iter_mut().flatten() {
            part.shrink_to_fit();
        }
        self.entries.shrink_to_fit();
    }

    fn forget(&mut self, parts: &[Part]) {
        for part in parts {
            self.parts[*part as usize] = None;
        }
        if parts.contains(&Part::Story) {
            self.entries = Vec::new();
        }
    }
}

impl Store {
    /// A store that takes `budget` bytes at most; of what is forgotten, `why` says why.
    pub(super) fn new(budget: usize, why: String) -> Self {
        Self {
            budget,
            why,
            segments: Vec::new(),
            len: 0,
            closed: 0,
            forgotten: [0; STAGES.len()],
        }
    }

    /// How many moments were pushed.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Bytes that the moments take.
    pub(super) fn bytes(&self) -> usize {
        self.closed + self.segments.last().map_or(0, Segment::bytes)
    }

    /// Adds a moment; `before` are the snapshots of the one before it.
    pub(super) fn push(&mut self, moment: &Moment, before: &[Arc<Snapshot>]) {
        let (look, touched) = codec::write_look(&moment.snapshots, before);
        let mut parts = codec::write_told(moment);
        let step = HOP + look.look_bytes();
        let place = match self.segments.last() {
            Some(open) if open.bytes() <= self.budget / SEGMENTS => {
                let last = open.entries.len().saturating_sub(1);
                let so_far = open.entries.last().map_or(0, |entry| entry.way as usize);
                if so_far + step <= LONGEST_WAY {
                    Some((look, last, so_far + step))
                } else {
                    self.against_key(moment, step)
                }
            }
            _ => None,
        };
        let (look, base, way) = place.unwrap_or_else(|| {
            self.open();
            (codec::write_look(&moment.snapshots, &[]).0, 0, 0)
        });
        parts.take_look(look);
        if let Some(open) = self.segments.last_mut() {
            match (open.entries.is_empty(), base) {
                (true, _) => open.key = parts.look_bytes(),
                (false, 0) if open.entries.len() > 1 => open.again += parts.look_bytes(),
                _ => {}
            }
            open.push(&parts, (base, way), touched);
        }
        self.len += 1;
    }

    /// A moment written against the key of the open segment; `None` where a new key is better: the differences to the
    /// key have come to weigh as much as it does.
    fn against_key(&self, moment: &Moment, step: usize) -> Option<(Parts, usize, usize)> {
        let open = self.segments.last()?;
        if step > LONGEST_WAY {
            return None;
        }
        let key = open.snapshots(0, &self.why)?.ok()?;
        let key: Vec<Arc<Snapshot>> = key.into_iter().map(Arc::new).collect();
        let look = codec::write_look(&moment.snapshots, &key).0;
        let bytes = look.look_bytes();
        let is_worth_it = open.again + bytes <= open.key && bytes <= LONGEST_WAY / 2;
        is_worth_it.then_some((look, 0, HOP + bytes))
    }

    /// Closes the open segment and opens another.
    fn open(&mut self) {
        if let Some(open) = self.segments.last_mut() {
            open.close();
            self.closed += open.bytes();
        }
        self.segments.push(Segment::opened(self.len));
    }

    /// Forgets what is old until everything fits into the budget, of which `others` bytes are taken. The open segment is
    /// left alone.
    pub(super) fn keep_within(&mut self, others: usize) {
        let budget = self.budget.saturating_sub(others);
        let closed = self.segments.len().saturating_sub(1);
        for (stage, parts) in STAGES.iter().enumerate() {
            while self.bytes() > budget && self.forgotten[stage] < closed {
                let segment = &mut self.segments[self.forgotten[stage]];
                let before = segment.bytes();
                segment.forget(parts);
                self.closed -= before - segment.bytes();
                self.forgotten[stage] += 1;
            }
        }
    }

    /// The segment of a moment, and its place there.
    fn find(&self, index: usize) -> Option<(&Segment, usize)> {
        let after = self
            .segments
            .partition_point(|segment| segment.first <= index);
        let segment = self.segments.get(after.checked_sub(1)?)?;
        let place = index - segment.first;
        (place < segment.entries.len()).then_some((segment, place))
    }

    /// A moment, rebuilt, with its acts or without; `None` where it was forgotten as a whole.
    pub(super) fn moment(&self, index: usize, with_acts: bool) -> Option<Moment> {
        let (segment, place) = self.find(index)?;
        let snapshots = segment.snapshots(place, &self.why)?;
        let kept = Kept {
            story: segment.part(place, Part::Story)?,
            acts: segment.part(place, Part::Acts).filter(|_| with_acts),
            look: segment.look(place, &self.why)?,
        };
        let rebuilt = snapshots.and_then(|snapshots| {
            codec::read_story(&kept, snapshots.into_iter().map(Arc::new).collect())
        });
        debug_assert!(rebuilt.is_ok(), "{:?} of moment {index}", rebuilt.err());
        rebuilt.ok()
    }

    /// Whether pages changed at an address since the moment before; `None` where that was forgotten.
    pub(super) fn is_touched(&self, index: usize, process: Process, address: Addr) -> Option<bool> {
        let (segment, place) = self.find(index)?;
        let touched = &segment.entries.get(place)?.touched;
        let here = |(of, range): &(Process, Range)| *of == process && range.contains(address);
        Some(touched.iter().any(here))
    }

    /// Why something is not there.
    pub(super) fn why(&self) -> &str {
        &self.why
    }
}

/// The places where pages changed, not too many of them: neighbours are taken together, over the smallest gaps. A line
/// may change tens of thousands.
fn coarse(touched: Touched) -> Touched {
    let surplus = touched.len().saturating_sub(MOST_TOUCHED);
    let mut gaps: Vec<(u64, usize)> = touched
        .windows(2)
        .enumerate()
        .filter_map(|(at, pair)| {
            let [(of, one), (other, two)] = pair else {
                return None;
            };
            let gap = two.start.0.saturating_sub(one.end.0);
            (of == other).then_some((gap, at + 1))
        })
        .collect();
    gaps.sort_unstable();
    let closed: HashSet<usize> = gaps.into_iter().take(surplus).map(|(_, at)| at).collect();
    let mut kept: Touched = Vec::new();
    for (at, (process, next)) in touched.into_iter().enumerate() {
        match kept.last_mut().filter(|_| closed.contains(&at)) {
            Some((_, range)) => {
                *range = Range::new(range.start.min(next.start), range.end.max(next.end));
            }
            None => kept.push((process, next)),
        }
    }
    kept
}
