//! What somebody waits for who watches a big process: from the start to the first frame, and from a key to what it
//! does, while the process is read; each beside the least that a program with a screen does, in the same run. And what
//! the process waits for: the longest call that holds the lock of its mappings.

use crate::bare;
use crate::pty::{Received, Terminal};
use crate::table::{held, row};
use crate::target::{Target, Waiting};
use crate::terminal::{SIZE, bare_screen, start_row};
use mmap_tutor::mem::{Addr, Pid, Range, Reading};
use mmap_tutor::observe::gauge::lens::Lens;
use mmap_tutor::observe::gauge::vmas::Vmas;
use mmap_tutor::observe::page_size;
use mmap_tutor::run::sampler::{Gauge, Ways};
use mmap_tutor::watch::Request;
use std::path::Path;
use std::time::{Duration, Instant};

/// Starts of each program on each target.
const STARTS: usize = 41;
/// Keys of each program on each target.
const KEYS: usize = 400;
/// After so many keys everything is asked for anew.
const ANEW: usize = 50;
/// The colour behind the chosen row.
const CHOSEN: vt100::Color = vt100::Color::Idx(237);
/// Cells of a large screen.
const CELLS: u32 = 4800;
/// Looks at everything on each target, and ticks of each.
const LOOKS: usize = 15;
const TICKS: u32 = 30;
/// The longest that a process is to wait for one call.
const GOAL: Duration = Duration::from_micros(500);

/// Prints the rows.
pub(crate) fn rows(home: &Path) {
    for (what, target) in targets() {
        let target = Waiting::start(target);
        start(home, what, target.pid);
        keys(home, what, target.pid);
    }
    for (what, target) in targets() {
        let target = Waiting::start(target);
        let alone = with_the_processor(|| longest(what, &target));
        alone.unwrap_or_else(|| longest(what, &target));
    }
}

fn targets() -> [(&'static str, Target); 3] {
    let sparse = Target::Sparse {
        bytes: 64 << 30,
        stride: 400 << 10,
    };
    [
        ("1 GiB touched", Target::Touched(1 << 30)),
        ("64 GiB sparse", sparse),
        ("60,000 VMAs", Target::Vmas(60_000)),
    ]
}

fn watching(home: &Path, pid: i32) -> Terminal {
    Terminal::start(home, &["watch", &pid.to_string()], SIZE)
}

fn start(home: &Path, what: &str, pid: i32) {
    let number = pid.to_string();
    start_row(
        &format!("start of `watch` to its first frame, {what}"),
        STARTS,
        || watching(home, pid),
        |seen| seen.text().contains(&number),
    );
}

/// A row down and up again. Each chooses another VMA, so that its pages are read at once, and everything is asked for
/// anew now and then; the keys come at any time of all this.
fn keys(home: &Path, what: &str, pid: i32) {
    let mut watch = watching(home, pid);
    watch.wait_for("the VMAs", |seen| seen.text().contains("address perm"));
    watch.press("3");
    watch.wait_for("a chosen row", |seen| chosen(seen).is_some());
    let mut bare = Terminal::spawn(bare::command(), SIZE);
    bare.wait_for("its frame", bare_screen);
    let (mut ours, mut theirs) = (0, 0);
    row(
        &format!("key to paint in `watch`, while it reads {what}"),
        KEYS,
        || {
            if ours % ANEW == 0 {
                watch.press("m");
            }
            reaction(&mut watch, &mut ours, chosen)
        },
        "a bare ratatui program that moves a mark",
        || reaction(&mut bare, &mut theirs, marked),
    );
}

/// The row of the list that is chosen.
fn chosen(seen: &Received) -> Option<u16> {
    row_with(seen, |cell| cell.bgcolor() == CHOSEN)
}

/// The row that the bare program marks.
fn marked(seen: &Received) -> Option<u16> {
    row_with(seen, vt100::Cell::inverse)
}

fn row_with(seen: &Received, is_it: impl Fn(&vt100::Cell) -> bool) -> Option<u16> {
    let (rows, columns) = seen.screen().size();
    let has_it =
        |row: &u16| (0..columns).any(|column| seen.screen().cell(*row, column).is_some_and(&is_it));
    (0..rows).find(has_it)
}

/// From a key to another chosen row: the `count`th key goes down when that is even, and up when it is odd.
fn reaction(
    terminal: &mut Terminal,
    count: &mut usize,
    at: fn(&Received) -> Option<u16>,
) -> Duration {
    // Anywhere between two ticks, and not always at the same place.
    std::thread::sleep(Duration::from_millis(3 + *count as u64 * 7 % 32));
    let before = terminal.look(at);
    let key = if count.is_multiple_of(2) { "j" } else { "k" };
    *count += 1;
    let since = Instant::now();
    terminal.press(key);
    terminal
        .wait_for("the effect of a key", |seen| at(seen) != before)
        .duration_since(since)
}

/// The longest call that holds the lock, in a look at everything that a screen can ask for, and in one without what
/// only smaps says: the kernel adds up one VMA under the lock, however large it is, and nobody can make it stop in
/// between. Nobody else has the processor meanwhile, where this user may ask for that: what others do is not the kernel's.
fn longest(what: &str, target: &Waiting) {
    for (how, sizes) in [("pages, VMAs, counters", false), ("sizes too", true)] {
        let mut gauge = Gauge::open(Pid(target.pid), Ways::default()).expect("it can be read");
        let mut request = Request {
            sizes,
            ..Request::default()
        };
        let mut look = |request: &mut Request| {
            request.asked += 1;
            let mut longest = Duration::ZERO;
            for _ in 0..TICKS {
                let sample = gauge.tick(request);
                longest = longest.max(sample.cost.longest);
                if let Some(vmas) = sample.vmas.as_ref().and_then(Reading::known) {
                    let shown = vmas.lines().iter().take(40);
                    request.rows = shown.map(|line| line.range.start).collect();
                    request.lens = Some(grid(made(target, vmas)));
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            longest
        };
        look(&mut request);
        held(
            &format!("longest call that holds the lock of the mappings, {what}, {how}"),
            (0..LOOKS).map(|_| look(&mut request)).collect(),
            GOAL,
        );
    }
}

/// All that a target was made for, however many VMAs it is.
fn made(target: &Waiting, vmas: &Vmas) -> Range {
    let start = Addr(target.start);
    let lines = &vmas.lines()[vmas.behind(start)..];
    let end = lines.iter().fold(start, |end, line| {
        if line.range.start <= end {
            line.range.end
        } else {
            end
        }
    });
    Range::new(start, end)
}

/// Does something as a real-time thread, sched(7); `None` where this user may not.
fn with_the_processor(act: impl FnOnce()) -> Option<()> {
    let become_one = |policy, priority| {
        let how = libc::sched_param {
            sched_priority: priority,
        };
        // SAFETY: changes how this thread is scheduled; the parameters live until the call ends.
        unsafe { libc::sched_setscheduler(0, policy, &raw const how) == 0 }
    };
    become_one(libc::SCHED_FIFO, 1).then(|| {
        act();
        become_one(libc::SCHED_OTHER, 0);
    })
}

fn grid(whole: Range) -> Lens {
    Lens {
        whole,
        cell: Lens::fitting(whole, page_size().bytes(), CELLS),
        first: 0,
        count: CELLS,
    }
}
