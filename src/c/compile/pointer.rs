//! Arithmetic on addresses, C17 6.5.6, 6.5.8 and 6.5.9: in steps of what they point to, of one byte for `void *`.

use super::arithmetic::{combine, compares, spanned};
use super::convert::{assign, convert};
use super::emit::{immediate, plain, typed};
use super::node::{Node, Value};
use super::{Checked, Compiler};
use crate::bytecode::Opcode;
use crate::c::ast::Binary;
use crate::c::constants::is_null;
use crate::c::types::{Kind, Type};
use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// An operator of which at least one operand is a pointer.
pub(super) fn pointer_operator(
    operator: Binary,
    left: Value,
    right: Value,
    span: &Range<usize>,
) -> Checked<Value> {
    let pointers = (left.of.pointee().is_some(), right.of.pointee().is_some());
    let numbers = (left.of.rank().is_some(), right.of.rank().is_some());
    match operator {
        Binary::Add if pointers.0 && numbers.1 => Ok(offset(left, right, Opcode::Add, span)),
        Binary::Add if numbers.0 && pointers.1 => {
            let of = right.of.clone();
            let step = of.pointee().map_or(1, Type::size);
            let node = Node::Two(
                scaled(left, step).into(),
                right.into(),
                vec![plain(Opcode::Add)],
            );
            Ok(Value {
                of,
                span: span.clone(),
                node,
            })
        }
        Binary::Subtract if pointers.0 && numbers.1 => Ok(offset(left, right, Opcode::Sub, span)),
        Binary::Subtract if pointers.0 && pointers.1 => difference(left, right, span),
        operator if compares(operator) => {
            let of = meeting_pointers(&left, &right, span)?;
            let (left, right) = (convert(left, &of), convert(right, &of));
            combine(operator, left, right, span)
        }
        _ => Err(no_pointers(operator, &left, &right, span)),
    }
}

impl Compiler<'_> {
    /// What a pointer becomes where another is wanted, with the message at its own place.
    pub(super) fn assigned(&self, value: Value, to: &Type) -> Checked<Value> {
        let span = value.span.clone();
        if value.is_void() {
            let text = self.quote(&span);
            return Err(Diagnostic::new(span, format!("`{text}` gives no value")));
        }
        assign(value, to).map_err(|mismatch| Diagnostic {
            span,
            message: mismatch.message,
            help: mismatch.help,
        })
    }
}

/// `p + n` or `p - n`.
pub(super) fn offset(pointer: Value, count: Value, opcode: Opcode, span: &Range<usize>) -> Value {
    let of = pointer.of.clone();
    let step = of.pointee().map_or(1, Type::size);
    let count = scaled(count, step);
    match (&pointer.node, count.known()) {
        (_, Some(0)) => return spanned(pointer, span),
        // An element or field at a known offset of a variable has a known address itself.
        (Node::Frame(start), Some(bytes)) if opcode == Opcode::Add => {
            if let Some(at) = i64::from(*start).checked_add(bytes)
                && let Ok(at) = u32::try_from(at)
            {
                let node = Node::Frame(at);
                return Value {
                    of,
                    span: span.clone(),
                    node,
                };
            }
        }
        _ => {}
    }
    let node = Node::Two(pointer.into(), count.into(), vec![plain(opcode)]);
    Value {
        of,
        span: span.clone(),
        node,
    }
}

/// A count of elements as a count of bytes.
pub(super) fn scaled(count: Value, step: u64) -> Value {
    let count = convert(count, &Type::LONG);
    match count.known() {
        Some(word) => Value::constant(word.wrapping_mul(step as i64), Type::LONG, count.span),
        None if step == 1 => count,
        None => count.then(
            vec![
                immediate(Opcode::Push, step as i64),
                typed(Opcode::Mul, (8, true)),
            ],
            Type::LONG,
        ),
    }
}

/// The pointer type in which two operands meet, for comparisons and `?:`.
pub(super) fn meeting_pointers(left: &Value, right: &Value, span: &Range<usize>) -> Checked<Type> {
    let is_null = |value: &Value| value.known().is_some_and(|word| is_null(word, &value.of));
    match (left.of.pointee(), right.of.pointee()) {
        (Some(_), _) if is_null(right) => Ok(left.of.clone()),
        (_, Some(_)) if is_null(left) => Ok(right.of.clone()),
        (Some(a), Some(b)) if a.kind == b.kind || a.kind == Kind::Void || b.kind == Kind::Void => {
            let base = if b.kind == Kind::Void { b } else { a };
            Ok(Type {
                constant: a.constant || b.constant,
                volatile: a.volatile || b.volatile,
                ..base.clone()
            }
            .pointer())
        }
        _ => {
            let message = format!("`{}` and `{}` cannot stand together", left.of, right.of);
            let help = if left.of.pointee().is_some() && right.of.pointee().is_some() {
                "cast one to the type of the other"
            } else {
                "an address is compared with an address or NULL; as a number it is `(uintptr_t) p`"
            };
            Err(Diagnostic::new(span.clone(), message).help(help))
        }
    }
}

/// The mistake of an operator that addresses do not know.
fn no_pointers(operator: Binary, left: &Value, right: &Value, span: &Range<usize>) -> Diagnostic {
    let message = format!(
        "`{}` cannot be done with `{}` and `{}`",
        operator.text(),
        left.of,
        right.of
    );
    Diagnostic::new(span.clone(), message).help("for the address as a number write `(uintptr_t) p`")
}

/// `p - q`: how many elements lie between.
fn difference(left: Value, right: Value, span: &Range<usize>) -> Checked<Value> {
    let (Some(a), Some(b)) = (left.of.pointee(), right.of.pointee()) else {
        return Err(no_pointers(Binary::Subtract, &left, &right, span));
    };
    if a.kind != b.kind {
        let message = format!("`{}` and `{}` point to different types", left.of, right.of);
        return Err(
            Diagnostic::new(span.clone(), message).help("cast both: `(char *) p - (char *) q`")
        );
    }
    let step = a.size();
    let mut instructions = vec![plain(Opcode::Sub)];
    if step > 1 {
        instructions.push(immediate(Opcode::Push, step as i64));
        instructions.push(typed(Opcode::Div, (8, true)));
    }
    let node = Node::Two(left.into(), right.into(), instructions);
    Ok(Value {
        of: Type::LONG,
        span: span.clone(),
        node,
    })
}
