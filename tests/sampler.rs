//! The readers of `watch`, on processes made for it: what they say, against a direct reading of a frozen process; what
//! they cost, in calls; and what they do when the process changes or ends under them.

#![expect(
    clippy::unwrap_used,
    reason = "a failed test panics; helpers of tests are tests"
)]

#[path = "support/target.rs"]
mod target;

use mmap_tutor::mem::{Addr, Pid, Range, Reading};
use mmap_tutor::observe::page_size;
use mmap_tutor::run::sampler::{Gauge, Sampler, Ways};
use mmap_tutor::watch::{Lens, Request, Sample};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use target::{Target, Waiting};

const MIB: usize = 1 << 20;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

fn whole(start: u64, bytes: u64, cells: u32) -> Lens {
    let whole = Range::of(Addr(start), bytes);
    Lens {
        whole,
        cell: Lens::fitting(whole, page_size().bytes(), cells),
        first: 0,
        count: cells,
    }
}

/// Samples until `enough` has been seen of one of them.
fn samples_until(gauge: &mut Gauge, request: &Request, enough: impl Fn(&Sample) -> bool) -> Sample {
    let since = Instant::now();
    loop {
        let sample = gauge.tick(request);
        if enough(&sample) {
            return sample;
        }
        assert!(since.elapsed() < PATIENCE, "not seen: {sample:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Starts a target and stops it, so that all who look see the same.
fn frozen(target: Target) -> Waiting {
    let waiting = Waiting::start(target);
    let pid = nix::unistd::Pid::from_raw(waiting.pid);
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGSTOP).unwrap();
    waiting
}

/// The entries of pagemap, read directly.
fn entries(pid: i32, range: Range) -> Vec<u64> {
    let page = page_size().bytes();
    let mut bytes = vec![0; (range.length() / page * 8) as usize];
    let file = File::open(format!("/proc/{pid}/pagemap")).unwrap();
    file.read_exact_at(&mut bytes, range.start.0 / page * 8)
        .unwrap();
    let words = bytes.chunks_exact(8);
    words
        .map(|word| u64::from_ne_bytes(word.try_into().unwrap()))
        .collect()
}

/// A few numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) % end
    }
}

#[test]
fn cells_of_every_lens_are_sums_of_the_pages_of_a_frozen_process() {
    let page = page_size().bytes();
    let sparse = Target::Sparse {
        bytes: 64 * MIB,
        stride: 5 * page as usize,
    };
    let table = [
        (Target::Touched(8 * MIB), 8 * MIB as u64),
        (sparse, 64 * MIB as u64),
        (Target::Vmas(1000), 1000 * page),
    ];
    let mut dice = Dice(7);
    for (target, length) in table {
        let target = frozen(target);
        let all = Range::of(Addr(target.start), length);
        let entries = entries(target.pid, all);
        let mut gauge = Gauge::open(Pid(target.pid), Ways::default()).unwrap();
        for _ in 0..100 {
            let cell = page << dice.below(14);
            let first = dice.below(length.div_ceil(cell));
            let lens = Lens {
                whole: all,
                cell,
                first,
                count: 1 + dice.below(5000) as u32,
            };
            let request = Request {
                lens: Some(lens),
                ..Request::default()
            };
            let complete = |sample: &Sample| {
                let cells = sample.cells.as_ref().and_then(Reading::known);
                cells.is_some_and(|cells| cells.progress == 1000)
            };
            let sample = samples_until(&mut gauge, &request, complete);
            let cells = sample.cells.unwrap();
            let cells = cells.known().unwrap();
            let drawn = lens
                .cells()
                .saturating_sub(first)
                .min(u64::from(lens.count));
            assert_eq!((cells.lens, cells.list.len() as u64), (lens, drawn));
            for (index, cell) in (first..).zip(&cells.list) {
                let range = lens.range(index).unwrap();
                let at = ((range.start.0 - all.start.0) / page) as usize;
                let pages = (range.length() / page) as usize;
                let part = &entries[at..at + pages];
                let of = |bits: u64| {
                    part.iter()
                        .filter(|&&entry| entry >> 56 & 0xe1 == bits)
                        .count()
                };
                assert!(cell.read, "{lens:?} {index}");
                assert_eq!(cell.mapped, pages as u64, "{lens:?} {index}");
                assert_eq!(cell.private, of(0x81) as u64, "{lens:?} {index}");
                let others = [
                    cell.shared,
                    cell.zero,
                    cell.file,
                    cell.swapped,
                    cell.guard,
                    cell.present,
                ];
                assert_eq!(others, [0; 6], "{lens:?} {index}");
            }
        }
    }
}

#[test]
fn a_thread_tells_what_is_on_the_screen() {
    let target = Waiting::start(Target::Touched(8 * MIB));
    let (out, told) = channel();
    let sampler = Sampler::start(Pid(target.pid), move |sample| out.send(sample).is_ok()).unwrap();
    let lens = whole(target.start, 8 * MIB as u64, 64);
    sampler.ask(Request {
        rows: vec![Addr(target.start)],
        lens: Some(lens),
        sizes: true,
        family: true,
        ..Request::default()
    });
    let (mut cells, mut sizes, mut rows, mut family, mut vmas) = (None, None, None, None, None);
    let since = Instant::now();
    while cells.is_none() || sizes.is_none() || rows.is_none() || family.is_none() {
        assert!(since.elapsed() < PATIENCE);
        let sample = told.recv_timeout(PATIENCE).unwrap();
        assert!(sample.counters.known().is_some());
        vmas = sample.vmas.or(vmas);
        cells = sample.cells.or(cells);
        sizes = sample.sizes.or(sizes);
        rows = sample.rows.or(rows);
        family = sample.family.or(family);
    }
    let cells = cells.unwrap().known().cloned().unwrap();
    let pages = 8 * MIB as u64 / page_size().bytes();
    assert_eq!(
        cells.list.iter().map(|cell| cell.private).sum::<u64>(),
        pages
    );
    assert_eq!(rows.unwrap().len(), 1);
    assert!(vmas.unwrap().known().unwrap().len() > 5);
    assert!(sizes.unwrap().known().unwrap().list().len() > 5);
    drop(sampler);
}

#[test]
fn the_end_of_the_process_is_the_last_sample() {
    let target = Waiting::start(Target::Touched(MIB));
    let (out, told) = channel();
    let sampler = Sampler::start(Pid(target.pid), move |sample| out.send(sample).is_ok()).unwrap();
    assert!(told.recv_timeout(PATIENCE).unwrap().fate.is_none());
    drop(target);
    let last = told.iter().last().unwrap();
    let why = format!("{:?}", last.fate.unwrap());
    assert!(why.contains("ended"), "{why}");
    assert!(matches!(last.counters, Reading::Unknown(_)));
    drop(sampler);
}

#[test]
fn nothing_is_read_that_is_not_on_the_screen() {
    let target = Waiting::start(Target::Touched(MIB));
    let mut gauge = Gauge::open(Pid(target.pid), Ways::default()).unwrap();
    let request = Request::default();
    for _ in 0..5 {
        let sample = gauge.tick(&request);
        assert!(sample.cells.is_none() && sample.rows.is_none() && sample.sizes.is_none());
        assert!(sample.family.is_none() && sample.events.is_none());
    }
    let shown = Request {
        lens: Some(whole(target.start, MIB as u64, 256)),
        ..Request::default()
    };
    let sample = samples_until(&mut gauge, &shown, |sample| sample.cells.is_some());
    assert!(sample.sizes.is_none() && sample.rows.is_none());
}

#[test]
fn faults_are_told_one_by_one_or_why_they_are_not() {
    let page = page_size().bytes();
    let target = Waiting::start(Target::Churn {
        pages: 4,
        pause: 3000,
    });
    let mut gauge = Gauge::open(Pid(target.pid), Ways::default()).unwrap();
    let request = Request {
        events: true,
        ..Request::default()
    };
    let mut list = Vec::new();
    let since = Instant::now();
    while list.len() < 100 {
        assert!(since.elapsed() < PATIENCE, "{list:?}");
        let sample = gauge.tick(&request);
        match sample.events.unwrap() {
            Reading::Unknown(why) => {
                eprintln!("not tried: {why}");
                assert!(why.contains("perf"), "{why}");
                return;
            }
            Reading::Known(events) => {
                assert!(events.each >= 1);
                list.extend(events.list);
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let now = gauge.tick(&request).at;
    assert!(
        list.iter()
            .all(|event| event.thread == target.pid && event.at <= now)
    );
    assert!(list.is_sorted_by_key(|event| event.at));
    // Four pages one after the other, again and again.
    let steps = list
        .windows(2)
        .filter(|pair| pair[1].addr.0 == pair[0].addr.0 + page)
        .count();
    assert!(steps >= list.len() / 2, "{list:?}");
}
