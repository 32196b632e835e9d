//! The only joiner: the command line, the terminal, the threads, and the stage made of labs and their witness.

pub mod headless;
pub mod input;
pub mod scratch;
pub mod screen;
pub mod stage;
pub mod store;
pub mod terminal;
mod theme;
pub mod worker;

use crate::cli::{Cli, Command};
use crate::lesson::{Catalogue, Lesson};
use anyhow::{Error, Result};
use clap::Parser;
use screen::Opening;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use store::Store;

/// Runs the program with its arguments, the first being its name, and gives its exit status.
pub fn main(arguments: Vec<OsString>) -> i32 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are printed to stdout, mistakes to stderr; a closed one changes nothing.
            let _ = error.print();
            return error.exit_code();
        }
    };
    match command(cli) {
        Ok(status) => status,
        Err(error) => {
            complain(&error);
            headless::MISTAKE
        }
    }
}

/// Does what the command line says.
fn command(cli: Cli) -> Result<i32> {
    let mut catalogue = Catalogue::built_in();
    if let Some(directory) = &cli.lessons {
        catalogue.add_directory(directory)?;
    }
    match cli.command {
        Some(Command::List) => headless::list(&catalogue),
        Some(Command::Run { lesson, json }) => headless::run(find(&catalogue, &lesson)?, json),
        Some(Command::Export { lesson, output }) => {
            headless::export(&*find(&catalogue, &lesson)?, output.as_deref())
        }
        Some(Command::Check { files }) => headless::check(&files),
        Some(Command::Doctor) => headless::doctor(&catalogue),
        None => terminal_program(catalogue, &cli),
    }
}

/// Opens the terminal program.
fn terminal_program(catalogue: Catalogue, cli: &Cli) -> Result<i32> {
    let mut lessons = catalogue.lessons().to_vec();
    let start = match &cli.lesson {
        None => None,
        Some(word) => {
            let wanted = find(&catalogue, word)?;
            let known = lessons
                .iter()
                .position(|lesson| Arc::ptr_eq(lesson, &wanted));
            Some(known.unwrap_or_else(|| {
                lessons.push(wanted);
                lessons.len() - 1
            }))
        }
    };
    let store = Store::usual().ok();
    let (progress, complaint) = store.as_ref().map_or_else(Default::default, Store::load);
    let opening = Opening {
        lessons,
        start,
        progress,
        keep: Box::new(move |progress| {
            // Where nothing can be kept, the lesson goes on all the same.
            let _ = store.as_ref().map(|store| store.save(progress));
        }),
        theme: theme::chosen(cli.theme),
    };
    if let Some(complaint) = complaint {
        complain(&Error::msg(complaint));
    }
    screen::run(opening, worker::spawn()?)
}

/// The lesson that a word of the command line means: a file, or one of the catalogue. A mistake in it is told in full.
fn find(catalogue: &Catalogue, word: &str) -> Result<Arc<Lesson>> {
    let path = Path::new(word);
    let is_file = path
        .extension()
        .is_some_and(|extension| extension == "md" || extension == "c");
    if !is_file && !path.is_file() {
        return catalogue.find(word);
    }
    crate::lesson::load(path).map_err(|broken| Error::msg(broken.render(false)))
}

/// Prints why nothing could be done.
fn complain(error: &Error) {
    use std::io::Write;
    // Nobody is left to be told when stderr is closed.
    let _ = writeln!(std::io::stderr(), "mmap-tutor: {error:#}");
}
