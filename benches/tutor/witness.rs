//! What it costs to look at a lab, against reading the same files of `/proc` and doing nothing with them.

use crate::actors::Actors;
use crate::table::{row, time};
use mmap_tutor::mem::{Pid, Process, Range};
use mmap_tutor::observe::{self, Source};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Prints the rows.
pub(crate) fn rows(home: &Path) {
    for pages in [16, 16_384] {
        let mut actors = Actors::start(home);
        actors.say(&format!(
            "char *p = mmap(NULL, {pages} * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);"
        ));
        actors.say(&format!("memset(p, 1, {pages} * PAGE);"));
        let pid = actors.pid();
        let mut look = || {
            actors
                .witness
                .snapshot(Process::Main, pid)
                .expect("a lab can be read")
        };
        let ranges: Vec<Range> = look()
            .lesson_mappings()
            .map(|mapping| mapping.vma.range)
            .collect();
        row(
            &format!("snapshot of a lab of {pages} pages"),
            200,
            || time(&mut look),
            "the same files, only read",
            || time(|| read_the_same(pid, &ranges)),
        );
    }
}

/// Reads what a snapshot is made of: maps, smaps, stat, status, and pagemap of the lesson's mappings.
fn read_the_same(pid: Pid, ranges: &[Range]) -> usize {
    let read = |name: &str| fs::read(format!("/proc/{pid}/{name}")).map_or(0, |bytes| bytes.len());
    let texts: usize = ["maps", "smaps", "stat", "status"]
        .into_iter()
        .map(read)
        .sum();
    let page = observe::page_size().bytes();
    let pagemap = File::open(format!("/proc/{pid}/pagemap")).expect("the lab lives");
    let entries = ranges.iter().map(|range| {
        let mut entries = vec![0; (range.length() / page * 8) as usize];
        pagemap
            .read_at(&mut entries, range.start.0 / page * 8)
            .expect("pagemap can be read")
    });
    texts + entries.sum::<usize>()
}
