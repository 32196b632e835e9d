//! Expressions and the places they denote: variables, what pointers point to, elements, fields.
//!
//! Here is decided which accesses are the lesson's: a variable named directly, an element of an array named directly
//! and a field of a structure named directly are the program's own; whatever goes through a pointer is measured.

use super::convert::convert;
use super::node::{Node, Operand, Place, Value};
use super::pointer::offset;
use super::{Checked, Compiler};
use crate::bytecode::Opcode;
use crate::c::ast::{Expression, ExpressionKind, TypeName, Unary};
use crate::c::resolve::resolve;
use crate::c::stat::{STAT_FIELDS, stat_field};
use crate::c::suggest::nearest;
use crate::c::types::{Kind, Rank, Type};
use crate::diagnostic::Diagnostic;
use std::ops::Range;
use std::sync::Arc;

impl Compiler<'_> {
    /// Checks an expression as what it denotes.
    pub(super) fn operand(&mut self, e: &Expression) -> Checked<Operand> {
        let span = &e.span;
        let value = match &e.kind {
            ExpressionKind::Name(name) => return self.name(name, span),
            ExpressionKind::Text(bytes) => return self.text(bytes, span),
            ExpressionKind::Unary(Unary::Dereference, pointer) => {
                let value = self.value(pointer)?;
                return self.pointed(value, span).map(Operand::Place);
            }
            ExpressionKind::Index(base, index) => {
                return self.element(base, index, span).map(Operand::Place);
            }
            ExpressionKind::Member { .. } => return self.field(e).map(Operand::Place),
            ExpressionKind::Known { word, of } => {
                Ok(Value::constant(*word, of.clone(), span.clone()))
            }
            ExpressionKind::Unary(Unary::AddressOf, target) => self.address(target, span),
            ExpressionKind::Unary(operator, operand) => self.unary(*operator, operand, span),
            ExpressionKind::Step {
                target,
                increment,
                prefix,
            } => self.step(target, *increment, *prefix, span),
            ExpressionKind::Binary(operator, a, b) => self.binary(*operator, a, b, span),
            ExpressionKind::Assign(None, target, value) => self.assign(target, value, span),
            ExpressionKind::Assign(Some(operator), target, value) => {
                self.combined_assign(*operator, target, value, span)
            }
            ExpressionKind::Conditional(condition, yes, no) => {
                self.conditional(condition, yes, no, span)
            }
            ExpressionKind::Comma(a, b) => self.sequence(a, b, span),
            ExpressionKind::Call(function, arguments) => self.call(function, arguments, span),
            ExpressionKind::Cast(of, operand) => self.cast(of, operand, span),
            ExpressionKind::SizeOf(operand) => {
                let of = self.operand(operand)?.of().clone();
                size_of(&of, span)
            }
            ExpressionKind::SizeOfType(name) => {
                let of = self.resolve(name)?;
                size_of(&of, span)
            }
        };
        value.map(Operand::Value)
    }

    /// A string literal: an array of `char` in the literal area.
    fn text(&mut self, bytes: &[u8], span: &Range<usize>) -> Checked<Operand> {
        let mut bytes = bytes.to_vec();
        bytes.push(0);
        let offset = self.literal(&bytes, span)?;
        let element = Arc::new(Type::integer(Rank::Char));
        let of = Type::plain(Kind::Array(element, bytes.len() as u64));
        let address = Value {
            of: of.clone().pointer(),
            span: span.clone(),
            node: Node::Literal(offset),
        };
        Ok(Operand::Place(Place {
            of,
            address: address.into(),
            own: false,
            span: span.clone(),
        }))
    }

    /// `*p`
    pub(super) fn pointed(&self, pointer: Value, span: &Range<usize>) -> Checked<Place> {
        let Some(of) = pointer.of.pointee().cloned() else {
            let text = self.quote(&pointer.span);
            let message = format!("`{text}` is `{}`, not a pointer", pointer.of);
            return Err(Diagnostic::new(span.clone(), message)
                .help("only what a pointer points to can be reached with `*`, `[…]` or `->`"));
        };
        if of.kind == Kind::Void {
            let text = self.quote(&pointer.span);
            let message = format!("`{text}` is `void *`: it does not say what is there");
            return Err(Diagnostic::new(span.clone(), message)
                .help("declare it as `char *`, or cast it: `*(char *) p`, `((char *) p)[i]`"));
        }
        Ok(Place {
            of,
            address: pointer.into(),
            own: false,
            span: span.clone(),
        })
    }

    /// `a[i]`
    fn element(
        &mut self,
        base: &Expression,
        index: &Expression,
        span: &Range<usize>,
    ) -> Checked<Place> {
        let base = self.operand(base)?;
        let own = matches!(&base, Operand::Place(place) if place.own && matches!(place.of.kind, Kind::Array(..)));
        let (mut pointer, mut count) = (base.into_value()?, self.value(index)?);
        if count.of.pointee().is_some() && pointer.of.rank().is_some() {
            std::mem::swap(&mut pointer, &mut count); // `2[a]` is `a[2]`
        }
        if pointer.of.pointee().is_some() && count.of.rank().is_none() {
            return Err(self.no_operator(index, &count.of));
        }
        let place = self.pointed(pointer, span)?;
        let address = offset(*place.address, count, Opcode::Add, span);
        Ok(Place {
            address: address.into(),
            own,
            ..place
        })
    }

    /// `st.st_size`, `st->st_size`
    fn field(&mut self, e: &Expression) -> Checked<Place> {
        let ExpressionKind::Member {
            base,
            name,
            name_span,
            arrow,
        } = &e.kind
        else {
            return Err(Diagnostic::new(e.span.clone(), "this is not a field"));
        };
        self.refuse_prefix(base, name)?;
        let structure = if *arrow {
            let pointer = self.value(base)?;
            self.pointed(pointer, &base.span)?
        } else {
            match self.operand(base)? {
                Operand::Place(place) => place,
                Operand::Value(value) => return Err(self.no_fields(base, &value.of)),
            }
        };
        if structure.of.kind != Kind::Stat {
            return Err(self.no_fields(base, &structure.of));
        }
        let Some((at, of)) = stat_field(name) else {
            let error = Diagnostic::new(
                name_span.clone(),
                format!("`struct stat` has no field `{name}` here"),
            );
            return Err(match nearest(name, STAT_FIELDS.iter().copied()) {
                Some(meant) => error.help(format!("did you mean `{meant}`?")),
                None => error.help(format!("its fields are {}", STAT_FIELDS.join(", "))),
            });
        };
        let start = Value {
            of: Type::integer(Rank::Char).pointer(),
            ..*structure.address
        };
        let at = Value::constant(i64::from(at), Type::LONG, e.span.clone());
        Ok(Place {
            address: offset(start, at, Opcode::Add, &e.span).into(),
            of: Type {
                constant: structure.of.constant,
                ..of
            },
            own: structure.own,
            span: e.span.clone(),
        })
    }

    fn no_fields(&self, base: &Expression, of: &Type) -> Diagnostic {
        let text = self.quote(&base.span);
        let error = Diagnostic::new(
            base.span.clone(),
            format!("`{text}` is `{of}`, which has no fields"),
        );
        match of.pointee() {
            Some(pointee) if pointee.kind == Kind::Stat => {
                error.help("through a pointer, fields are written `->`")
            }
            _ => error,
        }
    }

    /// `&a`
    fn address(&mut self, target: &Expression, span: &Range<usize>) -> Checked<Value> {
        match self.operand(target)? {
            Operand::Place(place) => Ok(Value {
                of: place.of.pointer(),
                span: span.clone(),
                node: place.address.node,
            }),
            Operand::Value(_) => {
                let text = self.quote(&target.span);
                Err(Diagnostic::new(
                    span.clone(),
                    format!("`{text}` is a value and has no address"),
                )
                .help("only variables, elements and what pointers point to have one"))
            }
        }
    }

    /// `a, b`
    fn sequence(&mut self, a: &Expression, b: &Expression, span: &Range<usize>) -> Checked<Value> {
        let (first, second) = (self.value(a)?, self.value(b)?);
        Ok(Value {
            of: second.of.clone(),
            span: span.clone(),
            node: Node::Sequence(first.into(), second.into()),
        })
    }

    /// `(type) a`
    fn cast(
        &mut self,
        name: &TypeName,
        operand: &Expression,
        span: &Range<usize>,
    ) -> Checked<Value> {
        let to = self.resolve(name)?;
        let value = self.value(operand)?;
        let refuse = |message: String| Err(Diagnostic::new(span.clone(), message));
        if to.kind == Kind::Void {
            let node = Node::Discard(value.into());
            return Ok(Value {
                of: Type::VOID,
                span: span.clone(),
                node,
            });
        }
        if !to.is_scalar() || !value.of.is_scalar() {
            return refuse(format!("`{}` cannot be cast to `{to}`", value.of));
        }
        let narrow = |of: &Type| {
            of.rank()
                .is_some_and(|rank| rank.width() < 8 && rank != Rank::Bool)
        };
        let lossy = (narrow(&value.of) && to.pointee().is_some() && value.known().is_none())
            || (value.of.pointee().is_some() && narrow(&to));
        if lossy {
            let message = format!("`{}` and `{to}` have different sizes", value.of);
            return Err(Diagnostic::new(span.clone(), message)
                .help("go by an integer as wide as an address: `(uintptr_t)`"));
        }
        Ok(super::arithmetic::spanned(convert(value, &to), span))
    }

    /// A type as written, with its array lengths.
    pub(super) fn resolve(&mut self, name: &TypeName) -> Checked<Type> {
        resolve(name, &mut |length| self.array_length(length))
    }

    /// The length of an array: a constant, at least 1.
    fn array_length(&mut self, length: &Expression) -> Checked<u64> {
        let value = self.value(length)?;
        let refuse = |message: &str| {
            Err(Diagnostic::new(length.span.clone(), message)
                .help("write a constant, such as `16` or `4 * PAGE`"))
        };
        match (value.known(), value.of.rank()) {
            (None, _) | (_, None) => refuse("the length of an array must be known beforehand"),
            (Some(word), Some(_)) if word < 1 => refuse("an array has at least one element"),
            (Some(word), Some(_)) => Ok(word as u64),
        }
    }
}

/// `sizeof` of a type.
fn size_of(of: &Type, span: &Range<usize>) -> Checked<Value> {
    if matches!(of.kind, Kind::Void | Kind::Function(_)) {
        return Err(Diagnostic::new(span.clone(), format!("`{of}` has no size")));
    }
    Ok(Value::constant(of.size() as i64, Type::SIZE, span.clone()))
}
