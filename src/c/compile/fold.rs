//! Arithmetic on constants, done by the compiler; what gcc warns of there is refused.

use crate::bytecode::Opcode;
use crate::c::types::Rank;

/// Why two constants have no result.
pub(super) enum Refusal {
    /// Division by zero.
    Zero,
    /// The exact result does not fit the type.
    Overflow(i128),
}

/// The result of an operator on two constants of the same type; shifts count by the second whatever its type.
pub(super) fn fold(opcode: Opcode, rank: Rank, a: i64, b: i64) -> Result<i64, Refusal> {
    // As unbounded integers: a word of an unsigned type is not negative.
    let exact = |word: i64| {
        if rank.signed() {
            i128::from(word)
        } else {
            i128::from(word as u64)
        }
    };
    let (x, y) = (exact(a), exact(b));
    let bits = u32::from(rank.width()) * 8;
    let result = match opcode {
        Opcode::Add => x + y,
        Opcode::Sub => x - y,
        Opcode::Mul => x * y,
        Opcode::Div | Opcode::Rem if y == 0 => return Err(Refusal::Zero),
        Opcode::Div => x / y,
        Opcode::Rem => x % y,
        Opcode::And => x & y,
        Opcode::Or => x | y,
        Opcode::Xor => x ^ y,
        // `1 << 31` is meant, though C leaves it open: shifts only wrap.
        Opcode::Shl => return Ok(rank.wrap(a.wrapping_shl(b as u32 % bits))),
        Opcode::Shr => x >> (b as u32 % bits),
        Opcode::Eq => i128::from(x == y),
        Opcode::Ne => i128::from(x != y),
        Opcode::Lt => i128::from(x < y),
        Opcode::Le => i128::from(x <= y),
        _ => return Ok(0),
    };
    let wrapped = rank.wrap(result as i64);
    if rank.signed() && i128::from(wrapped) != result {
        return Err(Refusal::Overflow(result));
    }
    Ok(wrapped)
}
