//! Samples made by hand: a program with a model in memory, one with very many VMAs, one that may not be read, a thread of
//! the kernel.

use mmap_tutor::app::{Event, Watched};
use mmap_tutor::mem::{Addr, Backing, Faults, Perms, Pid, Range, Reading, Vma};
use mmap_tutor::observe::portrait;
use mmap_tutor::observe::portrait::area::{Areas, Parser};
use mmap_tutor::observe::portrait::kin::Kin;
use mmap_tutor::observe::portrait::status::Status;
use mmap_tutor::watch::Lens;
use mmap_tutor::watch::sample::{
    Cells, Cost, Counters, Events, FaultEvent, Mixture, Sample, Subject, Vmas,
};
use std::sync::Arc;
use std::time::Duration;

pub(crate) const PAGE: u64 = 4096;
pub(crate) const MIB: u64 = 1 << 20;
/// Where the heap of the usual program begins.
pub(crate) const HEAP: u64 = 0x5555_5580_0000;
/// Where its libc lies.
const LIBC: u64 = 0x7fff_f700_0000;

/// A VMA: start, pages, permissions, name, kB in memory.
type Row = (u64, u64, &'static str, &'static str, u64);

/// A process as it is read.
pub(crate) struct Story {
    vmas: Reading<Arc<Vmas>>,
    sizes: Reading<Arc<Areas>>,
    counters: Reading<Counters>,
    status: Status,
    kin: Vec<Kin>,
    events: Reading<Events>,
}

pub(crate) fn counters(minor: u64, major: u64, rss: u64) -> Reading<Counters> {
    Reading::Known(Counters {
        faults: Faults { minor, major },
        cpu: 150,
        rss,
        size: 4 * rss,
        state: 'S',
        threads: 3,
    })
}

fn backing(name: &str) -> Backing {
    match name {
        "" => Backing::Anonymous,
        "[heap]" => Backing::Heap,
        "[stack]" => Backing::Stack,
        name if name.starts_with('[') => Backing::Special(name.to_owned()),
        name => Backing::File {
            path: name.to_owned(),
            deleted: false,
        },
    }
}

fn read(rows: &[Row]) -> (Vmas, Areas) {
    let mut parser = Parser::default();
    let vmas = rows.iter().map(|(start, pages, perms, name, rss)| {
        let inode = u64::from(name.starts_with('/'));
        let end = start + pages * PAGE;
        let anonymous = if inode == 0 { *rss } else { 0 };
        let text = format!(
            "{start:x}-{end:x} {perms} 00000000 08:01 {inode} {name}\nSize: {size} kB\nRss: {rss} kB\nPss: {rss} kB\n\
             Shared_Clean: 0 kB\nShared_Dirty: 0 kB\nPrivate_Clean: {clean} kB\nPrivate_Dirty: {anonymous} kB\n\
             Anonymous: {anonymous} kB\nLazyFree: 0 kB\nAnonHugePages: 0 kB\nSwap: 0 kB\nLocked: 0 kB\nVmFlags: rd mr\n",
            size = pages * PAGE / 1024,
            clean = rss - anonymous,
        );
        parser.push(text.as_bytes());
        Vma {
            range: Range::new(Addr(*start), Addr(end)),
            perms: Perms::of(perms).unwrap(),
            offset: 0,
            device: (8, 1),
            inode,
            backing: backing(name),
        }
    });
    let vmas: Vmas = vmas.collect();
    (vmas, parser.finish(b""))
}

/// A model of 900 MiB, of which most is in memory.
const USUAL: [Row; 8] = [
    (0x5555_5555_0000, 64, "r-xp", "/usr/bin/python3", 200),
    (HEAP, 8192, "rw-p", "[heap]", 20 * 1024),
    (
        0x7fff_b000_0000,
        230_400,
        "r--p",
        "/data/model.gguf",
        800 * 1024,
    ),
    (0x7fff_f400_0000, 256, "---p", "", 0),
    (0x7fff_f410_0000, 2048, "rw-p", "", 4 * 1024),
    (LIBC, 512, "r-xp", "/usr/lib/libc.so.6", 1024),
    (0x7fff_f7fc_0000, 2, "r-xp", "[vdso]", 4),
    (0x7fff_fffd_e000, 33, "rw-p", "[stack]", 24),
];

impl Story {
    fn of(rows: &[Row], minor: u64) -> Self {
        let (vmas, areas) = read(rows);
        let rss: u64 = rows.iter().map(|row| row.4 * 1024).sum();
        let known = |bytes| Reading::Known(bytes);
        Self {
            vmas: Reading::Known(Arc::new(vmas)),
            sizes: Reading::Known(Arc::new(areas)),
            counters: counters(minor, 7, rss),
            status: Status {
                size: Some(4 * rss),
                peak: Some(rss),
                page_tables: Some(3 * MIB),
                swap: Some(0),
                hugetlb: Some(0),
                ..Status::default()
            },
            kin: vec![Kin {
                pid: Pid(4243),
                parent: Pid(4242),
                depth: 1,
                command: portrait::command::Command {
                    name: "worker".to_owned(),
                    arguments: vec!["/opt/worker".to_owned(), "--one".to_owned()],
                    ended: false,
                },
                rss: known(9 * MIB),
                pss: known(8 * MIB),
                swap: known(0),
            }],
            events: Reading::Known(Events::default()),
        }
    }

    pub(crate) fn usual() -> Self {
        Self::of(&USUAL, 1000)
    }

    /// The same, later: the heap has 12 MiB more in memory, and there is a mapping more.
    pub(crate) fn grown() -> Self {
        let mut rows = USUAL.to_vec();
        rows[1].4 += 12 * 1024;
        rows.insert(5, (0x7fff_f500_0000, 16, "rw-p", "", 0));
        Self::of(&rows, 4072)
    }

    /// The same, later: the heap is twice as long.
    pub(crate) fn longer() -> Self {
        let mut rows = USUAL.to_vec();
        rows[1].1 *= 2;
        Self::of(&rows, 1000)
    }

    pub(crate) fn empty() -> Self {
        Self::of(&[], 0)
    }

    /// So many VMAs of a page each, with holes between.
    pub(crate) fn many(count: u64) -> Self {
        let start = 0x7000_0000_0000;
        let rows: Vec<Row> = (0..count)
            .map(|index| (start + index * 2 * PAGE, 1, "rw-p", "", 4))
            .collect();
        Self::of(&rows, 60_000)
    }

    /// Of another user.
    pub(crate) fn refused() -> Self {
        let why =
            "the kernel does not let this user read /proc/4242/maps: the process must be yours";
        Self {
            vmas: Reading::unknown(why),
            sizes: Reading::unknown(why),
            counters: counters(5, 0, 24_956_109),
            status: Status {
                anonymous: Some(17 * MIB),
                file: Some(6 * MIB),
                shared_memory: Some(0),
                ..Status::default()
            },
            events: Reading::unknown("the kernel does not let this user: perf_event_paranoid is 3"),
            ..Self::usual()
        }
    }

    pub(crate) fn kernel() -> Self {
        let why = "it is a thread of the kernel, which has no memory of its own";
        Self {
            vmas: Reading::unknown(why),
            sizes: Reading::unknown(why),
            counters: counters(0, 0, 0),
            status: Status::default(),
            ..Self::usual()
        }
    }

    /// A name that would paint the terminal red, and turn the direction of writing.
    pub(crate) fn hostile() -> Self {
        let name = "/tmp/\u{1b}[31m\u{202e}evil";
        Self::of(&[(0x5555_0000_0000, 4, "r-xp", name, 16)], 1)
    }

    /// A look at which nothing was read but counters.
    pub(crate) fn nothing(&self, at: u64) -> Sample {
        Sample {
            at: Duration::from_secs(at),
            counters: self.counters.clone(),
            status: None,
            vmas: None,
            rows: None,
            cells: None,
            sizes: None,
            family: None,
            events: None,
            became: None,
            fate: None,
            cost: Cost {
                cpu: Duration::from_micros(300),
                program: Duration::from_micros(900),
                calls: 9,
                longest: Duration::from_micros(40),
                pause: Duration::from_millis(100),
            },
        }
    }

    /// A look that finds everything as it was.
    pub(crate) fn quiet(&self, at: u64) -> Sample {
        Sample {
            vmas: None,
            status: Some(Reading::Known(self.status)),
            family: Some(self.kin.clone()),
            events: Some(Reading::Known(Events::default())),
            ..self.nothing(at)
        }
    }

    /// A look at everything.
    pub(crate) fn sample(&self, at: u64) -> Sample {
        Sample {
            vmas: Some(self.vmas.clone()),
            sizes: Some(self.sizes.clone()),
            events: Some(self.events.clone()),
            ..self.quiet(at)
        }
    }
}

fn subject(pid: i32, ours: bool, is_kernel: bool) -> Event {
    Event::Watched(Box::new(Watched {
        subject: Subject {
            pid: Pid(pid),
            command: "python3 train.py --epochs 3".to_owned(),
            ours,
            page: PAGE,
            space: Range::new(Addr(0), Addr(1 << 47)),
            is_kernel,
            most_vmas: Some(65_530),
        },
        at: "14:03:22".to_owned(),
    }))
}

/// A process is watched from now on.
pub(crate) fn watched(pid: i32) -> Event {
    subject(pid, false, false)
}

/// A thread of the kernel is watched from now on.
pub(crate) fn watched_kernel(pid: i32) -> Event {
    subject(pid, false, true)
}

/// A command is watched that was started for it.
pub(crate) fn started(pid: i32) -> Event {
    subject(pid, true, false)
}

/// The first cells of a lens: pages mapped, and pages of a file that are there.
pub(crate) fn cells(lens: Lens, list: &[(u64, u64)]) -> Reading<Arc<Cells>> {
    let list = list.iter().map(|(mapped, file)| Mixture {
        mapped: *mapped,
        file: *file,
        read: true,
        ..Mixture::default()
    });
    Reading::Known(Arc::new(Cells {
        lens,
        list: list.collect(),
        huge: true,
        progress: 10,
    }))
}

/// Minor faults at these addresses, by code of libc.
pub(crate) fn faults(addresses: &[u64]) -> Reading<Events> {
    let list = addresses.iter().map(|addr| FaultEvent {
        at: Duration::from_millis(1500),
        addr: Addr(*addr),
        instruction: Addr(LIBC + 16),
        thread: 4242,
        major: false,
        stands_for: 1,
        one_of: 1,
        and_more: false,
    });
    Reading::Known(Events {
        list: list.collect(),
        each: 1,
        ..Events::default()
    })
}
