//! From a type as written to the type it is: array lengths become numbers, impossible types are refused.

use super::ast::{Derived, Expression, TypeName};
use super::types::{Kind, Signature, Type};
use crate::diagnostic::Diagnostic;
use std::ops::Range;
use std::sync::Arc;

/// Computes the length of an array.
pub(super) type Length<'a> = dyn FnMut(&Expression) -> Result<u64, Diagnostic> + 'a;

/// The type that is written as `name`; `length` computes the lengths of arrays.
pub(super) fn resolve(name: &TypeName, length: &mut Length<'_>) -> Result<Type, Diagnostic> {
    let mut of = name.base.clone();
    // Read from the base inwards: the step next to the name is the outermost one.
    for step in name.derived.iter().rev() {
        of = derive(of, step, &name.span, length)?;
    }
    Ok(of)
}

/// One step outwards.
fn derive(
    of: Type,
    step: &Derived,
    span: &Range<usize>,
    length: &mut Length<'_>,
) -> Result<Type, Diagnostic> {
    let refuse = |message: &str| Err(Diagnostic::new(span.clone(), message));
    let kind = match step {
        Derived::Pointer { constant, volatile } => {
            return Ok(Type {
                constant: *constant,
                volatile: *volatile,
                ..of.pointer()
            });
        }
        Derived::Array(_) if matches!(of.kind, Kind::Void | Kind::Function(_)) => {
            return refuse("there are no arrays of that");
        }
        Derived::Array(None) => {
            return Err(Diagnostic::new(span.clone(), "this array has no length")
                .help("write it: `char b[16]`"));
        }
        Derived::Array(Some(count)) => Kind::Array(Arc::new(of), length(count)?),
        Derived::Function(_) if matches!(of.kind, Kind::Array(..) | Kind::Function(_)) => {
            return refuse("no function returns that");
        }
        Derived::Function(list) => {
            let parameters = list
                .iter()
                .map(|parameter| parameter_type(parameter, length))
                .collect::<Result<_, _>>()?;
            Kind::Function(Arc::new(Signature {
                result: of,
                parameters,
            }))
        }
    };
    Ok(Type::plain(kind))
}

/// The type of a parameter: arrays and functions are passed as pointers.
fn parameter_type(name: &TypeName, length: &mut Length<'_>) -> Result<Type, Diagnostic> {
    let mut name = name.clone();
    if let Some(first @ Derived::Array(None)) = name.derived.first_mut() {
        *first = Derived::Pointer {
            constant: false,
            volatile: false,
        };
    }
    let of = resolve(&name, length)?;
    Ok(match of.kind {
        Kind::Array(element, _) => Type::plain(Kind::Pointer(element)),
        Kind::Function(_) => of.pointer(),
        Kind::Void => {
            return Err(Diagnostic::new(name.span, "a parameter cannot be `void`"));
        }
        _ => of,
    })
}
