//! Names: variables, constants, and what to say about those that are neither.

use super::node::{Node, Operand, Place, Value};
use super::{Checked, Compiler, Stands};
use crate::bytecode::ERRNO_OFFSET;
use crate::c::ast::Expression;
use crate::c::builtins::{ELSEWHERE, FUNCTIONS, Function};
use crate::c::constants;
use crate::c::observers::{Observer, Prefix, STATES, state_named};
use crate::c::suggest::nearest;
use crate::c::types::{Kind, Type};
use crate::diagnostic::Diagnostic;
use std::ops::Range;

impl Compiler<'_> {
    /// What a name stands for: the innermost variable of that name, `errno`, a constant.
    pub(super) fn name(&mut self, name: &str, span: &Range<usize>) -> Checked<Operand> {
        if let Some(variable) = self.scope.variable(name) {
            return Ok(own(variable.offset, variable.of.clone(), span));
        }
        if name == "errno" {
            return Ok(own(ERRNO_OFFSET, Type::INT, span));
        }
        let constant = |word, of| Ok(Operand::Value(Value::constant(word, of, span.clone())));
        if name == "PAGE" {
            return constant(self.scope.target().page_size as i64, Type::LONG);
        }
        if let Some(known) = constants::lookup(name) {
            return constant(known.word, known.of);
        }
        if let (Stands::Expectation, Some(state)) = (self.stands, state_named(name)) {
            return constant(state as i64, Type::LONG);
        }
        Err(self.unknown(name, span))
    }

    /// The mistake of a name that stands for nothing.
    pub(super) fn unknown(&self, name: &str, span: &Range<usize>) -> Diagnostic {
        let error = |message: String| Diagnostic::new(span.clone(), message);
        if let Some(function) = Function::named(name) {
            return error(format!("`{name}` is a function; it can only be called"))
                .help(function.prototype);
        }
        if let Some(observer) = Observer::named(name) {
            return self.misplaced(observer, span);
        }
        if state_named(name).is_some() {
            return error(format!(
                "`{name}` is a page state: it is known in `predict` and `expect` only"
            ));
        }
        let looks_constant = name.len() > 2 && !name.contains(|c: char| c.is_ascii_lowercase());
        let error = error(if looks_constant {
            format!("`{name}` is not known")
        } else {
            format!("`{name}` was not declared")
        });
        let mut known: Vec<&str> = self.scope.variables().iter().map(|v| &*v.name).collect();
        for constant in constants::names() {
            known.push(constant);
        }
        known.extend(FUNCTIONS.iter().map(|f| f.name));
        if self.stands == Stands::Expectation {
            known.extend(STATES.iter().map(|(name, _)| *name));
        }
        match nearest(name, known.into_iter()) {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None if looks_constant => error,
            None => error.help(format!("declare it first: `int {name} = …;`")),
        }
    }

    /// The mistake of calling what is no function.
    pub(super) fn unknown_function(&self, name: &str, span: &Range<usize>) -> Diagnostic {
        let error = Diagnostic::new(span.clone(), format!("there is no function `{name}` here"));
        if let Some(observer) = Observer::named(name) {
            return self.misplaced(observer, span);
        }
        if let Some((_, instead)) = ELSEWHERE.iter().find(|(known, _)| *known == name) {
            return error.help(*instead);
        }
        match nearest(name, FUNCTIONS.iter().map(|f| f.name)) {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None => error.help("lessons call only functions about memory, files and processes"),
        }
    }

    /// The mistake of an observer that cannot be asked here, or not so.
    fn misplaced(&self, observer: &Observer, span: &Range<usize>) -> Diagnostic {
        let name = observer.name;
        match self.stands {
            Stands::Statement => Diagnostic::new(
                span.clone(),
                format!("`{name}` can be asked only in `predict` and `expect`"),
            )
            .help("no C program can see it; it is read from /proc by the tutor"),
            Stands::Expectation => {
                Diagnostic::new(span.clone(), format!("`{name}` is not asked so"))
                    .help(format!("write `{}`: {}", observer.usage, observer.gist))
            }
        }
    }

    /// Refuses `child.x` in code; expectations have had it measured before they come here.
    pub(super) fn refuse_prefix(&self, base: &Expression, member: &str) -> Checked<()> {
        let Some(name) = base.name() else {
            return Ok(());
        };
        let is_structure = self
            .scope
            .variable(name)
            .is_some_and(|v| matches!(v.of.kind, Kind::Stat));
        if Prefix::from_name(name).is_none() || is_structure {
            return Ok(());
        }
        if self.stands == Stands::Expectation {
            return Err(Diagnostic::new(
                base.span.clone(),
                format!(
                    "`{name}.{member}` stands inside something that is evaluated in one process"
                ),
            )
            .help(format!(
                "name the process in front of the whole: `{name}.rss({member})`"
            )));
        }
        Err(Diagnostic::new(
            base.span.clone(),
            format!("`{name}.{member}` looks into another process: that works only in `predict` and `expect`"),
        )
        .help(format!("code of another process stands in a block of its own: ```c {name}")))
    }
}

/// A variable as a place.
fn own(offset: u32, of: Type, span: &Range<usize>) -> Operand {
    let address = Value {
        of: of.clone().pointer(),
        span: span.clone(),
        node: Node::Frame(offset),
    };
    Operand::Place(Place {
        of,
        address: address.into(),
        own: true,
        span: span.clone(),
    })
}
