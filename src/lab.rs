//! The process under study: spawned from the program's own binary, runs bytecode, measures every access.
//!
//! Two halves that meet in `protocol`. In the tutor, [`client`] spawns labs, asks and reaps them. In the lab,
//! [`serve`] answers: it runs a statement by the machine over `space`, the lab's own address space, where each
//! load, store and call is measured by `meter` and kept by `log`. After its start the lab's side allocates
//! nothing and touches no page it has not touched before: `malloc`, `[heap]` and every fault belong to the lesson.

pub mod client;
pub mod machine;
pub mod placement;
#[cfg(test)]
pub(crate) mod plain;
pub mod print;
pub mod serve;
pub mod world;

mod access;
mod calls;
mod channel;
mod clone;
mod companion;
mod log;
mod meter;
mod own;
mod protocol;
mod sandbox;
mod signals;
mod space;

pub use client::{LabError, Labs};

use std::ffi::CStr;

/// The first argument that makes the program a lab. No command may be called so.
pub const WORD: &CStr = c"@lab";
