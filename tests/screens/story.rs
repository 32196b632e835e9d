//! The story the screen must tell, as the player would report it: mmap, memset, fork, one write of the child, one of
//! the parent. Snapshots are built by hand; nothing here asks a kernel.

use mmap_tutor::lesson::{Lesson, read};
use mmap_tutor::mem::{
    AccessKind, Addr, Backing, Ending, Faults, Field, Nanos, Outcome, PageState, Perms, Pid,
    Process, Range, Reading, Totals, Usage, Vma,
};
use mmap_tutor::observe::{Cause, Change, Mapping, Pages, Place, Snapshot};
use mmap_tutor::session::{Expected, Graded, Item, Moment, Position, Ran, Report, Script, Verdict};
use std::sync::Arc;

pub(crate) const PAGE: u64 = 4096;
pub(crate) const MAIN: Process = Process::Main;
pub(crate) const CHILD: Process = Process::Child(1);
/// Where the lesson's mapping lies.
pub(crate) const P: Range = Range {
    start: Addr(0x10_0000_0000),
    end: Addr(0x10_0001_0000),
};

/// The lesson of the story.
const SOURCE: &str = r#"+++
title = "Copy-on-write after fork"
summary = "Two processes, one frame, until somebody writes."
minutes = 8
claims = ["X1"]
+++
You will see two processes share the very same memory, and what happens when one of them writes.

## One page, two owners
`fork` makes a second process. Its memory looks like a copy, but the kernel copies nothing yet.
```c
char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(p, 'A', 16 * PAGE);   // touch every page
pid_t child = fork();
```
```predict child.minor_faults
How many faults will the child's one write cost?
0: none, the page is already there | believes: forked memory is the child's own at once
1: one, the kernel must copy it
16: the whole mapping is copied | believes: copy-on-write works on mappings, not pages
```
```c child
p[3 * PAGE] = 'B';
```
```expect
child.minor_faults == 1
```
One fault, so one page.
```expect
child.rss(p) == rss(p)
```
The child's write found the page present but read-only. The kernel copied that one page and gave the copy to the child.

> Ask the room before anybody presses Enter.

## The last owner
Now the parent writes to the same page.
```c
p[3 * PAGE] = 'C';
```
```expect
minor_faults == 1
```
Still one fault, but nothing was copied: nobody else has that page any more.

## Try it yourself
Fork twice and write in each.
"#;

const MMAP: &str = "char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE,\n               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);";
const MEMSET: &str = "memset(p, 'A', 16 * PAGE);";
const FORK: &str = "pid_t child = fork();";
const WRITE: &str = "p[3 * PAGE] = 'B';";
const TWIST: &str = "p[3 * PAGE] = 'C';";

/// The lesson of the story, read as every lesson is.
pub(crate) fn lesson() -> Arc<Lesson> {
    Arc::new(read("06-fork-copy-on-write.md", SOURCE).unwrap())
}

fn find(text: &str) -> std::ops::Range<usize> {
    let start = SOURCE.find(text).unwrap();
    start..start + text.len()
}

fn vma(range: Range, backing: Backing, execute: bool) -> Vma {
    let perms = Perms {
        read: true,
        write: !execute,
        execute,
        shared: false,
    };
    Vma {
        range,
        perms,
        offset: 0,
        device: (0, 0),
        inode: 0,
        backing,
    }
}

fn own(start: u64, backing: Backing) -> Mapping {
    Mapping {
        vma: vma(Range::of(Addr(start), 4 * PAGE), backing, true),
        own: true,
        usage: Reading::unknown("not the lesson's"),
        flags: Vec::new(),
        pages: Reading::unknown("not the lesson's"),
        file_length: None,
        cache: Reading::unknown("test"),
    }
}

/// A mapping of the lesson with these pages.
pub(crate) fn mapping(range: Range, states: Vec<PageState>) -> Mapping {
    let present = states.iter().filter(|state| state.is_present()).count() as u64 * PAGE;
    let shared = states
        .iter()
        .filter(|state| **state == PageState::Shared)
        .count() as u64
        * PAGE;
    let sizes = [
        (Field::Size, range.length()),
        (Field::Rss, present),
        (Field::Pss, present - shared / 2),
        (Field::SharedDirty, shared),
        (Field::PrivateDirty, present - shared),
        (Field::Anonymous, present),
    ];
    let zeros = Field::all().map(|field| (field, 0));
    let usage: Usage = zeros.chain(sizes).collect();
    let count = states.len();
    Mapping {
        vma: vma(range, Backing::Anonymous, false),
        own: false,
        file_length: None,
        cache: Reading::unknown("test"),
        usage: Reading::Known(usage),
        flags: Vec::new(),
        pages: Reading::Known(Pages {
            states,
            cut: 0,
            far: Reading::Known(std::collections::BTreeMap::new()),
            frames: Reading::unknown(format!("{count} frames need CAP_SYS_ADMIN")),
        }),
    }
}

/// A process with these mappings of the lesson.
pub(crate) fn snapshot(process: Process, mappings: Vec<Mapping>) -> Arc<Snapshot> {
    let file = |path: &str| Backing::File {
        path: path.to_owned(),
        deleted: false,
    };
    let mut all = vec![
        own(0x5555_0000_0000, file("/usr/bin/mmap-tutor")),
        own(0x7fff_0000_0000, file("/usr/lib/libc.so.6")),
    ];
    all.push(own(0x7fff_ff00_0000, Backing::Stack));
    all.extend(mappings);
    all.sort_by_key(|mapping| mapping.vma.range);
    let minor = if process == MAIN { 312 } else { 41 };
    Arc::new(Snapshot {
        process,
        pid: Pid(if process == MAIN { 4242 } else { 4243 }),
        mappings: all,
        faults: Reading::Known(Faults { minor, major: 0 }),
        page_tables: Reading::Known(40 * 1024),
    })
}

/// Pages of `p`, all in one state but for page 3.
pub(crate) fn pages(all: PageState, three: PageState) -> Vec<PageState> {
    let mut states = vec![all; 16];
    states[3] = three;
    states
}

fn outcome(minor: u64) -> Outcome {
    Outcome {
        totals: Totals {
            faults: Faults { minor, major: 0 },
            elapsed: Nanos(1900),
            ..Totals::default()
        },
        ..Outcome::empty(Ending::Finished)
    }
}

fn change(process: Process, cause: Cause, pages: Option<(u64, u64)>, text: &str) -> Change {
    let place = pages.map_or(Place::Mapping(P), |(first, last)| Place::Pages {
        mapping: P,
        first,
        last,
    });
    Change {
        process,
        cause,
        place,
        access: Some(AccessKind::Write),
        before: None,
        after: None,
        faults: Faults::default(),
        elapsed: None,
        text: text.to_owned(),
    }
}

struct Line<'a> {
    at: (usize, usize),
    process: Process,
    code: &'a str,
    result: Option<&'a str>,
    minor: u64,
}

fn moment(line: &Line<'_>, snapshots: Vec<Arc<Snapshot>>, changes: Vec<Change>) -> Moment {
    let ran = Ran {
        step: line.at.0,
        line: line.at.1,
        process: line.process,
        group: None,
        code: line.code.to_owned(),
        span: find(line.code),
        result: line.result.map(str::to_owned),
        outcomes: vec![(line.process, outcome(line.minor))],
        race: None,
    };
    Moment {
        ran: Some(ran),
        snapshots,
        changes,
    }
}

/// Before the first line.
pub(crate) fn opened() -> Report {
    Report::Opened(Moment {
        ran: None,
        snapshots: vec![snapshot(MAIN, Vec::new())],
        changes: Vec::new(),
    })
}

/// `mmap`: a row of maps, sixteen absent pages.
pub(crate) fn mapped() -> Report {
    let line = Line {
        at: (0, 0),
        process: MAIN,
        code: MMAP,
        result: Some("0x1000000000"),
        minor: 0,
    };
    let text = "a mapping of 64 KiB was made; nothing is loaded; 0 faults";
    let main = snapshot(MAIN, vec![mapping(P, vec![PageState::Absent; 16])]);
    Report::Line(moment(
        &line,
        vec![main],
        vec![change(MAIN, Cause::MappingCreated, None, text)],
    ))
}

/// `memset` on its way: `done` pages are there.
pub(crate) fn filling(done: usize) -> Report {
    let mut states = vec![PageState::Absent; 16];
    states[..done].fill(PageState::Private);
    Report::Running {
        snapshots: vec![snapshot(MAIN, vec![mapping(P, states)])],
        process: MAIN,
        so_far: outcome(done as u64),
        text: Some(format!(
            "write to page {}: absent -> a zeroed page of its own (demand-zero), 1 minor fault",
            done - 1
        )),
    }
}

/// `memset` done.
pub(crate) fn filled() -> Report {
    let line = Line {
        at: (0, 1),
        process: MAIN,
        code: MEMSET,
        result: Some("0x1000000000"),
        minor: 16,
    };
    let text = "write to pages 0 to 15: absent -> each got a zeroed page of its own (demand-zero), 16 minor faults, 0.6 us each";
    let main = snapshot(MAIN, vec![mapping(P, vec![PageState::Private; 16])]);
    Report::Line(moment(
        &line,
        vec![main],
        vec![change(MAIN, Cause::DemandZero, Some((0, 15)), text)],
    ))
}

/// `fork`: every page shared.
pub(crate) fn forked() -> Report {
    let line = Line {
        at: (0, 2),
        process: MAIN,
        code: FORK,
        result: Some("4243"),
        minor: 0,
    };
    let shared = || mapping(P, vec![PageState::Shared; 16]);
    let changes = vec![
        change(
            MAIN,
            Cause::ProcessCreated,
            None,
            "fork made a second process, pid 4243; nothing was copied but page tables",
        ),
        change(
            MAIN,
            Cause::SharedByFork,
            Some((0, 15)),
            "16 pages: private -> shared since fork, until somebody writes",
        ),
    ];
    Report::Line(moment(
        &line,
        vec![
            snapshot(MAIN, vec![shared()]),
            snapshot(CHILD, vec![shared()]),
        ],
        changes,
    ))
}

/// The child's write.
pub(crate) fn copied() -> Report {
    let line = Line {
        at: (0, 3),
        process: CHILD,
        code: WRITE,
        result: Some("66"),
        minor: 1,
    };
    let text = "write to page 3: present, shared since fork -> the kernel copied it (copy-on-write), 1 minor fault, 1.9 us";
    let now = || mapping(P, pages(PageState::Shared, PageState::Private));
    let changes = vec![
        change(CHILD, Cause::CopyOnWrite, Some((3, 3)), text),
        change(
            MAIN,
            Cause::ExclusiveAgain,
            Some((3, 3)),
            "page 3: the child let go of it -> it is exclusive again",
        ),
    ];
    Report::Line(moment(
        &line,
        vec![snapshot(MAIN, vec![now()]), snapshot(CHILD, vec![now()])],
        changes,
    ))
}

/// The kernel's answer to a guess.
pub(crate) fn graded(guess: &str) -> Report {
    Report::Graded(Graded {
        step: 0,
        part: 2,
        guess: Some(guess.to_owned()),
        answer: Reading::Known(1),
        shown: "1".to_owned(),
        matched: Some(1),
        right: Some(guess == "1"),
    })
}

/// The expectations of the first step.
pub(crate) fn measured() -> Report {
    let expected = |expression: &str, verdict, measured: &str| Expected {
        expression: expression.to_owned(),
        verdict,
        measured: measured.to_owned(),
    };
    Report::Expected {
        step: 0,
        expected: vec![
            expected(
                "child.minor_faults == 1",
                Verdict::Holds,
                "child.minor_faults = 1",
            ),
            expected(
                "frame(p) != child.frame(p)",
                Verdict::Unknown("frame numbers need CAP_SYS_ADMIN".to_owned()),
                "",
            ),
        ],
    }
}

/// The parent's write: a fault, no copy.
pub(crate) fn reused() -> Report {
    let line = Line {
        at: (1, 0),
        process: MAIN,
        code: TWIST,
        result: Some("67"),
        minor: 1,
    };
    let text = "write to page 3: present, exclusive, but still read-only since fork -> made writable again, nothing copied, 1 minor fault, 0.5 us";
    let now = || mapping(P, pages(PageState::Shared, PageState::Private));
    let changes = vec![change(MAIN, Cause::Reuse, Some((3, 3)), text)];
    Report::Line(moment(
        &line,
        vec![snapshot(MAIN, vec![now()]), snapshot(CHILD, vec![now()])],
        changes,
    ))
}

/// What a player that follows the story says to each advance: the items of the script decide.
pub(crate) fn answer(
    lesson: &Lesson,
    at: Position,
    guess: Option<&str>,
) -> (Vec<Report>, Position) {
    let script = Script::of(lesson);
    let after = Position {
        step: at.step,
        item: at.item + 1,
    };
    let line = |at: Position| {
        let before = script.steps[at.step][..at.item].iter();
        before.filter(|item| item.runs()).count()
    };
    match script.item(at) {
        None => (
            Vec::new(),
            Position {
                step: at.step + 1,
                item: 0,
            },
        ),
        Some(Item::Line { .. }) => match (at.step, line(at)) {
            (0, 0) => (vec![mapped()], after),
            (0, 1) => ((1..=16).map(filling).chain([filled()]).collect(), after),
            (0, 2) => (vec![forked()], after),
            (0, _) => (vec![copied()], after),
            _ => (vec![reused()], after),
        },
        // The story has no race.
        Some(Item::Ask { .. } | Item::Race { .. }) => (Vec::new(), after),
        Some(Item::Grade { .. }) => (vec![graded(guess.unwrap_or("16"))], after),
        Some(Item::Expect { .. }) => (vec![measured()], after),
    }
}
