//! The acts of the statement that runs, in a fixed buffer that is sent off when full; and what it printed.

use super::meter::Cost;
use super::protocol::{MOST_ACTS, OUTPUT_BYTES, RECORDS, Record};

/// How many accesses without a fault are kept.
const UNEVENTFUL: u64 = 64;

/// The records that wait to be sent.
pub(super) struct Log {
    records: &'static mut [Record; RECORDS],
    waiting: usize,
    kept: u64,
    uneventful: u64,
}

impl Log {
    pub(super) fn new(records: &'static mut [Record; RECORDS]) -> Self {
        Self {
            records,
            waiting: 0,
            kept: 0,
            uneventful: 0,
        }
    }

    /// Starts a statement.
    pub(super) fn reset(&mut self) {
        self.waiting = 0;
        self.kept = 0;
        self.uneventful = 0;
    }

    /// Whether an access with nothing to tell is still kept.
    pub(super) fn wants_uneventful(&mut self) -> bool {
        self.uneventful += 1;
        self.uneventful <= UNEVENTFUL
    }

    /// Keeps a record, unless there are too many already. The buffer has room: see [`Self::is_full`].
    pub(super) fn push(&mut self, record: Record, cost: Cost) {
        if self.kept >= MOST_ACTS {
            return;
        }
        if let Some(place) = self.records.get_mut(self.waiting) {
            *place = Record {
                minor: cost.minor,
                major: cost.major,
                elapsed: cost.elapsed,
                ..record
            };
            self.waiting += 1;
            self.kept += 1;
        }
    }

    /// Whether the records must be sent before the next one.
    pub(super) fn is_full(&self) -> bool {
        self.waiting == RECORDS
    }

    /// The records that wait; they are taken as sent.
    pub(super) fn take(&mut self) -> &[Record] {
        let waiting = std::mem::take(&mut self.waiting);
        self.records.get(..waiting).unwrap_or(&[])
    }
}

/// What the statement printed.
pub(super) struct Output {
    bytes: &'static mut [u8; OUTPUT_BYTES],
    length: usize,
    /// Whether more was printed than is kept.
    pub(super) cut: bool,
}

impl Output {
    pub(super) fn new(bytes: &'static mut [u8; OUTPUT_BYTES]) -> Self {
        Self {
            bytes,
            length: 0,
            cut: false,
        }
    }

    /// Starts a statement.
    pub(super) fn reset(&mut self) {
        self.length = 0;
        self.cut = false;
    }

    /// Adds what fits.
    pub(super) fn print(&mut self, bytes: &[u8]) {
        let room = OUTPUT_BYTES - self.length;
        let kept = bytes.len().min(room);
        self.cut |= kept < bytes.len();
        let place = self.bytes.get_mut(self.length..self.length + kept);
        if let (Some(place), Some(bytes)) = (place, bytes.get(..kept)) {
            place.copy_from_slice(bytes);
            self.length += kept;
        }
    }

    /// Everything printed so far.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An array for ever, made without passing over the stack.
    fn room<T: Clone, const N: usize>(of: T) -> &'static mut [T; N] {
        vec![of; N].leak().try_into().unwrap()
    }

    #[test]
    fn output_is_bounded_and_says_so() {
        let mut output = Output::new(room(0));
        output.print(b"one ");
        output.print(b"two");
        assert_eq!((output.bytes(), output.cut), (&b"one two"[..], false));
        output.print(&vec![b'x'; OUTPUT_BYTES]);
        assert_eq!((output.bytes().len(), output.cut), (OUTPUT_BYTES, true));
        output.reset();
        assert_eq!((output.bytes(), output.cut), (&b""[..], false));
    }

    #[test]
    fn records_wait_until_taken() {
        let mut log = Log::new(room(Record::default()));
        for _ in 0..RECORDS {
            assert!(!log.is_full());
            log.push(Record::default(), Cost::default());
        }
        assert!(log.is_full());
        assert_eq!(log.take().len(), RECORDS);
        assert!(!log.is_full());
    }
}
