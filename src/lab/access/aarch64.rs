//! The routines for aarch64, AAPCS64: arguments in x0, x1, x2; the answer in x0 and x1.
//!
//! Written after the x86-64 ones, **not tested yet**: nobody has run them. As there, those between `lab_begin` and
//! `lab_end` are leaves that keep the return address in x30, so that the fix-up can return from any of them.

use super::{Answer, CALL_STACK};
use std::arch::global_asm;
use std::ops::Range;

global_asm!(
    ".p2align 4",
    ".globl lab_begin, lab_end, lab_fixup, lab_recovery, lab_call",
    ".hidden lab_begin, lab_end, lab_fixup, lab_recovery, lab_call",
    ".globl lab_load_1, lab_load_2, lab_load_4, lab_load_8",
    ".hidden lab_load_1, lab_load_2, lab_load_4, lab_load_8",
    ".globl lab_store_1, lab_store_2, lab_store_4, lab_store_8",
    ".hidden lab_store_1, lab_store_2, lab_store_4, lab_store_8",
    ".globl lab_fill, lab_copy, lab_scan, lab_compare, lab_touch, lab_publish",
    ".hidden lab_fill, lab_copy, lab_scan, lab_compare, lab_touch, lab_publish",
    "lab_begin:",
    "lab_load_1:",
    "ldrb w0, [x0]",
    "mov x1, #0",
    "ret",
    "lab_load_2:",
    "ldrh w0, [x0]",
    "mov x1, #0",
    "ret",
    "lab_load_4:",
    "ldr w0, [x0]",
    "mov x1, #0",
    "ret",
    "lab_load_8:",
    "ldr x0, [x0]",
    "mov x1, #0",
    "ret",
    "lab_store_1:",
    "strb w1, [x0]",
    "mov x1, #0",
    "ret",
    "lab_store_2:",
    "strh w1, [x0]",
    "mov x1, #0",
    "ret",
    "lab_store_4:",
    "str w1, [x0]",
    "mov x1, #0",
    "ret",
    "lab_store_8:",
    "str x1, [x0]",
    "mov x1, #0",
    "ret",
    // to, byte, length
    "lab_fill:",
    "2:",
    "strb w1, [x0], #1",
    "subs x2, x2, #1",
    "b.ne 2b",
    "mov x1, #0",
    "ret",
    // to, from, length
    "lab_copy:",
    "2:",
    "ldrb w3, [x1], #1",
    "strb w3, [x0], #1",
    "subs x2, x2, #1",
    "b.ne 2b",
    "mov x1, #0",
    "ret",
    // from, byte, length
    "lab_scan:",
    "mov x4, x0",
    "2:",
    "ldrb w3, [x0]",
    "cmp w3, w1",
    "b.eq 3f",
    "add x0, x0, #1",
    "subs x2, x2, #1",
    "b.ne 2b",
    "3:",
    "sub x0, x0, x4",
    "mov x1, #0",
    "ret",
    // a, b, length
    "lab_compare:",
    "mov x5, x0",
    "2:",
    "ldrb w3, [x0]",
    "ldrb w4, [x1]",
    "cmp w3, w4",
    "b.ne 3f",
    "add x0, x0, #1",
    "add x1, x1, #1",
    "subs x2, x2, #1",
    "b.ne 2b",
    "3:",
    "sub x0, x0, x5",
    "mov x1, #0",
    "ret",
    // A store that changes nothing, exclusive: what lies there may be in use, even by the stack.
    "lab_touch:",
    "2:",
    "ldxrb w2, [x0]",
    "stxrb w3, w2, [x0]",
    "cbnz w3, 2b",
    "mov x1, #0",
    "ret",
    // start, length: cleans the data cache, then forgets what was fetched. No line of a cache is shorter than 16 bytes.
    "lab_publish:",
    "mov x2, x0",
    "mov x3, x1",
    "2:",
    "dc cvau, x0",
    "add x0, x0, #16",
    "subs x1, x1, #16",
    "b.ne 2b",
    "dsb ish",
    "3:",
    "ic ivau, x2",
    "add x2, x2, #16",
    "subs x3, x3, #16",
    "b.ne 3b",
    "dsb ish",
    "isb",
    "mov x1, #0",
    "ret",
    "lab_end:",
    "lab_fixup:",
    "mov x1, #1",
    "ret",
    // code, six arguments. x19 to x30 and d8 to d15 are what a function must keep.
    "lab_call:",
    "sub sp, sp, #160",
    "stp x19, x20, [sp]",
    "stp x21, x22, [sp, #16]",
    "stp x23, x24, [sp, #32]",
    "stp x25, x26, [sp, #48]",
    "stp x27, x28, [sp, #64]",
    "stp x29, x30, [sp, #80]",
    "stp d8, d9, [sp, #96]",
    "stp d10, d11, [sp, #112]",
    "stp d12, d13, [sp, #128]",
    "stp d14, d15, [sp, #144]",
    "adrp x9, {stack}",
    "add x9, x9, :lo12:{stack}",
    "mov x10, sp",
    "str x10, [x9]",
    "mov x9, x0",
    "mov x10, x1",
    "ldp x0, x1, [x10]",
    "ldp x2, x3, [x10, #16]",
    "ldp x4, x5, [x10, #32]",
    "blr x9",
    "mov x1, #0",
    "2:",
    "adrp x9, {stack}",
    "add x9, x9, :lo12:{stack}",
    "ldr x10, [x9]",
    "mov sp, x10",
    "str xzr, [x9]",
    "ldp x19, x20, [sp]",
    "ldp x21, x22, [sp, #16]",
    "ldp x23, x24, [sp, #32]",
    "ldp x25, x26, [sp, #48]",
    "ldp x27, x28, [sp, #64]",
    "ldp x29, x30, [sp, #80]",
    "ldp d8, d9, [sp, #96]",
    "ldp d10, d11, [sp, #112]",
    "ldp d12, d13, [sp, #128]",
    "ldp d14, d15, [sp, #144]",
    "add sp, sp, #160",
    "ret",
    "lab_recovery:",
    "mov x1, #1",
    "b 2b",
    stack = sym CALL_STACK,
);

unsafe extern "C" {
    pub(super) fn lab_load_1(addr: u64) -> Answer;
    pub(super) fn lab_load_2(addr: u64) -> Answer;
    pub(super) fn lab_load_4(addr: u64) -> Answer;
    pub(super) fn lab_load_8(addr: u64) -> Answer;
    pub(super) fn lab_store_1(addr: u64, value: u64) -> Answer;
    pub(super) fn lab_store_2(addr: u64, value: u64) -> Answer;
    pub(super) fn lab_store_4(addr: u64, value: u64) -> Answer;
    pub(super) fn lab_store_8(addr: u64, value: u64) -> Answer;
    pub(super) fn lab_fill(to: u64, byte: u64, length: u64) -> Answer;
    pub(super) fn lab_copy(to: u64, from: u64, length: u64) -> Answer;
    pub(super) fn lab_scan(from: u64, byte: u64, length: u64) -> Answer;
    pub(super) fn lab_compare(a: u64, b: u64, length: u64) -> Answer;
    pub(super) fn lab_touch(addr: u64) -> Answer;
    fn lab_publish(start: u64, length: u64) -> Answer;
    pub(super) fn lab_call(code: u64, arguments: &[u64; 6]) -> Answer;
    // Labels, not functions: only their addresses are used.
    fn lab_begin();
    fn lab_end();
    fn lab_fixup();
    fn lab_recovery();
}

/// Where the routines lie.
pub(super) fn routines() -> Range<u64> {
    lab_begin as *const () as u64..lab_end as *const () as u64
}

/// Where a routine that failed continues.
pub(super) fn fixup() -> u64 {
    lab_fixup as *const () as u64
}

/// Where a call into code that failed continues.
pub(super) fn recovery() -> u64 {
    lab_recovery as *const () as u64
}

/// Makes code that was just stored at `addr` the code that is fetched: this processor's caches for data and for
/// instructions do not know of each other. Looks after the 4 KiB around it, which lie in one page whatever its size.
pub(super) fn publish(addr: u64) {
    const BLOCK: u64 = 4096;
    // SAFETY: changes no memory; where there is none, it fails by the fix-up, and the call will too.
    unsafe { lab_publish(addr & !(BLOCK - 1), BLOCK) };
}

/// The instruction that was interrupted.
pub(super) fn pc(context: &libc::ucontext_t) -> u64 {
    context.uc_mcontext.pc
}

/// Continues at `pc` when the handler returns.
pub(super) fn resume(context: &mut libc::ucontext_t, pc: u64) {
    context.uc_mcontext.pc = pc;
}
