//! The binary: a lab when started as one, the tutor otherwise.
//!
//! There is no Rust `main`, because Rust's runtime runs `pthread_getattr_np` before it, which reads `/proc/self/maps`
//! through libc's `malloc`: the `[heap]` of a lesson would already exist, and be touched, before its first line. What
//! the runtime would have done for the tutor is done here by hand.
#![no_main]

use std::ffi::{CStr, OsString, c_char, c_int};
use std::os::unix::ffi::OsStringExt;
use std::panic::catch_unwind;

/// The exit status Rust's own runtime gives to a panic.
const PANICKED: i32 = 101;

/// Called by libc before anything of Rust has run.
///
/// # Safety
/// `arguments` points to `count` C strings that live as long as the process, as C promises.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(count: c_int, arguments: *const *const c_char) -> c_int {
    // SAFETY: as promised to this function.
    let arguments = unsafe { Arguments::new(count, arguments) };
    if arguments.get(1) == Some(mmap_tutor::lab::WORD) {
        mmap_tutor::lab::serve::main(arguments.get(2))
    }
    open_standard_descriptors();
    // SAFETY: no other thread runs yet. A broken pipe is an error to report, not a death, as in any Rust program.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    let collected = arguments.collect();
    let status = catch_unwind(|| mmap_tutor::run::main(collected)).unwrap_or(PANICKED);
    // Flushes standard output, which a return from this main would not.
    std::process::exit(status)
}

/// The command line as C hands it over.
struct Arguments {
    count: usize,
    first: *const *const c_char,
}

impl Arguments {
    /// # Safety
    /// `first` points to `count` C strings that live for ever.
    unsafe fn new(count: c_int, first: *const *const c_char) -> Self {
        Self {
            count: usize::try_from(count).unwrap_or(0),
            first,
        }
    }

    /// The argument of that index, without allocating.
    fn get(&self, index: usize) -> Option<&'static CStr> {
        if index >= self.count {
            return None;
        }
        // SAFETY: `index` is below `count`, so the place is inside the array.
        let place = unsafe { self.first.add(index) };
        // SAFETY: the array holds `count` pointers.
        let pointer = unsafe { *place };
        // SAFETY: each points to a C string that lives as long as the process.
        Some(unsafe { CStr::from_ptr(pointer) })
    }

    fn collect(&self) -> Vec<OsString> {
        (0..self.count)
            .filter_map(|index| self.get(index))
            .map(|argument| OsString::from_vec(argument.to_bytes().to_vec()))
            .collect()
    }
}

/// Opens `/dev/null` where descriptors 0 to 2 are closed, so that no file of ours is taken for standard output.
fn open_standard_descriptors() {
    for descriptor in 0..3 {
        // SAFETY: reads the flags of a number; harmless for any number.
        let flags = unsafe { libc::fcntl(descriptor, libc::F_GETFD) };
        if flags == -1 {
            // SAFETY: opens the lowest free number, which is this one, with a constant path.
            unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDWR) };
        }
    }
}
