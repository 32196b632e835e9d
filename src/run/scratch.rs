//! The scratch directory: where lessons' files live, and nothing else can be reached from.
//!
//! On a disk file system where there is one, since write-back and read-ahead cannot be seen on tmpfs. One directory a
//! run, held by a lock, so that what a crashed run left behind is found and removed by the next.

use crate::lesson::ScratchFile;
use crate::mem::PageSize;
use crate::observe;
use anyhow::{Context, Result, bail};
use etcetera::BaseStrategy;
use nix::fcntl::{Flock, FlockArg};
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A directory of this run's own, removed when dropped.
#[derive(Debug)]
pub struct Scratch {
    /// Where lessons' files are.
    directory: PathBuf,
    /// The directory above, with the lock in it.
    home: PathBuf,
    _lock: Flock<File>,
}

impl Scratch {
    /// Makes one, in the first of the usual places that can be written and has a disk behind it, else in the first
    /// that can be written.
    pub fn new() -> Result<Self> {
        let places = places();
        let usable: Vec<&PathBuf> = places.iter().filter(|place| is_writable(place)).collect();
        let on_disk = usable
            .iter()
            .find(|place| !observe::is_in_memory(&observe::file_system(place)));
        let Some(place) = on_disk.or(usable.first()) else {
            let tried: Vec<String> = places
                .iter()
                .map(|place| place.display().to_string())
                .collect();
            bail!(
                "no directory for the lessons' files can be written; tried {}",
                tried.join(", ")
            );
        };
        remove_abandoned(place);
        Self::below(place)
    }

    /// Makes one below `place`.
    fn below(place: &Path) -> Result<Self> {
        for attempt in 0..100 {
            let home = place.join(format!("run-{}-{attempt}", std::process::id()));
            match fs::DirBuilder::new().mode(0o700).create(&home) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot make {}", home.display()));
                }
            }
            let lock = lock(&home).with_context(|| format!("cannot lock {}", home.display()))?;
            let directory = home.join("files");
            fs::create_dir(&directory)
                .with_context(|| format!("cannot make {}", directory.display()))?;
            return Ok(Self {
                directory,
                home,
                _lock: lock,
            });
        }
        bail!(
            "too many scratch directories of one process in {}",
            place.display()
        )
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.directory
    }

    /// Empties it and makes the files of a lesson: page by page, so that the page cache holds them in single pages
    /// and fault-around is as the books say, then synced, so that they are clean.
    pub fn prepare(&self, files: &[ScratchFile], page_size: PageSize) -> Result<()> {
        for entry in fs::read_dir(&self.directory)
            .with_context(|| format!("cannot read {}", self.directory.display()))?
        {
            let entry = entry?;
            let path = entry.path();
            // Lessons make files only, but for machine code where nothing guards it.
            let removed = if entry.file_type()?.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed.with_context(|| format!("cannot remove {}", path.display()))?;
        }
        for file in files {
            let path = self.directory.join(&file.name);
            make(&path, file.pages, page_size)
                .with_context(|| format!("cannot make {}", path.display()))?;
        }
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove(&self.home);
    }
}

/// Writes a file of `pages` pages, each filled with a letter of its own: 'a', 'b', … and round again.
fn make(path: &Path, pages: u64, page_size: PageSize) -> std::io::Result<()> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    let size = page_size.bytes();
    for page in 0..pages {
        let letter = b'a' + (page % 26) as u8;
        file.write_all_at(&vec![letter; size as usize], page * size)?;
    }
    file.sync_all()
}

/// The usual places, best first.
fn places() -> Vec<PathBuf> {
    let cache = etcetera::choose_base_strategy()
        .ok()
        .map(|base| base.cache_dir());
    let all = cache.into_iter().chain([
        PathBuf::from("/var/tmp"),
        std::env::temp_dir(),
        PathBuf::from("/tmp"),
    ]);
    let user = nix::unistd::geteuid();
    // In a directory for everybody, each user has a place of their own. A TMPDIR that is empty or relative is no place:
    // the processes of a lesson move to another directory.
    all.filter(|place| place.is_absolute())
        .enumerate()
        .map(|(index, place)| match index {
            0 if place.ends_with(".cache") => place.join("mmap-tutor"),
            _ => place.join(format!("mmap-tutor-{user}")),
        })
        .collect()
}

/// Whether a directory is there, or can be made, belongs to this user, and can be written.
fn is_writable(place: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let made = fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(place)
        .is_ok();
    let own = || {
        fs::symlink_metadata(place)
            .is_ok_and(|meta| meta.is_dir() && meta.uid() == nix::unistd::geteuid().as_raw())
    };
    made && own() && nix::unistd::access(place, nix::unistd::AccessFlags::W_OK).is_ok()
}

/// Takes the lock of a run's directory.
fn lock(home: &Path) -> Result<Flock<File>> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(home.join("lock"))?;
    Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, errno)| errno.into())
}

/// Removes a run's directory, its lock last: whoever is stopped half-way leaves one that is found abandoned.
fn remove(home: &Path) {
    // Nothing is left to do about a failure: the next run tries again.
    let _ = fs::remove_dir_all(home.join("files"));
    let _ = fs::remove_dir_all(home);
}

/// Whether the run that a directory belongs to is no more: its lock can be taken, or there is none, and no such process.
fn is_abandoned(home: &Path) -> bool {
    let name = home.file_name().unwrap_or_default().to_string_lossy();
    let number = name
        .strip_prefix("run-")
        .and_then(|rest| rest.split('-').next());
    let Some(pid) = number.and_then(|number| number.parse::<u32>().ok()) else {
        return false;
    };
    if home.join("lock").exists() {
        lock(home).is_ok()
    } else {
        !Path::new("/proc").join(pid.to_string()).exists()
    }
}

/// Removes what runs left behind that are no more.
fn remove_abandoned(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else {
        return;
    };
    for home in entries.flatten().map(|entry| entry.path()) {
        if is_abandoned(&home) {
            remove(&home);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_made_and_gone_with_the_run() {
        let place = tempfile::tempdir().unwrap();
        let page_size = observe::page_size();
        let scratch = Scratch::below(place.path()).unwrap();
        let files = [ScratchFile {
            name: "data.bin".into(),
            pages: 3,
        }];
        scratch.prepare(&files, page_size).unwrap();
        fs::create_dir(scratch.path().join("unexpected")).unwrap();
        scratch.prepare(&files, page_size).unwrap();
        assert!(!scratch.path().join("unexpected").exists());
        let bytes = fs::read(scratch.path().join("data.bin")).unwrap();
        assert_eq!(bytes.len() as u64, 3 * page_size.bytes());
        assert_eq!(bytes[2 * page_size.bytes() as usize], b'c');
        let home = scratch.home.clone();
        drop(scratch);
        assert!(!home.exists());
    }

    #[test]
    fn what_a_crashed_run_left_is_removed_and_a_living_one_is_not() {
        let place = tempfile::tempdir().unwrap();
        let living = Scratch::below(place.path()).unwrap();
        let dead = place.path().join("run-1-0");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join("lock"), "").unwrap();
        fs::write(dead.join("data.bin"), "x").unwrap();
        // Removed half-way: the lock has gone first. No process has so high a number.
        let halfway = place.path().join("run-99999999-0");
        fs::create_dir_all(halfway.join("files")).unwrap();
        let foreign = place.path().join("run-of-the-mill");
        fs::create_dir(&foreign).unwrap();
        remove_abandoned(place.path());
        assert!(!dead.exists());
        assert!(!halfway.exists());
        assert!(foreign.exists());
        assert!(living.path().exists());
    }
}
