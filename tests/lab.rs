//! The lab for real: a process is started for each test, and what the kernel did in it is compared with what the lab
//! says. Runs as root and as anybody else.

#![expect(
    clippy::unwrap_used,
    reason = "a failed test panics; helpers of tests are tests"
)]

mod assembler;

use assembler::{E, add, call, empty, if_else, load, n, program, seq, set, store, times};
use mmap_tutor::bytecode::{Builtin as B, Program};
use mmap_tutor::lab::{LabError, Labs};
use mmap_tutor::mem::{
    AccessKind, Act, Control, Ending, Outcome, Pace, PageSize, Pid, Placement, Process, Progress,
    Settings, Signal,
};
use nix::sys::signal::Signal as Kill;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Frame offsets of the variables the tests use: the tests' `char *p` and so on.
const P: u32 = 16;
const Q: u32 = 24;
const I: u32 = 32;
const CHILD: u32 = 40;
const STATUS: u32 = 48;

const RW: i64 = (libc::PROT_READ | libc::PROT_WRITE) as i64;
const PRIVATE: i64 = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as i64;

fn page() -> i64 {
    let size = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE);
    size.unwrap().unwrap()
}

/// A worker thread may own them.
const fn is_send<T: Send>() {}
const _: () = is_send::<Labs>();

/// Labs with a scratch directory of their own.
struct Lesson {
    labs: Labs,
    _scratch: TempDir,
}

impl Lesson {
    fn new() -> Self {
        Self::with(Settings::default())
    }

    fn with(settings: Settings) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let executable = Path::new(env!("CARGO_BIN_EXE_mmap-tutor"));
        let labs = Labs::start(executable, scratch.path(), settings).unwrap();
        Self {
            labs,
            _scratch: scratch,
        }
    }

    fn run_all(&mut self, process: Process, program: &Program) -> Vec<(Process, Outcome)> {
        let watch = &mut |_: &Progress| Control::Continue;
        self.labs.run(process, program, Pace::Full, watch).unwrap()
    }

    /// Runs an expression in `main`, alone.
    fn run(&mut self, expression: &E) -> Outcome {
        self.run_in(Process::Main, expression)
    }

    fn run_in(&mut self, process: Process, expression: &E) -> Outcome {
        let mut outcomes = self.run_all(process, &program(expression));
        assert_eq!(outcomes.len(), 1, "{outcomes:?}");
        outcomes.remove(0).1
    }

    fn pid(&self, process: Process) -> Pid {
        let processes = self.labs.processes();
        processes.iter().find(|p| p.0 == process).unwrap().1
    }
}

/// `p = mmap(NULL, pages * PAGE, …)`
fn map(pages: i64) -> E {
    set(P, map_as(pages, RW))
}

fn map_as(pages: i64, protection: i64) -> E {
    call(
        B::Mmap,
        [
            n(0),
            n(pages * page()),
            n(protection),
            n(PRIVATE),
            n(-1),
            n(0),
        ],
    )
}

/// `p + page * PAGE`
fn at(number: i64) -> E {
    add(E::Var(P), n(number * page()))
}

fn stat(pid: Pid) -> Vec<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, fields) = text.rsplit_once(") ").unwrap();
    fields.split(' ').map(str::to_owned).collect()
}

/// All faults of a process so far: `minflt` and `majflt` of stat.
fn faults(pid: Pid) -> u64 {
    let stat = stat(pid);
    stat[7].parse::<u64>().unwrap() + stat[9].parse::<u64>().unwrap()
}

fn maps(pid: Pid) -> String {
    fs::read_to_string(format!("/proc/{pid}/maps")).unwrap()
}

fn send(pid: Pid, signal: Kill) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid.0), signal).unwrap();
}

fn is_gone(pid: Pid) -> bool {
    fs::metadata(format!("/proc/{pid}")).is_err()
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn signal_of(outcome: &Outcome) -> (String, String, i64) {
    let signal = outcome.signal().unwrap_or_else(|| panic!("{outcome:?}"));
    let address = signal.address.0 as i64;
    (signal.name(), signal.code_name(), address)
}

fn accesses(outcome: &Outcome) -> Vec<(AccessKind, u64)> {
    let faulted = |act: &Act| match act {
        Act::Access(access) => Some((access.kind, access.faults.total())),
        Act::Call(_) => None,
    };
    outcome.acts.iter().filter_map(faulted).collect()
}

#[test]
fn a_fresh_lab_has_no_heap_and_nothing_of_the_tutor() {
    let lesson = Lesson::new();
    let maps = maps(lesson.pid(Process::Main));
    assert!(!maps.contains("[heap]"), "{maps}");
    let descriptors = format!("/proc/{}/fd", lesson.pid(Process::Main));
    let mut numbers: Vec<u32> = fs::read_dir(descriptors)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .file_name()
                .to_str()
                .unwrap()
                .parse()
                .unwrap()
        })
        .collect();
    numbers.sort_unstable();
    assert_eq!(&numbers[..3], [0, 1, 2]);
    assert!(numbers.len() == 4 && numbers[3] > 1000, "{numbers:?}");
}

#[test]
fn an_empty_statement_costs_nothing_anywhere() {
    let mut lesson = Lesson::new();
    let costs = |lesson: &mut Lesson, process| {
        let pid = lesson.pid(process);
        let before = faults(pid);
        let outcome = &lesson.run_all(process, &empty())[0].1;
        assert_eq!(outcome.totals.faults.total(), 0);
        assert_eq!(outcome.ending, Ending::Finished);
        faults(pid) - before
    };
    assert_eq!(costs(&mut lesson, Process::Main), 0, "in a fresh lab");
    assert_eq!(costs(&mut lesson, Process::Main), 0, "again");
    lesson.run(&map(4));
    lesson.run_all(Process::Main, &program(&set(CHILD, call(B::Fork, []))));
    assert_eq!(costs(&mut lesson, Process::Main), 0, "in the parent");
    assert_eq!(costs(&mut lesson, Process::Child(1)), 0, "in its child");
    lesson.run_all(Process::Child(1), &program(&call(B::Fork, [])));
    assert_eq!(costs(&mut lesson, Process::Child(2)), 0, "a grandchild");
    lesson.run_in(Process::Peer(1), &n(1));
    assert_eq!(costs(&mut lesson, Process::Peer(1)), 0, "in a peer");
}

#[test]
fn the_sum_of_the_acts_is_what_the_kernel_counted() {
    let mut lesson = Lesson::new();
    let pid = lesson.pid(Process::Main);
    let before = faults(pid);
    let touched = seq([
        map(300),
        times(I, 300, store(add(E::Var(P), E::Var(I)), n(1))),
        call(B::Memset, [E::Var(P), n(7), n(300 * page())]),
        call(B::Malloc, [n(100)]),
        call(B::Munmap, [E::Var(P), n(300 * page())]),
    ]);
    let outcome = lesson.run(&touched);
    assert!(outcome.totals.faults.total() >= 300, "{outcome:?}");
    assert_eq!(faults(pid) - before, outcome.totals.faults.total());
}

#[test]
fn demand_zero_costs_one_fault_a_page() {
    let mut lesson = Lesson::new();
    let mapped = lesson.run(&map(16));
    assert_eq!(mapped.totals.faults.total(), 0);
    assert_eq!(mapped.totals.calls, 1);
    assert_eq!(mapped.value, Some(0x10_0000_0000), "placed apart");
    let filled = lesson.run(&call(B::Memset, [E::Var(P), n(65), n(16 * page())]));
    assert_eq!(filled.totals.faults.minor, 16);
    assert_eq!(filled.totals.accesses, 16);
    assert_eq!(accesses(&filled), vec![(AccessKind::Write, 1); 16]);
    let again = lesson.run(&call(B::Memset, [E::Var(P), n(66), n(16 * page())]));
    assert_eq!(again.totals.faults.minor, 0);
    assert!(again.totals.median.0 > 0);
}

#[test]
fn a_read_then_a_write_cost_one_fault_each() {
    let mut lesson = Lesson::new();
    lesson.run(&map(2));
    assert_eq!(lesson.run(&load(at(0))).totals.faults.minor, 1);
    assert_eq!(lesson.run(&load(at(0))).totals.faults.minor, 0);
    assert_eq!(lesson.run(&store(at(0), n(1))).totals.faults.minor, 1);
    assert_eq!(lesson.run(&store(at(0), n(2))).totals.faults.minor, 0);
    let both = lesson.run(&seq([load(at(1)), store(at(1), n(5)), load(at(1))]));
    assert_eq!(both.totals.faults.minor, 2);
    assert_eq!(both.value, Some(5));
}

#[test]
fn after_a_fork_each_side_pays_for_its_own_next_write() {
    let mut lesson = Lesson::new();
    lesson.run(&seq([
        map(16),
        call(B::Memset, [E::Var(P), n(65), n(16 * page())]),
    ]));
    let forked = lesson.run_all(Process::Main, &program(&set(CHILD, call(B::Fork, []))));
    let parts: Vec<_> = forked.iter().map(|(process, _)| *process).collect();
    assert_eq!(parts, [Process::Main, Process::Child(1)]);
    let child = i64::from(lesson.pid(Process::Child(1)).0);
    assert_eq!(forked[0].1.value, Some(child));
    assert_eq!(forked[1].1.value, Some(0));
    assert!(forked.iter().all(|(_, outcome)| outcome.totals.calls == 1));
    assert_eq!(forked[0].1.totals.faults.total(), 0);

    let write = store(at(3), n(66));
    let in_child = lesson.run_in(Process::Child(1), &write);
    assert_eq!(in_child.totals.faults.minor, 1, "copied");
    assert_eq!(lesson.run(&load(at(3))).value, Some(65));
    assert_eq!(lesson.run(&write).totals.faults.minor, 1, "reused");
    assert_eq!(lesson.run(&write).totals.faults.minor, 0);
    let read = lesson.run_in(Process::Child(1), &load(at(4)));
    assert_eq!((read.totals.faults.minor, read.value), (0, Some(65)));
}

#[test]
fn a_fork_costs_its_parent_no_fault_however_often() {
    let mut lesson = Lesson::new();
    lesson.run(&map(4));
    let reap = call(B::Wait, [n(0)]);
    let fork = program(&if_else(call(B::Fork, []), reap, call(B::Exit, [n(0)])));
    for round in 0..200 {
        let outcomes = lesson.run_all(Process::Main, &fork);
        let parent = &outcomes[0].1;
        assert_eq!(parent.totals.faults.total(), 0, "{round}: {parent:?}");
    }
}

#[test]
fn both_sides_of_a_condition_on_fork_run() {
    let mut lesson = Lesson::new();
    let statement = if_else(
        call(B::Fork, []),
        seq([set(CHILD, call(B::Wait, [E::Addr(STATUS)])), E::Var(STATUS)]),
        call(B::Exit, [n(3)]),
    );
    let outcomes = lesson.run_all(Process::Main, &program(&statement));
    assert_eq!(outcomes[0].1.value, Some(3 << 8), "{outcomes:?}");
    assert_eq!(outcomes[1].1.ending, Ending::Exited(3));
    let ended = lesson.labs.processes()[1].2.clone();
    assert_eq!(ended.as_deref(), Some("exited with status 3"));
    let error = lesson.labs.run(
        Process::Child(1),
        &empty(),
        Pace::Full,
        &mut |_: &Progress| Control::Continue,
    );
    assert_eq!(
        error,
        Err(LabError::NoProcess(
            "`child` is gone: exited with status 3".to_owned()
        ))
    );
}

#[test]
fn bad_accesses_are_results() {
    let mut lesson = Lesson::new();
    lesson.run(&map(4));
    let first = lesson.run(&E::Var(P)).value.unwrap();
    let wild = first + 4 * page() + 17;
    let acc = "SEGV_ACCERR";
    let map_error = "SEGV_MAPERR";
    let segv = "SIGSEGV".to_owned();
    let table = [
        (load(at(4)), map_error, first + 4 * page()),
        (store(n(wild), n(1)), map_error, wild),
        (load(n(16)), map_error, 16),
        (E::CallAt(Box::new(n(wild))), map_error, wild),
        (E::CallAt(Box::new(at(0))), acc, first),
        (load(n(0x0dea_dbee_f000_0000)), "SI_KERNEL", 0),
    ];
    for (statement, code, address) in table {
        let outcome = lesson.run(&statement);
        assert_eq!(
            signal_of(&outcome),
            (segv.clone(), code.to_owned(), address),
            "{statement:?}"
        );
        assert_eq!(outcome.value, None);
    }
    lesson.run(&call(B::Mprotect, [at(1), n(page()), n(0)]));
    let read = lesson.run(&load(add(at(1), n(5))));
    assert_eq!(
        signal_of(&read),
        (segv.clone(), acc.to_owned(), first + page() + 5)
    );
    lesson.run(&call(B::Mprotect, [at(2), n(page()), n(1)]));
    let write = lesson.run(&store(at(2), n(1)));
    assert_eq!(
        signal_of(&write),
        (segv, acc.to_owned(), first + 2 * page())
    );
    assert_eq!(lesson.run(&load(at(0))).ending, Ending::Finished);
}

#[test]
fn beyond_the_end_of_a_file_is_a_bus_error() {
    let mut lesson = Lesson::new();
    let flags = i64::from(libc::O_RDWR | libc::O_CREAT);
    let opened = lesson.run(&set(
        Q,
        call(B::Open, [E::Text("data.bin"), n(flags), n(0o600)]),
    ));
    assert_eq!(opened.value, Some(3), "a lesson's first descriptor");
    lesson.run(&call(B::Ftruncate, [E::Var(Q), n(page())]));
    let shared = i64::from(libc::MAP_SHARED);
    let mapping = call(
        B::Mmap,
        [n(0), n(4 * page()), n(RW), n(shared), E::Var(Q), n(0)],
    );
    let first = lesson.run(&set(P, mapping)).value.unwrap();
    assert_eq!(lesson.run(&store(at(0), n(1))).ending, Ending::Finished);
    let beyond = lesson.run(&load(at(2)));
    let expected = (
        "SIGBUS".to_owned(),
        "BUS_ADRERR".to_owned(),
        first + 2 * page(),
    );
    assert_eq!(signal_of(&beyond), expected);
}

#[cfg(target_arch = "x86_64")]
#[test]
fn machine_code_of_a_lesson_runs_and_may_fail() {
    let mut lesson = Lesson::new();
    // mov eax, 42; ret
    let code = 0x0000_c300_0000_2ab8_u64 as i64;
    let write = E::Store(8, Box::new(E::Var(P)), Box::new(n(code)));
    lesson.run(&seq([map(1), write]));
    let rx = n(i64::from(libc::PROT_READ | libc::PROT_EXEC));
    lesson.run(&call(B::Mprotect, [E::Var(P), n(page()), rx]));
    let called = E::CallAt(Box::new(E::Var(P)));
    assert_eq!(lesson.run(&called).value, Some(42));

    let failing = [
        (0x0b0f_i64, "SIGILL"),                 // ud2
        (0xc3_c031_388b_c031, "SIGSEGV"),       // xor eax, eax; mov edi, [rax]
        (0xcc, "SIGTRAP"),                      // int3
        (0xf1f7_c931, "SIGFPE"),                // xor ecx, ecx; div ecx
        (0x00c3_c033_e431_4865_i64, "SIGSEGV"), // wrecks the stack pointer, then returns
    ];
    for (code, name) in failing {
        let write = E::Store(8, Box::new(E::Var(P)), Box::new(n(code)));
        lesson.run(&call(B::Mprotect, [E::Var(P), n(page()), n(RW)]));
        lesson.run(&write);
        let rx = n(i64::from(libc::PROT_READ | libc::PROT_EXEC));
        lesson.run(&call(B::Mprotect, [E::Var(P), n(page()), rx]));
        let outcome = lesson.run(&called);
        assert_eq!(signal_of(&outcome).0, name, "{code:x}");
        assert_eq!(lesson.run(&E::N(1)).value, Some(1), "it lives on");
    }
    // jmp self: interrupted although it never comes back
    lesson.run(&call(B::Mprotect, [E::Var(P), n(page()), n(RW)]));
    lesson.run(&E::Store(2, Box::new(E::Var(P)), Box::new(n(0xfeeb))));
    let rx = n(i64::from(libc::PROT_READ | libc::PROT_EXEC));
    lesson.run(&call(B::Mprotect, [E::Var(P), n(page()), rx]));
    let outcome = stop_soon(&mut lesson, &called);
    assert!(
        matches!(outcome.ending, Ending::Interrupted(_)),
        "{outcome:?}"
    );
    assert_eq!(lesson.run(&E::N(2)).value, Some(2));
}

#[test]
fn memset_stops_at_the_page_that_refuses() {
    let mut lesson = Lesson::new();
    lesson.run(&map(8));
    lesson.run(&call(B::Mprotect, [at(3), n(page()), n(0)]));
    let first = lesson.run(&E::Var(P)).value.unwrap();
    let outcome = lesson.run(&call(B::Memset, [E::Var(P), n(1), n(8 * page())]));
    let expected = (
        "SIGSEGV".to_owned(),
        "SEGV_ACCERR".to_owned(),
        first + 3 * page(),
    );
    assert_eq!(signal_of(&outcome), expected);
    assert_eq!(outcome.totals.faults.minor, 3);
    assert_eq!(outcome.acts.len(), 4);
    assert_eq!(lesson.run(&load(at(2))).value, Some(1));
    assert_eq!(lesson.run(&load(at(4))).value, Some(0));
}

#[test]
fn strings_and_bytes_are_copied_and_compared_page_by_page() {
    let mut lesson = Lesson::new();
    lesson.run(&map(4));
    let across = add(at(1), n(-3));
    let copied = lesson.run(&call(B::Strcpy, [across.clone(), E::Text("mapped")]));
    assert_eq!(copied.totals.faults.minor, 2);
    assert_eq!(
        lesson.run(&call(B::Strlen, [across.clone()])).value,
        Some(6)
    );
    lesson.run(&call(B::Memcpy, [at(2), across.clone(), n(7)]));
    let same = lesson.run(&call(B::Memcmp, [at(2), across.clone(), n(7)]));
    assert_eq!(same.value, Some(0));
    lesson.run(&store(add(at(2), n(6)), n(9)));
    let less = lesson.run(&call(B::Memcmp, [across, at(2), n(7)]));
    assert_eq!(less.value, Some(-9));
}

#[test]
fn a_string_literal_cannot_be_written() {
    let mut lesson = Lesson::new();
    let outcome = lesson.run(&seq([
        set(P, E::Text("constant")),
        load(E::Var(P)),
        store(E::Var(P), n(1)),
    ]));
    let (name, code, address) = signal_of(&outcome);
    assert_eq!((name.as_str(), code.as_str()), ("SIGSEGV", "SEGV_ACCERR"));
    assert_eq!(outcome.totals.faults.total(), 0);
    assert_eq!(lesson.run(&E::Var(P)).value, Some(address));
}

#[test]
fn malloc_makes_the_heap() {
    let mut lesson = Lesson::new();
    let pointer = lesson.run(&set(P, call(B::Malloc, [n(100)])));
    assert!(pointer.totals.faults.minor >= 1, "{pointer:?}");
    let maps = maps(lesson.pid(Process::Main));
    let heap = maps.lines().find(|line| line.ends_with("[heap]")).unwrap();
    let (start, rest) = heap.split_once('-').unwrap();
    let start = i64::from_str_radix(start, 16).unwrap();
    let end = i64::from_str_radix(rest.split_once(' ').unwrap().0, 16).unwrap();
    assert!((start..end).contains(&pointer.value.unwrap()));
}

#[test]
fn failing_calls_leave_errno() {
    let mut lesson = Lesson::new();
    let open = |name| call(B::Open, [E::Text(name), n(0), n(0)]);
    let table = [
        (open("missing"), libc::ENOENT),
        (open("/etc/passwd"), libc::EACCES),
        (open("../x"), libc::EACCES),
        (call(B::Munmap, [n(1), n(1)]), libc::EINVAL),
        (call(B::Close, [n(1023)]), libc::EBADF),
        (call(B::Kill, [n(1), n(9)]), libc::EPERM),
        (call(B::Kill, [n(-1), n(9)]), libc::EPERM),
        (call(B::Wait, [n(0)]), libc::ECHILD),
        (
            call(B::ShmOpen, [E::Text("/no-such-object"), n(0), n(0)]),
            libc::ENOENT,
        ),
    ];
    for (statement, errno) in table {
        let outcome = lesson.run(&statement);
        assert_eq!(
            (outcome.value, outcome.errno),
            (Some(-1), errno),
            "{statement:?}"
        );
        let kept = lesson.run(&E::Load(4, Box::new(E::Addr(0))));
        assert_eq!(kept.value, Some(i64::from(errno)), "{statement:?}");
    }
}

#[test]
fn what_is_printed_belongs_to_the_statement() {
    let mut lesson = Lesson::new();
    let outcome = lesson.run(&seq([
        call(B::Puts, [E::Text("mapped")]),
        call(B::Write, [n(1), E::Text("raw\n"), n(4)]),
        call(B::Close, [n(77)]),
        call(B::Perror, [E::Text("close")]),
    ]));
    let text = String::from_utf8(outcome.output).unwrap();
    assert_eq!(text, "mapped\nraw\nclose: Bad file descriptor\n");
    let outcome = lesson.run(&times(I, 12_000, call(B::Puts, [E::Text("again")])));
    assert!(
        outcome
            .output
            .ends_with(b"[more was printed than is kept]\n")
    );
    assert!(outcome.output.len() < 70_000);
}

#[test]
fn shared_memory_of_others_is_out_of_reach() {
    let mut lesson = Lesson::new();
    // A lesson's names have the number of its tutor in front, which is this process.
    let real = |name: &str| format!("/mmap-tutor-{}-{name}", std::process::id());
    let name = real("foreign");
    let foreign = nix::sys::mman::shm_open(
        name.as_str(),
        nix::fcntl::OFlag::O_CREAT | nix::fcntl::OFlag::O_RDWR,
        nix::sys::stat::Mode::S_IRUSR,
    );
    let flags = n(i64::from(libc::O_CREAT | libc::O_RDWR));
    let open = |name| call(B::ShmOpen, [E::Text(name), flags.clone(), n(0o600)]);
    let refused = lesson.run(&open("/foreign"));
    let unlinked = lesson.run(&call(B::ShmUnlink, [E::Text("/foreign")]));
    nix::sys::mman::shm_unlink(name.as_str()).unwrap();
    drop(foreign);
    assert_eq!(refused.errno, libc::EACCES);
    assert_eq!(unlinked.errno, libc::EACCES);

    assert_eq!(lesson.run(&open("/own")).value, Some(3));
    let in_peer = lesson.run_in(Process::Peer(1), &open("/own"));
    assert_eq!(in_peer.value, Some(3), "another process of the lesson");
    let exists = || {
        let name = real("own");
        let flags = nix::fcntl::OFlag::O_RDWR;
        nix::sys::mman::shm_open(name.as_str(), flags, nix::sys::stat::Mode::empty()).map(drop)
    };
    assert_eq!(exists(), Ok(()), "under the name of this tutor");
    drop(lesson);
    assert_eq!(
        exists(),
        Err(nix::errno::Errno::ENOENT),
        "removed at the end"
    );
}

/// Runs a statement that would not end, and stops it at the second look.
fn stop_soon(lesson: &mut Lesson, statement: &E) -> Outcome {
    let mut looks = 0;
    let begun = Instant::now();
    let watch = &mut |_: &Progress| {
        looks += 1;
        if looks > 1 {
            Control::Stop
        } else {
            Control::Continue
        }
    };
    let program = program(statement);
    let outcomes = lesson.labs.run(Process::Main, &program, Pace::Full, watch);
    assert!(begun.elapsed() < Duration::from_secs(5));
    outcomes.unwrap().remove(0).1
}

#[test]
fn endless_statements_are_stopped() {
    let mut lesson = Lesson::new();
    lesson.run(&map(1));
    lesson.run_all(Process::Main, &program(&call(B::Fork, [])));
    let table = [
        E::Forever(Box::new(n(1))),
        E::Forever(Box::new(load(E::Var(P)))),
        E::Forever(Box::new(call(B::Getpid, []))),
        call(B::Wait, [n(0)]),
        call(B::Strlen, [E::Addr(STATUS)]),
    ];
    for statement in &table[..4] {
        let outcome = stop_soon(&mut lesson, statement);
        assert_eq!(
            outcome.ending,
            Ending::Interrupted("it was asked to stop".to_owned()),
            "{statement:?}"
        );
        assert_eq!(lesson.run(&n(5)).value, Some(5), "it can go on");
    }
}

#[test]
fn a_million_touches_are_one_statement() {
    let mut lesson = Lesson::new();
    lesson.run(&map(4));
    let mut looks = 0;
    let loop_ = times(I, 1_000_000, store(E::Var(P), n(1)));
    let watch = &mut |progress: &Progress| {
        looks += 1;
        assert!(!progress.paused);
        Control::Continue
    };
    let outcomes = lesson
        .labs
        .run(Process::Main, &program(&loop_), Pace::Full, watch)
        .unwrap();
    let outcome = &outcomes[0].1;
    assert_eq!(outcome.totals.accesses, 1_000_000);
    assert_eq!(outcome.totals.faults.minor, 1);
    assert_eq!(
        outcome.acts.len(),
        65,
        "the one that faulted, and 64 others"
    );
    assert!(looks > 0);
}

#[test]
fn slow_motion_pauses_once_a_page() {
    let mut lesson = Lesson::new();
    lesson.run(&map(16));
    let mut seen = Vec::new();
    let program = program(&call(B::Memset, [E::Var(P), n(1), n(16 * page())]));
    let watch = &mut |progress: &Progress| {
        assert!(progress.paused);
        seen.push((
            progress.so_far.acts.len(),
            progress.so_far.totals.faults.minor,
        ));
        Control::Continue
    };
    let outcomes = lesson
        .labs
        .run(Process::Main, &program, Pace::Slow, watch)
        .unwrap();
    let expected: Vec<_> = (1..=16).map(|page| (1, page)).collect();
    assert_eq!(seen, expected);
    assert_eq!(outcomes[0].1.totals.faults.minor, 16);

    let mut looks = 0;
    let watch = &mut |_: &Progress| {
        looks += 1;
        if looks == 3 {
            Control::FullSpeed
        } else {
            Control::Continue
        }
    };
    let again = lesson
        .labs
        .run(Process::Main, &program, Pace::Slow, watch)
        .unwrap();
    assert_eq!((looks, &again[0].1.ending), (3, &Ending::Finished));

    let watch = &mut |_: &Progress| Control::Stop;
    let stopped = lesson
        .labs
        .run(Process::Main, &program, Pace::Slow, watch)
        .unwrap();
    assert!(matches!(stopped[0].1.ending, Ending::Interrupted(_)));
    assert_eq!(stopped[0].1.totals.accesses, 1);
}

#[test]
fn slow_motion_shows_a_fork_from_both_sides() {
    let mut lesson = Lesson::new();
    let mut seen = Vec::new();
    let watch = &mut |progress: &Progress| {
        if progress.paused {
            seen.push(progress.process);
        }
        Control::Continue
    };
    lesson
        .labs
        .run(
            Process::Main,
            &program(&call(B::Fork, [])),
            Pace::Slow,
            watch,
        )
        .unwrap();
    seen.sort_unstable();
    assert_eq!(seen, [Process::Main, Process::Child(1)]);
}

#[test]
fn a_lab_killed_from_outside_is_reported() {
    let mut lesson = Lesson::new();
    let pid = lesson.pid(Process::Main);
    let watch = &mut |_: &Progress| {
        send(pid, Kill::SIGKILL);
        Control::Continue
    };
    let endless = program(&E::Forever(Box::new(n(1))));
    let outcomes = lesson
        .labs
        .run(Process::Main, &endless, Pace::Full, watch)
        .unwrap();
    let Ending::Died(how) = &outcomes[0].1.ending else {
        panic!("{outcomes:?}")
    };
    assert!(how.starts_with("killed by SIGKILL"), "{how}");
    assert!(lesson.labs.processes()[0].2.is_some());
    let next = lesson
        .labs
        .run(Process::Main, &empty(), Pace::Full, &mut |_: &Progress| {
            Control::Continue
        });
    assert!(matches!(next, Err(LabError::NoProcess(_))), "{next:?}");
    assert!(is_gone(pid));
}

#[test]
fn a_lab_killed_while_parked_is_reported() {
    let mut lesson = Lesson::new();
    lesson.run_all(Process::Main, &program(&call(B::Fork, [])));
    for process in [Process::Child(1), Process::Main] {
        let pid = lesson.pid(process);
        send(pid, Kill::SIGTERM);
        let ended = || {
            let processes = lesson.labs.processes();
            processes.iter().find(|p| p.0 == process).unwrap().2.clone()
        };
        wait_until("its end is noticed", || ended().is_some());
        assert_eq!(ended().as_deref(), Some("killed by SIGTERM"), "{process}");
    }
}

#[test]
fn a_lab_that_destroys_itself_is_reported() {
    let mut lesson = Lesson::new();
    let maps = maps(lesson.pid(Process::Main));
    let text = maps.lines().find(|line| line.contains(" r-xp ")).unwrap();
    let start = i64::from_str_radix(text.split_once('-').unwrap().0, 16).unwrap();
    let outcome = lesson.run(&call(B::Munmap, [n(start), n(64 << 20)]));
    assert!(matches!(outcome.ending, Ending::Died(_)), "{outcome:?}");
}

#[test]
fn a_stopped_lab_never_hangs_its_tutor() {
    let mut lesson = Lesson::new();
    let pid = lesson.pid(Process::Main);
    send(pid, Kill::SIGSTOP);
    wait_until("it stops", || stat(pid)[0] == "T");
    let mut told = None;
    let watch = &mut |progress: &Progress| {
        if let Ending::Interrupted(why) = &progress.so_far.ending {
            told = Some(why.clone());
            return Control::Stop;
        }
        Control::Continue
    };
    let endless = program(&E::Forever(Box::new(n(1))));
    let outcomes = lesson
        .labs
        .run(Process::Main, &endless, Pace::Full, watch)
        .unwrap();
    let why = "the process was stopped from outside (SIGSTOP)".to_owned();
    assert_eq!(told.as_ref(), Some(&why));
    assert_eq!(outcomes[0].1.ending, Ending::Interrupted(why));
    assert_eq!(lesson.run(&n(3)).value, Some(3));
}

#[test]
fn forks_are_bounded() {
    let mut lesson = Lesson::new();
    // A child leaves the loop, and lives on.
    let forks = times(I, 20, if_else(call(B::Fork, []), n(0), set(I, n(100))));
    let outcomes = lesson.run_all(Process::Main, &program(&forks));
    assert_eq!(outcomes.len(), 16);
    assert_eq!(outcomes[0].1.errno, libc::EAGAIN);
    let pids: Vec<Pid> = lesson.labs.processes().iter().map(|p| p.1).collect();
    drop(lesson);
    assert!(pids.iter().all(|&pid| is_gone(pid)), "no orphan, no zombie");
}

#[test]
fn a_process_can_signal_its_family_and_itself() {
    let mut lesson = Lesson::new();
    lesson.run_all(Process::Main, &program(&set(CHILD, call(B::Fork, []))));
    let own = lesson.run(&call(
        B::Kill,
        [call(B::Getpid, []), n(i64::from(libc::SIGTERM))],
    ));
    assert_eq!(own.signal().map(Signal::name).as_deref(), Some("SIGTERM"));
    let killed = lesson.run(&call(B::Kill, [E::Var(CHILD), n(i64::from(libc::SIGKILL))]));
    assert_eq!(killed.value, Some(0));
    let waited = lesson.run(&seq([
        call(B::Waitpid, [E::Var(CHILD), E::Addr(STATUS), n(0)]),
        E::Load(4, Box::new(E::Addr(STATUS))),
    ]));
    assert_eq!(waited.value, Some(i64::from(libc::SIGKILL)));
    assert!(lesson.labs.processes()[1].2.is_some());
}

#[test]
fn nothing_survives_its_own_sigkill() {
    let mut lesson = Lesson::new();
    lesson.run_all(Process::Main, &program(&set(CHILD, call(B::Fork, []))));
    let kill = call(B::Kill, [call(B::Getpid, []), n(i64::from(libc::SIGKILL))]);
    let killed = lesson.run_in(Process::Child(1), &kill);
    assert_eq!(
        killed.ending,
        Ending::Died("killed by SIGKILL, which it sent itself".to_owned())
    );
    assert_eq!(killed.totals.calls, 2, "what it did before is told");
    let waited = lesson.run(&seq([
        call(B::Waitpid, [E::Var(CHILD), E::Addr(STATUS), n(0)]),
        E::Load(4, Box::new(E::Addr(STATUS))),
    ]));
    assert_eq!(waited.value, Some(i64::from(libc::SIGKILL)));
}

#[test]
fn a_wait_for_a_parked_child_is_ended_with_the_reason() {
    let mut lesson = Lesson::new();
    lesson.run_all(Process::Main, &program(&set(CHILD, call(B::Fork, []))));
    for waiting in [
        call(B::Wait, [n(0)]),
        call(B::Waitpid, [E::Var(CHILD), n(0), n(0)]),
    ] {
        let outcome = lesson.run(&waiting);
        let Ending::Interrupted(why) = &outcome.ending else {
            panic!("{:?}", outcome.ending)
        };
        assert!(why.contains("parked"), "{why}");
    }
    let ended = lesson.run_all(
        Process::Main,
        &program(&seq([
            if_else(call(B::Fork, []), n(0), call(B::Exit, [n(0)])),
            call(B::Wait, [n(0)]),
        ])),
    );
    assert_eq!(
        ended[0].1.ending,
        Ending::Finished,
        "a child of the same statement may end"
    );
}

#[test]
fn a_call_that_would_fill_the_machine_is_refused() {
    let mut lesson = Lesson::new();
    let flags = PRIVATE | i64::from(libc::MAP_POPULATE | libc::MAP_NORESERVE);
    let populate = |length: i64| call(B::Mmap, [n(0), n(length), n(RW), n(flags), n(-1), n(0)]);
    assert_eq!(lesson.run(&populate(1 << 42)).errno, libc::ENOMEM);
    assert_eq!(lesson.run(&populate(page())).totals.faults.minor, 1);
    let flags = PRIVATE | i64::from(libc::MAP_NORESERVE);
    let promise = call(B::Mmap, [n(0), n(1 << 40), n(RW), n(flags), n(-1), n(0)]);
    assert_eq!(lesson.run(&promise).errno, 0, "a promise of 1 TiB is free");
}

#[cfg(target_arch = "x86_64")]
#[test]
fn machine_code_cannot_ask_others_to_act_for_it() {
    let mut lesson = Lesson::new();
    let pid = lesson.pid(Process::Main);
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    if !status.contains("Seccomp:\t2") {
        println!("SKIPPED: this kernel filters no system calls");
        return;
    }
    let refused = -i64::from(libc::EPERM);
    let table = [
        (libc::SYS_socket, libc::AF_UNIX, Some(refused)),
        (libc::SYS_setsid, 0, Some(refused)),
        (libc::SYS_io_uring_setup, 1, Some(refused)),
        (libc::SYS_kill, -1, Some(refused)),
        (libc::SYS_kill, 0, Some(refused)),
        (libc::SYS_kill, pid.0, Some(0)),
        (libc::SYS_getpid, 0, Some(i64::from(pid.0))),
    ];
    for (number, first, expected) in table {
        // mov eax, imm32; mov edi, imm32; xor esi, esi; syscall; ret
        let mut code = vec![0xb8];
        code.extend((number as u32).to_le_bytes());
        code.push(0xbf);
        code.extend(first.to_le_bytes());
        code.extend([0x31, 0xf6, 0x0f, 0x05, 0xc3]);
        let bytes = code
            .iter()
            .enumerate()
            .map(|(offset, &byte)| store(add(E::Var(P), n(offset as i64)), n(i64::from(byte))));
        lesson.run(&map(1));
        lesson.run(&E::Seq(bytes.collect()));
        let rx = n(i64::from(libc::PROT_READ | libc::PROT_EXEC));
        lesson.run(&call(B::Mprotect, [E::Var(P), n(page()), rx]));
        let outcome = lesson.run(&E::CallAt(Box::new(E::Var(P))));
        assert_eq!(outcome.value, expected, "{number} {first}: {outcome:?}");
    }
}

/// `open("/etc/passwd", O_RDONLY)` as machine code, which no check of names sees.
#[cfg(target_arch = "x86_64")]
#[test]
fn machine_code_cannot_leave_the_scratch_directory() {
    let mut lesson = Lesson::new();
    if lesson.labs.landlock() == 0 {
        println!("SKIPPED: this kernel has no landlock");
        return;
    }
    // mov eax, 2; mov rdi, imm64; xor esi, esi; syscall; ret
    let path = lesson.run(&set(Q, E::Text("/etc/passwd"))).value.unwrap();
    let mut code = vec![0xb8, 2, 0, 0, 0, 0x48, 0xbf];
    code.extend(path.to_le_bytes());
    code.extend([0x31, 0xf6, 0x0f, 0x05, 0xc3]);
    let bytes = code
        .iter()
        .enumerate()
        .map(|(offset, &byte)| store(add(E::Var(P), n(offset as i64)), n(i64::from(byte))));
    lesson.run(&map(1));
    lesson.run(&E::Seq(bytes.collect()));
    let rx = n(i64::from(libc::PROT_READ | libc::PROT_EXEC));
    lesson.run(&call(B::Mprotect, [E::Var(P), n(page()), rx]));
    let outcome = lesson.run(&E::CallAt(Box::new(E::Var(P))));
    assert_eq!(outcome.value, Some(-i64::from(libc::EACCES)), "{outcome:?}");
}

#[test]
fn peers_are_strangers() {
    let mut lesson = Lesson::new();
    lesson.run(&set(I, n(11)));
    let peer = lesson.run_in(Process::Peer(2), &E::Var(I));
    assert_eq!(peer.value, Some(0));
    assert_ne!(lesson.pid(Process::Main), lesson.pid(Process::Peer(2)));
}

#[test]
fn settings_take_effect_in_living_processes() {
    let mut lesson = Lesson::with(Settings {
        placement: Placement::Kernel,
        huge_pages: false,
        thread: false,
    });
    let first = lesson.run(&map(1)).value.unwrap();
    let second = lesson.run(&map(1)).value.unwrap();
    assert_eq!(
        (first - second).abs(),
        page(),
        "the kernel puts them side by side"
    );
    lesson.labs.configure(Settings::default()).unwrap();
    assert_eq!(lesson.run(&map(1)).value, Some(0x10_0000_0000));
    assert_eq!(lesson.run(&map(1)).value, Some(0x10_0020_0000));
    assert!(PageSize::new(page() as u64).is_some());
}

#[test]
fn a_timed_statement_is_measured_as_a_whole() {
    let mut lesson = Lesson::new();
    lesson.run(&map(16));
    let fill = call(B::Memset, [E::Var(P), n(1), n(16 * page())]);
    let watch = &mut |_: &Progress| Control::Continue;
    let mut timed = |expression: &E| {
        let ran = lesson
            .labs
            .run(Process::Main, &program(expression), Pace::Timed, watch);
        ran.unwrap().remove(0).1
    };
    let outcome = timed(&fill);
    assert_eq!(outcome.ending, Ending::Finished);
    assert_eq!(outcome.totals.faults.minor, 16, "{:?}", outcome.totals);
    assert_eq!((outcome.totals.accesses, outcome.totals.calls), (0, 0));
    assert!(outcome.acts.is_empty() && outcome.totals.elapsed.0 > 0);
    assert_eq!(
        timed(&fill).totals.faults.total(),
        0,
        "nothing of the lab's own"
    );
    let outcome = timed(&load(E::Var(Q)));
    assert!(matches!(outcome.ending, Ending::Signal(_)), "{outcome:?}");
    let watch = &mut |_: &Progress| Control::Stop;
    let endless = program(&E::Forever(Box::new(n(1))));
    let ran = lesson.labs.run(Process::Main, &endless, Pace::Timed, watch);
    assert!(matches!(ran.unwrap()[0].1.ending, Ending::Interrupted(_)));
    assert_eq!(lesson.run(&fill).totals.accesses, 16, "measured again");
}

#[test]
fn a_second_thread_lives_while_a_statement_runs_and_disturbs_no_count() {
    let mut lesson = Lesson::with(Settings {
        thread: true,
        ..Settings::default()
    });
    lesson.run(&map(16));
    let fill = call(B::Memset, [E::Var(P), n(1), n(16 * page())]);
    assert_eq!(lesson.run(&fill).totals.faults.minor, 16);
    assert_eq!(lesson.run(&fill).totals.faults.total(), 0);
    let threads = |pid: Pid| fs::read_dir(format!("/proc/{pid}/task")).unwrap().count();
    let main = lesson.pid(Process::Main);
    assert_eq!(threads(main), 1, "it is gone between statements");
    let mut most = 0;
    let watch = &mut |_: &Progress| {
        most = most.max(threads(main));
        if most > 1 {
            Control::Stop
        } else {
            Control::Continue
        }
    };
    let endless = program(&E::Forever(Box::new(n(1))));
    let ran = lesson.labs.run(Process::Main, &endless, Pace::Full, watch);
    assert!(matches!(ran.unwrap()[0].1.ending, Ending::Interrupted(_)));
    assert_eq!(most, 2);
    let forked = lesson.run_all(Process::Main, &program(&call(B::Fork, [])));
    assert_eq!(forked.len(), 2, "both sides answer: {forked:?}");
    let child = lesson.run_in(Process::Child(1), &fill);
    assert_eq!(child.totals.faults.minor, 16, "{child:?}");
    assert_eq!(
        lesson.run_in(Process::Peer(1), &n(1)).ending,
        Ending::Finished
    );
    assert_eq!(threads(main), 1);
}

/// Not a test: a tutor for the next one to kill.
#[test]
#[ignore = "run by nothing_outlives_a_killed_tutor"]
fn tutor_to_be_killed() {
    let mut lesson = Lesson::new();
    lesson.run_all(Process::Main, &program(&call(B::Fork, [])));
    lesson.run_all(Process::Peer(1), &program(&call(B::Fork, [])));
    for (_, pid, _) in lesson.labs.processes() {
        println!("lab {pid}");
    }
    println!("ready");
    let endless = program(&E::Forever(Box::new(n(1))));
    let watch = &mut |_: &Progress| Control::Continue;
    let _ = lesson
        .labs
        .run(Process::Child(1), &endless, Pace::Full, watch);
}

#[test]
fn nothing_outlives_a_killed_tutor() {
    use std::io::{BufRead, BufReader};
    let mut tutor = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tutor_to_be_killed", "--ignored", "--nocapture"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(tutor.stdout.take().unwrap());
    let mut labs = Vec::new();
    for line in output.lines().map(Result::unwrap) {
        if let Some((_, pid)) = line.split_once("lab ") {
            labs.push(Pid(pid.parse().unwrap()));
        }
        if line.contains("ready") {
            break;
        }
    }
    assert_eq!(labs.len(), 4);
    tutor.kill().unwrap();
    tutor.wait().unwrap();
    let dead = |pid: Pid| is_gone(pid) || stat(pid)[0] == "Z";
    wait_until("every lab ends", || labs.iter().all(|&pid| dead(pid)));
}
