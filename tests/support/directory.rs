//! A place for a test's files.

use mmap_tutor::observe;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A directory of this test's own, on a disk where there is one, as the program itself chooses: write-back cannot be
/// seen on tmpfs.
pub(crate) fn fresh_directory() -> TempDir {
    let mut places = [
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
        PathBuf::from("/var/tmp"),
        std::env::temp_dir(),
    ];
    places.sort_by_key(|place| observe::file_system(place) == "tmpfs");
    let make = |place: &Path| {
        tempfile::Builder::new()
            .prefix("mmap-tutor-test-")
            .tempdir_in(place)
            .ok()
    };
    places
        .iter()
        .find_map(|place| make(place))
        .expect("one of the usual places for temporary files can be written")
}
