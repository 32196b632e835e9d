//! The instruments of `watch`: small readers of one running process, used many times a minute. Each reads one thing by a
//! descriptor that is kept open, says what it cost, and allocates nothing once it has seen its process.
//!
//! Unlike the witness of a lesson it reads processes that run on meanwhile, so its parts need not agree to the page.

pub mod cells;
pub mod counters;
mod devices;
pub mod events;
pub mod files;
pub mod lens;
pub mod look;
pub mod maps;
pub mod meter;
pub mod pages;
pub mod perf;
pub mod query;
pub mod sizes;
pub mod status;
pub mod vmas;
