//! Bad input from the command line: every mistake ends in a sentence that says what and where, with the right exit
//! status, no panic, and nothing in the output that a terminal would obey.

#[path = "bad_input/code.rs"]
mod code;
#[path = "support/directory.rs"]
mod directory;
#[path = "bad_input/lessons.rs"]
mod lessons;
#[path = "bad_input/places.rs"]
mod places;
#[path = "bad_input/processes.rs"]
mod processes;
#[path = "support/tutor.rs"]
mod tutor;

use directory::fresh_directory;
use tutor::{Ran, run, tutor};

/// Runs the tutor in a directory of its own.
pub(crate) fn tutor_with(arguments: &[&str]) -> Ran {
    let home = fresh_directory();
    let ran = run(tutor(home.path()).args(arguments));
    assert_civil(&ran, &arguments.join(" "));
    ran
}

/// Writes a file and runs the tutor on it.
pub(crate) fn tutor_on(file: &str, bytes: &[u8], arguments: &[&str]) -> Ran {
    let home = fresh_directory();
    std::fs::write(home.path().join(file), bytes).expect("the file is written");
    let ran = run(tutor(home.path()).args(arguments).arg(file));
    let shown: String = String::from_utf8_lossy(bytes).chars().take(200).collect();
    assert_civil(&ran, &shown);
    ran
}

/// No panic, no death by a signal, and no character that a terminal would obey.
pub(crate) fn assert_civil(ran: &Ran, about: &str) {
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
pub(crate) fn assert_refused(ran: &Ran, says: &[&str], about: &str) {
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
