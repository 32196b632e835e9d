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
pub(crate) mod tests {
    use super::*;
    use crate::bytecode::{Builtin, FRAME_BYTES, LITERAL_BYTES};
    use crate::mem::{Addr, Signal};

    /// A world of plain memory: a frame, literals, and one region that a pointer can reach.
    pub(crate) struct Plain {
        frame: Vec<u8>,
        literals: Vec<u8>,
        heap: Vec<u8>,
        /// What was printed.
        pub(crate) output: Vec<u8>,
        /// Number of measured accesses.
        pub(crate) measured: usize,
        /// Backward jumps left until it interrupts.
        pub(crate) patience: usize,
        /// Calls made.
        pub(crate) calls: Vec<(Builtin, [u64; 6])>,
    }

    impl Plain {
        pub(crate) const FRAME: u64 = 0x10_0000;
        pub(crate) const LITERALS: u64 = 0x20_0000;
        pub(crate) const HEAP: u64 = 0x30_0000;
        pub(crate) const HEAP_BYTES: usize = 64 * 1024;

        pub(crate) fn new() -> Self {
            Self {
                frame: vec![0xa5; FRAME_BYTES as usize],
                literals: vec![0; LITERAL_BYTES as usize],
                heap: vec![0; Self::HEAP_BYTES],
                output: Vec::new(),
                measured: 0,
                patience: 1_000_000,
                calls: Vec::new(),
            }
        }

        /// Puts bytes into the literal area, as a program's arrival does.
        pub(crate) fn bring(&mut self, bytes: &[u8], offset: u32) {
            let start = offset as usize;
            self.literals[start..start + bytes.len()].copy_from_slice(bytes);
        }

        fn bytes(&mut self, addr: u64, length: usize) -> Result<&mut [u8], Stop> {
            let regions = [
                (Self::FRAME, &mut self.frame),
                (Self::LITERALS, &mut self.literals),
                (Self::HEAP, &mut self.heap),
            ];
            for (start, region) in regions {
                let at = addr.wrapping_sub(start) as usize;
                if let Some(bytes) = at
                    .checked_add(length)
                    .and_then(|end| region.get_mut(at..end))
                {
                    return Ok(bytes);
                }
            }
            Err(Stop::Signal(Signal {
                number: 11,
                code: 1,
                address: Addr(addr),
            }))
        }
    }

    impl World for Plain {
        fn frame(&self) -> u64 {
            Self::FRAME
        }

        fn literals(&self) -> u64 {
            Self::LITERALS
        }

        fn load(&mut self, addr: u64, width: u8) -> Result<u64, Stop> {
            self.measured += 1;
            self.load_own(addr, width)
        }

        fn store(&mut self, addr: u64, width: u8, value: u64) -> Result<(), Stop> {
            self.measured += 1;
            self.store_own(addr, width, value)
        }

        fn load_own(&mut self, addr: u64, width: u8) -> Result<u64, Stop> {
            let mut word = [0; 8];
            let length = usize::from(width);
            word[..length].copy_from_slice(self.bytes(addr, length)?);
            Ok(u64::from_le_bytes(word))
        }

        fn store_own(&mut self, addr: u64, width: u8, value: u64) -> Result<(), Stop> {
            let length = usize::from(width);
            let word = value.to_le_bytes();
            self.bytes(addr, length)?.copy_from_slice(&word[..length]);
            Ok(())
        }

        fn copy_literal(&mut self, to: u64, from: u64, length: u32) -> Result<(), Stop> {
            let bytes = self.bytes(from, length as usize)?.to_vec();
            self.bytes(to, length as usize)?.copy_from_slice(&bytes);
            Ok(())
        }

        fn clear_own(&mut self, addr: u64, length: u32) -> Result<(), Stop> {
            self.bytes(addr, length as usize)?.fill(0);
            Ok(())
        }

        /// `malloc` gives the heap, `getpid` 42, everything else its first argument.
        fn call(&mut self, builtin: Builtin, arguments: [u64; 6]) -> Result<i64, Stop> {
            self.calls.push((builtin, arguments));
            Ok(match builtin {
                Builtin::Malloc | Builtin::Mmap => Self::HEAP as i64,
                Builtin::Getpid => 42,
                Builtin::Exit => return Err(Stop::Exit(arguments[0] as i32)),
                _ => arguments[0] as i64,
            })
        }

        fn call_pointer(&mut self, addr: u64, arguments: [u64; 6]) -> Result<i64, Stop> {
            Ok((addr + arguments.iter().sum::<u64>()) as i64)
        }

        fn print(&mut self, bytes: &[u8]) {
            self.output.extend_from_slice(bytes);
        }

        fn poll(&mut self) -> Result<(), Stop> {
            self.patience = self.patience.checked_sub(1).ok_or(Stop::Interrupted)?;
            Ok(())
        }
    }

    fn printed(value: i64, conversion: Conversion, field: Field) -> String {
        let mut world = Plain::new();
        let count = word(&mut world, value, conversion, field);
        assert_eq!(count as usize, world.output.len());
        String::from_utf8(world.output).unwrap()
    }

    #[test]
    fn words_are_printed_as_printf_prints_them() {
        use Conversion as C;
        let plain = Field::default();
        let wide = |width| Field { width, ..plain };
        let table = [
            (0, C::Signed, plain, "0"),
            (i64::MIN, C::Signed, plain, "-9223372036854775808"),
            (-1, C::Unsigned, plain, "18446744073709551615"),
            (255, C::Hex, plain, "ff"),
            (
                255,
                C::UpperHex,
                Field {
                    alternate: true,
                    ..plain
                },
                "0XFF",
            ),
            (
                8,
                C::Octal,
                Field {
                    alternate: true,
                    ..plain
                },
                "010",
            ),
            (-1, C::Octal, plain, "1777777777777777777777"),
            (65, C::Char, wide(3), "  A"),
            (0, C::Pointer, plain, "(nil)"),
            (0xabc, C::Pointer, wide(8), "   0xabc"),
            (
                -5,
                C::Signed,
                Field {
                    zeros: true,
                    ..wide(5)
                },
                "-0005",
            ),
            (
                -5,
                C::Signed,
                Field {
                    left: true,
                    ..wide(5)
                },
                "-5   ",
            ),
            (
                5,
                C::Signed,
                Field {
                    plus: true,
                    ..plain
                },
                "+5",
            ),
            (
                5,
                C::Signed,
                Field {
                    space: true,
                    ..plain
                },
                " 5",
            ),
            (
                5,
                C::Signed,
                Field {
                    precision: Some(3),
                    ..wide(6)
                },
                "   005",
            ),
            (
                0,
                C::Signed,
                Field {
                    precision: Some(0),
                    ..plain
                },
                "",
            ),
            (
                5,
                C::Signed,
                Field {
                    zeros: true,
                    precision: Some(1),
                    ..wide(3)
                },
                "  5",
            ),
        ];
        for (value, conversion, field, expected) in table {
            assert_eq!(
                printed(value, conversion, field),
                expected,
                "{conversion:?}"
            );
        }
        assert_eq!(printed(1, C::Signed, wide(200)).len(), 200);
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
