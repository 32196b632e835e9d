//! The command line: words to a [`Command`].

use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Watch virtual memory work: lessons that run real C on your own kernel and show every page, fault and copy.
#[derive(Clone, Debug, Parser)]
#[command(name = "mmap-tutor", version, args_conflicts_with_subcommands = true, after_help = AFTER)]
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
    #[arg(long, value_enum, default_value_t, value_name = "THEME")]
    pub theme: Theme,

    /// What to do instead of opening the terminal program.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The end of the help.
const AFTER: &str = "Exit status: 0, 1 when an expectation of a lesson did not hold, 2 for a mistake in the arguments \
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
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
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
    /// Say what is wrong, and where, in lesson files.
    Check {
        /// Lesson files (.md) or C files (.c).
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// What this kernel and these rights allow, and which lessons that touches.
    Doctor,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_to_commands() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
        let parse = |words: &[&str]| Cli::try_parse_from([&["mmap-tutor"], words].concat());
        assert_eq!(parse(&[]).unwrap().command, None);
        assert_eq!(parse(&["lab"]).unwrap().command, Some(Command::Lab));
        assert_eq!(parse(&["6"]).unwrap().lesson.as_deref(), Some("6"));
        assert_eq!(parse(&["6", "--step", "2"]).unwrap().step, Some(2));
        let run = Command::Run {
            lesson: "a.c".into(),
            json: true,
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
        for wrong in [
            &["--step", "2"][..],
            &["run"],
            &["check"],
            &["--frobnicate"],
        ] {
            assert_eq!(parse(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
        }
    }
}
