//! What watching costs when nothing changes, in numbers that are the same on every machine: system calls and allocations
//! a tick, and faults of the process that is watched.

#![expect(
    clippy::unwrap_used,
    reason = "a failed test panics; helpers of tests are tests"
)]

#[path = "support/target.rs"]
mod target;

use mmap_tutor::mem::{Addr, Pid, Range, Reading};
use mmap_tutor::observe::gauge::files::{Files, Name};
use mmap_tutor::observe::gauge::maps::{Queries, Reader};
use mmap_tutor::observe::gauge::meter::Meter;
use mmap_tutor::observe::gauge::pages::Abilities;
use mmap_tutor::observe::gauge::sizes::Stream;
use mmap_tutor::observe::page_size;
use mmap_tutor::run::sampler::{Gauge, Ways};
use mmap_tutor::watch::{Lens, Request, Sample};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::os::unix::fs::FileExt;
use std::time::Duration;
use target::{Target, Waiting};

/// Counts what each thread allocates.
struct Counting;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
    static BYTES: Cell<i64> = const { Cell::new(0) };
    static MOST: Cell<i64> = const { Cell::new(0) };
}

fn count(bytes: i64) {
    // A thread that is ending counts no more.
    let _ = CALLS.try_with(|calls| calls.set(calls.get() + u64::from(bytes > 0)));
    let _ = BYTES.try_with(|all| {
        all.set(all.get() + bytes);
        let _ = MOST.try_with(|most| most.set(most.get().max(all.get())));
    });
}

// SAFETY: everything is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64);
        count(-(layout.size() as i64));
        // SAFETY: the caller's promise.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MIB: usize = 1 << 20;

fn lens(start: u64, bytes: usize, cells: u32) -> Lens {
    let whole = Range::of(Addr(start), bytes as u64);
    Lens {
        whole,
        cell: Lens::fitting(whole, page_size().bytes(), cells),
        first: 0,
        count: cells,
    }
}

/// A gauge that has seen everything there is, and what it is asked.
fn settled(pid: i32, request: &mut Request, ways: Ways) -> Gauge {
    let mut gauge = Gauge::open(Pid(pid), ways).unwrap();
    for tick in 0.. {
        let sample = gauge.tick(request);
        if let Some(vmas) = sample.vmas.as_ref().and_then(Reading::known) {
            let low = vmas
                .lines()
                .iter()
                .filter(|line| line.range.start.0 >> 63 == 0);
            request.rows = low.take(40).map(|line| line.range.start).collect();
        }
        let complete = sample.cells.as_ref().and_then(Reading::known);
        if tick > 20 && complete.is_some_and(|cells| cells.progress == 1000) {
            return gauge;
        }
        assert!(tick < 10_000, "it is not read to the end");
    }
    gauge
}

/// The calls of a tick that reads what it always reads. (Status and the list of VMAs are read seldom.)
fn usual(samples: &[Sample]) -> u64 {
    let plain = samples.iter().filter(|sample| sample.status.is_none());
    plain.map(|sample| sample.cost.calls).min().unwrap()
}

#[test]
fn a_tick_in_which_nothing_changes_allocates_nothing_and_makes_the_same_calls() {
    let target = Waiting::start(Target::Touched(8 * MIB));
    let mut request = Request {
        lens: Some(lens(target.start, 8 * MIB, 300)),
        ..Request::default()
    };
    let mut gauge = settled(target.pid, &mut request, Ways::default());
    let mut samples = Vec::with_capacity(1000);
    for _ in 0..1000 {
        let before = CALLS.get();
        let sample = gauge.tick(&request);
        assert_eq!(CALLS.get(), before, "a tick allocated: {:?}", sample.cost);
        samples.push(sample);
    }
    // stat, statm, a row each, pagemap, what is huge of it, and three clocks.
    let usual = usual(&samples);
    assert_eq!(usual, 2 + request.rows.len() as u64 + 2 + 3);
    for sample in &samples {
        assert!(sample.cost.calls <= usual + 20, "{:?}", sample.cost);
    }
    let same = samples
        .iter()
        .filter(|sample| sample.cost.calls == usual)
        .count();
    assert!(same > 950, "{same} of 1000");
}

#[test]
fn as_many_reads_are_counted_as_the_kernel_counts() {
    let target = Waiting::start(Target::Touched(8 * MIB));
    let mut request = Request {
        lens: Some(lens(target.start, 8 * MIB, 300)),
        ..Request::default()
    };
    // Without ioctls: every call is a read.
    let ways = Ways {
        queries: Queries::Missing,
        abilities: Abilities {
            scan: false,
            guards: false,
        },
    };
    let mut gauge = settled(target.pid, &mut request, ways);
    let file = std::fs::File::open("/proc/thread-self/io").unwrap();
    let reads = || {
        let mut text = [0; 512];
        let Ok(count) = file.read_at(&mut text, 0) else {
            return None;
        };
        let text = String::from_utf8_lossy(&text[..count]).into_owned();
        let line = text.lines().find_map(|line| line.strip_prefix("syscr: "))?;
        line.parse::<u64>().ok()
    };
    let (Some(first), Some(second)) = (reads(), reads()) else {
        eprintln!("not tried: this kernel does not count reads (CONFIG_TASK_IO_ACCOUNTING)");
        return;
    };
    let of_asking = second - first;
    let before = reads().unwrap();
    // Three of them ask clocks.
    let counted: u64 = (0..500).map(|_| gauge.tick(&request).cost.calls - 3).sum();
    let after = reads().unwrap();
    assert_eq!(after - before - of_asking, counted);
}

#[test]
fn however_big_a_process_is_a_tick_is_as_small() {
    let mut costs = [(8 * MIB, 8 * MIB / 16), (1 << 36, 1 << 30)].map(|(bytes, stride)| {
        let target = Waiting::start(Target::Sparse { bytes, stride });
        let mut request = Request {
            lens: Some(lens(target.start, bytes, 300)),
            ..Request::default()
        };
        let before = BYTES.get();
        let mut gauge = settled(target.pid, &mut request, Ways::default());
        let held = BYTES.get() - before;
        let samples: Vec<Sample> = (0..200).map(|_| gauge.tick(&request)).collect();
        (usual(&samples), held)
    });
    costs[0].0 += 1;
    assert!(costs[1].0 <= costs[0].0, "{costs:?}");
    assert!(costs[1].1 <= costs[0].1 + MIB as i64, "{costs:?}");
}

#[test]
fn sixty_thousand_vmas_are_listed_again_without_allocating_and_their_sizes_are_small() {
    let vmas = 60_000;
    let target = Waiting::start(Target::Vmas(vmas));
    let mut files = Files::open(Pid(target.pid)).unwrap();
    let mut meter = Meter::unpaced();
    let mut reader = Reader::new(Pid(target.pid), Queries::Possible);
    let first = reader.read(&mut files, &mut meter).unwrap();
    assert!(first.len() >= vmas);
    // The second time makes room for a list beside the one that is shown.
    reader.read(&mut files, &mut meter).unwrap();
    let before = CALLS.get();
    reader.read(&mut files, &mut meter).unwrap();
    assert_eq!(CALLS.get(), before);
    let rows: [Addr; 40] = std::array::from_fn(|row| first.lines()[row * 1000].range.start);
    for _ in 0..2 {
        reader.rows(&rows, &mut files, &mut meter).unwrap();
    }
    let before = CALLS.get();
    let found = reader.rows(&rows, &mut files, &mut meter).unwrap();
    assert_eq!((CALLS.get(), found.len()), (before, 40));
    drop((reader, first));

    files.get(Name::Smaps, &mut meter).unwrap();
    let before = BYTES.get();
    MOST.set(before);
    let mut stream = Stream::new(Pid(target.pid));
    assert_eq!(stream.go_on(&mut files, &mut meter), Ok(true));
    let areas = stream.finish();
    assert!(areas.list().len() >= vmas);
    let most = MOST.get() - before;
    let allowed = 64 * 1024 + 128 * areas.list().len() as i64;
    // Growing to another place, both are there for a moment: as the kernel moves such large ones, they take no room.
    let kept = BYTES.get() - before;
    assert!(kept <= allowed, "{kept} of {allowed} bytes");
    assert!(
        most <= 2 * allowed,
        "{most} of {allowed} bytes, for a moment"
    );
}

#[test]
fn being_watched_costs_no_fault() {
    let target = Waiting::start(Target::Mixed(500));
    let length = 1000 * page_size().bytes() as usize;
    let mut request = Request {
        lens: Some(lens(target.start, length, 300)),
        sizes: true,
        family: true,
        events: true,
        ..Request::default()
    };
    let faults = |sample: &Sample| sample.counters.known().unwrap().faults;
    let mut gauge = settled(target.pid, &mut request, Ways::default());
    let before = faults(&gauge.tick(&request));
    for tick in 0..1000 {
        request.asked = tick / 100;
        let sample = gauge.tick(&request);
        assert_eq!(faults(&sample), before, "tick {tick}");
        if tick % 100 == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
