//! What tutor and lab say to each other over their socket: plain data, versioned, bounded.
//!
//! A message is one packet of a `SOCK_SEQPACKET` pair (unix(7)): a [`Header`], then a body of at most
//! [`BODY_BYTES`]. The tutor asks ([`ask`]), the lab tells ([`tell`]). While a statement runs the lab tells
//! as often as it likes; the tutor then only answers questions, and interrupts by a signal.

use bytemuck::{Pod, Zeroable};

/// Raised whenever a message changes its meaning. Tutor and lab are one binary: a mismatch is a mistake.
pub(super) const VERSION: u16 = 3;
/// The most bytes after a header.
pub(super) const BODY_BYTES: usize = 66 * 1024;
/// How many records one message carries at most.
pub(super) const RECORDS: usize = 512;
/// The most acts of one statement that are kept one by one; the others count in the totals.
pub(super) const MOST_ACTS: u64 = 1 << 18;
/// The most bytes one statement may print.
pub(super) const OUTPUT_BYTES: usize = 64 * 1024;
/// The signal by which the tutor interrupts a statement: one that no lesson uses.
pub(super) const INTERRUPT: i32 = 63;
/// The signal by which the kernel tells a lab that the tutor's end of the socket is closed.
pub(super) const HANGUP: i32 = 62;

/// What the tutor asks.
pub(super) mod ask {
    /// Bytes for the literal area: a [`Literals`](super::Literals), then the bytes. No reply.
    pub(in crate::lab) const LITERALS: u16 = 1;
    /// A statement: a [`Run`](super::Run), then its instructions. Ends with `DONE`.
    pub(in crate::lab) const RUN: u16 = 2;
    /// A [`Configure`](super::Configure). Replied to with `READY`.
    pub(in crate::lab) const CONFIGURE: u16 = 3;
    /// A [`Verdict`](super::Verdict) on what the lab told last.
    pub(in crate::lab) const VERDICT: u16 = 4;
    /// A [`Peek`](super::Peek). Replied to with `PEEKED`.
    pub(in crate::lab) const PEEK: u16 = 5;
}

/// What the lab tells.
pub(super) mod tell {
    /// It is ready: a [`Ready`](super::Ready).
    pub(in crate::lab) const READY: u16 = 101;
    /// [`Record`](super::Record)s of acts, in order.
    pub(in crate::lab) const RECORDS: u16 = 102;
    /// Bytes printed.
    pub(in crate::lab) const OUTPUT: u16 = 103;
    /// It is still running: [`Sums`](super::Sums).
    pub(in crate::lab) const PROGRESS: u16 = 104;
    /// It waits for a verdict: [`Sums`](super::Sums).
    pub(in crate::lab) const PAUSED: u16 = 105;
    /// It wants to fork, and sends the tutor's end of the child's socket. A verdict is due.
    pub(in crate::lab) const FORK: u16 = 106;
    /// It has forked, or failed to: a [`Forked`](super::Forked).
    pub(in crate::lab) const FORKED: u16 = 107;
    /// It asks whether the shared memory object of that name was made by this lesson. A verdict is due.
    pub(in crate::lab) const SHARED_NAME: u16 = 108;
    /// It has made the shared memory object of that name.
    pub(in crate::lab) const SHARED_MADE: u16 = 109;
    /// It is about to wait for a child, and none has ended yet.
    pub(in crate::lab) const WAITING: u16 = 111;
    /// The statement is over: a [`Done`](super::Done).
    pub(in crate::lab) const DONE: u16 = 110;
    /// A [`Peeked`](super::Peeked), then the bytes; none where they could not be read.
    pub(in crate::lab) const PEEKED: u16 = 112;
}

/// Opens every message.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Header {
    pub(super) version: u16,
    pub(super) kind: u16,
    /// Bytes of the body.
    pub(super) length: u32,
}

/// Where literals go.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Literals {
    /// Offset in the literal area.
    pub(super) offset: u32,
    /// Number of bytes.
    pub(super) length: u32,
}

/// How to run a statement.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Run {
    /// [`Run::FULL`] and the like.
    pub(super) pace: u32,
    /// Number of instructions.
    pub(super) count: u32,
}

impl Run {
    /// Measure each act.
    pub(super) const FULL: u32 = 0;
    /// The same, and pause after acts worth a look.
    pub(super) const SLOW: u32 = 1;
    /// Measure the statement as a whole, and none of its acts.
    pub(super) const TIMED: u32 = 2;
}

/// Settings that a lab obeys.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Configure {
    /// 1 when mappings are kept apart by hints.
    pub(super) apart: u32,
    /// 1 when transparent huge pages are allowed.
    pub(super) huge_pages: u32,
    /// 1 when a second thread spins while a statement runs.
    pub(super) thread: u32,
}

/// The tutor's answer to a pause or a question.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub(super) struct Verdict(pub(super) u32);

impl Verdict {
    /// Go on; yes.
    pub(super) const YES: Self = Self(1);
    /// Go on without further pauses.
    pub(super) const FULL_SPEED: Self = Self(2);
    /// Stop; no.
    pub(super) const NO: Self = Self(3);
}

/// Bytes of the lab's memory. It reads them as the lesson would: whoever asks has made sure that they are there.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub(super) struct Peek {
    /// The first byte; counted from the start of the frame where `in_frame` is 1.
    pub(super) address: u64,
    /// How many, [`PEEK_BYTES`] at most.
    pub(super) length: u32,
    pub(super) in_frame: u32,
}

/// The most bytes of one [`Peek`].
pub(super) const PEEK_BYTES: usize = BODY_BYTES - size_of::<Peeked>();

/// What it cost to read the bytes: no fault at all, unless the kernel took a page away just then.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub(super) struct Peeked {
    pub(super) minor: u32,
    pub(super) major: u32,
    /// The signal that reading raised; 0 when none.
    pub(super) signal: i32,
    pub(super) padding: u32,
}

/// A lab that can be asked.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Ready {
    pub(super) pid: i32,
    /// Version of the landlock interface that guards the file system; 0 when it does not.
    pub(super) landlock: u32,
}

/// The result of a fork.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Forked {
    /// The child; -1 when there is none.
    pub(super) pid: i32,
    /// Why not.
    pub(super) errno: i32,
}

/// One act. An access uses `kind`, `detail` as its length, `address` and the signal; a call `detail` as the number of
/// the function, `arguments`, `result` and `errno`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Record {
    /// [`Record::READ`] and the like.
    pub(super) kind: u32,
    pub(super) detail: u32,
    pub(super) address: u64,
    pub(super) arguments: [u64; 6],
    pub(super) result: i64,
    pub(super) errno: i32,
    /// 0 when no signal was raised.
    pub(super) signal: i32,
    pub(super) signal_code: i32,
    pub(super) padding: u32,
    pub(super) signal_address: u64,
    pub(super) minor: u32,
    pub(super) major: u32,
    /// Nanoseconds.
    pub(super) elapsed: u64,
}

impl Record {
    /// All zeros.
    pub(super) const NONE: Self = Self {
        kind: 0,
        detail: 0,
        address: 0,
        arguments: [0; 6],
        result: 0,
        errno: 0,
        signal: 0,
        signal_code: 0,
        padding: 0,
        signal_address: 0,
        minor: 0,
        major: 0,
        elapsed: 0,
    };
    pub(super) const READ: u32 = 0;
    pub(super) const WRITE: u32 = 1;
    pub(super) const EXECUTE: u32 = 2;
    pub(super) const CALL: u32 = 3;
}

/// Sums over all acts since the statement began.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Sums {
    pub(super) accesses: u64,
    pub(super) calls: u64,
    pub(super) minor: u64,
    pub(super) major: u64,
    /// Nanoseconds.
    pub(super) elapsed: u64,
    /// Nanoseconds; of the accesses.
    pub(super) median: u64,
}

/// The end of a statement.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Done {
    /// [`Done::FINISHED`] and the like.
    pub(super) ending: u32,
    /// Exit status, or number of the signal.
    pub(super) detail: i32,
    pub(super) signal_code: i32,
    /// `errno` of the last call that failed; 0 when none did.
    pub(super) errno: i32,
    pub(super) signal_address: u64,
    pub(super) value: i64,
    /// 1 when there is a value.
    pub(super) has_value: u32,
    /// 1 when it printed more than was kept.
    pub(super) output_cut: u32,
    pub(super) sums: Sums,
    /// Why it was stopped, padded with zeros.
    pub(super) reason: Text,
}

/// A short text.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub(super) struct Text([u8; 128]);

impl Default for Text {
    fn default() -> Self {
        Self([0; 128])
    }
}

impl Text {
    /// The text, cut to what fits.
    pub(super) fn new(text: &str) -> Self {
        let mut kept = Self::default();
        for (place, byte) in kept.0.iter_mut().zip(text.bytes()) {
            *place = byte;
        }
        kept
    }

    /// What it says.
    pub(super) fn read(&self) -> String {
        String::from_utf8_lossy(self.0.split(|&byte| byte == 0).next().unwrap_or(&[])).into_owned()
    }
}

impl Done {
    pub(super) const FINISHED: u32 = 0;
    pub(super) const SIGNAL: u32 = 1;
    pub(super) const EXITED: u32 = 2;
    pub(super) const INTERRUPTED: u32 = 3;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytecode::{Instruction, LITERAL_BYTES, MAX_CODE};

    #[test]
    fn every_message_fits() {
        let bodies = [
            size_of::<Run>() + MAX_CODE * size_of::<Instruction>(),
            size_of::<Literals>() + LITERAL_BYTES as usize,
            RECORDS * size_of::<Record>(),
            OUTPUT_BYTES,
            size_of::<Peeked>() + PEEK_BYTES,
        ];
        assert!(bodies.iter().all(|&body| body <= BODY_BYTES), "{bodies:?}");
    }

    #[test]
    fn a_text_is_cut_not_refused() {
        assert_eq!(Text::new("why").read(), "why");
        assert_eq!(Text::new(&"x".repeat(500)).read().len(), 128);
    }
}
