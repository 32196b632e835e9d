//! The only joiner: the command line, the terminal, the threads, and the stage made of labs and their witness.

mod clock;
mod command;
pub mod export;
pub mod headless;
pub mod input;
pub mod keep;
pub mod sampler;
pub mod scratch;
pub mod screen;
pub mod stage;
pub mod store;
pub mod terminal;
pub mod theatre;
mod theme;
mod waiting;
pub mod watch;
mod watcher;
pub mod worker;

use crate::cli::{self, Cli, Command};
use crate::lesson::visible::visible_line;
use crate::lesson::{Broken, Card, Catalogue, Lesson};
use crate::mem::without_numbers;
use crate::session::Progress;
use anyhow::{Error, Result, anyhow};
use screen::{Keep, Opening, Start};
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use store::Store;

/// Runs the program with its arguments, the first being its name, and gives its exit status.
pub fn main(arguments: Vec<OsString>) -> i32 {
    let cli = match Cli::of(arguments) {
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
        Some(Command::Run {
            lesson,
            json,
            record,
        }) => {
            let lesson = find(&catalogue, &lesson)?;
            match record {
                Some(file) => keep::record(&lesson, json, &file),
                None => headless::run(&lesson, json),
            }
        }
        Some(Command::Replay { file }) => keep::replay(&file, cli.theme),
        Some(Command::Export { lesson, output }) => {
            export::export(&*find(&catalogue, &lesson)?, output.as_deref())
        }
        Some(Command::Verify { json }) => headless::verify(&catalogue, json),
        Some(Command::Watch(arguments)) if arguments.once => watch::once(&arguments),
        Some(Command::Watch(arguments)) => {
            let target = watch::target(&arguments)?;
            watch_program(catalogue, cli.theme, target)
        }
        Some(Command::Check { files }) => headless::check(&files),
        Some(Command::Doctor) => headless::doctor(&catalogue),
        None | Some(Command::Lab) => terminal_program(catalogue, &cli),
    }
}

/// Opens the terminal program.
fn terminal_program(catalogue: Catalogue, cli: &Cli) -> Result<i32> {
    let wanted = cli.lesson.as_ref();
    let found = |word: &String| {
        find(&catalogue, word).map_err(|error| match Cli::command_like(word) {
            Some(command) => anyhow!("{error:#} (there is a command `{command}`)"),
            None => error,
        })
    };
    let wanted = wanted.map(found).transpose()?;
    let broken: Vec<String> = catalogue.broken().iter().map(ToString::to_string).collect();
    let mut lessons = catalogue.into_cards();
    let opened = wanted.map(|wanted| {
        let same = |card: &Card| {
            card.lesson()
                .is_ok_and(|lesson| Arc::ptr_eq(lesson, &wanted))
        };
        let is_it = |card: &Card| card.id == wanted.id && same(card);
        lessons.iter().position(is_it).unwrap_or_else(|| {
            lessons.push(Card::from(wanted));
            lessons.len() - 1
        })
    });
    let start = match opened {
        _ if cli.command == Some(Command::Lab) => Start::Lab,
        None => Start::Home,
        Some(lesson) => Start::Lesson(lesson, cli.step.map(|step| step.saturating_sub(1))),
    };
    let (keep, progress, complaint) = memory();
    let notices: Vec<String> = complaint.into_iter().chain(broken).collect();
    let opening = Opening {
        lessons,
        start,
        progress,
        keep,
        notice: (!notices.is_empty()).then(|| notices.join(" · ")),
        theme: theme::chosen(cli.theme),
    };
    screen::run(opening, worker::player())
}

/// Opens the terminal program on a process.
fn watch_program(catalogue: Catalogue, theme: cli::Theme, target: watch::Target) -> Result<i32> {
    let (keep, progress, complaint) = memory();
    let opening = Opening {
        lessons: catalogue.into_cards(),
        start: Start::Watch(target),
        progress,
        keep,
        notice: complaint,
        theme: theme::chosen(theme),
    };
    screen::run(opening, worker::player())
}

/// What is known of earlier runs, a way to keep it, and what the learner should know of either.
fn memory() -> (Keep, Progress, Option<String>) {
    match Store::usual() {
        Ok(store) => {
            let (progress, complaint) = store.load();
            (
                Box::new(move |progress| store.save(progress)),
                progress,
                complaint,
            )
        }
        Err(error) => (
            Box::new(|_| Ok(())),
            Progress::default(),
            Some(format!("{error:#}")),
        ),
    }
}

/// The lesson that a word of the command line means: a file, or one of the catalogue. A mistake in it is told in full.
fn find(catalogue: &Catalogue, word: &str) -> Result<Arc<Lesson>> {
    let full = |broken: &Broken| Error::msg(broken.render(false));
    let path = Path::new(word);
    let is_file = path
        .extension()
        .is_some_and(|extension| extension == "md" || extension == "c");
    if !is_file && !path.is_file() {
        return match catalogue.find(word) {
            Ok(card) => card.lesson().cloned().map_err(full),
            Err(_) if path.is_dir() => Err(anyhow!(
                "`{0}` is a directory, not a lesson: `--lessons {0}` takes the lessons in it",
                visible_line(word)
            )),
            Err(error) => Err(error),
        };
    }
    crate::lesson::load(path).map_err(|broken| full(&broken))
}

/// Prints why nothing could be done.
fn complain(error: &Error) {
    use std::io::Write;
    // Nobody is left to be told when stderr is closed.
    let _ = writeln!(
        std::io::stderr(),
        "mmap-tutor: {}",
        without_numbers(&format!("{error:#}"))
    );
}
