//! What the page cache has of the files behind mappings, of the lesson's own files only.
//!
//! By a descriptor of our own, opened by the path of maps and never mapped: a mapping would be one more mapper of the
//! pages. A file is believed to be the one mapped if its inode is the same.

use crate::mem::error_text;
use crate::mem::{Backing, PageSize, Reading, Vma};
use crate::observe::cache::{self, CacheState};
use crate::observe::{file_system, is_in_memory};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The directory whose files are asked about.
#[derive(Debug, Default)]
pub(super) struct Files {
    directory: Option<PathBuf>,
    /// Why its files cannot be told dirty from clean, if they cannot.
    blind: Option<String>,
}

impl Files {
    /// The files below a directory.
    pub(super) fn below(directory: &Path) -> Self {
        // maps has the path that the kernel sees, symbolic links followed.
        let directory = directory
            .canonicalize()
            .unwrap_or_else(|_| directory.to_owned());
        let kind = file_system(&directory);
        Self {
            blind: is_in_memory(&kind).then(|| {
                format!("{kind} is all page cache and has no disk behind it: nothing to tell apart")
            }),
            directory: Some(directory),
        }
    }

    /// What the page cache has of the first `count` pages of a mapping.
    pub(super) fn cache(
        &self,
        vma: &Vma,
        count: u64,
        page_size: PageSize,
    ) -> Reading<Vec<CacheState>> {
        match self.open(vma) {
            Ok(file) => cache::states(&file, vma.offset / page_size.bytes(), count, page_size),
            Err(why) => Reading::Unknown(why),
        }
    }

    /// The file behind a mapping, or why it is not to be asked about.
    fn open(&self, vma: &Vma) -> Result<File, String> {
        let path = match &vma.backing {
            Backing::File { deleted: true, .. } => {
                return Err("the file has no name any more to open it by".into());
            }
            Backing::File { path, .. } => Path::new(path),
            _ => return Err("there is no file behind it".into()),
        };
        if !self
            .directory
            .as_ref()
            .is_some_and(|own| path.starts_with(own))
        {
            return Err("only files of the lesson are asked about".into());
        }
        if let Some(why) = &self.blind {
            return Err(why.clone());
        }
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
            .open(path)
            .map_err(|error| {
                format!(
                    "{} cannot be opened: {}",
                    path.display(),
                    error_text(&error)
                )
            })?;
        match file.metadata() {
            Ok(metadata) if metadata.is_file() && metadata.ino() == vma.inode => Ok(file),
            _ => Err("another file has its name now".into()),
        }
    }
}
