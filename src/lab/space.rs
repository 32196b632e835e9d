//! The lab's own address space as the world of the machine: every access measured, kept, and shown when asked.

use super::access;
use super::channel::Channel;
use super::companion::Companion;
use super::log::{Log, Output};
use super::meter::{Cost, Meter, counters, now};
use super::own::{self, Own};
use super::placement;
use super::protocol::{Configure, Header, Record, Run, Verdict, ask, tell};
use super::signals;
use super::world::{Stop, World};
use crate::bytecode::{Builtin, ERRNO_OFFSET};
use crate::mem::{AccessKind, Addr, Signal};

/// How often a running statement shows how far it is.
const LOOK_EVERY: u64 = 50_000_000;
/// How many backward jumps may pass between two looks at the clock.
const JUMPS: u32 = 4096;
/// How many acts may pass between two looks at the memory in use, once it has been much.
const ACTS: u32 = 256;

/// Where things lie in the lab.
#[derive(Clone, Copy)]
pub(super) struct Places {
    pub(super) frame: u64,
    pub(super) literals: u64,
    pub(super) page: u64,
}

/// The world of the machine in a lab.
pub(super) struct Space {
    pub(super) places: Places,
    pub(super) channel: Channel,
    pub(super) own: Own,
    pub(super) meter: Meter,
    pub(super) log: Log,
    pub(super) output: Output,
    pub(super) settings: Configure,
    /// The second thread, while there is one.
    pub(super) companion: Option<Companion>,
    /// Where the next mapping is placed when they are kept apart.
    pub(super) hint: u64,
    /// Whether to pause after acts worth a look.
    pub(super) slow: bool,
    /// Whether the statement is measured as a whole, and none of its acts.
    timed: bool,
    /// `errno` of the last call of the statement that failed.
    pub(super) errno: i32,
    /// The process number of the tutor: a lab that was forked has another parent.
    pub(super) tutor: i32,
    /// Bytes of files written or reserved so far.
    pub(super) written: u64,
    /// Version of landlock in force; 0 for none.
    pub(super) landlock: u32,
    /// The most memory this process may have resident, in KiB.
    pub(super) budget: u64,
    /// Why the statement was interrupted, when it was not the tutor's wish.
    pub(super) reason: Option<&'static str>,
    next_look: u64,
    jumps: u32,
    acts_until_check: u32,
    last_page: u64,
}

impl Space {
    pub(super) fn new(
        places: Places,
        channel: Channel,
        own: Own,
        parts: (Meter, Log, Output),
    ) -> Self {
        let (meter, log, output) = parts;
        Self {
            places,
            channel,
            own,
            meter,
            log,
            output,
            settings: Configure::default(),
            companion: None,
            hint: placement::FIRST,
            slow: false,
            timed: false,
            errno: 0,
            // SAFETY: asks for a number.
            tutor: unsafe { libc::getppid() },
            written: 0,
            landlock: 0,
            budget: u64::MAX,
            reason: None,
            next_look: 0,
            jumps: 0,
            acts_until_check: 0,
            last_page: u64::MAX,
        }
    }

    /// Starts a statement.
    pub(super) fn begin(&mut self, pace: u32) {
        signals::clear_interrupt();
        self.slow = pace == Run::SLOW;
        self.timed = pace == Run::TIMED;
        self.errno = 0;
        self.reason = None;
        self.last_page = u64::MAX;
        self.log.reset();
        self.output.reset();
        self.meter.reset();
        self.next_look = self.meter.latest + LOOK_EVERY;
    }

    /// One measured access.
    pub(super) fn access<T>(
        &mut self,
        kind: AccessKind,
        address: u64,
        length: u64,
        act: impl FnOnce() -> Result<T, Signal>,
    ) -> Result<T, Stop> {
        if self.timed {
            return match act() {
                Ok(value) => Self::unless_interrupted().map(|()| value),
                Err(Signal { number: 0, .. }) => Err(Stop::Interrupted),
                Err(signal) => Err(Stop::Signal(signal)),
            };
        }
        let (result, cost) = self.meter.measure(act);
        self.meter.count_access(cost);
        let mut record = Record {
            kind: match kind {
                AccessKind::Read => Record::READ,
                AccessKind::Write => Record::WRITE,
                AccessKind::Execute => Record::EXECUTE,
            },
            detail: length as u32,
            address,
            ..Record::default()
        };
        let signal = result.as_ref().err().copied();
        if let Some(signal) = signal {
            record.signal = signal.number;
            record.signal_code = signal.code;
            record.signal_address = signal.address.0;
        }
        let page = address / self.places.page;
        let worth_a_pause = cost.faulted() || page != self.last_page;
        self.last_page = page;
        let eventful = cost.faulted() || signal.is_some() || (self.slow && worth_a_pause);
        if eventful || self.log.wants_uneventful() {
            self.keep(record, cost);
        }
        match result {
            Ok(value) => {
                self.go_on(worth_a_pause)?;
                Ok(value)
            }
            // What the handler notes when an interrupt ends machine code of the lesson.
            Err(Signal { number: 0, .. }) => Err(Stop::Interrupted),
            Err(signal) => Err(Stop::Signal(signal)),
        }
    }

    /// Runs a statement and, when it is timed, measures it as a whole.
    pub(super) fn measured_as_a_whole<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        if !self.timed {
            return run(self);
        }
        let before = counters();
        let begun = now();
        let result = run(self);
        let ended = now();
        let after = counters();
        self.meter.count_whole(Cost {
            minor: after.minor.saturating_sub(before.minor) as u32,
            major: after.major.saturating_sub(before.major) as u32,
            elapsed: ended.saturating_sub(begun),
        });
        result
    }

    /// Runs a call and says what it cost; nothing, when only the whole statement is measured.
    pub(super) fn weigh<T>(&mut self, call: impl FnOnce() -> T) -> (T, Cost) {
        if self.timed {
            (call(), Cost::default())
        } else {
            self.meter.measure(call)
        }
    }

    fn unless_interrupted() -> Result<(), Stop> {
        if signals::interrupted() {
            return Err(Stop::Interrupted);
        }
        Ok(())
    }

    /// Counts and keeps a call that was measured; a failed one leaves `errno` where the program finds it.
    pub(super) fn called(
        &mut self,
        builtin: Builtin,
        arguments: [u64; 6],
        (result, errno): (i64, i32),
        cost: Cost,
    ) -> Result<i64, Stop> {
        if !self.timed {
            self.meter.count_call(cost);
        }
        if errno != 0 {
            self.errno = errno;
            // The frame is the lab's own memory and there; a lesson that unmapped it loses its errno with it.
            let _ = access::store(self.places.frame + u64::from(ERRNO_OFFSET), 4, errno as u64);
        }
        if self.timed {
            return Self::unless_interrupted().map(|()| result);
        }
        let record = Record {
            kind: Record::CALL,
            detail: builtin as u32,
            arguments,
            result,
            errno,
            ..Record::default()
        };
        self.keep(record, cost);
        self.go_on(cost.faulted())?;
        Ok(result)
    }

    fn keep(&mut self, record: Record, cost: Cost) {
        if self.log.is_full() {
            self.send_records();
        }
        self.log.push(record, cost);
    }

    /// Sends the records that wait.
    pub(super) fn send_records(&mut self) {
        let records = self.log.take();
        if !records.is_empty() {
            self.channel
                .send(tell::RECORDS, bytemuck::cast_slice(records));
            self.meter.rebase();
        }
    }

    /// After each act: whether the statement may continue; shows it when it is time.
    fn go_on(&mut self, worth_a_pause: bool) -> Result<(), Stop> {
        if signals::interrupted() {
            return Err(Stop::Interrupted);
        }
        if self.meter.peak() > self.budget {
            self.check_memory()?;
        }
        if self.slow && worth_a_pause {
            return self.pause();
        }
        if self.meter.latest >= self.next_look {
            self.look();
        }
        Ok(())
    }

    /// Shows how far the statement is.
    fn look(&mut self) {
        self.send_records();
        let sums = self.meter.sums();
        self.channel.tell(tell::PROGRESS, &sums);
        self.meter.rebase();
        self.next_look = now() + LOOK_EVERY;
    }

    /// Shows how far the statement is, and waits until told to go on.
    pub(super) fn pause(&mut self) -> Result<(), Stop> {
        self.send_records();
        let sums = self.meter.sums();
        self.channel.tell(tell::PAUSED, &sums);
        match self.verdict() {
            Verdict::YES => {}
            Verdict::FULL_SPEED => self.slow = false,
            _ => return Err(Stop::Interrupted),
        }
        self.meter.rebase();
        self.next_look = now() + LOOK_EVERY;
        Ok(())
    }

    /// Waits for the tutor's answer.
    pub(super) fn verdict(&self) -> Verdict {
        let mut buffer = [0; size_of::<Header>() + size_of::<Verdict>()];
        match self.channel.receive(&mut buffer) {
            (ask::VERDICT, body) if body.len() == size_of::<Verdict>() => {
                bytemuck::pod_read_unaligned(body)
            }
            _ => Verdict::NO,
        }
    }

    /// Ends a statement that takes more memory than a lesson may. The peak says that it once was much; statm (proc(5))
    /// says what it is now.
    fn check_memory(&mut self) -> Result<(), Stop> {
        if self.acts_until_check > 0 {
            self.acts_until_check -= 1;
            return Ok(());
        }
        self.acts_until_check = ACTS;
        let mut buffer = [0; 128];
        let text = own::read_file(c"/proc/self/statm", &mut buffer);
        // A lesson that has used up its descriptors leaves none to read it by: then the peak must do.
        let resident = text
            .split(|&byte| byte == b' ')
            .nth(1)
            .map_or(self.meter.peak(), |digits| {
                own::decimal(digits).saturating_mul(self.places.page) / 1024
            });
        self.meter.rebase();
        if resident > self.budget {
            self.reason =
                Some("it used more memory than a lesson may: half of what was free when it began");
            return Err(Stop::Interrupted);
        }
        Ok(())
    }

    /// The number of bytes from `addr` to the end of its page, `most` at most.
    pub(super) fn within_page(&self, addr: u64, most: u64) -> u64 {
        (self.places.page - addr % self.places.page).min(most)
    }
}

impl World for Space {
    fn frame(&self) -> u64 {
        self.places.frame
    }

    fn literals(&self) -> u64 {
        self.places.literals
    }

    fn load(&mut self, addr: u64, width: u8) -> Result<u64, Stop> {
        self.access(AccessKind::Read, addr, u64::from(width), || {
            access::load(addr, width)
        })
    }

    fn store(&mut self, addr: u64, width: u8, value: u64) -> Result<(), Stop> {
        self.access(AccessKind::Write, addr, u64::from(width), || {
            access::store(addr, width, value)
        })
    }

    fn load_own(&mut self, addr: u64, width: u8) -> Result<u64, Stop> {
        access::load(addr, width).map_err(Stop::Signal)
    }

    fn store_own(&mut self, addr: u64, width: u8, value: u64) -> Result<(), Stop> {
        access::store(addr, width, value).map_err(Stop::Signal)
    }

    fn copy_literal(&mut self, to: u64, from: u64, length: u32) -> Result<(), Stop> {
        if length == 0 {
            return Ok(());
        }
        access::copy(to, from, u64::from(length)).map_err(Stop::Signal)
    }

    fn clear_own(&mut self, addr: u64, length: u32) -> Result<(), Stop> {
        if length == 0 {
            return Ok(());
        }
        access::fill(addr, 0, u64::from(length)).map_err(Stop::Signal)
    }

    fn call(&mut self, builtin: Builtin, arguments: [u64; 6]) -> Result<i64, Stop> {
        self.call_builtin(builtin, arguments)
    }

    fn call_pointer(&mut self, addr: u64, arguments: [u64; 6]) -> Result<i64, Stop> {
        self.access(AccessKind::Execute, addr, 1, || {
            access::call(addr, &arguments)
        })
        .map(|result| result as i64)
    }

    fn print(&mut self, bytes: &[u8]) {
        self.output.print(bytes);
    }

    fn poll(&mut self) -> Result<(), Stop> {
        self.jumps += 1;
        if self.jumps >= JUMPS {
            self.jumps = 0;
            if now() >= self.next_look {
                self.look();
                if self.timed && self.meter.peak() > self.budget {
                    self.acts_until_check = 0;
                    self.check_memory()?;
                }
            }
        }
        if signals::interrupted() {
            return Err(Stop::Interrupted);
        }
        Ok(())
    }
}

/// The signal of a process that sends itself one.
pub(super) fn own_signal(number: i32) -> Stop {
    Stop::Signal(Signal {
        number,
        code: 0,
        address: Addr(0),
    })
}
