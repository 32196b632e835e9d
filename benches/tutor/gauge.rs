//! What watching a big process costs: each reader against the kernel's own work for it, which is the same calls with
//! nothing made of them. In processor time of the reading thread.

use crate::table::{cpu, fact, row};
use crate::target::{RESIDENT, Target, Waiting};
use mmap_tutor::mem::{Addr, Pid, Range};
use mmap_tutor::observe::gauge::cells::Drawing;
use mmap_tutor::observe::gauge::files::{Files, Name};
use mmap_tutor::observe::gauge::lens::Lens;
use mmap_tutor::observe::gauge::maps::{Queries, Reader};
use mmap_tutor::observe::gauge::meter::Meter;
use mmap_tutor::observe::gauge::pages::{Abilities, Counter, Detail};
use mmap_tutor::observe::gauge::sizes::Stream;
use mmap_tutor::observe::gauge::status;
use mmap_tutor::observe::gauge::vmas::Vmas;
use mmap_tutor::observe::live::scan::{
    PAGE_IS_PRESENT, PAGE_IS_SWAPPED, PageRegion, VECTOR, Wanted, call,
};
use mmap_tutor::observe::page_size;
use mmap_tutor::run::sampler::{Gauge, Sampler, Ways};
use mmap_tutor::watch::{Request, Sample};
use std::cell::RefCell;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const GIB: usize = 1 << 30;
/// Cells of a large screen.
const CELLS: u32 = 4800;

/// Prints the rows.
pub(crate) fn rows() {
    many_vmas();
    touched();
    sparse();
    reserved();
    ticks();
    disturbance();
}

/// A target, and everything that is read of it.
struct Watched {
    target: Waiting,
    files: Files,
    vmas: Arc<Vmas>,
    reader: Reader,
    length: u64,
}

impl Watched {
    fn start(target: Target, length: usize) -> Self {
        let target = Waiting::start(target);
        assert_ne!(target.start, 0, "the target has no mapping");
        let mut files = Files::open(Pid(target.pid)).expect("our child can be read");
        let mut reader = Reader::new(Pid(target.pid), Queries::Possible);
        let vmas = reader
            .read(&mut files, &mut Meter::unpaced())
            .expect("our child can be read");
        Self {
            target,
            files,
            vmas,
            reader,
            length: length as u64,
        }
    }

    fn open(&mut self, name: Name) -> File {
        let file = self.files.get(name, &mut Meter::unpaced());
        file.map(|file| file.try_clone().expect("a descriptor"))
            .expect("our child can be read")
    }

    /// One pass over all of the mapping.
    fn pass(&mut self, counter: &mut Counter, drawing: &mut Drawing, detail: Detail) {
        let mut pass = Counter::begin(drawing, detail).expect("something is drawn");
        let files = &mut self.files;
        let read = counter.go_on(&mut pass, drawing, &self.vmas, files, &mut Meter::unpaced());
        assert_eq!(read, Ok(true));
    }

    fn drawing(&self) -> Drawing {
        let whole = Range::of(Addr(self.target.start), self.length);
        let page = page_size();
        let lens = Lens {
            whole,
            cell: Lens::fitting(whole, page.bytes(), CELLS),
            first: 0,
            count: CELLS,
        };
        let mut drawing = Drawing::new(lens, page);
        drawing.cover(&self.vmas);
        drawing
    }

    /// Every entry of pagemap, in pieces of 64 KiB.
    fn pagemap(&self, file: &File) -> u64 {
        let mut buffer = vec![0; 64 << 10];
        let first = self.target.start / page_size().bytes() * 8;
        let end = first + self.length / page_size().bytes() * 8;
        let mut at = first;
        while at < end {
            at += file.read_at(&mut buffer, at).expect("pagemap can be read") as u64;
        }
        at - first
    }

    /// Every present page, by the kernel's own summary.
    fn scan(&self, file: &File, stride: u64) -> usize {
        let mut regions = [PageRegion::default(); VECTOR];
        let wanted = Wanted {
            any: PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
            ..Wanted::default()
        };
        let end = Addr(self.target.start + self.length);
        let (mut at, mut found) = (Addr(self.target.start), 0);
        while at < end {
            let piece = Range::new(at, Range::of(at, stride).end.min(end));
            let (count, walked) =
                call(file, piece, wanted, &mut regions).expect("it can be scanned");
            found += count;
            at = if count == VECTOR { walked } else { piece.end };
        }
        found
    }
}

/// Every byte of a text file, in pieces.
fn text(file: &File, piece: usize) -> u64 {
    let mut buffer = vec![0; piece];
    let mut at = 0;
    loop {
        match file.read_at(&mut buffer, at).expect("it can be read") {
            0 => return at,
            count => at += count as u64,
        }
    }
}

fn many_vmas() {
    let count = 60_000;
    let mut watched = Watched::start(Target::Vmas(count), count * page_size().bytes() as usize);
    let maps = watched.open(Name::Maps);
    let smaps = watched.open(Name::Smaps);
    let Watched { files, reader, .. } = &mut watched;
    let mut meter = Meter::unpaced();
    row(
        "maps of 60,000 VMAs, to a list",
        21,
        || cpu(|| reader.read(files, &mut meter)),
        "the same text, only read",
        || cpu(|| text(&maps, 16 << 10)),
    );
    row(
        "smaps of 60,000 VMAs, to all sizes",
        11,
        || {
            let mut stream = Stream::new(files.pid());
            let mut meter = Meter::unpaced();
            cpu(|| {
                assert_eq!(stream.go_on(files, &mut meter), Ok(true));
                stream.finish()
            })
        },
        "the same text, only read",
        || cpu(|| text(&smaps, 16 << 10)),
    );
    let all = reader.read(files, &mut meter).expect("it can be read");
    let mut first = 0;
    row(
        "40 rows of 60,000 VMAs after a scroll step",
        101,
        || {
            first = (first + 1) % (all.len() - 40);
            let rows: Vec<Addr> = all.lines()[first..first + 40]
                .iter()
                .map(|line| line.range.start)
                .collect();
            let mut meter = Meter::unpaced();
            cpu(|| reader.rows(&rows, files, &mut meter))
        },
        "all of maps, only read",
        || cpu(|| text(&maps, 16 << 10)),
    );
    against_pagemap("60,000 VMAs", &mut watched, 21);
}

fn touched() {
    let mut watched = Watched::start(Target::Touched(GIB), GIB);
    against_pagemap("1 GiB touched", &mut watched, 21);
    let mut watched = Watched::start(Target::File(GIB), GIB);
    against_pagemap("1 GiB file mapping", &mut watched, 21);
}

fn sparse() {
    let bytes = 64 * GIB;
    let clustered = Target::Clustered {
        bytes,
        touched: bytes / 100,
    };
    let mut watched = Watched::start(clustered, bytes);
    against_pagemap("64 GiB, 1 % touched in clusters", &mut watched, 11);
    drop(watched);
    let stride = 400 << 10;
    let mut watched = Watched::start(Target::Sparse { bytes, stride }, bytes);
    against_pagemap("64 GiB, 1 % touched here and there", &mut watched, 11);
}

fn reserved() {
    let bytes = 2 << 40;
    let stride = 16 << 30;
    let mut watched = Watched::start(Target::Reserved { bytes, stride }, bytes);
    against_pagemap("2 TiB reserved", &mut watched, 3);
}

/// The rows that every target has.
fn against_pagemap(what: &str, watched: &mut Watched, n: usize) {
    let pagemap = watched.open(Name::Pagemap);
    let mut counter = Counter::new(page_size(), Abilities::default());
    let status = status::read(&mut watched.files, &mut Meter::unpaced());
    let tables = status.expect("our child can be read").page_tables;
    counter.with_tables(tables.expect("status has VmPTE"));
    let mut drawing = watched.drawing();
    let watched = RefCell::new(watched);
    let mut pass = |detail| {
        let mut watched = watched.borrow_mut();
        cpu(|| watched.pass(&mut counter, &mut drawing, detail))
    };
    if watched.borrow().length <= GIB as u64 {
        row(
            &format!("pagemap of {what}, to {CELLS} cells"),
            n,
            || pass(Detail::Kinds),
            "the same entries, only read",
            || cpu(|| watched.borrow().pagemap(&pagemap)),
        );
    }
    row(
        &format!("overview of {what}, to {CELLS} cells"),
        n,
        || pass(Detail::Presence),
        "all of its pagemap, only read",
        || cpu(|| watched.borrow().pagemap(&pagemap)),
    );
    row(
        &format!("the same of {what}"),
        n,
        || pass(Detail::Presence),
        "PAGEMAP_SCAN of it in steps of 32 MiB, and nothing made of it",
        || cpu(|| watched.borrow().scan(&pagemap, 32 << 20)),
    );
}

/// A tick in steady state, of one target after the other.
fn ticks() {
    let bytes = 64 * GIB;
    let stride = 400 << 10;
    let small = Watched::start(Target::Touched(GIB), GIB);
    let large = Watched::start(Target::Sparse { bytes, stride }, bytes);
    let mut tick_small = ticking(&small);
    let mut tick_large = ticking(&large);
    row(
        "a tick of 64 GiB, 1 % touched here and there",
        101,
        &mut tick_large,
        "a tick of 1 GiB touched",
        &mut tick_small,
    );
}

/// Ticks of a gauge that shows all of a mapping and a screen of rows, once the first look is over.
fn ticking(watched: &Watched) -> impl FnMut() -> Duration {
    let mut gauge = Gauge::open(Pid(watched.target.pid), Ways::default()).expect("it can be read");
    let rows = watched.vmas.lines().iter().take(40);
    let request = Request {
        rows: rows.map(|line| line.range.start).collect(),
        lens: Some(*watched.drawing().lens()),
        ..Request::default()
    };
    let mut tick = move || {
        let sample = gauge.tick(&request);
        std::thread::sleep(Duration::from_millis(20));
        sample.cost.cpu
    };
    for _ in 0..50 {
        tick();
    }
    tick
}

/// What the process that is watched feels: how long it takes for what it does, without the time for which it waited for
/// a processor. One that only counts is the control: what it feels, the machine does.
fn disturbance() {
    let churn = Target::Churn { pages: 8, pause: 0 };
    for (what, target) in [
        ("mmap, eight faults, munmap", churn),
        ("counting", Target::Spin),
    ] {
        for (how, events) in [("watched", false), ("watched, with fault events", true)] {
            let target = Waiting::start(target);
            let whole = Range::of(Addr(target.start), RESIDENT as u64);
            let lens = Lens {
                whole,
                cell: Lens::fitting(whole, page_size().bytes(), CELLS),
                first: 0,
                count: CELLS,
            };
            let longest = Arc::new(AtomicU64::new(0));
            row(
                &format!("{what}, while {how}"),
                21,
                || {
                    let most = Arc::clone(&longest);
                    let tell = move |sample: Sample| {
                        most.fetch_max(sample.cost.longest.as_nanos() as u64, Ordering::Relaxed);
                        true
                    };
                    let sampler = Sampler::start(Pid(target.pid), tell).expect("it can be read");
                    sampler.ask(Request {
                        lens: Some(lens),
                        rows: vec![whole.start; 40],
                        events,
                        ..Request::default()
                    });
                    // The first look is over by then.
                    std::thread::sleep(Duration::from_millis(200));
                    an_act(&target)
                },
                "while not watched",
                || {
                    std::thread::sleep(Duration::from_millis(200));
                    an_act(&target)
                },
            );
            let longest = Duration::from_nanos(longest.load(Ordering::Relaxed));
            fact(
                &format!("longest call that takes the lock of the mappings, while {how}"),
                &format!("{longest:.1?}"),
                "with the time for which it waited for the lock, and for a processor",
                None,
            );
        }
    }
}

/// How long the target takes for one of what it does, over 300 ms.
fn an_act(target: &Waiting) -> Duration {
    let waited = || {
        let text = std::fs::read_to_string(format!("/proc/{}/schedstat", target.pid));
        let text = text.expect("our child can be read");
        let delay = text
            .split_whitespace()
            .nth(1)
            .and_then(|word| word.parse().ok());
        Duration::from_nanos(delay.expect("schedstat has the time of waiting"))
    };
    let (began, count, delay) = (Instant::now(), target.count(), waited());
    std::thread::sleep(Duration::from_millis(300));
    let ran = began
        .elapsed()
        .saturating_sub(waited().saturating_sub(delay));
    // A thousand, as a single count takes next to no time.
    ran * 1000 / (target.count() - count).max(1) as u32
}
