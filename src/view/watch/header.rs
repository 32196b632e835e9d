//! The first rows: who is watched, how it is, what became of it, what cannot be read and why, and what watching costs.

use crate::app::watching::Watching;
use crate::mem::Nanos;
use crate::view::canvas::{Canvas, below};
use crate::view::text::{fit, wrap};
use crate::watch::facts::{headless_words, state_words};
use crate::watch::sample::Fate;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Rows that sentences below the first row may take.
const MOST: usize = 3;

/// Rows that the header takes.
pub(super) fn height(watch: &Watching, width: u16) -> u16 {
    let told = told(watch, Style::new(), Style::new());
    let runs: Vec<(&str, Style)> = told
        .iter()
        .map(|(text, style)| (text.as_str(), *style))
        .collect();
    1 + wrap(&runs, usize::from(width).saturating_sub(2), 0)
        .len()
        .min(MOST) as u16
}

/// Draws them.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, watch: &Watching) {
    let palette = canvas.palette;
    let right = state(watch);
    let pid = format!(" {} ", watch.subject.pid);
    let room = usize::from(area.width).saturating_sub(pid.len() + right.width() + 3);
    let left = Line::from(vec![
        Span::styled(pid, palette.accent()),
        Span::styled(fit(&watch.subject.command, room), palette.heading()),
    ]);
    canvas.line(area, 0, &left);
    let column = area.width.saturating_sub(right.width() as u16 + 1);
    let style = match (&watch.fate, watch.paused) {
        (Some(Fate::Ended(_) | Fate::Refused(_)), _) => palette.bad(),
        (_, true) => palette.changed(),
        _ => palette.dim(),
    };
    canvas.text(area, (column, 0), &right, style);
    let told = told(watch, palette.bad(), palette.dim());
    let runs: Vec<(&str, Style)> = told
        .iter()
        .map(|(text, style)| (text.as_str(), *style))
        .collect();
    let inner = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..below(area, 1)
    };
    let lines = wrap(&runs, usize::from(inner.width), 0);
    canvas.lines(inner, &lines, 0);
}

/// At the right of the first row: how it is.
fn state(watch: &Watching) -> String {
    let since = format!("watched since {}", watch.began);
    let state = match &watch.fate {
        Some(Fate::Ended(_)) => return format!("ended · {since}"),
        Some(Fate::Refused(_)) => return format!("not readable · {since}"),
        _ => watch.history.now(),
    };
    let paused = if watch.paused { "PAUSED · " } else { "" };
    match state {
        Some(counters) => {
            let (letter, threads) = (counters.state, counters.threads);
            let state = headless_words(letter, threads).unwrap_or_else(|| {
                let words = state_words(letter).unwrap_or("in a state that is not known here");
                let plural = if threads == 1 { "" } else { "s" };
                format!("{words} · {threads} thread{plural}")
            });
            format!("{paused}{state} · {since}")
        }
        None => format!("{paused}{since}"),
    }
}

/// What is to be said of it: troubles first, then what watching costs.
fn told(watch: &Watching, bad: Style, dim: Style) -> Vec<(String, Style)> {
    let mut told = Vec::new();
    if let Some(notice) = &watch.notice {
        told.push((format!("{notice} (Esc) "), bad));
    }
    match &watch.fate {
        Some(Fate::Ended(why)) => told.push((
            if watch.vmas.is_some() {
                format!("{} What was read last stays here. ", sentence(why))
            } else {
                sentence(why) + " "
            },
            bad,
        )),
        Some(Fate::Refused(why)) => told.push((sentence(why) + " ", bad)),
        // That its VMAs cannot be read is told in their place.
        None => {
            let uncounted = watch.uncounted.as_deref();
            told.extend(uncounted.map(|why| (sentence(why) + " ", bad)));
        }
    }
    if watch.became.is_some() && watch.fate.is_none() {
        let text = "It has become another program (execve): all is read anew. (Esc) ";
        told.push((text.to_owned(), bad));
    }
    if watch.paused {
        told.push((
            "Reading is paused; the process runs on. Space goes on. ".to_owned(),
            bad,
        ));
    }
    if let Some(pid) = watch.before.last() {
        told.push((format!("Backspace: back to process {pid}. "), dim));
    }
    if told.is_empty() {
        told.push((cost(watch), dim));
    }
    told
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    let text = first.unwrap_or_default() + letters.as_str();
    if text.ends_with('.') {
        text
    } else {
        text + "."
    }
}

/// What watching costs.
fn cost(watch: &Watching) -> String {
    let toll = &watch.toll;
    if toll.pause.is_zero() {
        return "reading …".to_owned();
    }
    let share = match toll.share {
        0 => "<0.1 % of a CPU".to_owned(),
        share @ ..5 => format!("{:.1} % of a CPU", share as f64 / 10.0),
        share => format!("{:.1} % of a CPU", (share / 5 * 5) as f64 / 10.0),
    };
    let waited = if toll.longest < 100 {
        String::new()
    } else {
        let longest = Nanos((toll.longest / 100 * 100_000) as u64);
        format!(" · held mmap_lock ≤ {longest}")
    };
    format!(
        "reads /proc/{} every {} ms · {share}{waited}",
        watch.subject.pid,
        toll.pause.as_millis()
    )
}
