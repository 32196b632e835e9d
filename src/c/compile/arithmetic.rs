//! Operators on values, C17 6.5.3 to 6.5.15: promotions, common types, logic, choices.

use super::convert::convert;
use super::emit::{plain, typed};
use super::fold::{Refusal, fold};
use super::node::{Node, Value};
use super::pointer::{meeting_pointers, pointer_operator};
use super::{Checked, Compiler};
use crate::bytecode::{Instruction, Opcode};
use crate::c::ast::{Binary, Expression, Unary};
use crate::c::types::{Kind, Rank, Type};
use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// The opcode of an operator, and whether its operands are swapped first: `a > b` is `b < a`.
pub(super) fn opcode(operator: Binary) -> (Opcode, bool) {
    match operator {
        Binary::Multiply => (Opcode::Mul, false),
        Binary::Divide => (Opcode::Div, false),
        Binary::Remainder => (Opcode::Rem, false),
        Binary::Add => (Opcode::Add, false),
        Binary::Subtract => (Opcode::Sub, false),
        Binary::ShiftLeft => (Opcode::Shl, false),
        Binary::ShiftRight => (Opcode::Shr, false),
        Binary::Less => (Opcode::Lt, false),
        Binary::LessEqual => (Opcode::Le, false),
        Binary::Greater => (Opcode::Lt, true),
        Binary::GreaterEqual => (Opcode::Le, true),
        Binary::NotEqual => (Opcode::Ne, false),
        Binary::BitAnd | Binary::And => (Opcode::And, false),
        Binary::BitXor => (Opcode::Xor, false),
        Binary::BitOr | Binary::Or => (Opcode::Or, false),
        Binary::Equal => (Opcode::Eq, false),
    }
}

/// Whether an operator compares: its result is an `int`, 0 or 1.
pub(super) fn compares(operator: Binary) -> bool {
    matches!(
        operator,
        Binary::Less
            | Binary::LessEqual
            | Binary::Greater
            | Binary::GreaterEqual
            | Binary::Equal
            | Binary::NotEqual
    )
}

/// What it takes to do an operator on two words of a common type.
pub(super) fn operation(operator: Binary, rank: Rank) -> Vec<Instruction> {
    let word = (rank.width(), rank.signed());
    let (opcode, swapped) = opcode(operator);
    let mut instructions = Vec::new();
    if swapped {
        instructions.push(plain(Opcode::Swap));
    }
    instructions.push(typed(opcode, word));
    let grows = matches!(
        opcode,
        Opcode::Add | Opcode::Sub | Opcode::Mul | Opcode::Shl
    );
    if grows && word.0 < 8 {
        instructions.push(typed(Opcode::Wrap, word));
    }
    instructions
}

impl Compiler<'_> {
    /// `-a`, `!a` and the like; `*a` and `&a` are places.
    pub(super) fn unary(
        &mut self,
        operator: Unary,
        operand: &Expression,
        span: &Range<usize>,
    ) -> Checked<Value> {
        let value = self.value(operand)?;
        if operator == Unary::Not {
            let value = self.condition_value(value)?;
            if let Some(word) = value.known() {
                return Ok(Value::constant(
                    i64::from(word == 0),
                    Type::INT,
                    span.clone(),
                ));
            }
            return Ok(spanned(
                value.then(vec![plain(Opcode::IsZero)], Type::INT),
                span,
            ));
        }
        let Some(rank) = value.of.rank().map(Rank::promoted) else {
            return Err(self.no_operator(operand, &value.of));
        };
        let promoted = convert(value, &Type::integer(rank));
        let opcode = match operator {
            Unary::Minus => Opcode::Neg,
            Unary::Complement => Opcode::Not,
            _ => return Ok(spanned(promoted, span)),
        };
        if let Some(word) = promoted.known() {
            let word = match opcode {
                Opcode::Neg => word.wrapping_neg(),
                _ => !word,
            };
            return Ok(Value::constant(rank.wrap(word), promoted.of, span.clone()));
        }
        let word = (rank.width(), rank.signed());
        let of = promoted.of.clone();
        let instructions = vec![plain(opcode), typed(Opcode::Wrap, word)];
        Ok(spanned(promoted.then(instructions, of), span))
    }

    /// `a + b` and the like.
    pub(super) fn binary(
        &mut self,
        operator: Binary,
        a: &Expression,
        b: &Expression,
        span: &Range<usize>,
    ) -> Checked<Value> {
        let left = self.value(a)?;
        let right = self.value(b)?;
        if matches!(operator, Binary::And | Binary::Or) {
            let (left, right) = (self.condition_value(left)?, self.condition_value(right)?);
            let node = if operator == Binary::And {
                Node::And(left.into(), right.into())
            } else {
                Node::Or(left.into(), right.into())
            };
            return Ok(Value {
                of: Type::INT,
                span: span.clone(),
                node,
            });
        }
        let (Some(x), Some(y)) = (left.of.rank(), right.of.rank()) else {
            return pointer_operator(operator, left, right, span);
        };
        if matches!(operator, Binary::ShiftLeft | Binary::ShiftRight) {
            check_shift(x.promoted(), &right)?;
            let left = convert(left, &Type::integer(x.promoted()));
            return combine(operator, left, right, span);
        }
        let common = common_type(&left.of, &right.of, x.common(y));
        combine(
            operator,
            convert(left, &common),
            convert(right, &common),
            span,
        )
    }

    /// `a ? b : c`
    pub(super) fn conditional(
        &mut self,
        condition: &Expression,
        yes: &Expression,
        no: &Expression,
        span: &Range<usize>,
    ) -> Checked<Value> {
        let condition = self.value(condition)?;
        let condition = self.condition_value(condition)?;
        let (yes, no) = (self.value(yes)?, self.value(no)?);
        let of = match (yes.of.rank(), no.of.rank()) {
            (Some(x), Some(y)) => common_type(&yes.of, &no.of, x.common(y)),
            _ if yes.is_void() && no.is_void() => Type::VOID,
            _ => meeting_pointers(&yes, &no, span)?,
        };
        if of.kind == Kind::Void {
            let node = Node::Choose(condition.into(), yes.into(), no.into());
            return Ok(Value {
                of,
                span: span.clone(),
                node,
            });
        }
        let (yes, no) = (convert(yes, &of), convert(no, &of));
        let node = match condition.known() {
            Some(word) if yes.known().is_some() && no.known().is_some() => {
                if word != 0 {
                    yes.node
                } else {
                    no.node
                }
            }
            _ => Node::Choose(condition.into(), yes.into(), no.into()),
        };
        Ok(Value {
            of,
            span: span.clone(),
            node,
        })
    }

    /// A value that decides: any number or pointer.
    pub(super) fn condition_value(&self, value: Value) -> Checked<Value> {
        if value.of.is_scalar() {
            return Ok(value);
        }
        let text = self.quote(&value.span);
        Err(
            Diagnostic::new(value.span, format!("`{text}` is neither true nor false"))
                .help("a condition is a number or a pointer; 0 and NULL are false"),
        )
    }

    /// The mistake of an operator on what it does not take.
    pub(super) fn no_operator(&self, operand: &Expression, of: &Type) -> Diagnostic {
        let text = self.quote(&operand.span);
        let message = format!("a number is wanted here; `{text}` is `{of}`");
        Diagnostic::new(operand.span.clone(), message)
    }
}

/// The common type, by the name under which one of the operands has it already.
pub(super) fn common_type(a: &Type, b: &Type, common: Rank) -> Type {
    [a, b]
        .into_iter()
        .find(|of| of.rank() == Some(common))
        .map_or_else(|| Type::integer(common), Type::unqualified)
}

/// An operator on two values of a common type.
pub(super) fn combine(
    operator: Binary,
    left: Value,
    right: Value,
    span: &Range<usize>,
) -> Checked<Value> {
    let rank = left.of.rank().unwrap_or(Rank::UnsignedLong);
    let of = if compares(operator) {
        Type::INT
    } else {
        left.of.clone()
    };
    let (opcode, swapped) = opcode(operator);
    if right.known() == Some(0) && matches!(opcode, Opcode::Div | Opcode::Rem) {
        return Err(Diagnostic::new(right.span, "this divides by zero"));
    }
    if let (Some(a), Some(b)) = (left.known(), right.known()) {
        let (a, b) = if swapped { (b, a) } else { (a, b) };
        return match fold(opcode, rank, a, b) {
            Ok(word) => Ok(Value::constant(word, of, span.clone())),
            Err(Refusal::Zero) => Err(Diagnostic::new(right.span, "this divides by zero")),
            Err(Refusal::Overflow(exact)) => Err(Diagnostic::new(
                span.clone(),
                format!("the result {exact} does not fit in `{of}`"),
            )
            .help("make one of the numbers wider: `4UL * …`")),
        };
    }
    let node = Node::Two(left.into(), right.into(), operation(operator, rank));
    Ok(Value {
        of,
        span: span.clone(),
        node,
    })
}

/// A shift by a constant must stay within the width.
pub(super) fn check_shift(rank: Rank, count: &Value) -> Checked<()> {
    let bits = i64::from(rank.width()) * 8;
    match count.known() {
        Some(word) if !(0..bits).contains(&word) => Err(Diagnostic::new(
            count.span.clone(),
            format!(
                "`{}` has {bits} bits; it cannot be shifted by {word}",
                rank.name()
            ),
        )
        .help("widen it first: `1UL << …`")),
        _ => Ok(()),
    }
}

/// The same value at another place of the source.
pub(super) fn spanned(value: Value, span: &Range<usize>) -> Value {
    Value {
        span: span.clone(),
        ..value
    }
}
