//! The file in which progress is kept: written aside, then renamed, so that no crash and no second tutor can spoil it.

use crate::mem::error_text;
use crate::session::Progress;
use anyhow::{Context, Result};
use etcetera::BaseStrategy;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where progress is kept.
#[derive(Clone, Debug)]
pub struct Store {
    file: PathBuf,
}

impl Store {
    /// The usual place: `$XDG_STATE_HOME/mmap-tutor/progress.json`.
    pub fn usual() -> Result<Self> {
        let base = etcetera::choose_base_strategy()
            .context("no home directory is set: progress is not kept")?;
        let state = base.state_dir().unwrap_or_else(|| base.data_dir());
        Ok(Self {
            file: state.join("mmap-tutor").join("progress.json"),
        })
    }

    /// What was kept; empty when nothing was. A file that cannot be understood is moved aside, not lost, and said.
    pub fn load(&self) -> (Progress, Option<String>) {
        let text = match fs::read_to_string(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return (Progress::default(), None);
            }
            Err(error) => {
                let why = format!(
                    "progress cannot be read from {}: {}",
                    self.file.display(),
                    error_text(&error)
                );
                return (Progress::default(), Some(why));
            }
        };
        match serde_json::from_str(&text) {
            Ok(progress) => (progress, None),
            Err(error) => {
                let aside = self.file.with_extension("json.broken");
                let kept = fs::rename(&self.file, &aside).map_or_else(
                    |_| String::new(),
                    |()| format!("; the file was moved to {}", aside.display()),
                );
                let why = format!(
                    "progress in {} cannot be understood ({error}){kept}",
                    self.file.display()
                );
                (Progress::default(), Some(why))
            }
        }
    }

    /// Keeps progress.
    pub fn save(&self, progress: &Progress) -> Result<()> {
        let directory = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory)
            .with_context(|| format!("cannot make {}", directory.display()))?;
        let aside = self
            .file
            .with_extension(format!("json.{}", std::process::id()));
        let written = write(&aside, progress)
            .and_then(|()| fs::rename(&aside, &self.file).map_err(Into::into));
        if written.is_err() {
            // The half-written file is of no use to anybody.
            let _ = fs::remove_file(&aside);
        }
        written.with_context(|| format!("progress cannot be kept in {}", self.file.display()))
    }
}

fn write(path: &Path, progress: &Progress) -> Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(&serde_json::to_vec_pretty(progress)?)?;
    file.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Position;

    #[test]
    fn progress_comes_back_and_a_spoilt_file_is_kept_aside() {
        let place = tempfile::tempdir().unwrap();
        let store = Store {
            file: place.path().join("deep").join("progress.json"),
        };
        assert_eq!(store.load(), (Progress::default(), None));
        let mut progress = Progress::default();
        progress.reached("06", Position { step: 1, item: 0 }, 3, 4);
        store.save(&progress).unwrap();
        assert_eq!(store.load().0, progress);
        assert_eq!(
            fs::read_dir(place.path().join("deep")).unwrap().count(),
            1,
            "nothing is left aside"
        );
        fs::write(&store.file, "{ half").unwrap();
        let (empty, why) = store.load();
        assert_eq!(empty, Progress::default());
        assert!(why.unwrap().contains("progress.json.broken"));
        assert!(place.path().join("deep/progress.json.broken").exists());
    }
}
