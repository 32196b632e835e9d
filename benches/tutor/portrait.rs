//! What it costs to read all sizes of a process that is not ours, against reading the same text and doing nothing with
//! it, and against the procfs crate.

use crate::table::{row, time};
use crate::target::{Target, Waiting};
use mmap_tutor::mem::Pid;
use mmap_tutor::observe::portrait;
use procfs::FromRead;
use procfs::process::MemoryMaps;
use std::fs::File;
use std::io::Read;

/// Bytes of a read, as many as the reader under test asks for.
const PIECE: usize = 64 * 1024;

/// Prints the rows.
pub(crate) fn rows() {
    let sparse = Target::Sparse {
        bytes: 64 << 30,
        stride: 400 << 10,
    };
    let table = [
        ("1 GiB touched", Target::Touched(1 << 30), 30),
        ("60,000 VMAs", Target::Vmas(60_000), 15),
        ("64 GiB sparse", sparse, 15),
    ];
    for (what, target, n) in table {
        let target = Waiting::start(target);
        assert_ne!(target.start, 0, "the target has no mapping");
        let pid = Pid(target.pid);
        let read = || time(|| portrait::stream::read(pid).expect("our child can be read"));
        row(
            &format!("smaps of {what}, to VMAs with all sizes"),
            n,
            read,
            "the same text, only read",
            || time(|| only_read(pid)),
        );
        row(
            &format!("the same of {what}"),
            n.min(7),
            read,
            "procfs",
            || time(|| by_procfs(pid)),
        );
    }
}

fn smaps(pid: Pid) -> File {
    File::open(format!("/proc/{pid}/smaps")).expect("our child can be read")
}

fn only_read(pid: Pid) -> usize {
    let mut file = smaps(pid);
    let mut buffer = vec![0; PIECE];
    let mut sum = 0;
    loop {
        match file.read(&mut buffer).expect("smaps can be read") {
            0 => return sum,
            count => sum += count,
        }
    }
}

fn by_procfs(pid: Pid) -> usize {
    let maps = MemoryMaps::from_read(smaps(pid)).expect("procfs reads it");
    maps.0.len()
}
