//! What runs here but would not do the same in a compiled program; `check` refuses it in lessons.

use super::ast::{Expression, ExpressionKind, Statement, StatementKind, Unary};
use crate::diagnostic::Diagnostic;

/// A load whose value nobody uses: compilers drop it, and its page fault with it.
pub fn lint(statement: &Statement) -> Option<Diagnostic> {
    match &statement.kind {
        StatementKind::Expression(expression) => bare_load(expression),
        StatementKind::Block(statements) => statements.iter().find_map(lint),
        StatementKind::If {
            then, otherwise, ..
        } => lint(then).or_else(|| lint(otherwise.as_deref()?)),
        StatementKind::While { body, .. } | StatementKind::Do { body, .. } => lint(body),
        StatementKind::For {
            start, step, body, ..
        } => lint(start)
            .or_else(|| bare_load(step.as_ref()?))
            .or_else(|| lint(body)),
        StatementKind::Empty
        | StatementKind::Declaration(_)
        | StatementKind::Break
        | StatementKind::Continue => None,
    }
}

/// The mistake of an expression statement that does nothing but load.
fn bare_load(expression: &Expression) -> Option<Diagnostic> {
    let is_load = matches!(
        expression.kind,
        ExpressionKind::Index(..)
            | ExpressionKind::Unary(Unary::Dereference, _)
            | ExpressionKind::Member { .. }
            | ExpressionKind::Name(_)
    );
    is_load.then(|| {
        Diagnostic::new(
            expression.span.clone(),
            "compilers drop a load whose value is not used",
        )
        .help("keep the value: `char c = p[0];`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::c::parse;

    #[test]
    fn bare_loads_are_found_wherever_they_stand() {
        let table = [
            ("p[0];", true),
            ("*p;", true),
            ("for (int i = 0; i < 3; i++) { p[i]; }", true),
            ("if (x) ; else *p;", true),
            ("p[0] = 1;", false),
            ("x++;", false),
            ("char c = p[0];", false),
            ("f();", false),
            ("while (p[0]) ;", false),
        ];
        for (source, expected) in table {
            let statements = parse(source, 0..source.len()).unwrap();
            assert_eq!(lint(&statements[0]).is_some(), expected, "{source}");
        }
    }
}
