//! Small values, one a page, as the runs in which they differ from what was expected: length, distance, value. A length
//! of 0 ends the list.

use super::bytes::{Damaged, Reader, Writer};
use crate::mem::PageState;
use crate::observe::CacheState;

/// A value of a page that has a number.
pub(super) trait Code: Copy + PartialEq {
    /// What a page has that nothing is known of.
    const NONE: Self;

    fn code(self) -> u8;
    fn from_code(code: u8) -> Option<Self>;
}

impl Code for PageState {
    const NONE: Self = Self::Absent;

    fn code(self) -> u8 {
        self as u8
    }

    fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

impl Code for CacheState {
    const NONE: Self = Self::NotCached;

    fn code(self) -> u8 {
        self as u8
    }

    fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// Pages that are compared at once before they are looked at one by one.
const BLOCK: usize = 64;

/// The first place from `at` on where two lists of the same length differ; their length where they do not.
pub(super) fn differing<T: PartialEq>(now: &[T], before: &[T], at: usize) -> usize {
    let mut at = at;
    let blocks = now[at..].chunks(BLOCK).zip(before[at..].chunks(BLOCK));
    for (now, before) in blocks {
        if now != before {
            let same = now.iter().zip(before).take_while(|(a, b)| a == b);
            return at + same.count();
        }
        at += now.len();
    }
    at
}

/// Writes where `now` differs from `before`, which is as long; tells the pages of each run.
pub(super) fn write<T: Code>(
    out: &mut Vec<u8>,
    now: &[T],
    before: &[T],
    mut tell: impl FnMut(usize, usize),
) {
    let mut end = 0;
    loop {
        let start = differing(now, before, end);
        let Some(&value) = now.get(start) else {
            break;
        };
        let pairs = now[start..].iter().zip(&before[start..]);
        let run = pairs.take_while(|(now, before)| **now == value && **before != value);
        let length = run.count();
        out.put(length as u64);
        out.put((start - end) as u64);
        out.push(value.code());
        tell(start, length);
        end = start + length;
    }
    out.put(0);
}

/// Makes what was expected into what was written.
pub(super) fn read<T: Code>(reader: &mut Reader<'_>, values: &mut [T]) -> Result<(), Damaged> {
    let mut rest = values;
    loop {
        let length: usize = reader.narrow()?;
        if length == 0 {
            return Ok(());
        }
        let skip: usize = reader.narrow()?;
        let value = T::from_code(reader.byte()?).ok_or(Damaged("it holds a state no page has"))?;
        let (run, after) = rest
            .split_at_mut_checked(skip)
            .and_then(|(_, rest)| rest.split_at_mut_checked(length))
            .ok_or(Damaged("it speaks of pages that are not there"))?;
        run.fill(value);
        rest = after;
    }
}
