//! The stage made of the real thing: labs that run, and a witness that reads `/proc` about them.

use super::scratch::Scratch;
use crate::bytecode::Program;
use crate::lab::{LabError, Labs};
use crate::lesson::ScratchFile;
use crate::mem::error_text;
use crate::mem::{Addr, Contents, Control, Outcome, Pace, Process, Progress, Reading, Settings};
use crate::observe::{self, Cached, Live, Snapshot, Source};
use crate::session::{Actor, Machine, Stage, StageError, Watch};
use anyhow::Result;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Pages of all processes that one snapshot may read.
const PAGE_BUDGET: u64 = 1 << 20;

/// Labs and their witness.
pub struct LiveStage {
    machine: Machine,
    executable: PathBuf,
    scratch: Scratch,
    labs: Option<Labs>,
    witness: Live,
}

impl LiveStage {
    /// A stage without processes yet; they will be copies of this program.
    pub fn new() -> Result<Self> {
        Self::with_program(Path::new("/proc/self/exe"))
    }

    /// A stage whose processes will be copies of another program: that of the binary, when this is a test.
    pub fn with_program(executable: &Path) -> Result<Self> {
        let scratch = Scratch::new()?;
        Ok(Self {
            machine: Machine {
                kernel: observe::kernel_release(),
                page_size: observe::page_size(),
                privileged: observe::frames_readable(),
                file_system: observe::file_system(scratch.path()),
                offers: observe::offers(scratch.path()),
                scratch: scratch.path().to_owned(),
            },
            executable: executable.to_owned(),
            witness: Live::new(PAGE_BUDGET).with_files_below(scratch.path()),
            scratch,
            labs: None,
        })
    }
}

impl Stage for LiveStage {
    fn machine(&self) -> &Machine {
        &self.machine
    }

    fn restart(&mut self, settings: Settings, files: &[ScratchFile]) -> Result<(), StageError> {
        self.labs = None;
        self.scratch
            .prepare(files, self.machine.page_size)
            .map_err(failed)?;
        let labs =
            Labs::start(&self.executable, self.scratch.path(), settings).map_err(lab_failed)?;
        self.witness.clear();
        for (process, pid, _) in labs.processes() {
            self.witness.baseline(process, pid).map_err(failed)?;
        }
        self.labs = Some(labs);
        Ok(())
    }

    fn configure(&mut self, settings: Settings) -> Result<(), StageError> {
        self.labs
            .as_mut()
            .ok_or_else(nobody)?
            .configure(settings)
            .map_err(lab_failed)
    }

    fn actors(&self) -> Vec<Actor> {
        let processes = self.labs.as_ref().map(Labs::processes).unwrap_or_default();
        processes
            .into_iter()
            .map(|(process, pid, ended)| Actor {
                process,
                pid,
                ended,
            })
            .collect()
    }

    fn run(
        &mut self,
        process: Process,
        program: &Program,
        pace: Pace,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<(Process, Outcome)>, StageError> {
        let labs = self.labs.as_mut().ok_or_else(nobody)?;
        let pid = labs.summon(process).map_err(lab_failed)?;
        if !self.witness.knows(process) {
            self.witness.baseline(process, pid).map_err(failed)?;
        }
        let witness = &mut self.witness;
        let outcomes = labs
            .run(
                process,
                program,
                pace,
                &mut |progress: &Progress| -> Control {
                    watch(progress, &mut || look(witness, progress))
                },
            )
            .map_err(lab_failed)?;
        for (other, _) in &outcomes[1..] {
            self.witness.inherit(*other, process);
        }
        Ok(outcomes)
    }

    fn observe(&mut self) -> Vec<Snapshot> {
        let Some(labs) = &self.labs else {
            return Vec::new();
        };
        let living = labs
            .processes()
            .into_iter()
            .filter(|(_, _, ended)| ended.is_none());
        living
            .filter_map(|(process, pid, _)| self.witness.snapshot(process, pid).ok())
            .collect()
    }

    fn shootdowns(&self) -> Reading<u64> {
        observe::shootdowns()
    }

    fn page(&mut self, process: Process, address: Addr) -> Reading<Contents> {
        let pid = self.actors().into_iter().find_map(|actor| {
            let is_it = actor.process == process && actor.ended.is_none();
            is_it.then_some(actor.pid)
        });
        let (Some(pid), Some(labs)) = (pid, &mut self.labs) else {
            return Reading::unknown(format!("{process} is not there to be asked"));
        };
        // Asked of the kernel again, just before: the processes are parked, but it may have taken a page since.
        let refused = match self.witness.page(process, pid, address) {
            Ok(Some((vma, state))) => observe::refusal(&vma, state).map(str::to_owned),
            Ok(None) => Some("nothing is mapped there".to_owned()),
            Err(error) => Some(error.to_string()),
        };
        match refused {
            Some(why) => Reading::Unknown(why),
            None => reading(labs.bytes(process, address, self.machine.page_size.bytes() as u32)),
        }
    }

    fn frame(&mut self, process: Process, length: u32) -> Reading<Contents> {
        match &mut self.labs {
            Some(labs) => reading(labs.frame(process, length)),
            None => Reading::unknown(format!("{process} is not there to be asked")),
        }
    }

    fn cached(&self, process: Process, descriptor: i32) -> Result<Reading<Cached>, String> {
        let actors = self.actors();
        let is_it = |actor: &&Actor| actor.process == process && actor.ended.is_none();
        let Some(pid) = actors.iter().find(is_it).map(|actor| actor.pid) else {
            return Err(format!("{process} is not there to be asked"));
        };
        let link = format!("/proc/{pid}/fd/{descriptor}");
        match std::fs::read_link(&link) {
            Ok(path) if path.starts_with(self.scratch.path()) => Ok(match open(&link) {
                Ok(file) => observe::cached(&file),
                Err(error) => Reading::unknown(format!(
                    "{} cannot be opened: {}",
                    path.display(),
                    error_text(&error)
                )),
            }),
            Ok(_) => Err(format!(
                "descriptor {descriptor} is not a file of the lesson"
            )),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(format!("{process} has no descriptor {descriptor}"))
            }
            Err(error) => Ok(Reading::unknown(format!(
                "{link} cannot be read: {}",
                error_text(&error)
            ))),
        }
    }
}

/// Snapshots while a statement runs: exact ones while it pauses, quick ones while it goes on. A process that was just
/// forked inherits what was its parent's own.
fn look(witness: &mut Live, progress: &Progress) -> Vec<Snapshot> {
    let snapshots = progress.present.iter().filter_map(|&(process, pid)| {
        if !witness.knows(process) {
            witness.inherit(process, progress.process);
        }
        // A process may end between two looks: it is then missing from this one.
        if progress.paused {
            witness.snapshot(process, pid).ok()
        } else {
            witness.glance(process, pid).ok()
        }
    });
    snapshots.collect()
}

fn reading(found: Result<Contents, LabError>) -> Reading<Contents> {
    match found {
        Ok(contents) => Reading::Known(contents),
        Err(error) => Reading::unknown(error.to_string()),
    }
}

/// Opens a file for asking about it, without waiting for anybody at its other end, should it be a pipe.
fn open(path: &str) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(path)
}

fn nobody() -> StageError {
    StageError::NoProcess("no process is running: the lesson has to be opened again".into())
}

fn failed(error: impl std::fmt::Display) -> StageError {
    StageError::Failed(crate::mem::without_numbers(&format!("{error:#}")))
}

fn lab_failed(error: LabError) -> StageError {
    match error {
        LabError::NoProcess(why) => StageError::NoProcess(why),
        LabError::Failed(why) => StageError::Failed(why),
    }
}
