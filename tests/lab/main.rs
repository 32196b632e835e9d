//! The lab for real: a process is started for each test, and what the kernel did in it is compared with what the lab
//! says. Runs as root and as anybody else.

#![expect(
    clippy::unwrap_used,
    reason = "a failed test panics; helpers of tests are tests"
)]

#[path = "../assembler/mod.rs"]
mod assembler;
mod costs;
mod deaths;
mod functions;
mod pace;
mod refusals;
mod walls;

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
