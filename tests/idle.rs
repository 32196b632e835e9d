//! While nothing happens, nothing is done: no byte goes to the terminal, and next to no processor time is used.

#[path = "support/directory.rs"]
mod directory;
#[path = "support/pty.rs"]
mod pty;

use directory::fresh_directory;
use pty::{Received, Terminal};
use std::time::Duration;

/// How long nothing happens.
const IDLE: Duration = Duration::from_secs(3);
/// The most clock ticks (10 ms each, as a rule) that may pass in that time: 0.5 % of a core are 1.5.
const TICKS: u64 = 2;

#[test]
fn an_idle_home_screen_draws_nothing_and_costs_nothing() {
    let home = fresh_directory();
    let terminal = Terminal::start(home.path(), &[], (120, 40));
    terminal.wait_for("the list of lessons", |seen| {
        seen.text().contains("Copy-on-write after fork")
    });
    assert_idle(&terminal);
}

#[test]
fn an_idle_lesson_draws_nothing_and_costs_nothing() {
    let home = fresh_directory();
    let mut terminal = Terminal::start(home.path(), &["6"], (120, 40));
    terminal.wait_for("the lesson's code", |seen| seen.text().contains("mmap("));
    terminal.wait_until_quiet();
    let before = terminal.look(Received::text);
    terminal.press("\r");
    terminal.wait_for("the line's effect", |seen| seen.text() != before);
    assert_idle(&terminal);
}

#[test]
fn an_idle_lab_draws_nothing_and_costs_nothing() {
    let home = fresh_directory();
    let mut terminal = Terminal::start(home.path(), &["lab"], (120, 40));
    terminal.wait_for("the prompt", |seen| seen.text().contains("Tab pages"));
    assert_idle(&terminal);
    terminal.press("c");
    terminal.wait_for("what was typed", |seen| seen.text().contains("> c"));
    assert_idle(&terminal);
}

#[test]
fn a_page_over_a_lesson_draws_nothing_and_costs_nothing() {
    let home = fresh_directory();
    let mut terminal = Terminal::start(home.path(), &["6"], (120, 40));
    terminal.wait_for("the lesson's code", |seen| seen.text().contains("mmap("));
    terminal.wait_until_quiet();
    terminal.press("?");
    terminal.wait_for("the help", |seen| seen.text().contains("Keys of a lesson"));
    assert_idle(&terminal);
}

/// Nothing happens: nothing is written, and the processes of the program hardly run.
fn assert_idle(terminal: &Terminal) {
    terminal.wait_until_quiet();
    let pid = terminal.child.process_id().expect("the program runs");
    let (bytes, before) = (terminal.look(|seen| seen.bytes), ticks(pid));
    std::thread::sleep(IDLE);
    let (now, text) = terminal.look(|seen| (seen.bytes, seen.text()));
    assert_eq!(now, bytes, "bytes were written:\n{text}");
    let used = ticks(pid) - before;
    assert!(used <= TICKS, "{used} ticks of the processor in {IDLE:?}");
}

/// Clock ticks used so far by a process and its children: `utime` and `stime` of `/proc/<pid>/stat`, fields 14 and 15.
fn ticks(pid: u32) -> u64 {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let stat = read(&format!("/proc/{pid}/stat"));
    // The name in parentheses may hold anything; fields are counted behind it, where the third field stands first.
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let own: u64 = fields[11..13]
        .iter()
        .map(|field| field.parse::<u64>().expect("a number"))
        .sum();
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("the process lives");
    let children = tasks.flatten().flat_map(|task| {
        let children = read(&task.path().join("children").to_string_lossy());
        children
            .split_whitespace()
            .filter_map(|child| child.parse().ok())
            .collect::<Vec<u32>>()
    });
    own + children.map(ticks).sum::<u64>()
}
