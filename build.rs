//! Lists `lessons/NN-*.md` for the catalogue, so that a new lesson is a new file and nothing else.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=lessons");
    let Some((root, out)) = env::var_os("CARGO_MANIFEST_DIR").zip(env::var_os("OUT_DIR")) else {
        return Err(io::Error::other("cargo names no directories"));
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(Path::new(&root).join("lessons"))? {
        let path = entry?.path();
        if path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(is_lesson)
        {
            paths.push(path);
        }
    }
    paths.sort();
    let mut list = String::from("&[\n");
    for path in paths {
        let name = path.file_name().unwrap_or_default();
        writeln!(list, "    ({name:?}, include_str!({path:?})),").map_err(io::Error::other)?;
    }
    list.push(']');
    fs::write(Path::new(&out).join("lessons.rs"), list)
}

/// Whether a file name is that of a lesson: `06-fork.md`.
fn is_lesson(name: &str) -> bool {
    name.ends_with(".md")
        && name.split_once('-').is_some_and(|(number, _)| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        })
}
