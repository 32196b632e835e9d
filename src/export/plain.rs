//! Rules and questions as plain C, where they are: what the program itself can evaluate, and in which process.

use crate::c::ast::{Expression, ExpressionKind};
use crate::c::observers::{Observer, Prefix, state_named};
use std::ops::Range;

/// An expression that C can evaluate.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plain {
    /// The process that it is about; `None` is `main`.
    pub(super) prefix: Option<Prefix>,
    /// Its text, the prefixes taken out.
    pub(super) text: String,
    /// Whether it asks for the counters of faults.
    pub(super) counts: bool,
}

/// What was found in an expression so far.
#[derive(Default)]
struct Found {
    /// The processes it is about.
    prefixes: Vec<Option<Prefix>>,
    /// Prefixes to be taken out of the text.
    cuts: Vec<Range<usize>>,
    counts: bool,
    /// Whether it asks for what only the tutor can measure.
    beyond: bool,
}

/// The expression as plain C; `None` when it asks the tutor for something, or two processes at once.
pub(super) fn plain(source: &str, expression: &Expression) -> Option<Plain> {
    let mut found = Found::default();
    look(expression, &mut found);
    found.prefixes.sort_by_key(|prefix| format!("{prefix:?}"));
    found.prefixes.dedup();
    if found.beyond || found.prefixes.len() > 1 {
        return None;
    }
    let mut text = source.get(expression.span.clone())?.to_owned();
    found.cuts.sort_by_key(|cut| std::cmp::Reverse(cut.start));
    for cut in found.cuts {
        let start = cut.start.checked_sub(expression.span.start)?;
        text.replace_range(start..cut.end - expression.span.start, "");
    }
    Some(Plain {
        prefix: found.prefixes.first().copied().flatten(),
        text,
        counts: found.counts,
    })
}

fn look(expression: &Expression, found: &mut Found) {
    match &expression.kind {
        ExpressionKind::Name(name) => {
            name_used(name, false, found);
            if !crate::c::constants::is_constant(name) || name == "errno" {
                found.prefixes.push(None);
            }
        }
        ExpressionKind::Member {
            base,
            name,
            name_span,
            arrow: false,
        } if base.name().and_then(Prefix::from_name).is_some() => {
            found.prefixes.push(base.name().and_then(Prefix::from_name));
            found.cuts.push(base.span.start..name_span.start);
            name_used(name, false, found);
        }
        ExpressionKind::Call(callee, arguments) => {
            match (&callee.kind, callee.name()) {
                (_, Some(name)) => name_used(name, true, found),
                (ExpressionKind::Member { name, .. }, _) => name_used(name, true, found),
                _ => look(callee, found),
            }
            for argument in arguments {
                look(argument, found);
            }
        }
        kind => kind.parts().into_iter().for_each(|part| look(part, found)),
    }
}

/// A name that may be an observer's.
fn name_used(name: &str, is_call: bool, found: &mut Found) {
    match name {
        "minor_faults" | "major_faults" => found.counts = true,
        "signal" | "errno" => {}
        _ => {
            let observed =
                Observer::named(name).is_some_and(|observer| is_call == (observer.arity.1 > 0));
            found.beyond |= observed || !is_call && state_named(name).is_some();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::c::parse_expression;

    #[test]
    fn what_c_can_say_is_told_from_what_only_the_tutor_can() {
        let table = [
            ("p[0] == 'A'", Some((None, "p[0] == 'A'", false))),
            (
                "minor_faults + major_faults == 1",
                Some((None, "minor_faults + major_faults == 1", true)),
            ),
            (
                "child.p[3 * PAGE] == 'B'",
                Some((Some(Prefix::Child(None)), "p[3 * PAGE] == 'B'", false)),
            ),
            (
                "child2.minor_faults == 1",
                Some((Some(Prefix::Child(Some(2))), "minor_faults == 1", true)),
            ),
            (
                "peer.a == peer.b",
                Some((Some(Prefix::Peer(1)), "a == b", false)),
            ),
            ("errno == ENOMEM", Some((None, "errno == ENOMEM", false))),
            (
                "signal == SIGSEGV",
                Some((None, "signal == SIGSEGV", false)),
            ),
            ("16 * PAGE", Some((None, "16 * PAGE", false))),
            ("child.p[0] == p[0]", None),
            ("rss(p) == PAGE", None),
            ("child.rss(p) == PAGE", None),
            ("vmas == 1", None),
            ("state(p) == ZERO", None),
            ("ns < 100", None),
        ];
        for (source, expected) in table {
            let expression = parse_expression(source, 0..source.len()).unwrap();
            let expected = expected.map(|(prefix, text, counts)| Plain {
                prefix,
                text: text.to_owned(),
                counts,
            });
            assert_eq!(plain(source, &expression), expected, "{source}");
        }
    }
}
