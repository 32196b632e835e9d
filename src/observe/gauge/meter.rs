//! What reading costs, and how it is kept small: every system call of the instruments goes through here.
//!
//! Some calls hold the lock that the process needs for its own `mmap`, `munmap` and `mprotect`; these are timed, and
//! when they have held it for long enough together, the process is given a moment before the next one.

use std::time::{Duration, Instant};

/// How long the lock may be held before the process is given a moment.
const HELD: Duration = Duration::from_micros(300);
/// The moment it is given.
const MOMENT: Duration = Duration::from_micros(300);

/// Counts and times of one tick.
#[derive(Debug)]
pub struct Meter {
    began: Instant,
    allowance: Duration,
    slept: Duration,
    /// Time for which the lock was held since the process was last given a moment.
    burst: Duration,
    /// The same, since the tick began.
    held: Duration,
    calls: u64,
    longest: Duration,
    last: Duration,
    /// How long the lock may be held before the process is given a moment.
    pace: Duration,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            allowance: Duration::MAX,
            slept: Duration::ZERO,
            burst: Duration::ZERO,
            held: Duration::ZERO,
            calls: 0,
            longest: Duration::ZERO,
            last: Duration::ZERO,
            pace: HELD,
        }
    }
}

impl Meter {
    /// A meter for a tick that may read for so long.
    pub fn new(allowance: Duration) -> Self {
        Self {
            allowance,
            ..Self::default()
        }
    }

    /// A meter that only counts: it never sleeps, and time is never up.
    pub fn unpaced() -> Self {
        Self {
            pace: HELD * 1_000_000,
            ..Self::default()
        }
    }

    /// A system call that makes nobody wait.
    pub fn free<T>(&mut self, call: impl FnOnce() -> T) -> T {
        self.calls += 1;
        call()
    }

    /// A system call that holds the lock of the process's mappings.
    pub fn held<T>(&mut self, call: impl FnOnce() -> T) -> T {
        self.held_in(1, call)
    }

    /// The same of a call in which the kernel lets go of the lock after each of so many parts: the process waits for one
    /// of them, and that is what counts as the longest.
    pub fn held_in<T>(&mut self, parts: u32, call: impl FnOnce() -> T) -> T {
        if self.burst >= self.pace {
            let since = Instant::now();
            std::thread::sleep(MOMENT);
            self.slept += since.elapsed();
            self.burst = Duration::ZERO;
        }
        self.calls += 1;
        let since = Instant::now();
        let result = call();
        let took = since.elapsed();
        self.burst += took;
        self.held += took;
        self.longest = self.longest.max(took / parts.max(1));
        self.last = took;
        result
    }

    /// Whether the tick has read for as long as it may.
    pub fn is_spent(&self) -> bool {
        self.reading() >= self.allowance
    }

    /// How long the tick has been reading; pauses do not count.
    pub fn reading(&self) -> Duration {
        self.began.elapsed().saturating_sub(self.slept)
    }

    /// System calls made.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// The longest call that held the lock.
    pub fn longest(&self) -> Duration {
        self.longest
    }

    /// How long the last call took that held the lock.
    pub fn last(&self) -> Duration {
        self.last
    }

    /// For how long the lock was held in all.
    pub fn lock_time(&self) -> Duration {
        self.held
    }
}

/// CPU time of the calling thread.
pub fn thread_time() -> Duration {
    clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// CPU time of all threads of this program.
pub fn program_time() -> Duration {
    clock(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// The monotonic clock, as the kernel's events have it.
pub fn monotonic_time() -> Duration {
    clock(libc::CLOCK_MONOTONIC)
}

fn clock(clock: libc::clockid_t) -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the clock is one that every Linux has, and the place lives until the call ends.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_and_the_process_gets_its_moment() {
        let mut meter = Meter::new(Duration::from_secs(100));
        assert_eq!(meter.free(|| 7), 7);
        meter.held(|| std::thread::sleep(HELD));
        assert_eq!((meter.calls(), meter.slept), (2, Duration::ZERO));
        assert!(meter.longest() >= HELD);
        meter.held(|| ());
        assert_eq!(meter.calls(), 3);
        assert!(meter.slept >= MOMENT, "no moment was given");
        meter.held(|| ());
        assert!(!meter.is_spent());
        assert!(Meter::new(Duration::ZERO).is_spent());
    }

    #[test]
    fn of_a_call_in_parts_one_part_counts() {
        let mut meter = Meter::unpaced();
        meter.held_in(4, || std::thread::sleep(4 * HELD));
        assert!(meter.longest() >= HELD && meter.longest() <= meter.last() / 4);
        assert!(meter.lock_time() >= 4 * HELD);
        meter.held_in(0, || ());
        assert_eq!(meter.calls(), 2);
    }

    #[test]
    fn a_thread_that_works_uses_time() {
        let before = thread_time();
        let since = Instant::now();
        while since.elapsed() < Duration::from_millis(2) {
            std::hint::spin_loop();
        }
        assert!(thread_time() > before);
    }
}
