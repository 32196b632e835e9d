//! What `/proc/<pid>/smaps` says of one VMA. See proc(5) and `Documentation/filesystems/proc.rst`.

use super::Bytes;
use serde::{Deserialize, Serialize};

/// Sizes of one VMA, or sums over several, in bytes (smaps shows kB).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// `Size`: the length of the VMA.
    pub size: Bytes,
    /// `Rss`: pages present, without the zero page.
    pub rss: Bytes,
    /// `Pss`: RSS with each page divided by how many map it.
    pub pss: Bytes,
    /// `Shared_Clean`: mapped by several, not dirty.
    pub shared_clean: Bytes,
    /// `Shared_Dirty`: mapped by several, dirty.
    pub shared_dirty: Bytes,
    /// `Private_Clean`: mapped here only, not dirty.
    pub private_clean: Bytes,
    /// `Private_Dirty`: mapped here only, dirty.
    pub private_dirty: Bytes,
    /// `Referenced`: accessed since last cleared.
    pub referenced: Bytes,
    /// `Anonymous`: not backed by a file, or a private copy of a file's page.
    pub anonymous: Bytes,
    /// `LazyFree`: marked by `MADV_FREE`, still there. Since Linux 4.12.
    pub lazy_free: Bytes,
    /// `AnonHugePages`: anonymous memory in transparent huge pages.
    pub anon_huge: Bytes,
    /// `Swap`: swapped out.
    pub swap: Bytes,
    /// `Locked`: locked by `mlock`.
    pub locked: Bytes,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        let pairs = [
            (&mut self.size, other.size),
            (&mut self.rss, other.rss),
            (&mut self.pss, other.pss),
            (&mut self.shared_clean, other.shared_clean),
            (&mut self.shared_dirty, other.shared_dirty),
            (&mut self.private_clean, other.private_clean),
            (&mut self.private_dirty, other.private_dirty),
            (&mut self.referenced, other.referenced),
            (&mut self.anonymous, other.anonymous),
            (&mut self.lazy_free, other.lazy_free),
            (&mut self.anon_huge, other.anon_huge),
            (&mut self.swap, other.swap),
            (&mut self.locked, other.locked),
        ];
        for (sum, more) in pairs {
            // Sizes may come from a file that is damaged.
            sum.0 = sum.0.saturating_add(more.0);
        }
    }
}
