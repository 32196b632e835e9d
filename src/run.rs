//! The only joiner: commands, terminal, threads, and the stage made of labs and observer.

pub mod input;
pub mod screen;
pub mod terminal;
