//! The commands without a screen: `list`, `run`, `verify`, `check`, `doctor`.

use super::stage::LiveStage;
use super::theatre;
use crate::claims::Ledger;
use crate::lab::{LabError, Labs};
use crate::lesson::visible::{visible, visible_line};
use crate::lesson::{self, Catalogue, Lesson, Reached};
use crate::mem::Settings;
use crate::observe;
use crate::report::{Transcript, Verification, json, ledger, text};
use crate::session::Stage;
use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Exit status when everything held.
pub(super) const HELD: i32 = 0;
/// Exit status when an expectation did not hold, or a step could not be played to its end.
const FAILED: i32 = 1;
/// Exit status for a mistake in arguments or files.
pub const MISTAKE: i32 = 2;

/// Prints the lessons.
pub fn list(catalogue: &Catalogue) -> Result<i32> {
    let mut out = String::new();
    for card in catalogue.cards() {
        let front = &card.front;
        let _ = writeln!(
            out,
            "{:28} {:>3} min  {}",
            card.id, front.minutes, front.title
        );
        let _ = writeln!(out, "{:28}          {}", "", front.summary);
    }
    print(&out)?;
    for broken in catalogue.broken() {
        complain(&format!("{}\n", broken.render(false)))?;
    }
    Ok(if catalogue.broken().is_empty() {
        HELD
    } else {
        MISTAKE
    })
}

/// Plays a lesson and prints its transcript.
pub fn run(lesson: &Arc<Lesson>, as_json: bool) -> Result<i32> {
    let (stage, played) = theatre::play(LiveStage::new()?, lesson);
    drop(stage);
    told(&played.context("the lesson cannot start")?, as_json)
}

/// Prints a transcript; the status says whether everything held.
pub(super) fn told(transcript: &Transcript, as_json: bool) -> Result<i32> {
    if as_json {
        print(&format!("{:#}\n", json::transcript(transcript)))?;
    } else {
        // What a lesson prints and how it names its files is a stranger's text.
        print(&visible(&text::transcript(transcript)))?;
    }
    Ok(if transcript.ok() { HELD } else { FAILED })
}

/// Plays every lesson and prints how the claims of the article fared.
pub fn verify(catalogue: &Catalogue, as_json: bool) -> Result<i32> {
    let mut stage = LiveStage::new()?;
    let kernel = stage.machine().kernel.clone();
    let mut transcripts = Vec::new();
    for lesson in catalogue.lessons() {
        let since = Instant::now();
        let played;
        (stage, played) = theatre::play(stage, &lesson);
        let transcript = played.unwrap_or_else(|why| theatre::unplayed(&lesson, &stage, &why));
        progress(&transcript, since.elapsed())?;
        transcripts.push(transcript);
    }
    drop(stage);
    let verification = Verification::of(Ledger::built_in(), kernel, transcripts);
    if as_json {
        print(&format!(
            "{:#}\n",
            ledger::json::verification(&verification)
        ))?;
    } else {
        print(&ledger::text::verification(&verification))?;
    }
    for broken in catalogue.broken() {
        complain(&format!("{}\n", broken.render(false)))?;
    }
    Ok(match (verification.ok(), catalogue.broken().is_empty()) {
        (false, _) => FAILED,
        (true, false) => MISTAKE,
        (true, true) => HELD,
    })
}

/// One line about a lesson that was played, for somebody who waits at a terminal.
fn progress(transcript: &Transcript, took: Duration) -> Result<()> {
    if !std::io::stderr().is_terminal() {
        return Ok(());
    }
    let fared = if transcript.ok() { "played" } else { "FAILED" };
    complain(&format!(
        "{:32} {fared} in {:.1} s\n",
        transcript.lesson,
        took.as_secs_f64()
    ))
}

/// Says what is wrong in lesson files.
pub fn check(files: &[PathBuf]) -> Result<i32> {
    let mut status = HELD;
    for file in files {
        let name = visible_line(&file.display().to_string());
        match lesson::check_file(file) {
            Ok(()) => {
                print(&format!("{name}: fine\n"))?;
                if lesson::is_passed_over(file) {
                    complain(&format!("note: {name}: {NUMBERLESS}\n"))?;
                }
            }
            Err(broken) => {
                complain(&format!("{}\n", broken.render(false)))?;
                if broken.reached == Reached::Form {
                    complain(&format!("note: {name}: {MORE}\n"))?;
                }
                status = MISTAKE;
            }
        }
    }
    Ok(status)
}

/// What is said of a file that a directory of lessons hides.
const NUMBERLESS: &str = "`--lessons DIR` takes only files whose names begin with a number and `-`, such as `01-name.md`";

/// What is said below mistakes of form.
const MORE: &str =
    "what its C and its rules mean is looked at once this is mended: more mistakes may show then";

/// Says what this kernel and these rights allow, and which lessons that touches.
pub fn doctor(catalogue: &Catalogue) -> Result<i32> {
    let stage = LiveStage::new()?;
    let mut out = String::new();
    for ability in observe::abilities(&stage.machine().scratch) {
        let _ = writeln!(out, "{:36} {}", ability.name, ability.value);
        let _ = writeln!(out, "{:36}   {}", "", ability.matters);
    }
    let _ = writeln!(out, "{:36} {}", "sandbox of lessons", sandbox(&stage));
    let _ = writeln!(
        out,
        "{:36}   which files a lesson's process can open and change",
        ""
    );
    out.push('\n');
    for lesson in catalogue.lessons() {
        let needs = lesson
            .steps
            .iter()
            .flat_map(|step| &step.options.needs)
            .chain(&lesson.front.needs);
        let missing: Vec<String> = needs
            .filter_map(|&need| crate::session::lacking(need, stage.machine()))
            .collect();
        let verdict = if missing.is_empty() {
            "everything can be shown".to_owned()
        } else {
            missing.join("; ")
        };
        let _ = writeln!(out, "{:36} {verdict}", lesson.id);
    }
    print(&out)?;
    Ok(HELD)
}

/// What keeps a lesson's process among its files, as one that is started says.
fn sandbox(stage: &LiveStage) -> String {
    let scratch = &stage.machine().scratch;
    match Labs::start(Path::new("/proc/self/exe"), scratch, Settings::default()) {
        Ok(labs) => match labs.landlock() {
            0 => "none: this kernel lacks landlock(7), or has it switched off".to_owned(),
            version => format!("landlock, version {version}"),
        },
        Err(LabError::NoProcess(why) | LabError::Failed(why)) => format!("unknown: {why}"),
    }
}

/// Prints to stdout; a reader that has gone is no mistake.
pub(super) fn print(text: &str) -> Result<()> {
    tolerate_closed(std::io::stdout().lock().write_all(text.as_bytes()))
}

/// Prints to stderr.
fn complain(text: &str) -> Result<()> {
    tolerate_closed(std::io::stderr().lock().write_all(text.as_bytes()))
}

fn tolerate_closed(written: std::io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("cannot print"),
    }
}
