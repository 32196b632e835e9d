//! One tick: reads what a request names, in the order of what it costs, and no more than the budget allows.
//!
//! Faults and CPU time are read first, at every tick: they also say whether the process did anything, and whether it
//! still is the same program. Everything else waits for its turn.

use super::budget::Budget;
use super::seldom::Seldom;
use super::sizes::Sizes;
use crate::lesson::visible::visible_line;
use crate::mem::{PageSize, Pid, Reading};
use crate::observe::gauge::counters::{self, Identity};
use crate::observe::gauge::events::Listener;
use crate::observe::gauge::files::Files;
use crate::observe::gauge::look::Look;
use crate::observe::gauge::maps::{Queries, Reader};
use crate::observe::gauge::meter::{Meter, monotonic_time, program_time, thread_time};
use crate::observe::gauge::pages::Abilities;
use crate::observe::gauge::status;
use crate::observe::portrait::command::Command;
use crate::observe::portrait::kin;
use crate::observe::portrait::status::{Stat, stat};
use crate::observe::{ObserveError, page_size};
use crate::watch::Request;
use crate::watch::sample::{Cost, Counters, Fate, Line, Sample};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the list of VMAs is believed while the process works, and while it seems to do nothing.
const MAPS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));
/// The same of status.
const STATUS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5));
/// After so many ticks in which the process did nothing, the next ones come later.
const QUIET: u32 = 30;
/// From one of these to the next.
const QUIET_PAUSE: Duration = Duration::from_millis(250);
/// The same of the processes below, of whom nothing is known in between.
const FAMILY: Duration = Duration::from_secs(2);

/// What the kernel is asked, where it can be asked in several ways. Each is given up when it proves missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ways {
    /// Single VMAs.
    pub queries: Queries,
    /// Pages.
    pub abilities: Abilities,
}

impl Default for Ways {
    fn default() -> Self {
        Self {
            queries: Queries::Possible,
            abilities: Abilities::default(),
        }
    }
}

/// Watches one process.
#[derive(Debug)]
pub struct Gauge {
    began: Instant,
    /// The same, by the clock of the kernel's events.
    began_monotonic: Duration,
    page: PageSize,
    files: Files,
    identity: Option<Identity>,
    counters: Option<Counters>,
    budget: Budget,
    /// CPU time of this program at the last tick.
    program: Duration,
    last: Instant,
    /// Ticks in which the process did nothing, one after the other.
    quiet: u32,
    asked: u32,
    maps: Reader,
    listed: Seldom,
    /// The list is to be told though it may be the same as before.
    untold: bool,
    /// A row was not as the list says.
    stale: bool,
    look: Look,
    status: Seldom,
    sizes: Sizes,
    family: Seldom,
    listener: Option<Listener>,
    ended: bool,
}

impl Gauge {
    /// Of a process. Fails when there is none.
    pub fn open(pid: Pid, ways: Ways) -> Result<Self, ObserveError> {
        let page = page_size();
        Ok(Self {
            began: Instant::now(),
            began_monotonic: monotonic_time(),
            page,
            files: Files::open(pid)?,
            identity: None,
            counters: None,
            budget: Budget::default(),
            program: program_time(),
            last: Instant::now(),
            quiet: 0,
            asked: 0,
            maps: Reader::new(pid, ways.queries),
            listed: Seldom::default(),
            untold: true,
            stale: false,
            look: Look::new(page, ways.abilities),
            status: Seldom::default(),
            sizes: Sizes::default(),
            family: Seldom::default(),
            listener: None,
            ended: false,
        })
    }

    /// Whether the process has ended: there is nothing more to be read.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Reads.
    pub fn tick(&mut self, request: &Request) -> Sample {
        let before = thread_time();
        self.budget.pass(self.last.elapsed());
        self.last = Instant::now();
        if request.asked != self.asked {
            self.asked = request.asked;
            self.hurry();
        }
        let mut meter = Meter::new(self.budget.allowance());
        let mut sample = self.read(request, &mut meter);
        let cpu = thread_time().saturating_sub(before);
        self.budget.spend(cpu.max(meter.lock_time()));
        sample.cost = Cost {
            cpu,
            program: since(&mut self.program, program_time()),
            // The clocks were asked three times.
            calls: meter.calls() + 3,
            longest: meter.longest(),
            pause: if self.quiet > QUIET {
                self.budget.pause().max(QUIET_PAUSE)
            } else {
                self.budget.pause()
            },
        };
        sample
    }

    /// Everything is to be read anew. What of smaps is being read is read to its end first.
    fn hurry(&mut self) {
        self.budget.give();
        self.untold = true;
        self.look.forget();
        for seldom in [&mut self.listed, &mut self.status, &mut self.family] {
            seldom.hurry();
        }
        self.sizes.hurry();
    }

    fn read(&mut self, request: &Request, meter: &mut Meter) -> Sample {
        let mut sample = self.nothing();
        let (counters, identity) = match self.count(meter) {
            Ok(read) => read,
            Err(ObserveError::Gone(_)) => return self.end(sample, "it has ended"),
            Err(error) => {
                sample.counters = Reading::unknown(error.to_string());
                return sample;
            }
        };
        if let Some(over) = over(&counters) {
            return self.end(sample, over);
        }
        let stirred = self.counters != Some(counters);
        self.quiet = if stirred {
            0
        } else {
            self.quiet.saturating_add(1)
        };
        self.counters = Some(counters);
        sample.counters = Reading::Known(counters);
        self.recognize(identity, &mut sample, meter);
        if identity.is_kernel {
            let why = "it is a thread of the kernel, which has no memory of its own";
            sample.vmas = Some(Reading::unknown(why));
            self.family(request, &mut sample, meter);
            return sample;
        }
        self.listen(request, counters.threads, &mut sample, meter);
        self.read_program(request, stirred, &mut sample, meter);
        sample
    }

    /// The counters. Where its first thread has ended, the others have the memory still, and are looked through.
    fn count(&mut self, meter: &mut Meter) -> Result<(Counters, Identity), ObserveError> {
        let read = counters::read(&mut self.files, self.page, meter);
        let is_blind = match &read {
            Ok((counters, _)) => is_headless(counters) && !self.files.looks_through_another(),
            Err(_) => self.files.looks_through_another(),
        };
        if is_blind && self.files.look_through_another_thread(meter) {
            return counters::read(&mut self.files, self.page, meter);
        }
        read
    }

    /// Fault events, as long as they are on the screen.
    fn listen(&mut self, request: &Request, threads: u64, sample: &mut Sample, meter: &mut Meter) {
        if !request.events {
            self.listener = None;
            return;
        }
        let (page, began) = (self.page, self.began_monotonic);
        let listener = self
            .listener
            .get_or_insert_with(|| Listener::new(page, began));
        sample.events = Some(listener.listen(threads, &self.files, meter));
    }

    /// The parts that belong to a program.
    fn read_program(
        &mut self,
        request: &Request,
        stirred: bool,
        sample: &mut Sample,
        meter: &mut Meter,
    ) {
        self.list(stirred, sample, meter);
        self.status(stirred, sample, meter);
        if !request.rows.is_empty() {
            self.rows(request, sample, meter);
        }
        // Of a process that grows without rest, pages alone would take all that a tick allows.
        if self.sizes.is_hungry() {
            self.sizes(request, stirred, sample, meter);
            if !meter.is_spent() {
                self.pages(request, stirred, sample, meter);
            }
        } else {
            self.pages(request, stirred, sample, meter);
            self.sizes(request, stirred, sample, meter);
        }
        self.family(request, sample, meter);
    }

    /// The cells on the screen.
    fn pages(&mut self, request: &Request, stirred: bool, sample: &mut Sample, meter: &mut Meter) {
        let vmas = Arc::clone(self.maps.last());
        if let Some(lens) = request.lens.filter(|_| !vmas.is_empty()) {
            let files = &mut self.files;
            let cells = self.look.through(lens, &vmas, stirred, files, meter);
            sample.cells = Some(known(cells));
        }
    }

    /// The processes below, where they are on the screen.
    fn family(&mut self, request: &Request, sample: &mut Sample, meter: &mut Meter) {
        let now = Instant::now();
        if request.family && !meter.is_spent() && self.family.is_due(now, FAMILY) {
            sample.family = Some(meter.free(|| kin::below(self.files.pid())));
            self.family.done(now, now.elapsed());
        }
    }

    /// Sizes of status, once a second.
    fn status(&mut self, stirred: bool, sample: &mut Sample, meter: &mut Meter) {
        let now = Instant::now();
        self.status.stir(stirred);
        if !self.status.is_due(now, self.status.least(STATUS)) {
            return;
        }
        self.status.begin();
        let read = status::read(&mut self.files, meter);
        if let Ok(status) = &read {
            self.look
                .with_tables(status.page_tables.unwrap_or(u64::MAX));
        }
        sample.status = Some(known(read));
        self.status.done(now, now.elapsed());
    }

    fn nothing(&self) -> Sample {
        Sample {
            at: self.began.elapsed(),
            // Overwritten by all who give a sample away; an empty text allocates nothing.
            counters: Reading::Unknown(String::new()),
            status: None,
            vmas: None,
            rows: None,
            cells: None,
            sizes: None,
            family: None,
            events: None,
            became: None,
            fate: None,
            cost: Cost::default(),
        }
    }

    fn end(&mut self, mut sample: Sample, why: &str) -> Sample {
        self.ended = true;
        sample.counters = Reading::unknown(why);
        sample.fate = Some(Fate::Ended(why.to_owned()));
        sample
    }

    /// Notices an execve.
    fn recognize(&mut self, identity: Identity, sample: &mut Sample, meter: &mut Meter) {
        if identity.program.0 == 0 {
            // It has no memory any more: it is just ending.
            return;
        }
        let before = self.identity.replace(identity);
        let Some(before) = before.filter(|before| before.program != identity.program) else {
            return;
        };
        // Where the code begins is hidden from those who may not read the process.
        let is_hidden = identity.program.0 <= 1 || before.program.0 <= 1;
        if is_hidden && !self.maps.is_closed(&mut self.files, meter) {
            return;
        }
        self.files.close_program();
        self.sizes.stop();
        self.hurry();
        match self.maps.read(&mut self.files, meter) {
            Err(error @ ObserveError::Refused { .. }) => {
                let why = "it has become another program, which this user may not read";
                sample.fate = Some(Fate::Refused(format!("{why}: {error}")));
            }
            _ => sample.became = Some(self.command()),
        }
    }

    /// With what it was started; empty when it ends at that very moment.
    fn command(&self) -> String {
        let pid = self.files.pid();
        let short = |stat: Stat| visible_line(&Command::of(pid, stat.name).short());
        stat(pid).map(short).unwrap_or_default()
    }

    /// The VMAs, when they may have changed.
    fn list(&mut self, stirred: bool, sample: &mut Sample, meter: &mut Meter) {
        let now = Instant::now();
        self.listed.stir(stirred);
        let least = if self.stale {
            Duration::ZERO
        } else {
            self.listed.least(MAPS)
        };
        if !self.listed.is_due(now, least) {
            return;
        }
        self.listed.begin();
        let before = Arc::clone(self.maps.last());
        let read = self.maps.read(&mut self.files, meter);
        let took = now.elapsed();
        sample.vmas = match read {
            Ok(vmas) if vmas.is_empty() => {
                // The memory it had is gone: perhaps it has another next time, or another thread has it.
                self.files.close_program();
                if self.counters.as_ref().is_some_and(is_headless) {
                    self.files.look_through_another_thread(meter);
                }
                None
            }
            Ok(vmas) if Arc::ptr_eq(&vmas, &before) && !self.untold => {
                self.listed.done(now, took);
                None
            }
            Ok(vmas) => {
                self.listed.done(now, took);
                self.untold = false;
                Some(Reading::Known(vmas))
            }
            Err(error) => {
                self.listed.done(now, took);
                Some(Reading::unknown(error.to_string()))
            }
        };
        self.stale = false;
    }

    /// The VMAs on the screen; where one of them is not as it was listed, the list is read again.
    fn rows(&mut self, request: &Request, sample: &mut Sample, meter: &mut Meter) {
        if let Ok(rows) = self.maps.rows(&request.rows, &mut self.files, meter) {
            let all = self.maps.last();
            let is_listed = |line: &Line| {
                all.at(line.range.start).is_some_and(|index| {
                    let listed = &all.lines()[index];
                    (listed.range, listed.perms) == (line.range, line.perms)
                })
            };
            self.stale = rows.len() < request.rows.len() || !rows.lines().iter().all(is_listed);
            sample.rows = Some(rows);
        }
    }

    /// Goes on with smaps, as long as somebody wants to know.
    fn sizes(&mut self, request: &Request, stirred: bool, sample: &mut Sample, meter: &mut Meter) {
        if !request.sizes && request.chosen.is_none() {
            return self.sizes.stop();
        }
        let rss = self.counters.map_or(0, |counters| counters.rss);
        self.sizes.stir(stirred);
        sample.sizes = self.sizes.go_on(rss, &mut self.files, meter);
        if matches!(sample.sizes, Some(Reading::Known(_))) {
            self.budget.enough();
        }
    }
}

/// Whether its first thread has ended, and others have not.
fn is_headless(counters: &Counters) -> bool {
    counters.state == 'Z' && counters.threads > 1
}

/// Why there is nothing more to come, if so.
fn over(counters: &Counters) -> Option<&'static str> {
    match counters.state {
        'Z' if is_headless(counters) => None,
        'Z' => Some("it has ended, and waits for its parent to take notice (a zombie)"),
        'X' => Some("it has ended"),
        _ => None,
    }
}

/// What a clock has gone on since it was asked last.
fn since(last: &mut Duration, now: Duration) -> Duration {
    now.saturating_sub(std::mem::replace(last, now))
}

fn known<T>(read: Result<T, ObserveError>) -> Reading<T> {
    match read {
        Ok(value) => Reading::Known(value),
        Err(error) => Reading::unknown(error.to_string()),
    }
}
