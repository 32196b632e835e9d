//! Conversions, C17 6.3 and 6.5.16.1: what is allowed without a cast, with one, and what it takes at run time.

use super::emit::{immediate, plain, typed};
use super::node::Value;
use crate::bytecode::{Instruction, Opcode};
use crate::c::constants::is_null;
use crate::c::types::{Kind, Rank, Type};

/// Why a value cannot become another type, and what to write.
pub(super) struct Mismatch {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// The instructions that turn a word of one type into a word of another.
pub(super) fn instructions(from: &Type, to: &Type) -> Vec<Instruction> {
    if to.rank() == Some(Rank::Bool) {
        let already = from.rank() == Some(Rank::Bool);
        let compare = vec![immediate(Opcode::Push, 0), plain(Opcode::Ne)];
        return if already { Vec::new() } else { compare };
    }
    let (from, to) = (from.word(), to.word());
    // A canonical word is extended to 64 bits already: only narrowing and a lost sign change it.
    let widens = to.0 > from.0 && (to.1 || !from.1);
    if to.0 == 8 || widens || from == to {
        Vec::new()
    } else {
        vec![typed(Opcode::Wrap, to)]
    }
}

/// A value as another type, at the writer's own risk: what a cast between scalars does.
pub(super) fn convert(value: Value, to: &Type) -> Value {
    let to = to.unqualified();
    if let Some(word) = value.known() {
        let word = to.rank().map_or(word, |rank| rank.wrap(word));
        return Value::constant(word, to, value.span);
    }
    let instructions = instructions(&value.of, &to);
    value.then(instructions, to)
}

/// A value as what it is assigned, passed or compared to: only what gcc takes without a warning.
pub(super) fn assign(value: Value, to: &Type) -> Result<Value, Mismatch> {
    let fits = match (&value.of.kind, &to.kind) {
        (Kind::Int(_), Kind::Int(_)) => fits(&value, to),
        (Kind::Pointer(_), Kind::Int(to)) if to.rank == Rank::Bool => Ok(()),
        (Kind::Pointer(from), Kind::Pointer(into)) => {
            let null = value.known().is_some_and(|word| is_null(word, &value.of));
            if null {
                Ok(())
            } else {
                points_alike(from, into)
            }
        }
        (Kind::Int(_), Kind::Pointer(_)) if value.known() == Some(0) => Ok(()),
        (Kind::Int(_), Kind::Pointer(_)) => Err("an address is wanted here, not a number"),
        (Kind::Pointer(_), Kind::Int(_)) => Err("a number is wanted here, not an address"),
        _ => Err("these are different kinds of things"),
    };
    match fits {
        Ok(()) => Ok(convert(value, to)),
        Err(why) => Err(mismatch(&value, to, why)),
    }
}

/// Whether a constant that is too large for its new type is meant: -Woverflow.
fn fits(value: &Value, to: &Type) -> Result<(), &'static str> {
    let (width, _) = to.word();
    let bits = u32::from(width) * 8;
    let Some(word) = value.known() else {
        return Ok(());
    };
    let bool_like = to.rank() == Some(Rank::Bool);
    if bits == 64 || bool_like || (word >= -1 << (bits - 1) && word < 1 << bits) {
        Ok(())
    } else {
        Err("the value does not fit")
    }
}

/// Whether a pointer to `from` may become a pointer to `into`.
fn points_alike(from: &Type, into: &Type) -> Result<(), &'static str> {
    let is_void = |of: &Type| of.kind == Kind::Void;
    if !is_void(from) && !is_void(into) && from.kind != into.kind {
        return Err("they point to different types");
    }
    if from.constant && !into.constant {
        return Err("what is `const` could then be written to");
    }
    if from.volatile && !into.volatile {
        return Err("`volatile` would be lost");
    }
    Ok(())
}

fn mismatch(value: &Value, to: &Type, why: &str) -> Mismatch {
    if let (Some(word), Kind::Int(_)) = (value.known(), &to.kind)
        && value.of.rank().is_some()
    {
        return Mismatch {
            message: format!("{word} does not fit in `{to}`"),
            help: Some(format!(
                "use a wider type, or say that it is meant: `({to}) …`"
            )),
        };
    }
    Mismatch {
        message: format!("`{}` does not become `{to}` by itself: {why}", value.of),
        help: Some(match (&value.of.kind, &to.kind) {
            (Kind::Int(from), Kind::Pointer(_)) if from.rank.width() < 8 => {
                format!("if it is an address, say so: `({to}) (uintptr_t) …`")
            }
            (Kind::Pointer(_), Kind::Int(_)) => {
                "for the address as a number write `(uintptr_t) …`; for what is there, `*…`"
                    .to_owned()
            }
            _ => format!("if it is meant, write a cast: `({to}) …`"),
        }),
    }
}
