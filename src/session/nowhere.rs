//! A world without memory or functions: arithmetic on what was measured needs no process.

use crate::bytecode::{Builtin, Program};
use crate::lab::machine;
use crate::lab::world::{Stop, World};

/// The value of a program that is arithmetic only; `None` when it needs a process.
pub(super) fn evaluate(program: &Program) -> Option<i64> {
    machine::run(&program.code, &mut Nowhere).ok().flatten()
}

/// Refuses whatever would need a process.
struct Nowhere;

/// Why a program stops here.
const NEEDS_PROCESS: Stop = Stop::BadProgram("it needs a process");

impl World for Nowhere {
    fn frame(&self) -> u64 {
        0
    }

    fn literals(&self) -> u64 {
        0
    }

    fn load(&mut self, _: u64, _: u8) -> Result<u64, Stop> {
        Err(NEEDS_PROCESS)
    }

    fn store(&mut self, _: u64, _: u8, _: u64) -> Result<(), Stop> {
        Err(NEEDS_PROCESS)
    }

    fn load_own(&mut self, _: u64, _: u8) -> Result<u64, Stop> {
        Err(NEEDS_PROCESS)
    }

    fn store_own(&mut self, _: u64, _: u8, _: u64) -> Result<(), Stop> {
        Err(NEEDS_PROCESS)
    }

    fn copy_literal(&mut self, _: u64, _: u64, _: u32) -> Result<(), Stop> {
        Err(NEEDS_PROCESS)
    }

    fn clear_own(&mut self, _: u64, _: u32) -> Result<(), Stop> {
        Err(NEEDS_PROCESS)
    }

    fn call(&mut self, _: Builtin, _: [u64; 6]) -> Result<i64, Stop> {
        Err(NEEDS_PROCESS)
    }

    fn call_pointer(&mut self, _: u64, _: [u64; 6]) -> Result<i64, Stop> {
        Err(NEEDS_PROCESS)
    }

    fn print(&mut self, _: &[u8]) {}

    fn poll(&mut self) -> Result<(), Stop> {
        Err(NEEDS_PROCESS)
    }
}
