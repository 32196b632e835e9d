//! Calls: arguments against the prototypes of the man pages, and calls through pointers.

use super::arithmetic::combine;
use super::node::{Node, Value};
use super::{Checked, Compiler};
use crate::c::ast::{Binary, Expression};
use crate::c::builtins::Function;
use crate::c::types::{Kind, Signature, Type};
use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// Most arguments of a call through a pointer.
const MAX_ARGUMENTS: usize = 6;

impl Compiler<'_> {
    /// `f(a, b)`
    pub(super) fn call(
        &mut self,
        callee: &Expression,
        arguments: &[Expression],
        span: &Range<usize>,
    ) -> Checked<Value> {
        let Some(name) = callee
            .name()
            .filter(|name| self.scope.variable(name).is_none())
        else {
            return self.call_pointer(callee, arguments, span);
        };
        if let ("WIFEXITED" | "WEXITSTATUS" | "WIFSIGNALED" | "WTERMSIG", [status]) =
            (name, arguments)
        {
            let status = self.value(status)?;
            let status = self.assigned(status, &Type::INT)?;
            return wait_status(name, status, span);
        }
        let Some(function) = Function::named(name) else {
            return Err(self.unknown_function(name, &callee.span));
        };
        if !function.only_asks(arguments) {
            self.changes(span)?;
        }
        match (name, function.builtin()) {
            ("puts", _) => self.puts(function, arguments, span),
            (_, Some(builtin)) => {
                let signature = function.signature();
                let arguments = self.arguments(function, arguments, span)?;
                let node = Node::Call(builtin, arguments);
                Ok(Value {
                    of: signature.result.clone(),
                    span: span.clone(),
                    node,
                })
            }
            (_, None) => self.printf(function, arguments, span),
        }
    }

    /// The arguments of a known function, converted to its parameters.
    pub(super) fn arguments(
        &mut self,
        function: &Function,
        arguments: &[Expression],
        span: &Range<usize>,
    ) -> Checked<Vec<Value>> {
        let parameters = &function.signature().parameters;
        let least = parameters.len() - function.optional;
        if !(least..=parameters.len()).contains(&arguments.len()) {
            return Err(wrong_count(function, arguments.len(), span));
        }
        arguments
            .iter()
            .zip(parameters)
            .enumerate()
            .map(|(index, (argument, parameter))| {
                let value = self.value(argument)?;
                self.assigned(value, parameter).map_err(|error| Diagnostic {
                    message: format!(
                        "argument {} of `{}`: {}",
                        index + 1,
                        function.name,
                        error.message
                    ),
                    help: Some(match error.help {
                        Some(help) => format!("{}\n{help}", function.prototype),
                        None => function.prototype.to_owned(),
                    }),
                    ..error
                })
            })
            .collect()
    }

    /// A call of machine code that the lesson wrote.
    fn call_pointer(
        &mut self,
        callee: &Expression,
        arguments: &[Expression],
        span: &Range<usize>,
    ) -> Checked<Value> {
        let function = self.value(callee)?;
        let signature = function_type(&function.of).cloned().ok_or_else(|| {
            let text = self.quote(&callee.span);
            let message = format!("`{text}` is `{}`, not a function", function.of);
            Diagnostic::new(callee.span.clone(), message)
                .help("to run code at an address, cast it: `((int (*)(void)) p)()`")
        })?;
        let wanted = signature.parameters.len();
        if arguments.len() != wanted || wanted > MAX_ARGUMENTS {
            let message = format!(
                "this function takes {wanted} arguments, not {}",
                arguments.len()
            );
            return Err(Diagnostic::new(span.clone(), message)
                .help(format!("it is declared as `{}`", function.of)));
        }
        let mut values = Vec::with_capacity(arguments.len());
        for (argument, parameter) in arguments.iter().zip(&signature.parameters) {
            let value = self.value(argument)?;
            values.push(self.assigned(value, parameter)?);
        }
        Ok(Value {
            of: signature.result.unqualified(),
            span: span.clone(),
            node: Node::CallPointer(function.into(), values),
        })
    }
}

/// The macros of wait(2) that take a status apart: bits 0 to 6 are the signal that killed the child, bits 8 to 15 what
/// it gave to `_exit`.
fn wait_status(name: &str, status: Value, span: &Range<usize>) -> Checked<Value> {
    let number = |word| Value::constant(word, Type::INT, span.clone());
    if name == "WEXITSTATUS" {
        let shifted = combine(Binary::ShiftRight, status, number(8), span)?;
        return combine(Binary::BitAnd, shifted, number(0xff), span);
    }
    let signal = combine(Binary::BitAnd, status, number(0x7f), span)?;
    match name {
        "WTERMSIG" => Ok(signal),
        "WIFEXITED" => combine(Binary::Equal, signal, number(0), span),
        _ => {
            // 0x7f there means stopped, not killed.
            let next = combine(Binary::Add, signal, number(1), span)?;
            let next = combine(Binary::BitAnd, next, number(0x7f), span)?;
            combine(Binary::Greater, next, number(1), span)
        }
    }
}

/// What a pointer to a function takes and gives.
fn function_type(of: &Type) -> Option<&Signature> {
    match &of.pointee()?.kind {
        Kind::Function(signature) => Some(signature),
        _ => None,
    }
}

/// The mistake of too few or too many arguments.
fn wrong_count(function: &Function, given: usize, span: &Range<usize>) -> Diagnostic {
    let most = function.signature().parameters.len();
    let least = most - function.optional;
    let wanted = if least == most {
        format!("{most}")
    } else {
        format!("{least} or {most}")
    };
    let plural = if most == 1 { "" } else { "s" };
    let message = format!(
        "`{}` takes {wanted} argument{plural}, not {given}",
        function.name
    );
    Diagnostic::new(span.clone(), message).help(function.prototype)
}
