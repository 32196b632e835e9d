//! A look at any process, written as text or as JSON.

pub mod json;
mod sums;
pub mod text;
