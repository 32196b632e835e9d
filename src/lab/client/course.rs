//! One statement on its way: what the process that runs it tells, and those it forks meanwhile, until all are done.

use super::handle::Handle;
use super::link::{Link, Received};
use super::{Entry, Labs, decode, died, fate};
use crate::lab::protocol::{
    Done, Forked, INTERRUPT, MOST_ACTS, OUTPUT_BYTES, Record, Sums, Verdict, ask, tell,
};
use crate::mem::{Act, Control, Ending, Outcome, Pid, Process, Progress};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::cell::OnceCell;
use std::ffi::CString;
use std::time::{Duration, Instant};

/// How often the watcher is called while a process is silent.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often an interrupt is repeated: one that arrives just before a system call begins does not end it.
const REPEAT_EVERY: Duration = Duration::from_millis(20);
/// How long a process may take to answer an interrupt.
const PATIENCE: Duration = Duration::from_millis(300);
/// The most names of shared memory objects that are remembered.
const MOST_SHARED: usize = 1024;
/// How many messages of one process are taken before the next one's turn.
const MESSAGES_AT_A_TIME: usize = 64;
/// How long a child that has done its part may take to be gone.
const ENDS_WITHIN: Duration = Duration::from_millis(200);
/// Why a wait that cannot end is ended.
const PARKED: &str = "no child can end meanwhile, each is parked until a line of its own runs: let one run `_exit(0);` \
                      first (typed, `child: _exit(0);`; in a lesson, a `c child` block), or fork and end in one \
                      statement, `if (fork() == 0) { …; _exit(0); }`";
/// What a watcher is told of a process that does not run, and the learner if it is ended.
const STOPPED: &str = "the process was stopped from outside (SIGSTOP)";

/// What one process has told so far.
struct Runner {
    /// Its index among the entries.
    index: usize,
    outcome: Outcome,
    /// How many of its acts the watcher has seen.
    seen: usize,
    watched: Instant,
    /// The socket of a child that is being forked.
    unborn: Option<Link>,
    /// Since when it has been asked to stop, and when last.
    stopping: Option<(Instant, Instant)>,
    /// Why it is ended, where the lab cannot know.
    reason: Option<&'static str>,
    /// Since when it has waited for a child of its own.
    waiting: Option<Instant>,
    done: bool,
}

impl Runner {
    fn new(index: usize) -> Self {
        Self {
            index,
            outcome: Outcome::empty(Ending::Finished),
            seen: 0,
            watched: Instant::now(),
            unborn: None,
            stopping: None,
            reason: None,
            waiting: None,
            done: false,
        }
    }
}

/// A statement that is running.
pub(super) struct Course<'a> {
    labs: &'a mut Labs,
    watch: &'a mut dyn FnMut(&Progress) -> Control,
    runners: Vec<Runner>,
    /// Whether pauses are over.
    full_speed: bool,
    memory_kills: Option<u64>,
}

impl<'a> Course<'a> {
    pub(super) fn new(
        labs: &'a mut Labs,
        index: usize,
        watch: &'a mut dyn FnMut(&Progress) -> Control,
    ) -> Self {
        Self {
            labs,
            watch,
            runners: vec![Runner::new(index)],
            full_speed: false,
            memory_kills: fate::memory_kills(),
        }
    }

    /// Follows the statement to its end.
    pub(super) fn run(mut self) -> Vec<(Process, Outcome)> {
        while self.runners.iter().any(|runner| !runner.done) {
            self.wait();
            for number in 0..self.runners.len() {
                self.listen(number);
                self.press(number);
            }
        }
        let entries = &self.labs.entries;
        let named = |runner: Runner| Some((entries.get(runner.index)?.process, runner.outcome));
        self.runners.into_iter().filter_map(named).collect()
    }

    /// Waits until a process says something, or it is time to look.
    fn wait(&self) {
        let unfinished = self.runners.iter().filter(|runner| !runner.done);
        let entries = unfinished.filter_map(|runner| self.labs.entries.get(runner.index));
        let mut sockets: Vec<_> = entries
            .map(|entry| PollFd::new(entry.link.as_fd(), PollFlags::POLLIN))
            .collect();
        let pressing = self.runners.iter().any(|runner| runner.stopping.is_some());
        let limit = if pressing { REPEAT_EVERY } else { LOOK_EVERY };
        let limit = PollTimeout::try_from(limit).unwrap_or(PollTimeout::ZERO);
        // A failure here is an interrupted wait: everything is looked at in any case.
        let _ = poll(&mut sockets, limit);
    }

    /// Takes the messages of one process that are there, but leaves time for the others.
    fn listen(&mut self, number: usize) {
        for _ in 0..MESSAGES_AT_A_TIME {
            let Some((runner, entry)) = self.pair(number) else {
                return;
            };
            if runner.done {
                return;
            }
            match entry.link.receive(Duration::ZERO) {
                Received::Message { kind, descriptor } => {
                    runner.unborn = descriptor.and_then(Link::adopt).or(runner.unborn.take());
                    self.hear(number, kind);
                }
                Received::Silence => return,
                Received::Closed => self.bury(number),
            }
        }
    }

    fn pair(&mut self, number: usize) -> Option<(&mut Runner, &mut Entry)> {
        let runner = self.runners.get_mut(number)?;
        let entry = self.labs.entries.get_mut(runner.index)?;
        Some((runner, entry))
    }

    fn hear(&mut self, number: usize, kind: u16) {
        match kind {
            tell::FORK => self.permit_fork(number),
            tell::FORKED => self.add_child(number),
            tell::SHARED_NAME | tell::SHARED_MADE => self.hear_shared(number, kind),
            tell::PROGRESS | tell::PAUSED => self.hear_progress(number, kind == tell::PAUSED),
            _ => self.keep(number, kind),
        }
    }

    /// Keeps what a message says about the statement.
    fn keep(&mut self, number: usize, kind: u16) {
        let Some((runner, entry)) = self.pair(number) else {
            return;
        };
        match kind {
            tell::RECORDS => {
                let records = entry.link.bytes().chunks_exact(size_of::<Record>());
                let acts = records.map(|bytes| decode::act(&bytemuck::pod_read_unaligned(bytes)));
                let room = (MOST_ACTS as usize).saturating_sub(runner.outcome.acts.len());
                runner.outcome.acts.extend(acts.take(room));
            }
            tell::WAITING => runner.waiting = Some(Instant::now()),
            tell::OUTPUT => {
                let room = OUTPUT_BYTES.saturating_sub(runner.outcome.output.len());
                let printed = entry.link.bytes().iter().take(room);
                runner.outcome.output.extend(printed);
            }
            tell::DONE => {
                let Some(done) = entry.link.body::<Done>() else {
                    return;
                };
                finish(runner, entry, &done);
            }
            _ => {}
        }
    }

    fn hear_progress(&mut self, number: usize, paused: bool) {
        let Some((runner, entry)) = self.pair(number) else {
            return;
        };
        if let Some(sums) = entry.link.body::<Sums>() {
            runner.outcome.totals = decode::totals(sums);
        }
        let verdict = if runner.stopping.is_some() {
            Verdict::NO
        } else if paused && self.full_speed {
            Verdict::FULL_SPEED
        } else {
            self.show(number, paused)
        };
        if paused {
            self.answer(number, verdict);
        }
    }

    /// Shows the watcher how far a process is, and does what it wants.
    fn show(&mut self, number: usize, paused: bool) -> Verdict {
        let present = self.labs.present();
        let Some((runner, entry)) = self.pair(number) else {
            return Verdict::NO;
        };
        let acts: Vec<Act> = runner
            .outcome
            .acts
            .get(runner.seen..)
            .unwrap_or(&[])
            .to_vec();
        let ending = if !paused && entry.handle.is_stopped() {
            Ending::Interrupted(STOPPED.to_owned())
        } else {
            Ending::Finished
        };
        runner.seen = runner.outcome.acts.len();
        let so_far = Outcome {
            acts,
            totals: runner.outcome.totals.clone(),
            ..Outcome::empty(ending)
        };
        let progress = Progress {
            process: entry.process,
            paused,
            present,
            so_far,
        };
        let control = (self.watch)(&progress);
        if let Some(runner) = self.runners.get_mut(number) {
            runner.watched = Instant::now();
        }
        match control {
            Control::Continue => Verdict::YES,
            Control::FullSpeed => {
                self.full_speed = true;
                Verdict::FULL_SPEED
            }
            Control::Stop => {
                self.stop_all();
                Verdict::NO
            }
        }
    }

    fn answer(&mut self, number: usize, verdict: Verdict) {
        if let Some((_, entry)) = self.pair(number) {
            // A process that is gone is noticed by its closed socket.
            let _ = entry
                .link
                .answer(ask::VERDICT, bytemuck::bytes_of(&verdict));
        }
    }

    /// Starts to stop every process that still runs.
    fn stop_all(&mut self) {
        for number in 0..self.runners.len() {
            let Some((runner, entry)) = self.pair(number) else {
                continue;
            };
            if runner.done || runner.stopping.is_some() {
                continue;
            }
            let now = Instant::now();
            runner.stopping = Some((now, now));
            entry.handle.signal(INTERRUPT);
            if entry.handle.is_stopped() {
                runner.reason = Some(STOPPED);
                entry.handle.resume();
            }
        }
    }

    /// Whether a process waits for a child although every other process has done its part.
    fn waits_in_vain(&self, number: usize) -> bool {
        let others_are_done = || {
            let others = self.runners.iter().enumerate();
            others
                .filter(|(other, _)| *other != number)
                .all(|(_, runner)| runner.done)
        };
        self.runners.get(number).is_some_and(|runner| {
            let waiting = runner
                .waiting
                .is_some_and(|since| since.elapsed() > ENDS_WITHIN);
            waiting && runner.stopping.is_none() && !runner.done && others_are_done()
        })
    }

    /// Looks after a process that is silent, or that does not stop.
    fn press(&mut self, number: usize) {
        if self.waits_in_vain(number) {
            if let Some((runner, _)) = self.pair(number) {
                runner.reason = Some(PARKED);
            }
            self.stop_all();
        }
        let Some((runner, entry)) = self.pair(number) else {
            return;
        };
        if runner.done {
            return;
        }
        match &mut runner.stopping {
            Some((since, _)) if since.elapsed() > PATIENCE => {
                entry.handle.kill();
                let how = "it did not stop when asked, and was killed".to_owned();
                let _ = entry.fate.set(how);
                self.bury(number);
            }
            Some((_, last)) if last.elapsed() >= REPEAT_EVERY => {
                *last = Instant::now();
                entry.handle.signal(INTERRUPT);
            }
            None if runner.watched.elapsed() >= LOOK_EVERY => {
                self.show(number, false);
            }
            _ => {}
        }
    }

    /// A process is gone before it answered.
    fn bury(&mut self, number: usize) {
        let kills = self.memory_kills;
        let Some((runner, entry)) = self.pair(number) else {
            return;
        };
        let mut how = match entry.fate.get() {
            Some(known) => {
                let known = known.clone();
                fate::of(&entry.handle);
                known
            }
            None => fate::of(&entry.handle),
        };
        if kills.is_some() && fate::memory_kills() > kills && how.starts_with("killed by SIGKILL") {
            "killed by SIGKILL: the kernel's out-of-memory killer chose it".clone_into(&mut how);
        }
        if let Some(Act::Call(last)) = runner.outcome.acts.last()
            && last.function == "kill"
            && last.arguments[..2] == [entry.handle.pid().0 as u64, libc::SIGKILL as u64]
        {
            "killed by SIGKILL, which it sent itself".clone_into(&mut how);
        }
        let _ = entry.fate.set(how.clone());
        let told = std::mem::replace(&mut runner.outcome, died(&how));
        runner.outcome.acts = told.acts;
        runner.outcome.output = told.output;
        runner.outcome.totals = told.totals;
        runner.done = true;
    }

    fn permit_fork(&mut self, number: usize) {
        let stopping = self
            .pair(number)
            .is_none_or(|(runner, _)| runner.stopping.is_some());
        let allowed = !stopping && self.labs.next_child().is_some();
        if !allowed && let Some((runner, _)) = self.pair(number) {
            runner.unborn = None;
        }
        self.answer(number, if allowed { Verdict::YES } else { Verdict::NO });
    }

    /// A fork is over: the child, if there is one, runs the rest of the statement too.
    fn add_child(&mut self, number: usize) {
        let part = self.labs.next_child();
        let Some((runner, entry)) = self.pair(number) else {
            return;
        };
        let born = entry.link.body::<Forked>().filter(|forked| forked.pid > 0);
        let (Some(forked), Some(link), Some(process)) = (born, runner.unborn.take(), part) else {
            return;
        };
        let group = entry.group;
        let Some(handle) = Handle::open_forked(Pid(forked.pid), group) else {
            return;
        };
        self.labs.entries.push(Entry {
            process,
            handle,
            group,
            link,
            fate: OnceCell::new(),
        });
        self.runners.push(Runner::new(self.labs.entries.len() - 1));
    }

    fn hear_shared(&mut self, number: usize, kind: u16) {
        let Some((_, entry)) = self.pair(number) else {
            return;
        };
        let name = own_shared_name(entry.link.bytes());
        let known = name
            .as_ref()
            .is_some_and(|name| self.labs.shared.contains(name));
        if kind == tell::SHARED_NAME {
            self.answer(number, if known { Verdict::YES } else { Verdict::NO });
        } else if !known && self.labs.shared.len() < MOST_SHARED {
            self.labs.shared.extend(name);
        }
    }
}

/// The name of a shared memory object as this tutor's labs make them; `None` for any other. What is remembered is
/// removed in the end.
fn own_shared_name(bytes: &[u8]) -> Option<CString> {
    let prefix = format!("/mmap-tutor-{}-", std::process::id());
    let rest = bytes.strip_prefix(prefix.as_bytes())?;
    (!rest.contains(&b'/')).then(|| CString::new(bytes).ok())?
}

/// A process has answered.
fn finish(runner: &mut Runner, entry: &mut Entry, done: &Done) {
    let outcome = &mut runner.outcome;
    outcome.ending = decode::ending(done);
    outcome.value = (done.has_value == 1).then_some(done.value);
    outcome.errno = done.errno;
    outcome.totals = decode::totals(done.sums);
    if done.output_cut == 1 {
        outcome
            .output
            .extend_from_slice(b"\n[more was printed than is kept]\n");
    }
    if let Ending::Exited(status) = outcome.ending {
        let _ = entry.fate.set(fate::exited(status));
        fate::of(&entry.handle);
    }
    if let (Some(reason), Ending::Interrupted(why)) = (runner.reason, &mut outcome.ending) {
        reason.clone_into(why);
    }
    runner.done = true;
}
