//! What an exported program is made of before it is text: acts, the parts that processes play in them, and their order.

use crate::mem::{Process, Settings};
use std::collections::BTreeMap;

/// What happens between two fresh starts.
#[derive(Debug, Default)]
pub(super) struct Act {
    /// What each process does.
    pub(super) parts: BTreeMap<Process, Vec<Entry>>,
    /// In which order they do it.
    pub(super) cues: Vec<Cue>,
    /// How many children there can be.
    pub(super) children: u8,
}

impl Act {
    /// Whether more children may be made than can be told beforehand.
    pub(super) fn forks_more(&self) -> bool {
        let entries = self.parts.values().flatten();
        entries
            .filter_map(|entry| match entry {
                Entry::Run(run) => Some(run),
                _ => None,
            })
            .any(|run| run.forks_more)
    }
}

/// What the function `main` of the program does next.
#[derive(Debug)]
pub(super) enum Cue {
    /// Announces a step.
    Step(String),
    /// Gives a process its turn.
    Turn(Process),
}

/// What a process does next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A heading, as a comment.
    Heading(String),
    /// A paragraph, as a comment.
    Say(String),
    /// Lines to stand as they are, as a comment.
    Quote(String),
    /// Waits for its turn.
    Turn,
    /// Changes how it is set up.
    Settings(Settings),
    /// Lets a second thread spin while statements run, or not.
    Thread(bool),
    /// Runs a statement.
    Run(Run),
    /// Lets blocks race each other.
    Race(u32, Vec<Lane>),
    /// A comment that stood behind the last statement, in its line.
    Behind(String),
    /// A rule that only the tutor can evaluate, as a comment.
    Rule(String),
    /// Evaluates a rule, as C.
    Check(String),
    /// Prints the answer to a question, as C.
    Answer(String),
}

/// One of those that race.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lane {
    /// Its name.
    pub(super) name: String,
    /// What it runs before each round, untimed.
    pub(super) setup: Option<String>,
    /// What is timed.
    pub(super) code: String,
}

/// A statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Its text.
    pub(super) code: String,
    /// Variables whose values are shown after it.
    pub(super) shows: Vec<String>,
    /// Variables that are only named, so that nobody takes them for unused.
    pub(super) uses: Vec<String>,
    /// Whether C lets a program jump over it.
    pub(super) recovers: bool,
    /// The children that it makes.
    pub(super) forks: Vec<u8>,
    /// Whether it may make more: it forks in a loop.
    pub(super) forks_more: bool,
}
