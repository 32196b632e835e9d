//! The compiler: one statement to one program, in the scope of the process that will run it.
//!
//! Two passes. *Checking* looks names up, types every expression and makes C's implicit conversions explicit
//! (`node.rs`); *emitting* writes instructions. Nothing is optimised but constants: every access of the source is in
//! the program, in its order, from left to right.

mod arithmetic;
mod assign;
mod call;
mod convert;
mod declare;
mod emit;
mod fold;
mod format;
mod name;
mod node;
mod place;
mod pointer;
mod statement;

#[cfg(test)]
mod tests;

use super::ast::{Expression, ExpressionKind, Statement};
use super::scope::Scope;
use super::types::Type;
use crate::bytecode::{LITERAL_BYTES, MAX_CODE, MAX_STACK, Opcode, Program};
use crate::diagnostic::Diagnostic;
use emit::Code;
use node::Value;
use std::ops::Range;

/// What comes of checking or emitting a piece.
type Checked<T> = Result<T, Diagnostic>;

/// A statement or expression, ready to run.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The program.
    pub program: Program,
    /// The type of the value it leaves; `None` when it leaves none.
    pub result: Option<Type>,
}

/// Compiles a top-level statement; its declarations join the scope. The scope is as before when it fails.
pub fn compile(
    source: &str,
    statement: &Statement,
    scope: &mut Scope,
) -> Result<Compiled, Diagnostic> {
    let mut compiler = Compiler::new(source, scope.clone(), Stands::Statement);
    let result = compiler.top_level(statement)?;
    let (done, used) = compiler.finish(result, &statement.span)?;
    *scope = used;
    Ok(done)
}

/// Compiles an expression of `predict` or `expect`, with what it observes already put in place
/// (see [`observers::substitute`](super::observers::substitute)).
pub fn compile_expression(
    source: &str,
    expression: &Expression,
    scope: &Scope,
) -> Result<Compiled, Diagnostic> {
    if let ExpressionKind::Assign(None, ..) = expression.kind {
        return Err(Diagnostic::new(
            expression.span.clone(),
            "`=` assigns; this is to be compared",
        )
        .help("write `==`"));
    }
    let mut compiler = Compiler::new(source, scope.clone(), Stands::Expectation);
    let value = compiler.value(expression)?;
    if !value.of.is_scalar() {
        return Err(Diagnostic::new(
            expression.span.clone(),
            "this has no value to be compared",
        ));
    }
    compiler.code.value(&value);
    let (done, _) = compiler.finish(Some(value.of), &expression.span)?;
    Ok(done)
}

/// Where the code stands that is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// In a block that runs.
    Statement,
    /// In `predict` or `expect`.
    Expectation,
}

/// A statement being compiled.
struct Compiler<'a> {
    source: &'a str,
    /// A copy of the process's scope, handed back when all went well.
    scope: Scope,
    stands: Stands,
    literals: Vec<u8>,
    code: Code,
    loops: Vec<statement::Loop>,
}

impl<'a> Compiler<'a> {
    fn new(source: &'a str, scope: Scope, stands: Stands) -> Self {
        Self {
            source,
            scope,
            stands,
            literals: Vec::new(),
            code: Code::default(),
            loops: Vec::new(),
        }
    }

    /// The text of a place in the source, on one line and not too long, for messages.
    fn quote(&self, span: &Range<usize>) -> String {
        let text = self.source.get(span.clone()).unwrap_or("");
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() <= 40 {
            return line;
        }
        let start: String = line.chars().take(37).collect();
        format!("{start}…")
    }

    /// Refuses what changes something where is only asked.
    fn changes(&self, span: &Range<usize>) -> Checked<()> {
        if self.stands == Stands::Statement {
            return Ok(());
        }
        let message = format!(
            "`{}` changes something: what is measured or expected only asks",
            self.quote(span)
        );
        Err(Diagnostic::new(span.clone(), message)
            .help("do it in a fence ```c before, and ask for what came of it"))
    }

    /// Puts bytes into the program's literals; gives their offset in the literal area.
    fn literal(&mut self, bytes: &[u8], span: &Range<usize>) -> Checked<u32> {
        let offset = self.scope.literals_used() as usize + self.literals.len();
        if offset + bytes.len() > LITERAL_BYTES as usize {
            return Err(Diagnostic::new(
                span.clone(),
                format!(
                    "there is no room for this text: a process has {} KiB for strings",
                    LITERAL_BYTES / 1024
                ),
            ));
        }
        self.literals.extend_from_slice(bytes);
        Ok(offset as u32)
    }

    /// Ends the program and checks that the machine can take it.
    fn finish(mut self, result: Option<Type>, span: &Range<usize>) -> Checked<(Compiled, Scope)> {
        self.code.op(Opcode::End);
        let refuse = |message: &str| {
            Err(Diagnostic::new(span.clone(), message).help("split it into several statements"))
        };
        if self.code.instructions.len() > MAX_CODE {
            return refuse("this statement is too long");
        }
        if self.code.deepest > MAX_STACK {
            return refuse("this expression is too deep");
        }
        let program = Program {
            code: self.code.instructions,
            literal_offset: self.scope.literals_used(),
            literals: self.literals,
        };
        self.scope.take_literals(program.literals.len() as u32);
        Ok((Compiled { program, result }, self.scope))
    }

    /// Checks an expression as a value: arrays become pointers to their first element, variables are loaded.
    fn value(&mut self, expression: &Expression) -> Checked<Value> {
        self.operand(expression)?.into_value()
    }
}
