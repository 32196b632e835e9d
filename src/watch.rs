//! Where the memory of any process goes: sums, kinds and sentences made from its portrait. Pure: no I/O.
//!
//! A sentence is made by one rule of a table ([`mod@words`]) from numbers ([`facts`]); a number that is not known makes no
//! sentence. Each names the lesson that shows the same on a process of one's own.

pub mod change;
pub mod division;
pub mod facts;
pub mod order;
pub mod overlap;
pub mod piece;
pub mod request;
pub mod sample;
pub mod space;
pub mod survey;
pub mod words;

pub use division::Division;
pub use facts::Facts;
pub use order::Order;
pub use piece::Piece;
pub use request::{Lens, Request};
pub use sample::Sample;
pub use survey::Survey;
pub use words::{Proof, Topic, Word, words};

use crate::observe::portrait::Portrait;

/// A portrait, and what follows from it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What was read.
    pub portrait: Portrait,
    /// The numbers that sentences are made of.
    pub facts: Facts,
    /// The sentences.
    pub words: Vec<Word>,
}

impl Seen {
    /// Draws the conclusions; `most_vmas` is `vm.max_map_count`, where it is known.
    pub fn of(portrait: Portrait, most_vmas: Option<u64>) -> Self {
        let facts = Facts::of(&portrait, most_vmas);
        let words = words(&facts);
        Self {
            portrait,
            facts,
            words,
        }
    }
}
