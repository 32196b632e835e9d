//! Statements for the tests of the lab, put together without the compiler: what is tested here is the process.

use mmap_tutor::bytecode::{Builtin, Instruction, Opcode, Program};

/// An expression. Variables are 8 bytes at a frame offset.
#[derive(Clone, Debug)]
pub(crate) enum E {
    /// A constant.
    N(i64),
    /// A variable's value.
    Var(u32),
    /// A variable's address.
    Addr(u32),
    /// The address of this string literal.
    Text(&'static str),
    /// Assignment to a variable.
    Set(u32, Box<E>),
    Add(Box<E>, Box<E>),
    /// A measured load of so many bytes.
    Load(u8, Box<E>),
    /// A measured store of so many bytes.
    Store(u8, Box<E>, Box<E>),
    Call(Builtin, Vec<E>),
    /// A call of machine code without arguments.
    CallAt(Box<E>),
    /// One after another; the last one's value counts.
    Seq(Vec<E>),
    If(Box<E>, Box<E>, Box<E>),
    /// The body again and again, while a variable counts from 0 to so many.
    Times(u32, i64, Box<E>),
    /// For ever.
    Forever(Box<E>),
}

/// Shorthands, so that the tests read like the C they stand for.
pub(crate) fn n(value: i64) -> E {
    E::N(value)
}
pub(crate) fn add(a: E, b: E) -> E {
    E::Add(Box::new(a), Box::new(b))
}
pub(crate) fn set(offset: u32, value: E) -> E {
    E::Set(offset, Box::new(value))
}
pub(crate) fn load(addr: E) -> E {
    E::Load(1, Box::new(addr))
}
pub(crate) fn store(addr: E, value: E) -> E {
    E::Store(1, Box::new(addr), Box::new(value))
}
pub(crate) fn call<const M: usize>(builtin: Builtin, arguments: [E; M]) -> E {
    E::Call(builtin, Vec::from(arguments))
}
pub(crate) fn seq<const M: usize>(parts: [E; M]) -> E {
    E::Seq(Vec::from(parts))
}
pub(crate) fn if_else(condition: E, then: E, other: E) -> E {
    E::If(Box::new(condition), Box::new(then), Box::new(other))
}
pub(crate) fn times(counter: u32, count: i64, body: E) -> E {
    E::Times(counter, count, Box::new(body))
}

/// The program of a statement.
pub(crate) fn program(expression: &E) -> Program {
    let mut assembler = Assembler::default();
    assembler.emit(expression);
    assembler.push(Opcode::End, 0, 0);
    assembler.0
}

/// The program that does nothing.
pub(crate) fn empty() -> Program {
    let mut assembler = Assembler::default();
    assembler.push(Opcode::End, 0, 0);
    assembler.0
}

#[derive(Default)]
struct Assembler(Program);

impl Assembler {
    fn push(&mut self, opcode: Opcode, width: u8, immediate: i64) -> usize {
        self.0.code.push(Instruction {
            opcode: opcode as u8,
            width,
            immediate,
            ..Instruction::default()
        });
        self.0.code.len() - 1
    }

    fn here(&self) -> i64 {
        self.0.code.len() as i64
    }

    fn land(&mut self, jump: usize) {
        self.0.code[jump].immediate = self.here();
    }

    fn emit(&mut self, expression: &E) {
        match expression {
            E::N(value) => {
                self.push(Opcode::Push, 0, *value);
            }
            E::Var(offset) => {
                self.push(Opcode::Frame, 0, i64::from(*offset));
                self.push(Opcode::LoadOwn, 8, 0);
            }
            E::Addr(offset) => {
                self.push(Opcode::Frame, 0, i64::from(*offset));
            }
            E::Text(text) => {
                let at = self.0.literals.len() as i64;
                self.0.literals.extend_from_slice(text.as_bytes());
                self.0.literals.push(0);
                self.push(Opcode::Literal, 0, at);
            }
            E::Set(offset, value) => {
                self.push(Opcode::Frame, 0, i64::from(*offset));
                self.emit(value);
                self.push(Opcode::StoreOwn, 8, 0);
            }
            E::Add(a, b) => {
                self.emit(a);
                self.emit(b);
                self.push(Opcode::Add, 8, 0);
            }
            E::Load(width, addr) => {
                self.emit(addr);
                self.push(Opcode::Load, *width, 0);
            }
            E::Store(width, addr, value) => {
                self.emit(addr);
                self.emit(value);
                self.push(Opcode::Store, *width, 0);
            }
            E::Call(builtin, arguments) => {
                for argument in arguments {
                    self.emit(argument);
                }
                let at = self.push(Opcode::Call, 0, 0);
                self.0.code[at].operand = *builtin as u32;
                self.0.code[at].count = arguments.len() as u8;
            }
            E::CallAt(addr) => {
                self.emit(addr);
                self.push(Opcode::CallPointer, 0, 0);
            }
            E::Seq(parts) => self.emit_all(parts),
            E::If(condition, then, other) => {
                self.emit(condition);
                let skip = self.push(Opcode::JumpIfZero, 0, 0);
                self.emit(then);
                let end = self.push(Opcode::Jump, 0, 0);
                self.land(skip);
                self.emit(other);
                self.land(end);
            }
            E::Times(counter, count, body) => self.emit_times(*counter, *count, body),
            E::Forever(body) => {
                let top = self.here();
                self.emit(body);
                self.push(Opcode::Drop, 0, 0);
                self.push(Opcode::Jump, 0, top);
            }
        }
    }

    fn emit_all(&mut self, parts: &[E]) {
        for (number, part) in parts.iter().enumerate() {
            if number > 0 {
                self.push(Opcode::Drop, 0, 0);
            }
            self.emit(part);
        }
    }

    fn emit_times(&mut self, counter: u32, count: i64, body: &E) {
        self.emit(&set(counter, n(0)));
        let top = self.here();
        self.push(Opcode::Drop, 0, 0);
        self.emit(&E::Var(counter));
        self.emit(&n(count));
        self.push(Opcode::Lt, 8, 0);
        let out = self.push(Opcode::JumpIfZero, 0, 0);
        self.emit(body);
        self.push(Opcode::Drop, 0, 0);
        self.emit(&set(counter, add(E::Var(counter), n(1))));
        self.push(Opcode::Jump, 0, top);
        self.land(out);
        self.emit(&n(0));
    }
}
