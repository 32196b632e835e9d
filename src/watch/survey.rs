//! What a map of the address space is drawn from, found once for each list of VMAs: a frame that went over 60,000 of them
//! would make every key wait. Pure, but for strips that were drawn being kept.

use super::sample::{Line, Vmas};
use super::space::{self, Cluster, Strip};
use crate::mem::Addr;
use std::cell::RefCell;
use std::sync::Arc;

/// The most clusters that can be asked for.
pub const CLUSTERS: usize = 16;
/// Strips that are kept: those of one screen, and of another size of it.
const STRIPS: usize = 2 * CLUSTERS;

/// A list of VMAs, and what follows from it.
#[derive(Debug)]
pub struct Survey {
    vmas: Arc<Vmas>,
    mapped: u64,
    /// The largest holes, as [`space::largest_holes`] gives them.
    holes: Vec<(u64, usize)>,
    /// How many VMAs lie in the process's own half: `[vsyscall]` is among the kernel's addresses, beyond all that can be
    /// drawn.
    own: usize,
    /// With how many cells each was drawn in at most.
    strips: RefCell<Vec<(u32, Arc<Strip>)>>,
}

impl Survey {
    /// Of a process whose own addresses end there.
    pub fn of(vmas: Arc<Vmas>, end: Addr) -> Self {
        let lines = vmas.lines();
        Self {
            mapped: lines.iter().map(|line| line.range.length()).sum(),
            // One of them may be the hole below `[vsyscall]`.
            holes: space::largest_holes(lines, CLUSTERS * space::HOLES + 1),
            own: lines.partition_point(|line| line.range.end <= end),
            strips: RefCell::default(),
            vmas,
        }
    }

    /// Whether it is of this list, and not only of one that is the same.
    pub fn is_of(&self, vmas: &Arc<Vmas>) -> bool {
        Arc::ptr_eq(&self.vmas, vmas)
    }

    /// Bytes of all VMAs.
    pub fn mapped(&self) -> u64 {
        self.mapped
    }

    /// The clusters of all VMAs.
    pub fn clusters(&self, most: usize) -> Vec<Cluster> {
        self.broken(self.vmas.lines(), most)
    }

    /// The clusters of the process's own half.
    pub fn own_clusters(&self, most: usize) -> Vec<Cluster> {
        self.broken(&self.vmas.lines()[..self.own], most)
    }

    fn broken(&self, lines: &[Line], most: usize) -> Vec<Cluster> {
        let most = most.min(CLUSTERS);
        let here = self.holes.iter().filter(|(_, at)| *at < lines.len());
        space::broken(lines, here.take(most * space::HOLES), most)
    }

    /// One of the clusters in at most `width` cells.
    pub fn strip(&self, cluster: Cluster, page: u64, width: u32) -> Arc<Strip> {
        let mut strips = self.strips.borrow_mut();
        let known = strips
            .iter()
            .find(|(cells, strip)| (*cells, strip.cluster) == (width, cluster));
        if let Some((_, strip)) = known {
            return Arc::clone(strip);
        }
        if strips.len() == STRIPS {
            strips.clear();
        }
        let strip = Arc::new(Strip::of(&self.vmas, cluster, page, width));
        strips.push((width, Arc::clone(&strip)));
        strip
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Backing, Perms, Range, Vma};

    const PAGE: u64 = 4096;
    const END: Addr = Addr(1 << 47);

    /// Many VMAs with holes of many sizes, and the kernel's own page above them.
    fn scattered() -> Arc<Vmas> {
        let mut at = 0x10_000;
        let mut vmas: Vec<Vma> = (0..300)
            .map(|index: u64| {
                at += (index * 7919 % 101) * (1 << (index % 20)) * PAGE;
                let range = Range::of(Addr(at), (1 + index % 5) * PAGE);
                at = range.end.0;
                vma(
                    range,
                    if index.is_multiple_of(2) {
                        "rw-p"
                    } else {
                        "---p"
                    },
                )
            })
            .collect();
        vmas.push(vma(Range::of(Addr(0xffff_ffff_ff60_0000), PAGE), "--xp"));
        Arc::new(vmas.into_iter().collect())
    }

    fn vma(range: Range, perms: &str) -> Vma {
        Vma {
            range,
            perms: Perms::of(perms).unwrap(),
            offset: 0,
            device: (0, 0),
            inode: 0,
            backing: Backing::Anonymous,
        }
    }

    #[test]
    fn it_says_what_going_over_all_vmas_says() {
        let vmas = scattered();
        let survey = Survey::of(Arc::clone(&vmas), END);
        assert!(survey.is_of(&vmas) && !survey.is_of(&scattered()));
        let lines = vmas.lines();
        let own = &lines[..lines.len() - 1];
        for most in 1..=CLUSTERS {
            let all = survey.clusters(most);
            assert_eq!(all, space::clusters(lines, most), "at most {most}");
            assert_eq!(survey.own_clusters(most), space::clusters(own, most));
        }
        let mapped: u64 = lines.iter().map(|line| line.range.length()).sum();
        assert_eq!(survey.mapped(), mapped);
    }

    #[test]
    fn a_strip_is_kept_for_each_width_and_never_taken_for_another() {
        let vmas = scattered();
        let survey = Survey::of(Arc::clone(&vmas), END);
        for round in 0..2 {
            for width in 20..90 {
                for cluster in survey.own_clusters(6) {
                    let strip = survey.strip(cluster, PAGE, width);
                    assert_eq!(*strip, Strip::of(&vmas, cluster, PAGE, width), "{round}");
                    assert!(Arc::ptr_eq(&strip, &survey.strip(cluster, PAGE, width)));
                }
            }
        }
        assert!(survey.strips.borrow().len() <= STRIPS);
    }
}
