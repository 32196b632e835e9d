//! Why something changed: the words of the product's central sentence.
//!
//! [`cause()`] decides it for a faulting access, `signal` says why an access was refused, `words` holds what is said
//! of each cause. What stands here is vocabulary only.

use serde::{Deserialize, Serialize};

mod fault;
mod signal;
mod words;

pub use fault::cause;
pub use signal::{Scene, why};

use crate::mem::{AccessKind, Faults, Nanos, PageState, Process, Range};

/// The cause of a change; the kebab-case word of each is stable and appears in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Cause {
    /// A read of fresh private anonymous memory: the kernel mapped the shared zero page.
    ZeroPageRead,
    /// A write to fresh private anonymous memory: a zeroed page of its own.
    DemandZero,
    /// A write over the shared zero page: replaced by a zeroed page of its own.
    ZeroPageUpgrade,
    /// A write to an anonymous page shared since fork: the kernel copied it.
    CopyOnWrite,
    /// A write to a page that was shared, by the last who has it: a fault, made writable again, nothing copied.
    Reuse,
    /// A write to a page of a private file mapping: copied from the page cache.
    PrivateFileCopy,
    /// A page found in the page cache was mapped.
    FileMinor,
    /// A page had to be brought into the page cache first.
    FileMajor,
    /// Pages mapped along with a file fault because they were in the page cache already.
    FaultAround,
    /// Pages that came along with a fault, or by `MADV_COLLAPSE`, because a huge page holds them all.
    HugePage,
    /// The first write to a clean page of a shared file mapping: the kernel notes it as dirty.
    WriteNotify,
    /// A page of shared memory (anonymous or shmem) allocated on first access.
    SharedMemoryFault,
    /// A page of shared memory another process or mapping has already, mapped here now.
    SharedMemoryMap,
    /// A fault that changed nothing to be seen (a race, a spurious TLB entry, an accessed bit).
    Spurious,
    /// The pages were populated by a call (`MAP_POPULATE`, `MADV_POPULATE_*`, `mlock`).
    Populated,
    /// The kernel wrote or read the pages on the program's behalf inside a system call (`read(2)` into a buffer).
    KernelAccess,
    /// An access with no permission or no mapping.
    SegmentationFault,
    /// An access behind the end of the file, or whose page could not be had.
    BusError,
    /// A call into memory that is not code.
    IllegalInstruction,
    /// Any other signal (SIGFPE, …).
    OtherSignal,
    /// A VMA appeared.
    MappingCreated,
    /// A VMA went away.
    MappingRemoved,
    /// One VMA became several.
    MappingSplit,
    /// Several VMAs became one.
    MappingMerged,
    /// A VMA grew.
    MappingGrown,
    /// A VMA shrank.
    MappingShrunk,
    /// The protection of a VMA changed.
    ProtectionChanged,
    /// The name of the file or the shared memory behind a VMA was removed (`unlink`, `shm_unlink`); nothing else was.
    NameRemoved,
    /// Page-table entries went away while the VMA stayed (`MADV_DONTNEED`, truncation, reclaim).
    Dropped,
    /// Private pages became shared with a new process.
    SharedByFork,
    /// Pages are mapped by no other process any more: the others let go.
    ExclusiveAgain,
    /// The kernel was told how memory or a file will be used (`madvise`, `posix_fadvise`, `mlock`); no page changed by it.
    Advised,
    /// More, or fewer, pages may be taken back without being saved (`MADV_FREE`): `LazyFree` of smaps.
    LazyFree,
    /// Pages of a file came into the page cache along with the one that a fault or an advice asked for.
    ReadAhead,
    /// Pages of a file came into the page cache, by `read(2)` or for a fault of their own.
    Cached,
    /// Pages of a file in the page cache were changed, and have to be written back.
    Dirtied,
    /// Dirty pages of a file are being written back.
    WritebackStarted,
    /// Dirty pages of a file were written back: they are clean again.
    WrittenBack,
    /// Pages of a file left the page cache.
    Evicted,
    /// A process appeared.
    ProcessCreated,
    /// A process ended.
    ProcessEnded,
    /// Something changed that no rule explains; said, never hidden.
    Unexplained,
    /// `mremap` took a mapping to other addresses, with its pages.
    MappingMoved,
}

/// Where a change happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// Pages `first..=last` of the mapping that begins at the range's start.
    Pages {
        /// The VMA.
        mapping: Range,
        /// First page, counted from the start of the VMA.
        first: u64,
        /// Last page.
        last: u64,
    },
    /// A whole VMA, or what was one.
    Mapping(Range),
    /// An address outside every VMA.
    Address(crate::mem::Addr),
    /// The process itself.
    Process,
}

/// One difference between two snapshots, one fault, or one word to the kernel that shows nowhere, with its cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// In which process.
    pub process: Process,
    /// Why.
    pub cause: Cause,
    /// Where.
    pub place: Place,
    /// The access that did it, if one did.
    pub access: Option<AccessKind>,
    /// State before, for pages.
    pub before: Option<PageState>,
    /// State after, for pages.
    pub after: Option<PageState>,
    /// Faults it cost.
    pub faults: Faults,
    /// Median time of its acts, where it had any.
    pub elapsed: Option<Nanos>,
    /// The sentence: `write to page 3: present, shared since fork -> the kernel copied it (copy-on-write), 1 minor
    /// fault, 1.9 us`.
    pub text: String,
}
