//! A word that is neither a command nor a lesson, and more words behind it: clap complains of those behind it.

use super::Cli;
use crate::lesson::Catalogue;
use crate::lesson::visible::visible_line;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error};
use std::ffi::OsString;

/// A command behind a lesson, which clap allows.
pub(super) fn behind(command: &str) -> Error {
    let mut error = Error::new(ErrorKind::InvalidSubcommand).with_cmd(&Cli::command());
    let word = ContextValue::String(command.to_owned());
    error.insert(ContextKind::InvalidSubcommand, word);
    error
}

/// The same mistake, told by the word that it comes from; any other as it is.
pub(super) fn told(error: Error, words: Vec<OsString>) -> Error {
    if !error.use_stderr() {
        return error;
    }
    let Some(stray) = no_command(words) else {
        return error;
    };
    let Some(word) = text(&stray, ContextKind::InvalidSubcommand) else {
        return error;
    };
    let is_lesson = Catalogue::built_in().find(&word).is_ok();
    let meant = text(&stray, ContextKind::SuggestedSubcommand).filter(|_| !is_lesson);
    let behind = text(&error, ContextKind::InvalidSubcommand).or_else(|| {
        let word = text(&error, ContextKind::InvalidArg)?;
        (!word.starts_with('-')).then_some(word)
    });
    let word = visible_line(&word);
    let sentence = match (meant, behind) {
        (Some(meant), _) => {
            format!("there is no command or lesson `{word}`: did you mean `{meant}`?")
        }
        (None, Some(behind)) if is_lesson => format!(
            "`{}` means nothing behind the lesson `{word}`",
            visible_line(&behind)
        ),
        (None, Some(behind)) => format!(
            "there is no command `{word}`, and `{}` means nothing behind a lesson",
            visible_line(&behind)
        ),
        (None, None) => return error,
    };
    Cli::command().error(ErrorKind::InvalidSubcommand, sentence)
}

/// The command that a word resembles.
pub(super) fn like(word: &str) -> Option<String> {
    let stray = no_command(vec!["mmap-tutor".into(), word.into()])?;
    text(&stray, ContextKind::SuggestedSubcommand)
}

/// Clap's complaint of the first word that is no command, if there is one: as if no lesson could be named. Clap knows
/// the nearest command.
fn no_command(words: Vec<OsString>) -> Option<Error> {
    let only_commands = Cli::command().mut_arg("lesson", |lesson| lesson.long("lesson"));
    let error = only_commands.try_get_matches_from(words).err()?;
    (error.kind() == ErrorKind::InvalidSubcommand).then_some(error)
}

/// What an error says of itself under that key; the likeliest, where it is a list.
fn text(error: &Error, key: ContextKind) -> Option<String> {
    match error.get(key)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(list) => list.last().cloned(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Command;

    #[test]
    fn the_word_that_is_at_fault_is_named() {
        let table: [(&[&str], &str); 12] = [
            (
                &["wach", "1"],
                "no command or lesson `wach`: did you mean `watch`?",
            ),
            (&["wach", "--once", "1"], "did you mean `watch`?"),
            (&["wach", "--", "ls"], "did you mean `watch`?"),
            (&["exprt", "6", "-o", "x"], "did you mean `export`?"),
            (
                &["frobnicate", "1"],
                "no command `frobnicate`, and `1` means nothing",
            ),
            (&["6", "7"], "`7` means nothing behind the lesson `6`"),
            (&["6", "list"], "`list` means nothing behind the lesson `6`"),
            (
                &["6", "--step", "2", "lab"],
                "`lab` means nothing behind the lesson `6`",
            ),
            (&["wach", "list"], "did you mean `watch`?"),
            (&["--theme", "light", "lab", "x"], "unexpected argument 'x'"),
            (&["6", "--step", "x"], "invalid value 'x'"),
            (&["w\u{1b}ch", "1"], "no command"),
        ];
        for (words, says) in table {
            let words = [&["mmap-tutor"], words].concat();
            let words = words.into_iter().map(OsString::from).collect();
            let error = Cli::of(words).unwrap_err();
            let text = error.to_string();
            assert!(text.contains(says), "{text}");
            assert!(!text.contains('\u{1b}'), "{text:?}");
            assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn help_and_what_is_right_are_left_alone() {
        let read = |words: &[&str]| Cli::of(words.iter().map(OsString::from).collect());
        let help = read(&["mmap-tutor", "--help"]).unwrap_err();
        assert_eq!(help.kind(), ErrorKind::DisplayHelp);
        assert_eq!(
            read(&["mmap-tutor", "wach"]).unwrap().lesson.as_deref(),
            Some("wach")
        );
        let words = ["mmap-tutor", "--theme", "light", "lab"];
        assert_eq!(read(&words).unwrap().command, Some(Command::Lab));
        assert_eq!(like("wach").as_deref(), Some("watch"));
        assert_eq!(like("fork"), None);
    }
}
