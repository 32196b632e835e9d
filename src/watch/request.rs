//! What the screen shows of a process, and so what is read of it at the next tick: this and no more. Pure.
//!
//! The screen makes one from what is on it; the reader obeys, within a budget of its own.

pub use crate::observe::gauge::lens::Lens;

use crate::mem::{Addr, Range};

/// A wish of the screen. Equal wishes need not be told again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// First addresses of the VMAs whose rows are on the screen, in the order of their rows.
    pub rows: Vec<Addr>,
    /// The cells that are drawn, if any are.
    pub lens: Option<Lens>,
    /// The VMA whose sizes are explained.
    pub chosen: Option<Range>,
    /// Whether sizes of all VMAs are shown or sorted by: the whole of smaps, which is read seldom and in pieces.
    pub sizes: bool,
    /// Whether the processes below are on the screen.
    pub family: bool,
    /// Whether fault events are on the screen.
    pub events: bool,
    /// Counts up when the learner asks for everything anew (a key), whatever it costs.
    pub asked: u32,
}
