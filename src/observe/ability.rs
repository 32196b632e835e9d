//! What this kernel and these rights allow, found by trying each thing on this very process; never by version.

use crate::mem::PageSize;
use std::fs::File;

/// The size of a page, from `sysconf(_SC_PAGESIZE)`.
pub fn page_size() -> PageSize {
    // SAFETY: sysconf has no preconditions.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(bytes)
        .ok()
        .and_then(PageSize::new)
        .unwrap_or_else(|| PageSize::new(4096).expect("a power of two"))
}

/// Whether frame numbers can be read: those of this process's own stack are not 0.
pub fn frames_readable() -> bool {
    own_entry().is_some_and(|bits| bits & super::state::FRAME != 0)
}

/// The pagemap entry of a page of this process that is surely present: the one of a local variable.
fn own_entry() -> Option<u64> {
    let here = 0u64;
    let address = std::hint::black_box(&raw const here) as u64;
    let pagemap = super::live::pagemap::Pagemap::new(File::open("/proc/self/pagemap").ok()?);
    let entries = pagemap.entries(address / page_size().bytes(), 1).ok()?;
    entries.first().copied()
}
