//! What a session leaves behind, made by a real session: a lesson that is checked and played at once, a C program that
//! gcc compiles.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "support/directory.rs"]
mod directory;
#[path = "support/exported.rs"]
#[expect(dead_code, reason = "only compiling is of use here")]
mod exported;
#[path = "support/pty.rs"]
#[expect(dead_code, reason = "this test waits for what it wants to see")]
mod pty;
#[path = "support/tutor.rs"]
mod tutor;

use directory::fresh_directory;
use exported::{compile, has_gcc};
use mmap_tutor::app::explorer::addressed;
use mmap_tutor::keep::{Origin, lesson};
use mmap_tutor::lesson::{Catalogue, Lesson, Who};
use mmap_tutor::mem::{Control, Pace};
use mmap_tutor::run::stage::LiveStage;
use mmap_tutor::session::{Director, Moment, Player, Report, Stage};
use pty::Terminal;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tutor::{run, tutor};

/// A learner who has patience for a second, and a memory of what happened.
struct Learner {
    moments: Vec<Moment>,
    since: Instant,
}

impl Director for Learner {
    fn report(&mut self, report: Report) {
        match report {
            Report::Opened(moment) | Report::Line(moment) => self.moments.push(moment),
            _ => {}
        }
    }

    fn control(&mut self, _paused: bool) -> Control {
        if self.since.elapsed() > Duration::from_millis(400) {
            Control::Stop
        } else {
            Control::Continue
        }
    }
}

/// A session: so many lines of a lesson, then lines that are typed.
struct Session {
    lesson: Arc<Lesson>,
    player: Player<LiveStage>,
    learner: Learner,
}

impl Session {
    fn of(lesson: Arc<Lesson>) -> Self {
        let stage = LiveStage::with_program(Path::new(env!("CARGO_BIN_EXE_mmap-tutor"))).unwrap();
        let mut player = Player::new(stage, Arc::clone(&lesson));
        let moment = player.start().unwrap();
        Self {
            lesson,
            player,
            learner: Learner {
                moments: vec![moment],
                since: Instant::now(),
            },
        }
    }

    fn advance(&mut self, times: usize) {
        for _ in 0..times {
            self.learner.since = Instant::now();
            self.player
                .advance(None, Pace::Full, &mut self.learner)
                .unwrap();
        }
    }

    fn type_lines(&mut self, lines: &[&str]) {
        for line in lines {
            self.learner.since = Instant::now();
            let addressed = addressed(line);
            let who = addressed.who.unwrap_or(Who::Main);
            // What does not compile, or has nobody to run it, is no part of the session.
            let _ = self
                .player
                .free(who, addressed.code, Pace::Full, &mut self.learner);
        }
    }

    fn origin(&self) -> Origin {
        Origin {
            machine: self.player.stage().machine().clone(),
            date: "2026-11-23".to_owned(),
        }
    }

    fn markdown(&self) -> String {
        lesson::markdown(&self.lesson, &self.origin(), &self.learner.moments).unwrap()
    }

    fn c_program(&self) -> String {
        lesson::c_program(&self.lesson, &self.origin(), &self.learner.moments).unwrap()
    }
}

/// A session in the lab.
fn lab(lines: &[&str]) -> Session {
    let mut session = Session::of(Arc::new(Lesson::lab()));
    session.type_lines(lines);
    session
}

/// Checks and plays a session's lesson, and runs its program; gives the lesson and its transcript.
fn proven(session: &Session) -> (String, String) {
    let home = fresh_directory();
    let markdown = session.markdown();
    let path = home.path().join("session.md");
    std::fs::write(&path, &markdown).unwrap();
    let checked = run(tutor(home.path()).arg("check").arg(&path));
    assert!(checked.status.success(), "{}\n{markdown}", checked.text());
    let played = run(tutor(home.path()).arg("run").arg(&path));
    let transcript = played.text();
    assert!(played.status.success(), "{transcript}\n{markdown}");
    assert!(!transcript.contains(" ? "), "{transcript}\n{markdown}");
    if has_gcc() {
        let (source, program) = (home.path().join("session.c"), home.path().join("session"));
        std::fs::write(&source, session.c_program()).unwrap();
        compile(&source, &program, "-O0").unwrap_or_else(|why| panic!("{why}\n{markdown}"));
        let ran = run(Command::new(&program)
            .current_dir(home.path())
            .env("TMPDIR", home.path()));
        assert!(ran.status.success(), "{}\n{markdown}", ran.text());
    }
    (markdown, transcript)
}

const MAPPING: &str =
    "char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);";

/// Lines that are typed, and what the lesson then has in it.
type Case = (&'static [&'static str], &'static [&'static str]);

const SESSIONS: &[Case] = &[
    (
        &[MAPPING, "memset(p, 'A', 4 * PAGE);", "p[5 * PAGE] = 'B';"],
        &[
            "minor_faults == 4",
            "minor_faults == 1",
            "rss(p) == 5 * PAGE",
            "p != MAP_FAILED",
            "predict minor_faults",
        ],
    ),
    // Values that nobody uses, whatever they are.
    (
        &[
            MAPPING,
            "p[0];",
            "p;",
            "p[0] == 0;",
            "for (int i = 0; i < 3; i++) p[i * PAGE];",
            "1 + 2;",
            ";",
            "p[7], p[8];",
            "for (int j = 0; j < 2; j++, p[j], p[0]) ;",
        ],
        &[
            "char value_1 = p[0];",
            "{ long value = (long)(p[i * PAGE]); }",
            "= ((void)(p[7]), p[8]);",
            "j < 2; j++, (void)(p[j]), (void)(p[0]))",
            "minor_faults == 1",
        ],
    ),
    // Names declared again, with another type, and used inside a loop that has one like it.
    (
        &[
            MAPPING,
            "p[0] = 'A';",
            "char *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
            "char c = p[0];",
            "int c = 3;",
            "for (int c = 0; c < 3; c++) ;",
            "int p_2 = c + 1;",
            "c = 4;",
            "struct stat st;",
            "struct stat st;",
            "st.st_size = c;",
        ],
        &[
            "char *p_3 = mmap(",
            "char c = p_3[0];",
            "int c_2 = 3;",
            "int p_2 = c_2 + 1;",
            "st_2.st_size = c_2;",
        ],
    ),
    // Processes: a child, a peer, a child's child; names that only one of them declares again.
    (
        &[
            MAPPING,
            "memset(p, 'A', 16 * PAGE);",
            "pid_t kid = fork();",
            "child: p[3 * PAGE] = 'B';",
            "child: char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);",
            "child: p[0] = 'C';",
            "child: pid_t kid = fork();",
            "child 2: char c = p[0];",
            "peer: int x = 7;",
            "peer 2: char *q = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
            "peer 2: q[0] = 1;",
            "p[3 * PAGE] = 'D';",
            "child 2: _exit(0);",
            "child: wait(NULL);",
            "child: _exit(0);",
            "wait(NULL);",
        ],
        &[
            "```c child 1\np[3 * PAGE] = 'B';",
            "child1.minor_faults == 1",
            "p_2[0] = 'C';",
            "```c child 2",
            "peer2.minor_faults == 1",
        ],
    ),
    // Signals, calls that fail, a fork inside a condition.
    (
        &[
            MAPPING,
            "int r = mprotect(p, PAGE, PROT_READ);",
            "p[0] = 'A';",
            "p[0] = 'A'; p[PAGE] = 'B';",
            "int bad = munmap(p + 1, PAGE);",
            "char *q = NULL;",
            "*q = 1;",
            "int z = 0;",
            "z = 1 / z;",
            "if (fork() == 0) { p[PAGE] = 'C'; _exit(3); }",
            "wait(NULL);",
            "char *no = mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
        ],
        &[
            "signal == SIGSEGV",
            "signal_code == SEGV_ACCERR",
            "errno == EINVAL",
            "r == 0",
            "bad == -1",
            "no == MAP_FAILED",
        ],
    ),
    // A file, and memory that a library gives.
    (
        &[
            "int fd = open(\"data.bin\", O_RDWR);",
            "char *f = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);",
            "char a = f[0];",
            "f[PAGE] = 'z';",
            "msync(f, 16 * PAGE, MS_SYNC);",
            "close(fd);",
            "munmap(f, 16 * PAGE);",
        ],
        &["fd >= 0", "minor_faults + major_faults >= 1", "a == 'a'"],
    ),
    (
        &[
            "char *m = malloc(64 * PAGE);",
            "m[5 * PAGE] = 1;",
            "m[0];",
            "free(m);",
            "size_t n = 5;",
            "for (int i = 0; i < n; i++) ;",
            "printf(\"%d\\n\", 3);",
        ],
        &["minor_faults + major_faults >= 1"],
    ),
    // What gcc takes for a slip, and the lab runs.
    (
        &[
            MAPPING,
            "malloc(-1);",
            "char ix = 1;",
            "p[ix] = 2;",
            "memset(p, 4096, 0);",
            "int wide[4];",
            "memset(wide, 1, 4);",
            "memset(p, 0, sizeof(p));",
            "int k = -1 << 2;",
            "if (!k == 2) k = 1;",
        ],
        &["p[ix] = 2;"],
    ),
    // The last line ends the process.
    (
        &[MAPPING, "p[0] = 1;", "kill(getpid(), SIGKILL);"],
        &["kill(getpid(), SIGKILL);"],
    ),
];

#[test]
fn sessions_in_the_lab_are_lessons_and_programs() {
    for (lines, wanted) in SESSIONS {
        let (markdown, _) = proven(&lab(lines));
        for wanted in *wanted {
            assert!(
                markdown.contains(wanted),
                "{wanted:?} is not in\n{markdown}"
            );
        }
    }
}

#[test]
fn what_was_stopped_or_never_ran_is_left_out_and_said() {
    let session = lab(&[
        MAPPING,
        "p[0] = 'A;",
        "undeclared = 3;",
        "while (1) ;",
        "int x = wait(NULL), y = 2;",
        "while (1) if (fork() > 0) break; else while (1) ;",
        "pid_t kid = fork();",
        "int w = waitpid(kid, NULL, 0);",
        "x = 4;",
        "child 2: p[0] = 'B';",
        "child: p[1 * PAGE] = 'B';",
    ]);
    let (markdown, _) = proven(&session);
    assert!(
        markdown.contains("> Left out: `while (1) ;` was stopped before its end."),
        "{markdown}"
    );
    assert!(markdown.contains("int w = 0;"), "{markdown}");
    assert!(!markdown.contains("undeclared"), "{markdown}");
}

#[test]
fn every_lesson_with_lines_of_ones_own_is_a_lesson_again() {
    for lesson in Catalogue::built_in().lessons() {
        let mut session = Session::of(Arc::clone(&lesson));
        session.advance(3);
        session.type_lines(&[
            "char *mine = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
            "mine[0] = 'M';",
        ]);
        session.advance(6);
        proven(&session);
    }
}

#[test]
fn a_session_without_lines_is_no_lesson_and_says_so() {
    let session = lab(&[]);
    let told = lesson::markdown(&session.lesson, &session.origin(), &session.learner.moments);
    assert!(told.unwrap_err().contains("nothing has run yet"));
}

/// The files of a directory whose names end so.
fn files(place: &Path, ending: &str) -> Vec<String> {
    let entries = std::fs::read_dir(place).unwrap().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(ending))
        .collect();
    names.sort();
    names
}

#[test]
fn a_session_in_the_lab_is_kept_in_all_forms_and_replayed() {
    let home = fresh_directory();
    let mut terminal = Terminal::start(home.path(), &["lab"], (120, 40));
    let shows = |wanted: &'static str| move |seen: &pty::Received| seen.text().contains(wanted);
    terminal.wait_for("the prompt", shows("your line"));
    terminal.wait_for("the machine", shows("Linux"));
    terminal.press(&format!("{MAPPING}\r"));
    terminal.wait_for("the end of the line", |seen| {
        seen.text().contains("line 1 of 1") && seen.text().contains("Tab pages")
    });
    terminal.press("memset(p, 'A', 3 * PAGE);\r");
    terminal.wait_for("the end of the line", |seen| {
        seen.text().contains("line 2 of 2") && seen.text().contains("Tab pages")
    });
    for (down, ending) in [(0, ".mmap"), (1, ".md"), (2, ".c")] {
        // Ctrl-S; the form of the last time is chosen already.
        terminal.press("\x13");
        terminal.wait_for("the page", shows("keep this session"));
        if down > 0 {
            terminal.press("\t");
        }
        terminal.wait_for("a name", move |seen| {
            seen.text().contains(&format!("{ending} "))
        });
        terminal.press("\r");
        terminal.wait_for("the file", shows("The session is kept as"));
        terminal.press("\r");
        terminal.wait_for("the lab", |seen| !seen.text().contains("keep this session"));
        assert_eq!(files(home.path(), ending).len(), 1, "{ending}");
    }
    // What is there is left as it is.
    let name = files(home.path(), ".mmap").remove(0);
    let before = std::fs::read(home.path().join(&name)).unwrap();
    terminal.press("\x13");
    terminal.wait_for("the page", shows("keep this session"));
    terminal.press(&format!("\x15{name}\r"));
    terminal.wait_for("a refusal", shows("is there already"));
    assert_eq!(std::fs::read(home.path().join(&name)).unwrap(), before);
    terminal.press("\x03");
    drop(terminal);

    let lesson = files(home.path(), ".md").remove(0);
    for command in ["check", "run"] {
        let ran = run(tutor(home.path()).arg(command).arg(&lesson));
        assert!(ran.status.success(), "{command}: {}", ran.text());
    }
    let mut terminal = Terminal::start(home.path(), &["replay", &name], (120, 40));
    terminal.wait_for("the recording", shows("recording of 20"));
    terminal.wait_for("all of it", shows("2 lines left"));
    terminal.press("\r");
    terminal.wait_for("the first line", shows("1 line left"));
    terminal.press("\r");
    terminal.wait_for("the faults", shows("3 minor faults"));
    terminal.wait_for("the end", shows("its end"));
    terminal.press("x");
    terminal.wait_for("a refusal", shows("nothing runs here"));
    terminal.press("[");
    terminal.wait_for("the first line", shows("looking back at line 1 of 2"));
    terminal.press("q");
    let status = terminal.child.wait().unwrap();
    assert_eq!(status.exit_code(), 0);
}

#[test]
fn a_lesson_is_recorded_without_a_screen_and_files_that_are_none_are_refused() {
    let home = fresh_directory();
    let record = |name: &str| run(tutor(home.path()).args(["run", "2", "--record", name]));
    let ran = record("two.mmap");
    assert!(ran.status.success(), "{}", ran.text());
    assert!(ran.text().contains("expectations hold"), "{}", ran.text());
    let again = record("two.mmap");
    assert_eq!(again.status.code(), Some(2));
    assert!(
        again.text().contains("is there already"),
        "{}",
        again.text()
    );
    let mut bytes = std::fs::read(home.path().join("two.mmap")).unwrap();
    bytes.truncate(bytes.len() / 2);
    std::fs::write(home.path().join("half.mmap"), &bytes).unwrap();
    let table = [
        ("half.mmap", "this recording is cut off: it ends at byte"),
        ("nothing.mmap", "cannot be read: No such file or directory"),
        (".", "is no file"),
        ("/dev/zero", "is no file"),
        ("/proc/self/status", "this is no recording of mmap-tutor"),
    ];
    for (name, told) in table {
        let ran = run(tutor(home.path()).args(["replay", name]));
        assert_eq!(ran.status.code(), Some(2), "{name}");
        assert!(ran.text().contains(told), "{name}: {}", ran.text());
    }
}
