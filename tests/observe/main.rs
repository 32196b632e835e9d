//! The witness against the real kernel: processes made here map and touch memory, and what is read of them must be
//! what was done to them. Passes as root and without any right; what a kernel lacks is skipped by name.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test: a failure is a panic, and what was skipped is said aloud"
)]

mod changes;
#[path = "../support/directory.rs"]
mod directory;
mod limits;
mod subject;
mod theatre;

use mmap_tutor::mem::{
    Access, AccessKind, Act, Addr, Backing, Call, Ending, Faults, Nanos, Outcome, PageState, Pid,
    Process, Reading, Totals,
};
use mmap_tutor::observe::{self, Cause, Change, Live, ObserveError, Snapshot, Source, live};
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use subject::{Answer, FIELDS, Order, Subject};
use theatre::{Theatre, causes};

const MADV_GUARD_INSTALL: u64 = 102;

fn page() -> u64 {
    observe::page_size().bytes()
}

const PRIVATE: i32 = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;

const MAIN: Process = Process::Main;

const CHILD: Process = Process::Child(1);
