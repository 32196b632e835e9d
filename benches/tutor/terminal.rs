//! What the learner waits for, from the start to the first frame and from a key to its effect on the screen; and what
//! the program uses while nobody does anything.

use crate::pty::{Received, Terminal};
use crate::table::{fact, row};
use crate::{bare, spent};
use portable_pty::CommandBuilder;
use std::path::Path;
use std::time::{Duration, Instant};

/// The terminal's size.
pub(crate) const SIZE: (u16, u16) = (120, 40);
/// How long nothing happens.
const IDLE: Duration = Duration::from_secs(20);

/// Prints the rows.
pub(crate) fn rows(home: &Path) {
    start(home);
    keys(home);
    idle(home);
}

fn home_screen(seen: &Received) -> bool {
    seen.text().contains("Copy-on-write after fork")
}

pub(crate) fn bare_screen(seen: &Received) -> bool {
    seen.text().contains(bare::TEXT)
}

fn start(home: &Path) {
    let program = || Terminal::start(home, &[], SIZE);
    start_row("start to first frame", 40, program, home_screen);
}

/// The row of a start, until a frame is there, beside that of the bare program.
pub(crate) fn start_row(
    what: &str,
    count: usize,
    program: impl Fn() -> Terminal,
    is_there: impl Fn(&Received) -> bool,
) {
    row(
        what,
        count,
        || {
            let since = Instant::now();
            let terminal = program();
            let seen = terminal.wait_for("the first frame", &is_there);
            seen.duration_since(since)
        },
        "a bare ratatui program in the same terminal",
        || {
            let since = Instant::now();
            let terminal = Terminal::spawn(bare::command(), SIZE);
            let seen = terminal.wait_for("its frame", bare_screen);
            seen.duration_since(since)
        },
    );
}

fn keys(home: &Path) {
    let mut tutor = Terminal::start(home, &[], SIZE);
    tutor.wait_for("the home screen", home_screen);
    let mut bare = Terminal::spawn(bare::command(), SIZE);
    bare.wait_for("its frame", bare_screen);
    tutor.wait_until_quiet();
    let (mut ours, mut theirs) = (["j", "k"].iter().cycle(), ["j", "k"].iter().cycle());
    let mut press = || reaction(&mut tutor, ours.next().unwrap_or(&"j"));
    row(
        "key to paint",
        200,
        &mut press,
        "a bare ratatui program that moves a mark",
        || reaction(&mut bare, theirs.next().unwrap_or(&"j")),
    );
    if !is_installed("htop") {
        fact("key to paint", "", "htop: not installed", None);
        return;
    }
    let mut command = CommandBuilder::new("htop");
    command.env("TERM", "xterm-256color");
    let mut htop = Terminal::spawn(command, SIZE);
    htop.wait_for("its list", |seen| seen.text().contains("PID"));
    // Down and Up, as terminfo has them for a program that asked for keypad mode.
    let mut arrows = ["\x1bOB", "\x1bOA"].iter().cycle();
    row(
        "the same",
        200,
        &mut press,
        "htop, a row down or up",
        || reaction(&mut htop, arrows.next().unwrap_or(&"\x1bOB")),
    );
}

/// A lab on the screen and nobody at the keys, beside the bare program in the same time; and the memory of both.
fn idle(home: &Path) {
    let tutor = Terminal::start(home, &["lab"], SIZE);
    tutor.wait_for("the prompt", |seen| seen.text().contains("Tab pages"));
    let bare = Terminal::spawn(bare::command(), SIZE);
    bare.wait_for("its frame", bare_screen);
    tutor.wait_until_quiet();
    let pids = [&tutor, &bare].map(|terminal| terminal.child.process_id().unwrap_or(0));
    let before = pids.map(spent::cpu);
    std::thread::sleep(IDLE);
    let after = pids.map(spent::cpu);
    let share = |index: usize| {
        let used: Duration = after[index].saturating_sub(before[index]);
        format!("{:.3} %", used.as_secs_f64() / IDLE.as_secs_f64() * 100.0)
    };
    fact(
        &format!("processor used by an idle lab and its screen in {IDLE:?}"),
        &share(0),
        &format!("a bare ratatui program: {}", share(1)),
        None,
    );
    let [ours, bares] = pids.map(spent::rss_alone);
    fact(
        "memory of the program (RSS)",
        &mib(ours),
        &format!("a bare ratatui program: {}", mib(bares)),
        Some(ours as f64 / bares as f64),
    );
    if let Some(lab) = spent::child(pids[0]) {
        // The file-backed rest is the program and libc, touched on purpose and shared with the program's own.
        let own = mib(spent::status(lab, "RssAnon:"));
        fact(
            "memory of an empty lab (RSS)",
            &mib(spent::rss_alone(lab)),
            &format!("what is its alone (RssAnon): {own}"),
            None,
        );
    }
}

/// Bytes in MiB.
pub(crate) fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// Whether a program of that name can be started.
pub(crate) fn is_installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(name).is_file())
}

/// From a key to the first bytes it brings to the terminal.
pub(crate) fn reaction(terminal: &mut Terminal, key: &str) -> Duration {
    // The program has come to rest before each key, as it does before a learner's.
    std::thread::sleep(Duration::from_millis(3));
    let before = terminal.look(|seen| seen.bytes);
    let since = Instant::now();
    terminal.press(key);
    terminal
        .wait_for("the effect of a key", |seen| seen.bytes > before)
        .duration_since(since)
}
