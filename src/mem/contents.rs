//! Bytes that were read of a process's memory.

use super::Faults;

/// Bytes, and what it cost the process to give them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The bytes, in the order of their addresses.
    pub bytes: Vec<u8>,
    /// None, where the pages were present; more where the kernel took one away just before.
    pub faults: Faults,
}
