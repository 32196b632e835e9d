//! What `mmap-tutor export` writes: gcc compiles it with its warnings as errors, it runs by itself, and every statement
//! of every lesson costs it the faults that it costs in the tutor's own run.

#[path = "support/directory.rs"]
mod directory;
#[path = "support/exported.rs"]
mod exported;
#[path = "support/tutor.rs"]
mod tutor;

use directory::fresh_directory;
use exported::{Faults, Row, by_gcc, by_the_tutor, compile, differences, has_gcc};
use mmap_tutor::lesson::{Catalogue, Lesson};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use tutor::{run, tutor};

/// Whether there is a gcc; says so when not.
#[expect(
    clippy::print_stderr,
    reason = "tests say aloud what they could not do"
)]
fn gcc() -> bool {
    let found = has_gcc();
    if !found {
        eprintln!("NOT TESTED: there is no gcc here, so nobody has compiled an exported lesson");
    }
    found
}

#[test]
fn every_lesson_costs_the_same_faults_as_a_program_of_its_own() {
    if !gcc() {
        return;
    }
    let mut wrong = Vec::new();
    for lesson in Catalogue::built_in().lessons() {
        // A machine that is busy may take a page from either of the two; a difference that is real stays.
        let told = compare(&lesson).or_else(|_| compare(&lesson));
        if let Err(told) = told {
            wrong.extend(told.iter().map(|row| format!("{}: {row}", lesson.id)));
        }
    }
    assert!(
        wrong.is_empty(),
        "process, faults, statement; the tutor's first, then gcc's:\n{}",
        wrong.join("\n")
    );
}

/// Runs a lesson both ways.
fn compare(lesson: &Lesson) -> Result<(), Vec<String>> {
    let home = fresh_directory();
    let one = |told: String| vec![told];
    let id = OsStr::new(&lesson.id);
    let played = by_the_tutor(id, home.path()).map_err(one)?;
    let gcc = by_gcc(id, home.path(), "-O0").map_err(one)?;
    let comparable = comparable(lesson, &played.left_out);
    let kept = |rows: &[Row]| -> Vec<Row> {
        let is_kept = |row: &&Row| comparable.contains(&row.step);
        rows.iter().filter(is_kept).cloned().collect()
    };
    let rows = kept(&played.rows);
    if rows.is_empty() && played.left_out.is_empty() {
        return Err(vec!["nothing was compared".to_owned()]);
    }
    let told = differences(&rows, &kept(&gcc), |one, other| {
        one.total() == other.total()
    });
    if told.is_empty() { Ok(()) } else { Err(told) }
}

/// Titles of the steps that both ways have played alike: after one that the tutor left out, the next fresh start is awaited.
#[expect(
    clippy::print_stderr,
    reason = "tests say aloud what they could not do"
)]
fn comparable(lesson: &Lesson, left_out: &[(String, String)]) -> Vec<String> {
    let mut comparable = Vec::new();
    let mut alike = true;
    for step in &lesson.steps {
        alike |= step.options.fresh;
        if let Some((title, why)) = left_out.iter().find(|(title, _)| *title == step.title) {
            eprintln!("NOT COMPARED: {}: {title}: {why}", lesson.id);
            alike = false;
        }
        if alike {
            comparable.push(step.title.clone());
        }
    }
    comparable
}

#[test]
fn every_lesson_compiles_optimised_too() {
    if !gcc() {
        return;
    }
    let home = fresh_directory();
    let (source, program) = (home.path().join("lesson.c"), home.path().join("lesson"));
    for lesson in Catalogue::built_in().lessons() {
        let c = mmap_tutor::export::c_program(&lesson);
        std::fs::write(&source, c).unwrap();
        for optimise in ["-O2", "-O3"] {
            if let Err(told) = compile(&source, &program, optimise) {
                panic!("{}: {told}", lesson.id);
            }
        }
    }
}

/// Runs C statements both ways and gives gcc's rows.
fn both_ways(file: &str, text: &str, optimise: &str) -> Vec<Row> {
    let home = fresh_directory();
    let path = home.path().join(file);
    std::fs::write(&path, text).expect("a file can be written");
    let played = by_the_tutor(path.as_os_str(), home.path()).expect("the tutor plays it");
    let gcc = by_gcc(path.as_os_str(), home.path(), optimise).expect("gcc's program runs");
    assert_eq!(played.left_out, [], "{text}");
    assert_eq!(
        differences(&played.rows, &gcc, |one, other| one == other),
        [""; 0],
        "{text}"
    );
    gcc
}

/// A page that may be read, and one that may not.
const PAGES: &str = "\
char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
mprotect(p + PAGE, PAGE, PROT_NONE);
p[0] = 'A';
";

#[test]
fn what_would_have_killed_is_told_and_the_next_statement_runs() {
    if !gcc() {
        return;
    }
    let text = format!("{PAGES}p[PAGE] = 'B';\nchar c = p[2 * PAGE];\nchar d = p[0];\n");
    for optimise in ["-O0", "-O2"] {
        let rows = both_ways("killed.c", &text, optimise);
        let told: Vec<(u64, bool)> = rows
            .iter()
            .map(|row| (row.faults.unwrap().minor, row.killed))
            .collect();
        assert_eq!(
            told,
            [
                (0, false),
                (0, false),
                (1, false),
                (0, true),
                (0, true),
                (0, false)
            ]
        );
        assert!(
            rows[3].code.contains("SIGSEGV (SEGV_ACCERR) at 0x10000"),
            "{}",
            rows[3].code
        );
    }
}

#[test]
fn a_fork_inside_a_condition_runs_each_branch_in_its_process() {
    if !gcc() {
        return;
    }
    let text = "\
char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(p, 'A', 4 * PAGE);
if (fork() == 0) {
    memset(p, 'B', 4 * PAGE);
    _exit(0);
}
wait(NULL);
for (int i = 0; i < 3; i++)
    if (fork() == 0) {
        p[i * PAGE] = 'C';
        _exit(0);
    }
p[0] = 'D';
kill(getpid(), SIGKILL);
";
    let rows = both_ways("fork.c", text, "-O0");
    let processes: Vec<&str> = rows.iter().map(|row| row.process.as_str()).collect();
    let expected = [
        "main", "main", "main", "child", "main", "main", "child 2", "child 3", "child 4", "main",
        "main",
    ];
    assert_eq!(processes, expected);
}

#[test]
fn loads_that_nobody_uses_are_made_when_optimised_too() {
    if !gcc() {
        return;
    }
    let text = "\
char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
for (int i = 0; i < 16; i++) { char c = p[i * PAGE]; }
char *m = malloc(64 * PAGE);
m[5 * PAGE] = 1; // in vain
free(m);
";
    let rows = both_ways("loads.c", text, "-O2");
    let read = Faults {
        minor: 16,
        major: 0,
    };
    assert_eq!(rows[1].faults, Some(read));
}

#[test]
fn the_program_is_printed_or_written_to_a_file() {
    let home = fresh_directory();
    let export = |arguments: &[&str]| run(tutor(home.path()).arg("export").args(arguments));
    let printed = export(&["6"]);
    assert!(printed.status.success(), "{}", printed.text());
    let path = home.path().join("six.c");
    std::fs::write(&path, "what was there").unwrap();
    let written = export(&["6", "-o", "six.c"]);
    assert!(written.status.success() && written.text().is_empty());
    assert_eq!(std::fs::read(&path).unwrap(), printed.stdout);
    for (arguments, told) in [
        (
            &["frok"][..],
            "there is no lesson `frok`: did you mean `fork`?",
        ),
        (&["6", "-o", "nowhere/six.c"], "cannot write nowhere/six.c"),
        (&["nothing.md"], "cannot be read: No such file"),
    ] {
        let ran = export(arguments);
        assert_eq!(ran.status.code(), Some(2), "{arguments:?}");
        assert!(
            ran.stdout.is_empty() && ran.text().contains(told),
            "{}",
            ran.text()
        );
    }
}

#[test]
fn the_statements_and_the_prose_stand_in_it() {
    let catalogue = Catalogue::built_in();
    let lesson = catalogue.find("6").unwrap().lesson().unwrap();
    let c = mmap_tutor::export::c_program(lesson);
    for wanted in [
        "// ---- 3. The child writes one byte ----",
        "RUN(memset(p, 'A', 16 * PAGE);)",
        "        RUN(p[3 * PAGE] = 'B';)",
        "CHECK(minor_faults == 16);",
        "// The tutor checks: rss(p) == 16 * PAGE",
        "turn(CHILD(1));",
    ] {
        assert!(c.contains(wanted), "{wanted}");
    }
}

#[test]
fn a_program_that_is_interrupted_leaves_nothing_behind() {
    if !gcc() {
        return;
    }
    let home = fresh_directory();
    let path = home.path().join("endless.c");
    std::fs::write(&path, "int i = 0;\nwhile (i == 0) ;\n").unwrap();
    let (source, program) = (home.path().join("exported.c"), home.path().join("exported"));
    let exported = run(tutor(home.path())
        .arg("export")
        .arg(&path)
        .arg("-o")
        .arg(&source));
    assert!(exported.status.success(), "{}", exported.text());
    compile(&source, &program, "-O0").unwrap();
    let ran = run(Command::new("timeout")
        .args(["--signal=TERM", "1"])
        .arg(&program)
        .env("TMPDIR", home.path()));
    assert!(ran.text().contains("int i = 0;"), "{}", ran.text());
    assert_eq!(directories(home.path()), 0);
}

/// How many directories of exported programs there are.
fn directories(place: &Path) -> usize {
    let entries = std::fs::read_dir(place).expect("it can be read").flatten();
    entries
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with("mmap-tutor-")
        })
        .count()
}
