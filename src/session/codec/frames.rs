//! Frame numbers, one a page: the stretches that differ from what was expected, each as runs that count up or down, stay
//! the same, are 0 (no frame), or follow no rule.
//!
//! The kernel hands out frames in blocks, so most runs count; the worst case is about four bytes a page.

use super::bytes::{Damaged, Reader, Writer};
use super::runs::differing;

/// How the numbers of a run follow each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// All 0.
    None,
    /// All the same.
    Same,
    /// One more each.
    Up,
    /// One less each.
    Down,
    /// Each as its distance from the one before.
    Free,
}

impl Rule {
    const ALL: [Self; 5] = [Self::None, Self::Same, Self::Up, Self::Down, Self::Free];

    /// The number after `frame`.
    fn next(self, frame: u64) -> u64 {
        match self {
            Self::Up => frame.wrapping_add(1),
            Self::Down => frame.wrapping_sub(1),
            Self::None | Self::Same | Self::Free => frame,
        }
    }

    /// The rule of the first two numbers.
    fn of(frames: &[u64]) -> Self {
        match *frames {
            [0, ..] => Self::None,
            [one, two, ..] if one == two => Self::Same,
            [one, two, ..] if two == Self::Up.next(one) => Self::Up,
            [one, two, ..] if two == Self::Down.next(one) => Self::Down,
            _ => Self::Free,
        }
    }

    /// How many numbers follow the rule.
    fn length(self, frames: &[u64]) -> usize {
        if self == Self::Free {
            let lone = |at: &usize| Self::of(&frames[*at..]) == Self::Free;
            return (0..frames.len()).take_while(lone).count();
        }
        let pairs = frames.iter().zip(&frames[1..]);
        let following = pairs.take_while(|(one, two)| self.next(**one) == **two);
        1 + following.count()
    }
}

/// Writes where `now` differs from `before`, which is as long.
pub(super) fn write(out: &mut Vec<u8>, now: &[u64], before: &[u64]) {
    let (mut end, mut last) = (0, 0);
    loop {
        let start = differing(now, before, end);
        if start == now.len() {
            break;
        }
        let pairs = now[start..].iter().zip(&before[start..]);
        let length = pairs.take_while(|(now, before)| now != before).count();
        out.put(length as u64);
        out.put((start - end) as u64);
        end = start + length;
        stretch(out, &now[start..end], &mut last);
    }
    out.put(0);
}

/// The numbers of a stretch, run by run.
fn stretch(out: &mut Vec<u8>, frames: &[u64], last: &mut u64) {
    let mut rest = frames;
    while !rest.is_empty() {
        let rule = Rule::of(rest);
        let (run, after) = rest.split_at(rule.length(rest));
        out.put((run.len() as u64) << 3 | rule as u64);
        let told = match rule {
            Rule::None => &[],
            Rule::Free => run,
            Rule::Same | Rule::Up | Rule::Down => &run[..1],
        };
        for &frame in told {
            out.put_from(frame, *last);
            *last = frame;
        }
        if let (Some(&frame), false) = (run.last(), rule == Rule::None) {
            *last = frame;
        }
        rest = after;
    }
}

/// Makes what was expected into what was written.
pub(super) fn read(reader: &mut Reader<'_>, frames: &mut [u64]) -> Result<(), Damaged> {
    let mut rest = frames;
    let mut last = 0;
    loop {
        let length: usize = reader.narrow()?;
        if length == 0 {
            return Ok(());
        }
        let skip: usize = reader.narrow()?;
        let (mut stretch, after) = rest
            .split_at_mut_checked(skip)
            .and_then(|(_, rest)| rest.split_at_mut_checked(length))
            .ok_or(BEYOND)?;
        while !stretch.is_empty() {
            stretch = run(reader, stretch, &mut last)?;
        }
        rest = after;
    }
}

const BEYOND: Damaged = Damaged("it speaks of frames that are not there");

/// Reads one run into the beginning of a stretch; gives the rest of it.
fn run<'a>(
    reader: &mut Reader<'_>,
    stretch: &'a mut [u64],
    last: &mut u64,
) -> Result<&'a mut [u64], Damaged> {
    let head: u64 = reader.number()?;
    let rule = Rule::ALL.get((head & 7) as usize);
    let rule = *rule.ok_or(Damaged("it holds a rule that frames do not follow"))?;
    let length = usize::try_from(head >> 3).unwrap_or(0);
    if length == 0 {
        return Err(BEYOND);
    }
    let (run, rest) = stretch.split_at_mut_checked(length).ok_or(BEYOND)?;
    match rule {
        Rule::None => run.fill(0),
        Rule::Free => {
            for frame in run {
                *last = reader.from(*last)?;
                *frame = *last;
            }
        }
        Rule::Same | Rule::Up | Rule::Down => {
            let mut next = reader.from(*last)?;
            for frame in run {
                *last = next;
                *frame = next;
                next = rule.next(next);
            }
        }
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(now: &[u64], before: &[u64]) -> usize {
        let mut out = Vec::new();
        write(&mut out, now, before);
        let mut read_back = before.to_vec();
        let mut reader = Reader::new(&out);
        read(&mut reader, &mut read_back).unwrap();
        reader.end().unwrap();
        assert_eq!(read_back, now);
        out.len()
    }

    #[test]
    fn frames_that_count_are_a_few_bytes() {
        let none = vec![0; 262_144];
        let up: Vec<u64> = (0x10_0000..).take(none.len()).collect();
        let down: Vec<u64> = up.iter().rev().copied().collect();
        assert_eq!(bytes(&none, &none), 1);
        assert!(bytes(&up, &none) < 16);
        assert!(bytes(&down, &up) < 16);
        assert!(bytes(&vec![7; none.len()], &down) < 16);
        assert!(bytes(&none, &down) < 16);
        let mut one = up.clone();
        one[77] = 9;
        assert!(bytes(&one, &up) < 10);
        let mixed: Vec<u64> = up.iter().map(|frame| frame * 0x9e37 % 0x10_0000).collect();
        assert!(bytes(&mixed, &none) < 4 * none.len());
    }

    #[test]
    fn a_run_of_nothing_is_damage() {
        for damaged in [[4, 0, 0], [4, 0, 4], [9, 0, 8]] {
            let mut frames = [0; 4];
            let result = read(&mut Reader::new(&damaged), &mut frames);
            assert!(result.is_err(), "{damaged:?}");
        }
    }

    proptest! {
        #[test]
        fn any_frames_come_back(pairs in prop::collection::vec((0_u64..6, 0_u64..6), 0..200)) {
            let (now, before): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            bytes(&now, &before);
            let far: Vec<u64> = now.iter().map(|frame| frame.wrapping_mul(u64::MAX / 3)).collect();
            bytes(&far, &before);
        }
    }
}
