//! The process under study: spawned from the program's own binary, runs bytecode, measures every access.

pub mod machine;
pub mod print;
pub mod world;
