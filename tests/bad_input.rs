//! Bad input from the command line: every mistake ends in a sentence that says what and where, with the right exit
//! status, no panic, and nothing in the output that a terminal would obey.

#[path = "support/directory.rs"]
mod directory;
#[path = "support/tutor.rs"]
mod tutor;

use directory::fresh_directory;
use serde_json::Value;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Stdio;
use tutor::{Ran, run, tutor};

/// Runs the tutor in a directory of its own.
fn tutor_with(arguments: &[&str]) -> Ran {
    let home = fresh_directory();
    let ran = run(tutor(home.path()).args(arguments));
    assert_civil(&ran, &arguments.join(" "));
    ran
}

/// Writes a file and runs the tutor on it.
fn tutor_on(file: &str, bytes: &[u8], arguments: &[&str]) -> Ran {
    let home = fresh_directory();
    std::fs::write(home.path().join(file), bytes).expect("the file is written");
    let ran = run(tutor(home.path()).args(arguments).arg(file));
    let shown: String = String::from_utf8_lossy(bytes).chars().take(200).collect();
    assert_civil(&ran, &shown);
    ran
}

/// Runs statements and gives the transcript.
fn transcript(code: &str) -> (Ran, Value) {
    let ran = tutor_on("a.c", code.as_bytes(), &["run", "--json"]);
    let json = serde_json::from_slice(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", ran.text()));
    (ran, json)
}

/// No panic, no death by a signal, and no character that a terminal would obey.
fn assert_civil(ran: &Ran, about: &str) {
    let text = ran.text();
    assert!(
        ran.status
            .code()
            .is_some_and(|code| (0..=2).contains(&code)),
        "{about}: {}: {text}",
        ran.status
    );
    for word in ["panicked", "RUST_BACKTRACE", "unwrap"] {
        assert!(!text.contains(word), "{about}: says `{word}`: {text}");
    }
    let obeyed = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    };
    let bad: Vec<char> = text.chars().filter(|&c| obeyed(c)).collect();
    assert!(bad.is_empty(), "{about}: prints {bad:?}: {text:?}");
}

/// A mistake: exit status 2, nothing on stdout, and a message with all of these in it.
fn assert_refused(ran: &Ran, says: &[&str], about: &str) {
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{about}: {}", ran.text());
    assert!(ran.stdout.is_empty(), "{about}: prints {}", ran.text());
    for part in says {
        assert!(
            stderr.contains(part),
            "{about}: does not say `{part}`: {stderr}"
        );
    }
}

#[test]
fn c_outside_the_subset_is_refused_where_it_stands() {
    let table: [(&str, &[&str]); 24] = [
        (
            "int a = 1;\nstruct point { int x; int y; };",
            &["a.c:2:1", "struct"],
        ),
        ("float f;", &["a.c:1:1", "float"]),
        ("int a = 1;\n  double d = 0;", &["a.c:2:3", "double"]),
        ("long n = 1.5;", &["a.c:1:10", "1.5"]),
        ("switch (1) { case 1: ; }", &["a.c:1:1", "switch"]),
        ("goto out;", &["a.c:1:1", "goto"]),
        ("#include <stdio.h>\nint a;", &["a.c:1:1", "#include"]),
        ("#define N 3", &["a.c:1:1", "#define"]),
        ("int main(void) { return 0; }", &["a.c:1:", "function"]),
        ("typedef int number;", &["a.c:1:1", "typedef"]),
        ("union { int a; } u;", &["a.c:1:1", "union"]),
        ("asm(\"nop\");", &["a.c:1:1", "asm"]),
        ("return 0;", &["a.c:1:1", "return"]),
        (
            "char *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMUS, -1, 0);",
            &["a.c:1:53", "MAP_ANONYMUS", "did you mean `MAP_ANONYMOUS`?"],
        ),
        (
            "char *p = mmapp(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0);",
            &["a.c:1:11", "did you mean `mmap`?"],
        ),
        ("int fd = open(\"data.bin\");", &["a.c:1:", "open"]),
        ("munmap(1);", &["a.c:1:", "munmap"]),
        ("int a = 1;\na = b;", &["a.c:2:5", "`b`"]),
        ("int a = ;", &["a.c:1:9"]),
        ("int a = 1", &["a.c:1:"]),
        ("int a = 1;\nfor (int i = 0; i < 3; i++ {", &["a.c:2:28"]),
        ("char *s = \"no end;\nint b;", &["a.c:1:11"]),
        ("/* no end\nint b;", &["a.c:1:1"]),
        (
            "int a = 99999999999999999999999;",
            &["a.c:1:9", "99999999999999999999999"],
        ),
    ];
    for (code, says) in table {
        let ran = tutor_on("a.c", code.as_bytes(), &["run"]);
        assert_refused(&ran, says, code);
        let stderr = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(stderr.contains('^'), "{code}: no caret: {stderr}");
        let checked = tutor_on("a.c", code.as_bytes(), &["check"]);
        assert_refused(&checked, says, code);
    }
}

#[test]
fn what_is_nested_too_deep_is_refused_and_not_followed() {
    let deep = |open: &str, middle: &str, close: &str| {
        let many = 100_000;
        format!(
            "long a = 1;\n{}{middle}{}",
            open.repeat(many),
            close.repeat(many)
        )
    };
    let table = [
        deep("(", "a", ")") + ";",
        deep("{", ";", "}"),
        "long b = ".to_owned() + &deep("(", "1", ")").replace("long a = 1;\n", "") + ";",
        deep("-", " a", "") + ";",
        deep("!", "a", "") + ";",
        deep("*", "a", "") + ";",
        deep("&", "a", "") + ";",
        deep("(char)", "a", "") + ";",
        deep("sizeof ", "a", "") + ";",
        deep("a = ", "a", "") + ";",
        deep("a ? a : ", "a", "") + ";",
        deep("a[", "a", "]") + ";",
        deep("strlen(", "a", ")") + ";",
        deep("if (a) ", ";", ""),
        deep("if (a) ; else ", ";", ""),
        deep("while (a) ", ";", ""),
        deep("do ", ";", " while (a);"),
        deep("for (;;) ", ";", ""),
        deep("char ", "b", "") + ";",
        deep("int ", &"*".repeat(100_000), "").replacen("int ", "", 99_999) + "b;",
        "int b".to_owned() + &"[2]".repeat(100_000) + ";",
        "int b[2] = ".to_owned() + &"{".repeat(100_000) + "1" + &"}".repeat(100_000) + ";",
        deep("", "(", "") + ";",
        deep("", "((((", ""),
    ];
    for code in table {
        let ran = tutor_on("a.c", code.as_bytes(), &["run"]);
        let start: String = code.chars().take(60).collect();
        assert_refused(&ran, &["a.c:"], &start);
    }
}

#[test]
fn what_is_long_but_flat_is_played_or_refused() {
    let table = [
        "long a = 1".to_owned() + &" + 1".repeat(100_000) + ";",
        "long a = 1;\na".to_owned() + &" = a, a".repeat(100_000) + ";",
        "long a = 1".to_owned() + &" && 1".repeat(100_000) + ";",
        "long a = 1;".to_owned() + &" ".repeat(1_000_000),
        "long a = 1; // ".to_owned() + &"x".repeat(1_000_000),
        "long ".to_owned() + &"a".repeat(1_000_000) + " = 1;",
        "char *a = \"".to_owned() + &"x".repeat(1_000_000) + "\";",
        "long a = ".to_owned() + &"1".repeat(1_000_000) + ";",
        "@".repeat(1_000_000),
        "char a[1000000000000];".to_owned(),
        "{ ".to_owned() + &"int a; ".repeat(1_000) + "}",
        (0..3_000).map(|i| format!("long a{i}[100];\n")).collect(),
    ];
    for code in table {
        let ran = tutor_on("a.c", code.as_bytes(), &["run"]);
        let start: String = code.chars().take(60).collect();
        if !ran.status.success() {
            assert_refused(&ran, &["a.c:"], &start);
        }
        // A message shows the place, not the megabyte around it.
        assert!(
            ran.stderr.len() < 4_000_000,
            "{start}: {} bytes of message",
            ran.stderr.len()
        );
    }
}

#[test]
fn bytes_that_are_not_text_are_refused_and_shown_harmlessly() {
    let table: [(&[u8], &[&str]); 8] = [
        (b"int a = 1;\0", &["a.c:1:11"]),
        (b"int a\0b = 1;", &["a.c:1:6"]),
        (b"int a = 1;\nint \xff\xfe = 2;", &["a.c:2:"]),
        (b"\x7fELF\x02\x01\x01\0\0\0\0", &["a.c:1:1"]),
        (b"int \x1b[31ma = 1;", &["a.c:1:5"]),
        ("int a\u{202e} = 1;".as_bytes(), &["a.c:1:6"]),
        ("int \u{9b}31ma = 1;".as_bytes(), &["a.c:1:5"]),
        ("int größe = 1;".as_bytes(), &["a.c:1:"]),
    ];
    for (bytes, says) in table {
        let about = String::from_utf8_lossy(bytes).escape_debug().to_string();
        assert_refused(&tutor_on("a.c", bytes, &["run"]), says, &about);
        assert_refused(&tutor_on("a.c", bytes, &["check"]), says, &about);
    }
}

#[test]
fn output_of_a_program_is_shown_harmlessly() {
    let code = "puts(\"\\033[2J\\007 bell\");\nprintf(\"%c\\n\", 27);\nint a = 1;";
    for arguments in [&["run"][..], &["run", "--json"]] {
        let ran = tutor_on("a.c", code.as_bytes(), arguments);
        assert!(ran.text().contains("bell"), "{}", ran.text());
    }
}

#[test]
fn an_empty_file_is_said_to_be_empty() {
    for bytes in [&b""[..], b"\n\n", b"// only a comment\n"] {
        assert_refused(&tutor_on("a.c", bytes, &["run"]), &["a.c"], "an empty file");
    }
    assert_refused(
        &tutor_on("a.md", b"", &["run"]),
        &["a.md:1:1"],
        "an empty lesson",
    );
}

#[test]
fn what_is_no_file_is_refused_by_name() {
    let home = fresh_directory();
    let place = home.path();
    std::fs::create_dir(place.join("folder.c")).unwrap();
    nix::unistd::mkfifo(&place.join("pipe.c"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    std::os::unix::fs::symlink("loop.c", place.join("loop.c")).unwrap();
    for (file, says) in [
        ("folder.c", "not a regular file"),
        ("pipe.c", "not a regular file"),
        ("loop.c", "loop.c"),
        ("nothing.c", "No such file"),
        ("nothing.md", "No such file"),
        ("/dev/zero", "/dev/zero"),
        ("/proc/self/mem", "/proc/self/mem"),
    ] {
        for command in ["run", "check"] {
            let ran = run(tutor(place).args([command, file]));
            assert_civil(&ran, file);
            assert_refused(&ran, &[file, says], file);
        }
    }
}

#[test]
fn mistakes_of_the_command_line_are_told_with_the_nearest_right_word() {
    let table: [(&[&str], &[&str]); 9] = [
        (&["--frobnicate"], &["--frobnicate"]),
        (&["run"], &["LESSON"]),
        (&["run", "--jsn", "06"], &["--jsn", "--json"]),
        (
            &["run", "06-fork-copy-on-wirte"],
            &[
                "06-fork-copy-on-wirte",
                "did you mean",
                "06-fork-copy-on-write",
            ],
        ),
        (
            &["run", "no such lesson at all"],
            &["no such lesson at all", "list"],
        ),
        (
            &["06-fork-copy-on-wirte"],
            &["06-fork-copy-on-wirte", "06-fork-copy-on-write"],
        ),
        (&["--step", "2"], &["LESSON"]),
        (
            &["list", "--lessons", "/nonexistent/folder"],
            &["/nonexistent/folder"],
        ),
        (&["check"], &["FILES"]),
    ];
    for (arguments, says) in table {
        assert_refused(&tutor_with(arguments), says, &arguments.join(" "));
    }
}

#[test]
fn foreign_words_on_the_command_line_are_shown_harmlessly() {
    for word in [
        "\u{1b}[31mred",
        "--\u{1b}]0;title\u{7}",
        "\u{202e}gnp.c",
        "a\nb.c",
        "\u{9b}2J.md",
    ] {
        let ran = tutor_with(&["run", word]);
        assert_eq!(ran.status.code(), Some(2), "{word:?}");
        tutor_with(&[word]);
    }
    let home = fresh_directory();
    let ran = run(tutor(home.path())
        .arg("run")
        .arg(OsStr::from_bytes(b"\xff\xfe.c")));
    assert_civil(&ran, "a name that is no text");
    assert_eq!(ran.status.code(), Some(2));
}

#[test]
fn malformed_lessons_are_refused_where_they_are_wrong() {
    let front = "+++\ntitle = \"T\"\nsummary = \"S.\"\nminutes = 1\n+++\n";
    let with = |rest: &str| format!("{front}{rest}");
    let table: [(String, &[&str]); 14] = [
        ("# No front matter\n".into(), &["a.md:1:1", "+++"]),
        ("+++\ntitle = \"T\"\n".into(), &["a.md:1:1", "+++"]),
        ("+++\ntitle = \n+++\n## A\n".into(), &["a.md:2:"]),
        (
            "+++\ntitle = \"T\"\nminutes = 1\n+++\n## A\nx\n".into(),
            &["a.md:", "summary"],
        ),
        (
            front.replace("minutes = 1", "minutes = \"one\"") + "## A\n",
            &["a.md:4:"],
        ),
        (
            front.replace("minutes = 1", "minutes = 1\nauther = \"me\"") + "## A\n",
            &["a.md:5:", "auther"],
        ),
        (with("Only text, no step.\n"), &["a.md:"]),
        (with("## A\n```c\nint a = 1\n```\n"), &["a.md:8:"]),
        (with("## A\n```c\nint a = b;\n```\n"), &["a.md:8:9", "`b`"]),
        (
            with("## A {plaecment = \"kernel\"}\n```c\nint a = 1;\n```\n"),
            &["a.md:6:", "plaecment"],
        ),
        (
            with("## A\n```c\nint a = 1;\n```\n```expect\na ==\n```\n"),
            &["a.md:11:"],
        ),
        (
            with("## A\n```c chlid\nint a = 1;\n```\n"),
            &["a.md:7:", "chlid"],
        ),
        (
            with("## A\n```predict minor_fualts\nHow many?\n```\n```c\nint a = 1;\n```\n"),
            &["a.md:7:", "minor_fualts"],
        ),
        (with("## A\n```c\nint a = 1;\n"), &["a.md:7:"]),
    ];
    for (text, says) in table {
        assert_refused(&tutor_on("a.md", text.as_bytes(), &["check"]), says, &text);
        assert_refused(&tutor_on("a.md", text.as_bytes(), &["run"]), says, &text);
    }
}

#[test]
fn hostile_lessons_are_refused_or_shown_harmlessly() {
    let front = "+++\ntitle = \"T\"\nsummary = \"S.\"\nminutes = 1\n+++\n";
    let step = "## A\n```c\nint a = 1;\n```\n";
    let table = [
        format!("+++\ntitle = {}\n+++\n", "[".repeat(100_000)),
        format!("+++\n{}\n+++\n{step}", "a.".repeat(100_000)),
        format!("{front}{}\n{step}", ">".repeat(100_000)),
        format!("{front}{}\n{step}", "- ".repeat(20_000)),
        format!("{front}{}\n{step}", "*".repeat(100_000)),
        format!("{front}{}\n{step}", "[".repeat(100_000)),
        format!("{front}{}\n{step}", "`".repeat(100_001)),
        format!(
            "{front}{step}```expect\n{}a{}\n```\n",
            "(".repeat(100_000),
            ")".repeat(100_000)
        ),
        format!(
            "{front}## {}\n```c\nint a = 1;\n```\n",
            "A".repeat(1_000_000)
        ),
        front.replace("\"T\"", "\"\u{1b}[31mT\\u001b[2J\"") + step,
        format!("{front}\u{202e}{step}"),
        format!("{front}## \u{1b}]0;x\u{7}\n```c\nint a = 1;\n```\n"),
        format!("{front}{}", step.repeat(3)),
    ];
    for text in table {
        let shown: String = text.chars().take(80).collect();
        for arguments in [&["check"][..], &["run"], &["run", "--json"]] {
            let ran = tutor_on("a.md", text.as_bytes(), arguments);
            if !ran.status.success() {
                assert_refused(&ran, &["a.md:"], &shown);
            }
        }
    }
    let bytes = [front.as_bytes(), b"\xff\xfe", step.as_bytes()].concat();
    assert_refused(
        &tutor_on("a.md", &bytes, &["check"]),
        &["a.md:6:1"],
        "bad UTF-8",
    );
}

#[test]
fn a_fault_is_a_result() {
    let table = [
        ("*(char *)16 = 1;", "SIGSEGV", "SEGV_MAPERR", "0x10"),
        (
            "char c = *(char *)0x7fff00000000;",
            "SIGSEGV",
            "SEGV_MAPERR",
            "0x7fff00000000",
        ),
        (
            "long n = *(long *)0x4141414141414141;",
            "SIGSEGV",
            "SI_KERNEL",
            "0x0",
        ),
    ];
    for (code, name, why, address) in table {
        let (ran, json) = transcript(&format!("{code}\nint after = 1;"));
        assert_eq!(ran.status.code(), Some(0), "{code}: {}", ran.text());
        let lines = json["steps"][0]["lines"].as_array().unwrap();
        assert_eq!(lines.len(), 2, "{code}: the next line runs: {}", ran.text());
        let signal = &lines[0]["signal"];
        assert_eq!(
            (&signal["name"], &signal["code"], &signal["address"]),
            (&name.into(), &why.into(), &address.into())
        );
        assert!(lines[1]["signal"].is_null());
    }
}

#[test]
fn division_by_zero_is_a_result() {
    let (ran, json) = transcript("int zero = 0;\nint a = 1 / zero;\nint b = 2;");
    assert_eq!(ran.status.code(), Some(0), "{}", ran.text());
    assert_eq!(json["steps"][0]["lines"][1]["signal"]["name"], "SIGFPE");
    assert_eq!(json["steps"][0]["lines"][2]["result"], 2);
}

#[test]
fn a_program_that_unmaps_the_ground_under_itself_is_said_to_have_died() {
    let table = [
        "munmap((void *)PAGE, 0x7fffffff0000);",
        "mprotect((void *)PAGE, 0x7fffffff0000, PROT_NONE);\nmunmap((void *)PAGE, 0x7fffffff0000);",
    ];
    for code in table {
        let ran = tutor_on(
            "a.c",
            format!("int a = 1;\n{code}\na = 2;").as_bytes(),
            &["run"],
        );
        let text = ran.text();
        assert!(text.contains("SIGSEGV"), "{code}: {text}");
        assert!(text.contains("main"), "{code}: {text}");
    }
}

#[test]
fn a_program_that_breaks_its_own_variables_is_told_so() {
    let code = "char buffer[16];\n\
        char *page = (char *)((unsigned long)buffer / PAGE * PAGE);\n\
        mmap(page, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);\n\
        buffer[0] = 1;\n\
        int a = 1;";
    let ran = tutor_on("a.c", code.as_bytes(), &["run"]);
    assert!(ran.text().contains("SIGSEGV"), "{}", ran.text());
}

#[test]
fn an_endless_loop_is_stopped_and_said() {
    let (ran, json) = transcript("int a = 1;\nwhile (1) ;\na = 2;");
    let ended = json["steps"][0]["lines"][1]["ended"]
        .as_str()
        .unwrap_or_else(|| panic!("{}", ran.text()));
    assert!(ended.contains("stopped"), "{ended}");
    assert_eq!(
        json["steps"][0]["lines"].as_array().unwrap().len(),
        3,
        "the next line runs: {}",
        ran.text()
    );
}

#[test]
fn without_a_home_files_are_kept_elsewhere() {
    let home = fresh_directory();
    std::fs::write(
        home.path().join("a.c"),
        "int fd = open(\"f\", O_RDWR | O_CREAT, 0600);",
    )
    .unwrap();
    for (name, nowhere) in [
        ("HOME", "/dev/null/home"),
        ("HOME", ""),
        ("XDG_CACHE_HOME", "relative"),
    ] {
        let mut command = tutor(home.path());
        command
            .env_clear()
            .env(name, nowhere)
            .args(["run", "a.c", "--json"]);
        let ran = run(&mut command);
        assert_civil(&ran, nowhere);
        let json: Value = serde_json::from_slice(&ran.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", ran.text()));
        assert_eq!(json["steps"][0]["lines"][0]["result"], 3, "{}", ran.text());
    }
    assert!(
        !home.path().join("relative").exists(),
        "nothing is left where it was started"
    );
}

#[test]
fn without_a_terminal_the_way_without_one_is_named() {
    for arguments in [&[][..], &["6"]] {
        assert_refused(
            &tutor_with(arguments),
            &["terminal", "mmap-tutor run"],
            "no terminal",
        );
    }
}

#[test]
fn a_reader_that_has_gone_is_no_mistake() {
    let home = fresh_directory();
    for arguments in [
        &["list"][..],
        &["run", "1"],
        &["run", "1", "--json"],
        &["doctor"],
        &["--help"],
    ] {
        let mut child = tutor(home.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {stderr}");
        assert!(stderr.is_empty(), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_full_disk_is_told() {
    let full = || {
        std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    let home = fresh_directory();
    let output = tutor(home.path())
        .arg("list")
        .stdout(full())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("No space left"),
        "{output:?}"
    );
}

/// The processes that a process has started.
fn children(pid: u32) -> Vec<i32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten();
    let read = |task: std::fs::DirEntry| {
        std::fs::read_to_string(task.path().join("children")).unwrap_or_default()
    };
    tasks
        .flat_map(|task| {
            read(task)
                .split_whitespace()
                .filter_map(|pid| pid.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Whether a process is there and not merely waiting to be buried.
fn lives(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')')
        .next()
        .is_some_and(|rest| !rest.is_empty() && !rest.trim_start().starts_with(['Z', 'X']))
}

/// Waits until something is so; a guard ends the wait.
fn wait_until(what: &str, so: impl Fn() -> bool) {
    let since = std::time::Instant::now();
    while !so() {
        assert!(since.elapsed().as_secs() < 60, "{what} did not happen");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// A tutor whose lab is busy for as long as it is let, and the lab's pid.
fn busy(home: &Path) -> (std::process::Child, i32) {
    std::fs::write(home.join("a.c"), "int a = 1;\nwhile (1) ;\na = 2;").unwrap();
    let mut command = tutor(home);
    command
        .args(["run", "a.c"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    wait_until("a lab", || !children(child.id()).is_empty());
    let lab = children(child.id())[0];
    // Busy: it has used processor time for the loop, not only to start.
    let ticks = || {
        let stat = std::fs::read_to_string(format!("/proc/{lab}/stat")).unwrap_or_default();
        let fields: Vec<String> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .map(Into::into)
            .collect();
        fields
            .get(11)
            .and_then(|ticks| ticks.parse::<u64>().ok())
            .unwrap_or(0)
    };
    wait_until("a busy lab", || ticks() >= 20);
    (child, lab)
}

fn kill(pid: i32, signal: nix::sys::signal::Signal) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal).unwrap();
}

#[test]
fn a_lab_that_is_killed_from_outside_is_said_to_have_been() {
    let home = fresh_directory();
    let (child, lab) = busy(home.path());
    kill(lab, nix::sys::signal::Signal::SIGKILL);
    let output = child.wait_with_output().unwrap();
    let ran = Ran {
        status: output.status,
        stdout: output.stdout,
        stderr: output.stderr,
    };
    assert_civil(&ran, "a killed lab");
    assert!(ran.text().contains("SIGKILL"), "{}", ran.text());
    assert_eq!(
        ran.status.code(),
        Some(1),
        "the rest could not be played: {}",
        ran.text()
    );
}

#[test]
fn a_lab_that_is_stopped_from_outside_does_not_stop_the_tutor() {
    let home = fresh_directory();
    let (child, lab) = busy(home.path());
    kill(lab, nix::sys::signal::Signal::SIGSTOP);
    let output = child.wait_with_output().unwrap();
    let ran = Ran {
        status: output.status,
        stdout: output.stdout,
        stderr: output.stderr,
    };
    assert_civil(&ran, "a stopped lab");
    assert!(ran.text().contains("stopped"), "{}", ran.text());
    wait_until("the end of the lab", || !lives(lab));
}

#[test]
fn labs_end_with_the_tutor_however_it_ends() {
    use nix::sys::signal::Signal;
    for signal in [
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGKILL,
    ] {
        let home = fresh_directory();
        let (mut child, lab) = busy(home.path());
        kill(child.id() as i32, signal);
        child.wait().unwrap();
        wait_until("the end of the lab", || !lives(lab));
    }
}
