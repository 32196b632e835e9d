//! `perf_event_open(2)` for the page faults of one thread: two counters, one ring of memory that both write to.
//!
//! Declared by hand after `include/uapi/linux/perf_event.h`. The ring is read where it is; nobody is ever woken by it.

use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};
use std::ffi::c_void;
use std::fs::File;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

const TYPE_SOFTWARE: u32 = 1;
const FAULTS_MINOR: u64 = 5;
const FAULTS_MAJOR: u64 = 6;
/// Instruction, thread, time, address, and the number of the counter.
const SAMPLE: u64 = 1 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 6;
const DISABLED: u64 = 1;
const EXCLUDE_KERNEL: u64 = 1 << 5;
const EXCLUDE_HYPERVISOR: u64 = 1 << 6;
const WATERMARK: u64 = 1 << 14;
const USE_CLOCK: u64 = 1 << 25;
const RECORD_LOST: u32 = 2;
const RECORD_SAMPLE: u32 = 9;
/// `PERF_FLAG_FD_CLOEXEC`
const CLOSE_ON_EXEC: libc::c_ulong = 1 << 3;
/// Bytes of a sample with its head.
pub const RECORD: usize = 48;
/// Pages of a ring, without the one that says how far it is written.
const PAGES: usize = 8;
/// Places in that first page.
const HEAD: usize = 1024;
const TAIL: usize = 1032;

/// `struct perf_event_attr`, as long as kernels have had it since Linux 4.7.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
struct Attributes {
    kind: u32,
    size: u32,
    config: u64,
    sample_period: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_watermark: u32,
    bp_type: u32,
    config1: u64,
    config2: u64,
    branch_sample_type: u64,
    sample_regs_user: u64,
    sample_stack_user: u32,
    clockid: i32,
    sample_regs_intr: u64,
    aux_watermark: u32,
    sample_max_stack: u16,
    reserved: u16,
}

/// One record of the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// The instruction.
    pub instruction: u64,
    /// The thread.
    pub thread: i32,
    /// Nanoseconds of the monotonic clock.
    pub time: u64,
    /// The address accessed.
    pub addr: u64,
    /// Whether it was a major fault.
    pub major: bool,
}

/// What a look at a ring gave beside its records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    /// Records that the kernel says it had no room for before those that it wrote: the `lost` of `PERF_RECORD_LOST`,
    /// added up.
    pub lost: u64,
    /// Whether there was no room for more. Of what is lost then the kernel says nothing until a later record fits.
    pub full: bool,
    /// How many faults perf has counted since it listens, told or not, at a moment when the ring was full; `None` where
    /// it was not full, or the count cannot be read.
    pub counted: Option<u64>,
}

/// The faults of one thread.
#[derive(Debug)]
pub struct Thread {
    minor: File,
    /// It writes to the ring of the other.
    major: File,
    major_id: u64,
    ring: Ring,
}

/// Memory shared with the kernel.
#[derive(Debug)]
struct Ring {
    start: NonNull<c_void>,
    page: usize,
}

// SAFETY: the mapping is this value's alone, and is read by whoever owns it.
unsafe impl Send for Ring {}

impl Thread {
    /// Listens to the faults of a thread; one of `each` minor ones, and every major one. `kernel` says whether those
    /// that happen inside of system calls are wanted.
    pub fn open(thread: i32, each: u64, kernel: bool, page: usize) -> io::Result<Self> {
        let minor = open(thread, FAULTS_MINOR, each, kernel)?;
        let ring = Ring::map(&minor, page)?;
        let major = open(thread, FAULTS_MAJOR, 1, kernel)?;
        // SAFETY: makes one descriptor of ours write to the ring of another.
        succeeded(unsafe { libc::ioctl(major.as_raw_fd(), set_output(), minor.as_raw_fd()) })?;
        let mut major_id = 0u64;
        // SAFETY: the kernel writes a number to a place that lives until the call ends.
        succeeded(unsafe { libc::ioctl(major.as_raw_fd(), id(), &raw mut major_id) })?;
        for counter in [&minor, &major] {
            // SAFETY: begins to count; nothing is passed.
            succeeded(unsafe { libc::ioctl(counter.as_raw_fd(), enable(), 0) })?;
        }
        Ok(Self {
            minor,
            major,
            major_id,
            ring,
        })
    }

    /// Tells one of `each` minor faults from now on.
    pub fn tell_one_of(&self, each: u64) -> io::Result<()> {
        // SAFETY: the kernel reads a number that lives until the call ends.
        succeeded(unsafe { libc::ioctl(self.minor.as_raw_fd(), period(), &raw const each) })
    }

    /// How many faults perf has counted since it listens, told or not.
    pub fn counted(&self) -> io::Result<u64> {
        Ok(count(&self.minor)? + count(&self.major)?)
    }

    /// Takes what was written since the last time.
    pub fn drain(&mut self, each: impl FnMut(Record)) -> Drained {
        let (mut drained, tail) = self.ring.records(self.major_id, each);
        if drained.full {
            // Read before there is room again: all that was counted until now is in the records, or lost.
            drained.counted = self.counted().ok();
        }
        self.ring.free(tail);
        drained
    }
}

/// Whether this user may see its own faults; the error says why not. Nothing is listened to.
pub fn trial() -> io::Result<()> {
    open(0, FAULTS_MINOR, 1, false).map(drop)
}

/// The number that a counter has reached (`read_format` of 0: nothing else is there to be read).
fn count(mut counter: &File) -> io::Result<u64> {
    let mut bytes = [0; 8];
    counter.read_exact(&mut bytes)?;
    Ok(u64::from_ne_bytes(bytes))
}

/// Opens a counter that does not count yet.
fn open(thread: i32, event: u64, each: u64, kernel: bool) -> io::Result<File> {
    let hidden = if kernel { 0 } else { EXCLUDE_KERNEL };
    let attributes = Attributes {
        kind: TYPE_SOFTWARE,
        size: size_of::<Attributes>() as u32,
        config: event,
        sample_period: each,
        sample_type: SAMPLE,
        flags: DISABLED | hidden | EXCLUDE_HYPERVISOR | WATERMARK | USE_CLOCK,
        // More than the ring holds: nobody is woken.
        wakeup_watermark: u32::MAX,
        clockid: libc::CLOCK_MONOTONIC,
        ..Attributes::default()
    };
    // SAFETY: the attributes are the kernel's struct and live until the call ends.
    let fd = unsafe {
        libc::syscall(
            libc::SYS_perf_event_open,
            &raw const attributes,
            thread,
            -1,
            -1,
            CLOSE_ON_EXEC,
        )
    };
    succeeded(fd as i32)?;
    // SAFETY: a descriptor that was just opened is nobody else's.
    Ok(unsafe { File::from_raw_fd(fd as RawFd) })
}

fn succeeded(result: i32) -> io::Result<()> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// `PERF_EVENT_IOC_ENABLE`
fn enable() -> libc::Ioctl {
    libc::_IO(u32::from(b'$'), 0)
}

/// `PERF_EVENT_IOC_PERIOD`
fn period() -> libc::Ioctl {
    libc::_IOW::<u64>(u32::from(b'$'), 4)
}

/// `PERF_EVENT_IOC_SET_OUTPUT`
fn set_output() -> libc::Ioctl {
    libc::_IO(u32::from(b'$'), 5)
}

/// `PERF_EVENT_IOC_ID`
fn id() -> libc::Ioctl {
    libc::_IOR::<*mut u64>(u32::from(b'$'), 7)
}

impl Ring {
    fn map(fd: &File, page: usize) -> io::Result<Self> {
        let length = NonZeroUsize::new((PAGES + 1) * page).ok_or(io::ErrorKind::InvalidInput)?;
        // SAFETY: fresh memory wherever the kernel likes, shared with it.
        let start = unsafe {
            mmap(
                None,
                length,
                ProtFlags::PROT_READ | ProtFlags::PROT_WRITE,
                MapFlags::MAP_SHARED,
                fd,
                0,
            )
        }?;
        Ok(Self { start, page })
    }

    /// A number of the first page that the kernel writes, or reads.
    fn word(&self, at: usize) -> &AtomicU64 {
        // SAFETY: `at` is one of the two places above, inside of the first page.
        let place = unsafe { self.start.cast::<u8>().add(at) };
        // SAFETY: the place is aligned and mapped as long as the ring lives; both sides use it atomically.
        unsafe { place.cast::<AtomicU64>().as_ref() }
    }

    fn size(&self) -> usize {
        PAGES * self.page
    }

    /// Eight bytes of the ring, which is a multiple of eight long.
    fn read(&self, at: u64) -> u64 {
        let offset = self.page + (at as usize & (self.size() - 1) & !7);
        // SAFETY: the offset lies in the ring, as it is masked with its size.
        let place = unsafe { self.start.cast::<u8>().add(offset) };
        // SAFETY: aligned and mapped; the kernel does not write here until the tail has passed.
        unsafe { place.cast::<u64>().read_volatile() }
    }

    /// Gives every record that is there, and the place up to which that is; they stay where they are.
    fn records(&self, major_id: u64, mut each: impl FnMut(Record)) -> (Drained, u64) {
        let head = self.word(HEAD).load(Ordering::Acquire);
        let mut tail = self.word(TAIL).load(Ordering::Relaxed);
        let mut drained = Drained {
            // The kernel leaves a byte free.
            full: head.wrapping_sub(tail) as usize + RECORD >= self.size(),
            ..Drained::default()
        };
        while tail.wrapping_add(8) <= head {
            let record = self.read(tail);
            let (kind, size) = (record as u32, record >> 48);
            if size < 8 {
                // It is not as it should be: what is left is passed over.
                tail = head;
                break;
            }
            if kind == RECORD_SAMPLE && size as usize == RECORD {
                let word = |index: u64| self.read(tail + 8 * index);
                each(Record {
                    instruction: word(1),
                    thread: (word(2) >> 32) as i32,
                    time: word(3),
                    addr: word(4),
                    major: word(5) == major_id,
                });
            }
            if kind == RECORD_LOST && size >= 24 {
                drained.lost += self.read(tail + 16);
            }
            tail += size;
        }
        (drained, tail)
    }

    /// Lets the kernel write over what lies before `tail`.
    fn free(&mut self, tail: u64) {
        self.word(TAIL).store(tail, Ordering::Release);
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: the mapping is this value's alone, and nothing of it is borrowed any more.
        let unmapped = unsafe { munmap(self.start, (PAGES + 1) * self.page) };
        // It was mapped, so it can be unmapped.
        let _ = unmapped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::mman::{MmapAdvise, madvise, mmap_anonymous};

    /// Memory of so many pages that nothing has touched, and that has no huge pages.
    fn untouched(pages: usize, page: usize) -> &'static [AtomicU64] {
        let length = NonZeroUsize::new(pages * page).unwrap();
        let rights = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: fresh memory wherever the kernel likes; it is never unmapped.
        let start = unsafe { mmap_anonymous(None, length, rights, MapFlags::MAP_PRIVATE) }.unwrap();
        // SAFETY: the whole of the memory just mapped. Where there are no huge pages, it fails and is not needed.
        let _ = unsafe { madvise(start, length.get(), MmapAdvise::MADV_NOHUGEPAGE) };
        let words = start.cast::<AtomicU64>();
        // SAFETY: aligned to a page, zeroed, as long as this, and there until the test ends.
        unsafe { std::slice::from_raw_parts(words.as_ptr(), length.get() / 8) }
    }

    #[test]
    fn what_a_full_ring_has_no_room_for_is_counted() {
        let page = crate::observe::page_size().bytes() as usize;
        let mut thread = match Thread::open(0, 1, false, page) {
            Ok(thread) => thread,
            Err(error) => return eprintln!("not tried: {error}"),
        };
        let most = PAGES * page / RECORD;
        let memory = untouched(2 * most, page);
        let touch = |pages: std::ops::Range<usize>| {
            for at in pages {
                memory[at * page / 8].store(1, Ordering::Relaxed);
            }
        };
        touch(0..2 * most - 10);
        let mut told = 0;
        let full = thread.drain(|_| told += 1);
        let counted = full.counted.unwrap();
        assert!(full.full && told <= most as u64, "{full:?}, {told} told");
        assert!(counted >= 2 * most as u64 - 10, "{full:?}");
        // With the next that fits, the kernel says the same.
        let missing = counted - told;
        touch(2 * most - 10..2 * most);
        let later = thread.drain(|_| told += 1);
        assert!(
            !later.full && later.lost >= missing,
            "{later:?}, {missing} missing"
        );
        let all = thread.counted().unwrap();
        let known = told + later.lost;
        assert!(all >= known && all - known < 16, "{known} of {all}");
    }

    #[test]
    fn the_struct_is_the_kernels() {
        assert_eq!(size_of::<Attributes>(), 112);
        if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
            assert_eq!(period() as u32, 0x4008_2404);
            assert_eq!(enable() as u32, 0x2400);
            assert_eq!(set_output() as u32, 0x2405);
            assert_eq!(id() as u32, 0x8008_2407);
        }
    }
}
