//! How much may be read: one hundredth of the time that passes, so that watching stays next to free. Pure.
//!
//! Time that is not used is kept for later, but not much of it; what was used beyond is waited for.

use std::time::Duration;

/// One part in so many of the time is for reading.
const SHARE: u32 = 100;
/// What the first look may take at once, and each that the learner asks for: enough for all sizes of 60,000 VMAs on a
/// busy machine, which would take half a minute of a hundredth.
const GIFT: Duration = Duration::from_secs(1);
/// How much is kept that was not used.
const KEPT: Duration = Duration::from_millis(5);
/// The most that one tick may take, so that the next wish of the screen is not kept waiting.
const TICK: Duration = Duration::from_millis(20);
/// From one tick to the next.
const PAUSE: Duration = Duration::from_millis(100);
/// And at most, however dear reading has become.
const LONGEST: Duration = Duration::from_secs(2);

/// Time for reading that is left, or owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    left: Duration,
    owed: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            left: GIFT,
            owed: Duration::ZERO,
        }
    }
}

impl Budget {
    /// The learner asks for everything: it may cost something.
    pub fn give(&mut self) {
        *self = Self::default();
    }

    /// What was asked for has been read: what is left of the gift is not needed.
    pub fn enough(&mut self) {
        self.left = self.left.min(KEPT);
    }

    /// So much time has passed.
    pub fn pass(&mut self, time: Duration) {
        let earned = time / SHARE;
        let paid = earned.min(self.owed);
        self.owed -= paid;
        // What was given at the beginning does not melt away.
        if self.left < KEPT {
            self.left = (self.left + earned.saturating_sub(paid)).min(KEPT);
        }
    }

    /// So much was used.
    pub fn spend(&mut self, time: Duration) {
        self.owed += time.saturating_sub(self.left);
        self.left = self.left.saturating_sub(time);
    }

    /// How long the next tick may read.
    pub fn allowance(&self) -> Duration {
        self.left.min(TICK)
    }

    /// How long to wait until then.
    pub fn pause(&self) -> Duration {
        (self.owed * SHARE).clamp(PAUSE, LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn no_more_than_a_hundredth_is_used() {
        // Ticks that would read for ever, and one that cannot be made cheaper.
        for dear in [false, true] {
            let mut budget = Budget::default();
            let (mut time, mut used) = (Duration::ZERO, Duration::ZERO);
            while time < 100 * SECOND {
                let cost =
                    budget
                        .allowance()
                        .max(Duration::from_micros(if dear { 8000 } else { 50 }));
                budget.spend(cost);
                used += cost;
                let pause = budget.pause();
                budget.pass(pause);
                time += pause;
            }
            let share = used.saturating_sub(GIFT).as_secs_f64() / time.as_secs_f64();
            assert!(share <= 0.0101, "{share}");
            assert!(share >= 0.009, "what is left unused is wasted: {share}");
        }
    }

    #[test]
    fn a_tick_ends_soon_and_the_next_comes_in_time() {
        let mut budget = Budget::default();
        assert_eq!((budget.allowance(), budget.pause()), (TICK, PAUSE));
        budget.spend(100 * SECOND);
        assert_eq!(
            (budget.allowance(), budget.pause()),
            (Duration::ZERO, LONGEST)
        );
        budget.give();
        assert_eq!(budget, Budget::default());
        budget.spend(TICK);
        budget.enough();
        assert_eq!(budget.allowance(), KEPT);
        budget.give();
        budget.spend(GIFT);
        budget.pass(1000 * SECOND);
        assert_eq!(budget.allowance(), KEPT);
    }
}
