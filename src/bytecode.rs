//! The instruction set between the compiler (`c`) and the machine of the lab (`lab::machine`).
//!
//! A stack machine over 64-bit words. A word on the stack is always canonical for its C type: sign- or zero-extended
//! to 64 bits; [`Opcode::Wrap`] makes it so after arithmetic. Instructions are 16 bytes of plain data, so that a
//! statement travels to the lab as it is and the lab allocates nothing to run it.
//!
//! Two kinds of memory access exist. *Own* ones ([`Opcode::LoadOwn`], [`Opcode::StoreOwn`]) reach the variables of
//! the program by name; they live in memory touched beforehand, and are not part of the lesson. *Measured* ones
//! ([`Opcode::Load`], [`Opcode::Store`]) go through a pointer: each is an [`Access`](crate::mem::Access) with its
//! faults, time and signal.

use bytemuck::{Pod, Zeroable};

/// Bytes of the area where variables live, in the lab's `[stack]`.
pub const FRAME_BYTES: u32 = 256 * 1024;
/// Bytes of the read-only area where string literals live.
pub const LITERAL_BYTES: u32 = 64 * 1024;
/// The most instructions one statement may have.
pub const MAX_CODE: usize = 4096;
/// The deepest the machine's stack may get; the compiler refuses what needs more.
pub const MAX_STACK: usize = 256;
/// The widest field and longest precision of a printf conversion; the compiler refuses more.
pub const MAX_FIELD: u16 = 255;
/// Frame offset of `errno`, an `int` that every program has; variables begin at [`FRAME_START`].
pub const ERRNO_OFFSET: u32 = 0;
/// Frame offset of the first variable.
pub const FRAME_START: u32 = 16;

/// One instruction.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Instruction {
    /// An [`Opcode`] as a number.
    pub opcode: u8,
    /// Width in bytes of what is loaded, stored or wrapped: 1, 2, 4 or 8.
    pub width: u8,
    /// 1 when that is signed.
    pub signed: u8,
    /// Number of arguments of a call.
    pub count: u8,
    /// A [`Builtin`] as a number, or the second operand of an instruction that has two.
    pub operand: u32,
    /// Immediate value: a constant, an offset, a jump's target (index of an instruction).
    pub immediate: i64,
}

/// What an instruction does. `a b -- c` is the stack before and after, top at the right.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// `--` The statement is done; the word on top, if any, is its value.
    End,
    /// `-- n` The immediate.
    Push,
    /// `-- addr` Address of the variable at frame offset `immediate`.
    Frame,
    /// `-- addr` Address of the literal at offset `immediate`.
    Literal,
    /// `addr -- v` Load of `width` bytes from the program's own variables.
    LoadOwn,
    /// `addr v -- v` Store to them; leaves the value as stored, wrapped to the width.
    StoreOwn,
    /// `addr -- v` Measured load.
    Load,
    /// `addr v -- v` Measured store; leaves the value as stored, wrapped to the width.
    Store,
    /// `addr --` Copies `operand` bytes of literals at `immediate` to the program's own variable at addr.
    CopyLiteral,
    /// `addr --` Zeroes `operand` bytes of the program's own variable at addr.
    ClearOwn,
    /// `a -- a a`
    Dup,
    /// `a --`
    Drop,
    /// `a b -- b a`
    Swap,
    /// `a -- a'` Truncates to `width` bytes and extends again by `signed`.
    Wrap,
    /// `a b -- a+b`, modulo 2^64 as all arithmetic.
    Add,
    /// `a b -- a-b`
    Sub,
    /// `a b -- a*b`
    Mul,
    /// `a b -- a/b`, by `signed`; division by zero is SIGFPE.
    Div,
    /// `a b -- a%b`, by `signed`; division by zero is SIGFPE.
    Rem,
    /// `a b -- a&b`
    And,
    /// `a b -- a|b`
    Or,
    /// `a b -- a^b`
    Xor,
    /// `a b -- a<<b`, the count modulo 8 * width.
    Shl,
    /// `a b -- a>>b`, by `signed`, the count modulo 8 * width.
    Shr,
    /// `a -- -a`
    Neg,
    /// `a -- ~a`
    Not,
    /// `a -- !a`, 0 or 1.
    IsZero,
    /// `a b -- a==b`
    Eq,
    /// `a b -- a!=b`
    Ne,
    /// `a b -- a<b`, by `signed`.
    Lt,
    /// `a b -- a<=b`, by `signed`.
    Le,
    /// `--` Continues at `immediate`.
    Jump,
    /// `a --` Continues at `immediate` when a is 0.
    JumpIfZero,
    /// `a --` Continues at `immediate` when a is not 0.
    JumpIfNotZero,
    /// `args.. -- result` Calls [`Builtin`] `operand` with `count` arguments, pushed left to right.
    Call,
    /// `addr args.. -- result` Calls the machine code at `addr` with `count` arguments (6 at most).
    CallPointer,
    /// `-- n` Prints `operand` bytes of literals at `immediate`; n is the number of bytes printed.
    PrintLiteral,
    /// `v -- n` Prints a word by the conversion in `operand` ([`Conversion`]), field width and precision in `immediate`.
    PrintWord,
    /// `addr -- n` Prints the C string at `addr` (measured loads); field width and precision in `immediate`.
    PrintString,
}

impl Opcode {
    /// Every opcode, by its number.
    pub const ALL: [Self; 39] = [
        Self::End,
        Self::Push,
        Self::Frame,
        Self::Literal,
        Self::LoadOwn,
        Self::StoreOwn,
        Self::Load,
        Self::Store,
        Self::CopyLiteral,
        Self::ClearOwn,
        Self::Dup,
        Self::Drop,
        Self::Swap,
        Self::Wrap,
        Self::Add,
        Self::Sub,
        Self::Mul,
        Self::Div,
        Self::Rem,
        Self::And,
        Self::Or,
        Self::Xor,
        Self::Shl,
        Self::Shr,
        Self::Neg,
        Self::Not,
        Self::IsZero,
        Self::Eq,
        Self::Ne,
        Self::Lt,
        Self::Le,
        Self::Jump,
        Self::JumpIfZero,
        Self::JumpIfNotZero,
        Self::Call,
        Self::CallPointer,
        Self::PrintLiteral,
        Self::PrintWord,
        Self::PrintString,
    ];

    /// The opcode of that number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// How [`Opcode::PrintWord`] shows a word.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// `%d`
    Signed,
    /// `%u`
    Unsigned,
    /// `%x`
    Hex,
    /// `%X`
    UpperHex,
    /// `%o`
    Octal,
    /// `%c`
    Char,
    /// `%p`
    Pointer,
}

impl Conversion {
    /// Every conversion, by its number.
    pub const ALL: [Self; 7] = [
        Self::Signed,
        Self::Unsigned,
        Self::Hex,
        Self::UpperHex,
        Self::Octal,
        Self::Char,
        Self::Pointer,
    ];
}

/// Field width, precision and flags of one printf conversion, packed into an immediate.
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent flags of printf"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Least number of characters; at most 4095.
    pub width: u16,
    /// Digits, or bytes of a string; `None` when not given; at most 4094.
    pub precision: Option<u16>,
    /// `-`
    pub left: bool,
    /// `0`
    pub zeros: bool,
    /// `+`
    pub plus: bool,
    /// a space
    pub space: bool,
    /// `#`
    pub alternate: bool,
}

impl Field {
    /// As an immediate.
    pub fn pack(self) -> i64 {
        let precision = self.precision.map_or(0, |p| i64::from(p.min(4094)) + 1);
        let flags = [self.left, self.zeros, self.plus, self.space, self.alternate];
        let bits = flags
            .iter()
            .enumerate()
            .fold(0, |bits, (i, &set)| bits | (i64::from(set) << (24 + i)));
        i64::from(self.width.min(4095)) | (precision << 12) | bits
    }

    /// From an immediate.
    pub fn unpack(packed: i64) -> Self {
        let flag = |i: i64| packed >> (24 + i) & 1 == 1;
        let precision = packed >> 12 & 0xfff;
        Self {
            width: (packed & 0xfff) as u16,
            precision: (precision > 0).then(|| (precision - 1) as u16),
            left: flag(0),
            zeros: flag(1),
            plus: flag(2),
            space: flag(3),
            alternate: flag(4),
        }
    }
}

/// Declares [`Builtin`] with its C names.
macro_rules! builtins {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// A function of the C library that lessons may call. Signatures and gists stand in `c::builtins`, what
        /// they do in `lab::calls`.
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Builtin {
            $(#[doc = concat!("`", $name, "`")] $variant),*
        }

        impl Builtin {
            /// Every function, by its number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its C name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
    };
}

builtins! {
    Mmap "mmap", Munmap "munmap", Mprotect "mprotect", Madvise "madvise", Msync "msync", Mremap "mremap",
    Mlock "mlock", Munlock "munlock", Mincore "mincore",
    Open "open", Creat "creat", Close "close", Ftruncate "ftruncate", Fstat "fstat", Lseek "lseek", Read "read",
    Write "write", Pread "pread", Pwrite "pwrite", Fsync "fsync", PosixFadvise "posix_fadvise",
    Fallocate "fallocate", SyncFileRange "sync_file_range", Unlink "unlink",
    ShmOpen "shm_open", ShmUnlink "shm_unlink", MemfdCreate "memfd_create",
    Malloc "malloc", Calloc "calloc", Realloc "realloc", Free "free", MallocTrim "malloc_trim", Sbrk "sbrk",
    Memset "memset", Memcpy "memcpy", Memcmp "memcmp", Strcpy "strcpy", Strlen "strlen",
    Fork "fork", Wait "wait", Waitpid "waitpid", Exit "_exit", Getpid "getpid", Kill "kill",
    Puts "puts", Perror "perror", Sysconf "sysconf",
}

impl Builtin {
    /// The function of that C name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|builtin| builtin.name() == name)
    }

    /// The function of that number.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.get(number as usize).copied()
    }
}

/// One statement, ready to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// The instructions; the last one is [`Opcode::End`].
    pub code: Vec<Instruction>,
    /// String literals the statement brings along.
    pub literals: Vec<u8>,
    /// Where they go in the literal area.
    pub literal_offset: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_lead_back() {
        for (number, opcode) in Opcode::ALL.into_iter().enumerate() {
            assert_eq!(opcode as usize, number);
            assert_eq!(Opcode::from_number(number as u8), Some(opcode));
        }
        assert_eq!(Opcode::from_number(Opcode::ALL.len() as u8), None);
        for (number, &builtin) in Builtin::ALL.iter().enumerate() {
            assert_eq!(builtin as usize, number);
            assert_eq!(Builtin::from_name(builtin.name()), Some(builtin));
        }
        for (number, conversion) in Conversion::ALL.into_iter().enumerate() {
            assert_eq!(conversion as usize, number);
        }
    }

    #[test]
    fn every_function_may_stand_in_a_file() {
        let names: Vec<&str> = Builtin::ALL.iter().map(|builtin| builtin.name()).collect();
        assert_eq!(names, crate::mem::FUNCTIONS);
    }

    #[test]
    fn fields_survive_packing() {
        let field = Field {
            width: 12,
            precision: Some(3),
            left: true,
            alternate: true,
            ..Field::default()
        };
        assert_eq!(Field::unpack(field.pack()), field);
        let zeros = Field {
            zeros: true,
            plus: true,
            space: true,
            precision: Some(0),
            ..Field::default()
        };
        assert_eq!(Field::unpack(zeros.pack()), zeros);
    }
}
