//! Counters over time: a bounded list of points, the rates between them, and whether a drawing of them changed.

use crate::mem::Reading;
use crate::watch::sample::Counters;
use std::collections::VecDeque;
use std::time::Duration;

/// Points that are kept and drawn: most of a minute. As long as that, a drawing moves on after all has come to rest.
pub const MOST: usize = 48;
/// The time that a point stands for: rates of shorter times only flicker.
pub const CELL: Duration = Duration::from_secs(1);
/// Clock ticks of a second in `/proc`: `USER_HZ`, which is 100 on every machine this runs on.
const HERTZ: f64 = 100.0;

/// A number over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Series {
    /// Minor faults a second.
    Minor,
    /// Major faults a second.
    Major,
    /// CPU time in percent of one CPU.
    Cpu,
    /// RSS in bytes.
    Rss,
}

/// What a series was at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Nobody looked yet.
    Before,
    /// It could not be read.
    Unknown,
    /// So much.
    Known(f64),
}

/// The counters at one time; `None` where they could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Point {
    at: Duration,
    counters: Option<Counters>,
}

/// The count of cells until a time.
fn cell(at: Duration) -> u128 {
    at.as_nanos() / CELL.as_nanos()
}

/// What was counted, the latest last: a point a cell of time, none for those in which nobody looked.
#[derive(Clone, Debug, Default)]
pub struct History {
    points: VecDeque<Point>,
    /// What was read last, which is not a point yet.
    last: Option<Point>,
    /// How many more points make a drawing move, although nothing new happens.
    restless: usize,
}

impl History {
    /// Adds a point; whether a drawing of the history changed with it.
    pub fn push(&mut self, at: Duration, counters: &Reading<Counters>) -> bool {
        let counters = counters.known().copied();
        let point = Point { at, counters };
        let was = self.last.replace(point);
        let is_new = was.map(|was| was.counters) != Some(counters);
        if is_new {
            self.restless = MOST;
        }
        let latest = self.points.back();
        if latest.is_some_and(|latest| cell(at) <= cell(latest.at)) {
            return is_new;
        }
        let flat = self.step(0);
        self.points.push_back(point);
        if self.points.len() > MOST {
            self.points.pop_front();
        }
        if flat != self.step(0) {
            self.restless = MOST;
        }
        self.restless = self.restless.saturating_sub(1);
        is_new || self.restless > 0
    }

    /// The latest counters, where they could be read.
    pub fn now(&self) -> Option<&Counters> {
        self.last.as_ref()?.counters.as_ref()
    }

    /// The latest counters that could be read.
    pub fn latest(&self) -> Option<&Counters> {
        let mut points = self.last.iter().chain(self.points.iter().rev());
        points.find_map(|point| point.counters.as_ref())
    }

    /// What was counted between the two points that a time lies between, which was `back` cells before the last.
    fn step(&self, back: usize) -> Option<(u64, u64, u64, u64)> {
        let (then, now) = self.pair(back)?;
        let (then, now) = (then.counters?, now.counters?);
        Some((
            now.faults.minor.saturating_sub(then.faults.minor),
            now.faults.major.saturating_sub(then.faults.major),
            now.cpu.saturating_sub(then.cpu),
            now.rss,
        ))
    }

    fn pair(&self, back: usize) -> Option<(&Point, &Point)> {
        let wanted = cell(self.points.back()?.at).checked_sub(back as u128)?;
        let next = self.points.partition_point(|point| cell(point.at) < wanted);
        Some((
            self.points.get(next.checked_sub(1)?)?,
            self.points.get(next)?,
        ))
    }

    /// A value `back` cells ago.
    pub fn value(&self, series: Series, back: usize) -> Value {
        let Some((then, now)) = self.pair(back) else {
            return Value::Before;
        };
        let seconds = now.at.saturating_sub(then.at).as_secs_f64();
        let Some((minor, major, cpu, rss)) = self.step(back).filter(|_| seconds > 0.0) else {
            return Value::Unknown;
        };
        Value::Known(match series {
            Series::Minor => minor as f64 / seconds,
            Series::Major => major as f64 / seconds,
            Series::Cpu => cpu as f64 / seconds * 100.0 / HERTZ,
            Series::Rss => rss as f64,
        })
    }

    /// The latest value.
    pub fn last(&self, series: Series) -> Option<f64> {
        match self.value(series, 0) {
            Value::Known(value) => Some(value),
            Value::Before | Value::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Value::{Before, Known, Unknown};
    use super::*;
    use crate::mem::Faults;

    fn counters(minor: u64, cpu: u64, rss: u64) -> Reading<Counters> {
        Reading::Known(Counters {
            faults: Faults { minor, major: 0 },
            cpu,
            rss,
            state: 'S',
            ..Counters::default()
        })
    }

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn rates_are_between_two_points_and_unknown_where_one_is() {
        let mut history = History::default();
        assert_eq!(history.value(Series::Minor, 0), Before);
        history.push(seconds(0), &counters(10, 0, 4096));
        assert_eq!(history.value(Series::Minor, 0), Before);
        history.push(seconds(2), &counters(30, 100, 8192));
        history.push(seconds(3), &Reading::unknown("gone"));
        history.push(seconds(4), &counters(31, 100, 8192));
        let minor: Vec<_> = (0..6)
            .map(|back| history.value(Series::Minor, back))
            .collect();
        // Nobody looked in the second cell: it is as the third.
        let ten = Known(10.0);
        assert_eq!(minor, [Unknown, Unknown, ten, ten, Before, Before]);
        assert_eq!(history.value(Series::Cpu, 2), Known(50.0));
        assert_eq!(history.latest().map(|counters| counters.rss), Some(8192));
        assert_eq!(history.last(Series::Rss), None);
    }

    #[test]
    fn a_cell_is_a_second_however_often_one_looks() {
        let mut history = History::default();
        for tenth in 0..40 {
            let at = Duration::from_millis(1_050 + tenth * 100);
            // Ten faults a second, a hundred in the third.
            let minor = if tenth < 20 { tenth } else { tenth + 90 };
            history.push(at, &counters(minor, 0, 4096));
        }
        let minor: Vec<_> = (0..4)
            .map(|back| history.value(Series::Minor, back))
            .collect();
        assert_eq!(minor, [Known(10.0), Known(100.0), Known(10.0), Before]);
    }

    #[test]
    fn a_process_that_does_nothing_moves_no_drawing() {
        let mut history = History::default();
        assert!(history.push(seconds(0), &counters(1, 1, 4096)));
        let quiet = |history: &mut History, from: u64| {
            (from..from + 2 * MOST as u64)
                .map(|at| history.push(seconds(at), &counters(1, 1, 4096)))
                .collect::<Vec<_>>()
        };
        assert!(!quiet(&mut history, 1).pop().unwrap());
        // One fault, and the peak travels out of sight.
        assert!(history.push(seconds(1000), &counters(2, 1, 4096)));
        let mut moves: Vec<bool> = (0..2 * MOST as u64)
            .map(|at| history.push(seconds(1001 + at), &counters(2, 1, 4096)))
            .collect();
        assert_eq!(moves.pop(), Some(false));
        assert!(moves[MOST / 2]);
        assert_eq!(history.points.len(), MOST);
    }
}
