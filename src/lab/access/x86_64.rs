//! The routines for x86-64, System V calling convention: arguments in rdi, rsi, rdx; the answer in rax and rdx.
//!
//! Those between `lab_begin` and `lab_end` are leaves: they never move the stack pointer, so that the fix-up can
//! return from wherever one of them stopped. `fill` and `copy` reach their first byte by a plain instruction: the
//! address of a fault is then the first byte of the page, not one somewhere inside a string instruction.

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
    ".globl lab_fill, lab_copy, lab_scan, lab_compare, lab_touch",
    ".hidden lab_fill, lab_copy, lab_scan, lab_compare, lab_touch",
    "lab_begin:",
    "lab_load_1:",
    "xor edx, edx",
    "movzx eax, byte ptr [rdi]",
    "ret",
    "lab_load_2:",
    "xor edx, edx",
    "movzx eax, word ptr [rdi]",
    "ret",
    "lab_load_4:",
    "xor edx, edx",
    "mov eax, dword ptr [rdi]",
    "ret",
    "lab_load_8:",
    "xor edx, edx",
    "mov rax, qword ptr [rdi]",
    "ret",
    "lab_store_1:",
    "xor edx, edx",
    "mov byte ptr [rdi], sil",
    "ret",
    "lab_store_2:",
    "xor edx, edx",
    "mov word ptr [rdi], si",
    "ret",
    "lab_store_4:",
    "xor edx, edx",
    "mov dword ptr [rdi], esi",
    "ret",
    "lab_store_8:",
    "xor edx, edx",
    "mov qword ptr [rdi], rsi",
    "ret",
    // to, byte, length
    "lab_fill:",
    "mov rcx, rdx",
    "mov eax, esi",
    "mov byte ptr [rdi], al",
    "rep stosb",
    "xor edx, edx",
    "ret",
    // to, from, length
    "lab_copy:",
    "mov rcx, rdx",
    "mov al, byte ptr [rsi]",
    "mov byte ptr [rdi], al",
    "rep movsb",
    "xor edx, edx",
    "ret",
    // from, byte, length
    "lab_scan:",
    "mov r8, rdi",
    "2:",
    "cmp byte ptr [rdi], sil",
    "je 3f",
    "inc rdi",
    "dec rdx",
    "jnz 2b",
    "3:",
    "mov rax, rdi",
    "sub rax, r8",
    "xor edx, edx",
    "ret",
    // a, b, length
    "lab_compare:",
    "mov r8, rdi",
    "2:",
    "mov al, byte ptr [rdi]",
    "cmp al, byte ptr [rsi]",
    "jne 3f",
    "inc rdi",
    "inc rsi",
    "dec rdx",
    "jnz 2b",
    "3:",
    "mov rax, rdi",
    "sub rax, r8",
    "xor edx, edx",
    "ret",
    // A store that changes nothing, in one instruction: what lies there may be in use, even by the stack.
    "lab_touch:",
    "lock or byte ptr [rdi], 0",
    "xor edx, edx",
    "ret",
    "lab_end:",
    "lab_fixup:",
    "mov edx, 1",
    "ret",
    // code, six arguments. Six registers and eight bytes on top of the return address leave the stack aligned to 16.
    "lab_call:",
    "push rbx",
    "push rbp",
    "push r12",
    "push r13",
    "push r14",
    "push r15",
    "sub rsp, 8",
    "mov qword ptr [rip + {stack}], rsp",
    "mov r10, rdi",
    "mov r11, rsi",
    "mov rdi, qword ptr [r11]",
    "mov rsi, qword ptr [r11 + 8]",
    "mov rdx, qword ptr [r11 + 16]",
    "mov rcx, qword ptr [r11 + 24]",
    "mov r8, qword ptr [r11 + 32]",
    "mov r9, qword ptr [r11 + 40]",
    "xor eax, eax",
    "call r10",
    "xor edx, edx",
    "2:",
    "mov rsp, qword ptr [rip + {stack}]",
    "mov qword ptr [rip + {stack}], 0",
    "cld",
    "add rsp, 8",
    "pop r15",
    "pop r14",
    "pop r13",
    "pop r12",
    "pop rbp",
    "pop rbx",
    "ret",
    "lab_recovery:",
    "mov edx, 1",
    "jmp 2b",
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

/// Makes code that was just stored at `addr` the code that is fetched: here the processor sees to it.
pub(super) fn publish(_: u64) {}

/// The instruction that was interrupted.
pub(super) fn pc(context: &libc::ucontext_t) -> u64 {
    context.uc_mcontext.gregs[libc::REG_RIP as usize] as u64
}

/// Continues at `pc` when the handler returns, with the flags a function may expect.
pub(super) fn resume(context: &mut libc::ucontext_t, pc: u64) {
    /// Trap, direction and alignment-check flags: a lesson's code may have set them.
    const STRAY_FLAGS: i64 = 1 << 8 | 1 << 10 | 1 << 18;
    let registers = &mut context.uc_mcontext.gregs;
    registers[libc::REG_RIP as usize] = pc as i64;
    registers[libc::REG_EFL as usize] &= !STRAY_FLAGS;
}
