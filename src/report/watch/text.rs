//! A look at a process as text, from top to bottom: who, counters, where RSS goes, VMAs, descendants, plain words.
//!
//! Names come from strangers: nothing of them reaches the terminal that it would obey.

mod rss;

use super::sums;
use crate::lesson::visible::visible_line;
use crate::mem::{Bytes, Field, Reading};
use crate::observe::portrait::area::{Area, Areas};
use crate::observe::portrait::kin::Kin;
use crate::watch::facts::{headless_words, state_words};
use crate::watch::{Order, Seen, Word};
use std::fmt::Write;

/// Rows of the list when nobody says otherwise.
const ROWS: usize = 20;
/// Characters of a command line that are shown.
const COMMAND: usize = 160;
/// Columns of a line of plain words.
const COLUMNS: usize = 100;

/// The whole text.
pub fn seen(seen: &Seen, order: Order, top: Option<usize>) -> String {
    let mut out = who(seen);
    if let Some(cut) = &seen.portrait.cut {
        let _ = writeln!(out, "\nNote: {cut}.");
    }
    out.push_str(&rss::division(seen));
    match &seen.portrait.areas {
        Reading::Known(areas) if !seen.portrait.is_kernel => {
            out.push_str(&list(areas, order, top.unwrap_or(ROWS)));
        }
        Reading::Known(_) => {}
        Reading::Unknown(why) => {
            let _ = writeln!(out, "\nVMAs\n  unknown: {why}");
        }
    }
    out.push_str(&family(seen, top.unwrap_or(ROWS)));
    out.push_str(&plain_words(&seen.words));
    out
}

fn who(seen: &Seen) -> String {
    let portrait = &seen.portrait;
    let command = cut(&visible_line(&portrait.command.whole()), COMMAND);
    let faults = portrait.faults;
    format!(
        "process {}: {command}\n  state   {}\n  faults  {} minor, {} major, since it began\n",
        portrait.pid,
        state(portrait.state, portrait.threads),
        faults.minor,
        faults.major,
    )
}

/// The letter of a state in words, and the number of threads; a letter that is not known, as it is.
fn state(letter: char, threads: u64) -> String {
    headless_words(letter, threads).unwrap_or_else(|| {
        let words = state_words(letter).map(str::to_owned);
        let words = words.unwrap_or_else(|| visible_line(&letter.to_string()));
        format!("{words}, {threads} thread{}", plural(threads))
    })
}

fn list(areas: &Areas, order: Order, top: usize) -> String {
    let rows = order.list(areas, Some(top));
    let by = order.name();
    let all = areas.list().len();
    let mut out = format!("\nVMAs: {} of {all}, by {by}\n", rows.len());
    let _ = writeln!(
        out,
        "  {:>11} {:>11} {:>11} {:>11}  {:4}  {:27}  name",
        "size", "rss", "pss", "anonymous", "perm", "addresses"
    );
    for area in &rows {
        out.push_str(&row(areas, area));
    }
    if rows.len() < all {
        let shown: u64 = rows.iter().map(|area| area.about(Field::Rss)).sum();
        let rest = match areas.sum(Field::Rss) {
            Ok(sum) => format!("{} of RSS", Bytes(sum.saturating_sub(shown))),
            Err(_) => "an unknown part of RSS".to_owned(),
        };
        let _ = writeln!(
            out,
            "  and {} more with {rest} (--top N shows more)",
            all - rows.len()
        );
    }
    if !areas.strangers().is_empty() {
        let _ = writeln!(
            out,
            "  this kernel's smaps has more than is shown: {}",
            visible_line(&areas.strangers().join(", "))
        );
    }
    out
}

fn row(areas: &Areas, area: &Area) -> String {
    let size = |field| {
        let bytes = area.sizes.get(field);
        bytes.map_or_else(unknown, |bytes| Bytes(bytes).to_string())
    };
    let line = format!(
        "  {:>11} {:>11} {:>11} {:>11}  {}  {:27}  {}",
        size(Field::Size),
        size(Field::Rss),
        size(Field::Pss),
        size(Field::Anonymous),
        area.perms(),
        area.range().to_string(),
        visible_line(&areas.backing(area).to_string()),
    );
    format!("{}\n", line.trim_end())
}

fn family(seen: &Seen, top: usize) -> String {
    let kin = &seen.portrait.kin;
    if kin.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "\nDescendants: {}\n  {:>11} {:>11}  process\n",
        kin.len(),
        "rss",
        "pss"
    );
    for kin in kin.iter().take(top) {
        out.push_str(&relative(kin));
    }
    if kin.len() > top {
        let _ = writeln!(out, "  and {} more (--top N shows more)", kin.len() - top);
    }
    let tree = sums::tree(&seen.portrait);
    let size = |bytes: Option<u64>| bytes.map_or_else(unknown, |bytes| Bytes(bytes).to_string());
    let _ = writeln!(
        out,
        "  {:>11} {:>11}  all {} together, this one included",
        size(tree.rss),
        size(tree.pss),
        tree.processes
    );
    if tree.rss.is_none() || tree.pss.is_none() {
        out.push_str("  a sum is unknown where one of them cannot be read\n");
    }
    out
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn relative(kin: &Kin) -> String {
    let size = |bytes: &Reading<u64>| {
        let known = bytes.known();
        known.map_or_else(unknown, |&bytes| Bytes(bytes).to_string())
    };
    format!(
        "  {:>11} {:>11}  {:indent$}{} {}\n",
        size(&kin.rss),
        size(&kin.pss),
        "",
        kin.pid,
        cut(&visible_line(&kin.command.whole()), 100),
        indent = (kin.depth - 1).min(20) * 2,
    )
}

fn plain_words(words: &[Word]) -> String {
    let mut out = "\nIn plain words\n".to_owned();
    for word in words {
        let proof = word
            .proof
            .map_or_else(String::new, |proof| format!(" ({proof})"));
        for (index, line) in wrapped(&format!("{}{proof}", word.text)).iter().enumerate() {
            let _ = writeln!(out, "  {} {line}", if index == 0 { "-" } else { " " });
        }
    }
    out
}

/// The text in lines of so many columns.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= COLUMNS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_told_in_words() {
        for (letter, threads, told) in [
            ('S', 1, "sleeping, 1 thread"),
            ('R', 3, "running, 3 threads"),
            ('Z', 2, "its first thread has ended; 1 runs on"),
            ('Z', 4, "its first thread has ended; 3 run on"),
            ('Z', 1, "ended, not waited for, 1 thread"),
            ('?', 1, "?, 1 thread"),
        ] {
            assert_eq!(state(letter, threads), told);
        }
    }

    #[test]
    fn words_are_wrapped_and_nothing_is_lost() {
        let text = "one two ".repeat(60);
        let lines = wrapped(text.trim_end());
        assert!(lines.iter().all(|line| line.chars().count() <= COLUMNS));
        assert_eq!(lines.join(" "), text.trim_end());
        assert_eq!(cut("ééé", 2), "éé…");
        assert_eq!(cut("éé", 2), "éé");
    }
}
