//! Page faults one by one, as `perf_event_open(2)` tells them: address, instruction, thread, and whether it was a major
//! one. Not whether it read or wrote: the kernel does not say.
//!
//! One ring a thread, read at every tick and never waited for, so that the process is not slowed by wakeups. Where
//! faults are many, one of several is told.

use super::files::Files;
use super::meter::Meter;
use super::perf::{Drained, Record, Thread};
use crate::mem::{Addr, PageSize, Reading, error_text};
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

/// One page fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultEvent {
    /// When, since watching began.
    pub at: Duration,
    /// The address that was accessed.
    pub addr: Addr,
    /// Where the code stood.
    pub instruction: Addr,
    /// The thread.
    pub thread: i32,
    /// Whether the page had to be read from a disk.
    pub major: bool,
    /// How many faults it stands for: itself, those before it that were like it, and those that were not told.
    pub stands_for: u64,
    /// One of so many was told; 1 where it stands for just so many.
    pub one_of: u64,
    /// Whether there was no room for those of its thread that followed.
    pub and_more: bool,
}

/// The faults since the sample before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// Those that are told, in the order in which they happened.
    pub list: Vec<FaultEvent>,
    /// One of so many minor faults is told: 1 for all of them, more where they are very many.
    pub each: u64,
    /// How many faults there was no room for: to the last where every one is told, else to about a period of each
    /// thread. 0 as well where it cannot be known, and `blind` says so.
    pub missed: u64,
    /// What kinds of faults cannot be seen here, as a sentence; `None` where all can, but for those that the process
    /// asks for itself (`MAP_POPULATE`, `MADV_POPULATE_WRITE`, `mlock`).
    pub blind: Option<String>,
}

/// The most threads that are listened to: each has a ring of its own.
const THREADS: usize = 64;
/// Faults of a thread that are told at a tick; where they are many more, fewer of them are.
const WANTED: usize = 128;
/// So many faults of a tick are told each; of more, those of a walk through memory are told as one.
const FEW: usize = 24;
/// The longest step of such a walk, in bytes.
const STEP: u64 = 1 << 20;
/// The most faults that one that is told may stand for.
const RAREST: u64 = 1 << 16;
/// How many ticks may pass before it is looked whether there are other threads, though they are as many.
const LOOK: u32 = 10;

/// Listens to the faults of a process.
#[derive(Debug)]
pub struct Listener {
    page: PageSize,
    /// By the monotonic clock.
    began: Duration,
    threads: BTreeMap<i32, (Thread, Tally)>,
    /// How many threads there were when they were looked for.
    counted: u64,
    ticks: u32,
    /// Whether faults inside of system calls can be seen.
    kernel: bool,
    each: u64,
    too_many: bool,
    /// Why nothing can be heard.
    deaf: Option<String>,
}

impl Listener {
    /// Hears nothing yet. Times are counted from `began`, by the monotonic clock.
    pub fn new(page: PageSize, began: Duration) -> Self {
        Self {
            page,
            began,
            threads: BTreeMap::new(),
            counted: 0,
            ticks: 0,
            kernel: true,
            each: 1,
            too_many: false,
            deaf: None,
        }
    }

    /// The faults since the last time, of a process that has so many threads now.
    pub fn listen(&mut self, threads: u64, files: &Files, meter: &mut Meter) -> Reading<Events> {
        self.ticks += 1;
        if self.deaf.is_none() && (threads != self.counted || self.ticks >= LOOK) {
            self.ticks = 0;
            self.counted = threads;
            if let Err(error) = self.find(files, meter) {
                self.deaf = Some(reason(&error, &setting()));
                self.threads.clear();
            }
        }
        if let Some(why) = &self.deaf {
            return Reading::unknown(why.clone());
        }
        Reading::Known(self.drain(meter))
    }

    /// Listens to threads that are new, and to those no more that have ended.
    fn find(&mut self, files: &Files, meter: &mut Meter) -> io::Result<()> {
        let mut list = files.threads(meter);
        self.too_many = list.len() > THREADS;
        list.truncate(THREADS);
        self.threads.retain(|thread, _| list.contains(thread));
        for thread in list {
            if self.threads.contains_key(&thread) {
                continue;
            }
            match self.open(thread, meter) {
                Ok(opened) => {
                    self.threads.insert(thread, (opened, Tally::default()));
                }
                // It has ended meanwhile.
                Err(error) if error.raw_os_error() == Some(libc::ESRCH) => {}
                // Some are better than none.
                Err(error) if is_short(&error) && !self.threads.is_empty() => {
                    self.too_many = true;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn open(&mut self, thread: i32, meter: &mut Meter) -> io::Result<Thread> {
        let page = self.page.bytes() as usize;
        let each = self.each;
        if self.kernel {
            let opened = meter.free(|| Thread::open(thread, each, true, page));
            match opened {
                Err(error) if matches!(error.raw_os_error(), Some(libc::EACCES | libc::EPERM)) => {}
                opened => return opened,
            }
        }
        let opened = meter.free(|| Thread::open(thread, each, false, page))?;
        self.kernel = false;
        Ok(opened)
    }

    fn drain(&mut self, meter: &mut Meter) -> Events {
        let mut events = Events {
            each: self.each,
            ..Events::default()
        };
        let mut most = 0;
        let (began, each) = (self.began, self.each);
        for (thread, tally) in self.threads.values_mut() {
            let before = events.list.len();
            let drained = thread.drain(|record| events.list.push(event(&record, each, began)));
            let told = &mut events.list[before..];
            if let Some(last) = told.last_mut() {
                last.and_more = drained.full;
            }
            most = most.max(told.len());
            tally.told += told.iter().map(|event| event.stands_for).sum::<u64>();
            events.missed += tally.missed(&drained, each);
        }
        events.blind = self.blind();
        if self.threads.len() > 1 {
            events.list.sort_by_key(|event| event.at);
        }
        if events.list.len() > FEW {
            events
                .list
                .dedup_by(|later, earlier| is_next(later, earlier));
        }
        self.adapt(most, meter);
        events
    }

    /// Tells fewer where they are many, so that the process is not slowed, and more where they are few.
    fn adapt(&mut self, most: usize, meter: &mut Meter) {
        let each = match most {
            most if most > 4 * WANTED => (self.each * 16).min(RAREST),
            most if most > WANTED => (self.each * 4).min(RAREST),
            most if most < WANTED / 8 => (self.each / 4).max(1),
            _ => return,
        };
        if each != self.each {
            self.each = each;
            for (thread, tally) in self.threads.values_mut() {
                // Where it cannot be changed, it stays as it is.
                let _ = meter.free(|| thread.tell_one_of(each));
                *tally = Tally {
                    base: meter.free(|| thread.counted()).unwrap_or(tally.base),
                    told: 0,
                    missed: 0,
                    silent: tally.silent,
                };
            }
        }
    }

    fn blind(&self) -> Option<String> {
        let kernel = (!self.kernel).then_some(
            "faults inside of system calls are not seen: that needs kernel.perf_event_paranoid of 1 or less, or CAP_PERFMON",
        );
        let many = self
            .too_many
            .then(|| format!("of its threads, {THREADS} are listened to"));
        let missed = self
            .threads
            .values()
            .any(|(_, tally)| tally.silent.is_some())
            .then_some("some faults were missed, and how many is not known");
        let told: Vec<&str> = [kernel, many.as_deref(), missed]
            .into_iter()
            .flatten()
            .collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// The account of a thread since its period was set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    /// What perf had counted then.
    base: u64,
    /// For how many faults those that were told stand.
    told: u64,
    /// How many are known to be missing.
    missed: u64,
    /// That the ring was full when perf's count could not be read, and for how many faults each record stood then.
    silent: Option<u64>,
}

impl Tally {
    /// How many faults more are missing than was known before.
    ///
    /// A full ring is silent, so that what perf counts is asked then; what the kernel says of lost records later was
    /// among it. Only where the count cannot be read, that must do.
    fn missed(&mut self, drained: &Drained, each: u64) -> u64 {
        let late = match self.silent {
            Some(each) if drained.lost > 0 => {
                self.silent = None;
                drained.lost * each
            }
            _ => 0,
        };
        let Some(counted) = drained.counted else {
            if drained.full {
                self.silent = Some(each);
            }
            return late;
        };
        let missing = counted.saturating_sub(self.base + self.told);
        // The last of each period is told, so that up to a period less one is not due yet.
        let missing = if missing < each { 0 } else { missing };
        let more = missing.saturating_sub(self.missed);
        self.missed += more;
        late + more
    }
}

fn event(record: &Record, each: u64, began: Duration) -> FaultEvent {
    FaultEvent {
        at: Duration::from_nanos(record.time).saturating_sub(began),
        addr: Addr(record.addr),
        instruction: Addr(record.instruction),
        thread: record.thread,
        major: record.major,
        stands_for: if record.major { 1 } else { each },
        one_of: if record.major { 1 } else { each },
        and_more: false,
    }
}

/// Whether a fault is the next step of the walk that an earlier one is of: the same code, a little further. Then the
/// earlier one becomes the later, and stands for both.
fn is_next(later: &FaultEvent, earlier: &mut FaultEvent) -> bool {
    let like = |event: &FaultEvent| (event.thread, event.major, event.instruction, event.one_of);
    let step = later.addr.0.wrapping_sub(earlier.addr.0);
    let is_next = like(later) == like(earlier) && step > 0 && step <= STEP;
    if is_next {
        *earlier = FaultEvent {
            stands_for: earlier.stands_for + later.stands_for,
            and_more: earlier.and_more || later.and_more,
            ..*later
        };
    }
    is_next
}

/// Whether descriptors or locked memory have run out.
fn is_short(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EMFILE | libc::ENFILE | libc::ENOMEM | libc::EPERM)
    )
}

/// What `kernel.perf_event_paranoid` is.
fn setting() -> String {
    let text = std::fs::read_to_string("/proc/sys/kernel/perf_event_paranoid");
    text.map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}

/// Why faults cannot be heard, and what would change that.
fn reason(error: &io::Error, paranoid: &str) -> String {
    match error.raw_os_error() {
        Some(libc::EACCES) => format!(
            "the kernel does not tell this user of faults one by one: kernel.perf_event_paranoid is {paranoid} (2 or less \
             allows it for processes of one's own that do not hide themselves; CAP_PERFMON always)"
        ),
        Some(libc::EPERM) => format!(
            "perf_event_open is forbidden here: as containers do unless they are given CAP_PERFMON and a seccomp profile \
             that allows it, or because of kernel.perf_event_paranoid, which is {paranoid}"
        ),
        Some(libc::ENOSYS | libc::ENOENT | libc::EOPNOTSUPP) => {
            "this kernel was built without perf events (CONFIG_PERF_EVENTS)".to_owned()
        }
        Some(libc::EMFILE | libc::ENFILE) => {
            "there are not enough file descriptors for its threads (ulimit -n)".to_owned()
        }
        _ => format!("perf_event_open does not work here: {}", error_text(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_names_the_setting() {
        let table = [
            (libc::EACCES, "perf_event_paranoid is 3"),
            (libc::EPERM, "seccomp"),
            (libc::ENOSYS, "CONFIG_PERF_EVENTS"),
            (libc::EMFILE, "ulimit"),
            (libc::EINVAL, "does not work here"),
        ];
        for (errno, words) in table {
            let why = reason(&io::Error::from_raw_os_error(errno), "3");
            assert!(why.contains(words), "{why}");
        }
    }

    #[test]
    fn a_walk_through_memory_is_told_as_one() {
        let record = |addr, instruction| Record {
            instruction,
            thread: 1,
            time: addr,
            addr,
            major: false,
        };
        let walk = (0..100).map(|page| record(page * 4096, 7));
        let records = walk.chain([record(0, 7), record(4096, 8)]);
        let mut list: Vec<FaultEvent> = records
            .map(|record| event(&record, 16, Duration::ZERO))
            .collect();
        list.dedup_by(|later, earlier| is_next(later, earlier));
        let told: Vec<_> = list
            .iter()
            .map(|event| (event.addr.0, event.stands_for, event.one_of))
            .collect();
        assert_eq!(told, [(99 * 4096, 1600, 16), (0, 16, 16), (4096, 16, 16)]);
    }

    #[test]
    fn what_was_missed_is_a_number_of_faults_or_said_not_to_be_known() {
        let full = |counted| Drained {
            full: true,
            counted,
            ..Drained::default()
        };
        let later = |lost| Drained {
            lost,
            ..Drained::default()
        };
        let mut tally = Tally {
            told: 682,
            ..Tally::default()
        };
        assert_eq!(tally.missed(&full(Some(16_384)), 1), 16_384 - 682);
        // The kernel says the same, later.
        assert_eq!(tally.missed(&later(15_702), 1), 0);
        tally.told += 682;
        assert_eq!(tally.missed(&full(Some(17_366)), 1), 300);
        // One of 64 from now on: what is not due yet is not missing.
        let mut tally = Tally {
            base: 17_366,
            told: 682 * 64,
            ..Tally::default()
        };
        let counted = 17_366 + 682 * 64 + 63;
        assert_eq!(tally.missed(&full(Some(counted)), 64), 0);
        assert_eq!(tally.missed(&full(Some(counted + 64)), 64), 127);
        // Without a count, it is known as late as the kernel says it.
        let mut tally = Tally::default();
        assert_eq!(tally.missed(&full(None), 16), 0);
        assert_eq!(tally.silent, Some(16));
        assert_eq!(tally.missed(&later(10), 64), 160);
        assert_eq!(tally.silent, None);
    }

    #[test]
    fn many_faults_are_told_by_a_few_and_few_by_all() {
        let page = crate::observe::page_size();
        let mut listener = Listener::new(page, Duration::ZERO);
        let mut meter = Meter::default();
        let mut after = |most| {
            listener.adapt(most, &mut meter);
            listener.each
        };
        let table = [
            (600, 16),
            (200, 64),
            (100, 64),
            (10, 16),
            (10, 4),
            (10, 1),
            (0, 1),
        ];
        for (most, each) in table {
            assert_eq!(after(most), each, "{most}");
        }
        for _ in 0..10 {
            after(1000);
        }
        assert_eq!(after(1000), RAREST);
    }
}
