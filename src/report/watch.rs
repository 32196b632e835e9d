//! A look at any process, written as text or as JSON.

pub mod json;
pub mod text;
