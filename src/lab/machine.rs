//! The machine that runs bytecode: one statement of a lesson, instruction by instruction.
//!
//! It knows nothing of processes: memory, functions and output are its [`World`]'s. It allocates nothing, so that
//! nothing of its own shows in a lesson's fault counts; its stack is one array of [`MAX_STACK`] words. It trusts no
//! program: whatever the compiler would not make ends in [`Stop::BadProgram`], never in a panic. The opcodes and their
//! stack effects are described in [`crate::bytecode`].

use super::print;
use super::world::{Stop, World};
use crate::bytecode::{Builtin, Conversion, Field, Instruction, MAX_STACK, Opcode};
use crate::mem::{Addr, Signal};

/// Most arguments of a call: as many as the kernel takes in registers.
const MAX_ARGUMENTS: usize = 6;
/// `si_code` of a division that has no result, see sigaction(2).
const FPE_INTDIV: i32 = 1;

/// Runs a statement to its end; gives the word left on the stack, the statement's value, if there is one.
pub fn run<W: World>(code: &[Instruction], world: &mut W) -> Result<Option<i64>, Stop> {
    let mut stack = Stack::new();
    let mut at = 0;
    loop {
        let instruction = code
            .get(at)
            .ok_or(Stop::BadProgram("it runs past its end"))?;
        match step(*instruction, &mut stack, world)? {
            Next::Following => at += 1,
            Next::Jump(target) => {
                if target <= at {
                    world.poll()?; // every endless loop comes by here
                }
                at = target;
            }
            Next::End => return Ok(stack.pop().ok()),
        }
    }
}

/// Where the machine goes after an instruction.
enum Next {
    /// To the one after it.
    Following,
    /// To the one of that index.
    Jump(usize),
    /// Nowhere: the statement is done.
    End,
}

/// Runs one instruction.
fn step<W: World>(i: Instruction, stack: &mut Stack, world: &mut W) -> Result<Next, Stop> {
    use Opcode as O;
    let opcode = Opcode::from_number(i.opcode).ok_or(Stop::BadProgram("unknown opcode"))?;
    match opcode {
        O::End => return Ok(Next::End),
        O::Push => stack.push(i.immediate)?,
        O::Frame => stack.push(world.frame().wrapping_add(i.immediate as u64) as i64)?,
        O::Literal => stack.push(literal(i, world) as i64)?,
        O::LoadOwn | O::StoreOwn | O::Load | O::Store | O::CopyLiteral | O::ClearOwn => {
            memory(opcode, i, stack, world)?;
        }
        O::Dup => {
            let a = stack.pop()?;
            stack.push(a)?;
            stack.push(a)?;
        }
        O::Drop => {
            stack.pop()?;
        }
        O::Swap => {
            let (a, b) = stack.pop_pair()?;
            stack.push(b)?;
            stack.push(a)?;
        }
        O::Wrap | O::Neg | O::Not | O::IsZero => {
            let a = stack.pop()?;
            stack.push(unary(opcode, i, a)?)?;
        }
        O::Jump => return jump(i, true),
        O::JumpIfZero => return jump(i, stack.pop()? == 0),
        O::JumpIfNotZero => return jump(i, stack.pop()? != 0),
        O::Call | O::CallPointer => call(opcode, i, stack, world)?,
        O::PrintLiteral | O::PrintWord | O::PrintString => print(opcode, i, stack, world)?,
        _ => {
            let (a, b) = stack.pop_pair()?;
            stack.push(binary(opcode, i, a, b)?)?;
        }
    }
    Ok(Next::Following)
}

/// Loads and stores. Variables of the program are reached by the `own` functions of the world, unmeasured; whatever
/// goes through a pointer is an access of the lesson.
fn memory<W: World>(
    opcode: Opcode,
    i: Instruction,
    stack: &mut Stack,
    world: &mut W,
) -> Result<(), Stop> {
    let copies = matches!(opcode, Opcode::CopyLiteral | Opcode::ClearOwn);
    if !copies && i.width == 0 {
        return Err(Stop::BadProgram("an access without a width"));
    }
    bits(i)?;
    match opcode {
        Opcode::LoadOwn | Opcode::Load => {
            let addr = stack.pop()? as u64;
            let raw = match opcode {
                Opcode::Load => world.load(addr, i.width)?,
                _ => world.load_own(addr, i.width)?,
            };
            stack.push(wrap(raw as i64, i)?)
        }
        Opcode::StoreOwn | Opcode::Store => {
            let (addr, value) = stack.pop_pair()?;
            let value = wrap(value, i)?;
            match opcode {
                Opcode::Store => world.store(addr as u64, i.width, value as u64)?,
                _ => world.store_own(addr as u64, i.width, value as u64)?,
            }
            stack.push(value)
        }
        Opcode::CopyLiteral => {
            let from = literal(i, world);
            world.copy_literal(stack.pop()? as u64, from, i.operand)
        }
        _ => world.clear_own(stack.pop()? as u64, i.operand),
    }
}

/// Address of the literal that an instruction names.
fn literal<W: World>(i: Instruction, world: &W) -> u64 {
    world.literals().wrapping_add(i.immediate as u64)
}

/// A jump, taken or not.
fn jump(i: Instruction, taken: bool) -> Result<Next, Stop> {
    if !taken {
        return Ok(Next::Following);
    }
    usize::try_from(i.immediate)
        .map(Next::Jump)
        .map_err(|_| Stop::BadProgram("a jump before its start"))
}

/// Calls a function of the C library, or machine code at an address.
fn call<W: World>(
    opcode: Opcode,
    i: Instruction,
    stack: &mut Stack,
    world: &mut W,
) -> Result<(), Stop> {
    let mut arguments = [0; MAX_ARGUMENTS];
    let passed = arguments
        .get_mut(..usize::from(i.count))
        .ok_or(Stop::BadProgram("a call with too many arguments"))?;
    for argument in passed.iter_mut().rev() {
        *argument = stack.pop()? as u64;
    }
    let result = if opcode == Opcode::Call {
        let builtin =
            Builtin::from_number(i.operand).ok_or(Stop::BadProgram("unknown function"))?;
        world.call(builtin, arguments)?
    } else {
        world.call_pointer(stack.pop()? as u64, arguments)?
    };
    stack.push(result)
}

/// The parts of a printf.
fn print<W: World>(
    opcode: Opcode,
    i: Instruction,
    stack: &mut Stack,
    world: &mut W,
) -> Result<(), Stop> {
    let field = Field::unpack(i.immediate);
    let printed = match opcode {
        Opcode::PrintLiteral => {
            let from = literal(i, world);
            print::literal(world, from, i.operand)?
        }
        Opcode::PrintWord => {
            let conversion = Conversion::ALL
                .get(i.operand as usize)
                .ok_or(Stop::BadProgram("unknown conversion"))?;
            let value = wrap(stack.pop()?, i)?;
            print::word(world, value, *conversion, field)
        }
        _ => print::string(world, stack.pop()? as u64, field)?,
    };
    stack.push(printed)
}

/// One word to one word.
fn unary(opcode: Opcode, i: Instruction, a: i64) -> Result<i64, Stop> {
    Ok(match opcode {
        Opcode::Wrap => wrap(a, i)?,
        Opcode::Neg => a.wrapping_neg(),
        Opcode::Not => !a,
        _ => i64::from(a == 0),
    })
}

/// Two words to one. Sums and products are the same for signed and unsigned words; quotients, right shifts and
/// comparisons are not, and look at [`Instruction::signed`].
pub(crate) fn binary(opcode: Opcode, i: Instruction, a: i64, b: i64) -> Result<i64, Stop> {
    let signed = i.signed != 0;
    let count = b as u32 % bits(i)?; // what x86 does with a count too large; C leaves it open
    Ok(match opcode {
        Opcode::Add => a.wrapping_add(b),
        Opcode::Sub => a.wrapping_sub(b),
        Opcode::Mul => a.wrapping_mul(b),
        Opcode::Div | Opcode::Rem => divide(opcode, i, a, b)?,
        Opcode::And => a & b,
        Opcode::Or => a | b,
        Opcode::Xor => a ^ b,
        Opcode::Shl => a.wrapping_shl(count),
        Opcode::Shr if signed => a.wrapping_shr(count),
        Opcode::Shr => (a as u64).wrapping_shr(count) as i64,
        Opcode::Eq => i64::from(a == b),
        Opcode::Ne => i64::from(a != b),
        Opcode::Lt if signed => i64::from(a < b),
        Opcode::Lt => i64::from((a as u64) < b as u64),
        Opcode::Le if signed => i64::from(a <= b),
        Opcode::Le => i64::from(a as u64 <= b as u64),
        _ => return Err(Stop::BadProgram("unknown opcode")),
    })
}

/// Quotient or remainder. The two divisions without a result raise SIGFPE, as on x86: by zero, and of the least
/// number by -1, whose quotient is one too large for its type.
fn divide(opcode: Opcode, i: Instruction, a: i64, b: i64) -> Result<i64, Stop> {
    let least = i64::MIN >> (64 - bits(i)?);
    if b == 0 || (i.signed != 0 && a == least && b == -1) {
        return Err(Stop::Signal(Signal {
            number: libc::SIGFPE,
            code: FPE_INTDIV,
            address: Addr(0),
        }));
    }
    Ok(match (opcode, i.signed != 0) {
        (Opcode::Div, true) => a.wrapping_div(b),
        (Opcode::Div, false) => (a as u64 / b as u64) as i64,
        (_, true) => a.wrapping_rem(b),
        (_, false) => (a as u64 % b as u64) as i64,
    })
}

/// The low `width` bytes of a word, extended to 64 bits again: the canonical form of a value of that type.
fn wrap(a: i64, i: Instruction) -> Result<i64, Stop> {
    let unused = 64 - bits(i)?;
    Ok(if i.signed != 0 {
        a << unused >> unused
    } else {
        ((a as u64) << unused >> unused) as i64
    })
}

/// Bits of an instruction's width; a width that is not given means a whole word.
fn bits(i: Instruction) -> Result<u32, Stop> {
    match i.width {
        1 | 2 | 4 | 8 => Ok(u32::from(i.width) * 8),
        0 => Ok(64),
        _ => Err(Stop::BadProgram("a width that no type has")),
    }
}

/// The words in work.
struct Stack {
    words: [i64; MAX_STACK],
    depth: usize,
}

impl Stack {
    fn new() -> Self {
        Self {
            words: [0; MAX_STACK],
            depth: 0,
        }
    }

    fn push(&mut self, word: i64) -> Result<(), Stop> {
        let slot = self
            .words
            .get_mut(self.depth)
            .ok_or(Stop::BadProgram("the stack is full"))?;
        *slot = word;
        self.depth += 1;
        Ok(())
    }

    fn pop(&mut self) -> Result<i64, Stop> {
        let empty = Stop::BadProgram("the stack is empty");
        self.depth = self.depth.checked_sub(1).ok_or(empty)?;
        self.words.get(self.depth).copied().ok_or(empty)
    }

    /// The two words on top, the upper one last.
    fn pop_pair(&mut self) -> Result<(i64, i64), Stop> {
        let upper = self.pop()?;
        Ok((self.pop()?, upper))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::plain::Plain;

    fn op(opcode: Opcode) -> Instruction {
        Instruction {
            opcode: opcode as u8,
            width: 8,
            signed: 1,
            ..Instruction::default()
        }
    }

    fn push(immediate: i64) -> Instruction {
        Instruction {
            immediate,
            ..op(Opcode::Push)
        }
    }

    fn to(opcode: Opcode, immediate: i64) -> Instruction {
        Instruction {
            immediate,
            ..op(opcode)
        }
    }

    fn narrow(opcode: Opcode, width: u8, signed: u8) -> Instruction {
        Instruction {
            width,
            signed,
            ..op(opcode)
        }
    }

    #[test]
    fn two_words_make_one() {
        use Opcode as O;
        let table = [
            (op(O::Add), i64::MAX, 1, i64::MIN),
            (op(O::Div), -7, 2, -3),
            (op(O::Rem), -7, 2, -1),
            (narrow(O::Div, 8, 0), -1, 2, i64::MAX),
            (op(O::Shr), -8, 1, -4),
            (narrow(O::Shr, 8, 0), -8, 1, (u64::MAX >> 1) as i64 - 3),
            (narrow(O::Shl, 4, 1), 1, 33, 2),
            (op(O::Lt), -1, 1, 1),
            (narrow(O::Lt, 8, 0), -1, 1, 0),
            (op(O::Le), 3, 3, 1),
        ];
        for (instruction, a, b, result) in table {
            let code = [push(a), push(b), instruction, op(O::End)];
            let ran = run(&code, &mut Plain::new());
            assert_eq!(ran, Ok(Some(result)), "{instruction:?} {a} {b}");
        }
    }

    #[test]
    fn words_wrap_to_their_type() {
        let table = [
            (1, 1, 255, -1),
            (1, 0, -1, 255),
            (2, 1, 0x18000, -0x8000),
            (4, 0, -1, 0xffff_ffff),
            (8, 1, -5, -5),
        ];
        for (width, signed, word, result) in table {
            let code = [
                push(word),
                narrow(Opcode::Wrap, width, signed),
                op(Opcode::End),
            ];
            assert_eq!(run(&code, &mut Plain::new()), Ok(Some(result)));
        }
    }

    #[test]
    fn divisions_without_a_result_raise_sigfpe() {
        let fpe = Err(Stop::Signal(Signal {
            number: libc::SIGFPE,
            code: FPE_INTDIV,
            address: Addr(0),
        }));
        for opcode in [Opcode::Div, Opcode::Rem] {
            for (width, a, b) in [
                (8, 1, 0),
                (4, 0, 0),
                (4, i64::from(i32::MIN), -1),
                (8, i64::MIN, -1),
            ] {
                let code = [push(a), push(b), narrow(opcode, width, 1), op(Opcode::End)];
                assert_eq!(run(&code, &mut Plain::new()), fpe);
            }
        }
    }

    #[test]
    fn a_loop_stores_loads_and_can_be_interrupted() {
        // for (own = 5; own; own = own - 1) ;  then the value of the heap byte stored on the way
        let address = Plain::HEAP as i64;
        let code = [
            to(Opcode::Frame, 16),
            push(5),
            narrow(Opcode::StoreOwn, 4, 1),
            op(Opcode::Drop),
            to(Opcode::Frame, 16), // 4: the loop
            to(Opcode::Frame, 16),
            narrow(Opcode::LoadOwn, 4, 1),
            push(1),
            op(Opcode::Sub),
            narrow(Opcode::StoreOwn, 4, 1),
            to(Opcode::JumpIfNotZero, 4),
            push(address),
            push(0x1ff),
            narrow(Opcode::Store, 1, 0),
            op(Opcode::Drop),
            push(address),
            narrow(Opcode::Load, 1, 1),
            op(Opcode::End),
        ];
        let mut world = Plain::new();
        assert_eq!(run(&code, &mut world), Ok(Some(-1)));
        assert_eq!(world.measured, 2);
        world.patience = 3;
        assert_eq!(run(&code, &mut world), Err(Stop::Interrupted));
    }

    #[test]
    fn programs_the_compiler_would_not_make_are_refused() {
        let unknown = Instruction {
            opcode: 200,
            ..Instruction::default()
        };
        let crowded = Instruction {
            count: 9,
            ..op(Opcode::Call)
        };
        let bad: [&[Instruction]; 8] = [
            &[],
            &[op(Opcode::Drop), op(Opcode::End)],
            &[push(1), op(Opcode::Add), op(Opcode::End)],
            &[unknown],
            &[crowded],
            &[push(1), narrow(Opcode::Wrap, 3, 0)],
            &[to(Opcode::Jump, -1)],
            &[push(1), to(Opcode::Jump, 0)],
        ];
        for code in bad {
            let ran = run(code, &mut Plain::new());
            assert!(
                matches!(ran, Err(Stop::BadProgram(_))),
                "{code:?} gave {ran:?}"
            );
        }
    }

    use proptest::prelude::*;

    proptest! {
        /// Whatever arrives, the machine ends, and without a panic.
        #[test]
        fn no_program_makes_it_panic(
            words in prop::collection::vec(
                (0..45_u8, 0..10_u8, 0..2_u8, 0..8_u8, 0..70_u32, prop_oneof![-2..40_i64, any::<i64>()]),
                0..40,
            )
        ) {
            let code: Vec<Instruction> = words
                .into_iter()
                .map(|(opcode, width, signed, count, operand, immediate)| Instruction {
                    opcode,
                    width,
                    signed,
                    count,
                    operand,
                    immediate,
                })
                .collect();
            let mut world = Plain::new();
            world.patience = 200;
            // Any result will do.
            let _ = run(&code, &mut world);
        }
    }
}
