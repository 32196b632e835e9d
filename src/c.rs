//! The C that lessons are written in: a subset, in which every program is also a C program that gcc compiles.
//!
//! Pure: text in, [`bytecode`](crate::bytecode) or a [`Diagnostic`](crate::diagnostic::Diagnostic) out.

use std::ops::Range;

/// A top-level statement: what one press of Enter runs.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its place in the source it was parsed from.
    pub span: Range<usize>,
}

/// An expression, as `predict` and `expect` have them.
#[derive(Clone, Debug)]
pub struct Expression {
    /// Its place in the source it was parsed from.
    pub span: Range<usize>,
}
