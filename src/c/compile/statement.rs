//! Statements: control flow becomes jumps. Only backward jumps can make a program endless, and the machine may be
//! interrupted at each of them.

use super::{Checked, Compiler};
use crate::bytecode::Opcode;
use crate::c::ast::{Expression, ExpressionKind, Statement, StatementKind};
use crate::c::types::Type;
use crate::diagnostic::Diagnostic;

/// The jumps out of a loop that is being written, to be set when its ends are known.
#[derive(Default)]
pub(super) struct Loop {
    breaks: Vec<usize>,
    continues: Vec<usize>,
}

impl Compiler<'_> {
    /// A statement that leaves its value, if it has one.
    pub(super) fn top_level(&mut self, statement: &Statement) -> Checked<Option<Type>> {
        match &statement.kind {
            StatementKind::Expression(expression) => {
                self.scope.open_block(); // arguments of printf wait in the frame, but no longer than the statement
                let value = self.value(expression)?;
                self.scope.close_block();
                self.code.value(&value);
                Ok((!value.is_void()).then_some(value.of))
            }
            StatementKind::Declaration(list) => self.declarations(list),
            _ => {
                self.statement(statement)?;
                Ok(None)
            }
        }
    }

    /// A statement that leaves nothing.
    fn statement(&mut self, statement: &Statement) -> Checked<()> {
        match &statement.kind {
            StatementKind::Empty => Ok(()),
            StatementKind::Expression(_) | StatementKind::Declaration(_) => {
                if self.top_level(statement)?.is_some() {
                    self.code.op(Opcode::Drop);
                }
                Ok(())
            }
            StatementKind::Block(statements) => {
                self.scope.open_block();
                for statement in statements {
                    self.statement(statement)?;
                }
                self.scope.close_block();
                Ok(())
            }
            StatementKind::If {
                condition,
                then,
                otherwise,
            } => self.if_statement(condition, then, otherwise.as_deref()),
            StatementKind::While { condition, body } => {
                self.loop_statement(Some(condition), None, body)
            }
            StatementKind::Do { body, condition } => self.do_statement(body, condition),
            StatementKind::For {
                start,
                condition,
                step,
                body,
            } => {
                self.scope.open_block();
                self.statement(start)?;
                self.loop_statement(condition.as_ref(), step.as_ref(), body)?;
                self.scope.close_block();
                Ok(())
            }
            StatementKind::Break | StatementKind::Continue => self.leave(statement),
        }
    }

    /// Writes a condition and the jump that is taken when it does not hold.
    fn unless(&mut self, condition: &Expression) -> Checked<usize> {
        self.condition(condition)?;
        Ok(self.code.jump(Opcode::JumpIfZero, 0))
    }

    /// Writes a condition.
    fn condition(&mut self, condition: &Expression) -> Checked<()> {
        // In parentheses of its own an expression begins before its first part: then the assignment is meant.
        if let ExpressionKind::Assign(None, target, _) = &condition.kind
            && target.span.start == condition.span.start
        {
            return Err(Diagnostic::new(
                condition.span.clone(),
                "`=` assigns; a condition compares",
            )
            .help("write `==`; if the assignment is meant, put it into parentheses of its own"));
        }
        let value = self.value(condition)?;
        let value = self.condition_value(value)?;
        self.code.value(&value);
        Ok(())
    }

    fn if_statement(
        &mut self,
        condition: &Expression,
        then: &Statement,
        otherwise: Option<&Statement>,
    ) -> Checked<()> {
        let skip = self.unless(condition)?;
        self.inner(then)?;
        let Some(otherwise) = otherwise else {
            self.code.land(skip);
            return Ok(());
        };
        let end = self.code.jump(Opcode::Jump, 0);
        self.code.land(skip);
        self.inner(otherwise)?;
        self.code.land(end);
        Ok(())
    }

    /// `while` and `for`: condition, body, step, and back.
    fn loop_statement(
        &mut self,
        condition: Option<&Expression>,
        step: Option<&Expression>,
        body: &Statement,
    ) -> Checked<()> {
        let top = self.code.here();
        let end = condition
            .map(|condition| self.unless(condition))
            .transpose()?;
        self.loops.push(Loop::default());
        self.inner(body)?;
        let inside = self.loops.pop().unwrap_or_default();
        for jump in inside.continues {
            self.code.land(jump);
        }
        if let Some(step) = step {
            let value = self.value(step)?;
            self.code.discard(&value);
        }
        self.code.jump(Opcode::Jump, top);
        for jump in inside.breaks.into_iter().chain(end) {
            self.code.land(jump);
        }
        Ok(())
    }

    fn do_statement(&mut self, body: &Statement, condition: &Expression) -> Checked<()> {
        let top = self.code.here();
        self.loops.push(Loop::default());
        self.inner(body)?;
        let inside = self.loops.pop().unwrap_or_default();
        for jump in inside.continues {
            self.code.land(jump);
        }
        self.condition(condition)?;
        self.code.jump(Opcode::JumpIfNotZero, top);
        for jump in inside.breaks {
            self.code.land(jump);
        }
        Ok(())
    }

    /// A statement under another one, with a scope of its own.
    fn inner(&mut self, statement: &Statement) -> Checked<()> {
        self.scope.open_block();
        self.statement(statement)?;
        self.scope.close_block();
        Ok(())
    }

    /// `break;` and `continue;`
    fn leave(&mut self, statement: &Statement) -> Checked<()> {
        let jump = self.code.here();
        let is_break = matches!(statement.kind, StatementKind::Break);
        let Some(inside) = self.loops.last_mut() else {
            let word = if is_break { "break" } else { "continue" };
            let message = format!("there is no loop around this `{word}`");
            return Err(Diagnostic::new(statement.span.clone(), message));
        };
        if is_break {
            inside.breaks.push(jump);
        } else {
            inside.continues.push(jump);
        }
        self.code.jump(Opcode::Jump, 0);
        Ok(())
    }
}
