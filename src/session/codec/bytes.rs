//! Numbers and texts in as few bytes as they need: LEB128, signed ones folded (zigzag), texts led by their length.

use std::fmt;

/// What is wrong with bytes that should have been a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged(pub &'static str);

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Damaged {}

/// Appends to bytes.
pub(super) trait Writer {
    /// An unsigned number: seven bits a byte, the lowest first.
    fn put(&mut self, value: u64);
    /// A signed number, small ones in few bytes whatever their sign.
    fn put_signed(&mut self, value: i64);
    /// Bytes led by their number.
    fn put_blob(&mut self, bytes: &[u8]);

    /// A text.
    fn put_text(&mut self, text: &str) {
        self.put_blob(text.as_bytes());
    }

    /// A number as its distance from another.
    fn put_from(&mut self, value: u64, from: u64) {
        self.put_signed(value.wrapping_sub(from) as i64);
    }
}

impl Writer for Vec<u8> {
    fn put(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.push(value as u8);
    }

    fn put_signed(&mut self, value: i64) {
        self.put((value << 1 ^ value >> 63) as u64);
    }

    fn put_blob(&mut self, bytes: &[u8]) {
        self.put(bytes.len() as u64);
        self.extend_from_slice(bytes);
    }
}

/// Takes bytes apart again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

const SHORT: Damaged = Damaged("it ends too early");

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Bytes that are left.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn byte(&mut self) -> Result<u8, Damaged> {
        let (&first, rest) = self.rest.split_first().ok_or(SHORT)?;
        self.rest = rest;
        Ok(first)
    }

    pub(super) fn number(&mut self) -> Result<u64, Damaged> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Damaged("it holds a number that is too large"))
    }

    pub(super) fn signed(&mut self) -> Result<i64, Damaged> {
        let folded = self.number()?;
        Ok((folded >> 1) as i64 ^ -((folded & 1) as i64))
    }

    /// A number written as its distance from another.
    pub(super) fn from(&mut self, from: u64) -> Result<u64, Damaged> {
        Ok(from.wrapping_add(self.signed()? as u64))
    }

    /// A number of a narrower type.
    pub(super) fn narrow<T: TryFrom<u64>>(&mut self) -> Result<T, Damaged> {
        let wide = self.number()?;
        T::try_from(wide).map_err(|_| Damaged("it holds a number that is too large"))
    }

    /// A signed number of a narrower type.
    pub(super) fn narrow_signed(&mut self) -> Result<i32, Damaged> {
        let wide = self.signed()?;
        i32::try_from(wide).map_err(|_| Damaged("it holds a number that is too large"))
    }

    pub(super) fn blob(&mut self) -> Result<&'a [u8], Damaged> {
        let length = self.narrow()?;
        let (blob, rest) = self.rest.split_at_checked(length).ok_or(SHORT)?;
        self.rest = rest;
        Ok(blob)
    }

    pub(super) fn text(&mut self) -> Result<String, Damaged> {
        let text = std::str::from_utf8(self.blob()?);
        text.map(str::to_owned)
            .map_err(|_| Damaged("it holds a text that is no UTF-8"))
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<(), Damaged> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Damaged("more follows than belongs to it"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for value in [0, 1, 127, 128, 300, 1 << 35, u64::MAX - 1, u64::MAX] {
            let mut out = Vec::new();
            out.put(value);
            out.put_signed(value as i64);
            out.put_from(value, 7);
            let mut reader = Reader::new(&out);
            assert_eq!(reader.number(), Ok(value));
            assert_eq!(reader.signed(), Ok(value as i64));
            assert_eq!(reader.from(7), Ok(value));
            assert_eq!(reader.end(), Ok(()));
        }
    }

    #[test]
    fn small_numbers_are_short() {
        for (value, length) in [(0, 1), (-1, 1), (63, 1), (-64, 1), (64, 2), (4096, 2)] {
            let mut out = Vec::new();
            out.put_signed(value);
            assert_eq!(out.len(), length, "{value}");
        }
    }

    #[test]
    fn what_is_no_number_and_no_text_is_refused() {
        let table: [&[u8]; 4] = [
            &[],
            &[0x80],
            &[0xff; 10],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
        ];
        for bytes in table {
            assert!(Reader::new(bytes).number().is_err(), "{bytes:?}");
        }
        assert!(Reader::new(&[5, b'a']).text().is_err(), "too short");
        assert!(Reader::new(&[1, 0xff]).text().is_err(), "no UTF-8");
        assert!(Reader::new(&[0xff, 0xff, 0xff, 0xff, 0x7f]).blob().is_err());
    }
}
