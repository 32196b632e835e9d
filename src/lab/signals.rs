//! The lab's signal handlers, on a stack of their own: faults, the tutor's interrupt, the tutor's end.
//!
//! See sigaltstack(2). Every other signal has its default action, as a program just started has.

use super::access;
use super::calls::{errno, set_errno};
use super::channel::leave;
use super::protocol::{HANGUP, INTERRUPT};
use std::ffi::{c_int, c_void};
use std::mem::zeroed;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// Bytes of the handlers' stack, and of the guard below it. Enough for AVX-512 state, and whole pages everywhere.
const STACK: usize = 128 * 1024;
const GUARD: usize = 64 * 1024;

/// Set when the tutor wants the statement to end.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// The socket whose hanging up ends the lab.
static WATCHED: AtomicI32 = AtomicI32::new(-1);

/// Whether the tutor wants the statement to end.
pub(super) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Forgets an interrupt meant for an earlier statement.
pub(super) fn clear_interrupt() {
    INTERRUPTED.store(false, Ordering::Relaxed);
}

/// Sets everything as a new program has it, then installs the handlers.
pub(super) fn install() -> Result<(), &'static str> {
    for number in 1..=64 {
        // SAFETY: restores a default action; numbers that cannot be changed are refused without effect.
        unsafe { libc::signal(number, libc::SIG_DFL) };
    }
    // A limit on file sizes is ours, not the lesson's: it shows as EFBIG, not as a death.
    // SAFETY: ignores one signal.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    use_own_stack()?;
    let faults = [
        libc::SIGSEGV,
        libc::SIGBUS,
        libc::SIGILL,
        libc::SIGFPE,
        libc::SIGTRAP,
    ];
    for number in faults {
        // An interrupt that ended the handler half-way would leave its signal blocked: the next fault would kill.
        handle(number, access::on_fault, 0, &[INTERRUPT, HANGUP]);
    }
    // No SA_RESTART: a system call of the lesson that waits shall end with EINTR.
    handle(INTERRUPT, on_interrupt, 0, &[HANGUP]);
    handle(HANGUP, on_hangup, libc::SA_RESTART, &[INTERRUPT]);
    unblock_all();
    Ok(())
}

/// Makes the kernel send [`HANGUP`] to this process when the other end of `socket` is closed: a lab that runs code
/// for ever, or waits, must notice too (fcntl(2), `F_SETOWN`, `O_ASYNC`).
pub(super) fn watch(socket: c_int) {
    WATCHED.store(socket, Ordering::Relaxed);
    // SAFETY: asks for a number.
    let own = unsafe { libc::getpid() };
    // SAFETY: changes who is told about this socket.
    unsafe { libc::fcntl(socket, libc::F_SETOWN, own) };
    // SAFETY: changes by which signal.
    unsafe { libc::fcntl(socket, F_SETSIG, HANGUP) };
    // SAFETY: turns it on.
    unsafe { libc::fcntl(socket, libc::F_SETFL, libc::O_ASYNC) };
}

/// `F_SETSIG` of fcntl(2), which the libc crate lacks.
const F_SETSIG: c_int = 10;

fn use_own_stack() -> Result<(), &'static str> {
    // SAFETY: a new mapping, which nothing else knows of.
    let area = unsafe {
        libc::mmap(
            null_mut(),
            STACK + GUARD,
            libc::PROT_NONE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if area == libc::MAP_FAILED {
        return Err("no memory for a signal stack");
    }
    let base = area.wrapping_byte_add(GUARD);
    // SAFETY: opens the part of that mapping above the guard.
    unsafe { libc::mprotect(base, STACK, libc::PROT_READ | libc::PROT_WRITE) };
    let stack = libc::stack_t {
        ss_sp: base,
        ss_flags: 0,
        ss_size: STACK,
    };
    // SAFETY: the area is STACK bytes of writable memory that nobody else uses.
    let refused = unsafe { libc::sigaltstack(&raw const stack, null_mut()) };
    if refused == 0 {
        Ok(())
    } else {
        Err("no signal stack")
    }
}

type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

/// Installs a handler that is not interrupted by the signals `held_back`.
fn handle(number: c_int, handler: Handler, flags: c_int, held_back: &[c_int]) {
    // SAFETY: a sigaction of zeros is valid: an empty mask, no flags.
    let mut action: libc::sigaction = unsafe { zeroed() };
    for &other in held_back {
        // SAFETY: adds a valid signal number to a set that is ours.
        unsafe { libc::sigaddset(&raw mut action.sa_mask, other) };
    }
    action.sa_sigaction = handler as *const () as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | flags;
    // SAFETY: the handler has the signature SA_SIGINFO asks for, and only does what signal-safety(7) allows.
    unsafe { libc::sigaction(number, &raw const action, null_mut()) };
}

/// Holds every signal back: a handler writes to its stack, which must not happen between a fork and its count.
pub(super) fn block_all() {
    // SAFETY: a sigset_t of zeros is valid; sigfillset sets it anyway.
    let mut all: libc::sigset_t = unsafe { zeroed() };
    // SAFETY: initialises the set.
    unsafe { libc::sigfillset(&raw mut all) };
    // SAFETY: sets the mask of this thread.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const all, null_mut()) };
}

/// Lets every signal through again.
pub(super) fn unblock_all() {
    // SAFETY: a sigset_t of zeros is valid; sigemptyset sets it anyway.
    let mut none: libc::sigset_t = unsafe { zeroed() };
    // SAFETY: initialises the set.
    unsafe { libc::sigemptyset(&raw mut none) };
    // SAFETY: sets the mask of this thread.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const none, null_mut()) };
}

extern "C" fn on_interrupt(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    INTERRUPTED.store(true, Ordering::Relaxed);
    access::interrupt_call(context);
}

extern "C" fn on_hangup(_: c_int, _: *mut libc::siginfo_t, _: *mut c_void) {
    let mut watched = libc::pollfd {
        fd: WATCHED.load(Ordering::Relaxed),
        events: 0,
        revents: 0,
    };
    let kept = errno();
    // SAFETY: polls one descriptor without waiting.
    unsafe { libc::poll(&raw mut watched, 1, 0) };
    set_errno(kept);
    if watched.revents & (libc::POLLHUP | libc::POLLNVAL) != 0 {
        leave(0);
    }
}
