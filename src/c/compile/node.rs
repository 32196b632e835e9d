//! The tree between checking and emitting: every value typed, every conversion explicit, every access marked as the
//! program's own or as one of the lesson.

use super::Checked;
use crate::bytecode::{Builtin, Conversion, Field, Instruction};
use crate::c::types::{Kind, Type};
use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// Something that leaves one word on the stack; nothing when its type is `void`.
#[derive(Clone, Debug)]
pub(super) struct Value {
    /// Its type, without qualifiers.
    pub(super) of: Type,
    /// Its place in the source.
    pub(super) span: Range<usize>,
    /// How it comes about.
    pub(super) node: Node,
}

/// How a value comes about.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Constant(i64),
    /// Address of a variable.
    Frame(u32),
    /// Address of a literal.
    Literal(u32),
    Load(Place),
    Store(Place, Box<Value>),
    Update(Box<Update>),
    /// A value, then instructions on it.
    Then(Box<Value>, Vec<Instruction>),
    /// Two values, then instructions on both.
    Two(Box<Value>, Box<Value>, Vec<Instruction>),
    /// `a && b`
    And(Box<Value>, Box<Value>),
    /// `a || b`
    Or(Box<Value>, Box<Value>),
    Choose(Box<Value>, Box<Value>, Box<Value>),
    /// `a, b`
    Sequence(Box<Value>, Box<Value>),
    /// `(void) a`
    Discard(Box<Value>),
    Call(Builtin, Vec<Value>),
    CallPointer(Box<Value>, Vec<Value>),
    /// Arguments, each with the frame offset it is kept at, and what to print.
    Print(Vec<(Value, u32)>, Vec<Piece>),
}

/// Something in memory.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Its type, with qualifiers.
    pub(super) of: Type,
    /// Its address.
    pub(super) address: Box<Value>,
    /// Whether it is a variable of the program, reached by name; not measured then.
    pub(super) own: bool,
    /// Its place in the source.
    pub(super) span: Range<usize>,
}

/// `place op= operand`, `place++`.
#[derive(Clone, Debug)]
pub(super) struct Update {
    pub(super) place: Place,
    /// What is done with the loaded value before the operand comes.
    pub(super) widen: Vec<Instruction>,
    pub(super) operand: Value,
    /// What is done with both.
    pub(super) operation: Vec<Instruction>,
    /// What makes the old value of the stored one again, for `place++`.
    pub(super) undo: Vec<Instruction>,
}

/// A part of what `printf` prints.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Bytes of the format: offset and length.
    Literal(u32, u32),
    /// The word kept at a frame offset.
    Word(u32, Conversion, Field, (u8, bool)),
    /// The string whose address is kept at a frame offset.
    Text(u32, Field),
}

/// What an expression denotes.
pub(super) enum Operand {
    Value(Value),
    Place(Place),
}

impl Operand {
    /// Its type.
    pub(super) fn of(&self) -> &Type {
        match self {
            Self::Value(value) => &value.of,
            Self::Place(place) => &place.of,
        }
    }

    /// Its value: arrays and functions become pointers, other places are loaded.
    pub(super) fn into_value(self) -> Checked<Value> {
        let place = match self {
            Self::Value(value) => return Ok(value),
            Self::Place(place) => place,
        };
        let pointer = match &place.of.kind {
            Kind::Array(element, _) => Type::plain(Kind::Pointer(element.clone())),
            Kind::Function(_) => place.of.clone().pointer(),
            Kind::Stat => {
                return Err(
                    Diagnostic::new(place.span, "a structure has no value as a whole")
                        .help("name one of its fields: `st.st_size`"),
                );
            }
            _ => {
                return Ok(Value {
                    of: place.of.unqualified(),
                    span: place.span.clone(),
                    node: Node::Load(place),
                });
            }
        };
        Ok(Value {
            of: pointer,
            span: place.span,
            node: place.address.node,
        })
    }
}

impl Value {
    /// A constant.
    pub(super) fn constant(word: i64, of: Type, span: Range<usize>) -> Self {
        Self {
            of,
            span,
            node: Node::Constant(word),
        }
    }

    /// Its word, when it is known already.
    pub(super) fn known(&self) -> Option<i64> {
        match self.node {
            Node::Constant(word) => Some(word),
            _ => None,
        }
    }

    /// Whether it leaves nothing on the stack.
    pub(super) fn is_void(&self) -> bool {
        self.of.kind == Kind::Void
    }

    /// This, then instructions on it, as another type; nothing is added when there are none.
    pub(super) fn then(self, instructions: Vec<Instruction>, of: Type) -> Self {
        if instructions.is_empty() {
            return Self { of, ..self };
        }
        Self {
            of,
            span: self.span.clone(),
            node: Node::Then(self.into(), instructions),
        }
    }
}
