//! A session made up by rule: one process over a large mapping, lines that touch, drop, protect, map and fork. What a
//! real one would report, moment by moment, without a kernel to ask.

use mmap_tutor::mem::{
    Access, AccessKind, Act, Addr, Backing, Ending, Faults, Field, Nanos, Outcome, PageState,
    Perms, Pid, Process, Range, Reading, Sizes, Totals, Usage, Vma,
};
use mmap_tutor::observe::{Cause, Change, Mapping, Pages, Place, Snapshot};
use mmap_tutor::session::moment::TYPED;
use mmap_tutor::session::{Moment, Ran};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes of a page.
pub(crate) const PAGE: u64 = 4096;
/// Where the large mapping begins.
pub(crate) const START: u64 = 0x10_0000_0000;

/// What a session is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Pages of the large mapping.
    pub(crate) pages: usize,
    /// Whether frame numbers can be read.
    pub(crate) frames: bool,
    /// Pages that one line touches, at most.
    pub(crate) stride: usize,
    /// Whether lines also fork, map, unmap and protect.
    pub(crate) varied: bool,
}

/// A session that goes on as long as it is asked to.
pub(crate) struct Session {
    plan: Plan,
    processes: Vec<Snapshot>,
    dice: u64,
    lines: usize,
}

impl Session {
    /// A session in which `main` has the large mapping, nothing of it touched.
    pub(crate) fn new(plan: Plan) -> Self {
        let mut mappings: Vec<Mapping> = (0..24).map(own).collect();
        mappings.push(mapping(START, plan.pages, plan.frames));
        mappings.sort_by_key(|mapping| mapping.vma.range);
        Self {
            plan,
            processes: vec![Snapshot {
                process: Process::Main,
                pid: Pid(4242),
                mappings,
                faults: Reading::Known(Faults::default()),
                page_tables: Reading::Known(40 * 1024),
            }],
            dice: 0x9e37_79b9_7f4a_7c15,
            lines: 0,
        }
    }

    /// The moment before the first line.
    pub(crate) fn opened(&self) -> Moment {
        Moment {
            ran: None,
            snapshots: self.snapshots(),
            changes: Vec::new(),
        }
    }

    /// The next line.
    pub(crate) fn line(&mut self) -> Moment {
        self.lines += 1;
        let choice = if self.plan.varied { self.roll(12) } else { 11 };
        let (code, minor) = match choice {
            0 => self.map(),
            1 => self.unmap(),
            2 => self.protect(),
            3 => self.fork(),
            4 => self.end(),
            5 | 6 => self.drop_pages(),
            _ => self.touch(),
        };
        self.moment(code, minor)
    }

    fn snapshots(&self) -> Vec<Arc<Snapshot>> {
        self.processes.iter().cloned().map(Arc::new).collect()
    }

    /// A number below `below`, by xorshift.
    fn roll(&mut self, below: usize) -> usize {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        (self.dice >> 11) as usize % below.max(1)
    }

    /// A mapping of some process, and pages in it.
    fn place(&mut self) -> (usize, usize, std::ops::Range<usize>) {
        let process = self.roll(self.processes.len());
        let lesson: Vec<usize> = (0..self.processes[process].mappings.len())
            .filter(|at| !self.processes[process].mappings[*at].own)
            .collect();
        let at = lesson[self.roll(lesson.len())];
        let count = count(&self.processes[process].mappings[at]);
        let first = self.roll(count);
        let length = 1 + self.roll(self.plan.stride.min(count - first));
        (process, at, first..first + length)
    }

    fn touch(&mut self) -> (String, u64) {
        let (process, at, places) = self.place();
        let frame = 0x10_0000 + self.roll(1 << 20) as u64;
        let Reading::Known(pages) = &mut self.processes[process].mappings[at].pages else {
            return (String::new(), 0);
        };
        let fresh = pages.states[places.clone()]
            .iter()
            .filter(|state| **state != PageState::Private);
        let fresh = fresh.count() as u64;
        pages.states[places.clone()].fill(PageState::Private);
        if let Reading::Known(frames) = &mut pages.frames {
            for (slot, frame) in frames[places.clone()].iter_mut().zip(frame..) {
                *slot = frame;
            }
        }
        self.measure(process, at, fresh);
        (
            format!(
                "for (int i = {}; i < {}; i++) p[i * PAGE] = 1;",
                places.start, places.end
            ),
            fresh,
        )
    }

    fn drop_pages(&mut self) -> (String, u64) {
        let (process, at, places) = self.place();
        let Reading::Known(pages) = &mut self.processes[process].mappings[at].pages else {
            return (String::new(), 0);
        };
        pages.states[places.clone()].fill(PageState::Absent);
        if let Reading::Known(frames) = &mut pages.frames {
            frames[places.clone()].fill(0);
        }
        self.measure(process, at, 0);
        (
            format!(
                "madvise(p + {}, {}, MADV_DONTNEED);",
                places.start,
                places.len()
            ),
            0,
        )
    }

    /// smaps after pages came or went.
    fn measure(&mut self, process: usize, at: usize, faults: u64) {
        let snapshot = &mut self.processes[process];
        if let Reading::Known(counted) = &mut snapshot.faults {
            counted.minor += faults;
        }
        let mapping = &mut snapshot.mappings[at];
        let present = mapping.pages.known().map_or(0, Pages::present);
        if let Reading::Known(usage) = &mut mapping.usage {
            let fields = [
                Field::Rss,
                Field::Pss,
                Field::PssDirty,
                Field::PrivateDirty,
                Field::Referenced,
                Field::Anonymous,
            ];
            for field in fields {
                usage.sizes.set(field, present * PAGE);
            }
        }
    }

    fn map(&mut self) -> (String, u64) {
        let at = 0x20_0000_0000 + self.lines as u64 * 64 * PAGE;
        let new = mapping(at, 1 + self.roll(16), self.plan.frames);
        let mappings = &mut self.processes[0].mappings;
        mappings.push(new);
        mappings.sort_by_key(|mapping| mapping.vma.range);
        (format!("char *q{} = mmap(…);", self.lines % 50), 0)
    }

    fn unmap(&mut self) -> (String, u64) {
        for snapshot in &mut self.processes {
            let small = snapshot
                .mappings
                .iter()
                .position(|mapping| mapping.vma.range.start.0 >= 0x20_0000_0000 && !mapping.own);
            if let Some(small) = small {
                snapshot.mappings.remove(small);
            }
        }
        ("munmap(q, PAGE);".to_owned(), 0)
    }

    /// Splits a mapping in two, or makes the second half of one that was split read-only again.
    fn protect(&mut self) -> (String, u64) {
        let (process, at, places) = self.place();
        let whole = self.processes[process].mappings[at].clone();
        let split = places.start;
        let lesson = self.processes[process].lesson_mappings().count();
        if split == 0 || lesson > 12 {
            self.processes[process].mappings[at].vma.perms.write ^= true;
        } else {
            let (left, right) = (part(&whole, 0..split), part(&whole, split..count(&whole)));
            let mappings = &mut self.processes[process].mappings;
            mappings[at] = left;
            mappings.insert(at + 1, right);
            mappings[at + 1].vma.perms.write ^= true;
        }
        (format!("mprotect(p + {split}, PAGE, PROT_READ);"), 0)
    }

    fn fork(&mut self) -> (String, u64) {
        if self.processes.len() > 3 {
            return ("getpid();".to_owned(), 0);
        }
        for mapping in &mut self.processes[0].mappings {
            if let Reading::Known(pages) = &mut mapping.pages {
                let private = pages.states.iter_mut();
                let private = private.filter(|state| **state == PageState::Private);
                private.for_each(|state| *state = PageState::Shared);
            }
        }
        let mut child = self.processes[0].clone();
        let number = (1..=u8::MAX).find(|number| {
            let process = Process::Child(*number);
            self.processes.iter().all(|one| one.process != process)
        });
        child.process = Process::Child(number.unwrap_or(1));
        child.pid = Pid(5000 + self.lines as i32);
        self.processes.push(child);
        ("fork();".to_owned(), 0)
    }

    fn end(&mut self) -> (String, u64) {
        if self.processes.len() > 1 {
            self.processes.pop();
        }
        ("_exit(0);".to_owned(), 0)
    }

    fn moment(&mut self, code: String, minor: u64) -> Moment {
        let faults = Faults { minor, major: 0 };
        let act = |page: u64| {
            Act::Access(Access {
                kind: AccessKind::Write,
                address: Addr(START + page * PAGE),
                length: 1,
                faults: Faults { minor: 1, major: 0 },
                elapsed: Nanos(400 + page % 300),
                signal: None,
            })
        };
        let outcome = Outcome {
            acts: (0..minor).map(act).collect(),
            totals: Totals {
                accesses: minor,
                faults,
                elapsed: Nanos(minor * 400),
                ..Totals::default()
            },
            ..Outcome::empty(Ending::Finished)
        };
        let change = Change {
            process: Process::Main,
            cause: Cause::DemandZero,
            place: Place::Process,
            access: Some(AccessKind::Write),
            before: Some(PageState::Absent),
            after: Some(PageState::Private),
            faults,
            elapsed: Some(Nanos(400)),
            text: format!(
                "write to {minor} pages: absent -> a zeroed page of its own (demand-zero), {faults}"
            ),
        };
        Moment {
            ran: Some(Ran {
                step: 0,
                line: 0,
                process: Process::Main,
                group: None,
                code,
                span: TYPED,
                result: None,
                outcomes: vec![(Process::Main, outcome)],
                race: None,
            }),
            snapshots: self.snapshots(),
            changes: vec![change],
        }
    }
}

fn count(mapping: &Mapping) -> usize {
    mapping.pages.known().map_or(0, |pages| pages.states.len())
}

/// A VMA of the program's own.
fn own(number: u64) -> Mapping {
    let mut own = mapping(0x7f00_0000_0000 + number * 16 * PAGE, 1, false);
    own.own = true;
    own.vma.backing = Backing::File {
        path: "/usr/lib/libc.so.6".to_owned(),
        deleted: false,
    };
    own.pages = Reading::unknown("not the lesson's");
    own.usage = Reading::unknown("not the lesson's");
    own
}

/// A mapping of the lesson, nothing of it touched.
fn mapping(start: u64, pages: usize, frames: bool) -> Mapping {
    let range = Range::of(Addr(start), pages as u64 * PAGE);
    Mapping {
        vma: Vma {
            range,
            perms: Perms {
                read: true,
                write: true,
                execute: false,
                shared: false,
            },
            offset: 0,
            device: (0, 0),
            inode: 0,
            backing: Backing::Anonymous,
        },
        own: false,
        usage: Reading::Known(Usage {
            sizes: Sizes::zeros(),
            strangers: Vec::new(),
        }),
        flags: ["rd", "wr", "mr", "mw", "me", "ac"]
            .map(str::to_owned)
            .to_vec(),
        pages: Reading::Known(Pages {
            states: vec![PageState::Absent; pages],
            cut: 0,
            far: Reading::Known(BTreeMap::new()),
            frames: if frames {
                Reading::Known(vec![0; pages])
            } else {
                Reading::unknown("frame numbers need CAP_SYS_ADMIN")
            },
        }),
        file_length: None,
        cache: Reading::unknown("no file of the lesson"),
    }
}

/// Some pages of a mapping as one of their own.
fn part(whole: &Mapping, places: std::ops::Range<usize>) -> Mapping {
    let mut part = whole.clone();
    let start = whole.vma.range.start.0 + places.start as u64 * PAGE;
    part.vma.range = Range::of(Addr(start), places.len() as u64 * PAGE);
    if let Reading::Known(pages) = &mut part.pages {
        pages.states = pages.states[places.clone()].to_vec();
        if let Reading::Known(frames) = &mut pages.frames {
            *frames = frames[places].to_vec();
        }
    }
    part
}
