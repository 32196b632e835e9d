//! The same C twice: as the tutor plays it, and as the program that `export` writes and gcc compiles. Both ways give
//! rows, one for each statement and process, which must cost the same faults.
//!
//! Not compared, because nobody could: a statement in which a process destroys itself (nobody is left to count), and the
//! laps of races.

use crate::tutor::{run, tutor};
use serde_json::Value;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// What gcc is asked to accept.
pub(crate) const STRICT: [&str; 3] = ["-Wall", "-Wextra", "-Werror"];

/// Minor and major faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Faults {
    /// The page was in memory.
    pub(crate) minor: u64,
    /// It had to be waited for.
    pub(crate) major: u64,
}

impl Faults {
    /// Both together. The kernel counts any fault as major that it had to begin anew after a wait, also one for a page
    /// that somebody else's write-back holds locked (`mm_account_fault` in mm/memory.c): that is a matter of moments.
    pub(crate) fn total(self) -> u64 {
        self.minor + self.major
    }
}

/// A statement that a process ran.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The title of its step.
    pub(crate) step: String,
    /// The process.
    pub(crate) process: String,
    /// Its text, blanks made single.
    pub(crate) code: String,
    /// What it cost; `None` when nobody counted.
    pub(crate) faults: Option<Faults>,
    /// Whether a signal ended it, or the process.
    pub(crate) killed: bool,
}

/// What the tutor's own run came to.
#[derive(Debug)]
pub(crate) struct Played {
    /// The rows.
    pub(crate) rows: Vec<Row>,
    /// Titles of the steps that could not be played to their end here, with the reason.
    pub(crate) left_out: Vec<(String, String)>,
}

/// Whether there is a gcc.
pub(crate) fn has_gcc() -> bool {
    Command::new("gcc").arg("--version").output().is_ok()
}

/// Plays a lesson or a C file.
pub(crate) fn by_the_tutor(lesson: &OsStr, home: &Path) -> Result<Played, String> {
    let ran = run(tutor(home).arg("run").arg(lesson).arg("--json"));
    let json: Value = serde_json::from_slice(&ran.stdout)
        .map_err(|error| format!("no JSON ({error}): {}", ran.text()))?;
    let ours = mmap_tutor::observe::file_system(home);
    if json["file_system"] != ours {
        return Err(format!(
            "the lab's files are on {}, those of gcc's program on {ours}",
            json["file_system"]
        ));
    }
    let mut played = Played {
        rows: Vec::new(),
        left_out: Vec::new(),
    };
    for step in json["steps"].as_array().ok_or("no steps")? {
        let title = step["title"].as_str().ok_or("a step without a title")?;
        let why = [&step["skipped"], &step["broken"]];
        if let Some(why) = why.iter().find_map(|why| why.as_str()) {
            played.left_out.push((title.to_owned(), why.to_owned()));
        }
        for line in step["lines"].as_array().ok_or("no lines")? {
            played.rows.extend(rows_of(title, line)?);
        }
    }
    Ok(played)
}

/// The rows of a line of the transcript: of its process, and of others that took part.
fn rows_of(step: &str, line: &Value) -> Result<Vec<Row>, String> {
    if !line["race"].is_null() {
        return Ok(Vec::new());
    }
    let code = on_one_line(line["code"].as_str().ok_or("a line without code")?);
    let row = |one: &Value| {
        let count = |name: &str| one[name].as_u64().ok_or(format!("{name} is missing"));
        Ok(Row {
            step: step.to_owned(),
            process: one["process"].as_str().ok_or("no process")?.to_owned(),
            code: code.clone(),
            faults: Some(Faults {
                minor: count("minor_faults")?,
                major: count("major_faults")?,
            }),
            killed: !one["signal"].is_null() || was_killed(&one["ended"]),
        })
    };
    if let Some(group) = line["outcomes"].as_array() {
        return group.iter().map(row).collect();
    }
    let others = line["also"].as_array().into_iter().flatten();
    std::iter::once(line).chain(others).map(row).collect()
}

/// Whether a process did not survive a statement: `child died: killed by SIGKILL`.
fn was_killed(ended: &Value) -> bool {
    ended
        .as_str()
        .is_some_and(|how| how.contains(" killed by "))
}

/// Exports the same lesson, compiles the program and runs it.
pub(crate) fn by_gcc(lesson: &OsStr, home: &Path, optimise: &str) -> Result<Vec<Row>, String> {
    let (source, program) = (home.join("exported.c"), home.join("exported"));
    let exported = run(tutor(home).arg("export").arg(lesson).arg("-o").arg(&source));
    if !exported.status.success() {
        return Err(format!("export refuses it: {}", exported.text()));
    }
    compile(&source, &program, optimise)?;
    let ran = run(Command::new(&program).current_dir(home).env("TMPDIR", home));
    let text = ran.text();
    // 1: a rule did not hold here. Whether it should have, the tutor says better.
    if !matches!(ran.status.code(), Some(0 | 1)) {
        return Err(format!("gcc's program ended with {}:\n{text}", ran.status));
    }
    let left = std::fs::read_dir(home).map_err(|error| error.to_string())?;
    for entry in left.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("mmap-tutor-") {
            return Err(format!("gcc's program left {name} behind"));
        }
    }
    Ok(rows(&String::from_utf8_lossy(&ran.stdout)))
}

/// Compiles a program with all warnings as errors.
pub(crate) fn compile(source: &Path, program: &Path, optimise: &str) -> Result<(), String> {
    let compiled = run(Command::new("gcc")
        .args(STRICT)
        .arg(optimise)
        .arg(source)
        .arg("-o")
        .arg(program));
    if compiled.status.success() {
        Ok(())
    } else {
        Err(format!("gcc {optimise} refuses it: {}", compiled.text()))
    }
}

/// The rows that an exported program printed.
fn rows(printed: &str) -> Vec<Row> {
    let mut step = String::new();
    let mut rows = Vec::new();
    for line in printed.lines() {
        if line.starts_with("in all, ") {
            step.clear();
        } else if let Some(title) = title(line) {
            title.clone_into(&mut step);
        } else if let Some(row) = row(line).filter(|_| !step.is_empty()) {
            rows.push(Row {
                step: step.clone(),
                ..row
            });
        }
    }
    rows
}

/// `3. The child writes one byte`
fn title(line: &str) -> Option<&str> {
    let (number, title) = line.split_once(". ")?;
    number.parse::<u32>().ok().map(|_| title)
}

/// `child 2      1+0    p[0] = 'A';`
fn row(line: &str) -> Option<Row> {
    let names = ["main", "child", "peer"];
    if !names.iter().any(|name| line.starts_with(name)) {
        return None;
    }
    let (before, after) = line.split_once('+')?;
    let (process, minor) = before.rsplit_once(' ')?;
    let (major, code) = after.split_once(' ')?;
    let faults = match (minor, major) {
        ("?", "?") => None,
        (minor, major) => Some(Faults {
            minor: minor.parse().ok()?,
            major: major.parse().ok()?,
        }),
    };
    Some(Row {
        step: String::new(),
        process: process.trim().to_owned(),
        killed: code.contains("   SIG") || code.ends_with("   killed"),
        code: on_one_line(code),
        faults,
    })
}

/// How two runs of the same statements differ, a line for each; the tutor's first.
pub(crate) fn differences(
    tutor: &[Row],
    gcc: &[Row],
    same: impl Fn(Faults, Faults) -> bool,
) -> Vec<String> {
    if tutor.len() != gcc.len() {
        let told = format!("{} rows by the tutor, {} by gcc", tutor.len(), gcc.len());
        return vec![told];
    }
    let costs_the_same = |tutor: &Row, gcc: &Row| match (tutor.faults, gcc.faults) {
        (Some(one), Some(other)) => same(one, other) && tutor.killed == gcc.killed,
        _ => true,
    };
    let differ = |(tutor, gcc): &(&Row, &Row)| {
        tutor.process != gcc.process || tutor.step != gcc.step || !costs_the_same(tutor, gcc)
    };
    let told = |(tutor, gcc): (&Row, &Row)| format!("{}   |   {}", shown(tutor), shown(gcc));
    tutor.iter().zip(gcc).filter(differ).map(told).collect()
}

fn shown(row: &Row) -> String {
    let faults = row.faults.map_or("?+?".to_owned(), |faults| {
        format!("{}+{}", faults.minor, faults.major)
    });
    let killed = if row.killed { " killed" } else { "" };
    let code: String = row.code.chars().take(60).collect();
    format!("{} {faults}{killed} {code}", row.process)
}

fn on_one_line(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}
