//! What stands behind the backticks: `c`, `c child 2`, `predict EXPR`, `expect`.

use crate::c::suggest::nearest;
use crate::diagnostic::Diagnostic;
use crate::lesson::model::{Entry, Who};
use crate::lesson::visible::visible_line;
use crate::mem::Process;
use std::ops::Range;

/// The most children, or peers, a lesson may name.
const MOST: u8 = 10;

/// A fence with a meaning.
pub(super) struct Fence {
    /// What stands behind the backticks; never empty.
    pub(super) info: Range<usize>,
    /// What stands between the fences.
    pub(super) body: Range<usize>,
    /// The whole.
    pub(super) span: Range<usize>,
}

/// The first words of fences that mean something.
pub(super) const WORDS: [&str; 3] = ["c", "predict", "expect"];

/// What a fence is for.
pub(super) enum Kind {
    /// Code to run, who runs it, and its part in a race.
    Code(Who, Option<Entry>),
    /// A guess; the place of what it measures.
    Predict(Range<usize>),
    /// Rules.
    Expect,
}

/// The parts of the fence that begins at the start of `span`, and whether it is closed.
pub(super) fn fence_at(source: &str, span: Range<usize>) -> Option<(Fence, bool)> {
    let text = &source[span.clone()];
    let indent = text.len() - text.trim_start().len();
    let mark = text[indent..].chars().next()?;
    let marks = text[indent..].chars().take_while(|&c| c == mark).count();
    let line_end = text.find('\n').unwrap_or(text.len());
    let info = text.get(indent + marks..line_end)?;
    let info_start = span.start + indent + marks + (info.len() - info.trim_start().len());
    let body = span.start + (line_end + 1).min(text.len());
    let trimmed = text.trim_end();
    let last = trimmed
        .rfind('\n')
        .map_or(trimmed.len(), |newline| newline + 1);
    let last_line = trimmed[last..].trim();
    let closed = last_line.len() >= marks && last_line.chars().all(|c| c == mark);
    let end = if closed { span.start + last } else { span.end };
    let fence = Fence {
        info: info_start..info_start + info.trim().len(),
        body: body..end.max(body),
        span,
    };
    Some((fence, closed))
}

/// The kind of a fence.
pub(super) fn kind(source: &str, fence: &Fence) -> Result<Kind, Diagnostic> {
    let info = &source[fence.info.clone()];
    let word = info.split_whitespace().next().unwrap_or_default();
    let rest = info[word.len()..].trim_start();
    let place = fence.info.end - rest.len()..fence.info.end;
    match word {
        "c" if rest.split_whitespace().next() == Some("race") => {
            let who = Who::Main;
            race(rest, place).map(|entry| Kind::Code(who, Some(entry)))
        }
        "c" => who(rest, place).map(|who| Kind::Code(who, None)),
        "predict" if rest.is_empty() => Err(Diagnostic::new(
            fence.info.clone(),
            "what is measured is missing",
        )
        .help("write an expression behind it: `predict minor_faults`")),
        "predict" => Ok(Kind::Predict(place)),
        _ if rest.is_empty() => Ok(Kind::Expect),
        _ => Err(Diagnostic::new(place, "nothing stands behind `expect`")
            .help("rules stand between the fences, one expression a line")),
    }
}

/// How many rounds a race may have.
const ROUNDS: std::ops::RangeInclusive<u32> = 3..=99;

/// The part of a block in a race: `race NAME`, `race NAME setup`, `race NAME rounds=21`.
fn race(rest: &str, place: Range<usize>) -> Result<Entry, Diagnostic> {
    const HELP: &str = "write `c race NAME`, `c race NAME rounds=21` or `c race NAME setup`";
    let mut words = rest.split_whitespace().skip(1);
    let name = words.next().unwrap_or_default();
    if !is_identifier(name) {
        let message = if name.is_empty() {
            "the contestant has no name".to_owned()
        } else {
            format!("`{}` is no name for a contestant", visible_line(name))
        };
        return Err(Diagnostic::new(place, message).help(HELP));
    }
    let mut entry = Entry {
        name: name.to_owned(),
        is_setup: false,
        rounds: None,
    };
    for word in words {
        match word.strip_prefix("rounds=").map(str::parse::<u32>) {
            None if word == "setup" => entry.is_setup = true,
            Some(Ok(rounds)) if ROUNDS.contains(&rounds) => entry.rounds = Some(rounds),
            Some(_) => {
                let message = format!("a race has {} to {} rounds", ROUNDS.start(), ROUNDS.end());
                return Err(Diagnostic::new(place, message).help(HELP));
            }
            None => {
                let message = format!("`{}` means nothing here", visible_line(word));
                return Err(Diagnostic::new(place, message).help(HELP));
            }
        }
    }
    Ok(entry)
}

/// Whether a word can name something in C.
fn is_identifier(word: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    word.starts_with(letter) && word.chars().all(|c| letter(c) || c.is_ascii_digit())
}

/// The numbers of a group of peers: `1-10`.
fn group(word: &str) -> Option<Result<Who, String>> {
    let (first, last) = word.split_once('-')?;
    Some(match (first.parse::<u8>(), last.parse::<u8>()) {
        (Ok(first @ 1..=MOST), Ok(last @ 1..=MOST)) if first < last => Ok(Who::Peers(first, last)),
        _ => Err(format!(
            "a group of peers goes from a lower number to a higher one, 1 to {MOST}"
        )),
    })
}

/// Who runs a block of code.
fn who(rest: &str, place: Range<usize>) -> Result<Who, Diagnostic> {
    let mut words = rest.split_whitespace();
    let (name, number) = (words.next(), words.next());
    if words.next().is_some() {
        return Err(Diagnostic::new(place, "a block is run by one process")
            .help("write `c`, `c child`, `c child 2`, `c peer`, `c peer 3` or `c peer 1-10`"));
    }
    if let (Some("peer"), Some(group)) = (name, number.and_then(group)) {
        return group
            .map_err(|message| Diagnostic::new(place, message).help("write it so: `c peer 1-10`"));
    }
    let number = match number.map(str::parse::<u8>) {
        None => None,
        Some(Ok(number @ 1..=MOST)) => Some(number),
        Some(_) => {
            let message = format!("processes are numbered from 1 to {MOST}");
            return Err(Diagnostic::new(place, message));
        }
    };
    match (name, number) {
        (None, _) => Ok(Who::Main),
        (Some("child"), None) => Ok(Who::LatestChild),
        (Some("child"), Some(number)) => Ok(Who::Named(Process::Child(number))),
        (Some("peer"), number) => Ok(Who::Named(Process::Peer(number.unwrap_or(1)))),
        (Some("main"), _) => Err(Diagnostic::new(place, "`main` is not named")
            .help("a fence ```c without a name is run by `main`")),
        (Some(name), _) => {
            let message = format!("there is no process `{}`", visible_line(name));
            let help = match nearest(name, ["child", "peer"].into_iter()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write `c`, `c child`, `c child 2`, `c peer`, `c peer 3` or `c peer 1-10`"
                    .into(),
            };
            Err(Diagnostic::new(place, message).help(help))
        }
    }
}
