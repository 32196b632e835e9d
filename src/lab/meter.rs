//! Measures acts: faults by getrusage(2), time by the monotonic clock, both read just outside the act.
//!
//! One `getrusage` an act: the counters after one are those before the next, since nothing of the lab's own faults in
//! between. Where the lab does work that may fault (after `fork`, after messages), it calls [`Meter::rebase`].

use super::protocol::Sums;
use std::mem::MaybeUninit;

/// How many accesses are kept exactly for the median; beyond, the histogram serves.
const EXACT: usize = 256;
/// Buckets of the histogram per doubling: a median read from it is off by less than 2 %.
const PER_DOUBLING: usize = 32;
const BUCKETS: usize = 64 * PER_DOUBLING;

/// The counters of this thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counters {
    pub(super) minor: u64,
    pub(super) major: u64,
    /// The most memory this process had resident so far, in KiB (`ru_maxrss`).
    pub(super) peak: u64,
}

impl From<&libc::rusage> for Counters {
    fn from(usage: &libc::rusage) -> Self {
        Self {
            minor: usage.ru_minflt as u64,
            major: usage.ru_majflt as u64,
            peak: usage.ru_maxrss as u64,
        }
    }
}

/// What an act cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) minor: u32,
    pub(super) major: u32,
    /// Nanoseconds.
    pub(super) elapsed: u64,
}

impl Cost {
    pub(super) fn faulted(self) -> bool {
        self.minor + self.major > 0
    }
}

/// Reads the counters of this thread.
pub(super) fn counters() -> Counters {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: getrusage fills the structure it is given.
    unsafe { libc::getrusage(libc::RUSAGE_THREAD, usage.as_mut_ptr()) };
    // SAFETY: all of it is integers, for which zeros are valid even if the call had failed.
    Counters::from(unsafe { usage.assume_init_ref() })
}

/// Nanoseconds of the monotonic clock.
pub(super) fn now() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: clock_gettime fills the structure it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// The place for the times of accesses; big, so it lives among the lab's buffers.
pub(super) struct Times {
    exact: [u64; EXACT],
    buckets: [u32; BUCKETS],
}

impl Times {
    pub(super) const EMPTY: Self = Self {
        exact: [0; EXACT],
        buckets: [0; BUCKETS],
    };
}

/// Counters and sums of the statement that runs.
pub(super) struct Meter {
    before: Counters,
    /// When the latest act ended.
    pub(super) latest: u64,
    sums: Sums,
    times: &'static mut Times,
}

impl Meter {
    pub(super) fn new(times: &'static mut Times) -> Self {
        Self {
            before: counters(),
            latest: now(),
            sums: Sums::default(),
            times,
        }
    }

    /// Starts a statement.
    pub(super) fn reset(&mut self) {
        self.sums = Sums::default();
        self.times.buckets.fill(0);
        self.latest = now();
        self.rebase();
    }

    /// Forgets faults since the last act: they were the lab's own.
    pub(super) fn rebase(&mut self) {
        self.before = counters();
    }

    /// The most memory this process had resident, in KiB.
    pub(super) fn peak(&self) -> u64 {
        self.before.peak
    }

    /// Runs an act and says what it cost.
    pub(super) fn measure<T>(&mut self, act: impl FnOnce() -> T) -> (T, Cost) {
        let begun = now();
        let result = act();
        let ended = now();
        (result, self.settle(begun, ended, counters()))
    }

    /// The cost of an act between two times, with the counters just after it.
    pub(super) fn settle(&mut self, begun: u64, ended: u64, after: Counters) -> Cost {
        let cost = Cost {
            minor: after.minor.saturating_sub(self.before.minor) as u32,
            major: after.major.saturating_sub(self.before.major) as u32,
            elapsed: ended.saturating_sub(begun),
        };
        self.before = after;
        self.latest = ended;
        cost
    }

    /// Counts an access.
    pub(super) fn count_access(&mut self, cost: Cost) {
        if let Some(place) = self.times.exact.get_mut(self.sums.accesses as usize) {
            *place = cost.elapsed;
        }
        if let Some(bucket) = self.times.buckets.get_mut(bucket(cost.elapsed)) {
            *bucket = bucket.saturating_add(1);
        }
        self.sums.accesses += 1;
        self.add(cost);
    }

    /// Counts a call.
    pub(super) fn count_call(&mut self, cost: Cost) {
        self.sums.calls += 1;
        self.add(cost);
    }

    /// Counts a statement that was measured as a whole.
    pub(super) fn count_whole(&mut self, cost: Cost) {
        self.add(cost);
    }

    fn add(&mut self, cost: Cost) {
        self.sums.minor += u64::from(cost.minor);
        self.sums.major += u64::from(cost.major);
        self.sums.elapsed += cost.elapsed;
    }

    /// The sums so far, with the median.
    pub(super) fn sums(&mut self) -> Sums {
        self.sums.median = self.median();
        self.sums
    }

    /// Median time of the accesses: exact while there are few, within 2 % beyond. Between two, the lower one.
    fn median(&mut self) -> u64 {
        let count = self.sums.accesses as usize;
        if count == 0 {
            return 0;
        }
        let middle = (count - 1) / 2;
        if let Some(times) = self.times.exact.get_mut(..count) {
            return *times.select_nth_unstable(middle).1;
        }
        let mut below = 0_u64;
        for (number, &many) in self.times.buckets.iter().enumerate() {
            below += u64::from(many);
            if below > middle as u64 {
                return floor_of(number);
            }
        }
        0
    }
}

/// The bucket of a time: linear below 64 ns, then 32 buckets to each doubling.
fn bucket(nanoseconds: u64) -> usize {
    let doubling = (nanoseconds | 1).ilog2() as usize;
    let shift = doubling.saturating_sub(5);
    (shift * PER_DOUBLING) + (nanoseconds >> shift) as usize
}

/// The least time of a bucket.
fn floor_of(bucket: usize) -> u64 {
    if bucket < 2 * PER_DOUBLING {
        return bucket as u64;
    }
    let shift = bucket / PER_DOUBLING - 1;
    ((bucket - shift * PER_DOUBLING) as u64) << shift
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter() -> Meter {
        Meter::new(Box::leak(Box::new(Times::EMPTY)))
    }

    #[test]
    fn buckets_keep_times_in_order_and_near() {
        for time in (0..5_000).chain([70_000, 1_000_000, 4_000_000_000, u64::MAX]) {
            let floor = floor_of(bucket(time));
            assert!(bucket(time) < BUCKETS, "{time}");
            assert!(
                floor <= time && time - floor <= time / 32,
                "{time}: {floor}"
            );
        }
    }

    #[test]
    fn the_median_is_exact_while_few_and_near_beyond() {
        let mut meter = meter();
        for (count, expected) in [(1, 100), (2, 100), (3, 101), (256, 227)] {
            meter.reset();
            (0..count).for_each(|i| {
                meter.count_access(Cost {
                    elapsed: 100 + i,
                    ..Cost::default()
                });
            });
            assert_eq!(meter.sums().median, expected, "{count}");
        }
        meter.reset();
        (0..1001).for_each(|i| {
            meter.count_access(Cost {
                elapsed: 1000 + i,
                ..Cost::default()
            });
        });
        let median = meter.sums().median;
        assert!((1450..=1500).contains(&median), "{median}");
    }
}
