//! How the processes of a lesson are set up, and how fast they run.

use serde::{Deserialize, Serialize};

/// Where `mmap(NULL, …)` puts mappings.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// Kept apart by a hint in an empty region, at the same addresses on every machine; the kernel still decides.
    #[default]
    Apart,
    /// Wherever the kernel puts them: neighbours merge.
    Kernel,
}

/// How the processes of a step are set up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Placement of mappings without an address.
    pub placement: Placement,
    /// Whether transparent huge pages may be used; off by default, so that a touch is a page.
    pub huge_pages: bool,
    /// Whether `main` has a second thread, which only spins, while a statement of it runs.
    pub thread: bool,
}

/// How fast a statement runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// As fast as the machine goes.
    #[default]
    Full,
    /// Pausing after every access that faults or enters another page, and after `fork`, until told to go on.
    Slow,
    /// As fast as the machine goes, and measured as a whole only: one time, one count of faults, no acts.
    Timed,
}

/// What to do with a statement that is still running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Continue,
    /// Go on without further pauses.
    FullSpeed,
    /// End it here; what ran has run.
    Stop,
}

/// A look at a statement that is still running.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Which process runs it.
    pub process: super::Process,
    /// Whether it is paused (then a snapshot of it is exact) or running.
    pub paused: bool,
    /// Every process that lives now, those just forked included.
    pub present: Vec<(super::Process, super::Pid)>,
    /// Acts since the last look; totals since the start of the statement.
    pub so_far: super::Outcome,
}
