//! Files that one process has mapped twice: what their VMAs have in common. Pure.
//!
//! The kernel counts a page as shared when it is mapped more than once, by whomever. Of the bytes that a process maps
//! twice itself, smaps does not tell whether anybody else has them too.

use crate::mem::Backing;
use crate::observe::portrait::area::Areas;

/// For each VMA, how many bytes of its file, at most, other VMAs of the same process have mapped as well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Of VMAs that have none there is no entry; in the order of their index.
    found: Vec<(usize, u64)>,
    /// Of these, what lies in a VMA that came before in the order of files: counted there already.
    again: Vec<(usize, u64)>,
}

/// A VMA of a file: the file, its first byte there, one past its last, and its index.
type Piece = (((u32, u32), u64), u64, u64, usize);

impl Overlap {
    /// Of all VMAs of files.
    pub fn of(areas: &Areas) -> Self {
        let files = areas.list().iter().enumerate();
        let files = files.filter(|(_, area)| matches!(areas.backing(area), Backing::File { .. }));
        let pieces = files.map(|(index, area)| {
            let (from, length) = (area.offset(), area.range().length());
            (areas.file(area), from, from.saturating_add(length), index)
        });
        Self::among(pieces.collect())
    }

    fn among(mut pieces: Vec<Piece>) -> Self {
        pieces.sort_unstable();
        let mut overlap = Self::default();
        // How far the VMAs before reach, in the same file.
        let mut reach = (None, 0);
        for (at, &(file, from, to, index)) in pieces.iter().enumerate() {
            if reach.0 != Some(file) {
                reach = (Some(file), 0);
            }
            let below = reach.1.min(to).saturating_sub(from);
            let next = pieces.get(at + 1).filter(|next| next.0 == file);
            let above = next.map_or(0, |next| to.saturating_sub(next.1.max(from + below)));
            if below + above > 0 {
                overlap.found.push((index, below + above));
            }
            if below > 0 {
                overlap.again.push((index, below));
            }
            reach.1 = reach.1.max(to);
        }
        overlap.found.sort_unstable();
        overlap.again.sort_unstable();
        overlap
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
                &[(25, 0), (4, 4), (10, 10)],
            ),
        ];
        for (pieces, expected) in table {
            let list = pieces.iter().enumerate();
            let list = list.map(|(index, (file, from, to))| (*file, *from, *to, index));
            let overlap = Overlap::among(list.collect());
            let found: Vec<(u64, u64)> = (0..pieces.len())
                .map(|index| (overlap.at(index), overlap.again(index)))
                .collect();
            assert_eq!(found, expected, "{pieces:?}");
        }
    }
}
