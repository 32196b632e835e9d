//! How a value is shown in transcripts and on the screen.

use super::types::{Kind, Rank, Type};

/// A word as a value of its type: pointers in hexadecimal (`NULL`, `MAP_FAILED`), characters with their number,
/// other integers in decimal.
pub fn show(word: i64, of: &Type) -> String {
    match &of.kind {
        Kind::Pointer(_) => match word {
            0 => "NULL".to_owned(),
            -1 => "MAP_FAILED".to_owned(),
            word => format!("{word:#x}"),
        },
        Kind::Int(integer) => match integer.rank {
            Rank::Char => character(word),
            rank if rank.signed() => word.to_string(),
            _ => (word as u64).to_string(),
        },
        _ => format!("{word:#x}"),
    }
}

/// `'A' (65)`; a byte that is no printable character by its number alone, but for the zero.
fn character(word: i64) -> String {
    match word as u8 {
        0 => "'\\0' (0)".to_owned(),
        b'\n' => format!("'\\n' ({word})"),
        byte @ 0x20..0x7f => format!("'{}' ({word})", char::from(byte)),
        _ => word.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_by_their_type() {
        let char_type = Type::integer(Rank::Char);
        let table = [
            (0x10_0000, Type::VOID.pointer(), "0x100000"),
            (0, Type::VOID.pointer(), "NULL"),
            (-1, char_type.clone().pointer(), "MAP_FAILED"),
            (-1, Type::INT, "-1"),
            (-1, Type::SIZE, "18446744073709551615"),
            (65, char_type.clone(), "'A' (65)"),
            (0, char_type.clone(), "'\\0' (0)"),
            (-3, char_type, "-3"),
            (65, Type::integer(Rank::UnsignedChar), "65"),
        ];
        for (word, of, text) in table {
            assert_eq!(show(word, &of), text);
        }
    }
}
