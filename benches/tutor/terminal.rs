//! What the learner waits for: from the start to the first frame, from a key to its effect on the screen.

use crate::bare;
use crate::pty::{Received, Terminal};
use crate::table::row;
use portable_pty::CommandBuilder;
use std::path::Path;
use std::time::{Duration, Instant};

/// The terminal's size.
const SIZE: (u16, u16) = (120, 40);

/// Prints the rows.
pub(crate) fn rows(home: &Path) {
    let home_screen = |seen: &Received| seen.text().contains("Copy-on-write after fork");
    row(
        "start to first frame",
        40,
        || {
            let since = Instant::now();
            let terminal = Terminal::start(home, &[], SIZE);
            terminal
                .wait_for("the home screen", home_screen)
                .duration_since(since)
        },
        "a bare ratatui program in the same terminal",
        || {
            let program = std::env::current_exe().expect("a benchmark knows its file");
            let mut command = CommandBuilder::new(program);
            command.arg(bare::WORD);
            let since = Instant::now();
            let terminal = Terminal::spawn(command, SIZE);
            terminal
                .wait_for("its frame", |seen| seen.text().contains(bare::TEXT))
                .duration_since(since)
        },
    );
    let mut tutor = Terminal::start(home, &[], SIZE);
    tutor.wait_for("the home screen", home_screen);
    tutor.wait_until_quiet();
    let mut cat = Terminal::spawn(CommandBuilder::new("cat"), SIZE);
    let mut down = false;
    let mut letters = ('a'..='z').cycle();
    row(
        "key to paint",
        200,
        || {
            down = !down;
            reaction(&mut tutor, if down { "j" } else { "k" })
        },
        "a letter's echo by the terminal itself",
        || {
            reaction(
                &mut cat,
                &letters.next().map_or_else(String::new, String::from),
            )
        },
    );
}

/// From a key to the first bytes it brings to the terminal.
fn reaction(terminal: &mut Terminal, key: &str) -> Duration {
    // The program has come to rest before each key, as it does before a learner's.
    std::thread::sleep(Duration::from_millis(3));
    let before = terminal.look(|seen| seen.bytes);
    let since = Instant::now();
    terminal.press(key);
    terminal
        .wait_for("the effect of a key", |seen| seen.bytes > before)
        .duration_since(since)
}
