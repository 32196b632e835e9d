//! In which order VMAs are listed.

use crate::mem::Field;
use crate::observe::portrait::area::{Area, Areas};

/// By what VMAs are sorted. Where two are equal, the lower address comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Order {
    /// As they lie.
    Address,
    /// Most memory first.
    #[default]
    Rss,
    /// Longest first.
    Size,
    /// Largest share first.
    Pss,
    /// Most written memory first: pages that no disk has as they are.
    Dirty,
    /// Most swapped out first.
    Swap,
}

impl Order {
    /// Every order.
    pub const ALL: [Self; 6] = [
        Self::Address,
        Self::Rss,
        Self::Size,
        Self::Pss,
        Self::Dirty,
        Self::Swap,
    ];

    /// The VMAs in this order; at most `top` of them.
    pub fn list(self, areas: &Areas, top: Option<usize>) -> Vec<&Area> {
        let mut list: Vec<&Area> = areas.list().iter().collect();
        if self != Self::Address {
            // Stable: they came in the order of addresses.
            list.sort_by_key(|area| std::cmp::Reverse(self.weight(area)));
        }
        list.truncate(top.unwrap_or(usize::MAX));
        list
    }

    /// What a VMA weighs in this order, in bytes; 0 where smaps does not say, and by address.
    pub fn weight(self, area: &Area) -> u64 {
        match self {
            Self::Address => 0,
            Self::Rss => area.about(Field::Rss),
            Self::Size => area.about(Field::Size),
            Self::Pss => area.about(Field::Pss),
            Self::Dirty => area.about(Field::PrivateDirty) + area.about(Field::SharedDirty),
            Self::Swap => area.about(Field::Swap),
        }
    }

    /// Whether only smaps tells it.
    pub fn needs_sizes(self) -> bool {
        !matches!(self, Self::Address | Self::Size)
    }

    /// The order `by` places further, round and round.
    #[must_use]
    pub fn step(self, by: usize) -> Self {
        let here = Self::ALL.iter().position(|order| *order == self);
        Self::ALL[(here.unwrap_or(0) + by) % Self::ALL.len()]
    }

    /// By what, in a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Rss => "rss",
            Self::Size => "size",
            Self::Pss => "pss",
            Self::Dirty => "dirty",
            Self::Swap => "swap",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::portrait::area::Parser;

    #[test]
    fn vmas_are_sorted_and_cut() {
        let mut parser = Parser::default();
        for (start, size, rss, pss) in [(1, 8, 4, 4), (2, 4, 4, 1), (3, 16, 8, 0)] {
            let text = format!(
                "{start}000-{start}800 rw-p 0 0:0 0\nSize: {size} kB\nRss: {rss} kB\nPss: {pss} kB\n"
            );
            parser.push(text.as_bytes());
        }
        let areas = parser.finish(b"");
        let table = [
            (Order::Address, [1, 2, 3]),
            (Order::Rss, [3, 1, 2]),
            (Order::Size, [3, 1, 2]),
            (Order::Pss, [1, 2, 3]),
        ];
        for (order, expected) in table {
            let found: Vec<u64> = order
                .list(&areas, None)
                .iter()
                .map(|area| area.range().start.0 >> 12)
                .collect();
            assert_eq!(found, expected, "{order:?}");
            assert_eq!(order.list(&areas, Some(2)).len(), 2);
        }
    }
}
