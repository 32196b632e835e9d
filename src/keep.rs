//! What a session leaves behind: a lesson to be written on, a C program, a recording to be played again.
//!
//! Pure: a lesson, the moments of a session and facts of the machine in, text or bytes out. Who writes them to a file is
//! `run`; what a lesson may be, [`crate::lesson`] says; what a program of it is, [`crate::export`].

pub mod lesson;
pub mod recording;
pub mod replay;

use crate::session::Machine;

/// Where and when a session took place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The machine.
    pub machine: Machine,
    /// The day, `2026-11-23`.
    pub date: String,
}
