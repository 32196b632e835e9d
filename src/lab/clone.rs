//! `fork(2)`, counted before anything can disturb the count.
//!
//! After a fork every page of the parent is write-protected, the stack first of all: the next push costs a fault that
//! is the lab's, not the lesson's. So `clone` and the `getrusage` after it are one assembly statement that writes
//! registers only. (The kernel takes the counters before it writes them to memory.) The raw system call also leaves
//! out what libc's `fork` does on top: its handlers lock stdio and `malloc`, which touches the lesson's heap.

use super::meter::Counters;
use std::arch::asm;
use std::mem::MaybeUninit;

/// What is known right after a fork, in either process.
pub(super) struct Cloned {
    /// The child's number, 0 in the child, a negative `errno` when there is none.
    pub(super) pid: i64,
    /// The parent's counters; meaningless in the child, whose own begin at 0.
    pub(super) counters: Counters,
}

/// Forks.
pub(super) fn fork() -> Cloned {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    let pid = clone_and_count(usage.as_mut_ptr());
    Cloned {
        pid,
        // SAFETY: all of it is integers; zeros where the call did not fill it.
        counters: Counters::from(unsafe { usage.assume_init_ref() }),
    }
}

#[cfg(target_arch = "x86_64")]
fn clone_and_count(usage: *mut libc::rusage) -> i64 {
    let pid;
    // SAFETY: without CLONE_VM the child has its own copy of everything and continues here like the parent. The second
    // call writes to `usage` only.
    unsafe {
        asm!(
            "syscall",
            "mov {pid}, rax",
            "mov eax, {getrusage}",
            "mov edi, {thread}",
            "mov rsi, {usage}",
            "syscall",
            pid = out(reg) pid,
            usage = in(reg) usage,
            getrusage = const libc::SYS_getrusage,
            thread = const libc::RUSAGE_THREAD,
            inout("rax") libc::SYS_clone => _,
            inout("rdi") i64::from(libc::SIGCHLD) => _,
            inout("rsi") 0_i64 => _,
            in("rdx") 0_i64,
            in("r10") 0_i64,
            in("r8") 0_i64,
            out("rcx") _,
            out("r11") _,
        );
    }
    pid
}

#[cfg(target_arch = "aarch64")]
fn clone_and_count(usage: *mut libc::rusage) -> i64 {
    let pid;
    // SAFETY: as for x86-64. Not tested yet.
    unsafe {
        asm!(
            "svc #0",
            "mov {pid}, x0",
            "mov x8, #{getrusage}",
            "mov x0, #{thread}",
            "mov x1, {usage}",
            "svc #0",
            pid = out(reg) pid,
            usage = in(reg) usage,
            getrusage = const libc::SYS_getrusage,
            thread = const libc::RUSAGE_THREAD,
            inout("x8") libc::SYS_clone => _,
            inout("x0") i64::from(libc::SIGCHLD) => _,
            inout("x1") 0_i64 => _,
            in("x2") 0_i64,
            in("x3") 0_i64,
            in("x4") 0_i64,
        );
    }
    pid
}
