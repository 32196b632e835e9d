//! The pieces of the bar that shows where memory goes: the parts of RSS, and what stands beside it. Pure.

use super::{Division, Facts};

/// A piece of the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// Anonymous memory, but for what is marked free.
    Anonymous,
    /// Anonymous memory marked free by `MADV_FREE`.
    LazyFree,
    /// Pages of files that other processes have mapped too.
    FileShared,
    /// Pages of files that only this process has mapped.
    FileAlone,
    /// Pages of files of which it cannot be told.
    FileEither,
    /// Shared memory.
    SharedMemory,
    /// `[vdso]` and its like.
    Other,
    /// Page tables: in no RSS.
    PageTables,
    /// Swapped out: in no RSS.
    Swap,
    /// Huge pages set aside: in no RSS.
    Hugetlb,
}

impl Piece {
    /// Every piece, in the order of the bar.
    pub const ALL: [Self; 10] = [
        Self::Anonymous,
        Self::LazyFree,
        Self::FileShared,
        Self::FileAlone,
        Self::FileEither,
        Self::SharedMemory,
        Self::Other,
        Self::PageTables,
        Self::Swap,
        Self::Hugetlb,
    ];

    /// Whether RSS counts it.
    pub fn is_in_rss(self) -> bool {
        !matches!(self, Self::PageTables | Self::Swap | Self::Hugetlb)
    }

    /// Its name.
    pub fn words(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::LazyFree => "lazily freed",
            Self::FileShared => "file, others too",
            Self::FileAlone => "file, here only",
            Self::FileEither => "file, others or not",
            Self::SharedMemory => "shared memory",
            Self::Other => "[vdso] and such",
            Self::PageTables => "page tables",
            Self::Swap => "swapped out",
            Self::Hugetlb => "hugetlb",
        }
    }

    /// What it is, in a sentence for somebody who has not met it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Anonymous => "pages with no file behind them: written here, or had by fork",
            Self::LazyFree => "anonymous pages given up with MADV_FREE, and not taken yet",
            Self::FileShared => "page cache that other processes have mapped too",
            Self::FileAlone => "page cache that only this process has mapped",
            Self::FileEither => "page cache of which it is not known who else has it mapped",
            Self::SharedMemory => "shm, memfd, tmpfs, MAP_SHARED without a file",
            Self::Other => "what the kernel maps into every process",
            Self::PageTables => "what the kernel needs to find the pages; in no RSS",
            Self::Swap => "anonymous pages on a disk; in no RSS",
            Self::Hugetlb => "huge pages set aside beforehand; in no RSS",
        }
    }

    /// How large it is as a part of RSS; `None` where that is not known, or it is none.
    pub fn of_division(self, division: &Division) -> Option<u64> {
        match self {
            Self::Anonymous => Some(division.anonymous),
            Self::LazyFree => division.lazy_free,
            Self::FileShared => division.file_shared,
            Self::FileAlone => division.file_alone,
            Self::FileEither => Some(division.file_either),
            Self::SharedMemory => Some(division.shared_memory),
            Self::Other => division.other,
            Self::PageTables | Self::Swap | Self::Hugetlb => None,
        }
    }

    /// How large it is, in bytes.
    pub fn of(self, facts: &Facts) -> Option<u64> {
        match self {
            Self::PageTables => facts.page_tables,
            Self::Swap => facts.swap,
            Self::Hugetlb => facts.hugetlb,
            part => part.of_division(facts.division.as_ref()?),
        }
    }
}

/// Shares a bar of so many cells among numbers, to scale: all cells are given away, and each share is right to the cell.
pub fn shares(numbers: &[u64], cells: usize) -> Vec<usize> {
    let all: u128 = numbers.iter().map(|number| u128::from(*number)).sum();
    if all == 0 {
        return vec![0; numbers.len()];
    }
    // Where each piece ends, rounded: no error adds up.
    let mut sum = 0u128;
    let mut from = 0;
    let share = |number: &u64| {
        sum += u128::from(*number);
        let to = ((sum * cells as u128 + all / 2) / all) as usize;
        let share = to - from;
        from = to;
        share
    };
    numbers.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_given_away_whole_and_to_scale() {
        let table = [
            (vec![1, 1], 10, vec![5, 5]),
            (vec![0, 0], 10, vec![0, 0]),
            (vec![999, 1], 10, vec![10, 0]),
            (vec![1, 1, 1], 10, vec![3, 4, 3]),
            (vec![u64::MAX, u64::MAX], 3, vec![2, 1]),
        ];
        for (numbers, cells, expected) in table {
            assert_eq!(shares(&numbers, cells), expected, "{numbers:?}");
        }
    }

    #[test]
    fn the_pieces_of_rss_are_all_of_it() {
        let division = Division {
            rss: 127,
            anonymous: 1,
            lazy_free: Some(2),
            file_shared: Some(4),
            file_alone: Some(8),
            file_either: 16,
            shared_memory: 32,
            other: Some(64),
        };
        let facts = Facts {
            division: Some(division),
            page_tables: Some(1000),
            ..Facts::default()
        };
        let inside = Piece::ALL.iter().filter(|piece| piece.is_in_rss());
        let sum: u64 = inside.filter_map(|piece| piece.of(&facts)).sum();
        assert_eq!(sum, division.rss);
        assert_eq!(Piece::PageTables.of(&facts), Some(1000));
        assert_eq!(Piece::Swap.of(&facts), None);
    }
}
