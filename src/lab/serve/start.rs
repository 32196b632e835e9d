//! Making a fresh lab ready: its stack grown, its limits set, nothing left over from the tutor.

use crate::lab::channel::leave;
use crate::lab::own;
use std::ffi::{c_int, c_ulong};
use std::hint::black_box;

/// Bytes of stack below the frame that are touched beforehand: for the machine, the handlers' callers, and machine
/// code of the lesson.
const STACK_BELOW: usize = 512 * 1024;
/// The most private writable memory a lab may map: room to promise much, since only touching costs.
const MOST_DATA: u64 = 16 << 40;
/// The longest file a lab may make: room for holes.
const LONGEST_FILE: u64 = 2 << 40;

/// Touches the stack below, so that it never grows while something is measured.
#[inline(never)]
#[expect(
    clippy::large_stack_arrays,
    reason = "growing the stack is the purpose"
)]
pub(super) fn grow_stack() {
    let mut below = [0_u8; STACK_BELOW];
    black_box(&mut below);
}

/// `sysconf(_SC_PAGESIZE)`.
pub(super) fn page_size() -> u64 {
    // SAFETY: asks for a number.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    // There is no other size to go on with.
    u64::try_from(size).unwrap_or_else(|_| leave(1))
}

/// Closes what was inherited, sets the limits, and offers this process first when memory runs out.
pub(super) fn settle(socket: c_int) {
    close_all_below(socket);
    limit(libc::RLIMIT_CORE, 0);
    limit(libc::RLIMIT_DATA, MOST_DATA);
    limit(libc::RLIMIT_FSIZE, LONGEST_FILE);
    set_name();
    be_first_to_go();
    // An unreadable binary makes a process that nobody may look into, not even its owner (prctl(2)).
    // SAFETY: changes a flag of this process.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1) };
}

/// Whether transparent huge pages may be used by this process and those it forks (`PR_SET_THP_DISABLE`).
pub(super) fn allow_huge_pages(allowed: bool) {
    let disable = c_ulong::from(!allowed);
    let none: c_ulong = 0;
    // SAFETY: changes a flag of this process.
    unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, disable, none, none, none) };
}

/// How much memory the lesson may have resident, in KiB: half of what is free now. `buffer` holds the text meanwhile.
pub(super) fn memory_budget(buffer: &mut [u8]) -> u64 {
    let text = own::read_file(c"/proc/meminfo", buffer);
    text.split(|&byte| byte == b'\n')
        .find_map(|line| line.strip_prefix(b"MemAvailable:"))
        .map_or(u64::MAX, |rest| own::decimal(rest.trim_ascii_start()) / 2)
}

fn close_all_below(socket: c_int) {
    // Kernels before 5.9 lack close_range; what the tutor opens is closed by exec anyway.
    // SAFETY: closes descriptors that nothing here uses.
    unsafe { libc::syscall(libc::SYS_close_range, 3, socket - 1, 0) };
}

fn limit(what: libc::__rlimit_resource_t, most: u64) {
    // SAFETY: an rlimit of zeros is valid.
    let mut limit: libc::rlimit = unsafe { std::mem::zeroed() };
    // SAFETY: getrlimit fills the structure it is given.
    unsafe { libc::getrlimit(what, &raw mut limit) };
    limit.rlim_cur = most.min(limit.rlim_max);
    limit.rlim_max = limit.rlim_cur;
    // SAFETY: lowers a limit of this process.
    unsafe { libc::setrlimit(what, &raw const limit) };
}

fn set_name() {
    // SAFETY: the name is a C string.
    unsafe { libc::prctl(libc::PR_SET_NAME, c"lab".as_ptr()) };
}

/// `oom_score_adj` 1000 (proc(5)): raising it needs no right.
fn be_first_to_go() {
    let path = c"/proc/self/oom_score_adj";
    // SAFETY: opens a constant path.
    let file = unsafe { libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC) };
    // SAFETY: writes four constant bytes; a file that could not be opened refuses them without effect.
    unsafe { libc::write(file, b"1000".as_ptr().cast(), 4) };
    // SAFETY: closes what was opened here.
    unsafe { libc::close(file) };
}
