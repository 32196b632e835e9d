//! Arguments that mean nothing, files that are none, and places that cannot be read or written.

use crate::{assert_civil, assert_refused, fresh_directory, run, tutor, tutor_with};
use serde_json::Value;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;

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
fn a_file_that_cannot_be_read_is_shown_without_a_line_of_it() {
    for command in ["run", "check", "export"] {
        let ran = tutor_with(&[command, "nope.md"]);
        assert_refused(&ran, &["`nope.md` cannot be read"], command);
        let text = ran.text();
        assert!(!text.contains('^') && !text.contains(":1"), "{text}");
    }
}

#[test]
fn a_directory_is_no_lesson_and_a_word_is_meant_from_its_beginning() {
    let home = fresh_directory();
    std::fs::create_dir(home.path().join("les")).unwrap();
    for command in ["run", "export"] {
        let ran = run(tutor(home.path()).args([command, "les"]));
        let told = "`les` is a directory, not a lesson: `--lessons les` takes the lessons in it";
        assert_refused(&ran, &[told], command);
        let ran = run(tutor(home.path()).args([command, "iles"]));
        assert_refused(&ran, &["there is no lesson `iles`"], command);
    }
    for word in ["fork", "6", "copy-on-write", "promise"] {
        let ran = run(tutor(home.path()).args(["export", word]));
        assert!(ran.status.success(), "{word}: {}", ran.text());
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
