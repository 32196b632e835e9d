//! The witness against the real kernel: processes made here map and touch memory, and what is read of them must be
//! what was done to them. Passes as root and without any right; what a kernel lacks is skipped by name.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test: a failure is a panic, and what was skipped is said aloud"
)]

#[path = "support/directory.rs"]
mod directory;

use mmap_tutor::mem::{
    Access, AccessKind, Act, Addr, Backing, Call, Ending, Faults, Nanos, Outcome, PageState, Pid,
    Process, Reading, Totals,
};
use mmap_tutor::observe::{self, Cause, Change, Live, ObserveError, Snapshot, Source, live};
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

/// What a subject is asked to do.
#[repr(u64)]
#[derive(Clone, Copy)]
enum Order {
    Nothing,
    Map,
    Unmap,
    Protect,
    Advise,
    Load,
    Store,
    Fork,
    Wait,
    Exit,
}

const FIELDS: usize = 5;
const MADV_GUARD_INSTALL: u64 = 102;

/// A process made by `fork` that does what it is told, and a second socket for its own child.
struct Subject {
    pid: Pid,
    line: UnixStream,
    childs: UnixStream,
}

impl Subject {
    fn new() -> Self {
        let (ours, its) = UnixStream::pair().unwrap();
        let (childs_end, grandchilds) = UnixStream::pair().unwrap();
        // SAFETY: the child calls nothing but system calls: see `serve`.
        let pid = unsafe { libc::fork() };
        assert!(pid >= 0);
        if pid == 0 {
            // SAFETY: sets a flag of this process.
            unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
            // Otherwise the ends of the other side would keep the sockets open for ever.
            drop(ours);
            drop(childs_end);
            serve(its.as_raw_fd(), grandchilds.as_raw_fd());
        }
        let mut subject = Self {
            pid: Pid(pid),
            line: ours,
            childs: childs_end,
        };
        subject.warm_up();
        subject
    }

    /// Runs every path once, so that the faults of the machinery are over.
    fn warm_up(&mut self) {
        let at = self.ask([Order::Map as u64, 1, 0, 0, 0]).result;
        for _ in 0..3 {
            self.ask([Order::Load as u64, at, 0, 0, 0]);
            self.ask([Order::Store as u64, at, 0, 0, 0]);
            self.ask([Order::Nothing as u64, 0, 0, 0, 0]);
        }
        self.ask([Order::Unmap as u64, at, page(), 0, 0]);
    }

    fn ask(&mut self, order: [u64; FIELDS]) -> Answer {
        ask(&mut self.line, order)
    }

    fn ask_child(&mut self, order: [u64; FIELDS]) -> Answer {
        ask(&mut self.childs, order)
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        // SAFETY: kills and reaps the process made in `new`.
        unsafe { libc::kill(self.pid.0, libc::SIGKILL) };
        // SAFETY: as above; no status is wanted.
        unsafe { libc::waitpid(self.pid.0, std::ptr::null_mut(), 0) };
    }
}

#[derive(Clone, Copy, Debug)]
struct Answer {
    result: u64,
    minor: u64,
    major: u64,
}

fn ask(line: &mut UnixStream, order: [u64; FIELDS]) -> Answer {
    let bytes: Vec<u8> = order.iter().flat_map(|word| word.to_ne_bytes()).collect();
    line.write_all(&bytes).unwrap();
    let mut answer = [0u8; 24];
    line.read_exact(&mut answer).unwrap();
    let word = |n: usize| u64::from_ne_bytes(answer[n * 8..n * 8 + 8].try_into().unwrap());
    Answer {
        result: word(0),
        minor: word(1),
        major: word(2),
    }
}

/// The life of a subject: one order, one answer. Ends when nobody gives orders any more.
fn serve(mut line: i32, childs: i32) -> ! {
    loop {
        let mut order = [0u64; FIELDS];
        let size = size_of_val(&order);
        // SAFETY: the buffer is `size` bytes of this frame.
        let got = unsafe { libc::read(line, order.as_mut_ptr().cast(), size) };
        if got != size as isize || order[0] == Order::Exit as u64 {
            // SAFETY: ends this process.
            unsafe { libc::_exit(0) };
        }
        let before = faults();
        let result = obey(order);
        let after = faults();
        let forked = order[0] == Order::Fork as u64 && result == 0;
        if forked {
            // SAFETY: sets a flag of this process.
            unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
            line = childs;
            continue;
        }
        let answer = [result, after.0 - before.0, after.1 - before.1];
        // SAFETY: the buffer is 24 bytes of this frame.
        unsafe { libc::write(line, answer.as_ptr().cast(), 24) };
    }
}

fn faults() -> (u64, u64) {
    // SAFETY: all zeros is a valid rusage.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a rusage of this frame.
    unsafe { libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage) };
    (usage.ru_minflt as u64, usage.ru_majflt as u64)
}

fn obey(order: [u64; FIELDS]) -> u64 {
    let [what, a, b, c, d] = order;
    let at = a as *mut libc::c_void;
    let is = |order: Order| what == order as u64;
    if is(Order::Map) {
        let flags = if b == 0 {
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS
        } else {
            b as i32
        };
        let descriptor = if flags & libc::MAP_ANONYMOUS != 0 {
            -1
        } else {
            c as i32
        };
        let protection = if d == 0 {
            libc::PROT_READ | libc::PROT_WRITE
        } else {
            d as i32
        };
        let length = a as usize * page() as usize;
        // A hint far from everything, one step further for each length, so that nothing merges.
        let hint = (0x10_0000_0000 + a * 0x1000_0000) as *mut libc::c_void;
        // SAFETY: the kernel chooses where; nothing of ours is replaced.
        return unsafe { libc::mmap(hint, length, protection, flags, descriptor, 0) } as u64;
    }
    if is(Order::Unmap) {
        // SAFETY: only ranges that `Map` made are named by the tests.
        return unsafe { libc::munmap(at, b as usize) } as u64;
    }
    if is(Order::Protect) {
        // SAFETY: as above.
        return unsafe { libc::mprotect(at, b as usize, c as i32) } as u64;
    }
    if is(Order::Advise) {
        // SAFETY: as above.
        return unsafe { libc::madvise(at, b as usize, c as i32) } as u64;
    }
    if is(Order::Load) {
        // SAFETY: as above.
        return u64::from(unsafe { at.cast::<u8>().read_volatile() });
    }
    if is(Order::Store) {
        // SAFETY: as above.
        unsafe { at.cast::<u8>().write_volatile(7) };
    }
    if is(Order::Fork) {
        // SAFETY: the child goes on in `serve`.
        return unsafe { libc::fork() } as u64;
    }
    if is(Order::Wait) {
        // SAFETY: no status is wanted.
        return unsafe { libc::waitpid(-1, std::ptr::null_mut(), 0) } as u64;
    }
    0
}

fn page() -> u64 {
    observe::page_size().bytes()
}

/// A subject under observation, with the snapshots of the moment before.
struct Theatre {
    subject: Subject,
    live: Live,
    child: Option<Pid>,
    before: Vec<Arc<Snapshot>>,
}

impl Theatre {
    fn new() -> Self {
        let subject = Subject::new();
        let mut live = Live::default();
        live.baseline(Process::Main, subject.pid).unwrap();
        let mut theatre = Self {
            subject,
            live,
            child: None,
            before: Vec::new(),
        };
        theatre.before = theatre.observe();
        assert_eq!(theatre.before[0].lesson_mappings().count(), 0);
        theatre
    }

    fn observe(&mut self) -> Vec<Arc<Snapshot>> {
        let main = self.live.snapshot(Process::Main, self.subject.pid).unwrap();
        let child = self
            .child
            .map(|pid| self.live.snapshot(Process::Child(1), pid));
        let mut snapshots = vec![main];
        snapshots.extend(child.and_then(Result::ok));
        // The subject was forked from the test, and shares a heap with it that is not part of the play.
        for snapshot in &mut snapshots {
            snapshot
                .mappings
                .retain(|mapping| mapping.vma.backing != Backing::Heap);
        }
        snapshots.into_iter().map(Arc::new).collect()
    }

    /// The changes of one act.
    fn changes(&mut self, process: Process, act: Act) -> Vec<Change> {
        let after = self.observe();
        let outcome = Outcome {
            acts: vec![act],
            totals: Totals {
                faults: act.faults(),
                ..Totals::default()
            },
            ..Outcome::empty(Ending::Finished)
        };
        let changes = observe::changes(
            &self.before,
            &after,
            &[(process, outcome)],
            observe::page_size(),
        );
        self.before = after;
        for change in &changes {
            println!("{process}: {} [{}]", change.text, change.cause.word());
        }
        changes
    }

    fn order(&mut self, process: Process, order: [u64; FIELDS]) -> Answer {
        match process {
            Process::Main => self.subject.ask(order),
            _ => self.subject.ask_child(order),
        }
    }

    fn touch(&mut self, process: Process, kind: AccessKind, at: u64) -> Vec<Change> {
        let order = match kind {
            AccessKind::Write => Order::Store,
            _ => Order::Load,
        };
        let answer = self.order(process, [order as u64, at, 0, 0, 0]);
        let access = Access {
            kind,
            address: Addr(at),
            length: 1,
            faults: faults_of(answer),
            elapsed: Nanos(600),
            signal: None,
        };
        self.changes(process, Act::Access(access))
    }

    fn read(&mut self, process: Process, at: u64) -> Vec<Change> {
        self.touch(process, AccessKind::Read, at)
    }

    fn write(&mut self, process: Process, at: u64) -> Vec<Change> {
        self.touch(process, AccessKind::Write, at)
    }

    fn call(
        &mut self,
        function: &'static str,
        order: [u64; FIELDS],
        arguments: [u64; 6],
    ) -> (u64, Vec<Change>) {
        let answer = self.subject.ask(order);
        if function == "fork" {
            self.child = Some(Pid(answer.result as i32));
            self.live.inherit(Process::Child(1), Process::Main);
        }
        let call = Call {
            function,
            arguments,
            result: answer.result as i64,
            errno: 0,
            // What the subject's own stack costs after a fork is no part of the play.
            faults: if function == "fork" {
                Faults::default()
            } else {
                faults_of(answer)
            },
            elapsed: Nanos(600),
        };
        (answer.result, self.changes(Process::Main, Act::Call(call)))
    }

    fn map(&mut self, pages: u64, flags: i32, descriptor: i32) -> (u64, Vec<Change>) {
        let protection = (libc::PROT_READ | libc::PROT_WRITE) as u64;
        self.call(
            "mmap",
            [
                Order::Map as u64,
                pages,
                flags as u64,
                descriptor as u64,
                protection,
            ],
            [
                0,
                pages * page(),
                protection,
                flags as u64,
                descriptor as u64,
                0,
            ],
        )
    }

    fn advise(&mut self, at: u64, pages: u64, advice: u64) -> (u64, Vec<Change>) {
        self.call(
            "madvise",
            [Order::Advise as u64, at, pages * page(), advice, 0],
            [at, pages * page(), advice, 0, 0, 0],
        )
    }

    fn fork(&mut self) -> Vec<Change> {
        self.call("fork", [Order::Fork as u64, 0, 0, 0, 0], [0; 6])
            .1
    }

    fn state(&self, process: Process, at: u64) -> PageState {
        self.before
            .iter()
            .find(|snapshot| snapshot.process == process)
            .unwrap()
            .state_at(Addr(at), observe::page_size())
    }

    fn rss(&self, at: u64) -> u64 {
        let mapping = self.before[0].mapping_at(Addr(at)).unwrap();
        let usage = mapping.usage.known().unwrap();
        usage.sizes.get(mmap_tutor::mem::Field::Rss).unwrap()
    }
}

fn faults_of(answer: Answer) -> Faults {
    Faults {
        minor: answer.minor,
        major: answer.major,
    }
}

fn causes(changes: &[Change]) -> Vec<Cause> {
    changes.iter().map(|change| change.cause).collect()
}

const PRIVATE: i32 = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
const MAIN: Process = Process::Main;
const CHILD: Process = Process::Child(1);

#[test]
fn anonymous_memory_is_zero_page_then_own_page() {
    let mut theatre = Theatre::new();
    let (p, changes) = theatre.map(16, PRIVATE, -1);
    assert_eq!(causes(&changes), [Cause::MappingCreated]);
    assert!(
        changes[0].text.ends_with("nothing is loaded yet"),
        "{}",
        changes[0].text
    );
    assert_eq!(theatre.state(MAIN, p), PageState::Absent);

    let changes = theatre.read(MAIN, p);
    assert_eq!(causes(&changes), [Cause::ZeroPageRead]);
    assert!(matches!(
        theatre.state(MAIN, p),
        PageState::Zero | PageState::ZeroOrShared
    ));
    assert_eq!(theatre.rss(p), 0);

    let changes = theatre.write(MAIN, p);
    assert_eq!(causes(&changes), [Cause::ZeroPageUpgrade]);
    assert_eq!(theatre.state(MAIN, p), PageState::Private);
    assert_eq!(theatre.rss(p), page());

    let third = p + 3 * page();
    let changes = theatre.write(MAIN, third);
    assert_eq!(causes(&changes), [Cause::DemandZero]);
    assert!(
        changes[0]
            .text
            .starts_with("write to page 3: absent -> a demand-zero page, 1 minor fault")
    );
    assert_eq!(causes(&theatre.write(MAIN, third)), []);

    let (_, changes) = theatre.advise(p, 16, libc::MADV_DONTNEED as u64);
    assert_eq!(causes(&changes), [Cause::Dropped]);
    assert!(
        changes[0]
            .text
            .starts_with("pages 0 and 3 were dropped by madvise()")
    );

    let (_, changes) = theatre.call(
        "munmap",
        [Order::Unmap as u64, p + 4 * page(), page(), 0, 0],
        [p + 4 * page(), page(), 0, 0, 0, 0],
    );
    assert_eq!(causes(&changes), [Cause::MappingSplit]);
    assert!(
        changes[0].text.ends_with("page 4 unmapped"),
        "{}",
        changes[0].text
    );
}

#[test]
fn fork_shares_and_the_first_writer_copies() {
    let mut theatre = Theatre::new();
    let (p, _) = theatre.map(16, PRIVATE, -1);
    for page_index in 0..16 {
        theatre.write(MAIN, p + page_index * page());
    }
    let changes = theatre.fork();
    assert_eq!(
        causes(&changes),
        [Cause::ProcessCreated, Cause::SharedByFork]
    );
    assert!(
        changes[1]
            .text
            .starts_with("fork: 16 pages are now shared with child (")
    );
    let third = p + 3 * page();
    for process in [MAIN, CHILD] {
        assert!(matches!(
            theatre.state(process, third),
            PageState::Shared | PageState::ZeroOrShared
        ));
    }

    let changes = theatre.write(CHILD, third);
    if theatre.state(CHILD, p) == PageState::ZeroOrShared {
        println!(
            "skipped: this kernel does not tell the zero page from a shared one (PAGEMAP_SCAN)"
        );
        return;
    }
    assert_eq!(
        causes(&changes),
        [Cause::CopyOnWrite, Cause::ExclusiveAgain]
    );
    assert!(changes[0].text.starts_with(
        "write to page 3: present, shared since fork -> the kernel copied it (copy-on-write), 1 minor fault"
    ));
    assert_eq!(changes[1].process, MAIN);
    assert_eq!(
        changes[1].text,
        "page 3 is exclusive again: child has its own copy"
    );
    assert_eq!(
        changes[0].text.contains(", frame 0x"),
        observe::frames_readable()
    );

    // The parent's next write to it costs a fault and copies nothing.
    let changes = theatre.write(MAIN, third);
    assert_eq!(causes(&changes), [Cause::Reuse]);
    assert_eq!(changes[0].faults, Faults { minor: 1, major: 0 });
    assert_eq!(
        changes[0].text.contains(" kept"),
        observe::frames_readable()
    );

    // When the child ends, everything is the parent's again, and still write-protected.
    theatre.subject.childs.write_all(&[0xff; 1]).unwrap();
    theatre
        .subject
        .childs
        .shutdown(std::net::Shutdown::Both)
        .unwrap();
    let (_, changes) = theatre.call("wait", [Order::Wait as u64, 0, 0, 0, 0], [0; 6]);
    assert_eq!(
        causes(&changes),
        [Cause::ProcessEnded, Cause::ExclusiveAgain]
    );
    assert!(
        changes[1]
            .text
            .ends_with("exclusive again: child has ended")
    );
    assert_eq!(causes(&theatre.write(MAIN, p)), [Cause::Reuse]);
}

#[test]
fn file_pages_are_mapped_with_their_neighbours_and_copied_on_write() {
    let named = tempfile::NamedTempFile::new().unwrap();
    let file = named.as_file();
    let pages = 64u64;
    for index in 0..pages {
        use std::os::unix::fs::FileExt;
        file.write_at(&vec![b'a'; page() as usize], index * page())
            .unwrap();
    }
    file.sync_all().unwrap();
    let mut theatre = Theatre::new();
    let (p, _) = theatre.map(pages, libc::MAP_PRIVATE, file.as_raw_fd());
    let mapping = theatre.before[0].mapping_at(Addr(p)).unwrap();
    assert_eq!(mapping.file_length, Some(pages * page()));
    let changes = theatre.read(MAIN, p + 20 * page());
    assert_eq!(changes[0].cause, Cause::FileMinor);
    if let Some(halo) = changes.get(1) {
        assert_eq!(halo.cause, Cause::FaultAround);
    }
    assert!(matches!(
        theatre.state(MAIN, p + 20 * page()),
        PageState::File | PageState::Shmem
    ));
    let changes = theatre.write(MAIN, p + 20 * page());
    assert_eq!(causes(&changes), [Cause::PrivateFileCopy]);
    assert_eq!(theatre.state(MAIN, p + 20 * page()), PageState::Private);

    let (s, _) = theatre.map(pages - 1, libc::MAP_SHARED, file.as_raw_fd());
    theatre.read(MAIN, s);
    let shared = theatre.write(MAIN, s);
    let memory =
        live::maps::parse(&std::fs::read(format!("/proc/{}/maps", theatre.subject.pid)).unwrap())
            .unwrap()
            .iter()
            .any(|vma| {
                vma.range.start.0 == s && matches!(vma.backing, Backing::SharedMemory { .. })
            });
    match observe::file_system(&std::env::temp_dir()).as_str() {
        "tmpfs" => println!("skipped: write-notify needs a disk file system, not tmpfs"),
        _ if memory => println!("skipped: the temporary directory is shared memory"),
        _ => assert_eq!(causes(&shared), [Cause::WriteNotify]),
    }
}

#[test]
fn shared_memory_is_mapped_by_each_process_for_itself() {
    let mut theatre = Theatre::new();
    let (p, changes) = theatre.map(8, libc::MAP_SHARED | libc::MAP_ANONYMOUS, -1);
    assert!(
        changes[0].text.contains("shared memory"),
        "{}",
        changes[0].text
    );
    assert_eq!(causes(&theatre.write(MAIN, p)), [Cause::SharedMemoryFault]);
    assert_eq!(theatre.state(MAIN, p), PageState::Shmem);
    assert_eq!(causes(&theatre.fork()), [Cause::ProcessCreated]);
    assert_eq!(theatre.state(CHILD, p), PageState::Absent);
    assert_eq!(causes(&theatre.read(CHILD, p)), [Cause::SharedMemoryMap]);
    assert_eq!(theatre.state(MAIN, p), PageState::ShmemShared);
}

#[test]
fn guard_pages_are_not_taken_for_swapped_ones() {
    let mut theatre = Theatre::new();
    let (p, _) = theatre.map(8, PRIVATE, -1);
    let (result, changes) = theatre.advise(p, 2, MADV_GUARD_INSTALL);
    if result != 0 {
        println!("skipped: this kernel has no guard pages (MADV_GUARD_INSTALL)");
        return;
    }
    if theatre.state(MAIN, p) == PageState::Swapped {
        println!("skipped: this kernel does not show guard pages (bit 58 of pagemap)");
        return;
    }
    assert_eq!(theatre.state(MAIN, p + page()), PageState::Guard);
    assert_eq!(theatre.state(MAIN, p + 2 * page()), PageState::Absent);
    assert_eq!(causes(&changes), [Cause::ProtectionChanged]);
    assert_eq!(
        changes[0].text,
        "pages 0-1 are guarded now: any access is a segmentation fault"
    );
}

#[test]
fn populating_and_protecting_are_told() {
    let mut theatre = Theatre::new();
    let (p, changes) = theatre.map(8, PRIVATE | libc::MAP_POPULATE, -1);
    assert_eq!(causes(&changes), [Cause::MappingCreated, Cause::Populated]);
    assert_eq!(changes[1].faults.minor, 8);
    let read_only = [
        Order::Protect as u64,
        p + 3 * page(),
        page(),
        libc::PROT_READ as u64,
        0,
    ];
    let (_, changes) = theatre.call(
        "mprotect",
        read_only,
        [p + 3 * page(), page(), libc::PROT_READ as u64, 0, 0, 0],
    );
    assert_eq!(
        causes(&changes),
        [Cause::MappingSplit, Cause::ProtectionChanged]
    );
    assert!(
        changes[0]
            .text
            .ends_with("is 3 lines of maps now: page 3 r--p"),
        "{}",
        changes[0].text
    );
}

#[test]
fn a_thousand_snapshots_cost_the_process_no_fault() {
    let mut theatre = Theatre::new();
    let (p, _) = theatre.map(16, PRIVATE, -1);
    theatre.read(MAIN, p);
    theatre.write(MAIN, p + page());
    let pid = theatre.subject.pid;
    let first = theatre.live.snapshot(MAIN, pid).unwrap();
    for _ in 0..1000 {
        theatre.live.snapshot(MAIN, pid).unwrap();
        theatre.live.glance(MAIN, pid).unwrap();
    }
    let last = theatre.live.snapshot(MAIN, pid).unwrap();
    assert!(first.faults.known().is_some());
    assert_eq!(first.faults, last.faults);
    assert_eq!(first.mapping_at(Addr(p)), last.mapping_at(Addr(p)));
    assert_eq!(theatre.state(MAIN, p + 2 * page()), PageState::Absent);
}

#[test]
fn looking_at_the_page_cache_costs_the_process_no_fault() {
    let directory = directory::fresh_directory();
    let file = std::fs::File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(directory.path().join("data.bin"))
        .unwrap();
    file.set_len(16 * page()).unwrap();
    let mut theatre = Theatre::new();
    theatre.live = std::mem::take(&mut theatre.live).with_files_below(directory.path());
    let (p, _) = theatre.map(16, libc::MAP_SHARED, file.as_raw_fd());
    theatre.write(MAIN, p + 3 * page());
    let pid = theatre.subject.pid;
    let first = theatre.live.snapshot(MAIN, pid).unwrap();
    if let Some(why) = first.mapping_at(Addr(p)).unwrap().cache.reason() {
        println!("the page cache is not read here: {why}");
    }
    for _ in 0..1000 {
        theatre.live.snapshot(MAIN, pid).unwrap();
    }
    let last = theatre.live.snapshot(MAIN, pid).unwrap();
    assert_eq!(first.faults, last.faults);
    assert_eq!(
        first.mapping_at(Addr(p)).unwrap().pages,
        last.mapping_at(Addr(p)).unwrap().pages
    );
}

#[test]
fn the_page_budget_cuts_and_says_so() {
    let mut theatre = Theatre::new();
    let (p, _) = theatre.map(16, PRIVATE, -1);
    let pid = theatre.subject.pid;
    let mut short = Live::new(10);
    // Without a baseline everything is looked at, the smallest mappings first.
    let snapshot = short.snapshot(MAIN, pid).unwrap();
    assert!(snapshot.mappings.iter().all(|mapping| !mapping.own));
    let read: usize = snapshot
        .mappings
        .iter()
        .filter_map(|mapping| mapping.pages.known())
        .map(|pages| pages.states.len())
        .sum();
    assert_eq!(read, 10);
    let pages = snapshot.mapping_at(Addr(p)).unwrap().pages.known().unwrap();
    assert_eq!(pages.states.len() as u64 + pages.cut, 16);
}

#[test]
fn pages_beyond_the_budget_are_named_where_the_kernel_names_them() {
    let mut theatre = Theatre::new();
    let (p, _) = theatre.map(4096, PRIVATE, -1);
    theatre.read(MAIN, p + 1000 * page());
    theatre.write(MAIN, p + 4095 * page());
    let pid = theatre.subject.pid;
    let mut short = Live::new(10);
    let snapshot = short.snapshot(MAIN, pid).unwrap();
    let pages = snapshot.mapping_at(Addr(p)).unwrap().pages.known().unwrap();
    assert!(pages.states.len() <= 10);
    let Reading::Known(far) = &pages.far else {
        eprintln!("not tested here: {:?}", pages.far.reason());
        return;
    };
    let found: Vec<(u64, PageState)> = far.iter().map(|(&index, &state)| (index, state)).collect();
    let expected = [(1000, PageState::Zero), (4095, PageState::Private)];
    assert_eq!(found, expected);
    assert_eq!(pages.present(), 2);
    assert_eq!(pages.state(2000), PageState::Absent);
}

#[test]
fn a_process_that_is_gone_is_an_error_and_no_empty_snapshot() {
    let mut theatre = Theatre::new();
    let pid = theatre.subject.pid;
    // SAFETY: kills the process made by this test.
    unsafe { libc::kill(pid.0, libc::SIGKILL) };
    let mut tries = 0;
    let error = loop {
        match theatre.live.snapshot(MAIN, pid) {
            Err(error) => break error,
            Ok(_) if tries < 1000 => std::thread::sleep(std::time::Duration::from_millis(1)),
            Ok(_) => panic!("the process does not end"),
        }
        tries += 1;
    };
    assert_eq!(error, ObserveError::Gone(pid));
    assert_eq!(error.to_string(), format!("process {pid} has ended"));
}

#[test]
fn what_needs_a_right_is_unknown_with_its_reason_without_it() {
    let mut theatre = Theatre::new();
    let (p, _) = theatre.map(4, PRIVATE, -1);
    theatre.write(MAIN, p);
    let mapping = theatre.before[0].mapping_at(Addr(p)).unwrap();
    let frames = &mapping.pages.known().unwrap().frames;
    match frames {
        Reading::Known(frames) => {
            assert!(observe::frames_readable());
            assert_ne!(frames[0], 0);
            assert_eq!(frames[1], 0);
        }
        Reading::Unknown(why) => {
            assert!(!observe::frames_readable());
            assert!(why.contains("CAP_SYS_ADMIN"));
        }
    }
}
