//! Loads and stores that may fault, and are told so instead of being killed.
//!
//! The routines lie between two labels in assembly. When the kernel sends SIGSEGV or SIGBUS for an instruction in
//! between, the handler continues at a fix-up that returns "failed": what the kernel itself does for its accesses to
//! user memory with its exception table. All other instructions of the lab are not allowed to fault.
//! See sigaction(2), and `arch/x86/mm/extable.c` of the kernel for the model.

#[cfg(target_arch = "aarch64")]
#[path = "access/aarch64.rs"]
mod arch;
#[cfg(target_arch = "x86_64")]
#[path = "access/x86_64.rs"]
mod arch;

use crate::mem::{Addr, Signal};
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};

/// What a routine returns, in two registers.
#[repr(C)]
#[derive(Clone, Copy)]
struct Answer {
    value: u64,
    failed: u64,
}

/// The signal the latest failed routine met.
static NUMBER: AtomicI32 = AtomicI32::new(0);
static CODE: AtomicI32 = AtomicI32::new(0);
static ADDRESS: AtomicU64 = AtomicU64::new(0);

/// While machine code of the lesson runs: the stack pointer to return by. 0 otherwise.
static CALL_STACK: AtomicU64 = AtomicU64::new(0);

impl Answer {
    fn check(self) -> Result<u64, Signal> {
        if self.failed == 0 {
            return Ok(self.value);
        }
        Err(Signal {
            number: NUMBER.load(Ordering::Relaxed),
            code: CODE.load(Ordering::Relaxed),
            address: Addr(ADDRESS.load(Ordering::Relaxed)),
        })
    }
}

/// Loads `width` bytes (1, 2, 4, 8), zero-extended.
pub(super) fn load(addr: u64, width: u8) -> Result<u64, Signal> {
    let routine = match width {
        1 => arch::lab_load_1,
        2 => arch::lab_load_2,
        4 => arch::lab_load_4,
        _ => arch::lab_load_8,
    };
    // SAFETY: reads memory without interpreting it; where there is none, it fails by the fix-up.
    unsafe { routine(addr) }.check()
}

/// Stores the low `width` bytes of `value`.
///
/// The bytecode decides where. A lesson may overwrite the lab itself, as a C program may overwrite its own memory;
/// the lab dies of it and the tutor says so.
pub(super) fn store(addr: u64, width: u8, value: u64) -> Result<(), Signal> {
    let routine = match width {
        1 => arch::lab_store_1,
        2 => arch::lab_store_2,
        4 => arch::lab_store_4,
        _ => arch::lab_store_8,
    };
    // SAFETY: the lesson owns this process; see above. Where there is no memory, it fails by the fix-up.
    unsafe { routine(addr, value) }.check().map(drop)
}

/// Stores `length` bytes of `byte`. `length` is not 0 and stays within a page.
pub(super) fn fill(to: u64, byte: u8, length: u64) -> Result<(), Signal> {
    // SAFETY: as for `store`.
    unsafe { arch::lab_fill(to, u64::from(byte), length) }
        .check()
        .map(drop)
}

/// Copies `length` bytes upwards. `length` is not 0 and stays within a page on both sides.
pub(super) fn copy(to: u64, from: u64, length: u64) -> Result<(), Signal> {
    // SAFETY: as for `store`.
    unsafe { arch::lab_copy(to, from, length) }
        .check()
        .map(drop)
}

/// The number of bytes before the first `byte`; `length` when there is none. `length` is not 0.
pub(super) fn scan(from: u64, byte: u8, length: u64) -> Result<u64, Signal> {
    // SAFETY: as for `load`.
    unsafe { arch::lab_scan(from, u64::from(byte), length) }.check()
}

/// The number of equal bytes at `a` and `b`, `length` at most. `length` is not 0.
pub(super) fn compare(a: u64, b: u64, length: u64) -> Result<u64, Signal> {
    // SAFETY: as for `load`.
    unsafe { arch::lab_compare(a, b, length) }.check()
}

/// Stores to a byte without changing it.
pub(super) fn touch(addr: u64) -> Result<(), Signal> {
    // SAFETY: changes nothing; where there is no memory, it fails by the fix-up.
    unsafe { arch::lab_touch(addr) }.check().map(drop)
}

/// Runs machine code of the lesson. Any signal it raises ends it, and is returned; number 0 stands for an interrupt.
pub(super) fn call(addr: u64, arguments: &[u64; 6]) -> Result<u64, Signal> {
    arch::publish(addr);
    // SAFETY: the lesson owns this process. The trampoline keeps the registers a function must keep, and the handler
    // returns through the saved stack pointer when the code goes wrong.
    unsafe { arch::lab_call(addr, arguments) }.check()
}

/// Handler of SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGTRAP.
pub(super) extern "C" fn on_fault(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel passes a valid siginfo_t to a handler installed with SA_SIGINFO.
    let info = unsafe { &*info };
    // SAFETY: the kernel passes a valid ucontext_t to a handler installed with SA_SIGINFO.
    let context = unsafe { &mut *context.cast::<libc::ucontext_t>() };
    // SAFETY: si_addr is there for the signals that a fault raises; for others it is a number nobody uses.
    let address = unsafe { info.si_addr() } as u64;
    let raised_by_an_instruction = info.si_code > 0;
    let pc = arch::pc(context);
    if raised_by_an_instruction && arch::routines().contains(&pc) {
        keep(number, info.si_code, address);
        arch::resume(context, arch::fixup());
    } else if raised_by_an_instruction && CALL_STACK.load(Ordering::Relaxed) != 0 {
        keep(number, info.si_code, address);
        arch::resume(context, arch::recovery());
    } else {
        die_of(number, raised_by_an_instruction);
    }
}

/// Ends machine code of the lesson, if it is running, for an interrupt that arrived meanwhile.
pub(super) fn interrupt_call(context: *mut c_void) {
    if CALL_STACK.load(Ordering::Relaxed) != 0 {
        // SAFETY: the caller is a handler installed with SA_SIGINFO and passes what the kernel gave it.
        let context = unsafe { &mut *context.cast::<libc::ucontext_t>() };
        keep(0, 0, 0);
        arch::resume(context, arch::recovery());
    }
}

fn keep(number: c_int, code: c_int, address: u64) {
    // x86 tells no address for a non-canonical one (si_code SI_KERNEL): si_addr is 0 then.
    NUMBER.store(number, Ordering::Relaxed);
    CODE.store(code, Ordering::Relaxed);
    ADDRESS.store(address, Ordering::Relaxed);
}

/// Lets the signal do what it does to a program without a handler: the instruction runs again, and nobody catches it.
fn die_of(number: c_int, raised_by_an_instruction: bool) {
    // SAFETY: restores the default action of one signal.
    unsafe { libc::signal(number, libc::SIG_DFL) };
    if !raised_by_an_instruction {
        // SAFETY: asks for a number. (raise(3) may use the thread number libc remembers: in a child, its parent's.)
        let own = unsafe { libc::getpid() };
        // SAFETY: sends the signal to this process; it is delivered when the handler returns.
        unsafe { libc::kill(own, number) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routines_do_what_their_names_say() {
        let mut bytes = *b"mapped pages";
        let at = bytes.as_mut_ptr() as u64;
        assert_eq!(load(at, 1).unwrap(), u64::from(b'm'));
        assert_eq!(load(at, 2).unwrap(), u64::from(u16::from_ne_bytes(*b"ma")));
        assert_eq!(
            load(at, 4).unwrap(),
            u64::from(u32::from_ne_bytes(*b"mapp"))
        );
        assert_eq!(load(at, 8).unwrap(), u64::from_ne_bytes(*b"mapped p"));
        store(at, 1, 0x1_4d).unwrap();
        assert_eq!(&bytes, b"Mapped pages");
        fill(at, b'x', 3).unwrap();
        assert_eq!(&bytes, b"xxxped pages");
        copy(at, at + 7, 5).unwrap();
        assert_eq!(&bytes, b"pagesd pages");
        assert_eq!(scan(at, b' ', 12).unwrap(), 6);
        assert_eq!(scan(at, b'!', 12).unwrap(), 12);
        assert_eq!(compare(at, at + 7, 5).unwrap(), 5);
        assert_eq!(compare(at, at + 1, 5).unwrap(), 0);
    }

    #[test]
    fn machine_code_is_called_with_its_arguments() {
        extern "C" fn weigh(i: u64, ii: u64, iii: u64, iv: u64, v: u64, vi: u64) -> u64 {
            i + 10 * ii + 100 * iii + 1_000 * iv + 10_000 * v + 100_000 * vi
        }
        let code = weigh as *const () as u64;
        assert_eq!(call(code, &[1, 2, 3, 4, 5, 6]).unwrap(), 654_321);
        assert_eq!(CALL_STACK.load(Ordering::Relaxed), 0);
    }
}
