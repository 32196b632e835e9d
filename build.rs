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
    let directory = Path::new(&root).join("lessons");
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(&directory)? {
        names.extend(entry?.file_name().into_string().ok());
    }
    names.retain(|name| is_lesson(name));
    names.sort();
    let mut list = String::from("&[\n");
    for name in names {
        // As a Rust literal, whatever the directory is called.
        let path = directory.join(&name).to_string_lossy().into_owned();
        writeln!(list, "    ({name:?}, include_str!({path:?})),").map_err(io::Error::other)?;
    }
    list.push(']');
    fs::write(Path::new(&out).join("lessons.rs"), list)
}

/// Whether a file name is that of a lesson: `06-fork.md`.
fn is_lesson(name: &str) -> bool {
    let Some((number, _)) = name
        .strip_suffix(".md")
        .and_then(|stem| stem.split_once('-'))
    else {
        return false;
    };
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}
