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
///
/// Kept small, for 60,000 blocks: most sizes are in kB here, and those that are 0 in most blocks take room only where
/// they are not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    known: u32,
    common: [u32; COMMON],
    small: [u8; SMALL],
    seldom: Option<Box<[u64; SELDOM]>>,
}

/// How many fields are kept in each way.
const COMMON: usize = 10;
const SMALL: usize = 4;
const SELDOM: usize = FIELDS;

/// How a field is kept.
#[derive(Clone, Copy)]
enum Place {
    /// As kB.
    Common(usize),
    /// As a power of two.
    Power(usize),
    /// As it is.
    Small(usize),
    /// Out of line where it is not 0.
    Seldom,
}

impl Field {
    fn place(self) -> Place {
        match self {
            Self::Size => Place::Common(0),
            Self::Rss => Place::Common(1),
            Self::Pss => Place::Common(2),
            Self::PssDirty => Place::Common(3),
            Self::SharedClean => Place::Common(4),
            Self::SharedDirty => Place::Common(5),
            Self::PrivateClean => Place::Common(6),
            Self::PrivateDirty => Place::Common(7),
            Self::Referenced => Place::Common(8),
            Self::Anonymous => Place::Common(9),
            Self::KernelPageSize => Place::Power(0),
            Self::MmuPageSize => Place::Power(1),
            Self::ThpEligible => Place::Small(2),
            Self::ProtectionKey => Place::Small(3),
            _ => Place::Seldom,
        }
    }
}

impl Sizes {
    /// A number; sizes in bytes.
    pub fn get(&self, field: Field) -> Option<u64> {
        if self.known >> field.index() & 1 == 0 {
            return None;
        }
        let out_of_line = || {
            let seldom = self.seldom.as_ref();
            seldom.map_or(0, |values| values[field.index()])
        };
        Some(match field.place() {
            Place::Common(index) if self.common[index] < u32::MAX => {
                u64::from(self.common[index]) * 1024
            }
            Place::Power(index) if self.small[index] < u8::MAX => 1 << self.small[index],
            Place::Small(index) if self.small[index] < u8::MAX => u64::from(self.small[index]),
            _ => out_of_line(),
        })
    }

    /// Sets a number.
    pub fn set(&mut self, field: Field, value: u64) {
        self.known |= 1 << field.index();
        match field.place() {
            Place::Common(index)
                if value.is_multiple_of(1024) && value >> 10 < u64::from(u32::MAX) =>
            {
                self.common[index] = (value >> 10) as u32;
            }
            Place::Power(index) if value.is_power_of_two() => {
                self.small[index] = value.trailing_zeros() as u8;
            }
            Place::Small(index) if value < u64::from(u8::MAX) => self.small[index] = value as u8,
            Place::Seldom if value == 0 && self.seldom.is_none() => {}
            place => self.set_out_of_line(field, place, value),
        }
    }

    #[cold]
    fn set_out_of_line(&mut self, field: Field, place: Place, value: u64) {
        match place {
            Place::Common(index) => self.common[index] = u32::MAX,
            Place::Power(index) | Place::Small(index) => self.small[index] = u8::MAX,
            Place::Seldom => {}
        }
        self.seldom.get_or_insert_default()[field.index()] = value;
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

    #[test]
    fn every_number_comes_back_as_it_went_in() {
        let numbers = [
            0,
            1,
            254,
            255,
            4096,
            5 << 10,
            (1 << 42) - 1024,
            1 << 42,
            (1 << 42) + 1,
            u64::MAX,
        ];
        for field in Field::all() {
            let mut sizes = Sizes::default();
            for number in numbers.into_iter().chain(numbers.into_iter().rev()) {
                sizes.set(field, number);
                assert_eq!(sizes.get(field), Some(number), "{field:?}");
                let others = Field::all().filter(|&other| other != field);
                assert_eq!(others.filter_map(|other| sizes.get(other)).count(), 0);
            }
        }
        assert_eq!(size_of::<Sizes>(), 56);
    }
}
