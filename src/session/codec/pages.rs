//! The pages of a mapping as the difference to what was expected of them: that they are as they were, at their addresses.

use super::bytes::{Damaged, Reader, Writer};
use super::look::Budget;
use super::runs::{self, Code};
use super::{KeptLook, Parts, frames};
use crate::mem::{PageState, Range, Reading};
use crate::observe::{CacheState, Mapping, Pages};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What the pages of a mapping are expected to be, before the difference is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected<'a> {
    states: Cow<'a, [PageState]>,
    frames: Cow<'a, [u64]>,
    far: Cow<'a, BTreeMap<u64, PageState>>,
    cache: Cow<'a, [CacheState]>,
    reasons: Reasons<'a>,
}

/// Why parts of it are not known; empty where they are.
#[derive(Clone, Debug, Default)]
struct Reasons<'a> {
    pages: Cow<'a, str>,
    far: Cow<'a, str>,
    frames: Cow<'a, str>,
    cache: Cow<'a, str>,
}

impl<'a> Expected<'a> {
    /// The pages as they are in a mapping.
    pub(super) fn of(mapping: &'a Mapping) -> Self {
        let mut expected = Self::default();
        match &mapping.pages {
            Reading::Unknown(why) => expected.reasons.pages = why.into(),
            Reading::Known(pages) => {
                expected.states = Cow::Borrowed(&pages.states);
                match &pages.far {
                    Reading::Known(far) => expected.far = Cow::Borrowed(far),
                    Reading::Unknown(why) => expected.reasons.far = why.into(),
                }
                match &pages.frames {
                    Reading::Known(frames) => expected.frames = Cow::Borrowed(frames),
                    Reading::Unknown(why) => expected.reasons.frames = why.into(),
                }
            }
        }
        match &mapping.cache {
            Reading::Known(cache) => expected.cache = Cow::Borrowed(cache),
            Reading::Unknown(why) => expected.reasons.cache = why.into(),
        }
        expected
    }

    /// The pages taken out of a mapping, and what the page cache has of them.
    pub(super) fn taken(
        pages: Reading<Pages>,
        cache: Reading<Vec<CacheState>>,
    ) -> Expected<'static> {
        let mut expected = Expected::default();
        match pages {
            Reading::Unknown(why) => expected.reasons.pages = why.into(),
            Reading::Known(pages) => {
                expected.states = Cow::Owned(pages.states);
                match pages.far {
                    Reading::Known(far) => expected.far = Cow::Owned(far),
                    Reading::Unknown(why) => expected.reasons.far = why.into(),
                }
                match pages.frames {
                    Reading::Known(frames) => expected.frames = Cow::Owned(frames),
                    Reading::Unknown(why) => expected.reasons.frames = why.into(),
                }
            }
        }
        match cache {
            Reading::Known(cache) => expected.cache = Cow::Owned(cache),
            Reading::Unknown(why) => expected.reasons.cache = why.into(),
        }
        expected
    }

    /// The pages that other mappings had at the addresses of `range`, `count` of them at most, `size` bytes each: a VMA
    /// that was split, merged or grown.
    pub(super) fn at(
        range: Range,
        (count, size): (usize, u64),
        old: impl Iterator<Item = &'a Mapping>,
    ) -> Self {
        let mut expected = Self::default();
        let mut states = vec![PageState::Absent; count];
        let mut frames = Vec::new();
        for mapping in old.filter(|old| !old.own) {
            let known = Self::of(mapping);
            let common = mapping.vma.range.intersection(range);
            if let Some(common) = common.filter(|_| mapping.page_bytes() == Some(size)) {
                let there = ((common.start.0 - range.start.0) / size) as usize;
                let here = ((common.start.0 - mapping.vma.range.start.0) / size) as usize;
                lay(&mut states, there, &known.states, here);
                if !known.frames.is_empty() {
                    frames.resize(count, 0);
                    lay(&mut frames, there, &known.frames, here);
                }
            }
            expected.reasons = known.reasons;
        }
        expected.states = Cow::Owned(states);
        expected.frames = Cow::Owned(frames);
        expected
    }
}

/// Copies what `from` has behind `here` to behind `there`, as far as both go.
fn lay<T: Copy>(to: &mut [T], there: usize, from: &[T], here: usize) {
    let slots = to.iter_mut().skip(there);
    for (slot, value) in slots.zip(from.iter().skip(here)) {
        *slot = *value;
    }
}

/// As many values as there are now; those that nobody expected are `none`.
fn sized<T: Copy>(values: Cow<'_, [T]>, count: usize, none: T) -> Cow<'_, [T]> {
    if values.len() == count {
        return values;
    }
    let mut values = values.into_owned();
    values.resize(count, none);
    Cow::Owned(values)
}

const PAGES: u8 = 1;
const FAR: u8 = 2;
const FRAMES: u8 = 4;
const CACHE: u8 = 8;

/// Writes the pages of a mapping and what the page cache has of them; tells the runs of states that differ.
pub(super) fn write(
    parts: &mut Parts,
    now: &Mapping,
    expected: Expected<'_>,
    tell: impl FnMut(usize, usize),
) {
    let pages = now.pages.known();
    let mut known = 0;
    for (bit, is_known) in [
        (PAGES, pages.is_some()),
        (FAR, pages.is_some_and(|pages| pages.far.known().is_some())),
        (
            FRAMES,
            pages.is_some_and(|pages| pages.frames.known().is_some()),
        ),
        (CACHE, now.cache.known().is_some()),
    ] {
        if is_known {
            known |= bit;
        }
    }
    parts.places.push(known);
    let reasons = &expected.reasons;
    match &now.pages {
        Reading::Unknown(why) => put_reason(&mut parts.places, why, &reasons.pages),
        Reading::Known(pages) => {
            parts.places.put(pages.states.len() as u64);
            parts.places.put(pages.cut);
            let before = sized(expected.states, pages.states.len(), PageState::NONE);
            runs::write(&mut parts.pages, &pages.states, &before, tell);
            match &pages.far {
                Reading::Known(far) => put_far(&mut parts.pages, far, &expected.far),
                Reading::Unknown(why) => put_reason(&mut parts.places, why, &reasons.far),
            }
            match &pages.frames {
                Reading::Known(now) => {
                    parts.places.put(now.len() as u64);
                    let before = sized(expected.frames, now.len(), 0);
                    frames::write(&mut parts.frames, now, &before);
                }
                Reading::Unknown(why) => put_reason(&mut parts.places, why, &reasons.frames),
            }
        }
    }
    match &now.cache {
        Reading::Known(now) => {
            parts.places.put(now.len() as u64);
            let before = sized(expected.cache, now.len(), CacheState::NONE);
            runs::write(&mut parts.pages, now, &before, |_, _| {});
        }
        Reading::Unknown(why) => put_reason(&mut parts.places, why, &reasons.cache),
    }
}

/// A reason; the usual one is the one expected.
fn put_reason(out: &mut Vec<u8>, now: &str, expected: &str) {
    if now == expected {
        out.put(0);
    } else {
        out.put(1);
        out.put_text(now);
    }
}

fn reason(reader: &mut Reader<'_>, expected: Cow<'_, str>) -> Result<String, Damaged> {
    match reader.number()? {
        0 => Ok(expected.into_owned()),
        _ => reader.text(),
    }
}

/// Readers of the parts that pages are written to.
pub(super) struct Readers<'a> {
    /// Places.
    pub(super) places: Reader<'a>,
    pages: Option<Reader<'a>>,
    frames: Option<Reader<'a>>,
    why: &'a str,
    /// What may still be made.
    pub(super) budget: Budget,
}

impl<'a> Readers<'a> {
    pub(super) fn new(kept: &KeptLook<'a>) -> Self {
        Self {
            places: Reader::new(kept.places),
            pages: kept.pages.map(Reader::new),
            frames: kept.frames.map(Reader::new),
            why: kept.why,
            budget: Budget::default(),
        }
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<(), Damaged> {
        let parts = [Some(self.places), self.pages, self.frames];
        parts.into_iter().flatten().try_for_each(|part| part.end())
    }

    /// Reads the pages of a mapping, and what the page cache has of them.
    pub(super) fn pages(
        &mut self,
        expected: Expected<'_>,
        range: Range,
    ) -> Result<(Reading<Pages>, Reading<Vec<CacheState>>), Damaged> {
        let known = self.places.byte()?;
        let reasons = expected.reasons;
        let pages = if known & PAGES == 0 {
            Reading::Unknown(reason(&mut self.places, reasons.pages)?)
        } else {
            let count = self.count(range, 1)?;
            let cut = self.places.number()?;
            let states = self.states(expected.states, count)?;
            let far = if known & FAR == 0 {
                Reading::Unknown(reason(&mut self.places, reasons.far)?)
            } else {
                Reading::Known(self.far(expected.far.into_owned())?)
            };
            let frames = if known & FRAMES == 0 {
                Reading::Unknown(reason(&mut self.places, reasons.frames)?)
            } else {
                let count = self.count(range, 8)?;
                self.frames(expected.frames, count)?
            };
            match states {
                Some(states) => Reading::Known(Pages {
                    states,
                    cut,
                    far,
                    frames,
                }),
                None => Reading::unknown(self.why),
            }
        };
        let cache = if known & CACHE == 0 {
            Reading::Unknown(reason(&mut self.places, reasons.cache)?)
        } else {
            let count = self.count(range, 1)?;
            match self.states(expected.cache, count)? {
                Some(cache) => Reading::Known(cache),
                None => Reading::unknown(self.why),
            }
        };
        Ok((pages, cache))
    }

    /// A number of pages, which the mapping must have room for and the budget must allow at so many bytes each.
    fn count(&mut self, range: Range, bytes: u64) -> Result<usize, Damaged> {
        let count = self.places.number()?;
        if count > range.length() {
            return Err(Damaged("it has more pages than addresses"));
        }
        self.budget.values(count, bytes)?;
        usize::try_from(count).map_err(|_| Damaged("it has more pages than addresses"))
    }

    fn states<T: Code>(
        &mut self,
        expected: Cow<'_, [T]>,
        count: usize,
    ) -> Result<Option<Vec<T>>, Damaged> {
        let Some(reader) = &mut self.pages else {
            return Ok(None);
        };
        let mut states = sized(expected, count, T::NONE).into_owned();
        runs::read(reader, &mut states)?;
        Ok(Some(states))
    }

    fn frames(
        &mut self,
        expected: Cow<'_, [u64]>,
        count: usize,
    ) -> Result<Reading<Vec<u64>>, Damaged> {
        let Some(reader) = &mut self.frames else {
            return Ok(Reading::unknown(self.why));
        };
        let mut frames = sized(expected, count, 0).into_owned();
        frames::read(reader, &mut frames)?;
        Ok(Reading::Known(frames))
    }

    fn far(
        &mut self,
        mut far: BTreeMap<u64, PageState>,
    ) -> Result<BTreeMap<u64, PageState>, Damaged> {
        let Some(reader) = &mut self.pages else {
            return Ok(far);
        };
        let mut next = 0_u64;
        loop {
            let length = reader.number()?;
            if length == 0 {
                return Ok(far);
            }
            self.budget.far(length)?;
            let start = next.wrapping_add(reader.number()?);
            let code = reader.byte()?;
            let state = PageState::from_code(code);
            for at in 0..length {
                let index = start.wrapping_add(at);
                match state {
                    Some(state) => far.insert(index, state),
                    None if code == GONE => far.remove(&index),
                    None => return Err(Damaged("it holds a state no page has")),
                };
            }
            next = start.wrapping_add(length);
        }
    }
}

/// Instead of a state: no entry any more.
const GONE: u8 = u8::MAX;

/// Writes the runs in which entries differ: length, distance, state.
fn put_far(out: &mut Vec<u8>, now: &BTreeMap<u64, PageState>, before: &BTreeMap<u64, PageState>) {
    let gone = before.keys().filter(|index| !now.contains_key(index));
    let gone = gone.map(|&index| (index, GONE));
    let made = now
        .iter()
        .filter(|(index, state)| before.get(index) != Some(state));
    let made = made.map(|(&index, state)| (index, state.code()));
    let mut changed: Vec<(u64, u8)> = gone.chain(made).collect();
    changed.sort_unstable();
    let mut next = 0;
    let mut rest = &changed[..];
    while let Some(&(start, code)) = rest.first() {
        let follows = (start..).zip(rest);
        let length = follows
            .take_while(|(index, (at, state))| index == at && *state == code)
            .count();
        out.put(length as u64);
        out.put(start.wrapping_sub(next));
        out.push(code);
        next = start.wrapping_add(length as u64);
        rest = &rest[length..];
    }
    out.put(0);
}
