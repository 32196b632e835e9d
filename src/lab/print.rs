//! What printf(3) does with each of its conversions, without allocating: digits are made in a small buffer on the
//! stack, padding is printed from constants. The compiler has taken the format apart and checked it already.
//!
//! Every function gives the number of bytes printed, which is what `printf` returns.

use super::world::{Stop, World};
use crate::bytecode::{Conversion, Field, MAX_FIELD};

/// Digits of 2^64 in octal, the longest form of a word.
const MAX_DIGITS: usize = 22;
/// Bytes fetched or padded at a time.
const CHUNK: usize = 64;

/// Prints `length` bytes of the literal area at `from`.
pub fn literal<W: World>(world: &mut W, from: u64, length: u32) -> Result<i64, Stop> {
    let mut buffer = [0; CHUNK];
    let mut done = 0;
    while done < u64::from(length) {
        let part = (u64::from(length) - done).min(CHUNK as u64);
        for (slot, at) in buffer.iter_mut().zip(done..done + part) {
            *slot = world.load_own(from.wrapping_add(at), 1)? as u8;
        }
        world.print(&buffer[..part as usize]);
        done += part;
    }
    Ok(i64::from(length))
}

/// Prints a word that is canonical for its C type.
pub fn word<W: World>(world: &mut W, value: i64, conversion: Conversion, field: Field) -> i64 {
    let magnitude = value as u64;
    match conversion {
        Conversion::Char => padded(world, &[value as u8], field),
        Conversion::Pointer if value == 0 => padded(world, b"(nil)", field),
        Conversion::Pointer => number(world, "0x", magnitude, 16, field),
        Conversion::Signed => {
            let sign = match (value < 0, field.plus, field.space) {
                (true, _, _) => "-",
                (false, true, _) => "+",
                (false, false, true) => " ",
                (false, false, false) => "",
            };
            number(world, sign, value.unsigned_abs(), 10, field)
        }
        Conversion::Unsigned => number(world, "", magnitude, 10, field),
        Conversion::Octal => {
            let prefix = if field.alternate && value != 0 {
                "0"
            } else {
                ""
            };
            number(world, prefix, magnitude, 8, field)
        }
        Conversion::Hex | Conversion::UpperHex => {
            let upper = conversion == Conversion::UpperHex;
            let prefix = match (field.alternate && value != 0, upper) {
                (false, _) => "",
                (true, false) => "0x",
                (true, true) => "0X",
            };
            number(world, prefix, magnitude, if upper { 17 } else { 16 }, field)
        }
    }
}

/// Prints the C string at `from`: each byte is a measured load, its end too.
pub fn string<W: World>(world: &mut W, from: u64, field: Field) -> Result<i64, Stop> {
    if from == 0 {
        return Ok(padded(world, b"(null)", field)); // as glibc does
    }
    let limit = field.precision.map_or(u64::MAX, u64::from);
    let width = usize::from(field.width.min(MAX_FIELD));
    // Held back while it may still need padding on its left.
    let mut buffer = [0; MAX_FIELD as usize + 1];
    let mut filled = 0;
    let mut printed = 0;
    let mut at = 0;
    while at < limit {
        let byte = world.load(from.wrapping_add(at), 1)? as u8;
        if byte == 0 {
            break;
        }
        buffer[filled] = byte;
        filled += 1;
        at += 1;
        if filled == buffer.len() {
            world.print(&buffer[..filled]);
            printed += filled;
            filled = 0;
        }
    }
    let missing = width.saturating_sub(printed + filled);
    if !field.left {
        repeat(world, b' ', missing);
    }
    world.print(&buffer[..filled]);
    if field.left {
        repeat(world, b' ', missing);
    }
    Ok((printed + filled + missing) as i64)
}

/// Bytes in a field, padded with spaces.
fn padded<W: World>(world: &mut W, bytes: &[u8], field: Field) -> i64 {
    let missing = usize::from(field.width).saturating_sub(bytes.len());
    if !field.left {
        repeat(world, b' ', missing);
    }
    world.print(bytes);
    if field.left {
        repeat(world, b' ', missing);
    }
    (bytes.len() + missing) as i64
}

/// A number in a field: `prefix` is its sign or `0x`. Base 17 means 16 with capitals.
fn number<W: World>(world: &mut W, prefix: &str, magnitude: u64, base: u64, field: Field) -> i64 {
    let alphabet = if base == 17 {
        b"0123456789ABCDEF"
    } else {
        b"0123456789abcdef"
    };
    let base = base.min(16);
    let mut buffer = [0; MAX_DIGITS];
    let mut start = buffer.len();
    let mut rest = magnitude;
    while rest > 0 {
        start -= 1;
        buffer[start] = alphabet[(rest % base) as usize];
        rest /= base;
    }
    let digits = &buffer[start..];
    let least = field.precision.map_or(1, usize::from);
    let mut zeros = least.saturating_sub(digits.len());
    let mut missing = usize::from(field.width).saturating_sub(prefix.len() + zeros + digits.len());
    if field.zeros && !field.left && field.precision.is_none() {
        zeros += std::mem::take(&mut missing);
    }
    if !field.left {
        repeat(world, b' ', missing);
    }
    world.print(prefix.as_bytes());
    repeat(world, b'0', zeros);
    world.print(digits);
    if field.left {
        repeat(world, b' ', missing);
    }
    (prefix.len() + zeros + digits.len() + missing) as i64
}

/// Prints a byte `count` times.
fn repeat<W: World>(world: &mut W, byte: u8, count: usize) {
    let chunk = [byte; CHUNK];
    let mut left = count;
    while left > 0 {
        let part = left.min(CHUNK);
        world.print(&chunk[..part]);
        left -= part;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::plain::Plain;

    fn printed(value: i64, conversion: Conversion, field: Field) -> String {
        let mut world = Plain::new();
        let count = word(&mut world, value, conversion, field);
        assert_eq!(count as usize, world.output.len());
        String::from_utf8(world.output).unwrap()
    }

    /// A field from its flags and width, as in a format.
    fn field(flags: &str, width: u16, precision: Option<u16>) -> Field {
        Field {
            width,
            precision,
            left: flags.contains('-'),
            zeros: flags.contains('0'),
            plus: flags.contains('+'),
            space: flags.contains(' '),
            alternate: flags.contains('#'),
        }
    }

    #[test]
    fn words_are_printed_as_printf_prints_them() {
        use Conversion as C;
        let table = [
            (0, C::Signed, field("", 0, None), "0"),
            (
                i64::MIN,
                C::Signed,
                field("", 0, None),
                "-9223372036854775808",
            ),
            (-1, C::Unsigned, field("", 0, None), "18446744073709551615"),
            (255, C::Hex, field("", 0, None), "ff"),
            (255, C::UpperHex, field("#", 0, None), "0XFF"),
            (8, C::Octal, field("#", 0, None), "010"),
            (-1, C::Octal, field("", 0, None), "1777777777777777777777"),
            (65, C::Char, field("", 3, None), "  A"),
            (0, C::Pointer, field("", 0, None), "(nil)"),
            (0xabc, C::Pointer, field("", 8, None), "   0xabc"),
            (-5, C::Signed, field("0", 5, None), "-0005"),
            (-5, C::Signed, field("-", 5, None), "-5   "),
            (5, C::Signed, field("+", 0, None), "+5"),
            (5, C::Signed, field(" ", 0, None), " 5"),
            (5, C::Signed, field("", 6, Some(3)), "   005"),
            (0, C::Signed, field("", 0, Some(0)), ""),
            (5, C::Signed, field("0", 3, Some(1)), "  5"),
        ];
        for (value, conversion, field, expected) in table {
            assert_eq!(
                printed(value, conversion, field),
                expected,
                "{conversion:?}"
            );
        }
        assert_eq!(printed(1, C::Signed, field("", 200, None)).len(), 200);
    }

    #[test]
    fn strings_are_read_byte_by_byte_to_their_end() {
        let mut world = Plain::new();
        world.bring(b"page\0", 0);
        let left = Field {
            left: true,
            width: 6,
            ..Field::default()
        };
        let right = Field {
            width: 6,
            precision: Some(2),
            ..Field::default()
        };
        assert_eq!(string(&mut world, Plain::LITERALS, left), Ok(6));
        assert_eq!(world.measured, 5);
        assert_eq!(string(&mut world, Plain::LITERALS, right), Ok(6));
        assert_eq!(world.measured, 7);
        assert_eq!(string(&mut world, 0, Field::default()), Ok(6));
        assert_eq!(world.output, b"page      pa(null)");
        assert!(string(&mut world, 8, Field::default()).is_err());
    }

    #[test]
    fn long_text_is_printed_whole() {
        let mut world = Plain::new();
        let text = vec![b'x'; 1000];
        world.bring(&text, 0);
        assert_eq!(literal(&mut world, Plain::LITERALS, 1000), Ok(1000));
        assert_eq!(
            string(&mut world, Plain::LITERALS, Field::default()),
            Ok(1000)
        );
        assert_eq!(world.output, vec![b'x'; 2000]);
    }
}
