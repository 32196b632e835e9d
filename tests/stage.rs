//! Lab and witness together: what is measured by the one and seen by the other must agree, and looking must not touch.

#![expect(
    clippy::unwrap_used,
    reason = "a failed test panics; helpers of tests are tests"
)]

use mmap_tutor::bytecode::{Builtin, Instruction, Opcode, Program};
use mmap_tutor::c::{self, Scope, Target};
use mmap_tutor::mem::{Control, Faults, Field, Outcome, Pace, Process, Reading, Settings};
use mmap_tutor::observe::Snapshot;
use mmap_tutor::run::stage::LiveStage;
use mmap_tutor::session::Stage;
use std::path::Path;

/// A stage with a process on it, and its variables.
struct Bench {
    stage: LiveStage,
    scope: Scope,
}

impl Bench {
    fn new() -> Self {
        let mut stage = LiveStage::with_program(Path::new(env!("CARGO_BIN_EXE_mmap-tutor")))
            .expect("a scratch directory");
        stage.restart(Settings::default(), &[]).expect("a process");
        let page_size = stage.machine().page_size.bytes();
        Self {
            stage,
            scope: Scope::new(Target { page_size }),
        }
    }

    fn run(&mut self, source: &str) -> Vec<(Process, Outcome)> {
        let mut all = Vec::new();
        for statement in c::parse(source, 0..source.len()).expect("it is C") {
            let compiled = c::compile(source, &statement, &mut self.scope).expect("it compiles");
            all.extend(self.send(&compiled.program));
        }
        all
    }

    fn send(&mut self, program: &Program) -> Vec<(Process, Outcome)> {
        let mut watch = |_: &_, _: &mut dyn FnMut() -> Vec<_>| Control::Continue;
        self.stage
            .run(Process::Main, program, Pace::Full, &mut watch)
            .expect("it runs")
    }

    /// The kernel's own counters of the whole process.
    fn total(&mut self) -> Faults {
        match self.stage.observe().remove(0).faults {
            Reading::Known(faults) => faults,
            Reading::Unknown(why) => panic!("{why}"),
        }
    }
}

const MAPPING: &str =
    "char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(p, 'A', 8 * PAGE);
char c = p[9 * PAGE];
pid_t child = fork();";

/// Snapshots without `Referenced`: the kernel marks pages by itself while it ages memory on a busy machine.
fn unaged(mut snapshots: Vec<Snapshot>) -> Vec<Snapshot> {
    for mapping in snapshots
        .iter_mut()
        .flat_map(|snapshot| &mut snapshot.mappings)
    {
        if let Reading::Known(usage) = &mut mapping.usage {
            usage.sizes.set(Field::Referenced, 0);
        }
    }
    snapshots
}

#[test]
fn a_thousand_looks_cost_the_process_no_fault_and_show_the_same() {
    let mut bench = Bench::new();
    bench.run(MAPPING);
    let first = unaged(bench.stage.observe());
    assert_eq!(first.len(), 2, "parent and child");
    for _ in 0..1000 {
        bench.stage.observe();
    }
    let last = unaged(bench.stage.observe());
    assert_eq!(first.len(), last.len());
    for (first, last) in first.iter().zip(&last) {
        assert_eq!(first.faults, last.faults, "{}", first.process);
        assert!(first == last, "pages or sizes of {} changed", first.process);
    }
}

#[test]
fn the_sum_of_the_acts_is_what_the_kernel_counted_for_the_process() {
    let mut bench = Bench::new();
    let before = bench.total();
    let acts: u64 = bench
        .run("char *p = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
             for (int i = 0; i < 64; i += 3) p[i * PAGE] = 1;
             char *q = malloc(100000);
             memset(q, 1, 100000);
             memcpy(q, p, 64 * 1024);")
        .iter()
        .map(|(_, outcome)| outcome.totals.faults.total())
        .sum();
    let after = bench.total();
    assert!(acts > 22, "{acts}");
    assert_eq!(
        after.total() - before.total(),
        acts,
        "nothing of the lab's own is in between"
    );
}

#[test]
fn an_empty_statement_costs_nothing_in_a_parent_and_in_its_child() {
    let mut bench = Bench::new();
    bench.run(MAPPING);
    let end = Instruction {
        opcode: Opcode::End as u8,
        ..Instruction::default()
    };
    let getpid = Instruction {
        opcode: Opcode::Call as u8,
        operand: Builtin::Getpid as u32,
        ..Instruction::default()
    };
    let before = bench.stage.observe();
    for code in [vec![end], vec![getpid, end]] {
        let program = Program {
            code,
            ..Program::default()
        };
        for process in [Process::Main, Process::Child(1)] {
            let mut watch = |_: &_, _: &mut dyn FnMut() -> Vec<_>| Control::Continue;
            let outcomes = bench
                .stage
                .run(process, &program, Pace::Full, &mut watch)
                .unwrap();
            assert_eq!(outcomes[0].1.totals.faults, Faults::default(), "{process}");
        }
    }
    let after = bench.stage.observe();
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(
            before.faults, after.faults,
            "not even outside of acts, in {}",
            before.process
        );
    }
}

/// What a page holds is shown without a trace: no fault of the process, no entry that changes, and only where it is
/// present and may be read.
mod bytes {
    use super::{Bench, unaged};
    use mmap_tutor::mem::{Addr, Faults, Process, Reading};
    use mmap_tutor::session::Stage;

    fn address(bench: &mut Bench, expression: &str) -> Addr {
        let outcomes = bench.run(expression);
        Addr(outcomes.last().unwrap().1.value.unwrap() as u64)
    }

    #[test]
    fn reading_what_is_there_costs_nothing_in_any_process() {
        let mut bench = Bench::new();
        bench.run(
            "int fd = open(\"data\", O_RDWR | O_CREAT, 0600);
             ftruncate(fd, 8 * PAGE);
             pwrite(fd, \"page cache\", 10, 0);
             char *a = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
             char *s = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
             char *f = mmap(NULL, 8 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
             char *c = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
             a[0] = 'a'; s[0] = 's'; c[0] = 'c';
             char zero = a[PAGE]; char cache = f[0];
             pid_t child = fork();",
        );
        let page = bench.stage.machine().page_size.bytes() as usize;
        let table = [
            ("a;", &b"a"[..]),
            ("a + PAGE;", b"\0"),
            ("s;", b"s"),
            ("f;", b"page cache"),
            ("c;", b"cage cache"),
        ];
        let addresses: Vec<Addr> = table
            .iter()
            .map(|(expression, _)| address(&mut bench, expression))
            .collect();
        // The child maps anew what fork does not copy: files. Its entry is made by a read of its own.
        let before = unaged(bench.stage.observe());
        assert_eq!(before.len(), 2);
        let mut read = 0;
        for process in [Process::Main, Process::Child(1)] {
            for (address, (expression, wanted)) in addresses.iter().zip(&table) {
                for _ in 0..100 {
                    match bench.stage.page(process, *address) {
                        Reading::Known(found) => {
                            read += 1;
                            assert_eq!(found.bytes.len(), page);
                            assert!(found.bytes.starts_with(wanted), "{process} {expression}");
                            assert_eq!(found.faults, Faults::default(), "{process} {expression}");
                        }
                        Reading::Unknown(why) => {
                            assert!(process != Process::Main, "{expression} {why}");
                            assert!(why.starts_with("absent:"), "{expression} {why}");
                        }
                    }
                }
            }
        }
        assert!(
            read >= 700,
            "{read}: all of main, anonymous memory in the child"
        );
        let after = unaged(bench.stage.observe());
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before.faults, after.faults, "{}", before.process);
            assert!(
                before == after,
                "a page or a size of {} changed",
                before.process
            );
        }
    }

    #[test]
    fn what_reading_would_change_is_refused_and_stays_as_it_is() {
        let mut bench = Bench::new();
        bench.run(
            "int fd = open(\"data\", O_RDWR | O_CREAT, 0600);
             ftruncate(fd, 4 * PAGE);
             char *a = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
             char *n = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
             n[0] = 1; mprotect(n, PAGE, PROT_NONE);
             char *f = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);",
        );
        let table = [
            (
                "a;",
                "absent: there are no bytes yet; reading would bring a page in",
            ),
            ("n;", "it may not be read: to try is a segmentation fault"),
            (
                "f;",
                "absent: the bytes are in the file; reading would map a page of it",
            ),
            ("a - 64 * PAGE;", "nothing is mapped there"),
        ];
        let before = unaged(bench.stage.observe());
        for (expression, why) in table {
            let address = address(&mut bench, expression);
            let found = bench.stage.page(Process::Main, address);
            assert_eq!(found, Reading::unknown(why), "{expression}");
        }
        let gone = bench.stage.page(Process::Child(3), Addr(0x1000));
        assert_eq!(gone, Reading::unknown("child 3 is not there to be asked"));
        assert!(before == unaged(bench.stage.observe()));
    }

    /// `MADV_GUARD_INSTALL` is of Linux 6.13; where it is refused there is nothing to see.
    #[test]
    fn a_guard_page_is_not_read() {
        let mut bench = Bench::new();
        let done = bench.run(
            "char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
             memset(p, 1, 4 * PAGE);
             madvise(p, PAGE, MADV_GUARD_INSTALL);",
        );
        if done.last().unwrap().1.value != Some(0) {
            return;
        }
        let guard = address(&mut bench, "p;");
        let why = bench.stage.page(Process::Main, guard);
        assert!(why.known().is_none(), "{why:?}");
    }

    #[test]
    fn variables_are_read_where_they_lie() {
        let mut bench = Bench::new();
        bench.run("long answer = 42; pid_t child = fork(); answer = 43;");
        let offset = bench.scope.variable("answer").unwrap().offset as usize;
        for (process, value) in [(Process::Main, 43), (Process::Child(1), 42)] {
            let frame = bench.stage.frame(process, 256);
            let Reading::Known(frame) = frame else {
                panic!("{frame:?}")
            };
            let bytes = frame.bytes[offset..offset + 8].try_into().unwrap();
            assert_eq!(i64::from_ne_bytes(bytes), value, "{process}");
            assert_eq!(frame.faults, Faults::default());
        }
    }
}
