//! A world of plain memory, for unit tests of the machine and of compiled C: a frame, literals, and one region that
//! pointers can reach. Everything else raises SIGSEGV.

use super::world::{Stop, World};
use crate::bytecode::{Builtin, FRAME_BYTES, LITERAL_BYTES};
use crate::mem::{Addr, Signal};

/// A world of plain memory: a frame, literals, and one region that a pointer can reach.
pub(crate) struct Plain {
    frame: Vec<u8>,
    literals: Vec<u8>,
    heap: Vec<u8>,
    /// What was printed.
    pub(crate) output: Vec<u8>,
    /// Number of measured accesses.
    pub(crate) measured: usize,
    /// Backward jumps left until it interrupts.
    pub(crate) patience: usize,
    /// Calls made.
    pub(crate) calls: Vec<(Builtin, [u64; 6])>,
}

impl Plain {
    pub(crate) const FRAME: u64 = 0x10_0000;
    pub(crate) const LITERALS: u64 = 0x20_0000;
    pub(crate) const HEAP: u64 = 0x30_0000;
    pub(crate) const HEAP_BYTES: usize = 64 * 1024;

    pub(crate) fn new() -> Self {
        Self {
            frame: vec![0xa5; FRAME_BYTES as usize],
            literals: vec![0; LITERAL_BYTES as usize],
            heap: vec![0; Self::HEAP_BYTES],
            output: Vec::new(),
            measured: 0,
            patience: 1_000_000,
            calls: Vec::new(),
        }
    }

    /// Puts bytes into the literal area, as a program's arrival does.
    pub(crate) fn bring(&mut self, bytes: &[u8], offset: u32) {
        let start = offset as usize;
        self.literals[start..start + bytes.len()].copy_from_slice(bytes);
    }

    fn bytes(&mut self, addr: u64, length: usize) -> Result<&mut [u8], Stop> {
        let regions = [
            (Self::FRAME, &mut self.frame),
            (Self::LITERALS, &mut self.literals),
            (Self::HEAP, &mut self.heap),
        ];
        for (start, region) in regions {
            let at = addr.wrapping_sub(start) as usize;
            if let Some(bytes) = at
                .checked_add(length)
                .and_then(|end| region.get_mut(at..end))
            {
                return Ok(bytes);
            }
        }
        Err(Stop::Signal(Signal {
            number: 11,
            code: 1,
            address: Addr(addr),
        }))
    }
}

impl World for Plain {
    fn frame(&self) -> u64 {
        Self::FRAME
    }

    fn literals(&self) -> u64 {
        Self::LITERALS
    }

    fn load(&mut self, addr: u64, width: u8) -> Result<u64, Stop> {
        self.measured += 1;
        self.load_own(addr, width)
    }

    fn store(&mut self, addr: u64, width: u8, value: u64) -> Result<(), Stop> {
        self.measured += 1;
        self.store_own(addr, width, value)
    }

    fn load_own(&mut self, addr: u64, width: u8) -> Result<u64, Stop> {
        let mut word = [0; 8];
        let length = usize::from(width);
        word[..length].copy_from_slice(self.bytes(addr, length)?);
        Ok(u64::from_le_bytes(word))
    }

    fn store_own(&mut self, addr: u64, width: u8, value: u64) -> Result<(), Stop> {
        let length = usize::from(width);
        let word = value.to_le_bytes();
        self.bytes(addr, length)?.copy_from_slice(&word[..length]);
        Ok(())
    }

    fn copy_literal(&mut self, to: u64, from: u64, length: u32) -> Result<(), Stop> {
        let bytes = self.bytes(from, length as usize)?.to_vec();
        self.bytes(to, length as usize)?.copy_from_slice(&bytes);
        Ok(())
    }

    fn clear_own(&mut self, addr: u64, length: u32) -> Result<(), Stop> {
        self.bytes(addr, length as usize)?.fill(0);
        Ok(())
    }

    /// `malloc` gives the heap, `getpid` 42, everything else its first argument.
    fn call(&mut self, builtin: Builtin, arguments: [u64; 6]) -> Result<i64, Stop> {
        self.calls.push((builtin, arguments));
        Ok(match builtin {
            Builtin::Malloc | Builtin::Mmap => Self::HEAP as i64,
            Builtin::Getpid => 42,
            Builtin::Exit => return Err(Stop::Exit(arguments[0] as i32)),
            _ => arguments[0] as i64,
        })
    }

    fn call_pointer(&mut self, addr: u64, arguments: [u64; 6]) -> Result<i64, Stop> {
        Ok(arguments.iter().fold(addr, |sum, &a| sum.wrapping_add(a)) as i64)
    }

    fn print(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
    }

    fn poll(&mut self) -> Result<(), Stop> {
        self.patience = self.patience.checked_sub(1).ok_or(Stop::Interrupted)?;
        Ok(())
    }
}
