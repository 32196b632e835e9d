//! The readers of `watch`, on processes made for it: what they say, against a direct reading of a frozen process; what
//! they cost, in calls; and what they do when the process changes or ends under them.

#![expect(
    clippy::unwrap_used,
    reason = "a failed test panics; helpers of tests are tests"
)]

#[path = "support/target.rs"]
mod target;

use mmap_tutor::mem::{Addr, Field, Pid, Range, Reading};
use mmap_tutor::observe::gauge::cells::Drawing;
use mmap_tutor::observe::gauge::files::Files;
use mmap_tutor::observe::gauge::maps::{Queries, Reader};
use mmap_tutor::observe::gauge::meter::Meter;
use mmap_tutor::observe::gauge::pages::{Abilities, Counter, Detail};
use mmap_tutor::observe::page_size;
use mmap_tutor::run::sampler::{Gauge, Sampler, Ways};
use mmap_tutor::watch::sample::{Fate, Mixture};
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
        assert!(since.elapsed() < PATIENCE, "not seen: {:?}", sample.cost);
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

/// The cells of one lens, once all of it was read.
fn cells_of(gauge: &mut Gauge, lens: Lens) -> Vec<Mixture> {
    let request = Request {
        lens: Some(lens),
        ..Request::default()
    };
    let complete = |sample: &Sample| {
        let cells = sample.cells.as_ref().and_then(Reading::known);
        cells.is_some_and(|cells| cells.progress == 1000)
    };
    let sample = samples_until(gauge, &request, complete);
    sample.cells.unwrap().known().unwrap().list.clone()
}

/// Without what is newer than Linux 6.6.
fn old_ways() -> Ways {
    Ways {
        queries: Queries::Missing,
        abilities: Abilities {
            scan: false,
            guards: false,
        },
    }
}

#[test]
fn every_kind_of_page_is_told_and_older_kernels_say_less_but_nothing_else() {
    let (page, pages) = (page_size().bytes(), 500);
    let target = frozen(Target::Mixed(pages as usize));
    let lens = Lens {
        whole: Range::of(Addr(target.start), 2 * pages * page),
        cell: page,
        first: 0,
        count: 2 * pages as u32,
    };
    let mut gauge = Gauge::open(Pid(target.pid), Ways::default()).unwrap();
    let new = cells_of(&mut gauge, lens);
    let mut old = Gauge::open(Pid(target.pid), old_ways()).unwrap();
    let old = cells_of(&mut old, lens);
    assert_eq!(
        (new.len(), old.len()),
        (2 * pages as usize, 2 * pages as usize)
    );
    let bits = entries(target.pid, lens.whole);
    for (index, ((new, old), bits)) in (0..).zip(new.iter().zip(&old).zip(bits)) {
        let counts = |cell: &Mixture| [cell.private, cell.file, cell.swapped, cell.guard];
        assert_eq!(counts(new), counts(old), "{index}");
        let open = new.zero + new.shared + new.present;
        assert_eq!(old.zero + old.shared + old.present, open, "{index}");
        assert_eq!(
            new.present + old.zero + old.shared,
            u64::from(old.present == 1 && new.present == 1)
        );
        assert_eq!(
            counts(new).iter().sum::<u64>() + open,
            u64::from(bits >> 62 != 0),
            "{index}"
        );
        let expected = match (index / 3 + index / 64) % 5 {
            _ if index >= pages => match (index - pages) % 7 {
                1 => Some((new.private, "copied")),
                _ => None,
            },
            0 if new.present == 0 => Some((new.zero, "the zero page")),
            1 | 2 => Some((new.private, "written")),
            _ => None,
        };
        if let Some((count, what)) = expected {
            assert_eq!(count, 1, "{index} is {what}: {new:?}");
        }
    }
}

#[test]
fn an_overview_counts_what_pagemap_counts() {
    let page = page_size();
    let pages = 500;
    let mixed = frozen(Target::Mixed(pages));
    let sparse = frozen(Target::Sparse {
        bytes: 1 << 36,
        stride: 1 << 24,
    });
    for (target, length) in [
        (&mixed, 2 * pages as u64 * page.bytes()),
        (&sparse, 1 << 36),
    ] {
        let mut files = Files::open(Pid(target.pid)).unwrap();
        let mut meter = Meter::default();
        let vmas = Reader::new(files.pid(), Queries::Possible)
            .read(&mut files, &mut meter)
            .unwrap();
        let lens = whole(target.start, length, 700);
        let ways = [
            (Ways::default(), 1 << 15),
            (old_ways(), 0),
            (Ways::default(), 7),
        ];
        let drawn = ways.map(|(ways, most)| {
            let mut counter = Counter::new(page, ways.abilities).at_most(most);
            let mut drawing = Drawing::new(lens, page);
            drawing.cover(&vmas);
            let mut pass = Counter::begin(&mut drawing, Detail::Presence).unwrap();
            // In as many ticks as there are calls.
            while !counter
                .go_on(
                    &mut pass,
                    &mut drawing,
                    &vmas,
                    &mut files,
                    &mut Meter::new(Duration::ZERO),
                )
                .unwrap()
            {}
            drawing.cells().to_vec()
        });
        let sums = drawn.each_ref().map(|cells| {
            let present = cells
                .iter()
                .map(|cell| cell.present + cell.zero + cell.shared);
            let absent = cells.iter().map(|cell| cell.swapped + cell.guard);
            (present.sum::<u64>(), absent.sum::<u64>())
        });
        assert_eq!((sums[0], &drawn[0]), (sums[2], &drawn[2]));
        assert_eq!(sums[0], sums[1]);
        let all = |cell: &Mixture| cell.present + cell.zero + cell.swapped + cell.guard;
        let each: Vec<[u64; 2]> = drawn[0]
            .iter()
            .zip(&drawn[1])
            .map(|(a, b)| [all(a), all(b)])
            .collect();
        assert!(each.iter().all(|[a, b]| a == b), "{each:?}");
        if length == 1 << 36 {
            assert_eq!(sums[0], (1 << 12, 0));
        }
    }
}

#[test]
fn sizes_are_those_of_pmap() {
    let target = frozen(Target::Touched(MIB));
    let pmap = std::process::Command::new("pmap")
        .args(["-X", &target.pid.to_string()])
        .output();
    let Ok(pmap) = pmap else {
        eprintln!("not tried: pmap is not installed");
        return;
    };
    let text = String::from_utf8_lossy(&pmap.stdout);
    let mut lines = text.lines().skip(1);
    let heads: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    let column = |name: &str| heads.iter().position(|&head| head == name).unwrap();
    let mut gauge = Gauge::open(Pid(target.pid), Ways::default()).unwrap();
    let request = Request {
        sizes: true,
        ..Request::default()
    };
    let sample = samples_until(&mut gauge, &request, |sample| sample.sizes.is_some());
    let sizes = sample.sizes.unwrap();
    let mut compared = 0;
    for area in sizes.known().unwrap().list() {
        let start = format!("{:x}", area.range().start.0);
        let row = text
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>());
        let Some(row) = row.into_iter().find(|row| {
            row.first()
                .is_some_and(|at| at.trim_start_matches('0') == start)
        }) else {
            continue;
        };
        for (name, field) in [
            ("Size", Field::Size),
            ("Rss", Field::Rss),
            ("Anonymous", Field::Anonymous),
        ] {
            let theirs: u64 = row[column(name)].parse().unwrap();
            assert_eq!(area.sizes.get(field), Some(theirs * 1024), "{start} {name}");
            compared += 1;
        }
    }
    assert!(compared >= 15, "{compared}: {text}");
}

#[test]
fn rows_are_the_lines_of_maps_whichever_way_they_are_asked_for() {
    let target = frozen(Target::Vmas(1000));
    for ways in [Ways::default(), old_ways()] {
        let mut gauge = Gauge::open(Pid(target.pid), ways).unwrap();
        let sample = samples_until(&mut gauge, &Request::default(), |sample| {
            sample.vmas.is_some()
        });
        let all = sample.vmas.unwrap().known().cloned().unwrap();
        assert_eq!(
            all.len(),
            std::fs::read_to_string(format!("/proc/{}/maps", target.pid))
                .unwrap()
                .lines()
                .count()
        );
        let wanted: Vec<_> = all
            .lines()
            .iter()
            .rev()
            .step_by(7)
            .filter(|line| line.range.start.0 >> 63 == 0)
            .collect();
        let request = Request {
            rows: wanted.iter().map(|line| line.range.start).collect(),
            ..Request::default()
        };
        let rows = gauge.tick(&request).rows.unwrap();
        let listed: Vec<_> = wanted.iter().map(|line| all.vma(line)).collect();
        let found: Vec<_> = rows.lines().iter().map(|line| rows.vma(line)).collect();
        assert_eq!(found, listed, "{ways:?}");
    }
}

/// Samples of a command until one is as it should be.
fn seen_of(child: &std::process::Child, is_it: impl Fn(&Sample) -> bool) -> (Gauge, Sample) {
    let mut gauge = Gauge::open(Pid(child.id().cast_signed()), Ways::default()).unwrap();
    let sample = samples_until(&mut gauge, &everything(), is_it);
    (gauge, sample)
}

fn everything() -> Request {
    Request {
        sizes: true,
        family: true,
        ..Request::default()
    }
}

#[test]
fn what_became_of_a_process_is_told() {
    use std::process::Command;
    let mut child = Command::new("sh")
        .args(["-c", "sleep 0.3; exec sleep 100"])
        .spawn()
        .unwrap();
    let (mut gauge, sample) = seen_of(&child, |sample| sample.became.is_some());
    assert_eq!(sample.became.as_deref(), Some("sleep 100"));
    // What is read from now on is of the other program.
    let sample = match sample.vmas {
        None => samples_until(&mut gauge, &everything(), |sample| sample.vmas.is_some()),
        Some(_) => sample,
    };
    let vmas = sample.vmas.unwrap().known().cloned().unwrap();
    let mut names = vmas
        .lines()
        .iter()
        .map(|line| vmas.backing(line).to_string());
    assert!(names.any(|name| name.contains("sleep")
        || name.contains("coreutils")
        || name.contains("busybox")));
    // Killed, and not waited for yet.
    child.kill().unwrap();
    let (_, sample) = seen_of(&child, |sample| sample.fate.is_some());
    let Some(Fate::Ended(why)) = sample.fate else {
        panic!("it has ended");
    };
    assert!(why.contains("ended"), "{why}");
    child.wait().unwrap();
    let gone = Gauge::open(Pid(child.id().cast_signed()), Ways::default()).unwrap_err();
    assert!(gone.to_string().contains("ended"), "{gone}");
}

#[test]
fn a_thread_of_the_kernel_and_a_process_of_somebody_else_have_their_words() {
    for pid in [1, 2] {
        let Ok(mut gauge) = Gauge::open(Pid(pid), Ways::default()) else {
            eprintln!("not tried: there is no process {pid} to be seen here");
            continue;
        };
        let sample = gauge.tick(&Request {
            sizes: true,
            events: true,
            ..Request::default()
        });
        assert!(sample.counters.known().is_some());
        if let Some(Reading::Unknown(why)) = sample.vmas {
            assert!(why.contains("kernel"), "{why}");
        }
    }
}

#[test]
fn a_process_whose_first_thread_has_ended_is_still_seen() {
    let directory = tempfile::tempdir().unwrap();
    let (source, program) = (directory.path().join("a.c"), directory.path().join("a"));
    let text = "#include <pthread.h>\n#include <unistd.h>\n\
        static void *wait(void *x) { for (;;) pause(); return x; }\n\
        int main(void) { pthread_t t; pthread_create(&t, 0, wait, 0); pthread_exit(0); }\n";
    std::fs::write(&source, text).unwrap();
    let compiled = std::process::Command::new("gcc")
        .arg("-pthread")
        .arg("-o")
        .args([&program, &source])
        .status();
    if !compiled.is_ok_and(|status| status.success()) {
        eprintln!("not tried: there is no gcc");
        return;
    }
    let mut child = std::process::Command::new(&program).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let mut gauge = Gauge::open(Pid(child.id().cast_signed()), Ways::default()).unwrap();
    let sample = samples_until(&mut gauge, &Request::default(), |sample| {
        sample
            .counters
            .known()
            .is_some_and(|counters| counters.state == 'Z')
            && sample.vmas.is_some()
            && sample.status.is_some()
    });
    assert!(sample.fate.is_none(), "{sample:?}");
    // The first thread has no memory any more, and says so: it is not asked.
    assert!(sample.counters.known().unwrap().rss > 0, "{sample:?}");
    let status = sample.status.as_ref().unwrap();
    assert!(status.known().unwrap().rss() > Some(0), "{status:?}");
    let vmas = sample.vmas.unwrap();
    let count = vmas.known().map(|vmas| vmas.len());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(count > Some(5), "{vmas:?}");
}

#[test]
fn a_process_that_maps_and_unmaps_without_rest_is_watched_to_its_end() {
    let target = Waiting::start(Target::Churn { pages: 8, pause: 0 });
    let mut gauge = Gauge::open(Pid(target.pid), Ways::default()).unwrap();
    let mut request = Request {
        sizes: true,
        family: true,
        events: true,
        ..Request::default()
    };
    let mut killed = false;
    let since = Instant::now();
    for tick in 0.. {
        assert!(since.elapsed() < PATIENCE);
        request.asked = tick / 10;
        let sample = gauge.tick(&request);
        if let Some(fate) = &sample.fate {
            assert!(matches!(fate, Fate::Ended(_)), "{fate:?}");
            break;
        }
        if let Some(vmas) = sample.vmas.as_ref().and_then(Reading::known) {
            let lines = vmas.lines();
            request.rows = lines.iter().map(|line| line.range.start).collect();
            let low: Vec<_> = lines
                .iter()
                .filter(|line| line.range.start.0 >> 63 == 0)
                .collect();
            let (first, last) = (low[0].range.start, low[low.len() - 1].range.end);
            request.lens = Some(whole(first.0, last.0 - first.0, 100 + tick));
        }
        if let Some(cells) = sample.cells.as_ref().and_then(Reading::known) {
            for cell in &cells.list {
                assert!(
                    cell.zero + cell.private <= cells.lens.cell / page_size().bytes(),
                    "{cell:?}"
                );
            }
        }
        if tick > 200 && !killed {
            assert!(target.count() > 0);
            let pid = nix::unistd::Pid::from_raw(target.pid);
            nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
            killed = true;
        }
    }
}

#[test]
fn a_process_that_only_grows_is_kept_up_with() {
    const LEAST: u64 = 64 << 20;
    let target = Waiting::start(Target::Leak {
        bytes: MIB / 2,
        pause: 20_000,
    });
    let mut gauge = Gauge::open(Pid(target.pid), Ways::default()).unwrap();
    let mut request = everything();
    let since = Instant::now();
    let (mut told, mut whole_grid) = (Vec::new(), false);
    while target.count() < LEAST || told.len() < 3 || !whole_grid {
        assert!(since.elapsed() < 3 * PATIENCE, "{told:?}, {whole_grid}");
        let sample = gauge.tick(&request);
        std::thread::sleep(sample.cost.pause);
        if let Some(vmas) = sample.vmas.as_ref().and_then(Reading::known) {
            let its = vmas.lines().iter().max_by_key(|line| line.range.length());
            let its = its.unwrap().range;
            request.rows = vec![its.start];
            // Cells of a few pages: most of what a tick may take goes into them.
            request.lens = Some(whole(its.start.0, its.length(), 6000));
        }
        if let Some(areas) = sample.sizes.as_ref().and_then(Reading::known) {
            told.push(areas.sum(Field::Rss).unwrap() >> 20);
        }
        let cells = sample.cells.as_ref().and_then(Reading::known);
        whole_grid |= target.count() >= LEAST && cells.is_some_and(|cells| cells.progress == 1000);
    }
    // The sizes told last are those of a while ago, and not of the beginning.
    assert!(told.is_sorted() && told.last() > Some(&32), "{told:?}");
}

#[test]
fn the_tutor_can_watch_itself() {
    let mut gauge = Gauge::open(Pid(std::process::id().cast_signed()), Ways::default()).unwrap();
    let request = Request {
        sizes: true,
        events: true,
        family: true,
        ..Request::default()
    };
    let sample = samples_until(&mut gauge, &request, |sample| sample.sizes.is_some());
    assert!(sample.sizes.unwrap().known().unwrap().list().len() > 5);
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
