//! Each trial does the thing itself, on memory and files of its own, and says what came of it.

use super::{entry, frames_readable, page_size};
use crate::mem::{Addr, Range, Reading, error_text};
use crate::observe::gauge::perf;
use crate::observe::gauge::query::{Room, query};
use crate::observe::live::scan;
use crate::observe::state;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::Path;

const MADV_GUARD_INSTALL: i32 = 102;
/// `cachestat(2)`; the number is the same everywhere. Since Linux 6.5.
const SYS_CACHESTAT: libc::c_long = 451;
/// `UFFD_USER_MODE_ONLY` of `<linux/userfaultfd.h>`. Since Linux 5.11.
const UFFD_USER_MODE_ONLY: libc::c_int = 1;

fn yes() -> Reading<String> {
    Reading::Known("yes".to_owned())
}

fn refused(what: &str) -> Reading<String> {
    Reading::unknown(format!(
        "{what}: {}",
        error_text(&io::Error::last_os_error())
    ))
}

/// One fresh anonymous page of this process, unmapped when dropped.
struct Page(*mut libc::c_void);

impl Page {
    fn new() -> Option<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let length = page_size().bytes() as usize;
        // SAFETY: new memory where the kernel likes; nothing is replaced.
        let at = unsafe { libc::mmap(std::ptr::null_mut(), length, protection, flags, -1, 0) };
        (at != libc::MAP_FAILED).then_some(Self(at))
    }

    fn advise(&self, advice: i32) -> bool {
        // SAFETY: the range is this mapping; the advice at most drops what nobody holds a reference to.
        unsafe { libc::madvise(self.0, page_size().bytes() as usize, advice) == 0 }
    }

    fn write(&self) {
        // SAFETY: one byte of this mapping, which is writable.
        unsafe { self.0.cast::<u8>().write_volatile(1) };
    }

    fn read(&self) -> u8 {
        // SAFETY: one byte of this mapping, which is readable.
        unsafe { self.0.cast::<u8>().read_volatile() }
    }

    fn bits(&self) -> Option<u64> {
        entry(self.0 as u64)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // SAFETY: unmaps what `new` mapped.
        unsafe { libc::munmap(self.0, page_size().bytes() as usize) };
    }
}

fn with_page(trial: impl FnOnce(&Page) -> Reading<String>) -> Reading<String> {
    match Page::new() {
        Some(page) => trial(&page),
        None => refused("no memory to try it on"),
    }
}

pub(super) fn pagemap() -> Reading<String> {
    with_page(|page| {
        page.write();
        match page.bits() {
            Some(bits) if bits & state::PRESENT != 0 => yes(),
            Some(_) => Reading::unknown("pagemap says that a page just written is not there"),
            None => refused("cannot be read"),
        }
    })
}

pub(super) fn exclusive_bit() -> Reading<String> {
    with_page(|page| {
        page.write();
        match page.bits() {
            Some(bits) if bits & state::EXCLUSIVE != 0 => yes(),
            _ => Reading::unknown("this kernel does not set it"),
        }
    })
}

pub(super) fn zero_page() -> Reading<String> {
    with_page(|page| {
        page.read();
        let range = Range::of(Addr(page.0 as u64), page_size().bytes());
        let found =
            File::open("/proc/self/pagemap").and_then(|pagemap| scan::zero_pages(&pagemap, range));
        match found {
            Ok(found) if found == [range] => yes(),
            Ok(_) => Reading::unknown("it does not find the zero page"),
            Err(error) => {
                Reading::unknown(format!("this kernel has it not: {}", error_text(&error)))
            }
        }
    })
}

pub(super) fn frames() -> Reading<String> {
    if frames_readable() {
        yes()
    } else {
        Reading::unknown("needs CAP_SYS_ADMIN in the first user namespace")
    }
}

pub(super) fn guard() -> Reading<String> {
    with_page(|page| {
        if !page.advise(MADV_GUARD_INSTALL) {
            return refused("this kernel has none");
        }
        match page.bits() {
            Some(bits) if bits & state::GUARD != 0 => yes(),
            _ => Reading::Known("yes, but pagemap shows them as swapped".to_owned()),
        }
    })
}

pub(super) fn populate() -> Reading<String> {
    with_page(|page| {
        if page.advise(libc::MADV_POPULATE_WRITE) {
            yes()
        } else {
            refused("this kernel has it not")
        }
    })
}

/// Whether memory that was written may be made executable, without staying writable.
pub(super) fn jit() -> Reading<()> {
    let Some(page) = Page::new() else {
        return refused("no memory to try it on").map(drop);
    };
    page.write();
    let length = page_size().bytes() as usize;
    // SAFETY: changes the protection of this mapping, which nothing runs.
    let result = unsafe { libc::mprotect(page.0, length, libc::PROT_READ | libc::PROT_EXEC) };
    if result == 0 {
        Reading::Known(())
    } else {
        refused("mprotect(2) refuses PROT_EXEC").map(drop)
    }
}

/// `struct cachestat_range` and, behind it, `struct cachestat`.
#[repr(C)]
#[derive(Default)]
struct CacheStat {
    range: [u64; 2],
    counts: [u64; 5],
}

pub(super) fn cachestat(scratch: &Path) -> Reading<String> {
    let name = scratch.join(format!(".mmap-tutor-trial-{}", std::process::id()));
    let file = OpenOptions::new().write(true).create_new(true).open(&name);
    let file = match file {
        Ok(file) => file,
        Err(error) => {
            return Reading::unknown(format!("no file to try it on: {}", error_text(&error)));
        }
    };
    // The open file is enough. Should removing fail, the scratch directory is emptied later anyway.
    let _ = std::fs::remove_file(&name);
    let mut stat = CacheStat::default();
    // SAFETY: two structs of the kernel's layout that live in this frame, and a file that is open.
    let result = unsafe {
        libc::syscall(
            SYS_CACHESTAT,
            file.as_raw_fd(),
            &raw const stat.range,
            &raw mut stat.counts,
            0,
        )
    };
    if result == 0 {
        yes()
    } else {
        refused("refused")
    }
}

pub(super) fn procmap_query() -> Reading<String> {
    let Ok(maps) = File::open("/proc/self/maps") else {
        return refused("maps cannot be opened");
    };
    let here = 0u8;
    let at = Addr(&raw const here as u64);
    match query(&maps, at, &mut Room::default()) {
        Ok(_) => yes(),
        Err(_) => refused("this kernel has it not"),
    }
}

pub(super) fn perf() -> Reading<String> {
    match perf::trial() {
        Ok(()) => yes(),
        Err(_) => refused("refused"),
    }
}

pub(super) fn userfaultfd() -> Reading<String> {
    // SAFETY: makes a descriptor and nothing else.
    let descriptor =
        unsafe { libc::syscall(libc::SYS_userfaultfd, libc::O_CLOEXEC | UFFD_USER_MODE_ONLY) };
    opened(descriptor)
}

fn opened(descriptor: libc::c_long) -> Reading<String> {
    if descriptor < 0 {
        return refused("refused");
    }
    // SAFETY: the kernel made this descriptor just now, for us alone; dropping closes it.
    drop(unsafe { OwnedFd::from_raw_fd(descriptor as i32) });
    yes()
}

pub(super) fn landlock() -> Reading<String> {
    const LANDLOCK_CREATE_RULESET_VERSION: u32 = 1;
    // SAFETY: with this flag the call only returns a number.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<u8>(),
            0usize,
            LANDLOCK_CREATE_RULESET_VERSION,
        )
    };
    if version < 0 {
        refused("not here")
    } else {
        Reading::Known(format!("yes, version {version}"))
    }
}
