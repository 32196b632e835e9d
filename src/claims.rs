//! The ledger of claims: what the article about mmap says, in our own words, and where it is corrected.
//!
//! The rows are `assets/claims.toml`, built in. Lessons and their steps name rows by id; how a row fared on this kernel
//! is the business of [`crate::report::ledger`], not of this module.

mod read;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use std::fmt;
use std::sync::LazyLock;

/// The ledger as it is built in.
const BUILT_IN: &str = include_str!("../assets/claims.toml");

/// The ledger, rows in the order of the article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    claims: Vec<Claim>,
}

/// A row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// A letter and a number: `H1`.
    pub id: String,
    /// The section of the article it stands in.
    pub section: Section,
    /// What the article claims, in our own words.
    pub text: String,
    /// What is so instead, where the article's sentence is wrong or too simple.
    pub correction: Option<Correction>,
}

/// A sentence of the article that does not stand as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The article's sentence, in short.
    pub article: String,
    /// What is true.
    pub truth: String,
}

/// A section of the article, in its order.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// What a mapping is.
    #[serde(rename = "how it works")]
    HowItWorks,
    /// Sharing, placement, population, protection.
    #[serde(rename = "flags that matter")]
    Flags,
    /// Memory without a file, and malloc.
    #[serde(rename = "anonymous mappings")]
    Anonymous,
    /// Memory of several processes.
    #[serde(rename = "shared memory")]
    SharedMemory,
    /// When the disk has it.
    #[serde(rename = "msync and coherence")]
    Msync,
    /// What it is for.
    #[serde(rename = "when mmap is good")]
    Good,
    /// What it is not for.
    #[serde(rename = "when mmap is bad")]
    Bad,
    /// The end of a mapping.
    #[serde(rename = "munmap and cleanup")]
    Cleanup,
    /// Huge pages, advice, large files.
    #[serde(rename = "notes")]
    Notes,
    /// Not a section of the article: what it takes for granted.
    #[serde(rename = "copy-on-write after fork")]
    Fork,
}

impl Section {
    /// The heading.
    pub fn name(self) -> &'static str {
        match self {
            Self::HowItWorks => "how it works",
            Self::Flags => "flags that matter",
            Self::Anonymous => "anonymous mappings",
            Self::SharedMemory => "shared memory",
            Self::Msync => "msync and coherence",
            Self::Good => "when mmap is good",
            Self::Bad => "when mmap is bad",
            Self::Cleanup => "munmap and cleanup",
            Self::Notes => "notes",
            Self::Fork => "copy-on-write after fork",
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Ledger {
    /// The ledger that is built in.
    ///
    /// # Panics
    /// When `assets/claims.toml` is not sound, which a test of this module finds first.
    pub fn built_in() -> &'static Self {
        static LEDGER: LazyLock<Ledger> = LazyLock::new(|| {
            read::ledger(BUILT_IN).unwrap_or_else(|mistakes| panic!("{}", mistakes.join("\n")))
        });
        &LEDGER
    }

    /// The rows, in order.
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// The row with that id.
    pub fn claim(&self, id: &str) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.id == id)
    }

    /// The ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.claims.iter().map(|claim| claim.id.as_str())
    }
}
