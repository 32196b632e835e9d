//! Variables that are read though nobody has set them: they hold what happens to lie there, and gcc refuses it
//! (`-Wuninitialized`).
//!
//! Only what is sure is told. A name that is assigned to anywhere in a statement, or whose address is taken, counts as
//! set in all of it and from there on, also where that stands in a branch that is not taken.

use super::ast::{
    Declaration, Derived, Expression, ExpressionKind, Initializer, Statement, StatementKind, Unary,
};
use super::types::Kind;
use crate::diagnostic::Diagnostic;
use std::collections::BTreeSet;

/// The variables of a process that hold a number or an address, were declared, and were never set.
#[derive(Clone, Debug, Default)]
pub struct Unset(BTreeSet<String>);

impl Unset {
    /// Takes note of the next statement of the process; the mistake, when it reads one of them.
    pub fn note(&mut self, statement: &Statement) -> Option<Diagnostic> {
        if let StatementKind::Declaration(list) = &statement.kind {
            let mistakes: Vec<_> = list.iter().filter_map(|one| self.declare(one)).collect();
            return mistakes.into_iter().next();
        }
        let mut inside = Inside::default();
        inside.statement(statement);
        self.used(&inside)
    }

    /// Takes note of a declared name.
    fn declare(&mut self, declaration: &Declaration) -> Option<Diagnostic> {
        let mut inside = Inside::default();
        if let Some(initial) = &declaration.initial {
            inside.initial(initial);
        }
        let mistake = self.used(&inside);
        if declaration.initial.is_none() && is_scalar(declaration) {
            self.0.insert(declaration.name.clone());
        } else {
            self.0.remove(&declaration.name);
        }
        mistake
    }

    /// Takes note of what is set and read; a name is told once.
    fn used(&mut self, inside: &Inside<'_>) -> Option<Diagnostic> {
        self.0.retain(|name| !inside.set.contains(name.as_str()));
        let (name, read) = inside
            .read
            .iter()
            .find(|(name, _)| self.0.contains(*name))?;
        self.0.remove(*name);
        let message = format!("`{name}` is read, and nothing was stored in it before");
        Some(
            Diagnostic::new(read.span.clone(), message)
                .help("let it begin with a value, where it is declared"),
        )
    }
}

/// Whether a variable holds a number or an address.
fn is_scalar(declaration: &Declaration) -> bool {
    match declaration.of.derived.first() {
        None => matches!(declaration.of.base.kind, Kind::Int(_)),
        Some(Derived::Pointer { .. }) => true,
        Some(_) => false,
    }
}

/// The names in a statement.
#[derive(Default)]
struct Inside<'a> {
    /// Those that it sets, or may: assigned to, declared in a block, or with their address taken.
    set: BTreeSet<&'a str>,
    /// Those that it reads, where.
    read: Vec<(&'a str, &'a Expression)>,
}

impl<'a> Inside<'a> {
    fn statement(&mut self, statement: &'a Statement) {
        match &statement.kind {
            StatementKind::Declaration(list) => {
                for one in list {
                    self.set.insert(&one.name);
                    one.initial.iter().for_each(|initial| self.initial(initial));
                }
            }
            StatementKind::Expression(expression) => self.expression(expression),
            StatementKind::If { condition, .. }
            | StatementKind::While { condition, .. }
            | StatementKind::Do { condition, .. } => self.expression(condition),
            StatementKind::For {
                start,
                condition,
                step,
                ..
            } => {
                self.statement(start);
                let each = condition.iter().chain(step);
                each.for_each(|expression| self.expression(expression));
            }
            StatementKind::Empty
            | StatementKind::Block(_)
            | StatementKind::Break
            | StatementKind::Continue => {}
        }
        for inner in statement.inside() {
            self.statement(inner);
        }
    }

    fn initial(&mut self, initial: &'a Initializer) {
        match initial {
            Initializer::Value(value) => self.expression(value),
            Initializer::List(list, _) => list.iter().for_each(|one| self.initial(one)),
        }
    }

    fn expression(&mut self, expression: &'a Expression) {
        match &expression.kind {
            ExpressionKind::SizeOf(_) => {}
            ExpressionKind::Name(name) => self.read.push((name, expression)),
            ExpressionKind::Assign(None, target, value) if target.name().is_some() => {
                self.set.extend(target.name());
                self.expression(value);
            }
            ExpressionKind::Unary(Unary::AddressOf, of) if of.name().is_some() => {
                self.set.extend(of.name());
            }
            kind => {
                for part in kind.parts() {
                    self.expression(part);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::c::parse;

    /// What is told of statements that follow each other: the text it points at.
    fn told(source: &str) -> Vec<&str> {
        let mut unset = Unset::default();
        let statements = parse(source, 0..source.len()).unwrap();
        let mistakes = statements.iter().filter_map(|one| unset.note(one));
        mistakes.map(|mistake| &source[mistake.span]).collect()
    }

    #[test]
    fn what_nobody_has_set_is_told_once_and_nothing_else_is() {
        let table: &[(&str, &[&str])] = &[
            ("int i; p[i] = 3; p[i] = 4;", &["i"]),
            ("char *p; p[0] = 1;", &["p"]),
            ("int i, j = i;", &["i"]),
            ("int i; i++;", &["i"]),
            ("int i; i += 1;", &["i"]),
            ("int i; while (i < 3) ;", &["i"]),
            ("int i; { f(i); }", &["i"]),
            ("int i; for (int k = 0; k < i; k++) ;", &["i"]),
            ("int i; i = 3; p[i] = 3;", &[]),
            ("int i; if (x) i = 3; p[i] = 3;", &[]),
            ("int i; for (i = 0; i < 3; i++) p[i] = 1;", &[]),
            ("int status; wait(&status); f(status);", &[]),
            ("int i, *q = &i; f(i, *q);", &[]),
            ("int i; int *q = &i; f(i, *q);", &[]),
            ("int a[3]; f(a); struct stat st; f(st.st_size);", &[]),
            ("int i; long n = sizeof i;", &[]),
            ("int i; { int i = 3; p[i] = 1; }", &[]),
            ("int i = 0; p[i] = 3;", &[]),
        ];
        for (source, expected) in table {
            assert_eq!(told(source), *expected, "{source}");
        }
    }
}
