//! Sentences of pages that changed without an access.

use super::{count, of, pages};
use crate::mem::{Faults, Nanos, PageState, Process};
use crate::observe::cause::Cause;
use crate::observe::diff::{Drift, Others};

/// The sentence, with what the calls cost that nobody told of yet; the mapping is `named` where they touched another
/// one too.
pub(crate) fn drift(
    drift: &Drift,
    cost: Option<(Faults, Nanos)>,
    others: &Others,
    named: bool,
) -> String {
    let place = format!("{}{}", pages(&drift.pages), of(drift.mapping, named));
    let n = drift.pages.len() as u64;
    let are = if n == 1 { "is" } else { "are" };
    let were = if n == 1 { "was" } else { "were" };
    let cost = match cost {
        Some((faults, elapsed)) if faults.total() > 0 => format!(", {faults}, {elapsed}"),
        _ => String::new(),
    };
    let name = drift.what.function.unwrap_or_default();
    let inside = format!("{name}() touched {place}");
    match drift.what.cause {
        Cause::SharedByFork => format!(
            "fork: {} {are} now shared with {}",
            count(n, "page"),
            with(others)
        ),
        Cause::ExclusiveAgain => format!(
            "{place} {are} mapped by no other process any more: {}",
            alone(others)
        ),
        Cause::Populated => format!(
            "{name}() populated {place}: {} -> {}{cost}",
            drift.what.before(),
            drift.what.after()
        ),
        Cause::KernelAccess => format!(
            "{name}(): the kernel touched {place}: {} -> {}{cost}",
            drift.what.before(),
            drift.what.after()
        ),
        Cause::FaultAround => {
            format!("{place} {were} mapped along: {}", lay_ready(drift))
        }
        Cause::Dropped => dropped(drift, others, &place, were),
        Cause::ProtectionChanged if drift.what.after() == PageState::Guard => {
            format!("{place} {are} guarded now: any access is a segmentation fault")
        }
        Cause::ProtectionChanged => format!("{place} {are} guarded no more"),
        Cause::HugePage if !name.is_empty() => {
            format!("{name}() made one huge page of small ones: {place} came with it{cost}")
        }
        Cause::HugePage => huge(drift, &place),
        Cause::DemandZero => format!("{inside}: {}{cost}", several(n, "demand-zero page")),
        Cause::ZeroPageRead => format!("{inside}: the shared zero page{cost}"),
        Cause::ZeroPageUpgrade => format!("{inside}: {}{cost}", several(n, "zeroed page")),
        Cause::CopyOnWrite => format!("{inside}: copied (copy-on-write){cost}"),
        Cause::PrivateFileCopy => format!("{inside}: copied from the page cache{cost}"),
        Cause::FileMinor => format!("{inside}: found in the page cache{cost}"),
        Cause::SharedMemoryFault | Cause::SharedMemoryMap => {
            format!("{inside}: {}{cost}", several(n, "page of shared memory"))
        }
        _ => format!(
            "{place}: {} -> {}, and no rule explains why{cost}",
            drift.what.before(),
            drift.what.after()
        ),
    }
}

/// Pages that came along with fewer faults than pages.
fn huge(drift: &Drift, place: &str) -> String {
    let faults = drift.faults.total();
    let all = drift.pages.len() as u64 + faults;
    let what = if drift.what.after() == PageState::Zero {
        "the huge page of zeros"
    } else if faults == 1 {
        "a huge page"
    } else {
        "huge pages"
    };
    format!(
        "{} brought {}: {place} came along in {what}",
        count(faults, "fault"),
        count(all, "page")
    )
}

/// Where pages were that came along with a fault on another one.
fn lay_ready(drift: &Drift) -> &'static str {
    match drift.what.after() {
        PageState::Shmem | PageState::ShmemShared => {
            "there in the shared memory already (fault-around)"
        }
        _ if drift.what.read_ahead => "in the page cache by then (read-ahead, then fault-around)",
        _ => "in the page cache already (fault-around)",
    }
}

fn dropped(drift: &Drift, others: &Others, place: &str, were: &str) -> String {
    let by = match (drift.what.function, others.dropped) {
        // Nothing but an order to map there, whatever was there, takes pages of a mapping that stays.
        (Some("mmap"), _) => {
            return format!(
                "{place} {were} replaced by mmap(): the content is gone, the next touch faults"
            );
        }
        (Some(name), _) => format!(" by {name}()"),
        (None, Some((process, name))) => format!(" by {name}() in {process}"),
        (None, None) => String::new(),
    };
    if drift.what.after() == PageState::Swapped {
        return format!("{place} {were} swapped out{by}: the next touch brings it back");
    }
    let next = match drift.what.before() {
        PageState::File | PageState::FileShared | PageState::Shmem | PageState::ShmemShared => {
            "the mapping stays, the next touch faults"
        }
        _ => "the content is gone, the next touch faults",
    };
    format!("{place} {were} dropped{by}: {next}")
}

fn several(n: u64, what: &str) -> String {
    if n == 1 {
        format!("a {what}")
    } else if let Some((page, of)) = what.split_once(" of ") {
        format!("{n} {page}s of {of}")
    } else {
        format!("{n} {what}s")
    }
}

fn with(others: &Others) -> String {
    let names: Vec<String> = others
        .forked
        .iter()
        .map(|(process, pid)| format!("{process} ({pid})"))
        .collect();
    match names.as_slice() {
        [] => "another process".to_owned(),
        names => names.join(" and "),
    }
}

fn alone(others: &Others) -> String {
    let list = |processes: &[Process]| {
        let names: Vec<String> = processes.iter().map(ToString::to_string).collect();
        names.join(" and ")
    };
    let has = |processes: &[Process]| if processes.len() == 1 { "has" } else { "have" };
    match (others.copied.as_slice(), others.ended.as_slice()) {
        ([], []) => "the others have let go".to_owned(),
        ([], ended) => format!("{} {} ended", list(ended), has(ended)),
        (copied, _) => format!("{} {} its own copy", list(copied), has(copied)),
    }
}
