//! Declarations, C17 6.7: room for variables, and what they begin as.

use super::emit::{immediate, plain};
use super::node::{Node, Place, Value};
use super::{Checked, Compiler};
use crate::bytecode::{FRAME_BYTES, Instruction, Opcode};
use crate::c::ast::{Declaration, Derived, Expression, ExpressionKind, Initializer};
use crate::c::types::{Kind, Type};
use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// What an array or structure begins as: bytes known beforehand, and values stored over them.
struct Image {
    bytes: Vec<u8>,
    stores: Vec<(u64, Type, Value)>,
}

impl Compiler<'_> {
    /// The names of one declaration; leaves the value of the last scalar that was given one.
    pub(super) fn declarations(&mut self, list: &[Declaration]) -> Checked<Option<Type>> {
        let mut result = None;
        for declaration in list {
            let left = self.declaration(declaration)?;
            if left.is_some() && result.is_some() {
                self.code.op(Opcode::Swap);
                self.code.op(Opcode::Drop);
            }
            result = left.or(result);
        }
        Ok(result)
    }

    fn declaration(&mut self, declaration: &Declaration) -> Checked<Option<Type>> {
        let Declaration {
            name,
            span,
            initial,
            ..
        } = declaration;
        let of = self.declared_type(declaration)?;
        if of.kind == Kind::Void {
            return Err(Diagnostic::new(span.clone(), "a variable cannot be `void`")
                .help(format!("a pointer to anything is `void *{name}`")));
        }
        if self.scope.rival(name).is_some() {
            return Err(self.redeclared(declaration));
        }
        let offset = self
            .scope
            .declare(name, of.clone())
            .ok_or_else(|| no_room(span, &of))?;
        let Some(initial) = initial else {
            return Ok(None);
        };
        if !of.is_scalar() {
            self.aggregate(&of, offset, initial, span)?;
            return Ok(None);
        }
        let Initializer::Value(value) = single(initial) else {
            return Err(Diagnostic::new(initial.span(), "one value is wanted here"));
        };
        let value = self.value(value)?;
        let value = self.assigned(value, &of)?;
        self.code.value(&stored(offset, &of, value, span));
        Ok(Some(of.unqualified()))
    }

    fn redeclared(&self, declaration: &Declaration) -> Diagnostic {
        let name = &declaration.name;
        let error = Diagnostic::new(
            declaration.span.clone(),
            format!("`{name}` is declared already"),
        );
        if !self.scope.is_top_level() {
            return error.help("choose another name");
        }
        match &declaration.initial {
            Some(initial) => {
                let value = self.quote(&initial.span());
                error.help(format!(
                    "it lives as long as the lesson: assign to it, `{name} = {value};`"
                ))
            }
            None => error
                .help("it lives as long as the lesson: use it as it is, or choose another name"),
        }
    }

    /// The declared type; an array without a length takes it from what it begins as.
    fn declared_type(&mut self, declaration: &Declaration) -> Checked<Type> {
        let open = matches!(declaration.of.derived.first(), Some(Derived::Array(None)));
        let Some(initial) = declaration.initial.as_ref().filter(|_| open) else {
            return self.resolve(&declaration.of);
        };
        let span = initial.span();
        let length = match (single(initial), initial) {
            (
                Initializer::Value(Expression {
                    kind: ExpressionKind::Text(bytes),
                    ..
                }),
                _,
            ) => bytes.len() + 1,
            (_, Initializer::List(list, _)) if !list.is_empty() => list.len(),
            _ => {
                return Err(Diagnostic::new(
                    span,
                    "values in braces are wanted here: `{1, 2}`",
                ));
            }
        };
        let mut of = declaration.of.clone();
        if let Some(first) = of.derived.first_mut() {
            *first = Derived::Array(Some(Expression::known(span, length as i64, Type::LONG)));
        }
        self.resolve(&of)
    }

    /// Fills an array or structure.
    fn aggregate(
        &mut self,
        of: &Type,
        offset: u32,
        initial: &Initializer,
        span: &Range<usize>,
    ) -> Checked<()> {
        let size = of.size() as usize;
        let mut image = Image {
            bytes: vec![0; size],
            stores: Vec::new(),
        };
        self.fill(of, 0, initial, &mut image)?;
        let known = image
            .bytes
            .iter()
            .rposition(|&byte| byte != 0)
            .map_or(0, |last| last + 1);
        if known < size {
            self.code.push(immediate(Opcode::Frame, i64::from(offset)));
            self.code.push(Instruction {
                operand: size as u32,
                ..plain(Opcode::ClearOwn)
            });
        }
        if known > 0 {
            let literal = self.literal(&image.bytes[..known], &initial.span())?;
            self.code.push(immediate(Opcode::Frame, i64::from(offset)));
            self.code.push(Instruction {
                operand: known as u32,
                ..immediate(Opcode::CopyLiteral, i64::from(literal))
            });
        }
        for (at, of, value) in image.stores {
            self.code
                .discard(&stored(offset + at as u32, &of, value, span));
        }
        Ok(())
    }

    /// Puts what a part begins as into the image, `at` bytes from its start.
    fn fill(
        &mut self,
        of: &Type,
        at: u64,
        initial: &Initializer,
        image: &mut Image,
    ) -> Checked<()> {
        match (&of.kind, single(initial), initial) {
            (
                Kind::Array(element, count),
                Initializer::Value(Expression {
                    kind: ExpressionKind::Text(bytes),
                    span,
                    ..
                }),
                _,
            ) if element.size() == 1 => {
                if bytes.len() as u64 > *count {
                    let message = format!(
                        "this text takes {} bytes, the array has {count}",
                        bytes.len() + 1
                    );
                    return Err(Diagnostic::new(span.clone(), message));
                }
                let start = at as usize;
                image.bytes[start..start + bytes.len()].copy_from_slice(bytes);
                Ok(())
            }
            (Kind::Array(element, count), _, Initializer::List(list, span)) => {
                if list.len() as u64 > *count {
                    let message = format!("{} values for an array of {count}", list.len());
                    return Err(Diagnostic::new(span.clone(), message));
                }
                // `{0}` clears an array of arrays as well.
                if !element.is_scalar() && is_zero(list) {
                    return Ok(());
                }
                for (index, initial) in list.iter().enumerate() {
                    self.fill(element, at + index as u64 * element.size(), initial, image)?;
                }
                Ok(())
            }
            (Kind::Array(..), _, other) => Err(Diagnostic::new(
                other.span(),
                "an array begins as values in braces or, of `char`, as a text",
            )
            .help("write `{1, 2, 3}`, or `{0}` for zeros")),
            (Kind::Stat, _, Initializer::List(list, _)) if list.is_empty() || is_zero(list) => {
                Ok(())
            }
            (Kind::Stat, _, other) => Err(Diagnostic::new(
                other.span(),
                "a `struct stat` can only begin as `{0}`",
            )),
            (_, Initializer::Value(value), _) => {
                let value = self.value(value)?;
                let value = self.assigned(value, of)?;
                match value.known() {
                    Some(word) => {
                        let (start, size) = (at as usize, of.size() as usize);
                        image.bytes[start..start + size]
                            .copy_from_slice(&word.to_le_bytes()[..size]);
                    }
                    None => image.stores.push((at, of.clone(), value)),
                }
                Ok(())
            }
            (_, Initializer::List(_, span), _) => {
                Err(Diagnostic::new(span.clone(), "one value is wanted here"))
            }
        }
    }
}

/// What stands in braces alone, as in `int x = {0}`.
fn single(initial: &Initializer) -> &Initializer {
    match initial {
        Initializer::List(list, _) => match list.as_slice() {
            [only @ Initializer::Value(_)] => only,
            _ => initial,
        },
        Initializer::Value(_) => initial,
    }
}

/// Whether a list is `{0}`.
fn is_zero(list: &[Initializer]) -> bool {
    matches!(
        list,
        [Initializer::Value(Expression {
            kind: ExpressionKind::Known { word: 0, .. },
            ..
        })]
    )
}

/// A store to a variable that is new, `const` or not.
fn stored(offset: u32, of: &Type, value: Value, span: &Range<usize>) -> Value {
    let of = of.unqualified();
    let address = Value {
        of: of.clone().pointer(),
        span: span.clone(),
        node: Node::Frame(offset),
    };
    let place = Place {
        of: of.clone(),
        address: address.into(),
        own: true,
        span: span.clone(),
    };
    Value {
        of,
        span: span.clone(),
        node: Node::Store(place, value.into()),
    }
}

fn no_room(span: &Range<usize>, of: &Type) -> Diagnostic {
    let size = of.size();
    let message = format!(
        "there is no room for these {size} bytes: all variables of a process share {} KiB",
        FRAME_BYTES / 1024
    );
    Diagnostic::new(span.clone(), message)
        .help("get memory with `mmap` or `malloc`; then it can also be watched")
}
