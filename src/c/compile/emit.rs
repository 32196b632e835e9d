//! Emitting: checked values to instructions, with an eye on how deep the machine's stack gets.

use super::node::{Node, Piece, Place, Update, Value};
use crate::bytecode::{Builtin, Instruction, Opcode};

/// Instructions being written.
#[derive(Default)]
pub(super) struct Code {
    pub(super) instructions: Vec<Instruction>,
    depth: usize,
    /// The most words that are on the stack at once.
    pub(super) deepest: usize,
}

/// An instruction without operands.
pub(super) fn plain(opcode: Opcode) -> Instruction {
    Instruction {
        opcode: opcode as u8,
        width: 8,
        ..Instruction::default()
    }
}

/// An instruction for values of that width and signedness.
pub(super) fn typed(opcode: Opcode, (width, signed): (u8, bool)) -> Instruction {
    Instruction {
        width,
        signed: u8::from(signed),
        ..plain(opcode)
    }
}

/// An instruction with an immediate.
pub(super) fn immediate(opcode: Opcode, immediate: i64) -> Instruction {
    Instruction {
        immediate,
        ..plain(opcode)
    }
}

impl Code {
    /// Writes an instruction; gives its index.
    pub(super) fn push(&mut self, instruction: Instruction) -> usize {
        let (taken, left) = effect(instruction);
        self.depth = self.depth.saturating_sub(taken) + left;
        self.deepest = self.deepest.max(self.depth);
        self.instructions.push(instruction);
        self.instructions.len() - 1
    }

    /// Writes an instruction without operands.
    pub(super) fn op(&mut self, opcode: Opcode) {
        self.push(plain(opcode));
    }

    /// Where the next instruction will stand.
    pub(super) fn here(&self) -> usize {
        self.instructions.len()
    }

    /// Writes a jump; its target is set by [`Self::land`] when it is not known yet.
    pub(super) fn jump(&mut self, opcode: Opcode, target: usize) -> usize {
        self.push(immediate(opcode, target as i64))
    }

    /// Lets a jump lead here.
    pub(super) fn land(&mut self, jump: usize) {
        let here = self.here() as i64;
        if let Some(instruction) = self.instructions.get_mut(jump) {
            instruction.immediate = here;
        }
    }

    /// Writes a value and drops it.
    pub(super) fn discard(&mut self, value: &Value) {
        self.value(value);
        if !value.is_void() {
            self.op(Opcode::Drop);
        }
    }

    /// Writes what leaves the value on the stack.
    pub(super) fn value(&mut self, value: &Value) {
        match &value.node {
            Node::Constant(word) => {
                self.push(immediate(Opcode::Push, *word));
            }
            Node::Frame(offset) => {
                self.push(immediate(Opcode::Frame, i64::from(*offset)));
            }
            Node::Literal(offset) => {
                self.push(immediate(Opcode::Literal, i64::from(*offset)));
            }
            Node::Load(place) => {
                self.value(&place.address);
                self.load(place);
            }
            Node::Store(place, value) => {
                self.value(&place.address);
                self.value(value);
                self.store(place);
            }
            Node::Update(update) => self.update(update),
            Node::Then(value, instructions) => {
                self.value(value);
                self.all(instructions);
            }
            Node::Two(a, b, instructions) => {
                self.value(a);
                self.value(b);
                self.all(instructions);
            }
            Node::And(a, b) => self.logical(a, b, Opcode::JumpIfZero),
            Node::Or(a, b) => self.logical(a, b, Opcode::JumpIfNotZero),
            Node::Choose(condition, yes, no) => self.choose(condition, yes, no),
            Node::Sequence(a, b) => {
                self.discard(a);
                self.value(b);
            }
            Node::Discard(value) => self.discard(value),
            Node::Call(builtin, arguments) => self.call(*builtin, arguments, value.is_void()),
            Node::CallPointer(function, arguments) => {
                self.value(function);
                for argument in arguments {
                    self.value(argument);
                }
                self.push(Instruction {
                    count: arguments.len() as u8,
                    ..plain(Opcode::CallPointer)
                });
                if value.is_void() {
                    self.op(Opcode::Drop);
                } else {
                    self.push(typed(Opcode::Wrap, value.of.word()));
                }
            }
            Node::Print(arguments, pieces) => self.print(arguments, pieces),
        }
    }

    fn all(&mut self, instructions: &[Instruction]) {
        for &instruction in instructions {
            self.push(instruction);
        }
    }

    fn load(&mut self, place: &Place) {
        let opcode = if place.own {
            Opcode::LoadOwn
        } else {
            Opcode::Load
        };
        self.push(typed(opcode, place.of.word()));
    }

    fn store(&mut self, place: &Place) {
        let opcode = if place.own {
            Opcode::StoreOwn
        } else {
            Opcode::Store
        };
        self.push(typed(opcode, place.of.word()));
    }

    /// The address is computed once, and serves the load as well as the store.
    fn update(&mut self, update: &Update) {
        self.value(&update.place.address);
        self.op(Opcode::Dup);
        self.load(&update.place);
        self.all(&update.widen);
        self.value(&update.operand);
        self.all(&update.operation);
        self.store(&update.place);
        self.all(&update.undo);
    }

    /// `a && b` with `JumpIfZero`, `a || b` with `JumpIfNotZero`: b is left out when a decides.
    fn logical(&mut self, a: &Value, b: &Value, decided: Opcode) {
        self.value(a);
        let first = self.jump(decided, 0);
        self.value(b);
        let second = self.jump(decided, 0);
        let and = decided == Opcode::JumpIfZero;
        self.push(immediate(Opcode::Push, i64::from(and)));
        let end = self.jump(Opcode::Jump, 0);
        self.land(first);
        self.land(second);
        self.depth -= 1; // the other way leaves its word in the same place
        self.push(immediate(Opcode::Push, i64::from(!and)));
        self.land(end);
    }

    fn choose(&mut self, condition: &Value, yes: &Value, no: &Value) {
        self.value(condition);
        let otherwise = self.jump(Opcode::JumpIfZero, 0);
        let depth = self.depth;
        self.value(yes);
        let end = self.jump(Opcode::Jump, 0);
        self.land(otherwise);
        self.depth = depth;
        self.value(no);
        self.land(end);
    }

    fn call(&mut self, builtin: Builtin, arguments: &[Value], is_void: bool) {
        for argument in arguments {
            self.value(argument);
        }
        self.push(Instruction {
            operand: builtin as u32,
            count: arguments.len() as u8,
            ..plain(Opcode::Call)
        });
        if is_void {
            self.op(Opcode::Drop);
        }
    }

    /// All arguments are evaluated, from left to right, before anything is printed; each waits in the frame.
    fn print(&mut self, arguments: &[(Value, u32)], pieces: &[Piece]) {
        for (argument, offset) in arguments {
            self.push(immediate(Opcode::Frame, i64::from(*offset)));
            self.value(argument);
            self.op(Opcode::StoreOwn);
            self.op(Opcode::Drop);
        }
        self.push(immediate(Opcode::Push, 0));
        for piece in pieces {
            if let Piece::Word(offset, ..) | Piece::Text(offset, _) = piece {
                self.push(immediate(Opcode::Frame, i64::from(*offset)));
                self.op(Opcode::LoadOwn);
            }
            self.push(piece_instruction(piece));
            self.op(Opcode::Add);
        }
    }
}

/// The instruction that prints a piece.
fn piece_instruction(piece: &Piece) -> Instruction {
    match *piece {
        Piece::Literal(offset, length) => Instruction {
            operand: length,
            ..immediate(Opcode::PrintLiteral, i64::from(offset))
        },
        Piece::Word(_, conversion, field, word) => Instruction {
            operand: conversion as u32,
            immediate: field.pack(),
            ..typed(Opcode::PrintWord, word)
        },
        Piece::Text(_, field) => immediate(Opcode::PrintString, field.pack()),
    }
}

/// How many words an instruction takes from the stack and leaves on it.
fn effect(instruction: Instruction) -> (usize, usize) {
    use Opcode as O;
    let count = usize::from(instruction.count);
    match Opcode::from_number(instruction.opcode) {
        None | Some(O::End | O::Jump) => (0, 0),
        Some(O::Push | O::Frame | O::Literal | O::PrintLiteral) => (0, 1),
        Some(
            O::LoadOwn
            | O::Load
            | O::Wrap
            | O::Neg
            | O::Not
            | O::IsZero
            | O::PrintWord
            | O::PrintString,
        ) => (1, 1),
        Some(O::CopyLiteral | O::ClearOwn | O::Drop | O::JumpIfZero | O::JumpIfNotZero) => (1, 0),
        Some(O::Dup) => (1, 2),
        Some(O::Swap) => (2, 2),
        Some(O::Call) => (count, 1),
        Some(O::CallPointer) => (count + 1, 1),
        Some(_) => (2, 1),
    }
}
