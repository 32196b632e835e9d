//! A world without memory or functions: arithmetic on what was measured needs no process.

use crate::bytecode::{Builtin, Opcode, Program};
use crate::lab::machine;
use crate::lab::world::{Stop, World};

/// The value of a program that is arithmetic only; `None` when it needs a process.
pub(super) fn evaluate(program: &Program) -> Option<i64> {
    // Where a variable or a text lies is for its process to say.
    let places = [Opcode::Frame, Opcode::Literal].map(|op| op as u8);
    if program.code.iter().any(|one| places.contains(&one.opcode)) {
        return None;
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::c::{Scope, Target, compile, compile_expression, parse, parse_expression};

    #[test]
    fn only_arithmetic_needs_no_process() {
        let mut scope = Scope::new(Target { page_size: 4096 });
        let declared = "int x = 1;";
        let statements = parse(declared, 0..declared.len()).unwrap();
        compile(declared, &statements[0], &mut scope).unwrap();
        for (source, value) in [
            ("2 * PAGE + 1", Some(8193)),
            ("ENOMEM == 12", Some(1)),
            ("x", None),
            ("&x", None),
            ("(unsigned long)&x > PAGE", None),
            ("\"text\"", None),
            ("*(char *)16", None),
            ("getpid()", None),
        ] {
            let expression = parse_expression(source, 0..source.len()).unwrap();
            let compiled = compile_expression(source, &expression, &scope).unwrap();
            assert_eq!(evaluate(&compiled.program), value, "{source}");
        }
    }
}
