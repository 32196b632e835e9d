//! The address space as a map: what kind of memory each VMA is, and how VMAs lie together in clusters with holes between.
//!
//! A process has 128 TiB of addresses or more and uses a few of them in a handful of places. A map to scale shows one
//! cluster a line; the holes between are told in words. Pure.

use super::sample::{Line, Vmas};
use crate::mem::{Backing, Perms, Range};

/// What a VMA is, as a map and a filter tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Code of a file.
    Code,
    /// Any other mapping of a file.
    File,
    /// `[heap]`, which grows upwards.
    Heap,
    /// Memory without a file.
    Anonymous,
    /// Shared memory.
    SharedMemory,
    /// `[stack]`, which grows downwards.
    Stack,
    /// The kernel's own: `[vdso]` and its like.
    Special,
    /// Addresses that permit nothing (`---p`): reserved, or a guard.
    Forbidden,
}

impl Kind {
    /// Every kind, in the order of a legend.
    pub const ALL: [Self; 8] = [
        Self::Code,
        Self::File,
        Self::Heap,
        Self::Anonymous,
        Self::SharedMemory,
        Self::Stack,
        Self::Special,
        Self::Forbidden,
    ];

    /// The kind of a VMA.
    pub fn of(perms: Perms, backing: &Backing) -> Self {
        if !perms.read && !perms.write && !perms.execute {
            return Self::Forbidden;
        }
        match backing {
            Backing::File { .. } if perms.execute => Self::Code,
            Backing::File { .. } => Self::File,
            Backing::Heap => Self::Heap,
            Backing::Stack => Self::Stack,
            Backing::SharedMemory { .. } => Self::SharedMemory,
            Backing::Anonymous => Self::Anonymous,
            Backing::Special(name) if name.starts_with("[anon") => Self::Anonymous,
            Backing::Special(_) => Self::Special,
        }
    }

    /// A few words for a legend.
    pub fn words(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::File => "file",
            Self::Heap => "heap",
            Self::Anonymous => "anonymous",
            Self::SharedMemory => "shared memory",
            Self::Stack => "stack",
            Self::Special => "the kernel's",
            Self::Forbidden => "no access",
        }
    }
}

/// VMAs that lie close together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// From the start of the first to the end of the last.
    pub range: Range,
    /// Index of the first VMA.
    pub first: usize,
    /// One past the index of the last.
    pub end: usize,
}

/// A hole is worth a line of its own when it would take more than one part in so many of the line it lies in.
const PART: u64 = 8;

/// For each cluster that is wanted so many holes are looked at: some of the largest are not worth a line, smaller ones
/// elsewhere may be.
pub(super) const HOLES: usize = 4;

/// The clusters of an address space, at most so many: broken at its largest holes.
#[cfg(test)]
pub(super) fn clusters(lines: &[Line], most: usize) -> Vec<Cluster> {
    broken(lines, &largest_holes(lines, most * HOLES), most)
}

/// The clusters, at most so many, of VMAs whose largest holes these are.
pub(super) fn broken<'a>(
    lines: &[Line],
    holes: impl IntoIterator<Item = &'a (u64, usize)>,
    most: usize,
) -> Vec<Cluster> {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        return Vec::new();
    };
    let mut clusters = vec![Cluster {
        range: Range::new(first.range.start, last.range.end),
        first: 0,
        end: lines.len(),
    }];
    for &(hole, at) in holes {
        if clusters.len() >= most {
            break;
        }
        let place = clusters.partition_point(|cluster| cluster.end <= at);
        let Some(whole) = clusters.get(place).copied() else {
            continue;
        };
        if hole < whole.range.length() / PART {
            continue;
        }
        let (below, above) = (&lines[at - 1], &lines[at]);
        clusters[place] = Cluster {
            range: Range::new(whole.range.start, below.range.end),
            end: at,
            ..whole
        };
        clusters.insert(
            place + 1,
            Cluster {
                range: Range::new(above.range.start, whole.range.end),
                first: at,
                ..whole
            },
        );
    }
    clusters
}

/// The largest holes, at most so many, largest first: bytes, and the index of the VMA above.
pub(super) fn largest_holes(lines: &[Line], most: usize) -> Vec<(u64, usize)> {
    let pairs = lines.windows(2).enumerate();
    let mut holes: Vec<(u64, usize)> = pairs
        .map(|(at, pair)| {
            let hole = pair[1].range.start.0.saturating_sub(pair[0].range.end.0);
            (hole, at + 1)
        })
        .filter(|(hole, _)| *hole > 0)
        .collect();
    holes.sort_unstable_by(|one, other| other.cmp(one));
    holes.truncate(most);
    holes
}

/// What a cell of a map shows: the kind that takes most of it, and its index among the VMAs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The kind of the VMA that takes most of the cell.
    pub kind: Kind,
    /// The index of that VMA.
    pub vma: usize,
    /// Bytes of the cell that are mapped, by any VMA.
    pub mapped: u64,
}

/// A cluster as cells of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    /// The cluster.
    pub cluster: Cluster,
    /// Bytes of a cell: the page size times a power of two.
    pub cell: u64,
    /// One a cell; `None` where nothing is mapped.
    pub spots: Vec<Option<Spot>>,
}

impl Strip {
    /// Draws a cluster in at most `width` cells.
    pub fn of(vmas: &Vmas, cluster: Cluster, page: u64, width: u32) -> Self {
        let cell = super::Lens::fitting(cluster.range, page, width);
        let count = cluster.range.length().div_ceil(cell) as usize;
        let mut spots = vec![None; count];
        let mut best = vec![0; count];
        let start = cluster.range.start.0;
        for index in cluster.first..cluster.end {
            let line = &vmas.lines()[index];
            let kind = Kind::of(line.perms, vmas.backing(line));
            let from = (line.range.start.0 - start) / cell;
            let to = (line.range.end.0 - start).div_ceil(cell);
            for at in from..to {
                let low = line.range.start.0.max(start + at * cell);
                let high = line
                    .range
                    .end
                    .0
                    .min((start + at * cell).saturating_add(cell));
                let bytes = high - low;
                let at = at as usize;
                let mapped = spots[at].map_or(0, |spot: Spot| spot.mapped) + bytes;
                if bytes > best[at] {
                    best[at] = bytes;
                    spots[at] = Some(Spot {
                        kind,
                        vma: index,
                        mapped,
                    });
                } else if let Some(spot) = &mut spots[at] {
                    spot.mapped = mapped;
                }
            }
        }
        Self {
            cluster,
            cell,
            spots,
        }
    }

    /// The cells that a range takes, from the first to one past the last; `None` when it does not lie here.
    pub fn cells_of(&self, range: Range) -> Option<std::ops::Range<usize>> {
        let here = self.cluster.range.intersection(range)?;
        let start = self.cluster.range.start.0;
        let from = (here.start.0 - start) / self.cell;
        let to = (here.end.0 - start).div_ceil(self.cell);
        Some(from as usize..to as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Addr, Vma};

    const PAGE: u64 = 4096;

    fn vma(start: u64, pages: u64, perms: &str, backing: Backing) -> Vma {
        Vma {
            range: Range::of(Addr(start), pages * PAGE),
            perms: Perms::of(perms).unwrap(),
            offset: 0,
            device: (0, 0),
            inode: u64::from(backing.is_file()),
            backing,
        }
    }

    fn file() -> Backing {
        Backing::File {
            path: "/lib/a".to_owned(),
            deleted: false,
        }
    }

    /// As a small program has it: itself, its heap, libraries, a stack.
    fn usual() -> Vmas {
        [
            vma(0x5555_5555_0000, 4, "r-xp", file()),
            vma(0x5555_5555_4000, 1, "rw-p", file()),
            vma(0x5555_5556_0000, 33, "rw-p", Backing::Heap),
            vma(0x7fff_f700_0000, 256, "r-xp", file()),
            vma(0x7fff_f710_0000, 16, "---p", Backing::Anonymous),
            vma(0x7fff_f711_0000, 2, "rw-p", Backing::Anonymous),
            vma(0x7fff_fffd_e000, 33, "rw-p", Backing::Stack),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn an_address_space_is_broken_at_its_largest_holes() {
        let vmas = usual();
        let table = [
            (1, vec![(0, 7)]),
            (2, vec![(0, 3), (3, 7)]),
            (3, vec![(0, 3), (3, 6), (6, 7)]),
            // The hole below the heap would take a quarter of its line.
            (9, vec![(0, 2), (2, 3), (3, 6), (6, 7)]),
        ];
        for (most, expected) in table {
            let found: Vec<(usize, usize)> = clusters(vmas.lines(), most)
                .iter()
                .map(|cluster| (cluster.first, cluster.end))
                .collect();
            assert_eq!(found, expected, "at most {most}");
        }
        assert_eq!(clusters(&[], 3), []);
    }

    #[test]
    fn a_cell_shows_what_takes_most_of_it() {
        let vmas = usual();
        let cluster = clusters(vmas.lines(), 2)[1];
        let strip = Strip::of(&vmas, cluster, PAGE, 1000);
        assert!(strip.spots.len() <= 1000 && strip.cell.is_multiple_of(PAGE));
        let mapped: u64 = strip.spots.iter().flatten().map(|spot| spot.mapped).sum();
        let lines = &vmas.lines()[cluster.first..cluster.end];
        let all: u64 = lines.iter().map(|line| line.range.length()).sum();
        assert_eq!(mapped, all);
        assert_eq!(strip.spots[0].unwrap().kind, Kind::Code);
        let last = strip.spots.last().unwrap().unwrap();
        assert_eq!((last.kind, last.vma), (Kind::Stack, 6));
        assert!(strip.spots.iter().any(Option::is_none));
        let cells = strip.cells_of(vmas.lines()[6].range).unwrap();
        assert_eq!(cells.end, strip.spots.len());
        assert_eq!(strip.cells_of(vmas.lines()[0].range), None);
    }

    #[test]
    fn kinds_are_told_by_permissions_and_name() {
        let special = |name: &str| Backing::Special(name.to_owned());
        let table = [
            ("r-xp", file(), Kind::Code),
            ("r--p", file(), Kind::File),
            ("---p", file(), Kind::Forbidden),
            ("rw-p", Backing::Heap, Kind::Heap),
            ("r-xp", special("[vdso]"), Kind::Special),
            ("rw-p", special("[anon:arena]"), Kind::Anonymous),
        ];
        for (perms, backing, kind) in table {
            let vma = vma(0, 1, perms, backing);
            assert_eq!(Kind::of(vma.perms, &vma.backing), kind, "{vma:?}");
        }
    }
}
