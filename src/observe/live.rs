//! Snapshots of living processes: the files of `/proc/<pid>`, each read by the module of its name.
//!
//! Reads and nothing else: no signal, no ptrace, no byte of the process's memory. A snapshot of a parked process costs
//! it no fault. What the program itself had before its first line (its text, libc, stack) is told apart by a
//! *baseline*, and only the lesson's VMAs are read page by page. See proc(5).

mod files;
pub mod maps;
pub mod pagemap;
pub mod scan;
pub mod smaps;
pub mod stat;
mod window;

use super::{CacheState, Mapping, ObserveError, Pages, Snapshot, Source};
use crate::mem::{
    Addr, Backing, PageSize, PageState, Pid, Process, Range, Reading, Vma, without_numbers,
};
use files::Files;
use pagemap::Pagemap;
use procfs::process::Process as Directory;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use window::Window;

/// Pages of one snapshot, when nobody says otherwise: 4 GiB of addresses in pages of 4 KiB.
pub const PAGE_BUDGET: u64 = 1 << 20;

/// Reads living processes.
#[derive(Debug)]
pub struct Live {
    page_size: PageSize,
    page_budget: u64,
    frames: bool,
    files: Files,
    own: HashMap<Process, Vec<Vma>>,
    open: HashMap<Process, Opened>,
    buffer: Vec<u8>,
}

/// The open files of one process. They belong to the process they were opened for, even if its number is given to
/// another one later.
#[derive(Debug)]
struct Opened {
    pid: Pid,
    directory: Directory,
    pagemap: Reading<Pagemap>,
}

/// How much of a process is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Detail {
    /// Everything.
    Full,
    /// Without smaps, whose lock makes a running process wait.
    Glance,
}

impl Default for Live {
    fn default() -> Self {
        Self::new(PAGE_BUDGET)
    }
}

impl Source for Live {
    fn snapshot(&mut self, process: Process, pid: Pid) -> Result<Snapshot, ObserveError> {
        self.look(process, pid, Detail::Full)
    }
}

impl Live {
    /// A reader that looks at `page_budget` pages a snapshot at most; the rest is counted as cut.
    pub fn new(page_budget: u64) -> Self {
        Self {
            page_size: super::page_size(),
            page_budget,
            frames: super::frames_readable(),
            files: Files::default(),
            own: HashMap::new(),
            open: HashMap::new(),
            buffer: Vec::new(),
        }
    }

    /// The same, which also asks what the page cache has of files below `directory`: the lesson's own. No other file
    /// is ever opened.
    #[must_use]
    pub fn with_files_below(mut self, directory: &Path) -> Self {
        self.files = Files::below(directory);
        self
    }

    /// Marks everything the process has mapped now, but for `[heap]`, as the program's own. To be called once,
    /// before its first line runs.
    pub fn baseline(&mut self, process: Process, pid: Pid) -> Result<(), ObserveError> {
        self.open.remove(&process);
        let vmas = self.maps(process, pid)?;
        let own = vmas
            .into_iter()
            .filter(|vma| vma.backing != Backing::Heap)
            .collect();
        self.own.insert(process, own);
        Ok(())
    }

    /// Gives a process that `fork` made the baseline of the one that forked it.
    pub fn inherit(&mut self, child: Process, parent: Process) {
        self.open.remove(&child);
        match self.own.get(&parent).cloned() {
            Some(own) => self.own.insert(child, own),
            None => self.own.remove(&child),
        };
    }

    /// Whether a process has a baseline.
    pub fn knows(&self, process: Process) -> bool {
        self.own.contains_key(&process)
    }

    /// Forgets every process.
    pub fn clear(&mut self) {
        self.own.clear();
        self.open.clear();
    }

    /// A snapshot without the sizes of smaps, for looking at a process while it runs: reading smaps holds the lock
    /// that its `mmap` and `munmap` need.
    pub fn glance(&mut self, process: Process, pid: Pid) -> Result<Snapshot, ObserveError> {
        self.look(process, pid, Detail::Glance)
    }

    /// Reads, and lets go of the files of a process that is gone.
    fn look(
        &mut self,
        process: Process,
        pid: Pid,
        detail: Detail,
    ) -> Result<Snapshot, ObserveError> {
        let snapshot = self.read(process, pid, detail);
        if snapshot.is_err() {
            self.open.remove(&process);
        }
        snapshot
    }

    fn read(
        &mut self,
        process: Process,
        pid: Pid,
        detail: Detail,
    ) -> Result<Snapshot, ObserveError> {
        let vmas = self.maps(process, pid)?;
        let own = self.own.get(&process).map_or(&[][..], Vec::as_slice);
        let mine: Vec<bool> = vmas.iter().map(|vma| is_own(vma, own)).collect();
        let opened = opened(&mut self.open, process, pid)?;
        let usages = if mine.iter().all(|&own| own) {
            Reading::Known(Vec::new())
        } else {
            match detail {
                Detail::Full => smaps_of(opened, &mut self.buffer, &vmas, &mine)?,
                Detail::Glance => Reading::unknown("sizes are read when the line has ended"),
            }
        };
        let shares = shares(&vmas, &mine, self.page_size, self.page_budget);
        let mut window = Window::new(&vmas, &shares, self.page_size, self.frames);
        let mut mappings = Vec::with_capacity(vmas.len());
        for ((vma, own), share) in vmas.into_iter().zip(mine).zip(shares) {
            let mapping = if own {
                plain(vma)
            } else {
                let pages = window.pages(opened, &vma, share)?;
                let cache = self.files.cache(&vma, share, self.page_size);
                described(vma, &usages, pages, cache)
            };
            mappings.push(mapping);
        }
        Ok(Snapshot {
            process,
            pid,
            mappings,
            faults: stat::faults(&opened.directory),
            page_tables: stat::page_tables(&opened.directory),
        })
    }

    /// The VMA that `address` lies in, and the state of its page, as they are now; `None` where nothing is mapped. Which
    /// of the pages that read as zeros is the zero page is left open.
    pub fn page(
        &mut self,
        process: Process,
        pid: Pid,
        address: Addr,
    ) -> Result<Option<(Vma, PageState)>, ObserveError> {
        let vmas = self.maps(process, pid)?;
        let Some(vma) = vmas.into_iter().find(|vma| vma.range.contains(address)) else {
            return Ok(None);
        };
        let number = self.page_size.number(address);
        let opened = opened(&mut self.open, process, pid)?;
        let bits = opened
            .pagemap
            .known()
            .filter(|_| !in_kernel(&vma))
            .and_then(|pagemap| pagemap.entries(number, 1).ok()?.first().copied());
        let state = bits.map_or(PageState::Unknown, |bits| {
            super::state::state(&vma, bits, None)
        });
        Ok(Some((vma, state)))
    }

    fn maps(&mut self, process: Process, pid: Pid) -> Result<Vec<Vma>, ObserveError> {
        let opened = opened(&mut self.open, process, pid)?;
        read_file(opened, "maps", &mut self.buffer)?;
        let vmas = maps::parse(&self.buffer).map_err(|why| ObserveError::Unreadable {
            file: format!("/proc/{pid}/maps"),
            why,
        })?;
        // A process that has ended but was not yet waited for has no memory any more: its maps is empty.
        if vmas.is_empty() {
            return Err(ObserveError::Gone(pid));
        }
        Ok(vmas)
    }
}

/// The open files of `process`, opened now if they are not, or were another process's.
fn opened(
    open: &mut HashMap<Process, Opened>,
    process: Process,
    pid: Pid,
) -> Result<&mut Opened, ObserveError> {
    use std::collections::hash_map::Entry;
    match open.entry(process) {
        Entry::Occupied(entry) if entry.get().pid == pid => Ok(entry.into_mut()),
        Entry::Occupied(mut entry) => {
            entry.insert(open_process(pid)?);
            Ok(entry.into_mut())
        }
        Entry::Vacant(entry) => Ok(entry.insert(open_process(pid)?)),
    }
}

fn open_process(pid: Pid) -> Result<Opened, ObserveError> {
    let directory = Directory::new(pid.0).map_err(|error| wrong(pid, "", &error))?;
    let pagemap = match directory.open_relative("pagemap") {
        Ok(file) => Reading::Known(Pagemap::new(file)),
        Err(procfs::ProcError::PermissionDenied(_)) => {
            Reading::unknown("the kernel refuses to open pagemap")
        }
        Err(procfs::ProcError::NotFound(_)) => Reading::unknown("this kernel has no pagemap"),
        Err(error) => Reading::unknown(format!(
            "pagemap cannot be opened: {}",
            without_numbers(&error.to_string())
        )),
    };
    Ok(Opened {
        pid,
        directory,
        pagemap,
    })
}

/// Reads one text file of the process into `buffer`.
fn read_file(opened: &Opened, name: &str, buffer: &mut Vec<u8>) -> Result<(), ObserveError> {
    buffer.clear();
    let mut file: File = opened
        .directory
        .open_relative(name)
        .map_err(|error| wrong(opened.pid, name, &error))?;
    match file.read_to_end(buffer) {
        Ok(_) => Ok(()),
        Err(error) if is_gone(&error) => Err(ObserveError::Gone(opened.pid)),
        Err(error) => Err(ObserveError::Unreadable {
            file: format!("/proc/{}/{name}", opened.pid),
            why: error.to_string(),
        }),
    }
}

fn smaps_of(
    opened: &Opened,
    buffer: &mut Vec<u8>,
    vmas: &[Vma],
    own: &[bool],
) -> Result<Reading<Vec<smaps::Block>>, ObserveError> {
    let wanted = |range: Range| {
        vmas.binary_search_by_key(&range.start, |vma| vma.range.start)
            .is_ok_and(|index| !own[index])
    };
    match read_file(opened, "smaps", buffer) {
        Ok(()) => Ok(Reading::Known(smaps::parse(buffer, wanted))),
        Err(ObserveError::Gone(pid)) => Err(ObserveError::Gone(pid)),
        Err(error) => Ok(Reading::unknown(error.to_string())),
    }
}

fn wrong(pid: Pid, name: &str, error: &procfs::ProcError) -> ObserveError {
    let file = format!("/proc/{pid}/{name}");
    match error {
        procfs::ProcError::NotFound(_) => ObserveError::Gone(pid),
        procfs::ProcError::PermissionDenied(_) => ObserveError::Refused { file },
        procfs::ProcError::Io(error, _) => ObserveError::of(pid, name, error),
        error => ObserveError::Unreadable {
            file,
            why: error.to_string(),
        },
    }
}

fn is_gone(error: &std::io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ESRCH | libc::ENOENT))
}

/// Whether a VMA is the program's own: the stack, which may grow, or what lies within something it had before.
fn is_own(vma: &Vma, baseline: &[Vma]) -> bool {
    if baseline.is_empty() || vma.backing == Backing::Heap {
        return false;
    }
    vma.backing == Backing::Stack || baseline.iter().any(|own| own.range.covers(vma.range))
}

/// Whether a VMA is not of the process at all: `[vsyscall]`, which pagemap does not know.
fn in_kernel(vma: &Vma) -> bool {
    vma.range.start.0 >> 63 == 1
}

/// Pages that are read of a VMA that is too long to be read whole; what is loaded further out is asked for by
/// `PAGEMAP_SCAN`.
const HEAD: u64 = 1 << 16;

/// How many pages of each VMA are read: all, while the budget lasts, small VMAs first so that one enormous
/// reservation does not hide the others.
fn shares(vmas: &[Vma], own: &[bool], page_size: PageSize, budget: u64) -> Vec<u64> {
    let wanted = |&index: &usize| !own[index] && !in_kernel(&vmas[index]);
    let mut order: Vec<usize> = (0..vmas.len()).filter(wanted).collect();
    order.sort_by_key(|&index| vmas[index].range.length());
    let mut left = budget;
    let mut shares = vec![0; vmas.len()];
    for index in order {
        let all = page_size.pages(vmas[index].range.length());
        let share = if all <= left { all } else { left.min(HEAD) };
        left -= share;
        shares[index] = share;
    }
    shares
}

fn plain(vma: Vma) -> Mapping {
    let own = || "not read: the program's own, not the lesson's".to_owned();
    Mapping {
        vma,
        own: true,
        usage: Reading::Unknown(own()),
        flags: Vec::new(),
        pages: Reading::Unknown(own()),
        file_length: None,
        cache: Reading::Unknown(own()),
    }
}

fn described(
    vma: Vma,
    blocks: &Reading<Vec<smaps::Block>>,
    pages: Reading<Pages>,
    cache: Reading<Vec<CacheState>>,
) -> Mapping {
    let (usage, flags) = match blocks {
        Reading::Unknown(why) => (Reading::unknown(why.clone()), Vec::new()),
        Reading::Known(blocks) => match find(blocks, vma.range) {
            Some(block) => (block.usage.clone(), block.flags.clone()),
            None => (
                Reading::unknown("smaps has no such line: the process was not parked"),
                Vec::new(),
            ),
        },
    };
    Mapping {
        file_length: file_length(&vma),
        vma,
        own: false,
        usage,
        flags,
        pages,
        cache,
    }
}

fn find(blocks: &[smaps::Block], range: Range) -> Option<&smaps::Block> {
    let index = blocks.binary_search_by_key(&range.start, |block| block.range.start);
    blocks.get(index.ok()?).filter(|block| block.range == range)
}

/// The length of the file behind a VMA. Its name is looked up, and believed only if the inode is still the same one.
fn file_length(vma: &Vma) -> Option<u64> {
    let path = match &vma.backing {
        Backing::File {
            path,
            deleted: false,
        } => path,
        Backing::SharedMemory { name } => name,
        _ => return None,
    };
    let metadata = std::fs::metadata(path).ok()?;
    (metadata.is_file() && metadata.ino() == vma.inode).then_some(metadata.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vma(start: u64, pages: u64, backing: Backing) -> Vma {
        Vma {
            range: Range::of(Addr(start), pages * 4096),
            perms: crate::mem::Perms::default(),
            offset: 0,
            device: (0, 0),
            inode: 0,
            backing,
        }
    }

    #[test]
    fn own_is_what_lies_within_the_baseline() {
        let baseline = [vma(0x10000, 4, Backing::Anonymous)];
        let table = [
            (vma(0x10000, 4, Backing::Anonymous), true),
            (vma(0x11000, 1, Backing::Anonymous), true),
            (vma(0x10000, 5, Backing::Anonymous), false),
            (vma(0x20000, 1, Backing::Anonymous), false),
            (vma(0x10000, 4, Backing::Heap), false),
            (vma(0x90000, 9, Backing::Stack), true),
        ];
        for (vma, own) in table {
            assert_eq!(is_own(&vma, &baseline), own, "{vma:?}");
        }
        assert!(
            !is_own(&vma(0x10000, 1, Backing::Stack), &[]),
            "without a baseline everything is looked at"
        );
    }

    #[test]
    fn the_budget_goes_to_small_mappings_first() {
        let size = PageSize::new(4096).unwrap();
        let vmas = [
            vma(0x10000, 100, Backing::Anonymous),
            vma(0x9_0000, 16, Backing::Anonymous),
            vma(0x20_0000, 8, Backing::Anonymous),
        ];
        let own = [false, false, true];
        assert_eq!(shares(&vmas, &own, size, 1000), [100, 16, 0]);
        assert_eq!(shares(&vmas, &own, size, 50), [34, 16, 0]);
        assert_eq!(shares(&vmas, &own, size, 0), [0, 0, 0]);
        let enormous = [vma(0x10000, 1 << 28, Backing::Anonymous)];
        assert_eq!(shares(&enormous, &[false], size, 1 << 20), [HEAD]);
    }
}
