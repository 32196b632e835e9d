//! The commands without a screen: `list`, `run`, `check`, `doctor`.

use super::stage::LiveStage;
use crate::lesson::visible::visible_line;
use crate::lesson::{self, Catalogue, Lesson};
use crate::mem::{Control, Pace};
use crate::observe;
use crate::report::transcript::Answered;
use crate::report::{Line, StepTranscript, Transcript, json, text};
use crate::session::stage::PATIENCE;
use crate::session::{Director, Player, Report, Stage};
use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Exit status when everything held.
pub(super) const HELD: i32 = 0;
/// Exit status when an expectation did not hold, or a step could not be played to its end.
const FAILED: i32 = 1;
/// Exit status for a mistake in arguments or files.
pub const MISTAKE: i32 = 2;

/// Prints the lessons.
pub fn list(catalogue: &Catalogue) -> Result<i32> {
    let mut out = String::new();
    for lesson in catalogue.lessons() {
        let front = &lesson.front;
        let _ = writeln!(
            out,
            "{:28} {:>3} min  {}",
            lesson.id, front.minutes, front.title
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
    let transcript = play(lesson)?;
    if as_json {
        print(&format!("{:#}\n", json::transcript(&transcript)))?;
    } else {
        print(&text::transcript(&transcript))?;
    }
    Ok(if transcript.ok() { HELD } else { FAILED })
}

/// Plays a lesson from its first line to its last.
fn play(lesson: &Arc<Lesson>) -> Result<Transcript> {
    let stage = LiveStage::new()?;
    let machine = stage.machine().clone();
    let mut player = Player::new(stage, Arc::clone(lesson));
    player.start().context("the lesson cannot start")?;
    let mut steps = Vec::new();
    for (index, step) in lesson.steps.iter().enumerate() {
        let mut transcript = StepTranscript {
            title: step.title.clone(),
            ..StepTranscript::default()
        };
        let missing = player.missing(index);
        if missing.is_empty() {
            play_step(&mut player, index, lesson, &mut transcript);
        } else {
            transcript.skipped = Some(missing.join("; "));
        }
        steps.push(transcript);
    }
    Ok(Transcript {
        lesson: lesson.id.clone(),
        title: lesson.front.title.clone(),
        machine,
        steps,
    })
}

/// Plays one step into its transcript.
fn play_step(
    player: &mut Player<LiveStage>,
    index: usize,
    lesson: &Lesson,
    transcript: &mut StepTranscript,
) {
    if let Err(error) = player.enter(index) {
        transcript.broken = Some(error.to_string());
        return;
    }
    let mut clerk = Clerk {
        lesson,
        transcript,
        since: Instant::now(),
    };
    while player.position().step == index && !player.at_end_of_step() {
        clerk.since = Instant::now();
        if let Err(error) = player.advance(None, Pace::Full, &mut clerk) {
            clerk.transcript.broken = Some(error.to_string());
            return;
        }
    }
}

/// Writes down what is reported, and loses patience with a line that does not end.
struct Clerk<'a> {
    lesson: &'a Lesson,
    transcript: &'a mut StepTranscript,
    since: Instant,
}

impl Director for Clerk<'_> {
    fn report(&mut self, report: Report) {
        match report {
            Report::Line(moment) => self.transcript.lines.extend(Line::of(moment)),
            Report::Expected { expected, .. } => self.transcript.expectations.extend(expected),
            Report::Graded(graded) => {
                if let lesson::Part::Predict(prediction) =
                    &self.lesson.steps[graded.step].parts[graded.part]
                {
                    self.transcript.predictions.push(Answered {
                        question: prediction.question.plain(),
                        measures: prediction.text.clone(),
                        graded,
                    });
                }
            }
            _ => {}
        }
    }

    fn control(&mut self, _paused: bool) -> Control {
        if self.since.elapsed() > PATIENCE {
            Control::Stop
        } else {
            Control::Continue
        }
    }
}

/// Says what is wrong in lesson files.
pub fn check(files: &[PathBuf]) -> Result<i32> {
    let mut status = HELD;
    for file in files {
        match lesson::check_file(file) {
            Ok(()) => print(&format!(
                "{}: fine\n",
                visible_line(&file.display().to_string())
            ))?,
            Err(broken) => {
                complain(&format!("{}\n", broken.render(false)))?;
                status = MISTAKE;
            }
        }
    }
    Ok(status)
}

/// Says what this kernel and these rights allow, and which lessons that touches.
pub fn doctor(catalogue: &Catalogue) -> Result<i32> {
    let stage = LiveStage::new()?;
    let mut out = String::new();
    for ability in observe::abilities(&stage.machine().scratch) {
        let _ = writeln!(out, "{:32} {}", ability.name, ability.value);
        let _ = writeln!(out, "{:32}   {}", "", ability.matters);
    }
    out.push('\n');
    for lesson in catalogue.lessons() {
        let needs = lesson
            .steps
            .iter()
            .flat_map(|step| &step.options.needs)
            .chain(&lesson.front.needs);
        let missing: Vec<String> = needs
            .filter_map(|&need| crate::session::player::lacking(need, stage.machine()))
            .collect();
        let verdict = if missing.is_empty() {
            "everything can be shown".to_owned()
        } else {
            missing.join("; ")
        };
        let _ = writeln!(out, "{:32} {verdict}", lesson.id);
    }
    print(&out)?;
    Ok(HELD)
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
