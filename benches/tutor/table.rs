//! Two ways of doing something, timed in turn, and a row of a Markdown table about them.
//!
//! Times differ from machine to machine; the ratio of two things done side by side in one run travels.

use mmap_tutor::observe::gauge::meter::thread_time;
use std::time::{Duration, Instant};

/// Times of one thing, in nanoseconds.
struct Times(Vec<u64>);

impl Times {
    /// The time that `share` of all stay below; 0.5 for the median.
    fn quantile(&mut self, share: f64) -> Duration {
        self.0.sort_unstable();
        let last = self.0.len().saturating_sub(1);
        Duration::from_nanos(
            self.0
                .get((last as f64 * share).round() as usize)
                .copied()
                .unwrap_or(0),
        )
    }
}

/// Prints the head of the table.
pub(crate) fn head() {
    println!("| what | median | p99 | n | compared with | ratio |");
    println!("|---|---:|---:|---:|---|---:|");
}

/// Measures something `n` times in turn with what it is compared with, and prints the row. Both give how long they
/// took.
pub(crate) fn row(
    what: &str,
    n: usize,
    mut measured: impl FnMut() -> Duration,
    compared_with: &str,
    mut reference: impl FnMut() -> Duration,
) {
    let (mut times, mut references) = (Times(Vec::new()), Times(Vec::new()));
    for round in 0..=n {
        let (time, other) = (measured(), reference());
        // The first round warms both.
        if round > 0 {
            times.0.push(time.as_nanos() as u64);
            references.0.push(other.as_nanos() as u64);
        }
    }
    let (median, other) = (times.quantile(0.5), references.quantile(0.5));
    let ratio = median.as_secs_f64() / other.as_secs_f64();
    // Two digits that say something, also of what is next to nothing.
    let digits = if ratio < 0.1 { 4 } else { 2 };
    println!(
        "| {what} | {median:.1?} | {:.1?} | {n} | {compared_with}: {other:.1?} | {ratio:.digits$} |",
        times.quantile(0.99),
    );
}

/// Prints a row about something that was measured once: a size, a share.
pub(crate) fn fact(what: &str, value: &str, compared_with: &str, ratio: Option<f64>) {
    let ratio = ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
    println!("| {what} | {value} | | | {compared_with} | {ratio} |");
}

/// Prints a row about times that were taken, and what they are to stay below.
pub(crate) fn held(what: &str, times: Vec<Duration>, limit: Duration) {
    let n = times.len();
    let nanos = times.into_iter().map(|time| time.as_nanos() as u64);
    let mut times = Times(nanos.collect());
    let median = times.quantile(0.5);
    println!(
        "| {what} | {median:.1?} | {:.1?} | {n} | {limit:?}, the goal | {:.2} |",
        times.quantile(0.99),
        median.as_secs_f64() / limit.as_secs_f64(),
    );
}

/// How long something takes.
pub(crate) fn time<T>(act: impl FnOnce() -> T) -> Duration {
    let since = Instant::now();
    std::hint::black_box(act());
    since.elapsed()
}

/// The processor time that something takes of this thread: what others do meanwhile does not count.
pub(crate) fn cpu<T>(act: impl FnOnce() -> T) -> Duration {
    let since = thread_time();
    std::hint::black_box(act());
    thread_time().saturating_sub(since)
}
