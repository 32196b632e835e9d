//! Processes made to be looked at: one GiB touched, 60,000 VMAs, 64 GiB of which little is touched. Each does what it
//! is made for, says so, and then waits for ever; it is ended with its handle.

use std::io::{Error, Read};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

/// What a target does before it waits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// Maps so many bytes and writes to each page.
    Touched(usize),
    /// Makes a mapping of so many VMAs, by giving every other page another protection, and writes to none.
    Vmas(usize),
    /// Maps so many bytes, and writes to one page of each `stride` bytes.
    Sparse {
        /// Length of the mapping.
        bytes: usize,
        /// From one touched page to the next.
        stride: usize,
    },
}

/// A target that has done its part and waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// Its process number.
    pub(crate) pid: i32,
    /// Where its mapping begins.
    pub(crate) start: u64,
}

impl Waiting {
    /// Starts a target.
    ///
    /// # Panics
    /// When it cannot be made.
    pub(crate) fn start(target: Target) -> Self {
        let (mut ours, its) = UnixStream::pair().expect("there are sockets");
        let page = mmap_tutor::observe::page_size().bytes() as usize;
        // SAFETY: the child calls nothing but system calls; it never returns from here.
        let pid = unsafe { libc::fork() };
        assert!(pid >= 0, "{}", Error::last_os_error());
        if pid == 0 {
            become_target(target, page, its.as_raw_fd());
        }
        drop(its);
        let mut start = [0; 8];
        let heard = ours.read_exact(&mut start);
        // Made first, so that the target ends also when this fails.
        let waiting = Self {
            pid,
            start: u64::from_ne_bytes(start),
        };
        heard.expect("the target says where its mapping is");
        waiting
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // SAFETY: a signal to a child that was not waited for yet, so its number is its own.
        unsafe { libc::kill(self.pid, libc::SIGKILL) };
        // SAFETY: a null status is allowed.
        unsafe { libc::waitpid(self.pid, std::ptr::null_mut(), 0) };
    }
}

/// The life of a target. After fork in a process of many threads: system calls and stores only.
fn become_target(target: Target, page: usize, socket: i32) -> ! {
    // SAFETY: sets a flag of this process.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    let (length, stride, protect) = match target {
        Target::Touched(bytes) => (bytes, page, false),
        Target::Vmas(count) => (count * page, usize::MAX, true),
        Target::Sparse { bytes, stride } => (bytes, stride, false),
    };
    // SAFETY: asks for fresh memory wherever the kernel likes.
    let start = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            length,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    if start == libc::MAP_FAILED {
        // SAFETY: ends this process without running anything of the test's.
        unsafe { libc::_exit(1) };
    }
    // SAFETY: gives advice about the memory just mapped: pages of the usual size only, so that each can be counted.
    unsafe { libc::madvise(start, length, libc::MADV_NOHUGEPAGE) };
    let mut at = 0;
    while at < length {
        let place = (start as usize + at) as *mut u8;
        if protect {
            if (at / page) % 2 == 1 {
                // SAFETY: changes the protection of a page of the memory just mapped.
                unsafe { libc::mprotect(place.cast(), page, libc::PROT_READ) };
            }
            at += page;
        } else {
            // SAFETY: a store into the memory just mapped, at an offset below its length.
            unsafe { place.write_volatile(1) };
            at = at.saturating_add(stride);
        }
    }
    let said = (start as u64).to_ne_bytes();
    // SAFETY: writes eight bytes that live on this stack.
    unsafe { libc::write(socket, said.as_ptr().cast(), said.len()) };
    loop {
        // SAFETY: waits for a signal.
        unsafe { libc::pause() };
    }
}
