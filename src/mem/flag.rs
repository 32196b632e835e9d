//! `VmFlags` of smaps: two letters each, in plain words.
//!
//! As `show_smap_vma_flags` of the kernel's `fs/proc/task_mmu.c` writes them, with those of older kernels; see proc(5)
//! and `Documentation/filesystems/proc.rst`. A flag that is not here is younger than this program.

/// Each flag and what it says.
const TABLE: [(&str, &str); 42] = [
    ("rd", "may be read"),
    ("wr", "may be written"),
    ("ex", "may be executed"),
    ("sh", "shared: writes are seen by all who map it"),
    ("mr", "mprotect may allow reads"),
    ("mw", "mprotect may allow writes"),
    ("me", "mprotect may allow execution"),
    ("ms", "mprotect may allow shared writes"),
    ("gd", "grows downwards, as a stack does"),
    ("gu", "may have guard pages in it"),
    ("pf", "frames without page structures: device memory"),
    ("dw", "the file may not be written while it is mapped"),
    ("lo", "locked in memory (mlock)"),
    ("lf", "locked page by page, as they are first touched"),
    ("io", "device memory"),
    ("sr", "to be read in order (MADV_SEQUENTIAL)"),
    ("rr", "to be read at random (MADV_RANDOM)"),
    ("dc", "left out by fork (MADV_DONTFORK)"),
    ("de", "cannot be made longer by mremap"),
    ("ac", "counted against the commit limit"),
    ("nr", "no swap is reserved for it (MAP_NORESERVE)"),
    ("ht", "pages of hugetlb (MAP_HUGETLB)"),
    ("nl", "its pages are not in the order of the file"),
    ("sf", "faults wait for the file system (MAP_SYNC)"),
    ("ar", "a mark of this kind of processor"),
    ("wf", "zeros in the child after fork (MADV_WIPEONFORK)"),
    ("dd", "left out of core dumps (MADV_DONTDUMP)"),
    ("bt", "jumps into it are checked (BTI, arm64)"),
    ("sd", "soft-dirty: watched for writes"),
    ("mm", "frames with and without page structures"),
    ("hg", "huge pages are wanted (MADV_HUGEPAGE)"),
    ("nh", "huge pages are not wanted (MADV_NOHUGEPAGE)"),
    (
        "mg",
        "pages that are the same may be merged (MADV_MERGEABLE)",
    ),
    ("um", "userfaultfd serves pages that are missing"),
    ("uw", "userfaultfd is told of writes"),
    ("ui", "userfaultfd serves pages that are in the page cache"),
    ("mt", "memory has tags (MTE, arm64)"),
    ("mp", "bounds of pointers (MPX)"),
    ("ss", "a shadow stack"),
    ("sl", "sealed: it cannot be unmapped or changed (mseal)"),
    ("dp", "may be dropped when memory is short (MAP_DROPPABLE)"),
    ("??", "a flag that this kernel has no letters for"),
];

/// What a flag says; `None` where this program does not know it.
pub fn flag_words(flag: &str) -> Option<&'static str> {
    let found = TABLE.iter().find(|(name, _)| *name == flag);
    found.map(|(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_flag_stands_there_once() {
        let names: HashSet<&str> = TABLE.iter().map(|row| row.0).collect();
        assert_eq!(names.len(), TABLE.len());
        assert!(names.iter().all(|name| name.len() == 2));
    }

    #[test]
    fn every_flag_of_this_process_is_known() {
        let smaps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let flags = smaps
            .lines()
            .filter_map(|line| line.strip_prefix("VmFlags:"));
        for flag in flags.flat_map(str::split_ascii_whitespace) {
            assert!(flag_words(flag).is_some(), "{flag}");
        }
    }
}
