//! Addresses cut into pieces, and what is known of each: a statement may make as many calls as there are addresses, and
//! each page asks what those calls did to it.
//!
//! An update costs a search and the pieces it meets; a look is one search. Pieces that are given the same value at once
//! become one, so that calls over a whole mapping do not meet again what calls page by page had cut.

use crate::mem::{Addr, Range};
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

/// A map from addresses to values, piece by piece.
#[derive(Clone, Debug)]
pub(super) struct Pieces<T> {
    /// By its first address: one past its last, and its value.
    pieces: BTreeMap<u64, (u64, T)>,
    /// How many pieces were looked at or changed: what the work is, without a clock.
    #[cfg(test)]
    pub(super) steps: std::cell::Cell<usize>,
}

impl<T> Default for Pieces<T> {
    fn default() -> Self {
        Self {
            pieces: BTreeMap::new(),
            #[cfg(test)]
            steps: std::cell::Cell::new(0),
        }
    }
}

impl<T: Clone> Pieces<T> {
    /// The value at an address.
    pub(super) fn at(&self, addr: Addr) -> Option<&T> {
        self.step();
        let (_, (end, value)) = self.pieces.range(..=addr.0).next_back()?;
        (addr.0 < *end).then_some(value)
    }

    /// Gives the whole range one value, whatever was there.
    pub(super) fn put(&mut self, range: Range, value: T) {
        if range.start >= range.end {
            return;
        }
        self.cut(range.start.0);
        self.cut(range.end.0);
        let inside = self.starts(range);
        for start in inside {
            self.step();
            self.pieces.remove(&start);
        }
        self.pieces.insert(range.start.0, (range.end.0, value));
    }

    /// Changes the value of every piece of the range; where there was none, it begins with the default.
    pub(super) fn update(&mut self, range: Range, mut change: impl FnMut(&mut T))
    where
        T: Default,
    {
        if range.start >= range.end {
            return;
        }
        self.cut(range.start.0);
        self.cut(range.end.0);
        let mut at = range.start.0;
        for start in self.starts(range) {
            self.fill(at, start);
            at = self.pieces.get(&start).map_or(start, |(end, _)| *end);
        }
        self.fill(at, range.end.0);
        for (_, (_, value)) in self.pieces.range_mut(range.start.0..range.end.0) {
            #[cfg(test)]
            self.steps.set(self.steps.get() + 1);
            change(value);
        }
    }

    fn starts(&self, range: Range) -> Vec<u64> {
        let inside = self.pieces.range(range.start.0..range.end.0);
        inside.map(|(start, _)| *start).collect()
    }

    fn fill(&mut self, from: u64, to: u64)
    where
        T: Default,
    {
        if from < to {
            self.pieces.insert(from, (to, T::default()));
        }
    }

    /// Makes a piece begin at an address, if one reaches over it.
    fn cut(&mut self, at: u64) {
        self.step();
        let Some((_, (end, value))) = self
            .pieces
            .range_mut((Unbounded, Excluded(at)))
            .next_back()
            .filter(|(_, (end, _))| at < *end)
        else {
            return;
        };
        let rest = (*end, value.clone());
        *end = at;
        self.pieces.insert(at, rest);
    }

    /// Counts a piece that was looked at; in tests only.
    #[inline]
    #[cfg_attr(
        not(test),
        expect(clippy::unused_self, reason = "what is counted is a field of tests")
    )]
    fn step(&self) {
        #[cfg(test)]
        self.steps.set(self.steps.get() + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u64, end: u64) -> Range {
        Range::new(Addr(start), Addr(end))
    }

    /// The values at addresses 0 to 11, a dot where there is none.
    fn letters(pieces: &Pieces<String>) -> Vec<String> {
        (0..12)
            .map(|at| {
                let value = pieces.at(Addr(at));
                value.map_or(".".to_owned(), Clone::clone)
            })
            .collect()
    }

    #[test]
    fn the_latest_value_of_each_address_counts() {
        let mut pieces = Pieces::default();
        pieces.put(range(2, 8), "a".to_owned());
        pieces.put(range(4, 6), "b".to_owned());
        pieces.put(range(7, 10), "c".to_owned());
        pieces.put(range(5, 5), "never".to_owned());
        assert_eq!(letters(&pieces).concat(), "..aabbaccc..");
        pieces.put(range(0, 12), "d".to_owned());
        assert_eq!(letters(&pieces).concat(), "d".repeat(12));
        assert_eq!(pieces.pieces.len(), 1);
    }

    #[test]
    fn a_change_meets_every_piece_and_every_gap() {
        let mut pieces: Pieces<String> = Pieces::default();
        pieces.update(range(2, 4), |text| text.push('a'));
        pieces.update(range(6, 8), |text| text.push('b'));
        pieces.update(range(1, 7), |text| text.push('c'));
        assert_eq!(
            letters(&pieces),
            [
                ".", "c", "ac", "ac", "c", "c", "bc", "b", ".", ".", ".", "."
            ]
        );
    }

    #[test]
    fn calls_page_by_page_and_calls_over_all_cost_a_few_steps_each() {
        let calls = 60_000;
        let mut pieces = Pieces::default();
        for call in 0..calls {
            // Forward, and in no order: 7919 is prime.
            pieces.put(range(call, call + 1), call);
            let page = call * 7919 % calls;
            pieces.put(range(page, page + 1), call);
            if call % 100 == 0 {
                pieces.put(range(0, calls), call);
            }
        }
        assert!(pieces.steps.get() < 10 * calls as usize);
    }
}
