//! What runs here but would not do the same in a compiled program; `check` refuses it in lessons.
//!
//! An expression statement whose value nobody uses is what gcc's `-Wunused-value` tells. Where the two differ, this is
//! stricter: the value of a cast and of `&&` is not used either, whatever stands behind it.

use super::ast::{
    Declaration, Expression, ExpressionKind, Initializer, Statement, StatementKind, Unary,
};
use crate::diagnostic::Diagnostic;

/// What does nothing in a statement: an expression whose value nobody uses.
pub fn lint(statement: &Statement) -> Option<Diagnostic> {
    match &statement.kind {
        StatementKind::Expression(expression) => unused(expression),
        StatementKind::Declaration(list) => list.iter().find_map(declaration),
        StatementKind::Block(statements) => statements.iter().find_map(lint),
        StatementKind::If {
            condition,
            then,
            otherwise,
        } => commas(condition)
            .or_else(|| lint(then))
            .or_else(|| lint(otherwise.as_deref()?)),
        StatementKind::While { condition, body } => commas(condition).or_else(|| lint(body)),
        StatementKind::Do { body, condition } => lint(body).or_else(|| commas(condition)),
        StatementKind::For {
            start,
            condition,
            step,
            body,
        } => lint(start)
            .or_else(|| commas(condition.as_ref()?))
            .or_else(|| unused(step.as_ref()?))
            .or_else(|| lint(body)),
        StatementKind::Empty | StatementKind::Break | StatementKind::Continue => None,
    }
}

/// What does nothing in what a variable begins as.
fn declaration(declaration: &Declaration) -> Option<Diagnostic> {
    fn initial(initializer: &Initializer) -> Option<Diagnostic> {
        match initializer {
            Initializer::Value(value) => commas(value),
            Initializer::List(list, _) => list.iter().find_map(initial),
        }
    }
    initial(declaration.initial.as_ref()?)
}

/// What does nothing in an expression whose value is used: what stands before a comma.
fn commas(expression: &Expression) -> Option<Diagnostic> {
    match &expression.kind {
        ExpressionKind::Comma(left, right) => unused(left).or_else(|| commas(right)),
        kind => kind.parts().into_iter().find_map(commas),
    }
}

/// What does nothing in an expression whose value nobody uses.
fn unused(expression: &Expression) -> Option<Diagnostic> {
    match &expression.kind {
        ExpressionKind::Call(..) | ExpressionKind::Assign(..) | ExpressionKind::Step { .. } => {
            commas(expression)
        }
        ExpressionKind::Comma(left, right) => unused(left).or_else(|| unused(right)),
        ExpressionKind::Unary(Unary::Plus, of) => unused(of),
        ExpressionKind::Cast(to, of) if to.is_void() => commas(of),
        ExpressionKind::Conditional(..) if acts(expression) => commas(expression),
        _ => Some(useless(expression)),
    }
}

/// The mistake of a value that nobody uses.
fn useless(expression: &Expression) -> Diagnostic {
    let mistake = |message: &str| Diagnostic::new(expression.span.clone(), message);
    let keep = "keep the value: `char c = p[0];`";
    match &expression.kind {
        ExpressionKind::Binary(operator, ..) if matches!(operator.text(), "&&" | "||") => {
            mistake("the value of this is not used").help("for a condition write `if (…) …;`")
        }
        _ if acts(expression) => mistake("the value of this is not used")
            .help("keep it, `int n = …;`, or leave out what only makes a value"),
        _ if loads(expression) => {
            mistake("compilers drop a load whose value is not used").help(keep)
        }
        _ => mistake("this does nothing: its value is not used")
            .help("assign the value, call a function with it, or take the statement out"),
    }
}

/// Whether evaluating it does anything beside giving a value.
fn acts(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Call(..) | ExpressionKind::Assign(..) | ExpressionKind::Step { .. } => true,
        ExpressionKind::SizeOf(_) => false,
        kind => kind.parts().into_iter().any(acts),
    }
}

/// Whether evaluating it reads memory through a pointer or by an index.
fn loads(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Index(..)
        | ExpressionKind::Unary(Unary::Dereference, _)
        | ExpressionKind::Member { .. } => true,
        ExpressionKind::SizeOf(_) | ExpressionKind::Unary(Unary::AddressOf, _) => false,
        kind => kind.parts().into_iter().any(loads),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::c::parse;

    const LOAD: &str = "compilers drop a load";
    const NOTHING: &str = "this does nothing";
    const VALUE: &str = "the value of this is not used";

    #[test]
    fn what_does_nothing_is_found_wherever_it_stands() {
        // (source, where, what is told)
        let table = [
            ("p[0];", "p[0]", LOAD),
            ("*p;", "*p", LOAD),
            ("st.st_size;", "st.st_size", LOAD),
            ("p;", "p", NOTHING),
            ("1;", "1", NOTHING),
            ("\"text\";", "\"text\"", NOTHING),
            ("sizeof p[0];", "sizeof p[0]", NOTHING),
            ("&p[0];", "&p[0]", NOTHING),
            ("a + 1;", "a + 1", NOTHING),
            ("+a;", "a", NOTHING),
            ("p[0], p[1];", "p[0]", LOAD),
            ("a++, b;", "b", NOTHING),
            ("f(), p[1];", "p[1]", LOAD),
            ("p[0] + 1;", "p[0] + 1", LOAD),
            ("p[0] == 1;", "p[0] == 1", LOAD),
            ("!p[0];", "!p[0]", LOAD),
            ("(char)p[0];", "(char)p[0]", LOAD),
            ("p[0] ? p[1] : p[2];", "p[0] ? p[1] : p[2]", LOAD),
            ("p[0] && p[1];", "p[0] && p[1]", VALUE),
            ("a && f();", "a && f()", VALUE),
            ("(char)f();", "(char)f()", VALUE),
            ("!f();", "!f()", VALUE),
            ("f() == 1;", "f() == 1", VALUE),
            ("*p++;", "*p++", VALUE),
            ("p[a++];", "p[a++]", VALUE),
            ("x = (a, b);", "a", NOTHING),
            ("int x = (a, b);", "a", NOTHING),
            ("if ((a, b)) x = 1;", "a", NOTHING),
            ("do x = 1; while ((a, b));", "a", NOTHING),
            ("for (a; a < 3; a++) ;", "a", NOTHING),
            ("for (; a < 3; a + 1) ;", "a + 1", NOTHING),
            ("for (int i = 0; i < 3; i++) { p[i]; }", "p[i]", LOAD),
            ("if (x) ; else *p;", "*p", LOAD),
        ];
        for (source, place, expected) in table {
            let found = linted(source).unwrap_or_else(|| panic!("{source}"));
            assert_eq!(&source[found.span.clone()], place, "{source}");
            assert!(found.message.starts_with(expected), "{source}: {found:?}");
        }
    }

    #[test]
    fn what_does_something_is_left_alone() {
        for source in [
            "p[0] = 1;",
            "x++;",
            "x += p[0];",
            "char c = p[0];",
            "f();",
            "+f();",
            "(f());",
            "(void)p[0];",
            "a++, b++;",
            "x = (a++, b);",
            "a ? f() : g();",
            "f() ? a : b;",
            "while (p[0]) ;",
            "for (i = 0, j = 0; p[i]; i++, j++) ;",
        ] {
            assert_eq!(linted(source), None, "{source}");
        }
    }

    fn linted(source: &str) -> Option<Diagnostic> {
        lint(&parse(source, 0..source.len()).unwrap()[0])
    }
}
