//! The one door to the C of a lesson: fences, measured expressions, rules.

use crate::c;
use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// The top-level statements in `source[range]`.
pub(crate) fn statements(
    source: &str,
    range: Range<usize>,
) -> Result<Vec<c::Statement>, Diagnostic> {
    let text = &source[range.clone()];
    let begin = range.start + (text.len() - text.trim_start().len());
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![c::Statement {
        span: begin..begin + text.trim().len(),
    }])
}

/// The expression in `source[range]`, which holds nothing else.
pub(super) fn expression(source: &str, range: Range<usize>) -> Result<c::Expression, Diagnostic> {
    let words: Vec<&str> = source[range.clone()].split_whitespace().collect();
    let bare = |word: &str| word.chars().all(char::is_alphabetic);
    if words.is_empty() || words.windows(2).any(|pair| bare(pair[0]) && bare(pair[1])) {
        return Err(Diagnostic::new(range, "an expression was expected here"));
    }
    Ok(c::Expression { span: range })
}
