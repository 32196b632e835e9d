//! What the machine needs of the process it runs in: memory that may fault, functions, a place to print.
//!
//! The lab implements it over its own address space; unit tests over a plain buffer.

use crate::bytecode::Builtin;
use crate::mem::Signal;

/// Why a statement stops before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// An access raised a signal.
    Signal(Signal),
    /// `_exit` was called with this status.
    Exit(i32),
    /// The tutor asked for it.
    Interrupted,
    /// The program is not one that the compiler makes, and why.
    BadProgram(&'static str),
}

/// The world of the machine. Addresses are those of the process; values are canonical 64-bit words only where said.
pub trait World {
    /// Address of the frame, where variables live.
    fn frame(&self) -> u64;

    /// Address of the literal area.
    fn literals(&self) -> u64;

    /// A measured load of `width` bytes (1, 2, 4, 8), zero-extended.
    fn load(&mut self, addr: u64, width: u8) -> Result<u64, Stop>;

    /// A measured store of the low `width` bytes of `value`.
    fn store(&mut self, addr: u64, width: u8, value: u64) -> Result<(), Stop>;

    /// A load from the program's own variables, zero-extended; not measured, but a bad address still raises a signal.
    fn load_own(&mut self, addr: u64, width: u8) -> Result<u64, Stop>;

    /// A store to them.
    fn store_own(&mut self, addr: u64, width: u8, value: u64) -> Result<(), Stop>;

    /// Copies `length` bytes from address `from`, which lies in the literal area, to the variable at address `to`.
    fn copy_literal(&mut self, to: u64, from: u64, length: u32) -> Result<(), Stop>;

    /// Zeroes `length` bytes of the variable at `addr`.
    fn clear_own(&mut self, addr: u64, length: u32) -> Result<(), Stop>;

    /// Calls a function of the C library; its result is canonical for the function's C type.
    fn call(&mut self, builtin: Builtin, arguments: [u64; 6]) -> Result<i64, Stop>;

    /// Calls machine code.
    fn call_pointer(&mut self, addr: u64, arguments: [u64; 6]) -> Result<i64, Stop>;

    /// Prints.
    fn print(&mut self, bytes: &[u8]);

    /// Called at every backward jump: whether to go on.
    fn poll(&mut self) -> Result<(), Stop>;
}
