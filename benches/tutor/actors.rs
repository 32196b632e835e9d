//! A lab with a witness that looks at it, and the compiler in front of it.

use mmap_tutor::bytecode::Program;
use mmap_tutor::c::{self, Scope, Target};
use mmap_tutor::lab::Labs;
use mmap_tutor::mem::{Control, Outcome, Pace, Pid, Process, Progress, Settings};
use mmap_tutor::observe::{self, Live};
use std::path::Path;

/// A lab, its variables, and its witness.
pub(crate) struct Actors {
    labs: Labs,
    scope: Scope,
    /// Who looks at it.
    pub(crate) witness: Live,
}

impl Actors {
    /// Starts a lab of the program itself, with its files in `directory`.
    pub(crate) fn start(directory: &Path) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_mmap-tutor"));
        let labs = Labs::start(program, directory, Settings::default()).expect("a lab starts");
        let target = Target {
            page_size: observe::page_size().bytes(),
        };
        let mut actors = Self {
            labs,
            scope: Scope::new(target),
            witness: Live::new(1 << 20),
        };
        let pid = actors.pid();
        actors
            .witness
            .baseline(Process::Main, pid)
            .expect("a lab can be read");
        actors
    }

    /// The lab's pid.
    pub(crate) fn pid(&self) -> Pid {
        self.labs.processes()[0].1
    }

    /// One statement as the lab takes it.
    pub(crate) fn compile(&mut self, statement: &str) -> Program {
        let parsed = c::parse(statement, 0..statement.len()).expect("the statement is C");
        c::compile(statement, &parsed[0], &mut self.scope)
            .expect("the statement means something")
            .program
    }

    /// Runs it.
    pub(crate) fn run(&mut self, program: &Program) -> Vec<(Process, Outcome)> {
        let going_on = &mut |_: &Progress| Control::Continue;
        self.labs
            .run(Process::Main, program, Pace::Full, going_on)
            .expect("the lab answers")
    }

    /// Compiles a statement and runs it.
    pub(crate) fn say(&mut self, statement: &str) {
        let program = self.compile(statement);
        self.run(&program);
    }
}
