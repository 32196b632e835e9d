//! Keeps a lab among the files of its lesson, as far as the kernel can (landlock(7), since Linux 5.13).
//!
//! The calls a lesson may make check their names themselves; this is for machine code that a lesson wrote, which can
//! make any system call. Best effort: an older kernel, or one without landlock, runs the lab unguarded, and says so.
//! Reading `/proc` stays allowed; what it tells of processes outside is refused by landlock's rule on tracing.

mod filter;

use std::ffi::{CStr, c_int, c_long};
use std::ptr::null;

/// Access rights of `linux/landlock.h`.
const EXECUTE: u64 = 1;
const WRITE_FILE: u64 = 1 << 1;
const READ_FILE: u64 = 1 << 2;
const READ_DIRECTORY: u64 = 1 << 3;
const REMOVE_FILE: u64 = 1 << 5;
const MAKE_REGULAR: u64 = 1 << 8;
const TRUNCATE: u64 = 1 << 14;
/// All rights of the first version, and what each later one added: its number, and a mask of rights.
const FIRST: u64 = (1 << 13) - 1;
const ADDED: [(c_long, u64); 3] = [(2, 1 << 13), (3, TRUNCATE), (5, 1 << 15)];
/// TCP bind and connect (version 4); abstract sockets and signals out of the sandbox (version 6).
const NETWORK: (c_long, u64) = (4, 0b11);
const SCOPES: (c_long, u64) = (6, 0b11);
/// `LANDLOCK_CREATE_RULESET_VERSION`, `LANDLOCK_RULE_PATH_BENEATH`
const ASK_VERSION: c_int = 1;
const PATH_BENEATH: c_int = 1;

const MAKE_AND_USE: u64 =
    READ_FILE | WRITE_FILE | READ_DIRECTORY | REMOVE_FILE | MAKE_REGULAR | TRUNCATE;

/// What a lab may reach, and how. Rights that a kernel does not know are left out; so are files that are not there.
const RULES: [(&CStr, u64); 6] = [
    (c".", MAKE_AND_USE),
    (c"/dev/shm", MAKE_AND_USE),
    (c"/dev/zero", READ_FILE | WRITE_FILE | TRUNCATE),
    (c"/dev/mem", READ_FILE),
    (c"/proc", READ_FILE),
    // sysconf(_SC_NPROCESSORS_ONLN) reads here.
    (c"/sys/devices/system/cpu", READ_FILE),
];

/// `struct landlock_ruleset_attr`; kernels that know fewer fields accept zeros in the others.
#[repr(C)]
struct Ruleset {
    files: u64,
    network: u64,
    scopes: u64,
}

/// `struct landlock_path_beneath_attr`
#[repr(C, packed)]
struct Beneath {
    allowed: u64,
    parent: c_int,
}

/// Guards this process and all it forks. Gives the version of the interface that is in force; 0 when none is.
pub(super) fn close() -> u32 {
    // Whatever it runs gets no more rights than it has; landlock asks for that, and without landlock it helps too.
    // SAFETY: gives up rights of this process.
    unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    let version = guard_files();
    filter::enforce();
    version
}

/// The part of landlock.
fn guard_files() -> u32 {
    // SAFETY: asks for a number.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            null::<Ruleset>(),
            0_usize,
            ASK_VERSION,
        )
    };
    if version < 1 {
        return 0;
    }
    let since = |(first, rights): (c_long, u64)| if version >= first { rights } else { 0 };
    let ruleset = Ruleset {
        files: FIRST | ADDED.into_iter().map(since).sum::<u64>(),
        network: since(NETWORK),
        scopes: since(SCOPES),
    };
    let (rules, size) = (&raw const ruleset, size_of::<Ruleset>());
    // SAFETY: reads the structure, whose size is told.
    let set = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, rules, size, 0) } as c_int;
    if set < 0 {
        return 0;
    }
    for (path, rights) in RULES {
        allow(set, path, rights & ruleset.files & !EXECUTE);
    }
    let done = enforce(set);
    close_file(set);
    if done { version as u32 } else { 0 }
}

fn allow(set: c_int, path: &CStr, allowed: u64) {
    // SAFETY: opens a constant path.
    let parent = unsafe { libc::open(path.as_ptr(), libc::O_PATH | libc::O_CLOEXEC) };
    let rule = Beneath { allowed, parent };
    // SAFETY: reads the structure. A file that is not there gives -1, which is refused without effect.
    unsafe {
        libc::syscall(
            libc::SYS_landlock_add_rule,
            set,
            PATH_BENEATH,
            &raw const rule,
            0,
        )
    };
    close_file(parent);
}

fn enforce(set: c_int) -> bool {
    // SAFETY: takes numbers.
    unsafe { libc::syscall(libc::SYS_landlock_restrict_self, set, 0) == 0 }
}

fn close_file(descriptor: c_int) {
    // SAFETY: closes a descriptor of ours; -1 is refused without effect.
    unsafe { libc::close(descriptor) };
}
