//! A lesson played from its first line to its last, without a screen, into a transcript.
//!
//! Used by every command without a screen that plays: prints nothing, and loses no stage.

use super::stage::LiveStage;
use crate::lesson::{Lesson, Part};
use crate::mem::{Control, Ending, Outcome, Pace, Process};
use crate::report::transcript::Answered;
use crate::report::{Line, StepTranscript, Transcript};
use crate::session::record::Recorder;
use crate::session::stage::PATIENCE;
use crate::session::{Director, Player, Position, Report, Script, Stage, StageError};
use std::sync::Arc;
use std::time::Instant;

/// Plays a lesson on a stage and gives the stage back, for the next one. An error when it could not even start.
pub fn play(stage: LiveStage, lesson: &Arc<Lesson>) -> (LiveStage, Result<Transcript, StageError>) {
    record(stage, lesson, None)
}

/// The same, and everything that is said is recorded too.
pub fn record(
    stage: LiveStage,
    lesson: &Arc<Lesson>,
    recorder: Option<&mut Recorder>,
) -> (LiveStage, Result<Transcript, StageError>) {
    let mut player = Player::new(stage, Arc::clone(lesson));
    let mut reel = Reel(recorder);
    let transcript = player.start().map(|moment| {
        reel.note(Report::Opened(moment));
        Transcript {
            steps: steps(&mut player, lesson, &mut reel),
            ..empty(lesson, player.stage())
        }
    });
    (player.close(), transcript)
}

/// Where what is said is recorded, if it is.
struct Reel<'a>(Option<&'a mut Recorder>);

impl Reel<'_> {
    fn note(&mut self, report: Report) {
        if let Some(recorder) = &mut self.0 {
            recorder.hear(report);
        }
    }
}

/// The transcript of a lesson that could not start: every step stopped before its first line.
pub fn unplayed(lesson: &Lesson, stage: &LiveStage, why: &StageError) -> Transcript {
    let steps = lesson.steps.iter().map(|step| StepTranscript {
        broken: Some(format!("the lesson cannot start: {why}")),
        ..StepTranscript::of(step)
    });
    Transcript {
        steps: steps.collect(),
        ..empty(lesson, stage)
    }
}

fn empty(lesson: &Lesson, stage: &LiveStage) -> Transcript {
    Transcript {
        lesson: lesson.id.clone(),
        title: lesson.front.title.clone(),
        machine: stage.machine().clone(),
        steps: Vec::new(),
    }
}

fn steps(
    player: &mut Player<LiveStage>,
    lesson: &Lesson,
    reel: &mut Reel<'_>,
) -> Vec<StepTranscript> {
    let mut steps = Vec::new();
    let at = |step, item| Report::At(Position { step, item });
    for (index, step) in lesson.steps.iter().enumerate() {
        let mut transcript = StepTranscript::of(step);
        let missing = player.missing(index);
        if missing.is_empty() {
            play_step(player, index, lesson, (&mut transcript, reel));
        } else {
            transcript.skipped = Some(missing.join("; "));
            reel.note(Report::Missing {
                step: index,
                why: missing,
            });
            reel.note(at(index, 0));
            reel.note(at(index, Script::of(lesson).steps[index].len()));
        }
        steps.push(transcript);
    }
    reel.note(at(lesson.steps.len(), 0));
    steps
}

/// Plays one step into its transcript.
fn play_step(
    player: &mut Player<LiveStage>,
    index: usize,
    lesson: &Lesson,
    (transcript, reel): (&mut StepTranscript, &mut Reel<'_>),
) {
    match player.enter(index) {
        Ok(None) => {}
        Ok(Some(moment)) => reel.note(Report::Opened(moment)),
        Err(error) => {
            transcript.broken = Some(error.to_string());
            return;
        }
    }
    reel.note(Report::At(player.position()));
    let mut clerk = Clerk {
        lesson,
        transcript,
        reel,
        since: Instant::now(),
        has_stopped: false,
    };
    while player.position().step == index && !player.at_end_of_step() {
        clerk.since = Instant::now();
        if let Err(error) = player.advance(None, Pace::Full, &mut clerk) {
            clerk.transcript.broken = Some(error.to_string());
            clerk.reel.note(Report::Failed(error.to_string()));
            clerk.reel.note(Report::At(player.position()));
            return;
        }
        clerk.reel.note(Report::At(player.position()));
    }
}

/// Writes down what is reported, and loses patience with a line that does not end.
struct Clerk<'a, 'r> {
    lesson: &'a Lesson,
    transcript: &'a mut StepTranscript,
    reel: &'a mut Reel<'r>,
    since: Instant,
    /// Whether the line that runs was told to stop.
    has_stopped: bool,
}

/// The process knows only that it was asked to stop; why, it was not told.
fn tell_why_stopped(line: &mut Line) {
    let is_stopped =
        |(_, outcome): &(Process, Outcome)| matches!(outcome.ending, Ending::Interrupted(_));
    if line.outcomes.iter().any(is_stopped) {
        line.ending = Some(format!(
            "it did not end within {} s, and was stopped there",
            PATIENCE.as_secs()
        ));
    }
}

impl Director for Clerk<'_, '_> {
    fn report(&mut self, report: Report) {
        if self.reel.0.is_some() {
            self.reel.note(report.clone());
        }
        match report {
            Report::Line(moment) => {
                let mut lines = Line::of(moment);
                if std::mem::take(&mut self.has_stopped) {
                    lines.iter_mut().for_each(tell_why_stopped);
                }
                self.transcript.lines.extend(lines);
            }
            Report::Expected { expected, .. } => self.transcript.expectations.extend(expected),
            Report::Graded(graded) => {
                if let Part::Predict(prediction) =
                    &self.lesson.steps[graded.step].parts[graded.part]
                {
                    self.transcript.predictions.push(Answered {
                        question: prediction.question.plain(),
                        measures: prediction.text.clone(),
                        choices: prediction
                            .choices
                            .iter()
                            .map(|choice| choice.value_text.clone())
                            .collect(),
                        graded,
                    });
                }
            }
            _ => {}
        }
    }

    fn control(&mut self, _paused: bool) -> Control {
        if self.since.elapsed() > PATIENCE {
            self.has_stopped = true;
            Control::Stop
        } else {
            Control::Continue
        }
    }
}
