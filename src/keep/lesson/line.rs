//! One line of a session as C that a lesson can have: names changed, values that nobody uses put to use.
//!
//! Typing `p[0];` is how one looks at a byte in the lab. A compiled program drops such a load, and so it would drop one in
//! an empty condition: a lesson keeps it in a variable.

use crate::c::ast::{Derived, Expression, ExpressionKind, Initializer, Statement, StatementKind};
use crate::c::tokens::{Class, tokenize};
use crate::c::{self, Type};
use std::collections::BTreeMap;
use std::ops::Range;

/// A piece of the text and what stands in its place.
pub(super) type Edit = (Range<usize>, String);

/// The text with pieces of it replaced; they do not overlap.
pub(super) fn edited(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    let mut result = String::with_capacity(text.len());
    let mut end = 0;
    for (span, new) in edits {
        result += text.get(end..span.start).unwrap_or_default();
        result += &new;
        end = span.end.max(end);
    }
    result + text.get(end..).unwrap_or_default()
}

/// The one statement that a text is.
pub(super) fn single(text: &str) -> Result<Statement, String> {
    let statements = c::parse(text, 0..text.len()).map_err(|mistake| mistake.message)?;
    let count = statements.len();
    let mut statements = statements.into_iter();
    match (statements.next(), count) {
        (Some(statement), 1) => Ok(statement),
        _ => Err("is no single statement".to_owned()),
    }
}

/// Where variables are named that are called otherwise now; members of structures are none.
pub(super) fn renames(code: &str, names: &BTreeMap<String, String>) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut before = "";
    for token in tokenize(code, 0..code.len()) {
        let word = &code[token.span.clone()];
        let is_variable = token.class == Class::Identifier && before != "." && before != "->";
        if let Some(new) = names.get(word).filter(|new| is_variable && *new != word) {
            edits.push((token.span, new.clone()));
        }
        before = word;
    }
    edits
}

/// What makes a declaration one that only declares: every value 0.
pub(super) fn unset(statement: &Statement) -> Vec<Edit> {
    let StatementKind::Declaration(list) = &statement.kind else {
        return Vec::new();
    };
    let initial = list.iter().filter_map(|declaration| {
        let span = declaration.initial.as_ref()?.span();
        let is_list = matches!(declaration.initial, Some(Initializer::List(..)));
        let is_array = matches!(declaration.of.derived.first(), Some(Derived::Array(_)));
        let zero = if is_list || is_array { "{0}" } else { "0" };
        Some((span, zero.to_owned()))
    });
    initial.collect()
}

/// The expression of a statement that does nothing but have a value.
pub(super) fn idle(statement: &Statement) -> Option<&Expression> {
    match &statement.kind {
        StatementKind::Expression(expression) if is_idle(expression) => Some(expression),
        _ => None,
    }
}

fn is_idle(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Assign(..) | ExpressionKind::Step { .. } | ExpressionKind::Call(..) => {
            false
        }
        ExpressionKind::Cast(to, _) => !to.is_void(),
        _ => true,
    }
}

/// What keeps the value of a whole statement in a variable.
pub(super) fn kept(text: &str, idle: &Expression, of: &Type, name: &str) -> Vec<Edit> {
    let end = text.trim_end().trim_end_matches(';').len();
    let (open, close) = match idle.kind {
        ExpressionKind::Comma(..) => ("(", ")"),
        _ => ("", ""),
    };
    let of = of.unqualified();
    let declared = match &of.kind {
        // The name of such a pointer stands inside its type.
        c::types::Kind::Pointer(to)
            if matches!(
                to.kind,
                c::types::Kind::Array(..) | c::types::Kind::Function(_)
            ) =>
        {
            format!("void *{name} = (void *)")
        }
        _ => {
            let of = of.to_string();
            let gap = if of.ends_with('*') { "" } else { " " };
            format!("{of}{gap}{name} = ")
        }
    };
    vec![
        (0..0, format!("{declared}{open}")),
        (end..end, close.to_owned()),
    ]
}

/// The text with every other value that nobody uses, such as one before a comma, said to be of no use.
pub(super) fn voided(mut text: String) -> Result<String, String> {
    // Each round marks one more place; there are fewer than bytes.
    for _ in 0..text.len() {
        let Some(useless) = c::lint(&single(&text)?) else {
            break;
        };
        let expression = text.get(useless.span.clone()).unwrap_or_default();
        let edit = (useless.span.clone(), format!("(void)({expression})"));
        text = edited(&text, vec![edit]);
    }
    Ok(text)
}

/// What keeps, in a block of its own each, the values that statements inside this one leave unused.
pub(super) fn idle_inside(text: &str, statement: &Statement) -> Vec<Edit> {
    let mut edits = Vec::new();
    for inner in statement.inside() {
        if idle(inner).is_some() {
            let span = inner.span.clone();
            let line = text.get(span.clone()).unwrap_or_default();
            let expression = line.trim_end().trim_end_matches(';').trim_end();
            edits.push((span, format!("{{ long value = (long)({expression}); }}")));
        } else {
            edits.extend(idle_inside(text, inner));
        }
    }
    edits
}

/// The names that a statement may give another value: those it assigns, steps, or takes the address of.
pub(super) fn changed(statement: &Statement) -> Vec<String> {
    let mut names = Vec::new();
    walk(statement, &mut |expression| {
        let (ExpressionKind::Assign(_, target, _)
        | ExpressionKind::Step { target, .. }
        | ExpressionKind::Unary(c::ast::Unary::AddressOf, target)) = &expression.kind
        else {
            return;
        };
        names.extend(target.name().map(str::to_owned));
    });
    names.extend(c::scope::declared(statement).into_iter().map(str::to_owned));
    names
}

/// Visits every expression of a statement.
pub(super) fn walk(statement: &Statement, visit: &mut impl FnMut(&Expression)) {
    let mut all: Vec<&Expression> = Vec::new();
    match &statement.kind {
        StatementKind::Declaration(list) => {
            for declaration in list {
                if let Some(Initializer::Value(value)) = &declaration.initial {
                    all.push(value);
                }
            }
        }
        StatementKind::Expression(expression) => all.push(expression),
        StatementKind::If { condition, .. }
        | StatementKind::While { condition, .. }
        | StatementKind::Do { condition, .. } => all.push(condition),
        StatementKind::For {
            start,
            condition,
            step,
            ..
        } => {
            walk(start, visit);
            all.extend(condition.iter().chain(step));
        }
        _ => {}
    }
    while let Some(expression) = all.pop() {
        visit(expression);
        all.extend(expression.kind.parts());
    }
    for inner in statement.inside() {
        walk(inner, visit);
    }
}
