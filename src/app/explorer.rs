//! The learner's own lines: the text being typed, the lines typed before, who runs them, what was wrong with the last.
//!
//! What a key does here is [`act`]'s; completion is [`complete`]'s, the cursor on the pages is [`cursor`]'s.

pub mod act;
pub mod complete;
pub mod cursor;
pub mod dump;
#[cfg(test)]
mod tests;
pub mod value;
pub mod verb;
pub mod why;

use crate::c::Variable;
use crate::c::tokens::{Class, tokenize};
use crate::diagnostic::Diagnostic;
use crate::lesson::Who;
use crate::mem::Process;
use crate::session::Held;
use complete::Popup;
use cursor::Cursor;
use std::collections::{BTreeMap, VecDeque};
use tui_input::Input;

/// The most that one text may hold, in bytes: ten thousand lines fit, and more is a file by mistake.
pub(in crate::app) const LONGEST: usize = 1 << 20;

/// Lines to begin with in an empty lab, each of which needs those before it.
pub const EXAMPLES: [&str; 7] = [
    "char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
    "p[0] = 1;",
    "fork();",
    "child: p[0] = 2;",
    "int fd = open(\"data.bin\", O_RDWR);",
    "char *f = mmap(NULL, 16 * PAGE, PROT_READ, MAP_SHARED, fd, 0);",
    "char c = f[0];",
];

/// The explorer of a lesson, or of the empty lab.
#[derive(Clone, Debug, Default)]
pub struct Explorer {
    /// Rows of the text that are finished: a block is still open.
    pub rows: Vec<String>,
    /// The row being typed.
    pub input: Input,
    /// Who runs it, unless the text itself says so.
    pub who: Process,
    /// What was wrong with the text in the input.
    pub mistake: Option<Diagnostic>,
    /// The names that would complete the word before the cursor.
    pub popup: Option<Popup>,
    /// Where completion has just opened the arguments of a function: a `(` typed there is that one.
    opened: Option<usize>,
    /// The variables of every process.
    pub variables: BTreeMap<Process, Held>,
    /// The text that runs now.
    pub sent: Option<String>,
    /// Texts that wait for its end.
    pub queue: VecDeque<String>,
    /// Whether it was asked to stop.
    pub stopping: bool,
    /// The page chosen on the grid.
    pub cursor: Option<Cursor>,
    /// The place chosen in the menu of what can be done with the page, while it is open.
    pub menu: Option<usize>,
    /// Whether the grid has the keys rather than the input.
    pub on_pages: bool,
    history: Vec<String>,
    /// The line of the history on the screen, and what was typed before it.
    recalled: Option<(usize, String)>,
}

/// A text with the process it names: `child: p[0] = 1;`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addressed<'a> {
    /// Who is to run it; `None` when it does not say.
    pub who: Option<Who>,
    /// The C.
    pub code: &'a str,
    /// Bytes before the C.
    pub offset: usize,
}

impl Explorer {
    /// All that is typed so far.
    pub fn text(&self) -> String {
        let mut text = self.rows.join("\n");
        if !self.rows.is_empty() {
            text.push('\n');
        }
        text + self.input.value()
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.input.value().is_empty()
    }

    /// Byte of the text that the cursor stands before.
    pub fn place(&self) -> usize {
        let before: usize = self.rows.iter().map(|row| row.len() + 1).sum();
        let input = self.input.value();
        let at = input
            .char_indices()
            .nth(self.input.cursor())
            .map_or(input.len(), |(at, _)| at);
        before + at
    }

    /// Puts a text into the input, the cursor at its end.
    pub fn set(&mut self, text: &str) {
        let mut rows: Vec<String> = text.split('\n').map(str::to_owned).collect();
        let last = rows.pop().unwrap_or_default();
        self.rows = rows;
        self.input = Input::new(last);
        self.touched();
    }

    /// New processes: nothing has run in them, and nothing is declared. What waits for a line that is gone comes back.
    pub(in crate::app) fn begin(&mut self) {
        self.variables.clear();
        self.who = Process::Main;
        self.sent = None;
        self.stopping = false;
        self.menu = None;
        self.take_back();
    }

    /// The text has changed: what was said of it is no longer so.
    fn touched(&mut self) {
        self.mistake = None;
        self.popup = None;
    }

    /// Adds text where the cursor is, whole rows of it as rows. Whether there was room: where not, nothing is added.
    fn insert(&mut self, text: &str) -> bool {
        if self.text().len() + text.len() > LONGEST {
            return false;
        }
        let visible = text
            .replace("\r\n", "\n")
            .replace('\r', "\n")
            .replace('\t', "    ");
        for c in visible.chars() {
            if c == '\n' {
                self.turn();
            } else if !c.is_control() {
                self.input.handle(tui_input::InputRequest::InsertChar(c));
            }
        }
        self.touched();
        true
    }

    /// Ends the row at the cursor; what stands behind it begins the next.
    fn turn(&mut self) {
        let at = self.place() - self.rows.iter().map(|row| row.len() + 1).sum::<usize>();
        let (row, rest) = self.input.value().split_at(at);
        let rest = rest.to_owned();
        self.rows.push(row.to_owned());
        self.input = Input::new(rest).with_cursor(0);
    }

    /// Takes the row before back into the input; whether there was one.
    fn unturn(&mut self) -> bool {
        let Some(row) = self.rows.pop() else {
            return false;
        };
        let cursor = row.chars().count();
        self.input = Input::new(row + self.input.value()).with_cursor(cursor);
        self.touched();
        true
    }

    /// The next line to begin with: the first that was not run yet.
    pub fn example(&self) -> Option<&'static str> {
        let has_run = |code: &str| self.history.iter().any(|run| run == code);
        EXAMPLES.into_iter().find(|code| !has_run(code))
    }

    /// Notes a text that is being run; the input is empty again.
    fn sent(&mut self, text: String) {
        if self.history.last() != Some(&text) {
            self.history.push(text.clone());
        }
        self.recalled = None;
        self.sent = Some(text);
    }

    /// The text that was sent could not be run: back into the input with it and with all that waited for it, before
    /// what is typed by now.
    pub fn give_back(&mut self, mistake: Option<Diagnostic>) {
        let Some(text) = self.sent.take() else { return };
        let offset = addressed(&text).offset;
        self.queue.push_front(text);
        self.take_back();
        self.mistake = mistake.map(|mistake| mistake.moved(offset));
    }

    /// Takes the texts that wait back into the input, before what is typed by now.
    fn take_back(&mut self) {
        if self.queue.is_empty() {
            return;
        }
        let typed = self.text();
        let mut texts: Vec<String> = self.queue.drain(..).collect();
        texts.extend((!typed.is_empty()).then_some(typed));
        let mistake = self.mistake.take();
        self.set(&texts.join("\n"));
        self.mistake = mistake;
    }

    /// Goes through the lines typed before, `forward` to the later ones.
    fn recall(&mut self, forward: bool) {
        let last = self.history.len();
        let (here, typed) = match self.recalled.take() {
            Some(recalled) => recalled,
            None => (last, self.text()),
        };
        let there = if forward {
            (here + 1).min(last)
        } else {
            here.saturating_sub(1)
        };
        let text = self.history.get(there).cloned();
        self.set(text.as_deref().unwrap_or(&typed));
        self.recalled = (there < last).then_some((there, typed));
    }

    /// What is said in the prompt: the process that will run the text, unless the text says so itself.
    pub fn prompt(&self) -> String {
        self.who.to_string()
    }

    /// The process that will run the text.
    pub fn actor(&self) -> Process {
        let text = self.text();
        match addressed(&text).who {
            Some(Who::Named(process)) => process,
            Some(Who::Main) => Process::Main,
            Some(Who::LatestChild) => self
                .variables
                .keys()
                .copied()
                .rfind(|process| matches!(process, Process::Child(_)))
                .unwrap_or(self.who),
            None | Some(Who::Peers(..)) => self.who,
        }
    }

    /// Its variables.
    pub fn names(&self) -> &[Variable] {
        let held = self.variables.get(&self.actor());
        held.map_or(&[], |held| held.variables.as_slice())
    }

    /// The next of the living processes runs what is typed.
    fn next_process(&mut self, living: &[Process]) {
        let here = living.iter().position(|process| *process == self.who);
        let next = here.map_or(0, |here| here + 1) % living.len().max(1);
        self.who = living.get(next).copied().unwrap_or_default();
    }
}

/// Takes the name of a process off the beginning of a text: `main:`, `child:`, `child 2:`, `peer 3:`.
pub fn addressed(text: &str) -> Addressed<'_> {
    let bare = Addressed {
        who: None,
        code: text,
        offset: 0,
    };
    let Some((head, code)) = text.split_once(':') else {
        return bare;
    };
    let who = match *head.split_whitespace().collect::<Vec<_>>() {
        ["main"] => Who::Main,
        ["child"] => Who::LatestChild,
        ["peer"] => Who::Named(Process::Peer(1)),
        [word @ ("child" | "peer"), number] => match (word, number.parse()) {
            (_, Err(_) | Ok(0)) => return bare,
            ("child", Ok(number)) => Who::Named(Process::Child(number)),
            (_, Ok(number)) => Who::Named(Process::Peer(number)),
        },
        _ => return bare,
    };
    Addressed {
        who: Some(who),
        code,
        offset: head.len() + 1,
    }
}

/// Whether a text is still open: a brace, a parenthesis or a comment has no end yet, or a backslash ends its last row.
pub fn is_open(text: &str) -> bool {
    let mut depth = 0_i32;
    for token in tokenize(text, 0..text.len()) {
        let word = &text[token.span];
        match (token.class, word) {
            (Class::Operator, "(" | "[" | "{") => depth += 1,
            (Class::Operator, ")" | "]" | "}") => depth -= 1,
            (Class::Error, word) if word.starts_with("/*") => return true,
            _ => {}
        }
    }
    depth > 0 || text.trim_end_matches(' ').ends_with('\\')
}

/// A text in the pieces that can run one after the other: rows up to one that ends a statement.
pub fn chunks(text: &str) -> Vec<String> {
    let mut chunks: Vec<String> = Vec::new();
    let mut chunk = String::new();
    let mut rows = text.split('\n').peekable();
    while let Some(row) = rows.next() {
        if chunk.trim().is_empty() {
            chunk.clear();
        } else {
            chunk.push('\n');
        }
        chunk.push_str(row);
        let goes_on = rows
            .peek()
            .is_some_and(|next| next.trim_start().starts_with("else"));
        if is_whole(&chunk) && !goes_on {
            chunks.push(std::mem::take(&mut chunk));
        }
    }
    let words = tokenize(&chunk, 0..chunk.len());
    match chunks.last_mut() {
        // A last comment is no line of its own.
        Some(last) if words.iter().all(|token| token.class == Class::Comment) => {
            if !chunk.trim().is_empty() {
                last.push('\n');
                last.push_str(&chunk);
            }
        }
        _ => chunks.push(chunk),
    }
    chunks
}

/// Whether a text ends where a statement does. (A `do` block goes on after its brace.)
fn is_whole(text: &str) -> bool {
    let code = addressed(text).code;
    let mut tokens = tokenize(code, 0..code.len());
    tokens.retain(|token| token.class != Class::Comment);
    let word = |index: usize| tokens.get(index).map(|token| &code[token.span.clone()]);
    let last = tokens.len().checked_sub(1).and_then(word);
    let ends = last == Some(";") || (last == Some("}") && word(0) != Some("do"));
    ends && !is_open(text)
}

/// The text as the compiler takes it: backslashes that only said "there is more" become spaces, so that every byte keeps
/// its place; a last `;` that was left out is added.
pub fn joined(text: &str) -> String {
    let mut text = text.replace("\\\n", " \n");
    let mut tokens = tokenize(&text, 0..text.len());
    tokens.retain(|token| token.class != Class::Comment);
    if let Some(last) = tokens.last()
        && !matches!(&text[last.span.clone()], ";" | "}")
    {
        text.insert(last.span.end, ';');
    }
    text
}
