//! What stands behind the backticks: `c`, `c child 2`, `predict EXPR`, `expect`.

use crate::c::suggest::nearest;
use crate::diagnostic::Diagnostic;
use crate::lesson::model::Who;
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
    /// Code to run, and who runs it.
    Code(Who),
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
        "c" => who(rest, place).map(Kind::Code),
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

/// Who runs a block of code.
fn who(rest: &str, place: Range<usize>) -> Result<Who, Diagnostic> {
    let mut words = rest.split_whitespace();
    let (name, number) = (words.next(), words.next());
    if words.next().is_some() {
        return Err(Diagnostic::new(place, "a block is run by one process")
            .help("write `c`, `c child`, `c child 2`, `c peer` or `c peer 3`"));
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
                None => "write `c`, `c child`, `c child 2`, `c peer` or `c peer 3`".into(),
            };
            Err(Diagnostic::new(place, message).help(help))
        }
    }
}
