//! The one door between a session and the world: processes that run programs, and snapshots of them.

use crate::bytecode::Program;
use crate::mem::{
    Addr, Contents, Control, Outcome, Pace, PageSize, Pid, Process, Progress, Reading, Settings,
};
use crate::observe::{Cached, Offers, Snapshot};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// Facts of this machine that do not change while the program runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// `uname -r`.
    pub kernel: String,
    /// `sysconf(_SC_PAGESIZE)`.
    pub page_size: PageSize,
    /// Whether frame numbers can be read (`CAP_SYS_ADMIN` in the first user namespace).
    pub privileged: bool,
    /// Kind of file system the scratch directory is on: `ext4`, `tmpfs`.
    pub file_system: String,
    /// The scratch directory itself.
    pub scratch: PathBuf,
    /// What lessons may need and a machine may lack.
    pub offers: Offers,
}

/// A process of the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Its part.
    pub process: Process,
    /// Its number.
    pub pid: Pid,
    /// Whether it still runs; how it ended otherwise.
    pub ended: Option<String>,
}

/// Why a statement could not be run at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StageError {
    /// There is no such process (not forked yet, or ended), with a sentence saying so.
    NoProcess(String),
    /// The process or the way to it failed, with what and how.
    Failed(String),
}

impl std::fmt::Display for StageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoProcess(why) | Self::Failed(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for StageError {}

/// Called while a statement runs: at each pause when slow, and about every 50 ms when not.
/// `stage` may be asked for a snapshot of what is on screen.
pub type Watch<'a> = dyn FnMut(&Progress, &mut dyn FnMut() -> Vec<Snapshot>) -> Control + 'a;

/// Processes that run programs, and a witness that looks at them.
pub trait Stage {
    /// Facts of this machine.
    fn machine(&self) -> &Machine;

    /// Ends every process and starts a new `main`; the scratch directory is emptied and `files` are made in it.
    fn restart(
        &mut self,
        settings: Settings,
        files: &[crate::lesson::ScratchFile],
    ) -> Result<(), StageError>;

    /// Changes the settings of living processes.
    fn configure(&mut self, settings: Settings) -> Result<(), StageError>;

    /// The processes there are, `main` first; a peer appears when first spoken to.
    fn actors(&self) -> Vec<Actor>;

    /// Runs one statement to its end and gives the outcome of every process that took part: the one named first,
    /// then those it forked. Starts a peer that is named for the first time.
    fn run(
        &mut self,
        process: Process,
        program: &Program,
        pace: Pace,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<(Process, Outcome)>, StageError>;

    /// A snapshot of every living process, `main` first.
    fn observe(&mut self) -> Vec<Snapshot>;

    /// How many TLB shootdowns the whole system has seen since it started.
    fn shootdowns(&self) -> Reading<u64> {
        Reading::unknown("this stage does not count them")
    }

    /// The bytes of the page that begins at `address`, where to read them changes nothing; else the reason.
    fn page(&mut self, process: Process, _address: Addr) -> Reading<Contents> {
        Reading::unknown(format!("{process} has no memory to be read"))
    }

    /// The first `length` bytes of a process's frame, where its variables live. Reading them costs no fault.
    fn frame(&mut self, process: Process, _length: u32) -> Reading<Contents> {
        Reading::unknown(format!("{process} has no memory to be read"))
    }

    /// What the page cache holds of the file that a process has open at this descriptor.
    ///
    /// # Errors
    /// With a sentence, when there is no such process, or it has no file of the lesson there.
    fn cached(&self, process: Process, descriptor: i32) -> Result<Reading<Cached>, String>;
}

/// How long a statement without a screen may run before it is stopped.
pub const PATIENCE: Duration = Duration::from_secs(20);
