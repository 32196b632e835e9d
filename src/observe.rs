//! The witness: reads `/proc` into typed snapshots, finds what changed between two of them, and names the cause.
//!
//! Sees nothing of the lab that makes the memory: it is given process numbers and acts, and believes the kernel only.
//! It only reads, and never by a way that could map a page of the process it looks at (`/proc/<pid>/mem` and
//! `process_vm_readv` do, so neither is used).

pub mod ability;
pub mod cache;
pub mod cause;
pub mod compare;
mod diff;
#[cfg(test)]
mod fixture;
pub mod gauge;
pub mod live;
pub mod portrait;
pub mod readable;
pub mod shootdowns;
pub mod snapshot;
pub mod source;
pub mod state;
pub mod tell;

pub use ability::{
    Ability, Offers, abilities, file_system, frames_readable, is_in_memory, kernel_release, offers,
    page_size,
};
pub use cache::{CacheState, Cached, cached};
pub use cause::{Cause, Change, Place};
pub use compare::differences;
pub use diff::changes;
pub use live::Live;
pub use readable::refusal;
pub use shootdowns::shootdowns;
pub use snapshot::{Mapping, Pages, Snapshot};
pub use source::{ObserveError, Source};
