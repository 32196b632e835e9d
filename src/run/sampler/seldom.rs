//! When something is read again that need not be read at every tick: not before so long, and the dearer the later.

use std::time::{Duration, Instant};

/// The last time that something was read, and what it took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seldom {
    last: Option<(Instant, Duration)>,
    /// Whether the process has done something since reading it last began.
    stirred: bool,
}

/// How many times longer than it takes a thing is left alone.
const REST: u32 = 200;
/// The same where it is known to be another by now.
const URGENT: u32 = 40;

impl Seldom {
    /// Whether `least` has passed since it was read, and enough for what it cost.
    pub fn is_due(&self, now: Instant, least: Duration) -> bool {
        self.has_rested(now, least, REST)
    }

    /// The same where what was read is known to be wrong by now: somebody waits for it.
    pub fn is_urgent(&self, now: Instant, least: Duration) -> bool {
        self.has_rested(now, least, URGENT)
    }

    fn has_rested(&self, now: Instant, least: Duration, rest: u32) -> bool {
        self.last.is_none_or(|(last, cost)| {
            now.saturating_duration_since(last) >= least.max(cost * rest)
        })
    }

    /// Notes what the process does: one tick in which it did something is remembered until this is read again.
    pub fn stir(&mut self, stirred: bool) {
        self.stirred |= stirred;
    }

    /// The time to leave it alone for: less where the process has done something meanwhile.
    pub fn least(&self, (busy, quiet): (Duration, Duration)) -> Duration {
        if self.stirred { busy } else { quiet }
    }

    /// Reading begins: what the process does from now on is news.
    pub fn begin(&mut self) {
        self.stirred = false;
    }

    /// It was read, and took so long.
    pub fn done(&mut self, now: Instant, cost: Duration) {
        self.last = Some((now, cost));
    }

    /// It is due whatever it costs.
    pub fn hurry(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dearer_the_later() {
        let begin = Instant::now();
        let at = |millis| begin + Duration::from_millis(millis);
        let second = Duration::from_secs(1);
        let mut seldom = Seldom::default();
        assert!(seldom.is_due(begin, second));
        seldom.done(begin, Duration::from_millis(1));
        assert!(!seldom.is_due(at(999), second) && seldom.is_due(at(1000), second));
        seldom.done(begin, Duration::from_millis(50));
        assert!(!seldom.is_due(at(9999), second) && seldom.is_due(at(10_000), second));
        assert!(!seldom.is_urgent(at(1999), second) && seldom.is_urgent(at(2000), second));
        seldom.hurry();
        assert!(seldom.is_due(begin, second));
    }

    #[test]
    fn one_busy_moment_is_not_forgotten() {
        let (busy, quiet) = (Duration::from_secs(2), Duration::from_secs(20));
        let mut seldom = Seldom::default();
        assert_eq!(seldom.least((busy, quiet)), quiet);
        seldom.stir(true);
        seldom.stir(false);
        assert_eq!(seldom.least((busy, quiet)), busy);
        seldom.begin();
        assert_eq!(seldom.least((busy, quiet)), quiet);
        // What happens while it is read may have come too late for it.
        seldom.stir(true);
        seldom.done(Instant::now(), Duration::ZERO);
        assert_eq!(seldom.least((busy, quiet)), busy);
    }
}
