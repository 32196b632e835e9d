//! `watch --once` from outside: what it prints of processes made for it, against pagemap, `pmap -X` and procfs, and what
//! it says where nothing, or not everything, can be read. What cannot be tried here is said aloud.

#![expect(clippy::unwrap_used, reason = "a test: a failure is a panic")]

#[path = "support/directory.rs"]
mod directory;
#[path = "support/target.rs"]
mod target;
#[path = "support/tutor.rs"]
mod tutor;

use directory::fresh_directory;
use mmap_tutor::mem::Bytes;
use mmap_tutor::observe;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::collections::HashMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use target::{Target, Waiting};
use tutor::{Ran, run, tutor};

const MIB: usize = 1 << 20;

fn watch(arguments: &[&str]) -> Ran {
    let home = fresh_directory();
    run(tutor(home.path()).arg("watch").args(arguments))
}

fn json_of(ran: &Ran) -> Value {
    assert_eq!(ran.status.code(), Some(0), "{}", ran.text());
    serde_json::from_slice(&ran.stdout).unwrap()
}

fn watched(pid: i32) -> Value {
    json_of(&watch(&[&pid.to_string(), "--once", "--json"]))
}

/// Starts a target and stops it, so that all who look see the same.
fn frozen(target: Target) -> Waiting {
    let waiting = Waiting::start(target);
    kill(Pid::from_raw(waiting.pid), Signal::SIGSTOP).unwrap();
    waiting
}

fn vma_at(json: &Value, start: u64) -> &Value {
    let vmas = json["vmas"].as_array().unwrap();
    let holds =
        |vma: &&Value| vma["start"].as_u64() <= Some(start) && Some(start) < vma["end"].as_u64();
    vmas.iter().find(holds).unwrap()
}

#[test]
fn what_it_says_of_a_mapping_is_what_pagemap_says() {
    let page = observe::page_size().bytes();
    let sparse = Target::Sparse {
        bytes: 1 << 36,
        stride: 1 << 28,
    };
    for (target, length, touched) in [
        (
            Target::Touched(8 * MIB),
            8 * MIB as u64,
            8 * MIB as u64 / page,
        ),
        (sparse, 1 << 36, 256),
    ] {
        let target = frozen(target);
        let json = watched(target.pid);
        let vma = vma_at(&json, target.start);
        let pagemap = File::open(format!("/proc/{}/pagemap", target.pid)).unwrap();
        let present = |at: u64| {
            let mut entry = [0; 8];
            pagemap.read_exact_at(&mut entry, at / page * 8).unwrap();
            u64::from_ne_bytes(entry) >> 63
        };
        // Every page of the one, every page that was touched and its neighbour of the other.
        let step = length / touched;
        let places = (0..touched).flat_map(|n| [n * step, n * step + page]);
        let mut places: Vec<u64> = places.filter(|&at| at < length).collect();
        places.dedup();
        let count: u64 = if step == page {
            (0..touched).map(|n| present(target.start + n * page)).sum()
        } else {
            places.iter().map(|at| present(target.start + at)).sum()
        };
        assert_eq!(count, touched);
        // A neighbouring mapping of the test's own may have merged with it: it is only larger then.
        assert!(vma["rss"].as_u64().unwrap() >= count * page, "{vma}");
        assert!(vma["size"].as_u64().unwrap() >= length, "{vma}");
        assert_eq!(
            vma["end"].as_u64().unwrap() - vma["start"].as_u64().unwrap(),
            vma["size"].as_u64().unwrap()
        );
    }
}

#[test]
fn the_list_is_that_of_maps_and_the_sums_are_those_of_the_rollup() {
    let target = frozen(Target::Vmas(1000));
    let json = watched(target.pid);
    let maps = fs::read_to_string(format!("/proc/{}/maps", target.pid)).unwrap();
    let vmas = json["vmas"].as_array().unwrap();
    assert_eq!(vmas.len(), maps.lines().count());
    assert!(vmas.len() >= 1000);
    let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", target.pid)).unwrap();
    for (key, name) in [
        ("Rss:", "rss"),
        ("Anonymous:", "anonymous"),
        ("Shared_Clean:", "shared_clean"),
        ("Swap:", "swap"),
    ] {
        let kilobytes: u64 = rollup
            .lines()
            .find_map(|line| {
                line.strip_prefix(key)?
                    .trim()
                    .strip_suffix(" kB")?
                    .parse()
                    .ok()
            })
            .unwrap();
        assert_eq!(
            json["totals"][name].as_u64(),
            Some(kilobytes * 1024),
            "{name}"
        );
    }
    let parts = &json["totals"]["where_rss_goes"];
    let sum: u64 = [
        "anonymous",
        "lazy_free",
        "file_shared",
        "file_alone",
        "file_either",
        "shared_memory",
        "other",
    ]
    .iter()
    .map(|name| parts[name].as_u64().unwrap())
    .sum();
    assert_eq!(Some(sum), json["totals"]["rss"].as_u64());
}

#[test]
fn agrees_with_pmap() {
    let target = frozen(Target::Touched(MIB));
    let Ok(output) = Command::new("pmap")
        .args(["-X", &target.pid.to_string()])
        .output()
    else {
        println!("SKIPPED: no pmap is installed here");
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines().skip(1);
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    let json = watched(target.pid);
    let mut ours: HashMap<u64, &Value> = HashMap::new();
    for vma in json["vmas"].as_array().unwrap() {
        ours.insert(vma["start"].as_u64().unwrap(), vma);
    }
    let names = [
        ("Size", "size"),
        ("Rss", "rss"),
        ("Pss", "pss"),
        ("Referenced", "referenced"),
        ("Anonymous", "anonymous"),
        ("Swap", "swap"),
        ("Locked", "locked"),
    ];
    let mut rows = 0;
    for line in lines {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let Some(Ok(start)) = columns.first().map(|first| u64::from_str_radix(first, 16)) else {
            continue;
        };
        // The last lines are a rule and sums.
        if columns.len() + 1 < head.len() {
            continue;
        }
        rows += 1;
        let vma = ours[&start];
        for (theirs, name) in names {
            if let Some(column) = head.iter().position(|column| *column == theirs) {
                let kilobytes: u64 = columns[column].parse().unwrap();
                // What the target has from this test, it may share, and then PSS moves with each write here.
                if name != "pss" || start == target.start {
                    assert_eq!(
                        vma[name].as_u64(),
                        Some(kilobytes * 1024),
                        "{name} of {line}"
                    );
                }
            }
        }
    }
    assert_eq!(rows, ours.len());
}

#[test]
fn the_names_of_the_json_are_stable() {
    let json = json_of(&watch(&[
        "self", "--once", "--json", "--sort", "address", "--top", "3",
    ]));
    let keys = |value: &Value| -> Vec<String> {
        let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    assert_eq!(
        keys(&json),
        [
            "arguments",
            "children",
            "command",
            "faults",
            "kernel_thread",
            "name",
            "pid",
            "reasons",
            "state",
            "threads",
            "totals",
            "tree",
            "vmas",
            "vmas_in_all",
            "words"
        ]
    );
    assert_eq!(keys(&json["faults"]), ["major", "minor"]);
    assert!(json["faults"]["minor"].as_u64() > Some(0));
    let vmas = json["vmas"].as_array().unwrap();
    assert_eq!(vmas.len(), 3);
    assert!(vmas[0]["end"].as_u64() <= vmas[1]["start"].as_u64());
    for name in [
        "start",
        "end",
        "perms",
        "path",
        "size",
        "rss",
        "pss",
        "anonymous",
        "swap",
        "locked",
        "flags",
    ] {
        assert!(!vmas[0][name].is_null(), "{name}");
    }
    let word = &json["words"][0];
    assert_eq!(keys(word), ["lesson", "step", "text"]);
    // What is null has a reason.
    for (name, value) in json["totals"].as_object().unwrap() {
        assert_eq!(
            value.is_null(),
            !json["reasons"][format!("totals.{name}")].is_null(),
            "{name}"
        );
    }
}

#[test]
fn the_text_has_all_its_parts() {
    let target = Waiting::start(Target::Touched(64 * MIB));
    let ran = watch(&[&target.pid.to_string(), "--once", "--top", "2"]);
    let text = String::from_utf8(ran.stdout).unwrap();
    // Lines are wrapped.
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    for part in [
        &format!("process {}: ", target.pid),
        "faults ",
        "Where RSS goes",
        "anonymous memory",
        "page tables",
        "VMAs: 2 of ",
        "by rss",
        "(--top N shows more)",
        "In plain words",
        "is anonymous memory",
        "(see lesson 01, step 6)",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

#[test]
fn looking_costs_the_target_no_fault() {
    let target = Waiting::start(Target::Touched(4 * MIB));
    let faults = || watched(target.pid)["faults"].clone();
    assert_eq!(faults(), faults());
}

#[test]
fn a_command_is_started_looked_at_and_ended() {
    // What outlives the command must not hold the pipes that this test reads to their end.
    let script = "echo printed; echo $$ >pid; sleep 60 >/dev/null 2>&1 & wait";
    let home = fresh_directory();
    let ran = run(tutor(home.path()).args([
        "watch", "--once", "--json", "--after", "0.7", "--", "sh", "-c", script,
    ]));
    let json = json_of(&ran);
    assert_eq!(json["arguments"][2], script);
    assert_eq!(json["children"][0]["command"], "sleep 60");
    assert_eq!(json["tree"]["processes"], 2);
    assert!(String::from_utf8_lossy(&ran.stderr).contains("printed"));
    let pid = fs::read_to_string(home.path().join("pid")).unwrap();
    assert_eq!(json["pid"].to_string(), pid.trim());
    assert!(
        !fs::exists(format!("/proc/{}", pid.trim())).unwrap(),
        "it was not ended"
    );
    // The child of the command is not ours; here it is ended by its number.
    let sleeper = json["children"][0]["pid"].as_i64().unwrap();
    let _ = kill(Pid::from_raw(sleeper as i32), Signal::SIGKILL);
}

#[test]
fn a_command_can_be_left_running() {
    let ran = watch(&[
        "--once",
        "--json",
        "--after",
        "0.1",
        "--leave",
        "--",
        "sh",
        "-c",
        "exec sleep 60 >/dev/null 2>&1",
    ]);
    let pid = Pid::from_raw(json_of(&ran)["pid"].as_i64().unwrap() as i32);
    assert!(kill(pid, Signal::SIGKILL).is_ok(), "it still runs");
}

#[test]
fn what_cannot_be_watched_is_told_in_a_sentence() {
    let table: [(&[&str], &str); 15] = [
        (&["self", "--once", "--leave"], "--leave is for a command"),
        (
            &["self", "--once", "--after", "5"],
            "--after is for a command",
        ),
        (&["self", "--after", "5"], "--after are for --once"),
        (
            &[],
            "a process number, `self` for the tutor itself, or `-- COMMAND`",
        ),
        (
            &["--"],
            "a process number, `self` for the tutor itself, or `-- COMMAND`",
        ),
        // Before the terminal, which is missing here, is asked for.
        (&["99999999"], "there is no process 99999999"),
        (&["foo"], "`foo` is no process number"),
        (&["1", "--", "ls"], "cannot be used with"),
        (&["99999999", "--once"], "there is no process 99999999"),
        (&["0", "--once"], "no process number"),
        (&["1"], "add --once"),
        (
            &["--once", "--", "/nowhere/at/all"],
            "cannot start `/nowhere/at/all`",
        ),
        (
            &["--once", "--after", "5", "--", "true"],
            "had ended (exit status: 0) before it was looked at",
        ),
        (&["--once"], "say what to watch"),
        (&["1", "--once", "--after", "soon"], "a number of seconds"),
    ];
    for (arguments, says) in table {
        let ran = watch(arguments);
        assert_eq!(ran.status.code(), Some(2), "{arguments:?}: {}", ran.text());
        assert!(ran.stdout.is_empty(), "{arguments:?}");
        assert!(
            String::from_utf8_lossy(&ran.stderr).contains(says),
            "{arguments:?}: {}",
            ran.text()
        );
    }
}

#[test]
fn a_command_that_is_misspelt_is_told_before_what_stands_behind_it() {
    let home = fresh_directory();
    let ran = run(tutor(home.path()).args(["wach", "1"]));
    assert_eq!(ran.status.code(), Some(2), "{}", ran.text());
    assert!(
        ran.text().contains("did you mean `watch`?"),
        "{}",
        ran.text()
    );
}

#[test]
fn a_process_that_has_ended_but_was_not_waited_for_is_called_a_zombie() {
    let mut child = Command::new("true").spawn().unwrap();
    let stat = format!("/proc/{}/stat", child.id());
    while !fs::read_to_string(&stat).unwrap().contains(") Z ") {
        std::thread::sleep(Duration::from_millis(2));
    }
    let ran = watch(&[&child.id().to_string(), "--once"]);
    assert_eq!(ran.status.code(), Some(2), "{}", ran.text());
    assert!(
        ran.text().contains("has ended, and waits"),
        "{}",
        ran.text()
    );
    assert!(ran.text().contains("(a zombie)"), "{}", ran.text());
    child.wait().unwrap();
}

#[test]
fn a_zombie_among_the_descendants_has_no_memory_and_that_is_known() {
    // What sh starts is a child of what it becomes, which waits for nobody.
    let mut parent = Command::new("sh")
        .args(["-c", "true & exec sleep 60"])
        .spawn()
        .unwrap();
    let pid = parent.id() as i32;
    let since = Instant::now();
    let json = loop {
        let json = watched(pid);
        if json["children"][0]["ended"] == true && json["name"] == "sleep" {
            break json;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "{json:#}");
    };
    let text = watch(&[&pid.to_string(), "--once"]).text();
    parent.kill().unwrap();
    parent.wait().unwrap();
    let child = &json["children"][0];
    for name in ["rss", "pss", "swap"] {
        assert_eq!(child[name], 0, "{child}");
    }
    for name in ["rss", "pss"] {
        assert_eq!(json["tree"][name], json["totals"][name], "{name}");
        assert!(json["tree"][name].as_u64() > Some(0), "{name}");
    }
    assert!(text.contains("(ended)"), "{text}");
    assert!(text.contains("all 2 together"), "{text}");
    assert!(!text.contains("unknown"), "{text}");
}

#[test]
fn a_process_whose_first_thread_has_ended_is_seen_through_another() {
    let home = fresh_directory();
    let (source, program) = (home.path().join("a.c"), home.path().join("a"));
    let text = "#include <pthread.h>\n#include <unistd.h>\n\
        static void *wait(void *x) { for (;;) pause(); return x; }\n\
        int main(void) { pthread_t t; pthread_create(&t, 0, wait, 0); pthread_create(&t, 0, wait, 0); pthread_exit(0); }\n";
    fs::write(&source, text).unwrap();
    let compiled = Command::new("gcc")
        .arg("-pthread")
        .arg("-o")
        .args([&program, &source])
        .status();
    if !compiled.is_ok_and(|status| status.success()) {
        println!("SKIPPED: there is no gcc");
        return;
    }
    let mut child = Command::new(&program).arg("word").spawn().unwrap();
    let stat = format!("/proc/{}/stat", child.id());
    while !fs::read_to_string(&stat).unwrap().contains(") Z ") {
        std::thread::sleep(Duration::from_millis(2));
    }
    let pid = child.id().to_string();
    let (json, text) = (watched(child.id() as i32), watch(&[&pid, "--once"]).text());
    let family = watched(std::process::id() as i32);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!((&json["state"], &json["threads"]), (&"Z".into(), &3.into()));
    assert_eq!(json["arguments"][1], "word");
    assert!(json["vmas"].as_array().unwrap().len() > 5, "{json:#}");
    assert!(json["totals"]["rss"].as_u64() > Some(0));
    assert!(json["totals"]["page_tables"].as_u64() > Some(0));
    assert!(json["reasons"]["vmas"].is_null(), "{}", json["reasons"]);
    assert!(
        text.contains("its first thread has ended; 2 run on"),
        "{text}"
    );
    assert!(!text.contains("unknown"), "{text}");
    // As a descendant of this test it has memory too.
    let kin = family["children"].as_array().unwrap();
    let kin = kin.iter().find(|kin| kin["pid"] == child.id()).unwrap();
    assert_eq!(kin["ended"], false);
    assert!(
        kin["rss"].as_u64() > Some(0) && kin["pss"].as_u64() > Some(0),
        "{kin}"
    );
}

/// Processes that end while they are looked at: whatever is seen of them, it is a sentence or an object.
#[test]
fn a_process_may_end_at_any_time() {
    for round in 0..20 {
        let mut child = Command::new("sh")
            .args(["-c", &format!("sleep 0.0{round:02}; exec sleep 0.02")])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let ran = watch(&[&child.id().to_string(), "--once", "--json"]);
        match ran.status.code() {
            Some(0) => {
                let json: Value = serde_json::from_slice(&ran.stdout).unwrap();
                assert!(json["pid"].is_number());
            }
            code => {
                assert_eq!(code, Some(2), "{}", ran.text());
                assert!(ran.text().contains("has ended"), "{}", ran.text());
            }
        }
        child.wait().unwrap();
    }
}

#[test]
fn a_process_of_somebody_else_is_shown_in_part() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: this needs root, to look as somebody else");
        return;
    }
    let target = Waiting::start(Target::Touched(MIB));
    let home = fresh_directory();
    let program = home.path().join("mmap-tutor");
    fs::copy(env!("CARGO_BIN_EXE_mmap-tutor"), &program).unwrap();
    fs::set_permissions(
        home.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let pid = target.pid.to_string();
    let look = |more: &[&str]| {
        let mut command = Command::new(&program);
        command.args(["watch", &pid, "--once"]).args(more);
        command.uid(65534).gid(65534).output()
    };
    let (output, text) = match (look(&["--json"]), look(&[])) {
        (Ok(output), Ok(text)) => (output, String::from_utf8(text.stdout).unwrap()),
        (Err(error), _) | (_, Err(error)) => {
            println!(
                "SKIPPED: uid 65534 cannot start the program in {}: {error}",
                home.path().display()
            );
            return;
        }
    };
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(json["vmas"].is_null() && json["totals"]["pss"].is_null());
    for name in [
        "vmas",
        "totals.pss",
        "totals.locked",
        "totals.where_rss_goes.file_shared",
        "tree.pss",
    ] {
        assert!(
            json["reasons"][name].is_string(),
            "no reason for {name}: {json:#}"
        );
    }
    assert!(
        json["reasons"]["vmas"]
            .as_str()
            .unwrap()
            .contains("does not let this user read")
    );
    // What everybody may read is there, and the same in both.
    let totals = &json["totals"];
    for name in ["rss", "size", "swap"] {
        assert!(totals[name].is_u64(), "{name}: {totals}");
        assert!(
            json["reasons"][format!("totals.{name}")].is_null(),
            "{name}"
        );
    }
    assert!(totals["rss"].as_u64() >= Some(MIB as u64));
    assert_eq!(totals["rss"], totals["where_rss_goes"]["rss"]);
    assert_eq!(totals["rss"], json["tree"]["rss"]);
    assert!(json["faults"]["minor"].as_u64() > Some(0));
    for (row, bytes) in [
        ("all", &totals["rss"]),
        (
            "file, others or not",
            &totals["where_rss_goes"]["file_either"],
        ),
        ("beside it: swapped out", &totals["swap"]),
        ("beside it: page tables", &totals["page_tables"]),
    ] {
        let shown = Bytes(bytes.as_u64().unwrap()).to_string();
        let line = text.lines().find(|line| line.trim().starts_with(row));
        let line = line.unwrap_or_else(|| panic!("no {row} in {text}"));
        assert!(line.contains(&shown), "{line} has no {shown}");
    }
}

#[test]
fn threads_of_the_kernel_are_told_kindly() {
    let is_kernel = |pid: &i32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.contains("(kthreadd)")
    };
    let Some(pid) = Some(2).filter(is_kernel) else {
        println!("SKIPPED: no thread of the kernel is visible here");
        return;
    };
    let json = watched(pid);
    assert_eq!(json["kernel_thread"], true);
    assert_eq!(json["vmas"], Value::Array(vec![]));
    assert!(
        json["words"][0]["text"]
            .as_str()
            .unwrap()
            .contains("thread of the kernel")
    );
    assert_eq!(
        (&json["tree"]["rss"], &json["tree"]["pss"]),
        (&0.into(), &0.into())
    );
    let text = watch(&["2", "--once"]).text();
    assert!(text.contains("threads of the kernel have none"), "{text}");
    assert!(!text.contains("unknown"), "{text}");
}

#[test]
fn names_of_strangers_do_not_reach_the_terminal_raw() {
    let mut child = Command::new("sleep")
        .arg("60")
        .arg0("evil\u{1b}[2J\u{9b}31m\u{202e}\nline")
        .spawn()
        .unwrap();
    // Until exec has happened, the child is still a copy of this test.
    let cmdline = format!("/proc/{}/cmdline", child.id());
    while !fs::read(&cmdline).unwrap().starts_with(b"evil") {
        std::thread::sleep(Duration::from_millis(2));
    }
    for form in [&[][..], &["--json"]] {
        let pid = child.id().to_string();
        let ran = watch(&[&[pid.as_str(), "--once"], form].concat());
        let text = String::from_utf8(ran.stdout).unwrap();
        assert!(text.contains("evil"));
        let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(obeyed), "{text:?}");
        assert!(!text.contains("\nline"), "{text}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
