//! What `fork` costs the parent is counted exactly, also on a machine that is busy.
//!
//! The kernel writes into a thread's memory by itself when it was preempted, see rseq(2). After a fork that memory is
//! write-protected, and such a write would look like a fault of the lesson's.

#[path = "support/directory.rs"]
mod directory;
#[path = "support/tutor.rs"]
mod support;

use directory::fresh_directory;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use support::{run, tutor};

/// Forks in one program; enough that a busy machine preempts some of them.
const FORKS: usize = 12;
/// How often it is played.
const RUNS: usize = 4;

#[test]
fn a_fork_costs_no_fault_on_a_busy_machine() {
    let home = fresh_directory();
    let file = home.path().join("forks.c");
    let once = "if (fork() == 0)\n    _exit(0);\nwait(NULL);\n";
    std::fs::write(&file, once.repeat(FORKS)).unwrap();
    let busy = Busy::new();
    for _ in 0..RUNS {
        assert_eq!(faults(home.path(), &file), vec![0; 2 * FORKS]);
    }
    drop(busy);
}

/// A thread for every processor that does nothing but run, until this is dropped.
struct Busy(Arc<AtomicBool>);

impl Busy {
    fn new() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let cpus = std::thread::available_parallelism().map_or(2, usize::from);
        for _ in 0..cpus {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Self(stop)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The minor faults of each line of a program.
fn faults(home: &Path, file: &Path) -> Vec<u64> {
    let ran = run(tutor(home).args(["run", "--json"]).arg(file));
    assert!(ran.status.success(), "{}", ran.text());
    let told: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    let lines = told["steps"][0]["lines"].as_array().expect("an array");
    lines
        .iter()
        .map(|line| line["minor_faults"].as_u64().expect("a number"))
        .collect()
}
