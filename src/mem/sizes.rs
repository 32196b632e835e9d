//! The numbers of one block of smaps, kept small. Pure.

use super::field::{FIELDS, Field};
use serde::{Deserialize, Serialize};

/// The numbers of one block. One that was not there, or was no number, is `None`, never 0.
///
/// Kept small, for 60,000 blocks: most sizes are in kB here, and those that are 0 in most blocks take room only where
/// they are not.
///
/// Written to a file as pairs of a field's place and its number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<(u8, u64)>", from = "Vec<(u8, u64)>")]
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
        let is_out_of_line = |seldom: &[u64; SELDOM]| seldom[field.index()] != 0;
        if self.seldom.as_deref().is_some_and(is_out_of_line) {
            self.take_in_line(field);
        }
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

    /// Forgets what is kept out of line of a field: what is equal looks equal, however often it was set.
    #[cold]
    fn take_in_line(&mut self, field: Field) {
        if let Some(seldom) = &mut self.seldom {
            seldom[field.index()] = 0;
        }
        let is_empty = |seldom: &[u64; SELDOM]| seldom.iter().all(|value| *value == 0);
        if self.seldom.as_deref().is_some_and(is_empty) {
            self.seldom = None;
        }
    }

    #[cold]
    fn set_out_of_line(&mut self, field: Field, place: Place, value: u64) {
        match place {
            Place::Common(index) => self.common[index] = u32::MAX,
            Place::Power(index) | Place::Small(index) => self.small[index] = u8::MAX,
            Place::Seldom => {}
        }
        if value != 0 {
            self.seldom.get_or_insert_default()[field.index()] = value;
        }
    }

    /// Nothing at all, before sums: every size is 0.
    pub fn zeros() -> Self {
        Field::all()
            .filter(|field| field.adds_up())
            .map(|field| (field, 0))
            .collect()
    }

    /// Adds the sizes of another VMA. A sum is known only where both are; what does not add up is not known.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let sum = |field: Field| {
            let both = self.get(field).zip(other.get(field));
            both.map(|(one, other)| (field, one.saturating_add(other)))
        };
        Field::all()
            .filter(|field| field.adds_up())
            .filter_map(sum)
            .collect()
    }
}

impl FromIterator<(Field, u64)> for Sizes {
    fn from_iter<T: IntoIterator<Item = (Field, u64)>>(numbers: T) -> Self {
        let mut sizes = Self::default();
        for (field, value) in numbers {
            sizes.set(field, value);
        }
        sizes
    }
}

impl From<Sizes> for Vec<(u8, u64)> {
    fn from(sizes: Sizes) -> Self {
        let known = |field: Field| Some((field.index() as u8, sizes.get(field)?));
        Field::all().filter_map(known).collect()
    }
}

impl From<Vec<(u8, u64)>> for Sizes {
    /// Fields that this program does not have are passed over.
    fn from(pairs: Vec<(u8, u64)>) -> Self {
        let known = |(place, value): (u8, u64)| Some((Field::at(usize::from(place))?, value));
        pairs.into_iter().filter_map(known).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_set_is_not_known() {
        let mut sizes = Sizes::default();
        assert_eq!(sizes.get(Field::Rss), None);
        sizes.set(Field::Rss, 0);
        assert_eq!(sizes.get(Field::Rss), Some(0));
        assert_eq!(sizes.get(Field::Pss), None);
    }

    #[test]
    fn what_was_set_twice_is_as_what_was_set_once() {
        let table = [
            (Field::Rss, 5, 4096),
            (Field::KernelPageSize, 0, 4096),
            (Field::KernelPageSize, 7, 0),
            (Field::ThpEligible, 4096, 1),
            (Field::Swap, 4096, 0),
            (Field::Swap, 1, 2),
        ];
        for (field, first, second) in table {
            let twice: Sizes = [(field, first), (field, second)].into_iter().collect();
            let once: Sizes = [(field, second)].into_iter().collect();
            assert_eq!(twice, once, "{field:?}");
            assert_eq!(twice.get(field), Some(second));
        }
    }

    #[test]
    fn they_are_written_and_read_again() {
        let sizes: Sizes = [(Field::Rss, 4096), (Field::ThpEligible, 0)]
            .into_iter()
            .collect();
        let mut pairs: Vec<(u8, u64)> = sizes.clone().into();
        assert_eq!(pairs.len(), 2);
        pairs.push((200, 1));
        assert_eq!(Sizes::from(pairs), sizes);
    }

    #[test]
    fn a_sum_with_an_unknown_is_unknown() {
        let one: Sizes = [(Field::Rss, 4096), (Field::LazyFree, 0)]
            .into_iter()
            .collect();
        let other: Sizes = [(Field::Rss, 8192)].into_iter().collect();
        let sum = Sizes::zeros().plus(&one).plus(&other);
        assert_eq!(sum.get(Field::Rss), Some(12288));
        assert_eq!(sum.get(Field::LazyFree), None);
        assert_eq!(Sizes::zeros().get(Field::KernelPageSize), None);
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
