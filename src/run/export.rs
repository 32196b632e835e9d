//! `export`: a lesson as a C program, to stdout or to a file. What the program is, [`crate::export`] says.

use super::headless::{HELD, print};
use crate::export::c_program;
use crate::lesson::Lesson;
use crate::lesson::visible::visible_line;
use anyhow::{Context as _, Result};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

/// Writes a lesson as a C program.
pub fn export(lesson: &Lesson, output: Option<&Path>) -> Result<i32> {
    let program = c_program(lesson);
    match output {
        None => print(&program)?,
        Some(path) => replace(path, &program)
            .with_context(|| format!("cannot write {}", visible_line(&path.to_string_lossy())))?,
    }
    Ok(HELD)
}

/// Writes a file beside its place and moves it there: nobody ever finds half of it. What is there and no regular file,
/// such as `/dev/stdout`, is written to as it is.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    if path.metadata().is_ok_and(|meta| !meta.is_file()) {
        return fs::write(path, text);
    }
    // Where the name is a link, what it leads to is replaced, and the link stays.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut aside = OsString::from(&path);
    aside.push(format!(".{}.tmp", std::process::id()));
    let written = fs::write(&aside, text).and_then(|()| fs::rename(&aside, &path));
    if written.is_err() {
        // It may not even be there.
        let _ = fs::remove_file(&aside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lesson.c");
        replace(&path, "int a;\n").unwrap();
        replace(&path, "int b;\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "int b;\n");
        let missing = directory.path().join("nowhere/lesson.c");
        assert!(replace(&missing, "").is_err());
        assert!(replace(directory.path(), "").is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
