//! The direction of imports, as the codemap of the library promises it: each module uses those below it only.

#![expect(
    clippy::unwrap_used,
    reason = "a failed test panics; helpers of tests are tests"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module, and the modules it may use.
const ALLOWED: [(&str, &[&str]); 17] = [
    ("mem", &[]),
    ("bytecode", &["mem"]),
    ("diagnostic", &[]),
    // The machine and its world are pure; they are the meaning of what is compiled.
    (
        "c",
        &[
            "bytecode",
            "diagnostic",
            "lab::machine",
            "lab::plain",
            "lab::world",
            "mem",
        ],
    ),
    ("claims", &["lesson"]),
    ("lesson", &["bytecode", "c", "claims", "diagnostic", "mem"]),
    ("lab", &["bytecode", "mem"]),
    ("observe", &["mem"]),
    (
        "session",
        &[
            "bytecode",
            "c",
            "diagnostic",
            "lab::machine",
            "lab::world",
            "lesson",
            "mem",
            "observe",
        ],
    ),
    ("export", &["c", "lesson", "mem", "session"]),
    (
        "keep",
        &[
            "c",
            "diagnostic",
            "export",
            "lesson",
            "mem",
            "observe",
            "session",
        ],
    ),
    ("watch", &["lesson", "mem", "observe"]),
    (
        "report",
        &[
            "c", "claims", "lesson", "mem", "observe", "session", "watch",
        ],
    ),
    (
        "app",
        &[
            "c",
            "claims",
            "diagnostic",
            "lesson",
            "mem",
            "observe",
            "report",
            "session",
            "watch",
        ],
    ),
    (
        "view",
        &[
            "app", "c", "claims", "lesson", "mem", "observe", "report", "session", "watch",
        ],
    ),
    ("cli", &["lesson", "watch"]),
    (
        "run",
        &[
            "app", "bytecode", "c", "claims", "cli", "export", "keep", "lab", "lesson", "mem",
            "observe", "report", "session", "view", "watch",
        ],
    ),
];

/// The Rust files below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The module of the crate that a file belongs to: `lab` for `src/lab/client.rs`.
fn module(source: &Path, file: &Path) -> String {
    let first = file.strip_prefix(source).unwrap().iter().next().unwrap();
    Path::new(first)
        .file_stem()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

/// What a file names of the crate, in code: `lab::machine`, `mem`.
fn imports(text: &str) -> BTreeSet<String> {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1))
        .map(|path| {
            let end = path.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
            path[..end.unwrap_or(path.len())].to_owned()
        })
        .filter(|path| !path.is_empty())
        .collect()
}

#[test]
fn imports_go_one_way() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for file in files(&source) {
        let module = module(&source, &file);
        if ["lib", "main"].contains(&module.as_str()) {
            continue;
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{module} is in no row of the table"));
            continue;
        };
        for import in imports(&fs::read_to_string(&file).unwrap()) {
            let is_below = |name: &str| import == name || import.starts_with(&format!("{name}::"));
            if !is_below(&module) && !allowed.iter().any(|name| is_below(name)) {
                wrong.push(format!("{} uses {import}", file.display()));
            }
        }
        seen.insert(module);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(
        seen.len(),
        ALLOWED.len(),
        "a row without a module: {seen:?}"
    );
}

#[test]
fn imports_are_found_in_code_only() {
    let text = "use crate::mem::{Addr, Pid};\n/// [`crate::lab`]\nfn f() { crate::c::show(1) }\n";
    let found: Vec<String> = imports(text).into_iter().collect();
    assert_eq!(found, ["c::show", "mem::"]);
}
