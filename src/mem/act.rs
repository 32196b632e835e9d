//! What a statement did, one act at a time, as the lab measured it.

use super::{Addr, Faults, Nanos};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// What an access wanted of memory.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AccessKind {
    /// A load.
    Read,
    /// A store.
    Write,
    /// A call into the memory.
    Execute,
}

impl fmt::Display for AccessKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Execute => "call",
        })
    }
}

/// The names of signals from 1 on, as x86-64 and aarch64 number them (signal(7)).
const SIGNALS: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];

/// A signal that an access raised; it would have ended a program that does not handle it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// `si_signo`.
    pub number: i32,
    /// `si_code`: says why, see sigaction(2).
    pub code: i32,
    /// `si_addr`: the byte that could not be reached; 0 where the kernel does not tell it.
    pub address: Addr,
}

impl Signal {
    /// `SIGSEGV`, `SIGBUS`, …; `signal 42` for one without a name here.
    pub fn name(self) -> String {
        let index = usize::try_from(self.number - 1).ok();
        match index.and_then(|index| SIGNALS.get(index)) {
            Some(name) => (*name).to_owned(),
            None => format!("signal {}", self.number),
        }
    }

    /// Whether it stops a process that has no handler for it, rather than ending it (signal(7)).
    pub fn stops(self) -> bool {
        (19..=22).contains(&self.number)
    }

    /// The name of `si_code` for this signal: `SEGV_ACCERR`, `BUS_ADRERR`; `code 3` for one without a name here.
    pub fn code_name(self) -> String {
        let name = match (self.number, self.code) {
            (11, 1) => "SEGV_MAPERR",
            (11, 2) => "SEGV_ACCERR",
            (11, 4) => "SEGV_PKUERR",
            (7, 1) => "BUS_ADRALN",
            (7, 2) => "BUS_ADRERR",
            (7, 3) => "BUS_OBJERR",
            (8, 1) => "FPE_INTDIV",
            (4, 1) => "ILL_ILLOPC",
            (4, 2) => "ILL_ILLOPN",
            (_, 128) => "SI_KERNEL",
            (_, 0) => "SI_USER",
            (_, code) => return format!("code {code}"),
        };
        name.to_owned()
    }
}

/// One access of a statement: a load, a store, or one page's share of a `memset`, `memcpy`, `strlen`….
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Load, store or call.
    pub kind: AccessKind,
    /// First byte.
    pub address: Addr,
    /// Bytes; never beyond the end of the page unless the access itself is unaligned.
    pub length: u32,
    /// Faults between just before and just after (`getrusage(RUSAGE_THREAD)`).
    pub faults: Faults,
    /// Time it took, by the monotonic clock.
    pub elapsed: Nanos,
    /// The signal it raised instead of succeeding.
    pub signal: Option<Signal>,
}

/// The functions that a lab can call, by their C names.
pub const FUNCTIONS: [&str; 47] = [
    "mmap",
    "munmap",
    "mprotect",
    "madvise",
    "msync",
    "mremap",
    "mlock",
    "munlock",
    "mincore",
    "open",
    "creat",
    "close",
    "ftruncate",
    "fstat",
    "lseek",
    "read",
    "write",
    "pread",
    "pwrite",
    "fsync",
    "posix_fadvise",
    "fallocate",
    "sync_file_range",
    "unlink",
    "shm_open",
    "shm_unlink",
    "memfd_create",
    "malloc",
    "calloc",
    "realloc",
    "free",
    "malloc_trim",
    "sbrk",
    "memset",
    "memcpy",
    "memcmp",
    "strcpy",
    "strlen",
    "fork",
    "wait",
    "waitpid",
    "_exit",
    "getpid",
    "kill",
    "puts",
    "perror",
    "sysconf",
];

/// The C name of a function. (A reference written out would be taken for one into what is deserialized.)
pub type FunctionName = &'static str;

/// The name of a function of a lab, as a file has it; any other name is an error.
fn function<'a, D: Deserializer<'a>>(from: D) -> Result<FunctionName, D::Error> {
    let name = std::borrow::Cow::<'a, str>::deserialize(from)?;
    let mut known = FUNCTIONS.into_iter().chain(["?"]);
    known
        .find(|known| *known == name)
        .ok_or_else(|| D::Error::custom(format_args!("no function of a lab: {name:?}")))
}

/// One library or system call of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The function, by its C name: one of [`FUNCTIONS`], or `?`.
    #[serde(deserialize_with = "function")]
    pub function: FunctionName,
    /// Arguments as passed, unused ones 0. Pointers are addresses in the lab.
    pub arguments: [u64; 6],
    /// What it returned.
    pub result: i64,
    /// `errno` after it failed; 0 when it did not.
    pub errno: i32,
    /// Faults inside the call.
    pub faults: Faults,
    /// Time it took.
    pub elapsed: Nanos,
}

/// One thing a statement did, in the order it did them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Touched memory.
    Access(Access),
    /// Called a function.
    Call(Call),
}

impl Act {
    /// The faults it cost.
    pub fn faults(&self) -> Faults {
        match self {
            Self::Access(access) => access.faults,
            Self::Call(call) => call.faults,
        }
    }

    /// The time it took.
    pub fn elapsed(&self) -> Nanos {
        match self {
            Self::Access(access) => access.elapsed,
            Self::Call(call) => call.elapsed,
        }
    }
}
