//! Assignments, C17 6.5.16, and the steps `++` and `--`.

use super::arithmetic::{check_shift, operation, spanned};
use super::convert::{convert, instructions};
use super::emit::{immediate, plain, typed};
use super::node::{Node, Operand, Place, Update, Value};
use super::pointer::scaled;
use super::{Checked, Compiler};
use crate::bytecode::{Instruction, Opcode};
use crate::c::ast::{Binary, Expression};
use crate::c::types::{Kind, Rank, Type};
use crate::diagnostic::Diagnostic;
use std::ops::Range;

impl Compiler<'_> {
    /// `a = b`
    pub(super) fn assign(
        &mut self,
        target: &Expression,
        value: &Expression,
        span: &Range<usize>,
    ) -> Checked<Value> {
        self.changes(span)?;
        let place = self.target(target)?;
        let value = self.value(value)?;
        let value = self.assigned(value, &place.of)?;
        Ok(Value {
            of: place.of.unqualified(),
            span: span.clone(),
            node: Node::Store(place, value.into()),
        })
    }

    /// `a += b`
    pub(super) fn combined_assign(
        &mut self,
        operator: Binary,
        target: &Expression,
        value: &Expression,
        span: &Range<usize>,
    ) -> Checked<Value> {
        self.changes(span)?;
        let place = self.target(target)?;
        let operand = self.value(value)?;
        let Some(y) = operand.of.rank() else {
            return Err(self.no_operator(value, &operand.of));
        };
        let Some(x) = place.of.rank() else {
            return move_pointer(operator, place, operand, span);
        };
        let shifts = matches!(operator, Binary::ShiftLeft | Binary::ShiftRight);
        let common = if shifts { x.promoted() } else { x.common(y) };
        if operand.known() == Some(0) && matches!(operator, Binary::Divide | Binary::Remainder) {
            return Err(Diagnostic::new(operand.span, "this divides by zero"));
        }
        let operand = if shifts {
            check_shift(common, &operand)?;
            operand
        } else {
            convert(operand, &Type::integer(common))
        };
        let update = arithmetic_update(place, operator, operand, common);
        Ok(updated(update, span))
    }

    /// `++a`, `a--`
    pub(super) fn step(
        &mut self,
        target: &Expression,
        increment: bool,
        prefix: bool,
        span: &Range<usize>,
    ) -> Checked<Value> {
        self.changes(span)?;
        let place = self.target(target)?;
        if place.of.rank() == Some(Rank::Bool) {
            return Err(Diagnostic::new(
                span.clone(),
                "a truth value cannot be counted up or down",
            )
            .help("write `b = true;` or `b = !b;`"));
        }
        let operator = if increment {
            Binary::Add
        } else {
            Binary::Subtract
        };
        let one = Value::constant(1, Type::INT, span.clone());
        let step = place.of.pointee().map_or(1, Type::size) as i64;
        // The old value is the new one with the step taken back: nothing has to be kept.
        let back = if increment { Opcode::Sub } else { Opcode::Add };
        let undo = vec![
            immediate(Opcode::Push, step),
            plain(back),
            typed(Opcode::Wrap, place.of.word()),
        ];
        let mut value = match place.of.rank() {
            Some(rank) => {
                let common = rank.common(Rank::Int);
                let one = convert(one, &Type::integer(common));
                updated(arithmetic_update(place, operator, one, common), span)
            }
            None => move_pointer(operator, place, one, span)?,
        };
        if let (Node::Update(update), false) = (&mut value.node, prefix) {
            update.undo = undo;
        }
        Ok(value)
    }

    /// What may be assigned to: a scalar in memory that is not `const`.
    fn target(&mut self, target: &Expression) -> Checked<Place> {
        let text = self.quote(&target.span);
        let refuse = |message: String| Diagnostic::new(target.span.clone(), message);
        let place = match self.operand(target)? {
            Operand::Place(place) => place,
            Operand::Value(_) => {
                return Err(refuse(format!(
                    "`{text}` is a value; nothing can be assigned to it"
                ))
                .help("variables, elements `p[i]` and `*p` can be assigned to"));
            }
        };
        match place.of.kind {
            Kind::Array(..) => Err(refuse(format!(
                "`{text}` is an array; it cannot be assigned as a whole"
            ))
            .help("use `memcpy` or `strcpy`, or assign its elements")),
            Kind::Int(_) | Kind::Pointer(_) if place.of.constant => {
                Err(refuse(format!("`{text}` is `const`: it cannot be changed")))
            }
            Kind::Int(_) | Kind::Pointer(_) => Ok(place),
            _ => Err(refuse(format!(
                "`{text}` is `{}`; it cannot be assigned as a whole",
                place.of
            ))),
        }
    }
}

/// `p += n`
fn move_pointer(
    operator: Binary,
    place: Place,
    count: Value,
    span: &Range<usize>,
) -> Checked<Value> {
    let opcode = match operator {
        Binary::Add => Opcode::Add,
        Binary::Subtract => Opcode::Sub,
        _ => {
            let message = format!("`{}=` cannot be done with `{}`", operator.text(), place.of);
            return Err(Diagnostic::new(span.clone(), message)
                .help("for the address as a number write `(uintptr_t) p`"));
        }
    };
    let step = place.of.pointee().map_or(1, Type::size);
    let update = Update {
        place,
        widen: Vec::new(),
        operand: scaled(count, step),
        operation: vec![plain(opcode)],
        undo: Vec::new(),
    };
    Ok(updated(update, span))
}

/// The update of an integer, done in a common type.
fn arithmetic_update(place: Place, operator: Binary, operand: Value, common: Rank) -> Update {
    let common_type = Type::integer(common);
    let mut steps: Vec<Instruction> = operation(operator, common);
    steps.extend(instructions(&common_type, &place.of));
    Update {
        widen: instructions(&place.of, &common_type),
        place,
        operand,
        operation: steps,
        undo: Vec::new(),
    }
}

/// An update as a value.
fn updated(update: Update, span: &Range<usize>) -> Value {
    let value = Value {
        of: update.place.of.unqualified(),
        span: span.clone(),
        node: Node::Update(update.into()),
    };
    spanned(value, span)
}
