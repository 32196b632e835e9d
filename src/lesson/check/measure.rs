//! Whether what a question or a rule asks for can be measured: its observers by process and arguments, the rest as C.

use super::players::Players;
use crate::bytecode::Program;
use crate::c::observers::{OBSERVERS, Observation, Prefix, substitute};
use crate::c::suggest::nearest;
use crate::c::{Expression, Scope, Type, compile_expression};
use crate::diagnostic::Diagnostic;

/// The program that an expression is once its observers have been measured.
pub(super) fn compile(
    source: &str,
    expression: &Expression,
    players: &Players,
) -> Result<Program, Diagnostic> {
    let rest = substitute(expression, &mut |observation, whole| {
        measurable(source, observation, whole, players).map(|of| (0, of))
    })?;
    let main = scope(players, None, expression)?;
    match compile_expression(source, &rest, main) {
        Ok(compiled) => Ok(compiled.program),
        Err(mistake) => Err(did_you_mean(source, mistake)),
    }
}

/// A name that is not known may be an observer's, mistyped.
fn did_you_mean(source: &str, mistake: Diagnostic) -> Diagnostic {
    let word = source.get(mistake.span.clone()).unwrap_or_default();
    if mistake
        .help
        .as_deref()
        .is_some_and(|help| help.starts_with("did you mean"))
    {
        return mistake;
    }
    match nearest(word, OBSERVERS.iter().map(|observer| observer.name)) {
        Some(near) if near != word => mistake.help(format!("did you mean `{near}`?")),
        _ => mistake,
    }
}

/// The type of what is observed, if it can be.
fn measurable(
    source: &str,
    observation: &Observation<'_>,
    whole: &Expression,
    players: &Players,
) -> Result<Type, Diagnostic> {
    match observation {
        Observation::Elsewhere {
            prefix: Prefix::Peers,
            ..
        } => {
            let message = "only what an observer counts can be summed over all peers";
            Err(Diagnostic::new(whole.span.clone(), message).help("ask one of them: `peer3.x`"))
        }
        Observation::Elsewhere { prefix, expression } => {
            let scope = scope(players, Some(*prefix), whole)?;
            let compiled = compile_expression(source, expression, scope)?;
            Ok(compiled.result.unwrap_or(Type::LONG))
        }
        Observation::Observed {
            prefix,
            observer,
            arguments,
        } => {
            let scope = scope(players, *prefix, whole)?;
            if observer.of_race() {
                arguments
                    .iter()
                    .try_for_each(|argument| contestant(argument, players))?;
                return Ok(Type::LONG);
            }
            for argument in *arguments {
                compile_expression(source, argument, scope)?;
            }
            Ok(observer.of())
        }
    }
}

/// Whether an argument names a contestant of a race that was run by then.
fn contestant(argument: &Expression, players: &Players) -> Result<(), Diagnostic> {
    match argument.name() {
        Some(name) if players.has_raced(name) => Ok(()),
        Some(name) => {
            let message = format!("no race so far has a contestant `{name}`");
            Err(Diagnostic::new(argument.span.clone(), message)
                .help("a fence ```c race NAME before this one makes it one"))
        }
        None => Err(Diagnostic::new(
            argument.span.clone(),
            "the name of a contestant was expected here",
        )),
    }
}

/// The variables of the process that is asked.
fn scope<'p>(
    players: &'p Players,
    prefix: Option<Prefix>,
    whole: &Expression,
) -> Result<&'p Scope, Diagnostic> {
    players.scope(prefix).ok_or_else(|| {
        Diagnostic::new(
            whole.span.clone(),
            "the process that is asked is not there at this point",
        )
        .help("a child is there after `fork()`, a peer after its first block")
    })
}
