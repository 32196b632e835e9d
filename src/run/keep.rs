//! Writes what a session leaves behind, and plays a recording. A file is there as a whole or not at all, and none that was
//! there before is touched.

use super::screen::{self, Opening, Start};
use super::{headless, theme};
use crate::app::App;
use crate::app::keeping::Form;
use crate::app::tape::Tape;
use crate::keep::recording::{self, FILE, Header, Recording};
use crate::keep::replay::{Replay, nothing_runs};
use crate::keep::{Origin, lesson};
use crate::lesson::visible::visible_line;
use crate::lesson::{Card, Lesson};
use crate::mem::error_text;
use crate::session::record::Note;
use crate::session::{Machine, Moment, Progress, Report, Timeline, Wish};
use anyhow::{Context as _, Result, anyhow};
use std::ffi::OsStr;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{SystemTime, UNIX_EPOCH};

/// Plays a recording on the screen.
pub fn replay(file: &Path, theme: crate::cli::Theme) -> Result<i32> {
    let recording = read(file)?;
    let header = &recording.header;
    let tape = Tape {
        date: header.date.clone(),
        kernel: header.machine.kernel.clone(),
        nothing_runs: nothing_runs(header),
        left: header.lines,
    };
    let lesson = &recording.lesson;
    let lessons = if lesson.is_lab() {
        Vec::new()
    } else {
        vec![Card::from(Arc::clone(lesson))]
    };
    let opening = Opening {
        lessons,
        start: Start::Tape(tape),
        progress: Progress::default(),
        keep: Box::new(|_| Ok(())),
        notice: None,
        theme: theme::chosen(theme),
    };
    screen::run(opening, player(recording))
}

/// Reads a recording; why it cannot be played, in a sentence with its name.
pub fn read(file: &Path) -> Result<Recording> {
    let name = visible_line(&file.to_string_lossy());
    let cannot = |error: &io::Error| anyhow!("{name} cannot be read: {}", error_text(error));
    let mut bytes = Vec::new();
    let opened = OpenOptions::new().read(true).open(file);
    let opened = opened.map_err(|error| cannot(&error))?;
    let is_file = opened.metadata().is_ok_and(|meta| meta.is_file());
    if !is_file {
        return Err(anyhow!("{name} is no file: nothing can be read from it"));
    }
    opened
        .take(FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| cannot(&error))?;
    Recording::read(&bytes).map_err(|why| anyhow!("{name}: {why}"))
}

/// A thread that answers as the session did.
fn player(recording: Recording) -> screen::Player {
    let (commands, commanded): (_, Receiver<crate::session::Command>) = channel();
    let (reporter, reports) = channel();
    let begin = move || {
        let thread = std::thread::Builder::new().name("replay".into());
        let playing = thread.spawn(move || {
            // The screen may be gone before the last report: then nobody wants to hear it.
            let mut tell = |report: Report| drop(reporter.send(report));
            let mut replay = Replay::new(recording);
            tell(replay.ready());
            for command in commanded {
                replay.answer(command, &mut tell);
            }
        });
        playing.map(drop)
    };
    screen::Player {
        commands,
        reports,
        wish: Arc::new(Wish::default()),
        begin: Box::new(begin),
    }
}

/// What is known of a session without playing it.
pub fn header(lesson: &Lesson, machine: Machine, lines: u64) -> Header {
    Header {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        date: today(),
        machine,
        lesson: lesson.id.clone(),
        file: lesson.file.clone(),
        source: (!lesson.is_lab()).then(|| lesson.source.to_string()),
        lines,
    }
}

/// A session as a recording.
pub fn recorded<'a>(
    lesson: &Lesson,
    machine: Machine,
    chapters: impl Iterator<Item = (&'a Timeline, &'a [Note])> + Clone,
) -> Result<Vec<u8>> {
    let notes = chapters.clone().flat_map(|(_, notes)| notes);
    let lines = notes.filter(|note| **note == Note::Line).count() as u64;
    recording::write(&header(lesson, machine, lines), chapters)
        .map_err(|why| anyhow!("this session cannot be recorded: {why}"))
}

/// A name for a file in the current directory that is not there yet, `lab-2026-11-23.mmap`, and that directory.
pub fn free_name(stem: &str, extension: &str) -> (String, String) {
    let stem: String = stem
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '-' {
                c
            } else {
                '-'
            }
        })
        .collect();
    let stem = format!("{stem}-{}", today());
    let names = std::iter::once(format!("{stem}.{extension}"))
        .chain((2..1000).map(|number| format!("{stem}-{number}.{extension}")));
    let is_free = |name: &String| fs::symlink_metadata(name).is_err();
    let name = names.into_iter().find(is_free).unwrap_or(stem);
    let place = std::env::current_dir().map_or_else(
        |error| {
            format!(
                "the current directory, which is gone: {}",
                error_text(&error)
            )
        },
        |place| visible_line(&place.to_string_lossy()),
    );
    (name, place)
}

/// Keeps the session on the screen in a file; its name as it can be shown, or why not, in a sentence.
pub fn keep(app: &App, form: Form, name: &str) -> std::result::Result<String, String> {
    let (Some(take), Some(machine)) = (app.take(), app.machine.clone()) else {
        return Err("there is no session to be kept".to_owned());
    };
    let chapters: Vec<_> = take.record.chapters(&take.timeline).collect();
    let bytes = if form == Form::Recording {
        recorded(&take.lesson, machine, chapters.into_iter()).map_err(|why| format!("{why:#}"))?
    } else {
        let origin = Origin {
            machine,
            date: today(),
        };
        let moments: Vec<Moment> = chapters
            .iter()
            .flat_map(|(timeline, _)| (0..timeline.len()).filter_map(|index| timeline.whole(index)))
            .collect();
        let text = match form {
            Form::Program => lesson::c_program(&take.lesson, &origin, &moments),
            _ => lesson::markdown(&take.lesson, &origin, &moments),
        };
        text?.into_bytes()
    };
    let path = at_home(name, std::env::var_os("HOME").as_deref());
    write_new(&path, &bytes).map_err(|why| format!("{why:#}"))?;
    Ok(visible_line(&path.to_string_lossy()))
}

/// A name as a shell takes it: `~/` at its beginning is the home directory, where there is one.
fn at_home(name: &str, home: Option<&OsStr>) -> PathBuf {
    let home = home.filter(|home| !home.is_empty());
    match (name.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => Path::new(home).join(rest.trim_start_matches('/')),
        _ => PathBuf::from(name),
    }
}

/// Writes a file that is not there yet.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let name = visible_line(&path.to_string_lossy());
    put(path, bytes).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => anyhow!("{name} is there already: it is left as it is"),
        _ => anyhow!("cannot write {name}: {}", error_text(&error)),
    })
}

/// Writes beside the place and puts the whole there: nobody ever finds half of it.
fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    let mut aside = OsString::from(path);
    aside.push(format!(".{}.tmp", std::process::id()));
    let aside = PathBuf::from(aside);
    let written = fill(&aside, bytes).and_then(|()| place(&aside, path));
    // It may not even be there, or be there no more.
    let _ = fs::remove_file(&aside);
    written
}

fn fill(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Gives a whole file its name, which must be free: a second name for it, see link(2). Where the file system has no
/// second names, an empty file holds the place first.
fn place(aside: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(aside, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            File::create_new(path)?;
            fs::rename(aside, path)
        }
        linked => linked,
    }
}

/// The day, by universal time: `2026-11-23`.
pub fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    date(since.map_or(0, |since| since.as_secs() / 86_400))
}

/// The day so many days after 1 January 1970. The years are counted from 1 March, so that the day that leap years have
/// more is their last.
fn date(days: u64) -> String {
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + later)
}

/// Plays a lesson without a screen and writes the recording.
pub fn record(lesson: &Arc<Lesson>, as_json: bool, file: &Path) -> Result<i32> {
    if fs::symlink_metadata(file).is_ok() {
        let name = visible_line(&file.to_string_lossy());
        return Err(anyhow!("{name} is there already: it is left as it is"));
    }
    let mut recorder = crate::session::record::Recorder::default();
    let stage = super::stage::LiveStage::new()?;
    let (stage, played) = super::theatre::record(stage, lesson, Some(&mut recorder));
    drop(stage);
    let transcript = played.context("the lesson cannot start")?;
    let chapters: Vec<_> = recorder.chapters().collect();
    let bytes = recorded(lesson, transcript.machine.clone(), chapters.into_iter())?;
    write_new(file, &bytes)?;
    headless::told(&transcript, as_json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_dates() {
        let table = [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (19_782, "2024-02-29"),
            (20_780, "2026-11-23"),
        ];
        for (days, text) in table {
            assert_eq!(date(days), text);
        }
    }

    #[test]
    fn a_name_may_begin_at_home() {
        let table = [
            ("~/s.mmap", Some("/home/me"), "/home/me/s.mmap"),
            ("~//s.mmap", Some("/home/me"), "/home/me/s.mmap"),
            ("~/s.mmap", None, "~/s.mmap"),
            ("~/s.mmap", Some(""), "~/s.mmap"),
            ("~you/s.mmap", Some("/home/me"), "~you/s.mmap"),
            ("s~/.mmap", Some("/home/me"), "s~/.mmap"),
        ];
        for (name, home, path) in table {
            let found = at_home(name, home.map(OsStr::new));
            assert_eq!(found, Path::new(path), "{name}");
        }
    }

    #[test]
    fn a_file_is_there_as_a_whole_and_none_is_replaced() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("lab.mmap");
        write_new(&path, b"one").unwrap();
        let told = write_new(&path, b"two").unwrap_err().to_string();
        assert!(
            told.ends_with("is there already: it is left as it is"),
            "{told}"
        );
        assert_eq!(fs::read(&path).unwrap(), b"one");
        let nowhere = place.path().join("nowhere/lab.mmap");
        let told = write_new(&nowhere, b"x").unwrap_err().to_string();
        assert!(told.contains("No such file or directory"), "{told}");
        let dangling = place.path().join("link");
        std::os::unix::fs::symlink("nothing", &dangling).unwrap();
        assert!(write_new(&dangling, b"x").is_err());
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2);
    }
}
