//! How often a running line is looked at: a look at many mappings takes long, and the line waits for it.
//!
//! Pure: who looks says when, and how long it took.

use std::time::{Duration, Instant};

/// Looks may take one part in so many of the time that passes.
const ONE_IN: u32 = 10;

/// The time that looks at a running line may take.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Budget {
    /// When the next look may begin; none was made yet when there is no such time.
    next: Option<Instant>,
}

impl Budget {
    /// Whether there is time for a look.
    pub(super) fn allows(&self, now: Instant) -> bool {
        self.next.is_none_or(|next| next <= now)
    }

    /// A look ended that took so long.
    pub(super) fn spend(&mut self, now: Instant, took: Duration) {
        self.next = Some(now + took * (ONE_IN - 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_take_a_tenth_of_the_time() {
        let start = Instant::now();
        let mut budget = Budget::default();
        let mut looking = Duration::ZERO;
        // A line of ten seconds that could be looked at every 50 ms, by looks that take 200 ms.
        let look = Duration::from_millis(200);
        let mut now = Duration::ZERO;
        while now < Duration::from_secs(10) {
            if budget.allows(start + now) {
                now += look;
                looking += look;
                budget.spend(start + now, look);
            }
            now += Duration::from_millis(50);
        }
        assert_eq!(looking, Duration::from_secs(1));
    }

    #[test]
    fn quick_looks_are_made_whenever_they_can_be() {
        let start = Instant::now();
        let mut budget = Budget::default();
        assert!(budget.allows(start));
        budget.spend(start, Duration::from_millis(3));
        assert!(!budget.allows(start + Duration::from_millis(26)));
        assert!(budget.allows(start + Duration::from_millis(50)));
    }
}
