//! The witness: reads `/proc` into typed snapshots, finds what changed between two of them, and names the cause.
//!
//! Sees nothing of the lab that makes the memory: it is given process numbers and acts, and believes the kernel only.
//! It only reads, and never by a way that could map a page of the process it looks at (KERNEL: `/proc/<pid>/mem` and
//! `process_vm_readv` do, so neither is used).

pub mod cause;
pub mod snapshot;

pub use cause::{Cause, Change, Place};
pub use snapshot::{Mapping, Pages, Snapshot};
