//! What an exported program must know of a statement: the processes it makes, the variables it declares.

use crate::c::ast::{
    Binary, Declaration, Derived, Expression, ExpressionKind, Initializer, Statement, StatementKind,
};
use crate::c::types::Kind;

/// The most children a lesson can name.
pub(super) const MOST_CHILDREN: u64 = 10;

/// Every expression of a statement, also of those inside it.
pub(super) fn expressions<'a>(statement: &'a Statement, visit: &mut impl FnMut(&'a Expression)) {
    match &statement.kind {
        StatementKind::Declaration(list) => {
            for declaration in list {
                for step in &declaration.of.derived {
                    if let Derived::Array(Some(length)) = step {
                        visit(length);
                    }
                }
                if let Some(initial) = &declaration.initial {
                    initializer(initial, visit);
                }
            }
        }
        StatementKind::Expression(expression) => visit(expression),
        StatementKind::If { condition, .. }
        | StatementKind::While { condition, .. }
        | StatementKind::Do { condition, .. } => visit(condition),
        StatementKind::For {
            condition, step, ..
        } => condition.iter().chain(step).for_each(&mut *visit),
        StatementKind::Empty
        | StatementKind::Block(_)
        | StatementKind::Break
        | StatementKind::Continue => {}
    }
    for inner in inside(statement) {
        expressions(inner, visit);
    }
}

fn initializer<'a>(initial: &'a Initializer, visit: &mut impl FnMut(&'a Expression)) {
    match initial {
        Initializer::Value(value) => visit(value),
        Initializer::List(list, _) => list.iter().for_each(|inner| initializer(inner, visit)),
    }
}

/// The statements right inside a statement, what begins a `for` included.
fn inside(statement: &Statement) -> Vec<&Statement> {
    let start = match &statement.kind {
        StatementKind::For { start, .. } => Some(&**start),
        _ => None,
    };
    start.into_iter().chain(statement.inside()).collect()
}

/// Every part of an expression, itself included.
fn parts<'a>(expression: &'a Expression, visit: &mut impl FnMut(&'a Expression)) {
    visit(expression);
    for part in expression.kind.parts() {
        parts(part, visit);
    }
}

/// How many processes a statement can make.
pub(super) fn forks(statement: &Statement) -> u64 {
    let mut own = 0;
    let own_expressions = &mut |expression| {
        parts(expression, &mut |part| {
            if let ExpressionKind::Call(callee, _) = &part.kind {
                own += u64::from(callee.name() == Some("fork"));
            }
        });
    };
    match &statement.kind {
        StatementKind::For {
            start,
            condition,
            body,
            ..
        } => forks(body).saturating_mul(rounds(start, condition.as_ref())),
        StatementKind::While { body, .. } | StatementKind::Do { body, .. } => {
            forks(body).saturating_mul(MOST_CHILDREN)
        }
        StatementKind::Block(_) | StatementKind::If { .. } => {
            if let StatementKind::If { condition, .. } = &statement.kind {
                own_expressions(condition);
            }
            inside(statement).into_iter().map(forks).sum::<u64>() + own
        }
        _ => {
            expressions(statement, own_expressions);
            own
        }
    }
    .min(MOST_CHILDREN)
}

/// Whether a statement forks in a loop: its children may go round that loop as well.
pub(super) fn forks_in_a_loop(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::For { .. } | StatementKind::While { .. } | StatementKind::Do { .. } => {
            forks(statement) > 0
        }
        _ => inside(statement).into_iter().any(forks_in_a_loop),
    }
}

/// How often a loop `for (int i = 0; i < 3; i++)` goes round; as often as children can be named where that is not clear.
fn rounds(start: &Statement, condition: Option<&Expression>) -> u64 {
    let first = match &start.kind {
        StatementKind::Declaration(list) => match list.as_slice() {
            [
                Declaration {
                    initial: Some(Initializer::Value(value)),
                    ..
                },
            ] => known(value),
            _ => None,
        },
        _ => None,
    };
    let bound = condition.and_then(|condition| match &condition.kind {
        ExpressionKind::Binary(Binary::Less, _, bound) => known(bound),
        ExpressionKind::Binary(Binary::LessEqual, _, bound) => known(bound).map(|last| last + 1),
        _ => None,
    });
    match (first, bound) {
        (Some(first), Some(bound)) => u64::try_from(bound - first).unwrap_or(0),
        _ => MOST_CHILDREN,
    }
}

fn known(expression: &Expression) -> Option<i64> {
    match expression.kind {
        ExpressionKind::Known { word, .. } => Some(word),
        _ => None,
    }
}

/// The variables that are worth showing after a statement, and those that are only declared: arrays, `struct stat`.
pub(super) fn variables(statement: &Statement) -> (Vec<String>, Vec<String>) {
    match &statement.kind {
        StatementKind::Declaration(list) => {
            let (shown, used): (Vec<_>, Vec<_>) = list
                .iter()
                .partition(|declaration| is_scalar(declaration) && declaration.initial.is_some());
            let names = |list: Vec<&Declaration>| list.iter().map(|d| d.name.clone()).collect();
            (names(shown), names(used))
        }
        StatementKind::Expression(expression) => match &expression.kind {
            ExpressionKind::Assign(_, target, _) | ExpressionKind::Step { target, .. } => (
                target.name().map(str::to_owned).into_iter().collect(),
                vec![],
            ),
            _ => Default::default(),
        },
        _ => Default::default(),
    }
}

fn is_scalar(declaration: &Declaration) -> bool {
    match declaration.of.derived.first() {
        None => !matches!(declaration.of.base.kind, Kind::Stat | Kind::Void),
        Some(step) => matches!(step, Derived::Pointer { .. }),
    }
}

/// Whether C lets a `goto` jump over a statement: not over the declaration of an array whose length is no constant.
pub(super) fn can_be_left(statement: &Statement) -> bool {
    let StatementKind::Declaration(list) = &statement.kind else {
        return true;
    };
    let mut constant = true;
    for step in list.iter().flat_map(|declaration| &declaration.of.derived) {
        if let Derived::Array(Some(length)) = step {
            parts(length, &mut |part| {
                constant &= part
                    .name()
                    .is_none_or(|name| name != "PAGE" && is_upper(name));
            });
        }
    }
    constant
}

fn is_upper(name: &str) -> bool {
    !name.contains(|c: char| c.is_ascii_lowercase())
}

/// Whether a statement declares, inside itself, a name that it never uses: C compilers warn of that.
pub(super) fn declares_in_vain(statement: &Statement) -> bool {
    let mut named = Vec::new();
    expressions(statement, &mut |expression| {
        parts(expression, &mut |part| named.extend(part.name()));
    });
    let mut declared = Vec::new();
    for inner in inside(statement) {
        names_within(inner, &mut declared);
    }
    declared
        .iter()
        .any(|name| named.iter().filter(|used| *used == name).count() == 0)
}

fn names_within<'a>(statement: &'a Statement, names: &mut Vec<&'a str>) {
    if let StatementKind::Declaration(list) = &statement.kind {
        names.extend(list.iter().map(|declaration| declaration.name.as_str()));
    }
    for inner in inside(statement) {
        names_within(inner, names);
    }
}
