//! The numbers of an smaps block: every key the kernel has, in the order in which it writes them, in plain words.
//!
//! All but the last two are sizes: smaps shows kB, here they are bytes. See proc(5), and
//! `Documentation/filesystems/proc.rst`.

/// How many there are.
pub const FIELDS: usize = 24;

/// A number of an smaps block.
#[expect(missing_docs, reason = "the keys of smaps, explained in proc(5)")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Field {
    Size,
    KernelPageSize,
    MmuPageSize,
    Rss,
    Pss,
    PssDirty,
    SharedClean,
    SharedDirty,
    PrivateClean,
    PrivateDirty,
    Referenced,
    Anonymous,
    Ksm,
    LazyFree,
    AnonHugePages,
    ShmemPmdMapped,
    FilePmdMapped,
    SharedHugetlb,
    PrivateHugetlb,
    Swap,
    SwapPss,
    Locked,
    ThpEligible,
    ProtectionKey,
}

/// A field with its key, colon and all, its name in JSON, and what it means.
type Row = (Field, &'static str, &'static str, &'static str);

const TABLE: [Row; FIELDS] = [
    (
        Field::Size,
        "Size:",
        "size",
        "the length of the mapping: addresses, not memory",
    ),
    (
        Field::KernelPageSize,
        "KernelPageSize:",
        "kernel_page_size",
        "the size of the pages the kernel gives it: larger for MAP_HUGETLB",
    ),
    (
        Field::MmuPageSize,
        "MMUPageSize:",
        "mmu_page_size",
        "the size of the pages the processor is told of: the same, nearly always",
    ),
    (
        Field::Rss,
        "Rss:",
        "rss",
        "the part that is in memory and mapped here; the zero page is not counted",
    ),
    (
        Field::Pss,
        "Pss:",
        "pss",
        "the same, each page divided by how often it is mapped",
    ),
    (
        Field::PssDirty,
        "Pss_Dirty:",
        "pss_dirty",
        "the part of Pss whose pages were written",
    ),
    (
        Field::SharedClean,
        "Shared_Clean:",
        "shared_clean",
        "mapped more than once, not written: the file has the same, or it was marked free (MADV_FREE)",
    ),
    (
        Field::SharedDirty,
        "Shared_Dirty:",
        "shared_dirty",
        "mapped more than once, written since",
    ),
    (
        Field::PrivateClean,
        "Private_Clean:",
        "private_clean",
        "mapped once, not written: the file has the same, or it was marked free (MADV_FREE)",
    ),
    (
        Field::PrivateDirty,
        "Private_Dirty:",
        "private_dirty",
        "mapped once, written",
    ),
    (
        Field::Referenced,
        "Referenced:",
        "referenced",
        "accessed since the kernel last cleared the marks, which it does to find what is idle",
    ),
    (
        Field::Anonymous,
        "Anonymous:",
        "anonymous",
        "with no file behind: new memory, or copies of a file's pages",
    ),
    (
        Field::Ksm,
        "KSM:",
        "ksm",
        "pages merged because they were the same (MADV_MERGEABLE)",
    ),
    (
        Field::LazyFree,
        "LazyFree:",
        "lazy_free",
        "given up by MADV_FREE, not taken yet",
    ),
    (
        Field::AnonHugePages,
        "AnonHugePages:",
        "anon_huge_pages",
        "anonymous memory in transparent huge pages",
    ),
    (
        Field::ShmemPmdMapped,
        "ShmemPmdMapped:",
        "shmem_pmd_mapped",
        "shared memory mapped by a huge page",
    ),
    (
        Field::FilePmdMapped,
        "FilePmdMapped:",
        "file_pmd_mapped",
        "pages of a file mapped by a huge page",
    ),
    (
        Field::SharedHugetlb,
        "Shared_Hugetlb:",
        "shared_hugetlb",
        "pages of MAP_HUGETLB mapped more than once; not counted in Rss",
    ),
    (
        Field::PrivateHugetlb,
        "Private_Hugetlb:",
        "private_hugetlb",
        "pages of MAP_HUGETLB mapped once; not counted in Rss",
    ),
    (Field::Swap, "Swap:", "swap", "swapped out"),
    (
        Field::SwapPss,
        "SwapPss:",
        "swap_pss",
        "the same, each page divided by how many share it",
    ),
    (
        Field::Locked,
        "Locked:",
        "locked",
        "held in memory by mlock",
    ),
    (
        Field::ThpEligible,
        "THPeligible:",
        "thp_eligible",
        "1 when the kernel may use transparent huge pages here, else 0",
    ),
    (
        Field::ProtectionKey,
        "ProtectionKey:",
        "protection_key",
        "which of the processor's 16 keys guards it (pkeys(7)); 0 is everybody's",
    ),
];

impl Field {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }

    /// Its place, from 0.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Its key in smaps, with the colon: `Rss:`.
    pub fn key(self) -> &'static str {
        TABLE[self.index()].1
    }

    /// Its name in JSON: `rss`.
    pub fn name(self) -> &'static str {
        TABLE[self.index()].2
    }

    /// The same without the colon: `Rss`.
    pub fn label(self) -> &'static str {
        self.key().trim_end_matches(':')
    }

    /// What it means, in a few plain words.
    pub fn words(self) -> &'static str {
        TABLE[self.index()].3
    }

    /// The field that a line of smaps is about.
    pub fn of_line(line: &[u8]) -> Option<Self> {
        Self::all().find(|field| line.starts_with(field.key().as_bytes()))
    }

    /// Whether it is a size, in kB; the others are plain numbers.
    pub fn is_size(self) -> bool {
        !matches!(self, Self::ThpEligible | Self::ProtectionKey)
    }

    /// Whether sums over VMAs mean anything.
    pub fn adds_up(self) -> bool {
        self.is_size() && !matches!(self, Self::KernelPageSize | Self::MmuPageSize)
    }

    /// The field of that place.
    pub fn at(index: usize) -> Option<Self> {
        TABLE.get(index).map(|row| row.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_row_stands_at_its_place() {
        for (index, (field, key, name, words)) in TABLE.iter().enumerate() {
            assert_eq!(field.index(), index);
            assert_eq!((field.key(), field.name()), (*key, *name));
            assert!(key.ends_with(':') && !words.is_empty(), "{key}");
            assert_eq!(
                Field::of_line(format!("{key}   4 kB").as_bytes()),
                Some(*field)
            );
        }
        let names: HashSet<&str> = TABLE.iter().map(|row| row.2).collect();
        assert_eq!(names.len(), FIELDS);
    }
}
