//! What is said of a cause: its stable word, its label, its explanation.

use super::Cause;

impl Cause {
    /// Whether it speaks of the page cache rather than of a process's memory.
    pub fn is_of_page_cache(self) -> bool {
        matches!(
            self,
            Self::ReadAhead
                | Self::Cached
                | Self::Dirtied
                | Self::WritebackStarted
                | Self::WrittenBack
                | Self::Evicted
        )
    }

    /// The stable word: `demand-zero`, `copy-on-write`.
    pub fn word(self) -> &'static str {
        match self {
            Self::ZeroPageRead => "zero-page-read",
            Self::DemandZero => "demand-zero",
            Self::ZeroPageUpgrade => "zero-page-upgrade",
            Self::CopyOnWrite => "copy-on-write",
            Self::Reuse => "reuse",
            Self::PrivateFileCopy => "private-file-copy",
            Self::FileMinor => "file-minor",
            Self::FileMajor => "file-major",
            Self::FaultAround => "fault-around",
            Self::HugePage => "huge-page",
            Self::WriteNotify => "write-notify",
            Self::SharedMemoryFault => "shared-memory-fault",
            Self::SharedMemoryMap => "shared-memory-map",
            Self::Spurious => "spurious",
            Self::Populated => "populated",
            Self::KernelAccess => "kernel-access",
            Self::SegmentationFault => "segmentation-fault",
            Self::BusError => "bus-error",
            Self::IllegalInstruction => "illegal-instruction",
            Self::OtherSignal => "signal",
            Self::MappingCreated => "mapping-created",
            Self::MappingRemoved => "mapping-removed",
            Self::MappingSplit => "mapping-split",
            Self::MappingMerged => "mapping-merged",
            Self::MappingGrown => "mapping-grown",
            Self::MappingShrunk => "mapping-shrunk",
            Self::ProtectionChanged => "protection-changed",
            Self::NameRemoved => "name-removed",
            Self::Dropped => "dropped",
            Self::SharedByFork => "shared-by-fork",
            Self::ExclusiveAgain => "exclusive-again",
            Self::Advised => "advised",
            Self::LazyFree => "lazy-free",
            Self::ReadAhead => "read-ahead",
            Self::Cached => "cached",
            Self::Dirtied => "dirtied",
            Self::WritebackStarted => "writeback-started",
            Self::WrittenBack => "written-back",
            Self::Evicted => "evicted",
            Self::ProcessCreated => "process-created",
            Self::ProcessEnded => "process-ended",
            Self::Unexplained => "unexplained",
            Self::MappingMoved => "mapping-moved",
        }
    }

    /// Two to four words for a label or a legend.
    pub fn label(self) -> &'static str {
        match self {
            Self::ZeroPageRead => "zero page mapped",
            Self::DemandZero => "demand-zero page",
            Self::ZeroPageUpgrade => "zero page replaced",
            Self::CopyOnWrite => "copy-on-write",
            Self::Reuse => "reused, not copied",
            Self::PrivateFileCopy => "private file copy",
            Self::FileMinor => "found in page cache",
            Self::FileMajor => "not in page cache",
            Self::FaultAround => "fault-around",
            Self::HugePage => "huge page",
            Self::WriteNotify => "write-notify",
            Self::SharedMemoryFault => "shared memory touched",
            Self::SharedMemoryMap => "shared page mapped",
            Self::Spurious => "spurious fault",
            Self::Populated => "populated by call",
            Self::KernelAccess => "touched by kernel",
            Self::SegmentationFault => "segmentation fault",
            Self::BusError => "bus error",
            Self::IllegalInstruction => "illegal instruction",
            Self::OtherSignal => "other signal",
            Self::MappingCreated => "mapping made",
            Self::MappingRemoved => "mapping gone",
            Self::MappingSplit => "mapping split",
            Self::MappingMerged => "mappings merged",
            Self::MappingGrown => "mapping grown",
            Self::MappingShrunk => "mapping shrunk",
            Self::ProtectionChanged => "protection changed",
            Self::NameRemoved => "name removed",
            Self::Dropped => "pages dropped",
            Self::SharedByFork => "shared by fork",
            Self::ExclusiveAgain => "shared no more",
            Self::Advised => "the kernel was told",
            Self::LazyFree => "may be taken back",
            Self::ReadAhead => "read ahead",
            Self::Cached => "in page cache now",
            Self::Dirtied => "dirty now",
            Self::WritebackStarted => "being written back",
            Self::WrittenBack => "written back",
            Self::Evicted => "dropped from page cache",
            Self::ProcessCreated => "process created",
            Self::ProcessEnded => "process ended",
            Self::Unexplained => "not explained",
            Self::MappingMoved => "mapping moved",
        }
    }

    /// What it means, in one or two sentences.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a cause: a table, in the order of the enum"
    )]
    pub fn explain(self) -> &'static str {
        match self {
            Self::ZeroPageRead => {
                "Reading fresh anonymous memory maps the one zero page that all processes share. It costs a fault but no memory."
            }
            Self::DemandZero => {
                "Writing fresh anonymous memory gives the process a frame of its own, filled with zeros. Memory is used from here on."
            }
            Self::ZeroPageUpgrade => {
                "The page was read before and showed the shared zero page. The first write replaces that by a zeroed frame of its own: a second fault."
            }
            Self::CopyOnWrite => {
                "After fork, parent and child map the same frame read-only. The first to write gets a copy."
            }
            Self::Reuse => {
                "The page-table entry was still read-only from the time it was shared, but nobody else has the page now. The kernel makes it writable again and copies nothing."
            }
            Self::PrivateFileCopy => {
                "Writing a page of a private file mapping copies it from the page cache. The file never sees the change."
            }
            Self::FileMinor => {
                "The page was in the page cache already: the kernel only had to put it into the page table."
            }
            Self::FileMajor => {
                "The page was not in the page cache and had to be brought there first. That is what major means; the disk may or may not have been asked."
            }
            Self::FaultAround => {
                "On a read fault of a page of a file or of shared memory, the kernel also maps neighbours that are in memory already, to save the faults they would cost."
            }
            Self::HugePage => {
                "One page-table entry, one level up, stands for as many pages as a whole table would. They come and are counted together: one fault brings them all."
            }
            Self::WriteNotify => {
                "Clean pages of a shared file mapping are write-protected. The first write faults, so that the kernel learns that the page must be written back."
            }
            Self::SharedMemoryFault => {
                "The first touch of a page of shared memory maps it, and allocates it if nobody had touched it before. Reading allocates too: there is no zero page here."
            }
            Self::SharedMemoryMap => {
                "Another mapping has this page of shared memory already. Page tables of shared mappings are not copied by fork, so each process maps it by a fault of its own."
            }
            Self::Spurious => {
                "The page-table entry was as it should be, or became so meanwhile. The kernel had nothing to do."
            }
            Self::Populated => {
                "A call asked for the pages in advance. The faults are counted, but later touches cost none."
            }
            Self::KernelAccess => {
                "Inside a system call the kernel touched the program's memory, as when read(2) fills a buffer. Its faults are counted as the program's."
            }
            Self::SegmentationFault => {
                "There is no mapping at that address, or it does not allow this kind of access."
            }
            Self::BusError => {
                "The mapping is there, but no page could be had for it: mostly because the file ends before it."
            }
            Self::IllegalInstruction => "The bytes that were called are not an instruction.",
            Self::OtherSignal => "The access or the arithmetic raised another signal.",
            Self::MappingCreated => {
                "A new line of /proc/<pid>/maps. A mapping is a promise: pages come when they are touched."
            }
            Self::MappingRemoved => {
                "A line of /proc/<pid>/maps is gone. Touching these addresses is a segmentation fault now."
            }
            Self::MappingSplit => {
                "A VMA has one protection and no holes. Changing or unmapping a part of it makes several of one."
            }
            Self::MappingMerged => {
                "Neighbouring VMAs that are alike are kept as one, so two mappings may be one line of maps."
            }
            Self::MappingGrown => "The VMA has more pages than before.",
            Self::MappingShrunk => "The VMA has fewer pages than before.",
            Self::MappingMoved => {
                "mremap moves page-table entries, not bytes: the pages keep their frames, and have other addresses."
            }
            Self::ProtectionChanged => "Other kinds of access are allowed now than before.",
            Self::NameRemoved => {
                "Nobody can open it by that name any more. What is open or mapped stays, until the last one lets go."
            }
            Self::Dropped => {
                "Page-table entries are gone while the mapping stays. The next touch faults again."
            }
            Self::SharedByFork => {
                "fork copies page tables, not pages. Both processes map the same frames, read-only, until one writes."
            }
            Self::ExclusiveAgain => {
                "The others have let go of the page: no other process maps it. Its entry stays write-protected, so the next write may still cost a fault, but no copy."
            }
            Self::Advised => {
                "The kernel was told how the memory will be used. That changes no page by itself; what the kernel remembers of it stands in VmFlags of smaps."
            }
            Self::LazyFree => {
                "MADV_FREE marks dirty anonymous pages: the kernel may take them without saving them, when it needs memory. Writing to a page again keeps it. LazyFree of smaps counts the marked ones."
            }
            Self::ReadAhead => {
                "The kernel guesses that the pages around the one asked for will be wanted too, and reads them in the same go. They are in the page cache; they are mapped when touched."
            }
            Self::Cached => {
                "The pages are in the page cache now. Whoever touches them through a mapping pays a minor fault at most."
            }
            Self::Dirtied => {
                "The page in the page cache is newer than the one on the disk. The kernel writes it back some time, or when asked to."
            }
            Self::WritebackStarted => {
                "The kernel has sent the pages to the disk, and the disk has not yet said that it has them."
            }
            Self::WrittenBack => {
                "The disk has what the page cache has. A shared mapping is write-protected again, so the next store to such a page faults."
            }
            Self::Evicted => {
                "The page cache has the pages no more. The next touch has to bring them in: a major fault."
            }
            Self::ProcessCreated => "A new process with an address space of its own.",
            Self::ProcessEnded => {
                "The process has ended: all its mappings are gone, and the memory that nobody else has is free."
            }
            Self::Unexplained => {
                "The kernel's counters or page tables say something that no rule of this program explains. It is shown rather than hidden."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Cause; 43] = [
        Cause::ZeroPageRead,
        Cause::DemandZero,
        Cause::ZeroPageUpgrade,
        Cause::CopyOnWrite,
        Cause::Reuse,
        Cause::PrivateFileCopy,
        Cause::FileMinor,
        Cause::FileMajor,
        Cause::FaultAround,
        Cause::HugePage,
        Cause::WriteNotify,
        Cause::SharedMemoryFault,
        Cause::SharedMemoryMap,
        Cause::Spurious,
        Cause::Populated,
        Cause::KernelAccess,
        Cause::SegmentationFault,
        Cause::BusError,
        Cause::IllegalInstruction,
        Cause::OtherSignal,
        Cause::MappingCreated,
        Cause::MappingRemoved,
        Cause::MappingSplit,
        Cause::MappingMerged,
        Cause::MappingGrown,
        Cause::MappingShrunk,
        Cause::ProtectionChanged,
        Cause::NameRemoved,
        Cause::Dropped,
        Cause::SharedByFork,
        Cause::ExclusiveAgain,
        Cause::Advised,
        Cause::LazyFree,
        Cause::ReadAhead,
        Cause::Cached,
        Cause::Dirtied,
        Cause::WritebackStarted,
        Cause::WrittenBack,
        Cause::Evicted,
        Cause::ProcessCreated,
        Cause::ProcessEnded,
        Cause::Unexplained,
        Cause::MappingMoved,
    ];

    #[test]
    fn words_are_stable_and_distinct_and_labels_short() {
        let words: std::collections::BTreeSet<&str> =
            ALL.iter().map(|cause| cause.word()).collect();
        assert_eq!(words.len(), ALL.len());
        for cause in ALL {
            let kebab = |letter: char| letter.is_ascii_lowercase() || letter == '-';
            assert!(cause.word().chars().all(kebab), "{cause:?}");
            let count = cause.label().split(' ').count();
            assert!((1..=4).contains(&count), "{}", cause.label());
            assert!(cause.explain().ends_with('.'), "{cause:?}");
        }
    }
}
