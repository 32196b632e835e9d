//! System calls that no lesson needs and that reach beyond its files: refused with `EPERM` (seccomp(2)).
//!
//! Landlock guards files; by a socket in the file system, such as that of a desktop session, machine code could still
//! have others act for it, and by a session of its own outlive the lesson. Everything else stays allowed: a list of
//! what libc may call today would break with the libc of tomorrow. Best effort, as landlock is.

use std::ffi::{c_int, c_long};

/// What is refused, whatever its arguments.
const REFUSED: [c_long; 18] = [
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_setsid,
    libc::SYS_setpgid,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_io_uring_setup,
    libc::SYS_bpf,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_rt_sigqueueinfo,
];

/// `AUDIT_ARCH_*` of `linux/audit.h`: a call in the manner of another processor has other numbers.
#[cfg(target_arch = "x86_64")]
const OWN_ARCH: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const OWN_ARCH: u32 = 0xc000_00b7;
/// The first number of the x32 interface, which are calls under other numbers.
const X32: u32 = 0x4000_0000;

/// `struct seccomp_data`: the number, the processor, and the low half of the first argument.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;
const FIRST_ARGUMENT: u32 = 16;

const LOAD: u16 = 0x20; // BPF_LD | BPF_W | BPF_ABS
const JUMP_EQUAL: u16 = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const JUMP_NOT_LESS: u16 = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const RETURN: u16 = 0x06; // BPF_RET | BPF_K

/// `SECCOMP_FILTER_FLAG_SPEC_ALLOW`: else kernels before 5.16 slow all memory accesses of a filtered process down.
const NO_SLOWDOWN: u64 = 1 << 2;
const SET_FILTER: c_int = 1;

const LENGTH: usize = REFUSED.len() + 12;

const fn step(code: u16, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter { code, jt, jf, k }
}

/// The filter, a program of the old packet filter language.
fn program() -> [libc::sock_filter; LENGTH] {
    let refuse = LENGTH - 1;
    // Jumps count the steps that are left out.
    let to_refuse = |from: usize| (refuse - from - 1) as u8;
    let allow = step(RETURN, libc::SECCOMP_RET_ALLOW, 0, 0);
    let mut steps = [allow; LENGTH];
    steps[0] = step(LOAD, ARCH, 0, 0);
    steps[1] = step(JUMP_EQUAL, OWN_ARCH, 0, to_refuse(1));
    steps[2] = step(LOAD, NUMBER, 0, 0);
    steps[3] = step(JUMP_NOT_LESS, X32, to_refuse(3), 0);
    for (index, &number) in REFUSED.iter().enumerate() {
        let at = 4 + index;
        steps[at] = step(JUMP_EQUAL, number as u32, to_refuse(at), 0);
    }
    // kill(2) of whole groups: 0 and negative numbers.
    let kill = 4 + REFUSED.len();
    steps[kill] = step(JUMP_EQUAL, libc::SYS_kill as u32, 1, 0);
    steps[kill + 1] = allow;
    steps[kill + 2] = step(LOAD, FIRST_ARGUMENT, 0, 0);
    steps[kill + 3] = step(JUMP_EQUAL, 0, to_refuse(kill + 3), 0);
    steps[kill + 4] = step(JUMP_NOT_LESS, 1 << 31, to_refuse(kill + 4), 0);
    let errno = libc::SECCOMP_RET_ERRNO | libc::EPERM as u32;
    steps[refuse] = step(RETURN, errno, 0, 0);
    steps
}

/// Refuses them to this process and all it forks. It must not be able to gain rights any more.
pub(super) fn enforce() {
    let mut steps = program();
    let filter = libc::sock_fprog {
        len: LENGTH as u16,
        filter: steps.as_mut_ptr(),
    };
    // SAFETY: reads the program, which outlives the call. A kernel without filters refuses, without effect.
    unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            SET_FILTER,
            NO_SLOWDOWN,
            &raw const filter,
        )
    };
}
