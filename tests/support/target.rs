//! Processes made to be looked at: one GiB touched, 60,000 VMAs, 64 GiB of which little is touched, a file, more than
//! one TB of addresses, and one that maps and unmaps without rest. Each does what it is made for, says so, and then
//! waits for ever; it is ended with its handle.

use std::io::{Error, Read};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a target does before it waits.
#[derive(Clone, Copy, Debug)]
#[expect(
    dead_code,
    reason = "each test that includes this file uses some of them"
)]
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
    /// Maps so many bytes, and writes to every page of a part of each 64th of it.
    Clustered {
        /// Length of the mapping.
        bytes: usize,
        /// How much is touched in all.
        touched: usize,
    },
    /// Reserves addresses that permit nothing, and makes one page of each `stride` bytes memory that is written to.
    Reserved {
        /// Length of the reservation.
        bytes: usize,
        /// From one page to the next.
        stride: usize,
    },
    /// Maps a file of so many bytes as shared, and reads each page.
    File(usize),
    /// Maps so many pages of which some are untouched, some the zero page, some written, some guards, and behind them
    /// as many of a file as private, some of which are copied.
    Mixed(usize),
    /// Maps so many pages, writes to each, unmaps them, and counts; again and again, with a pause of so many
    /// microseconds.
    Churn {
        /// Pages of each mapping.
        pages: usize,
        /// 0 for none.
        pause: u32,
    },
    /// Maps so many bytes, writes to each page, never unmaps them, and counts; again and again, with a pause of so many
    /// microseconds. The kernel puts each mapping below the one before, and both become one VMA.
    Leak {
        /// Length of each mapping.
        bytes: usize,
        /// Microseconds from one to the next.
        pause: u32,
    },
    /// Only counts.
    Spin,
}

/// What a target that maps and unmaps has in memory all the time.
pub(crate) const RESIDENT: usize = 32 << 20;

/// A target that has done its part and waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// Its process number.
    pub(crate) pid: i32,
    /// Where its mapping begins.
    pub(crate) start: u64,
    counter: *mut AtomicU64,
}

impl Waiting {
    /// Starts a target.
    ///
    /// # Panics
    /// When it cannot be made.
    pub(crate) fn start(target: Target) -> Self {
        let (mut ours, its) = UnixStream::pair().expect("there are sockets");
        let page = mmap_tutor::observe::page_size().bytes() as usize;
        let counter = map(
            page,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED,
            -1,
        );
        let counter = counter.expect("there is memory").cast::<libc::c_void>();
        let counter = counter.cast::<AtomicU64>();
        let file = file_for(target);
        // SAFETY: the child calls nothing but system calls; it never returns from here.
        let pid = unsafe { libc::fork() };
        assert!(pid >= 0, "{}", Error::last_os_error());
        if pid == 0 {
            become_target(target, (page, file), its.as_raw_fd(), counter);
        }
        drop(its);
        let mut start = [0; 8];
        let heard = ours.read_exact(&mut start);
        // Made first, so that the target ends also when this fails.
        let waiting = Self {
            pid,
            start: u64::from_ne_bytes(start),
            counter,
        };
        if file >= 0 {
            // SAFETY: a descriptor of ours that nobody else has.
            unsafe { libc::close(file) };
        }
        heard.expect("the target says where its mapping is");
        let goes_on = matches!(
            target,
            Target::Churn { .. } | Target::Leak { .. } | Target::Spin
        );
        while goes_on && waiting.count() == 0 {
            std::thread::yield_now();
        }
        waiting
    }

    /// How often it has done what it does again and again.
    pub(crate) fn count(&self) -> u64 {
        // SAFETY: the page is mapped until this handle is dropped.
        unsafe { &*self.counter }.load(Ordering::Relaxed)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // SAFETY: a signal to a child that was not waited for yet, so its number is its own.
        unsafe { libc::kill(self.pid, libc::SIGKILL) };
        // SAFETY: a null status is allowed.
        unsafe { libc::waitpid(self.pid, std::ptr::null_mut(), 0) };
        let page = mmap_tutor::observe::page_size().bytes() as usize;
        // SAFETY: the page was mapped by this handle, and nobody looks at it any more.
        unsafe { libc::munmap(self.counter.cast(), page) };
    }
}

/// A file without a name, of the length that a target needs; -1 for those that need none.
fn file_for(target: Target) -> i32 {
    let page = mmap_tutor::observe::page_size().bytes() as usize;
    let length = match target {
        Target::File(bytes) => bytes,
        Target::Mixed(pages) => pages * page,
        _ => return -1,
    };
    let file = tempfile::tempfile().expect("a file can be made");
    file.set_len(length as u64).expect("it can be long");
    std::os::fd::IntoRawFd::into_raw_fd(file)
}

/// Memory wherever the kernel likes.
fn map(length: usize, protection: i32, flags: i32, file: i32) -> Option<*mut u8> {
    let anonymous = if file < 0 { libc::MAP_ANONYMOUS } else { 0 };
    // SAFETY: asks for fresh memory, and changes none that is there.
    let start = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            length,
            protection,
            flags | anonymous,
            file,
            0,
        )
    };
    (start != libc::MAP_FAILED).then_some(start.cast())
}

/// The life of a target. After fork in a process of many threads: system calls, loads and stores only.
fn become_target(
    target: Target,
    (page, file): (usize, i32),
    socket: i32,
    counter: *mut AtomicU64,
) -> ! {
    // SAFETY: sets a flag of this process.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    let Some(start) = prepare(target, page, file) else {
        // SAFETY: ends this process without running anything of the test's.
        unsafe { libc::_exit(1) };
    };
    let said = (start as u64).to_ne_bytes();
    // SAFETY: writes eight bytes that live on this stack.
    unsafe { libc::write(socket, said.as_ptr().cast(), said.len()) };
    // SAFETY: the page is shared with the parent, and mapped as long as this process lives.
    let counter = unsafe { &*counter };
    loop {
        match target {
            Target::Churn { pages, pause } => {
                churn(pages * page, page);
                counter.fetch_add(1, Ordering::Relaxed);
                if pause > 0 {
                    // SAFETY: sleeps.
                    unsafe { libc::usleep(pause) };
                }
            }
            Target::Leak { bytes, pause } => {
                let _ = prepare(target, page, file);
                counter.fetch_add(bytes as u64, Ordering::Relaxed);
                // SAFETY: sleeps.
                unsafe { libc::usleep(pause) };
            }
            Target::Spin => {
                counter.fetch_add(1, Ordering::Relaxed);
            }
            // SAFETY: waits for a signal.
            _ => drop(unsafe { libc::pause() }),
        }
    }
}

/// Does once what a target is made for; gives where its mapping begins.
fn prepare(target: Target, page: usize, file: i32) -> Option<*mut u8> {
    let both = libc::PROT_READ | libc::PROT_WRITE;
    let private = libc::MAP_PRIVATE | libc::MAP_NORESERVE;
    let fresh = |length: usize| {
        let start = map(length, both, private, -1)?;
        // SAFETY: advice about the memory just mapped: pages of the usual size only, so that each can be counted.
        unsafe { libc::madvise(start.cast(), length, libc::MADV_NOHUGEPAGE) };
        Some(start)
    };
    match target {
        Target::Touched(bytes) | Target::Leak { bytes, .. } => {
            Some(touch(fresh(bytes)?, bytes, page))
        }
        Target::Sparse { bytes, stride } => Some(touch(fresh(bytes)?, bytes, stride)),
        Target::Clustered { bytes, touched } => {
            let start = fresh(bytes)?;
            for at in (0..bytes).step_by(bytes / 64) {
                touch(start.wrapping_add(at), touched / 64, page);
            }
            Some(start)
        }
        Target::Vmas(count) => {
            let start = fresh(count * page)?;
            for at in (page..count * page).step_by(2 * page) {
                protect(start.wrapping_add(at), page, libc::PROT_READ);
            }
            Some(start)
        }
        Target::Reserved { bytes, stride } => {
            let start = map(bytes, libc::PROT_NONE, private, -1)?;
            for at in (0..bytes).step_by(stride) {
                protect(start.wrapping_add(at), page, both);
                touch(start.wrapping_add(at), page, page);
            }
            Some(start)
        }
        Target::File(bytes) => {
            let start = map(bytes, libc::PROT_READ, libc::MAP_SHARED, file)?;
            look(start, bytes, page);
            Some(start)
        }
        Target::Mixed(pages) => mixed(pages, page, file),
        // Something to look at beside it.
        Target::Churn { .. } => Some(touch(fresh(RESIDENT)?, RESIDENT, page)),
        Target::Spin => Some(std::ptr::dangling_mut()),
    }
}

/// Writes one byte of each `stride`.
fn touch(start: *mut u8, length: usize, stride: usize) -> *mut u8 {
    for at in (0..length).step_by(stride) {
        // SAFETY: a store into memory of this process, at an offset below its length.
        unsafe { start.wrapping_add(at).write_volatile(1) };
    }
    start
}

/// Reads one byte of each `stride`.
fn look(start: *mut u8, length: usize, stride: usize) {
    for at in (0..length).step_by(stride) {
        // SAFETY: a load from memory of this process, at an offset below its length.
        unsafe { start.wrapping_add(at).read_volatile() };
    }
}

fn protect(start: *mut u8, length: usize, protection: i32) {
    // SAFETY: changes the protection of memory that this process has mapped for it.
    unsafe { libc::mprotect(start.cast(), length, protection) };
}

/// `MADV_GUARD_INSTALL`, since Linux 6.13; it does nothing before.
const GUARD_INSTALL: i32 = 102;

fn mixed(pages: usize, page: usize, file: i32) -> Option<*mut u8> {
    let both = libc::PROT_READ | libc::PROT_WRITE;
    let private = libc::MAP_PRIVATE | libc::MAP_NORESERVE;
    let start = map(2 * pages * page, both, private, -1)?;
    // SAFETY: advice about the memory just mapped.
    unsafe { libc::madvise(start.cast(), 2 * pages * page, libc::MADV_NOHUGEPAGE) };
    let behind = start.wrapping_add(pages * page);
    let fixed = libc::MAP_PRIVATE | libc::MAP_FIXED;
    // SAFETY: maps over the second half of the memory just mapped.
    unsafe { libc::mmap(behind.cast(), pages * page, both, fixed, file, 0) };
    for index in 0..pages {
        let (one, other) = (
            start.wrapping_add(index * page),
            behind.wrapping_add(index * page),
        );
        match (index / 3 + index / 64) % 5 {
            0 => look(one, page, page),
            1 | 2 => drop(touch(one, page, page)),
            // SAFETY: advice about one page of the memory just mapped.
            3 => drop(unsafe { libc::madvise(one.cast(), page, GUARD_INSTALL) }),
            _ => {}
        }
        match index % 7 {
            0 => look(other, page, page),
            1 => drop(touch(other, page, page)),
            _ => {}
        }
    }
    Some(start)
}

fn churn(length: usize, page: usize) {
    let private = libc::MAP_PRIVATE | libc::MAP_NORESERVE;
    if let Some(start) = map(length, libc::PROT_READ | libc::PROT_WRITE, private, -1) {
        touch(start, length, page);
        // SAFETY: unmaps what was just mapped.
        unsafe { libc::munmap(start.cast(), length) };
    }
}
