//! The lab against gcc: each program of `tests/corpus` is run statement by statement in the lab, and once more as gcc
//! -O0 compiles it, with getrusage(2) around each statement. Every statement must cost the same faults in both.
//!
//! The compiled program is the one that `export` writes: what it is given so that the comparison is fair (equal
//! placement, nothing of its own left to fault) stands at its end. Output and lines that end a process are left out.

#[path = "support/directory.rs"]
mod directory;
#[path = "support/exported.rs"]
mod exported;
#[path = "support/tutor.rs"]
mod tutor;

use directory::fresh_directory;
use exported::{Row, by_gcc, by_the_tutor, differences, has_gcc};
use std::path::{Path, PathBuf};

#[test]
fn every_statement_costs_the_faults_it_costs_when_gcc_compiled_it() {
    if !has_gcc() {
        eprintln!(
            "NOT TESTED: there is no gcc here, so the lab's fault counts were compared with nothing"
        );
        return;
    }
    let mut differ = Vec::new();
    for program in corpus() {
        let name = program.file_name().unwrap().to_string_lossy();
        let mut found = compare(&program);
        for _ in 0..2 {
            if let Difference::Waited(rows) = &found {
                eprintln!(
                    "{name}: a fault had to wait; run again: {}",
                    rows.join("; ")
                );
                found = compare(&program);
            }
        }
        if let Difference::Waited(rows) | Difference::Lasting(rows) = found {
            differ.extend(rows.iter().map(|row| format!("{name}: {row}")));
        }
    }
    assert!(
        differ.is_empty(),
        "process, faults as minor+major, statement; the lab's first, then gcc's:\n{}",
        differ.join("\n")
    );
}

#[test]
fn the_corpus_is_large() {
    let programs = corpus();
    assert!(programs.len() >= 36, "{} programs", programs.len());
    let mut abouts: Vec<String> = programs.iter().map(|program| about(program)).collect();
    abouts.sort_unstable();
    abouts.dedup();
    assert_eq!(
        abouts.len(),
        programs.len(),
        "each program says what it is about, and no two are about the same"
    );
}

/// The programs, in order.
fn corpus() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let entries = std::fs::read_dir(&directory).expect("the corpus is there");
    let mut programs: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the corpus can be read").path())
        .collect();
    programs.sort();
    programs
}

/// The comment a program begins with.
fn about(program: &Path) -> String {
    let text = std::fs::read_to_string(program).expect("a program can be read");
    let first = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("// "));
    first
        .unwrap_or_else(|| panic!("{} begins with a comment", program.display()))
        .to_owned()
}

/// How two runs of a program differ, a row for each statement.
enum Difference {
    None,
    /// Both had as many faults, and only the kind of some differs: a run in which nobody waits decides.
    Waited(Vec<String>),
    /// Statements differ, or the two cannot be compared.
    Lasting(Vec<String>),
}

/// Runs a program both ways.
fn compare(program: &Path) -> Difference {
    let home = fresh_directory();
    let both = by_the_lab(program, home.path())
        .and_then(|lab| by_gcc(program.as_os_str(), home.path(), "-O0").map(|gcc| (lab, gcc)));
    let (lab, gcc) = match both {
        Ok(both) => both,
        Err(why) => return Difference::Lasting(vec![why]),
    };
    let lasting = differences(&lab, &gcc, |one, other| one.total() == other.total());
    let any = differences(&lab, &gcc, |one, other| one == other);
    match (lasting.is_empty(), any.is_empty()) {
        (_, true) => Difference::None,
        (true, false) => Difference::Waited(any),
        (false, false) => Difference::Lasting(any),
    }
}

/// The statements as the lab ran them; an error when one did not run to its end.
fn by_the_lab(program: &Path, home: &Path) -> Result<Vec<Row>, String> {
    let lab = by_the_tutor(program.as_os_str(), home)?;
    if let Some((_, why)) = lab.left_out.first() {
        return Err(format!("did not run to its end: {why}"));
    }
    match lab.rows.iter().find(|row| row.killed) {
        Some(row) => Err(format!("did not run to its end: {}", row.code)),
        None => Ok(lab.rows),
    }
}
