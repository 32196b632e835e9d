//! What differences are told from: the mark that the learner set, or the look before the last one.

use crate::observe::portrait::area::Areas;
use crate::watch::change::{Differences, Look, compare, sentence};
use crate::watch::sample::Counters;
use crate::watch::{Division, Topic, Word};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long ago something was, rounded: the screen is not drawn each second for its sake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age(u64);

impl Age {
    /// The time from then to now.
    pub fn of(then: Duration, now: Duration) -> Self {
        let seconds = now.saturating_sub(then).as_secs();
        let step = match seconds {
            0..10 => 5,
            10..60 => 10,
            60..600 => 60,
            600..3600 => 300,
            _ => 3600,
        };
        Self(seconds / step * step)
    }

    /// Whether it was just now.
    pub fn is_new(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("just now"),
            seconds @ ..60 => write!(f, "{seconds} s ago"),
            seconds @ ..3600 => write!(f, "{} min ago", seconds / 60),
            seconds => write!(f, "{} h ago", seconds / 3600),
        }
    }
}

/// What was known at an earlier time.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// When.
    pub at: Duration,
    /// The counters.
    pub counters: Option<Counters>,
    /// Where RSS went.
    pub division: Option<Division>,
    /// The VMAs with their sizes.
    pub areas: Option<Arc<Areas>>,
}

impl Past {
    fn look(&self) -> Look<'_> {
        Look {
            counters: self.counters,
            division: self.division,
            areas: self.areas.as_deref(),
        }
    }
}

/// Whether differences are told from a mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stand {
    /// From the look before the last.
    #[default]
    Loose,
    /// From a mark whose sizes are still to be read.
    Setting,
    /// From a mark.
    Set,
}

/// The mark.
#[derive(Clone, Debug, Default)]
pub struct Mark {
    stand: Stand,
    /// When the learner set it.
    at: Duration,
    from: Option<Past>,
    last: Option<Past>,
    differences: Option<Differences>,
}

impl Mark {
    /// Sets the mark. Its counters are those of now; its sizes those that are read next.
    pub fn set(&mut self, now: Duration, counters: Option<Counters>) {
        self.stand = Stand::Setting;
        self.at = now;
        self.differences = None;
        self.from = Some(Past {
            at: now,
            counters,
            ..Past::default()
        });
    }

    /// Takes it away.
    pub fn clear(&mut self) {
        self.stand = Stand::Loose;
        self.from = None;
        self.differences = None;
    }

    /// Whether the learner set one.
    pub fn is_set(&self) -> bool {
        self.stand != Stand::Loose
    }

    /// How old the mark is.
    pub fn age(&self, now: Duration) -> Option<Age> {
        self.is_set().then(|| Age::of(self.at, now))
    }

    /// Takes in a look at all sizes.
    pub fn look(&mut self, look: Past, has_earlier: bool) {
        match (self.stand, &mut self.from) {
            (Stand::Setting, Some(from)) => {
                from.division = look.division;
                from.areas.clone_from(&look.areas);
                self.stand = Stand::Set;
            }
            (Stand::Set, Some(_)) => {}
            _ => self.from = self.last.take().filter(|_| has_earlier),
        }
        let from = self.from.as_ref().and_then(|from| from.areas.as_ref());
        self.differences = from
            .zip(look.areas.as_ref())
            .map(|(was, now)| compare(was, now));
        self.last = Some(look);
    }

    /// How the VMAs differ from those of the mark.
    pub fn differences(&self) -> Option<&Differences> {
        self.differences.as_ref()
    }

    /// What is compared with.
    pub fn past(&self) -> Option<&Past> {
        self.from.as_ref()
    }

    /// The difference of each part of RSS; `None` where one of both is not known.
    pub fn by(&self, part: impl Fn(&Division) -> Option<u64>) -> Option<i64> {
        let was = part(self.from.as_ref()?.division.as_ref()?)?;
        let now = part(self.last.as_ref()?.division.as_ref()?)?;
        Some(now.cast_signed().wrapping_sub(was.cast_signed()))
    }

    /// What changed, in a sentence.
    pub fn sentence(&self, now: Duration, counters: Option<&Counters>) -> Option<Word> {
        let from = self.from.as_ref()?;
        if self.stand == Stand::Setting {
            return Some(Word {
                topic: Topic::Change,
                text: "The mark is set as soon as all sizes have been read.".to_owned(),
                proof: None,
            });
        }
        let since = match self.age(now) {
            Some(age) if age.is_new() => "Since the mark, just now".to_owned(),
            // The age goes in steps, what is counted does not.
            Some(age) => format!("Since the mark, over {age}"),
            None => "Since the look before".to_owned(),
        };
        let last = self.last.as_ref()?;
        let mut look = last.look();
        if self.is_set() {
            look.counters = counters.copied();
        }
        Some(sentence(&since, &from.look(), &look))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::Faults;
    use crate::observe::portrait::area::Parser;
    use crate::watch::overlap::Overlap;

    fn past(at: u64, kilobytes: u64, minor: u64) -> Past {
        let mut parser = Parser::default();
        let text = format!(
            "1000-9000000 rw-p 0 0:0 0 [heap]\nRss: {kilobytes} kB\nAnonymous: {kilobytes} kB\nLazyFree: 0 kB\n"
        );
        parser.push(text.as_bytes());
        let areas = parser.finish(b"");
        Past {
            at: Duration::from_secs(at),
            counters: Some(Counters {
                faults: Faults { minor, major: 0 },
                ..Counters::default()
            }),
            division: Division::of_areas(&areas, &Overlap::of(&areas)),
            areas: Some(Arc::new(areas)),
        }
    }

    fn said(mark: &Mark, now: u64, minor: u64) -> String {
        let counters = past(now, 0, minor).counters;
        let word = mark.sentence(Duration::from_secs(now), counters.as_ref());
        word.map_or_else(String::new, |word| word.text)
    }

    #[test]
    fn without_a_mark_each_look_is_compared_with_the_one_before() {
        let mut mark = Mark::default();
        assert_eq!(said(&mark, 0, 0), "");
        mark.look(past(1, 4, 1), false);
        assert_eq!(said(&mark, 1, 1), "");
        mark.look(past(2, 8, 2), true);
        assert_eq!(
            said(&mark, 2, 9),
            "Since the look before: +4 KiB anonymous memory in [heap], 1 minor fault."
        );
        mark.look(past(3, 8, 2), true);
        assert!(said(&mark, 3, 2).contains("no fault"));
        assert_eq!(mark.by(|division| Some(division.anonymous)), Some(0));
    }

    #[test]
    fn a_mark_is_what_is_read_after_it_was_set_and_stays() {
        let mut mark = Mark::default();
        mark.look(past(1, 4, 1), false);
        mark.set(Duration::from_secs(2), past(2, 0, 5).counters);
        assert!(mark.is_set() && mark.differences().is_none());
        assert!(said(&mark, 2, 5).contains("as soon as"));
        mark.look(past(3, 8, 5), true);
        assert_eq!(mark.by(|division| Some(division.rss)), Some(0));
        mark.look(past(4, 12, 6), true);
        mark.look(past(42, 20, 9), true);
        assert_eq!(
            said(&mark, 42, 3077),
            "Since the mark, over 40 s ago: +12 KiB anonymous memory in [heap], 3,072 minor faults."
        );
        assert_eq!(mark.differences().unwrap().rss, [Some(12 * 1024)]);
        mark.clear();
        assert!(!mark.is_set() && said(&mark, 43, 3077).is_empty());
    }

    #[test]
    fn ages_are_rounded() {
        let table = [
            (0, "just now"),
            (4, "just now"),
            (7, "5 s ago"),
            (59, "50 s ago"),
            (119, "1 min ago"),
            (1000, "15 min ago"),
            (9000, "2 h ago"),
        ];
        for (seconds, shown) in table {
            let age = Age::of(Duration::ZERO, Duration::from_secs(seconds));
            assert_eq!(age.to_string(), shown);
        }
    }
}
