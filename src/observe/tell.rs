//! The sentence of every change, in the words of the kernel.
//!
//! ```text
//! write to page 3: present, shared since fork -> the kernel copied it (copy-on-write), 1 minor fault, 1.9 us
//! write to pages 0-15: absent -> 16 demand-zero pages, 16 minor faults, 600 ns each (median)
//! a mapping of 64 KiB was made at 0x1000000000; nothing is loaded yet
//! the mapping of 16 KiB at 0x1000000000 moved to 0x2000000000, with its pages: 1 of 4 present
//! fork: 16 pages are now shared with child (4243)
//! page 3 is mapped by no other process any more: child has its own copy
//! pages 84-115 of data.bin are in the page cache now: read ahead
//! ```

mod advice;
mod cache;
mod mapping;
mod pages;

pub(super) use advice::{hint, notice};
pub(super) use cache::shift;
pub(super) use mapping::{mapping, moved};
pub(super) use pages::drift;

use super::cause::Cause;
use super::diff::Run;
use super::state::Kind;
use crate::mem::{AccessKind, Ending, Faults, Nanos, PageState, Pid, Process, Range, Signal};

/// The sentence of accesses that faulted.
pub(super) fn access(run: &Run) -> String {
    let place = match (run.pages.is_empty(), run.mapping) {
        (false, Some((mapping, _))) => {
            format!("{}{}", pages(&run.pages), of(mapping, run.is_part))
        }
        _ => run.address.to_string(),
    };
    let wanted = match run.access {
        AccessKind::Read => "read of",
        AccessKind::Write => "write to",
        AccessKind::Execute => "call into",
    };
    if let Some((signal, why)) = &run.signal {
        let name = match run.cause {
            Cause::SegmentationFault => "segmentation fault".to_owned(),
            Cause::BusError => "bus error".to_owned(),
            Cause::IllegalInstruction => "illegal instruction".to_owned(),
            _ => signal.name(),
        };
        return format!("{wanted} {place}: {name} ({}): {why}", signal.code_name());
    }
    let count = run.times.len();
    format!(
        "{wanted} {place}: {} -> {}, {}{}{}",
        met(run.before, run.cause),
        result(run, count),
        run.faults,
        time(&run.times),
        frames(run, count),
    )
}

/// The page as the access met it.
fn met(before: PageState, cause: Cause) -> &'static str {
    match (before, cause) {
        (PageState::Absent, _) => "absent",
        (PageState::Zero, _) => "present, the shared zero page",
        (PageState::Shared, _) => "present, shared since fork",
        (PageState::Private, Cause::Reuse) => "present, no longer shared, still write-protected",
        (PageState::Private, _) => "present, private",
        // Not "clean": another mapping may have made the page dirty. This entry does not allow to write.
        (PageState::File, Cause::WriteNotify) => "present, write-protected",
        (PageState::FileShared, Cause::WriteNotify) => {
            "present, write-protected, mapped more than once"
        }
        (PageState::File, _) => "present, in the page cache",
        (PageState::FileShared, _) => "present, in the page cache, mapped more than once",
        (PageState::Shmem, _) => "present, shared memory",
        (PageState::ShmemShared, _) => "present, shared memory, mapped more than once",
        (before, _) => before.words(),
    }
}

/// What came of it.
fn result(run: &Run, count: usize) -> String {
    let one = count == 1;
    let pick = |single: &str, several: &str| if one { single } else { several }.to_owned();
    let major = run.faults.major > 0;
    let shared_file = run
        .mapping
        .is_some_and(|(_, kind)| kind == Kind::SharedFile);
    let dirty = if shared_file && run.access == AccessKind::Write {
        ", and noted as dirty"
    } else {
        ""
    };
    match run.cause {
        Cause::ZeroPageRead => pick("the shared zero page", "the shared zero page, each"),
        Cause::DemandZero => pick("a demand-zero page", &format!("{count} demand-zero pages")),
        Cause::ZeroPageUpgrade => pick(
            "a zeroed page of its own (zero-page upgrade)",
            "a zeroed page of its own, each (zero-page upgrade)",
        ),
        Cause::CopyOnWrite => pick(
            "the kernel copied it (copy-on-write)",
            "the kernel copied them (copy-on-write)",
        ),
        Cause::Reuse => pick(
            "made writable again, nothing copied (reuse)",
            "made writable again, nothing copied (reuse)",
        ),
        Cause::PrivateFileCopy if major => pick(
            "brought into the page cache, then copied (private file copy)",
            "brought into the page cache, then copied (private file copy)",
        ),
        Cause::PrivateFileCopy => pick(
            "the kernel copied it from the page cache (private file copy)",
            "the kernel copied them from the page cache (private file copy)",
        ),
        Cause::FileMinor => format!("found in the page cache and mapped{dirty}"),
        Cause::FileMajor => format!("not in the page cache: brought in, then mapped{dirty}"),
        Cause::WriteNotify if run.is_dirty => pick(
            "made writable: the page is dirty already (write-notify)",
            "made writable: the pages are dirty already (write-notify)",
        ),
        Cause::WriteNotify => pick(
            "the kernel notes it as dirty (write-notify)",
            "the kernel notes them as dirty (write-notify)",
        ),
        Cause::SharedMemoryFault => pick(
            "a page of the shared memory, mapped here",
            &format!("{count} pages of the shared memory, mapped here"),
        ),
        Cause::SharedMemoryMap => pick(
            "the page that another mapping has, mapped here too",
            "the pages that another mapping has, mapped here too",
        ),
        Cause::Spurious => "nothing to do (spurious fault)".to_owned(),
        _ => unruled(run.before).to_owned(),
    }
}

/// What can be said where no rule is written.
fn unruled(before: PageState) -> &'static str {
    match before {
        PageState::Swapped => "brought back from swap",
        PageState::ZeroOrShared => "a page of its own, copied or zeroed: this kernel does not tell",
        PageState::Unknown => "mapped; what was there before could not be read",
        _ => "no rule explains this",
    }
}

fn time(times: &[Nanos]) -> String {
    match (times.len(), median(times)) {
        (_, None) => String::new(),
        (1, Some(time)) => format!(", {time}"),
        (_, Some(time)) => format!(", {time} each (median)"),
    }
}

fn frames(run: &Run, count: usize) -> String {
    match (count, run.frames) {
        (1, (Some(before), Some(after))) if before == after => format!(", frame {before:#x} kept"),
        (1, (Some(before), Some(after))) => format!(", frame {before:#x} -> {after:#x}"),
        (1, (None, Some(after))) => format!(", frame {after:#x}"),
        _ => String::new(),
    }
}

/// The middle of `times`; `None` when there are none.
pub(super) fn median(times: &[Nanos]) -> Option<Nanos> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

/// Names pages: `page 3`, `pages 0-15`, `every 4th page of 0-12`, `5 pages of 0-90`.
pub(super) fn pages(pages: &[u64]) -> String {
    let mut sorted = pages.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let (Some(&first), Some(&last)) = (sorted.first(), sorted.last()) else {
        return "no page".to_owned();
    };
    let step = sorted.get(1).map_or(1, |second| second - first);
    let even = sorted.windows(2).all(|pair| pair[1] - pair[0] == step);
    match (sorted.len(), even) {
        (1, _) => span(first, last),
        (2, _) if step > 1 => format!("pages {first} and {last}"),
        (_, true) if step == 1 => span(first, last),
        (_, true) => format!("every {} page of {first}-{last}", ordinal(step)),
        (count, false) => format!("{count} pages of {first}-{last}"),
    }
}

/// Which VMA the pages are counted in, where that is not clear: ` of the mapping at 0x1000003000`.
pub(super) fn of(mapping: Range, is_named: bool) -> String {
    if is_named {
        format!(" of the mapping at {}", mapping.start)
    } else {
        String::new()
    }
}

/// Names neighbouring pages: `page 3`, `pages 0-15`.
pub(super) fn span(first: u64, last: u64) -> String {
    if first >= last {
        format!("page {first}")
    } else {
        format!("pages {first}-{last}")
    }
}

fn ordinal(n: u64) -> String {
    let ending = match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

/// `1 page`, `16 pages`
pub(super) fn count(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// The sentence of a new process.
pub(super) fn created(process: Process, pid: Pid, parent: Option<(Process, Pid)>) -> String {
    match parent {
        Some((parent, _)) => format!(
            "{process} ({pid}) was forked from {parent}: it has the same mappings, and no page was copied"
        ),
        None if matches!(process, Process::Child(_)) => format!("{process} ({pid}) was forked"),
        None => format!("{process} ({pid}) was started: it shares nothing with the others"),
    }
}

/// The sentence of a process that is no more.
pub(super) fn ended(process: Process, ending: Option<&Ending>) -> String {
    match ending {
        Some(Ending::Exited(status)) => {
            format!("{process} exited with status {status}: its mappings are gone")
        }
        Some(Ending::Died(how)) => format!("{process} has died: {how}"),
        _ => format!("{process} has ended: its mappings are gone"),
    }
}

/// The sentence of changes alike that are too many to be told: `demand-zero page: 936 more places alike, 936 minor faults`
pub(super) fn more(cause: Cause, places: usize, faults: Faults) -> String {
    let cost = match faults.total() {
        0 => String::new(),
        _ => format!(", {faults}"),
    };
    let places = count(places as u64, "more place");
    format!("{}: {places} alike{cost}", cause.label())
}

/// The sentence of a signal that no access raised.
pub(super) fn raised(signal: Signal) -> String {
    let (name, code) = (signal.name(), signal.code_name());
    match (name.as_str(), code.as_str()) {
        ("SIGFPE", "FPE_INTDIV") => {
            "a whole number was divided by zero, or the result does not fit: SIGFPE (FPE_INTDIV)"
                .to_owned()
        }
        (_, "SI_USER") if signal.stops() => {
            format!("the process sent itself {name}: it would have stopped here, until a SIGCONT")
        }
        (_, "SI_USER") => format!("the process sent itself {name}: it would have ended here"),
        _ => format!("{name} ({code}): it would have ended the process"),
    }
}

/// The sentence of faults that no change tells of; `inside` are the calls that had some.
pub(super) fn left_over(faults: Faults, inside: &[&'static str]) -> String {
    match inside {
        [] => format!("{faults} more than the accesses explain"),
        [one] => format!("{faults} inside {one}(): no page of the lesson changed by it"),
        [first, .., last] => format!(
            "{faults} inside calls, {first}() to {last}(): no page of the lesson changed by them"
        ),
    }
}
