//! A second thread beside the lesson's own: it runs on another CPU, if there is one, and does nothing but look at a flag.
//!
//! While it runs, the kernel must tell its CPU of every page that is taken away or protected (a TLB shootdown). It is
//! made by clone(2) alone: libc would allocate a stack and take locks. It never touches a stack, and its faults are its
//! own (`RUSAGE_THREAD`). A fork copies the calling thread only, an exit ends both.

use super::signals;
use std::arch::asm;
use std::sync::atomic::{AtomicU32, Ordering};

/// Whole pages that are the thread's own, however large pages are: what it looks at, and where its stack pointer
/// points.
#[repr(C, align(65536))]
struct Room {
    /// [`STARTING`], [`RUNNING`] or [`STOP`].
    state: AtomicU32,
    /// Not 0 while the thread lives: the kernel clears it (`CLONE_CHILD_CLEARTID`).
    alive: AtomicU32,
    /// Nobody uses it; the kernel wants a stack pointer that is not 0.
    stack: [AtomicU32; 64],
}

static ROOM: Room = Room {
    state: AtomicU32::new(STARTING),
    alive: AtomicU32::new(0),
    stack: [const { AtomicU32::new(0) }; 64],
};

const STARTING: u32 = 0;
const RUNNING: u32 = 1;
const STOP: u32 = 2;

/// A thread that shares everything with this one.
const FLAGS: i32 = libc::CLONE_VM
    | libc::CLONE_FS
    | libc::CLONE_FILES
    | libc::CLONE_SIGHAND
    | libc::CLONE_THREAD
    | libc::CLONE_SYSVSEM
    | libc::CLONE_CHILD_CLEARTID;

/// The second thread; it is stopped by [`Companion::stop`].
pub(super) struct Companion {
    room: &'static Room,
}

impl Companion {
    /// Starts it, and waits until it runs; `None` when the kernel gives no thread.
    pub(super) fn start() -> Option<Self> {
        ROOM.state.store(STARTING, Ordering::SeqCst);
        ROOM.alive.store(1, Ordering::SeqCst);
        // It inherits the mask: no signal of this process shall be delivered to it.
        signals::block_all();
        let number = spawn();
        signals::unblock_all();
        if number < 0 {
            return None;
        }
        while ROOM.state.load(Ordering::SeqCst) != RUNNING {
            give_way();
        }
        Some(Self { room: &ROOM })
    }

    /// Stops it, and waits until it is gone.
    pub(super) fn stop(self) {
        self.room.state.store(STOP, Ordering::SeqCst);
        while self.room.alive.load(Ordering::SeqCst) != 0 {
            give_way();
        }
    }
}

fn give_way() {
    // SAFETY: lets another thread run.
    unsafe { libc::sched_yield() };
}

/// Makes the thread; gives its number, or a negative `errno`.
#[cfg(target_arch = "x86_64")]
fn spawn() -> i64 {
    let number;
    // SAFETY: the new thread has registers only: it stores to `state`, loads from it until it is told to stop, and exits.
    // It shares this thread's thread pointer and never uses it. This thread goes on behind the label.
    unsafe {
        asm!(
            "syscall",
            "test rax, rax",
            "jnz 3f",
            "mov dword ptr [r9], {running}",
            "2:",
            "pause",
            "cmp dword ptr [r9], {stop}",
            "jne 2b",
            "mov eax, {exit}",
            "xor edi, edi",
            "syscall",
            "ud2",
            "3:",
            running = const RUNNING,
            stop = const STOP,
            exit = const libc::SYS_exit,
            inout("rax") libc::SYS_clone => number,
            in("rdi") i64::from(FLAGS),
            in("rsi") (&raw const ROOM.stack[32]) as u64,
            in("rdx") 0_i64,
            in("r10") (&raw const ROOM.alive) as u64,
            in("r8") 0_i64,
            in("r9") (&raw const ROOM.state) as u64,
            out("rcx") _,
            out("r11") _,
        );
    }
    number
}

/// Makes the thread; gives its number, or a negative `errno`.
#[cfg(target_arch = "aarch64")]
fn spawn() -> i64 {
    let number;
    // SAFETY: as for x86-64. Not tested yet.
    unsafe {
        asm!(
            "svc #0",
            "cbnz x0, 3f",
            "mov w1, #{running}",
            "str w1, [x9]",
            "2:",
            "yield",
            "ldr w1, [x9]",
            "cmp w1, #{stop}",
            "b.ne 2b",
            "mov x8, #{exit}",
            "mov x0, #0",
            "svc #0",
            "brk #1",
            "3:",
            running = const RUNNING,
            stop = const STOP,
            exit = const libc::SYS_exit,
            inout("x0") i64::from(FLAGS) => number,
            inout("x1") (&raw const ROOM.stack[32]) as u64 => _,
            in("x2") 0_i64,
            in("x3") 0_i64,
            in("x4") (&raw const ROOM.alive) as u64,
            inout("x8") libc::SYS_clone => _,
            in("x9") (&raw const ROOM.state) as u64,
        );
    }
    number
}
