//! The command line: words to a [`Command`].

mod stray;

use crate::watch::Order;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// Watch virtual memory work: lessons that run real C on your own kernel and show every page, fault and copy.
#[derive(Clone, Debug, Parser)]
#[command(name = "mmap-tutor", version, after_help = STATUS, override_usage = USAGE)]
pub struct Cli {
    /// Lesson to open: its number, its name or a part of it, or a file. Without one, the home screen.
    pub lesson: Option<String>,

    /// Start at this step of the lesson, counted from 1.
    #[arg(long, requires = "lesson", value_name = "N")]
    pub step: Option<usize>,

    /// Take further lessons (NN-name.md) from this directory; one with the name of a built-in lesson replaces it.
    #[arg(long, global = true, value_name = "DIR")]
    pub lessons: Option<PathBuf>,

    /// Colours of the screen; auto follows `NO_COLOR` and the terminal's background where it tells.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "THEME")]
    pub theme: Theme,

    /// What to do instead of opening the terminal program.
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// What these words mean, the first being the program's name.
    ///
    /// # Errors
    /// With a message for the user, where they mean nothing; or the help, or the version.
    pub fn of(words: Vec<OsString>) -> Result<Self, clap::Error> {
        let matches = Self::command().try_get_matches_from(&words);
        let cli = matches.and_then(|matches| {
            match (
                matches.get_one::<String>("lesson"),
                matches.subcommand_name(),
            ) {
                (Some(_), Some(behind)) => Err(stray::behind(behind)),
                _ => Self::from_arg_matches(&matches),
            }
        });
        cli.map_err(|error| stray::told(error, words))
    }

    /// The command that a word resembles which is none.
    pub fn command_like(word: &str) -> Option<String> {
        stray::like(word)
    }
}

/// How the program is called.
const USAGE: &str = "mmap-tutor [OPTIONS] [LESSON]
       mmap-tutor [OPTIONS] <COMMAND>";

/// The end of the help.
const STATUS: &str = "Exit status: 0, 1 when an expectation of a lesson did not hold, 2 for a mistake in the arguments \
or in a file, 101 for a bug.";

/// Colours of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Theme {
    /// By the environment.
    #[default]
    Auto,
    /// For dark backgrounds.
    Dark,
    /// For light backgrounds.
    Light,
    /// Without colour: bold, dim and reverse only.
    Mono,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum Command {
    /// Open an empty lab: type C, touch pages, fork, look.
    Lab,
    /// List the lessons.
    List,
    /// Play a lesson without a screen: every line, its measured effect, each expectation.
    Run {
        /// A lesson by number or name, a lesson file (.md), or a C file whose statements are run as one step.
        lesson: String,
        /// Print one JSON object instead of text.
        #[arg(long)]
        json: bool,
        /// Also write a recording of it to this file, which must not be there yet: `mmap-tutor replay FILE` plays it.
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
    },
    /// Play a recording with the same screens, on any machine: nothing runs, nothing is measured.
    Replay {
        /// The file that Ctrl-S in a lesson or in the lab wrote, or `run LESSON --record FILE`.
        file: PathBuf,
    },
    /// Write a lesson as one C program that gcc compiles, and that prints the faults of each statement.
    Export {
        /// A lesson by number or name, or a file, as for `run`.
        lesson: String,
        /// The file to write; it is replaced if it is there. Without it, the program is printed.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Play every lesson and say of each claim of the article how it fared on this kernel.
    Verify {
        /// Print one JSON object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Watch where the memory of any process goes: its RSS by kind, VMAs, pages and faults, and what that means in plain
    /// words.
    Watch(Watch),
    /// Say what is wrong, and where, in lesson files.
    Check {
        /// Lesson files (.md) or C files (.c).
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// What this kernel and these rights allow, and which lessons that touches.
    Doctor,
}

/// What to watch, and how to show it.
#[derive(Clone, Debug, PartialEq, Args)]
#[command(after_help = WATCH, override_usage = WATCH_USAGE)]
pub struct Watch {
    /// A process number, or `self` for the tutor itself.
    #[arg(value_name = "PID|self", conflicts_with = "command")]
    pub process: Option<String>,
    /// Look once, print what is seen, and end, instead of opening the screen.
    #[arg(long)]
    pub once: bool,
    /// With --once: print one JSON object instead of text; sizes are bytes.
    #[arg(long)]
    pub json: bool,
    /// The order of the VMAs.
    #[arg(long, value_enum, default_value_t, value_name = "BY")]
    pub sort: Order,
    /// With --once: show so many VMAs; without it 20 as text, all as JSON.
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    /// With --once and a command: look so long after its start; 1 when it is not given.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub after: Option<f64>,
    /// With a command: leave it running afterwards. Otherwise it is ended: SIGTERM, and SIGKILL after 2 seconds.
    #[arg(long)]
    pub leave: bool,
    /// A command to start and look at, with its arguments. What it prints is shown in a panel; with --leave it goes to a
    /// file, and with --once to stderr.
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// How many seconds after its start a command is looked at when nothing else is asked.
pub const AFTER: f64 = 1.0;

/// How `watch` is called.
const WATCH_USAGE: &str = "mmap-tutor watch [OPTIONS] <PID|self>
       mmap-tutor watch [OPTIONS] -- <COMMAND>...";

/// The end of the help of `watch`.
const WATCH: &str = "It reads files of /proc/PID and nothing else; the process is not stopped, and no page of it is \
touched. Reading smaps makes its mmap and munmap calls wait meanwhile. Its descendants are found by asking every process \
for its parent. What cannot be read is said to be unknown, with the reason (in JSON null, and the object `reasons`).

On the screen ? shows the keys: Tab or a digit chooses a panel, Enter opens what is chosen in it (a sentence opens the \
lesson that shows the same, and q comes back), m sets a mark from which on everything is compared, Space pauses.

Examples:
  mmap-tutor watch 4242
  mmap-tutor watch -- python3 train.py
  mmap-tutor watch 4242 --once
  mmap-tutor watch self --once --sort size --top 5
  mmap-tutor watch --once --json --after 3 -- python3 train.py

Exit status: 0 when something could be read, also in part; 2 when nothing could: no such process, or the command had \
ended before.";

/// A time that can be waited for.
fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds @ 0.0..=86_400.0) => Ok(seconds),
        _ => Err("a number of seconds from 0 to 86400 is needed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_to_commands() {
        Cli::command().debug_assert();
        let parse = |words: &[&str]| Cli::try_parse_from([&["mmap-tutor"], words].concat());
        assert_eq!(parse(&[]).unwrap().command, None);
        assert_eq!(parse(&["lab"]).unwrap().command, Some(Command::Lab));
        assert_eq!(parse(&["6"]).unwrap().lesson.as_deref(), Some("6"));
        assert_eq!(parse(&["6", "--step", "2"]).unwrap().step, Some(2));
        let run = Command::Run {
            lesson: "a.c".into(),
            json: true,
            record: None,
        };
        assert_eq!(parse(&["run", "a.c", "--json"]).unwrap().command, Some(run));
        let export = Command::Export {
            lesson: "6".into(),
            output: Some("a.c".into()),
        };
        assert_eq!(
            parse(&["export", "6", "-o", "a.c"]).unwrap().command,
            Some(export)
        );
        assert_eq!(
            parse(&["verify", "--json"]).unwrap().command,
            Some(Command::Verify { json: true })
        );
        assert_eq!(
            parse(&["list", "--lessons", "x"]).unwrap().lessons,
            Some(PathBuf::from("x"))
        );
        let watch = parse(&["watch", "--once", "--after", "0.5", "--", "ls", "-l"]).unwrap();
        let Some(Command::Watch(watch)) = watch.command else {
            panic!("{watch:?}");
        };
        assert_eq!((watch.after, watch.process), (Some(0.5), None));
        assert_eq!(watch.command, ["ls", "-l"]);
        for wrong in [
            &["watch", "1", "--", "ls"][..],
            &["watch", "1", "--after", "nan"],
            &["watch", "1", "--sort", "colour"],
            &["--step", "2"],
            &["run"],
            &["check"],
            &["--frobnicate"],
        ] {
            assert_eq!(parse(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
        }
    }
}
