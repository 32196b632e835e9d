//! The page cache as the witness sees it, on the real kernel: what is written, synced, dropped and read again must show
//! as just that, and looking must not change it.

#![expect(clippy::unwrap_used, reason = "a test: a failure is a panic")]

#[path = "support/directory.rs"]
mod directory;

use mmap_tutor::mem::{Addr, Pid, Process, Reading};
use mmap_tutor::observe::{self, CacheState, Live, Source};
use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

const PAGES: u64 = 8;

fn page() -> u64 {
    observe::page_size().bytes()
}

/// A file in the page cache in single pages, mapped shared into this very process.
struct Mapped {
    file: File,
    address: *mut u8,
    live: Live,
}

impl Mapped {
    fn new(directory: &Path) -> Self {
        let path = directory.join("data.bin");
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .unwrap();
        for index in 0..PAGES {
            let bytes = vec![b'a'; page() as usize];
            file.write_all_at(&bytes, index * page()).unwrap();
        }
        // SAFETY: a fresh mapping, chosen by the kernel.
        let address = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                (PAGES * page()) as usize,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                0,
            )
        };
        assert_ne!(address, libc::MAP_FAILED);
        Self {
            file,
            address: address.cast(),
            live: Live::default().with_files_below(directory),
        }
    }

    fn look(&mut self) -> Reading<Vec<CacheState>> {
        let me = Pid(std::process::id() as i32);
        let snapshot = self.live.snapshot(Process::Main, me).unwrap();
        let mapping = snapshot.mapping_at(Addr(self.address as u64)).unwrap();
        mapping.cache.clone()
    }

    /// States by letter: `-` not cached, `c` cached, `d` dirty, `w` under writeback.
    fn letters(&mut self) -> String {
        let states = self.look();
        let letter = |state: &CacheState| match state {
            CacheState::NotCached => '-',
            CacheState::Cached => 'c',
            CacheState::Dirty => 'd',
            CacheState::Writeback => 'w',
        };
        states.known().unwrap().iter().map(letter).collect()
    }

    fn advise(&self, advice: i32) {
        let length = (PAGES * page()) as usize;
        // SAFETY: advice about the whole of our own mapping, whose bytes are the file's.
        let result = unsafe { libc::madvise(self.address.cast(), length, advice) };
        assert_eq!(result, 0);
    }

    fn store(&self, index: u64) {
        // SAFETY: the page lies within the mapping.
        let place = unsafe { self.address.add((index * page()) as usize) };
        // SAFETY: it is mapped for writing, and nobody else reads it.
        unsafe { place.write_volatile(b'X') };
    }

    fn load(&self, index: u64) -> u8 {
        // SAFETY: the page lies within the mapping.
        let place = unsafe { self.address.add((index * page()) as usize) };
        // SAFETY: it is mapped for reading.
        unsafe { place.read_volatile() }
    }

    /// Drops the file from the page cache; `false` when the kernel keeps it.
    fn drop_cache(&self) -> bool {
        self.file.sync_all().unwrap();
        self.advise(libc::MADV_DONTNEED);
        (0..50).any(|_| {
            // SAFETY: advice about a descriptor that is open.
            unsafe { libc::posix_fadvise(self.file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) };
            let pages = observe::cached(&self.file).map(|cached| cached.pages);
            let gone = pages == Reading::Known(0);
            if !gone {
                std::thread::sleep(Duration::from_millis(20));
            }
            gone
        })
    }
}

#[test]
fn what_is_written_synced_dropped_and_read_again_shows_as_that() {
    let directory = directory::fresh_directory();
    let mut mapped = Mapped::new(directory.path());
    if let Reading::Unknown(why) = mapped.look() {
        println!("skipped: {why}");
        return;
    }
    assert!(!mapped.letters().contains('-'), "{}", mapped.letters());
    mapped.file.sync_all().unwrap();
    assert_eq!(mapped.letters(), "cccccccc");
    mapped.store(2);
    assert_eq!(mapped.letters(), "ccdccccc");
    mapped.file.sync_all().unwrap();
    assert_eq!(mapped.letters(), "cccccccc");
    if !mapped.drop_cache() {
        println!("skipped: this file system keeps its pages in the page cache");
        return;
    }
    assert_eq!(mapped.letters(), "--------");
    mapped.advise(libc::MADV_RANDOM);
    assert_eq!(mapped.load(5), b'a');
    assert_eq!(mapped.letters(), "-----c--");
    for _ in 0..1000 {
        mapped.look();
    }
    assert_eq!(mapped.letters(), "-----c--", "looking brings nothing in");
}

#[test]
fn files_that_are_not_the_lessons_are_not_asked_about() {
    let directory = directory::fresh_directory();
    let mut mapped = Mapped::new(directory.path());
    let other = directory.path().join("other");
    std::fs::create_dir(&other).unwrap();
    mapped.live = Live::default().with_files_below(&other);
    assert_eq!(
        mapped.look().reason(),
        Some("only files of the lesson are asked about")
    );
    mapped.live = Live::default();
    assert!(mapped.look().known().is_none());
    mapped.live = Live::default().with_files_below(directory.path());
    std::fs::remove_file(directory.path().join("data.bin")).unwrap();
    assert_eq!(
        mapped.look().reason(),
        Some("the file has no name any more to open it by")
    );
}
