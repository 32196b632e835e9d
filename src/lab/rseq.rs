//! Gives up restartable sequences, which libc registers for every thread.
//!
//! With them, the kernel writes the number of the CPU into this thread's memory whenever it was preempted or moved
//! (rseq(2)). Right after a fork that memory is write-protected: the store is a fault, at a moment nobody chose, and
//! would be counted as the lesson's. glibc says where it registered: `__rseq_offset`, since 2.35; others do not register.

use std::arch::global_asm;
use std::ffi::c_int;

/// Length of the area that libc registers.
const LENGTH: u32 = 32;
/// `RSEQ_FLAG_UNREGISTER`
const UNREGISTER: c_int = 1;

#[cfg(target_arch = "x86_64")]
mod arch {
    /// `RSEQ_SIG`: the bytes before an abort handler.
    pub(super) const SIGNATURE: u32 = 0x5305_3053;

    super::global_asm!(
        ".weak __rseq_offset",
        ".globl lab_rseq_offset, lab_thread",
        ".hidden lab_rseq_offset, lab_thread",
        "lab_rseq_offset:",
        "mov rax, qword ptr [rip + __rseq_offset@GOTPCREL]",
        "ret",
        "lab_thread:",
        "mov rax, qword ptr fs:[0]",
        "ret",
    );
}

#[cfg(target_arch = "aarch64")]
mod arch {
    /// `RSEQ_SIG`: a `brk` instruction.
    pub(super) const SIGNATURE: u32 = 0xd428_bc00;

    // Not tested yet.
    super::global_asm!(
        ".weak __rseq_offset",
        ".globl lab_rseq_offset, lab_thread",
        ".hidden lab_rseq_offset, lab_thread",
        "lab_rseq_offset:",
        "adrp x0, :got:__rseq_offset",
        "ldr x0, [x0, :got_lo12:__rseq_offset]",
        "ret",
        "lab_thread:",
        "mrs x0, tpidr_el0",
        "ret",
    );
}

unsafe extern "C" {
    /// Where libc keeps the offset of the area from the thread pointer; null where it has none.
    safe fn lab_rseq_offset() -> *const isize;
    /// The thread pointer.
    safe fn lab_thread() -> *mut u8;
}

/// Unregisters what libc registered, if it did.
pub(super) fn give_up() {
    let offset = lab_rseq_offset();
    if offset.is_null() {
        return;
    }
    // SAFETY: not null, so it is glibc's constant.
    let offset = unsafe { *offset };
    let area = lab_thread().wrapping_offset(offset);
    // SAFETY: takes numbers; another address than the registered one is refused without effect.
    unsafe { libc::syscall(libc::SYS_rseq, area, LENGTH, UNREGISTER, arch::SIGNATURE) };
}
