//! Lab and witness together: what is measured by the one and seen by the other must agree, and looking must not touch.

use mmap_tutor::bytecode::{Builtin, Instruction, Opcode, Program};
use mmap_tutor::c::{self, Scope, Target};
use mmap_tutor::mem::{Bytes, Control, Faults, Outcome, Pace, Process, Reading, Settings};
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
            usage.referenced = Bytes(0);
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
