//! The numbers of an smaps block: every key the kernel has, in the order in which it writes them.
//!
//! All but the last two are sizes: smaps shows kB, here they are bytes. See proc(5).

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

/// Each field, its key with the colon, and its name in JSON.
const TABLE: [(Field, &str, &str); FIELDS] = [
    (Field::Size, "Size:", "size"),
    (Field::KernelPageSize, "KernelPageSize:", "kernel_page_size"),
    (Field::MmuPageSize, "MMUPageSize:", "mmu_page_size"),
    (Field::Rss, "Rss:", "rss"),
    (Field::Pss, "Pss:", "pss"),
    (Field::PssDirty, "Pss_Dirty:", "pss_dirty"),
    (Field::SharedClean, "Shared_Clean:", "shared_clean"),
    (Field::SharedDirty, "Shared_Dirty:", "shared_dirty"),
    (Field::PrivateClean, "Private_Clean:", "private_clean"),
    (Field::PrivateDirty, "Private_Dirty:", "private_dirty"),
    (Field::Referenced, "Referenced:", "referenced"),
    (Field::Anonymous, "Anonymous:", "anonymous"),
    (Field::Ksm, "KSM:", "ksm"),
    (Field::LazyFree, "LazyFree:", "lazy_free"),
    (Field::AnonHugePages, "AnonHugePages:", "anon_huge_pages"),
    (Field::ShmemPmdMapped, "ShmemPmdMapped:", "shmem_pmd_mapped"),
    (Field::FilePmdMapped, "FilePmdMapped:", "file_pmd_mapped"),
    (Field::SharedHugetlb, "Shared_Hugetlb:", "shared_hugetlb"),
    (Field::PrivateHugetlb, "Private_Hugetlb:", "private_hugetlb"),
    (Field::Swap, "Swap:", "swap"),
    (Field::SwapPss, "SwapPss:", "swap_pss"),
    (Field::Locked, "Locked:", "locked"),
    (Field::ThpEligible, "THPeligible:", "thp_eligible"),
    (Field::ProtectionKey, "ProtectionKey:", "protection_key"),
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

/// The numbers of one block. One that was not there, or was no number, is `None`, never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    values: [u64; FIELDS],
    known: u32,
}

impl Sizes {
    /// A number; sizes in bytes.
    pub fn get(&self, field: Field) -> Option<u64> {
        (self.known >> field.index() & 1 == 1).then(|| self.values[field.index()])
    }

    /// Sets a number.
    pub fn set(&mut self, field: Field, value: u64) {
        self.values[field.index()] = value;
        self.known |= 1 << field.index();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_row_stands_at_its_place() {
        for (index, (field, key, name)) in TABLE.iter().enumerate() {
            assert_eq!(field.index(), index);
            assert_eq!((field.key(), field.name()), (*key, *name));
            assert!(key.ends_with(':'), "{key}");
        }
        let names: HashSet<&str> = TABLE.iter().map(|row| row.2).collect();
        assert_eq!(names.len(), FIELDS);
    }

    #[test]
    fn what_was_not_set_is_not_known() {
        let mut sizes = Sizes::default();
        assert_eq!(sizes.get(Field::Rss), None);
        sizes.set(Field::Rss, 0);
        assert_eq!(sizes.get(Field::Rss), Some(0));
        assert_eq!(sizes.get(Field::Pss), None);
    }
}
