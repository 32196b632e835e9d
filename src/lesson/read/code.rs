//! The one door to the C of a lesson: fences, measured expressions, rules.

use crate::c;
use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// The top-level statements in `source[range]`.
pub(super) fn statements(
    source: &str,
    range: Range<usize>,
) -> Result<Vec<c::Statement>, Diagnostic> {
    c::parse(source, range)
}

/// The expression in `source[range]`, which holds nothing else.
pub(super) fn expression(source: &str, range: Range<usize>) -> Result<c::Expression, Diagnostic> {
    if source[range.clone()].trim().is_empty() {
        return Err(Diagnostic::new(range, "an expression was expected here"));
    }
    c::parse_expression(source, range)
}
