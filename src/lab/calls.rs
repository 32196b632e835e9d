//! The functions a lesson may call: the real ones, each measured around the call, within the lesson's bounds.
//!
//! What is refused here is refused as the kernel would: by an `errno`; that the call took no time at all tells the two
//! apart. The machine's own loops (`memset` and the like) stand in [`bytes`], since libc's could not be resumed after a
//! fault; what prints, in [`prints`].

mod bytes;
mod files;
mod mapping;
mod paths;
mod prints;
mod processes;
mod shared;

use super::meter::Cost;
use super::space::Space;
use super::world::Stop;
use crate::bytecode::Builtin;
use std::ffi::{c_int, c_void};

/// A result and `errno`, 0 when the call did not fail.
type Answer = (i64, i32);

/// Sets libc's `errno`.
pub(super) fn set_errno(number: c_int) {
    // SAFETY: the address of this thread's errno is always valid.
    let place = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    unsafe { *place = number };
}

/// Libc's `errno`.
pub(super) fn errno() -> c_int {
    // SAFETY: the address of this thread's errno is always valid.
    let place = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    unsafe { *place }
}

/// Runs a call that fails with -1.
fn failing(call: impl FnOnce() -> i64) -> Answer {
    set_errno(0);
    let result = call();
    (result, if result == -1 { errno() } else { 0 })
}

/// Runs a call that fails with a null pointer.
fn failing_with_null(call: impl FnOnce() -> *mut c_void) -> Answer {
    set_errno(0);
    let result = call() as i64;
    (result, if result == 0 { errno() } else { 0 })
}

/// The answer of a call that was refused.
fn refused(number: c_int) -> Answer {
    (-1, number)
}

impl Space {
    /// Calls a function; the result is canonical for its C type.
    pub(super) fn call_builtin(
        &mut self,
        builtin: Builtin,
        arguments: [u64; 6],
    ) -> Result<i64, Stop> {
        use Builtin as B;
        match builtin {
            B::Mmap
            | B::Munmap
            | B::Mprotect
            | B::Madvise
            | B::Msync
            | B::Mremap
            | B::Mlock
            | B::Munlock
            | B::Mincore => self.call_mapping(builtin, arguments),
            B::Malloc
            | B::Calloc
            | B::Realloc
            | B::Free
            | B::MallocTrim
            | B::Sbrk
            | B::Getpid
            | B::Sysconf => self.measured(builtin, arguments, || heap(builtin, arguments)),
            B::Open | B::Creat | B::Unlink => self.call_path(builtin, arguments),
            B::Close
            | B::Ftruncate
            | B::Fstat
            | B::Lseek
            | B::Read
            | B::Write
            | B::Pread
            | B::Pwrite
            | B::Fsync
            | B::PosixFadvise
            | B::Fallocate
            | B::SyncFileRange => self.call_file(builtin, arguments),
            B::ShmOpen | B::ShmUnlink | B::MemfdCreate => self.call_shared(builtin, arguments),
            B::Memset | B::Memcpy | B::Memcmp | B::Strcpy | B::Strlen => {
                self.call_bytes(builtin, arguments)
            }
            B::Fork => self.fork(),
            B::Wait | B::Waitpid | B::Exit | B::Kill => self.call_process(builtin, arguments),
            B::Puts | B::Perror => self.call_print(builtin, arguments),
        }
    }

    /// Keeps a call that a lesson may not make: the kernel never saw it, and it took no time.
    fn forbidden(
        &mut self,
        builtin: Builtin,
        arguments: [u64; 6],
        errno: c_int,
    ) -> Result<i64, Stop> {
        self.called(builtin, arguments, refused(errno), Cost::default())
    }

    /// Measures a call and keeps it.
    fn measured(
        &mut self,
        builtin: Builtin,
        arguments: [u64; 6],
        call: impl FnOnce() -> Answer,
    ) -> Result<i64, Stop> {
        let (answer, cost) = self.weigh(call);
        self.called(builtin, arguments, answer, cost)
    }
}

/// The functions of libc that need nothing of the lab. `malloc` is libc's own: the lab never calls it for itself.
fn heap(builtin: Builtin, [a, b, ..]: [u64; 6]) -> Answer {
    let pointer = a as *mut c_void;
    match builtin {
        // SAFETY: any size may be asked for.
        Builtin::Malloc => failing_with_null(|| unsafe { libc::malloc(a as usize) }),
        // SAFETY: any sizes may be asked for.
        Builtin::Calloc => failing_with_null(|| unsafe { libc::calloc(a as usize, b as usize) }),
        // SAFETY: the heap is the lesson's; a pointer that is not of it ends this process, as it ends any program.
        Builtin::Realloc => failing_with_null(|| unsafe { libc::realloc(pointer, b as usize) }),
        Builtin::Free => {
            // SAFETY: as for realloc.
            unsafe { libc::free(pointer) };
            (0, 0)
        }
        #[cfg(target_env = "gnu")]
        // SAFETY: gives memory of the lesson's heap back.
        Builtin::MallocTrim => (i64::from(unsafe { libc::malloc_trim(a as usize) }), 0),
        #[cfg(not(target_env = "gnu"))]
        Builtin::MallocTrim => (0, 0),
        // SAFETY: moves the end of the lesson's heap.
        Builtin::Sbrk => failing(|| unsafe { libc::sbrk(a as isize) } as i64),
        // SAFETY: asks for a number.
        Builtin::Getpid => (i64::from(unsafe { libc::getpid() }), 0),
        // SAFETY: asks for a number; unknown names are refused.
        _ => failing(|| unsafe { libc::sysconf(a as c_int) }),
    }
}
