//! Addresses, ranges and sizes, as types that cannot be mixed up.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A virtual address of some process.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Addr(pub u64);

impl Addr {
    /// The address `bytes` further on, or `None` beyond the end of the address space.
    pub fn checked_add(self, bytes: u64) -> Option<Self> {
        self.0.checked_add(bytes).map(Self)
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:x}", self.0)
    }
}

/// A half-open range of addresses, `start..end`, as a line of `/proc/<pid>/maps` has it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(try_from = "(Addr, Addr)", into = "(Addr, Addr)")]
pub struct Range {
    /// First byte.
    pub start: Addr,
    /// One past the last byte.
    pub end: Addr,
}

impl Range {
    /// The range `start..end`; empty when `end` does not lie above `start`.
    pub fn new(start: Addr, end: Addr) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// The range of `length` bytes at `start`, cut at the end of the address space.
    pub fn of(start: Addr, length: u64) -> Self {
        Self {
            start,
            end: Addr(start.0.saturating_add(length)),
        }
    }

    /// Length in bytes.
    pub fn length(self) -> u64 {
        self.end.0 - self.start.0
    }

    /// Whether there is no byte in it.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `addr` lies in it.
    pub fn contains(self, addr: Addr) -> bool {
        self.start <= addr && addr < self.end
    }

    /// Whether all of `other` lies in it.
    pub fn covers(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The bytes both have; `None` when there is none.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        (start < end).then_some(Self { start, end })
    }
}

impl From<Range> for (Addr, Addr) {
    fn from(range: Range) -> Self {
        (range.start, range.end)
    }
}

impl TryFrom<(Addr, Addr)> for Range {
    type Error = &'static str;

    fn try_from((start, end): (Addr, Addr)) -> Result<Self, Self::Error> {
        if end < start {
            return Err("a range that ends before it begins");
        }
        Ok(Self { start, end })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}", self.start.0, self.end.0)
    }
}

/// The size of a page: a power of two, from `sysconf(_SC_PAGESIZE)`; 4096 on x86-64, up to 65536 elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct PageSize(u64);

impl From<PageSize> for u64 {
    fn from(size: PageSize) -> Self {
        size.0
    }
}

impl TryFrom<u64> for PageSize {
    type Error = &'static str;

    fn try_from(bytes: u64) -> Result<Self, Self::Error> {
        Self::new(bytes).ok_or("no size that pages have")
    }
}

impl PageSize {
    /// A page size of `bytes`; `None` unless a power of two of at least 512.
    pub fn new(bytes: u64) -> Option<Self> {
        (bytes.is_power_of_two() && bytes >= 512).then_some(Self(bytes))
    }

    /// In bytes.
    pub fn bytes(self) -> u64 {
        self.0
    }

    /// The first byte of the page `addr` lies in.
    pub fn floor(self, addr: Addr) -> Addr {
        Addr(addr.0 & !(self.0 - 1))
    }

    /// The number of the page `addr` lies in, counted from address 0.
    pub fn number(self, addr: Addr) -> u64 {
        addr.0 / self.0
    }

    /// How many pages `bytes` take, rounded up.
    pub fn pages(self, bytes: u64) -> u64 {
        bytes.div_ceil(self.0)
    }

    /// The page of `range` that `addr` lies in, counted from the start of the range; `None` outside.
    pub fn index_in(self, range: Range, addr: Addr) -> Option<u64> {
        range
            .contains(addr)
            .then(|| self.number(addr) - self.number(range.start))
    }
}

/// A number of bytes, shown in the unit that divides it: `64 KiB`, `1 GiB`, `100 bytes`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        let mut value = self.0;
        let mut unit = 0;
        while value != 0 && value.is_multiple_of(1024) && unit + 1 < UNITS.len() {
            value /= 1024;
            unit += 1;
        }
        match (value, UNITS[unit]) {
            (0, _) => f.write_str("0"),
            (1, "bytes") => f.write_str("1 byte"),
            // A size that no unit divides: one decimal of the largest unit that leaves a whole part.
            (value, _) if value >= 10_240 => {
                let mut shown = value as f64;
                while shown >= 1024.0 && unit + 1 < UNITS.len() {
                    shown /= 1024.0;
                    unit += 1;
                }
                write!(f, "{shown:.1} {}", UNITS[unit])
            }
            (value, name) => write!(f, "{value} {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_in_the_unit_that_divides_them() {
        let table = [
            (0, "0"),
            (1, "1 byte"),
            (100, "100 bytes"),
            (4096, "4 KiB"),
            (65536, "64 KiB"),
            (5 * 1024 * 1024, "5 MiB"),
            (1 << 40, "1 TiB"),
            (1_234_567, "1.2 MiB"),
            (1028 * 1024, "1028 KiB"),
        ];
        for (bytes, shown) in table {
            assert_eq!(Bytes(bytes).to_string(), shown);
        }
    }

    #[test]
    fn ranges_meet_where_both_have_bytes() {
        let a = Range::of(Addr(0x1000), 0x3000);
        let b = Range::of(Addr(0x3000), 0x3000);
        assert_eq!(a.intersection(b), Some(Range::of(Addr(0x3000), 0x1000)));
        assert_eq!(b.intersection(Range::of(Addr(0), 0x3000)), None);
        assert!(a.covers(Range::of(Addr(0x2000), 0x2000)));
        assert!(!a.covers(b));
        assert_eq!(Range::new(Addr(9), Addr(3)).length(), 0);
    }

    #[test]
    fn page_numbers_follow_the_page_size() {
        assert_eq!(PageSize::new(5000), None);
        let big = PageSize::new(65536).unwrap();
        assert_eq!(big.pages(1), 1);
        assert_eq!(big.floor(Addr(0x1_8000)), Addr(0x1_0000));
        assert_eq!(
            big.index_in(Range::of(Addr(0x10_0000), 0x4_0000), Addr(0x12_0001)),
            Some(2)
        );
        assert_eq!(
            big.index_in(Range::of(Addr(0x10_0000), 0x4_0000), Addr(0x14_0000)),
            None
        );
    }
}
