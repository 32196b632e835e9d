//! The lab against gcc: each program of `tests/corpus` is run statement by statement in the lab, and once more as gcc
//! -O0 compiles it, with getrusage(2) around each statement. Every statement must cost the same faults in both.
//!
//! `tests/gcc/prelude.h` says what the compiled program is given so that the comparison is fair: equal placement,
//! nothing of its own left to fault. Output and lines that end a process are left out.

#[path = "support/directory.rs"]
mod directory;
#[path = "support/tutor.rs"]
mod tutor;

use directory::fresh_directory;
use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tutor::{run, tutor};

/// A statement and the faults it cost.
struct Statement {
    code: String,
    faults: Faults,
}

/// Minor and major faults.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Faults {
    minor: u64,
    major: u64,
}

impl std::fmt::Display for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}+{}", self.minor, self.major)
    }
}

#[test]
fn every_statement_costs_the_faults_it_costs_when_gcc_compiled_it() {
    if Command::new("gcc").arg("--version").output().is_err() {
        eprintln!(
            "NOT TESTED: there is no gcc here, so the lab's fault counts were compared with nothing"
        );
        return;
    }
    let mut differences = Vec::new();
    for program in corpus() {
        let name = program.file_name().unwrap().to_string_lossy();
        let mut found = compare(&program);
        for _ in 0..2 {
            if found.is_empty() || !found.iter().all(|difference| difference.waited) {
                break;
            }
            let rows: Vec<&str> = found
                .iter()
                .map(|difference| difference.row.as_str())
                .collect();
            eprintln!(
                "{name}: a fault had to wait; run again: {}",
                rows.join("; ")
            );
            found = compare(&program);
        }
        differences.extend(
            found
                .into_iter()
                .map(|difference| format!("{name}: {}", difference.row)),
        );
    }
    assert!(
        differences.is_empty(),
        "faults as minor+major, the lab's first, then gcc's:\n{}",
        differences.join("\n")
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

/// A statement that cost one thing in the lab and another by gcc, or why the two cannot be compared.
struct Difference {
    row: String,
    /// Whether both had as many faults, and only the kind of some differs. The kernel counts any fault as major that
    /// it had to begin anew after a wait, also one for a page that somebody else's write-back holds locked
    /// (`mm_account_fault` in mm/memory.c). That is a matter of moments: a run in which nobody waits decides.
    waited: bool,
}

impl Difference {
    fn lasting(row: String) -> Self {
        Self { row, waited: false }
    }
}

/// Runs a program both ways.
fn compare(program: &Path) -> Vec<Difference> {
    let home = fresh_directory();
    let both = by_the_lab(program, home.path())
        .and_then(|lab| by_gcc(&lab, home.path()).map(|gcc| (lab, gcc)));
    let (lab, gcc) = match both {
        Ok(both) => both,
        Err(why) => return vec![Difference::lasting(why)],
    };
    if lab.len() != gcc.len() {
        let row = format!("{} statements in the lab, {} by gcc", lab.len(), gcc.len());
        return vec![Difference::lasting(row)];
    }
    let differing = lab.iter().zip(gcc).filter(|(lab, gcc)| lab.faults != *gcc);
    let difference = |(lab, gcc): (&Statement, Faults)| Difference {
        row: format!(
            "{:>9} {:>9}  {}",
            lab.faults.to_string(),
            gcc.to_string(),
            on_one_line(&lab.code)
        ),
        waited: lab.faults.minor + lab.faults.major == gcc.minor + gcc.major,
    };
    differing.map(difference).collect()
}

/// The statements as the lab ran them.
fn by_the_lab(program: &Path, home: &Path) -> Result<Vec<Statement>, String> {
    let ran = run(tutor(home).arg("run").arg(program).arg("--json"));
    let json: Value = serde_json::from_slice(&ran.stdout)
        .map_err(|error| format!("no JSON ({error}): {}", ran.text()))?;
    if !ran.status.success() {
        return Err(format!("{}: {}", ran.status, json["steps"][0]["broken"]));
    }
    let ours = mmap_tutor::observe::file_system(home);
    if json["file_system"] != ours {
        return Err(format!(
            "the lab's files are on {}, those of gcc's program on {ours}",
            json["file_system"]
        ));
    }
    let lines = json["steps"][0]["lines"].as_array().ok_or("no lines")?;
    lines.iter().map(statement).collect()
}

/// A statement out of the transcript; an error when it did not run to its end.
fn statement(line: &Value) -> Result<Statement, String> {
    let code = line["code"]
        .as_str()
        .ok_or("a line without code")?
        .to_owned();
    if !line["signal"].is_null() || !line["ended"].is_null() {
        return Err(format!(
            "did not run to its end: {code}: {} {}",
            line["signal"], line["ended"]
        ));
    }
    let count = |name: &str| line[name].as_u64().ok_or(format!("{name} is missing"));
    Ok(Statement {
        code,
        faults: Faults {
            minor: count("minor_faults")?,
            major: count("major_faults")?,
        },
    })
}

/// The faults of the same statements, compiled by gcc and run in a directory of their own.
fn by_gcc(statements: &[Statement], home: &Path) -> Result<Vec<Faults>, String> {
    let directory = home.join("gcc");
    std::fs::create_dir(&directory).map_err(|error| error.to_string())?;
    let (source, program) = (home.join("program.c"), home.join("program"));
    std::fs::write(&source, c_program(statements)).map_err(|error| error.to_string())?;
    let prelude = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gcc");
    let compiled = run(Command::new("gcc")
        .args([
            "-std=gnu11",
            "-O0",
            "-Wl,-z,now",
            "-Wl,--wrap=mmap,--wrap=fork",
            "-I",
        ])
        .arg(prelude)
        .arg(&source)
        .arg("-o")
        .arg(&program));
    if !compiled.status.success() {
        return Err(format!("gcc refuses it: {}", compiled.text()));
    }
    let ran = run(Command::new(&program).current_dir(&directory));
    if !ran.status.success() {
        return Err(format!("gcc's program ended with {}", ran.status));
    }
    String::from_utf8_lossy(&ran.stdout)
        .lines()
        .map(faults)
        .collect()
}

/// A C program that counts the faults of each statement. All stand in one function, so that what one declares the
/// next ones can use.
fn c_program(statements: &[Statement]) -> String {
    let mut c = String::from("#include \"prelude.h\"\n\nstatic void statements(void)\n{\n");
    for (index, statement) in statements.iter().enumerate() {
        // On lines of its own: a statement may end in a comment.
        let _ = write!(
            c,
            "statement_begins();\n{}\nstatement_ends({index});\n",
            statement.code
        );
    }
    let _ = write!(
        c,
        "}}\n\nint main(void)\n{{\nprepare();\nstatements();\nreport({});\nreturn 0;\n}}\n",
        statements.len()
    );
    c
}

/// A line of the compiled program's report.
fn faults(line: &str) -> Result<Faults, String> {
    let numbers: Vec<u64> = line
        .split(' ')
        .filter_map(|number| number.parse().ok())
        .collect();
    match numbers[..] {
        [minor, major] => Ok(Faults { minor, major }),
        _ => Err(format!("not a count of faults: {line}")),
    }
}

fn on_one_line(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}
