//! What the program costs, printed as a Markdown table: `cargo bench`.
//!
//! Nothing is asserted. Each thing is timed in turn with something it can be compared with, in the same run; see
//! `tutor/table.rs`. Run it on a machine that has nothing else to do. `cargo bench -- frames` prints one group of rows,
//! `cargo bench -- peers SECONDS` a table of other programs beside `watch`; see `scripts/peers`.

#![expect(clippy::print_stdout, reason = "the table is the result")]

#[path = "tutor/actors.rs"]
mod actors;
#[path = "tutor/bare.rs"]
mod bare;
#[path = "../tests/support/directory.rs"]
mod directory;
#[path = "tutor/frames.rs"]
mod frames;
#[path = "tutor/gauge.rs"]
mod gauge;
#[path = "tutor/history.rs"]
mod history;
#[path = "tutor/lab.rs"]
mod lab;
#[path = "../tests/support/history.rs"]
mod made;
#[path = "tutor/peers.rs"]
mod peers;
#[path = "tutor/portrait.rs"]
mod portrait;
#[path = "../tests/support/pty.rs"]
mod pty;
#[path = "tutor/scene.rs"]
mod scene;
#[path = "tutor/spent.rs"]
mod spent;
#[path = "tutor/table.rs"]
mod table;
#[path = "../tests/support/target.rs"]
mod target;
#[path = "tutor/terminal.rs"]
mod terminal;
#[path = "tutor/watching.rs"]
mod watching;
#[path = "tutor/witness.rs"]
mod witness;

fn main() {
    become_a_lab_if_asked();
    if std::env::args().nth(1).as_deref() == Some(bare::WORD) {
        bare::main();
        return;
    }
    let home = directory::fresh_directory();
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let groups: [(&str, &dyn Fn()); 8] = [
        ("terminal", &|| terminal::rows(home.path())),
        ("lab", &|| lab::rows(home.path())),
        ("witness", &|| witness::rows(home.path())),
        ("portrait", &portrait::rows),
        ("gauge", &gauge::rows),
        ("watching", &|| watching::rows(home.path())),
        ("frames", &frames::rows),
        ("history", &history::rows),
    ];
    if wanted.first().is_some_and(|word| word == "peers") {
        peers::table(home.path(), wanted.get(1).map(String::as_str));
        return;
    }
    table::head();
    for (name, rows) in groups {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            rows();
        }
    }
}

/// A stage starts its labs from the program that runs, which is this one here.
fn become_a_lab_if_asked() {
    use std::ffi::CString;
    let mut arguments = std::env::args()
        .skip(1)
        .map(|argument| CString::new(argument).unwrap_or_default());
    if arguments.next().as_deref() == Some(mmap_tutor::lab::WORD) {
        mmap_tutor::lab::serve::main(arguments.next().as_deref());
    }
}
