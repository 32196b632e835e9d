//! Programs that do harm to themselves, never end, or are killed and stopped from outside.

use crate::{Ran, assert_civil, fresh_directory, tutor, tutor_on};
use nix::sys::signal::Signal;
use serde_json::Value;
use std::path::Path;
use std::process::Stdio;

#[test]
fn output_of_a_program_is_shown_harmlessly() {
    let code = "puts(\"\\033[2J\\007 bell\");\nprintf(\"%c\\n\", 27);\nint a = 1;";
    for arguments in [&["run"][..], &["run", "--json"]] {
        let ran = tutor_on("a.c", code.as_bytes(), arguments);
        assert!(ran.text().contains("bell"), "{}", ran.text());
    }
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
fn a_lab_that_is_killed_from_outside_is_said_to_have_been() {
    let home = fresh_directory();
    let (child, lab) = busy(home.path());
    kill(lab, Signal::SIGKILL);
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
    kill(lab, Signal::SIGSTOP);
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

/// Runs statements and gives the transcript.
fn transcript(code: &str) -> (Ran, Value) {
    let ran = tutor_on("a.c", code.as_bytes(), &["run", "--json"]);
    let json = serde_json::from_slice(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", ran.text()));
    (ran, json)
}

/// A tutor whose lab is busy for as long as it is let, and the lab's pid.
fn busy(home: &Path) -> (std::process::Child, i32) {
    std::fs::write(home.join("a.c"), "int a = 1;\nwhile (1) ;\na = 2;")
        .expect("this works on any Linux");
    let mut command = tutor(home);
    command
        .args(["run", "a.c"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().expect("this works on any Linux");
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

fn kill(pid: i32, signal: Signal) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal)
        .expect("this works on any Linux");
}
