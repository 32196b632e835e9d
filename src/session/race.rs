//! Blocks of C raced against each other: what each round took, and what may be said of it.
//!
//! Plain data. A race is run by the player; what is said here is said of medians, and only where the middle halves of
//! the rounds lie apart. Anything closer is noise, and is called so.

use crate::mem::{Faults, Nanos};
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Rounds of a race whose fences do not say.
pub const ROUNDS: u32 = 9;
/// From this ratio on between slowest and fastest, bars are drawn on a logarithmic scale.
const LOGARITHMIC_FROM: u64 = 20;

/// A race that was run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Race {
    /// Those who ran, in the order of their blocks.
    pub contestants: Vec<Contestant>,
    /// Why it was ended before its last round, if it was.
    pub stopped: Option<String>,
}

/// A block with the rounds it ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contestant {
    /// Its name.
    pub name: String,
    /// Its C, as written.
    pub code: String,
    /// The rounds that count, in the order they were run; the warm-up is none of them.
    pub rounds: Vec<Round>,
}

/// One round of a contestant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// Time of the whole block.
    pub elapsed: Nanos,
    /// Faults of the whole block.
    pub faults: Faults,
}

/// One bar of the picture of a race.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Where the median lies, 0 to 1 of the width.
    pub median: f64,
    /// Where the lower quartile lies.
    pub low: f64,
    /// Where the upper quartile lies.
    pub high: f64,
}

/// Who was faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The first: its middle half lies below the other's.
    First,
    /// The second.
    Second,
    /// Nobody can say: the middle halves overlap.
    Noise,
}

impl Contestant {
    /// The element of the sorted rounds at `quarter` quarters, 1 to 3.
    fn quantile(&self, quarter: usize, of: impl Fn(&Round) -> u64) -> u64 {
        let mut all: Vec<u64> = self.rounds.iter().map(of).collect();
        all.sort_unstable();
        let last = all.len().saturating_sub(1);
        let from_below = last * quarter.min(4 - quarter) / 4;
        let place = if quarter > 2 {
            last - from_below
        } else {
            from_below
        };
        all.get(place).copied().unwrap_or(0)
    }

    /// Median time of a round.
    pub fn median(&self) -> Nanos {
        Nanos(self.quantile(2, |round| round.elapsed.0))
    }

    /// Lower and upper quartile of the times.
    pub fn quartiles(&self) -> (Nanos, Nanos) {
        let at = |quarter| Nanos(self.quantile(quarter, |round| round.elapsed.0));
        (at(1), at(3))
    }

    /// Faults of a round: the median of each kind.
    pub fn faults(&self) -> Faults {
        Faults {
            minor: self.quantile(2, |round| round.faults.minor),
            major: self.quantile(2, |round| round.faults.major),
        }
    }

    /// Who of the two was faster.
    pub fn against(&self, other: &Self) -> Verdict {
        let (mine, theirs) = (self.quartiles(), other.quartiles());
        if self.rounds.is_empty() || other.rounds.is_empty() {
            Verdict::Noise
        } else if mine.1 < theirs.0 {
            Verdict::First
        } else if theirs.1 < mine.0 {
            Verdict::Second
        } else {
            Verdict::Noise
        }
    }

    /// The median as a percentage of the other's; `None` while the other has none.
    pub fn percent_of(&self, other: &Self) -> Option<u64> {
        (100 * self.median().0 + other.median().0 / 2).checked_div(other.median().0)
    }
}

impl Race {
    /// The contestant of that name.
    pub fn named(&self, name: &str) -> Option<&Contestant> {
        self.contestants.iter().find(|one| one.name == name)
    }

    /// The sentence of the race: `mmap 1.9 ms, read 3.4 ms a round (medians of 9): mmap took 0.56 of read's time`.
    pub fn sentence(&self) -> String {
        let mut text = if self.contestants.iter().any(|one| one.rounds.is_empty()) {
            "no round was finished by all: there is nothing to compare".to_owned()
        } else {
            self.comparison()
        };
        if let Some(why) = &self.stopped {
            let _ = write!(text, "; ended early: {why}");
        }
        text
    }

    /// The medians and who was faster, of contestants that all have rounds.
    fn comparison(&self) -> String {
        let rounds = self.contestants.iter().map(|one| one.rounds.len()).min();
        let medians: Vec<String> = self
            .contestants
            .iter()
            .map(|one| format!("{} {}", one.name, one.median()))
            .collect();
        let mut text = format!(
            "{} a round (medians of {})",
            medians.join(", "),
            rounds.unwrap_or(0)
        );
        match self.contestants.as_slice() {
            [first, second] => {
                let _ = write!(text, ": {}", compared(first, second));
            }
            [first, others @ ..] => {
                let told: Vec<String> = others.iter().map(|one| times(one, first)).collect();
                let _ = write!(text, ": {}", told.join("; "));
            }
            [] => {}
        }
        text
    }

    /// Whether the bars are drawn on a logarithmic scale.
    pub fn is_logarithmic(&self) -> bool {
        let medians = self.contestants.iter().map(|one| one.median().0.max(1));
        let (least, most) = medians.fold((u64::MAX, 1), |(least, most), median| {
            (least.min(median), most.max(median))
        });
        most / least > LOGARITHMIC_FROM
    }

    /// The bars, one a contestant. On a logarithmic scale the first tenth of the width belongs to the fastest.
    pub fn bars(&self) -> Vec<Bar> {
        let ends = self.contestants.iter().map(Contestant::quartiles);
        let most = ends.clone().map(|(_, high)| high.0).max().unwrap_or(1);
        let least = ends.map(|(low, _)| low.0).min().unwrap_or(1);
        let (most, least) = (most.max(2) as f64, least.max(1) as f64);
        let logarithmic = self.is_logarithmic();
        let place = |time: u64| {
            let time = (time as f64).max(1.0);
            if logarithmic {
                let span = (most / least).ln().max(f64::MIN_POSITIVE);
                (0.1 + 0.9 * (time / least).ln().max(0.0) / span).min(1.0)
            } else {
                (time / most).min(1.0)
            }
        };
        let bar = |one: &Contestant| Bar {
            median: place(one.median().0),
            low: place(one.quartiles().0.0),
            high: place(one.quartiles().1.0),
        };
        self.contestants.iter().map(bar).collect()
    }
}

impl Bar {
    /// Drawn `width` characters wide: a block up to the median, a line between the quartiles.
    pub fn text(&self, width: usize) -> String {
        let column = |place: f64| (place * width as f64).round() as usize;
        let (median, low, high) = (column(self.median), column(self.low), column(self.high));
        let cell = |at: usize| {
            if at < median.max(1) {
                '█'
            } else if (low..high).contains(&at) {
                '─'
            } else {
                ' '
            }
        };
        (0..width).map(cell).collect()
    }
}

/// Two contestants in words.
fn compared(first: &Contestant, second: &Contestant) -> String {
    let (quick, slow) = match first.against(second) {
        Verdict::First => (first, second),
        Verdict::Second => (second, first),
        Verdict::Noise => return "within noise".to_owned(),
    };
    let share = quick.median().0 as f64 / slow.median().0.max(1) as f64;
    format!("{} took {share:.2} of {}'s time", quick.name, slow.name)
}

/// A contestant measured by another.
fn times(one: &Contestant, first: &Contestant) -> String {
    if one.against(first) == Verdict::Noise {
        return format!("{} and {} within noise", one.name, first.name);
    }
    let times = one.median().0 as f64 / first.median().0.max(1) as f64;
    if times < 1.0 {
        return format!("{} took {times:.2} of {}'s time", one.name, first.name);
    }
    let digits = usize::from(times < 10.0);
    format!(
        "{} took {times:.digits$} times as long as {}",
        one.name, first.name
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contestant(name: &str, times: &[u64]) -> Contestant {
        let round = |&ns: &u64| Round {
            elapsed: Nanos(ns),
            faults: Faults { minor: 3, major: 0 },
        };
        Contestant {
            name: name.to_owned(),
            code: "x;".to_owned(),
            rounds: times.iter().map(round).collect(),
        }
    }

    fn race(contestants: &[(&str, &[u64])]) -> Race {
        let made = contestants
            .iter()
            .map(|(name, times)| contestant(name, times));
        Race {
            contestants: made.collect(),
            stopped: None,
        }
    }

    #[test]
    fn medians_and_quartiles_are_those_of_the_sorted_rounds() {
        let table: [(&[u64], u64, u64, u64); 4] = [
            (&[5], 5, 5, 5),
            (&[30, 10, 20], 20, 10, 30),
            (&[9, 1, 8, 2, 7, 3, 6, 4, 5], 5, 3, 7),
            (&[], 0, 0, 0),
        ];
        for (times, median, low, high) in table {
            let one = contestant("a", times);
            assert_eq!(one.median(), Nanos(median), "{times:?}");
            assert_eq!(one.quartiles(), (Nanos(low), Nanos(high)), "{times:?}");
        }
        assert_eq!(
            contestant("a", &[1, 2]).faults(),
            Faults { minor: 3, major: 0 }
        );
    }

    #[test]
    fn who_was_faster_is_said_only_where_the_middle_halves_lie_apart() {
        let quick = contestant("a", &[10, 11, 12, 13, 900]);
        let slow = contestant("b", &[20, 21, 22, 23, 1]);
        let between = contestant("c", &[12, 13, 20, 21, 22]);
        assert_eq!(quick.against(&slow), Verdict::First);
        assert_eq!(slow.against(&quick), Verdict::Second);
        assert_eq!(quick.against(&between), Verdict::Noise);
        assert_eq!(quick.against(&contestant("d", &[])), Verdict::Noise);
        assert_eq!(quick.percent_of(&slow), Some(57));
        assert_eq!(quick.percent_of(&contestant("d", &[])), None);
    }

    #[test]
    fn a_race_is_told_in_a_sentence() {
        let table = [
            (
                race(&[("mmap", &[1_900_000; 9]), ("read", &[3_400_000; 9])]),
                "mmap 1.9 ms, read 3.4 ms a round (medians of 9): mmap took 0.56 of read's time",
            ),
            (
                race(&[("a", &[10, 20, 30]), ("b", &[15, 25, 35])]),
                "a 20 ns, b 25 ns a round (medians of 3): within noise",
            ),
            (
                race(&[
                    ("resident", &[100; 3]),
                    ("cached", &[250; 3]),
                    ("cold", &[9000; 3]),
                ]),
                "resident 100 ns, cached 250 ns, cold 9.0 us a round (medians of 3): cached took 2.5 times as long as \
                 resident; cold took 90 times as long as resident",
            ),
        ];
        for (race, sentence) in table {
            assert_eq!(race.sentence(), sentence);
        }
    }

    #[test]
    fn bars_are_in_proportion_until_the_slowest_would_hide_the_rest() {
        let near = race(&[("a", &[50; 3]), ("b", &[100; 3])]);
        assert!(!near.is_logarithmic());
        let lengths: Vec<f64> = near.bars().iter().map(|bar| bar.median).collect();
        assert_eq!(lengths, [0.5, 1.0]);
        assert_eq!(near.bars()[0].text(8), "████    ");
        let far = race(&[("a", &[10; 3]), ("b", &[100; 3]), ("c", &[1000; 3])]);
        assert!(far.is_logarithmic());
        let lengths: Vec<f64> = far.bars().iter().map(|bar| bar.median).collect();
        for (length, expected) in lengths.iter().zip([0.1, 0.55, 1.0]) {
            assert!((length - expected).abs() < 1e-9, "{lengths:?}");
        }
        let spread = race(&[("a", &[50, 75, 100])]);
        assert_eq!(spread.bars()[0].text(8), "██████──");
    }

    #[test]
    fn a_race_without_a_round_has_no_medians() {
        let mut race = race(&[("mmap", &[5]), ("read", &[])]);
        race.stopped = Some("SIGBUS at 0x1000".to_owned());
        assert_eq!(
            race.sentence(),
            "no round was finished by all: there is nothing to compare; ended early: SIGBUS at 0x1000"
        );
    }
}
