//! The C that lessons are written in: a subset, in which every program is also a C program that gcc compiles.
//!
//! Pure: text in, [`bytecode`](crate::bytecode) or a [`Diagnostic`](crate::diagnostic::Diagnostic) out.
//! [`parse()`] makes statements of a text, [`compile()`] makes a program of one statement, in the [`Scope`] of the process
//! that runs it. [`tokens`] also colours code; [`builtins`] and [`constants`] also serve help and completion.

pub mod ast;
pub mod builtins;
pub mod compile;
pub mod constants;
pub mod lint;
pub mod observers;
pub mod parse;
mod resolve;
pub mod scope;
pub mod stat;
pub mod suggest;
pub mod tokens;
pub mod types;
mod unset;
pub mod value;

pub use ast::{Expression, Statement};
pub use compile::{Compiled, compile, compile_expression};
pub use lint::lint;
pub use parse::{parse, parse_expression};
pub use scope::{Scope, Target, Variable};
pub use types::Type;
pub use unset::Unset;
pub use value::show;
