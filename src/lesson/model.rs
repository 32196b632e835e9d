//! What a lesson is, once read: plain data, every piece with its place in the source.

use crate::c;
use crate::mem::{Placement, Process};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;

/// A lesson.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// File name without `.md`: `06-fork-copy-on-write`. Gives the order.
    pub id: String,
    /// The file's name as diagnostics say it.
    pub file: String,
    /// The whole source; all spans point into it.
    pub source: Arc<str>,
    /// The front matter.
    pub front: Front,
    /// Text before the first step.
    pub intro: Prose,
    /// The steps, at least one.
    pub steps: Vec<Step>,
    /// The sections after the steps that are prose only (`## Try it yourself`).
    pub closing: Vec<Section>,
}

/// The id of the empty lab.
const LAB: &str = "lab";

impl Lesson {
    /// The empty lab: one step in which nothing happens by itself, and a file to map.
    pub fn lab() -> Self {
        let step = Step {
            title: "An empty lab".to_owned(),
            options: Options::default(),
            parts: Vec::new(),
            explanation: Prose::default(),
            notes: Prose::default(),
            span: 0..0,
        };
        Self {
            id: LAB.to_owned(),
            file: LAB.to_owned(),
            source: Arc::from(""),
            front: Front {
                title: "The lab: try anything".to_owned(),
                summary: "Type C, touch pages, fork, look.".to_owned(),
                minutes: 0,
                claims: Vec::new(),
                needs: Vec::new(),
                files: vec![ScratchFile {
                    name: "data.bin".to_owned(),
                    pages: 16,
                }],
            },
            intro: Prose::default(),
            steps: vec![step],
            closing: Vec::new(),
        }
    }

    /// Whether this is the empty lab rather than a lesson.
    pub fn is_lab(&self) -> bool {
        self.id == LAB && self.source.is_empty()
    }
}

/// The TOML between the `+++` lines.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Front {
    /// Shown on the home screen.
    pub title: String,
    /// One sentence of what will be seen.
    pub summary: String,
    /// How long it takes.
    pub minutes: u32,
    /// Claims of the ledger it proves: `X1`.
    #[serde(default)]
    pub claims: Vec<String>,
    /// What all its steps need.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Files made in the scratch directory before it starts.
    #[serde(default, rename = "file")]
    pub files: Vec<ScratchFile>,
}

/// A file made for a lesson, in writes of 4 KiB that are then synced.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ScratchFile {
    /// Its name, without directories.
    pub name: String,
    /// Its length in pages; each page is filled with a letter of its own: 'a', 'b', … and round again.
    pub pages: u64,
}

/// Something a lesson or a step cannot do without.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The scratch directory is on a file system with a disk behind it (not tmpfs).
    DiskFileSystem,
    /// The program runs on glibc (its malloc is part of the lesson).
    Glibc,
    /// Frame numbers are readable.
    Frames,
    /// The processor is an x86-64: the lesson brings machine code.
    #[serde(rename = "x86-64")]
    X86_64,
    /// Huge pages are reserved, and some are free.
    FreeHugePages,
    /// Transparent huge pages are not switched off.
    Thp,
    /// Memory that was written may be made executable.
    Jit,
    /// `cachestat(2)` answers: what is cached and dirty can be asked.
    Cachestat,
    /// Two threads can run at the same time.
    TwoCpus,
}

/// A step: prose, code, perhaps a prediction and expectations, and an explanation after.
#[derive(Clone, Debug)]
pub struct Step {
    /// The heading, without its options.
    pub title: String,
    /// The options of the heading.
    pub options: Options,
    /// What comes before the explanation, in order.
    pub parts: Vec<Part>,
    /// Text after the last fence: shown once the step has run.
    pub explanation: Prose,
    /// Speaker notes (lines beginning with `>`), hidden unless asked for.
    pub notes: Prose,
    /// The heading's place.
    pub span: Range<usize>,
}

/// Options in the line of a step's heading: `## Merging {placement = "kernel", fresh = true}`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Where `mmap(NULL, …)` puts things: `"apart"` (default) or `"kernel"`.
    pub placement: Placement,
    /// Whether transparent huge pages may be used.
    pub huge_pages: bool,
    /// Whether the step starts new labs, with no variables and no mappings.
    pub fresh: bool,
    /// Whether `main` has a second thread while its lines run: it only spins, so that a change of page tables must
    /// be told to another CPU.
    pub thread: bool,
    /// What the step needs beyond what the lesson needs.
    pub needs: Vec<Need>,
    /// Claims of the ledger that its expectations show; each is one that its lesson lists.
    pub claims: Vec<String>,
}

/// A piece of a step.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text to read.
    Prose(Prose),
    /// Code to run.
    Code(Code),
    /// A guess to make before the code after it runs.
    Predict(Prediction),
    /// Rules that must hold after the code before it.
    Expect(Vec<Expectation>),
}

/// A block of C.
#[derive(Clone, Debug)]
pub struct Code {
    /// Who runs it.
    pub who: Who,
    /// Its part in a race, if it runs in one.
    pub race: Option<Entry>,
    /// The text between the fences.
    pub text: Range<usize>,
    /// Its top-level statements; their spans point into the lesson's source.
    pub statements: Vec<c::Statement>,
}

impl Code {
    /// The whole block as one statement, as a race runs it.
    pub fn block(&self) -> c::Statement {
        let start = self
            .statements
            .first()
            .map_or(self.text.start, |s| s.span.start);
        let end = self.statements.last().map_or(self.text.end, |s| s.span.end);
        c::Statement {
            span: start..end,
            kind: c::ast::StatementKind::Block(self.statements.clone()),
        }
    }
}

/// The part that a block has in a race: ```` ```c race NAME rounds=21 ````, ```` ```c race NAME setup ````.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The contestant.
    pub name: String,
    /// Whether the block runs untimed before each round of that contestant, instead of being what is timed.
    pub is_setup: bool,
    /// How many rounds are asked for.
    pub rounds: Option<u32>,
}

/// Who runs a block, as the fence names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Who {
    /// ```` ```c ````
    #[default]
    Main,
    /// ```` ```c child ````: the process that the latest fork made.
    LatestChild,
    /// ```` ```c child 2 ````, ```` ```c peer ````, ```` ```c peer 3 ````.
    Named(Process),
    /// ```` ```c peer 1-10 ````: each of these peers, from the first number to the last, one after the other.
    Peers(u8, u8),
}

impl Who {
    /// The peers of a group.
    pub fn group(self) -> Option<std::ops::RangeInclusive<u8>> {
        match self {
            Self::Peers(first, last) => Some(first..=last),
            _ => None,
        }
    }
}

/// A question whose answer is measured.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// The expression measured over the code from here to the next fence that is not code.
    pub measures: c::Expression,
    /// Its text.
    pub text: String,
    /// The question.
    pub question: Prose,
    /// Choices; none means that a number is typed.
    pub choices: Vec<Choice>,
    /// Place of the whole fence.
    pub span: Range<usize>,
}

/// One choice of a prediction: `16: the whole mapping is copied | believes: …`.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The value that makes it right, an expression.
    pub value: c::Expression,
    /// Its text: `16`.
    pub value_text: String,
    /// What it says.
    pub text: Prose,
    /// The misconception it stands for.
    pub believes: Option<String>,
}

/// A rule that must hold.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The expression; it holds when not 0.
    pub expression: c::Expression,
    /// Its text, comments left out.
    pub text: String,
    /// Its place.
    pub span: Range<usize>,
}

/// A section of prose with a heading.
#[derive(Clone, Debug)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// The text.
    pub body: Prose,
}

/// Text, in blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose(pub Vec<Block>);

/// A block of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// One item of a list, with its marker: `-`, `2.`.
    Item(String, Vec<Inline>),
    /// Lines to be shown as they are (a fence that is not run).
    Verbatim(String),
}

/// A run of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Plain.
    Text(String),
    /// `*so*`
    Emphasis(String),
    /// `**so**`
    Strong(String),
    /// `` `so` ``
    Code(String),
}

impl Prose {
    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As plain text, one line a block.
    pub fn plain(&self) -> String {
        let run = |inlines: &[Inline]| -> String {
            inlines
                .iter()
                .map(|inline| match inline {
                    Inline::Text(text)
                    | Inline::Emphasis(text)
                    | Inline::Strong(text)
                    | Inline::Code(text) => text.as_str(),
                })
                .collect()
        };
        let lines: Vec<String> = self
            .0
            .iter()
            .map(|block| match block {
                Block::Paragraph(inlines) => run(inlines),
                Block::Item(marker, inlines) => format!("{marker} {}", run(inlines)),
                Block::Verbatim(text) => text.clone(),
            })
            .collect();
        lines.join("\n")
    }
}
