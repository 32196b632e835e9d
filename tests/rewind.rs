//! The time machine in a real terminal: looking back by keys and by the mouse, undoing a line, and having a lab again that
//! was killed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "support/directory.rs"]
mod directory;
#[path = "support/pty.rs"]
mod pty;

use directory::fresh_directory;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pty::{Received, Terminal};

const MMAP: &str =
    "char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);";
/// What the keys say while the input is empty and nothing runs.
const IDLE: &str = "Tab pages";
const CONTROL_X: &str = "\x18";

fn wait(terminal: &Terminal, text: &str) {
    terminal.wait_for(text, |seen| seen.text().contains(text));
}

/// The empty lab with three lines run in it.
fn lab(home: &std::path::Path) -> Terminal {
    let mut terminal = Terminal::start(home, &["lab"], (120, 40));
    wait(&terminal, IDLE);
    for (line, after) in [
        (MMAP, "line 1 of 1"),
        ("p[0] = 1;", "line 2 of 2"),
        ("p[PAGE] = 2;", "line 3 of 3"),
    ] {
        terminal.press(line);
        terminal.press("\r");
        wait(&terminal, after);
        wait(&terminal, IDLE);
    }
    terminal
}

/// Row and column, counted from 1, of the last cell that shows `text`.
fn place(terminal: &Terminal, text: &str) -> (usize, usize) {
    let screen = terminal.look(Received::text);
    let rows = screen.lines().enumerate();
    let found = rows.filter_map(|(row, line)| {
        let at = line.rfind(text)?;
        Some((row + 1, line[..at].chars().count() + 1))
    });
    found.last().unwrap()
}

/// Presses, moves or lifts the left button, as a terminal reports it (SGR, 1006).
fn mouse(terminal: &mut Terminal, code: usize, (row, column): (usize, usize), end: char) {
    terminal.press(&format!("\x1b[<{code};{column};{row}{end}"));
}

/// The number of `main`, as the screen has it.
fn main_pid(terminal: &Terminal) -> i32 {
    let screen = terminal.look(Received::text);
    let (_, rest) = screen.split_once("main pid ").unwrap();
    rest.split_whitespace().next().unwrap().parse().unwrap()
}

/// Waits until a process that was killed has let go of all it had: until then it can be sent a line that it never runs.
fn wait_until_dead(pid: i32) {
    let state = || std::fs::read_to_string(format!("/proc/{pid}/stat"));
    while state().is_ok_and(|stat| !stat.contains(") Z ")) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn keys_and_the_mouse_scrub_and_a_line_is_undone_in_new_processes() {
    let home = fresh_directory();
    let mut terminal = lab(home.path());
    let first = main_pid(&terminal);
    terminal.press("[");
    wait(&terminal, "looking back at line 2 of 3");
    wait(&terminal, "the processes live on");
    // The beginning, then along the strip to line 1, then back to now.
    let start = place(&terminal, "○");
    mouse(&mut terminal, 0, start, 'M');
    wait(&terminal, "before the first of 3 lines");
    mouse(&mut terminal, 32, (start.0, start.1 + 3), 'M');
    wait(&terminal, "looking back at line 1 of 3");
    mouse(&mut terminal, 0, (start.0, start.1 + 3), 'm');
    terminal.press("]]");
    terminal.wait_for("now", |seen| !seen.text().contains("looking back"));
    terminal.press(CONTROL_X);
    wait(&terminal, "Undo line 3, `p[PAGE] = 2;`?");
    terminal.press("\r");
    wait(&terminal, "lines 1 to 2 have run again, and gave the same");
    wait(&terminal, "line 2 of 2");
    terminal.wait_until_quiet();
    assert_ne!(main_pid(&terminal), first, "another process");
    // It lives, and the line undone is in the input's history.
    terminal.press("\x1b[A");
    wait(&terminal, "main> p[PAGE] = 2;");
    terminal.press("\r");
    wait(&terminal, "line 3 of 3");
}

#[test]
fn a_lab_that_was_killed_is_had_again_with_its_lines() {
    let home = fresh_directory();
    let mut terminal = lab(home.path());
    let first = main_pid(&terminal);
    kill(Pid::from_raw(first), Signal::SIGKILL).unwrap();
    wait_until_dead(first);
    terminal.press("p[0];\r");
    wait(
        &terminal,
        "Ctrl-X: new processes, and the 3 lines that ran run again.",
    );
    // What was typed is back in the input, and stays there.
    terminal.press(CONTROL_X);
    wait(&terminal, "start and run lines 1 to 3 again");
    terminal.press("\r");
    wait(&terminal, "lines 1 to 3 have run again, and gave the same");
    assert_ne!(main_pid(&terminal), first);
    wait(&terminal, "main> p[0];");
    terminal.press("\r");
    wait(&terminal, "line 4 of 4");
}
