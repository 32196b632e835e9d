//! A place for a test's files.

use std::path::PathBuf;
use tempfile::TempDir;

/// A directory of this test's own, on a disk where there is one: write-back cannot be seen on tmpfs.
pub(crate) fn fresh_directory() -> TempDir {
    let places = [
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
        PathBuf::from("/var/tmp"),
        std::env::temp_dir(),
    ];
    let make = |place: &PathBuf| {
        tempfile::Builder::new()
            .prefix("mmap-tutor-test-")
            .tempdir_in(place)
            .ok()
    };
    places
        .iter()
        .find_map(make)
        .expect("one of the usual places for temporary files can be written")
}
