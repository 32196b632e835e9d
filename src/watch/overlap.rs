//! Files that one process has mapped twice: what their VMAs have in common. Pure.
//!
//! The kernel counts a page as shared when it is mapped more than once, by whomever. Of the bytes that a process maps
//! twice itself, smaps does not tell whether anybody else has them too.

use crate::mem::{Backing, Field};
use crate::observe::portrait::area::Areas;

/// For each VMA, how many bytes of its file, at most, other VMAs of the same process have mapped as well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Of VMAs that have none there is no entry; in the order of their index.
    found: Vec<(usize, u64)>,
    /// Of these, what lies in a VMA that came before in the order of files: counted there already.
    again: Vec<(usize, u64)>,
}

/// A VMA of a file that has pages of it in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Piece {
    file: ((u32, u32), u64),
    /// Its first byte of the file, and one past its last.
    from: u64,
    to: u64,
    index: usize,
    /// Bytes of the file that it has in memory.
    resident: u64,
}

impl Overlap {
    /// Of all VMAs that have pages of a file in memory, which copies of pages are not.
    pub fn of(areas: &Areas) -> Self {
        let pieces = areas.list().iter().enumerate().filter_map(|(index, area)| {
            let is_file = matches!(areas.backing(area), Backing::File { .. });
            let resident = area
                .about(Field::Rss)
                .saturating_sub(area.about(Field::Anonymous));
            let (from, length) = (area.offset(), area.range().length());
            (is_file && resident > 0).then(|| Piece {
                file: areas.file(area),
                from,
                to: from.saturating_add(length),
                index,
                resident,
            })
        });
        Self::among(pieces.collect())
    }

    fn among(mut pieces: Vec<Piece>) -> Self {
        pieces.sort_unstable();
        let mut overlap = Self::default();
        for pieces in pieces.chunk_by(|one, other| one.file == other.file) {
            overlap.add(pieces);
        }
        overlap.found.sort_unstable();
        overlap.again.sort_unstable();
        overlap
    }

    /// Adds the VMAs of one file, in the order of its bytes.
    fn add(&mut self, pieces: &[Piece]) {
        let all: u64 = pieces.iter().map(|piece| piece.resident).sum();
        // How far the VMAs before reach.
        let mut reach = 0;
        for (at, piece) in pieces.iter().enumerate() {
            let (from, to) = (piece.from, piece.to);
            let below = to.min(reach).saturating_sub(from);
            let next = pieces.get(at + 1);
            let above = next.map_or(0, |next| to.saturating_sub(next.from.max(from + below)));
            // No more than the others have in memory.
            let most = all - piece.resident;
            let (both, again) = ((below + above).min(most), below.min(most));
            if both > 0 {
                self.found.push((piece.index, both));
            }
            if again > 0 {
                self.again.push((piece.index, again));
            }
            reach = reach.max(to);
        }
    }

    /// Bytes of a VMA that the process may have mapped elsewhere too.
    pub fn at(&self, index: usize) -> u64 {
        look_up(&self.found, index)
    }

    /// Bytes of a VMA that stand in another one that is counted before it.
    pub fn again(&self, index: usize) -> u64 {
        look_up(&self.again, index)
    }
}

fn look_up(list: &[(usize, u64)], index: usize) -> u64 {
    list.binary_search_by_key(&index, |(index, _)| *index)
        .map_or(0, |at| list[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_vmas_of_a_file_have_in_common_is_found() {
        // Pieces in the order of addresses; what each shares with others, and what of it was counted before.
        type Row = (
            &'static [(((u32, u32), u64), u64, u64)],
            &'static [(u64, u64)],
        );
        let table: [Row; 7] = [
            (&[], &[]),
            (
                &[(((8, 1), 7), 0, 10), (((8, 1), 7), 10, 20)],
                &[(0, 0), (0, 0)],
            ),
            (
                &[(((8, 1), 7), 0, 10), (((8, 1), 8), 0, 10)],
                &[(0, 0), (0, 0)],
            ),
            (
                &[(((8, 1), 7), 0, 10), (((8, 1), 7), 0, 10)],
                &[(10, 0), (10, 10)],
            ),
            (
                &[(((8, 1), 7), 0, 10), (((8, 1), 7), 8, 20)],
                &[(2, 0), (2, 2)],
            ),
            (
                &[(((8, 1), 7), 8, 20), (((8, 1), 7), 0, 10)],
                &[(2, 2), (2, 0)],
            ),
            (
                &[
                    (((8, 1), 7), 0, 30),
                    (((8, 1), 7), 5, 9),
                    (((8, 1), 7), 20, 40),
                ],
                &[(24, 0), (4, 4), (10, 10)],
            ),
        ];
        for (pieces, expected) in table {
            let list = pieces.iter().enumerate();
            let list = list.map(|(index, &(file, from, to))| Piece {
                file,
                from,
                to,
                index,
                resident: to - from,
            });
            let overlap = Overlap::among(list.collect());
            let found: Vec<(u64, u64)> = (0..pieces.len())
                .map(|index| (overlap.at(index), overlap.again(index)))
                .collect();
            assert_eq!(found, expected, "{pieces:?}");
        }
    }
    #[test]
    fn what_is_not_in_memory_is_not_mapped_twice() {
        let file = ((8, 1), 7);
        let of = |residents: [u64; 2]| {
            let pieces = residents.iter().zip(0..).map(|(&resident, index)| Piece {
                file,
                from: 0,
                to: 100,
                index,
                resident,
            });
            let overlap = Overlap::among(pieces.collect());
            [0, 1].map(|index| (overlap.at(index), overlap.again(index)))
        };
        assert_eq!(of([100, 100]), [(100, 0), (100, 100)]);
        assert_eq!(of([40, 3]), [(3, 0), (40, 40)]);
        assert_eq!(
            of([40, 0]),
            [(0, 0), (40, 40)],
            "one without any is not among them"
        );
    }
}
