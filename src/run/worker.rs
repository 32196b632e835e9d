//! The thread that plays lessons: takes commands, owns the stage, tells what came of it.
//!
//! It lives as long as the program: labs are bound to the thread that spawned them (`PR_SET_PDEATHSIG`).

use super::screen;
use super::stage::LiveStage;
use crate::lesson::{Lesson, Who};
use crate::mem::{Control, Pace, without_numbers};
use crate::session::{
    Command, Director, Player, Position, Refusal, Report, Stage, StageError, Wish,
};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long a paused line stays paused, so that an eye can follow.
const FRAME: Duration = Duration::from_millis(70);
/// How long one line may be shown in slow motion; the rest of it then runs at full speed.
const SLOW_MOTION: Duration = Duration::from_secs(5);

/// The player, whose thread starts when it is told to begin; what it is commanded before that, it does then.
pub fn player() -> screen::Player {
    let (commands, commanded) = channel();
    let (reporter, reports) = channel();
    let wish = Arc::new(Wish::default());
    let heard = Arc::clone(&wish);
    let begin = move || {
        let thread = std::thread::Builder::new().name("player".into());
        let playing = thread.spawn(move || {
            // The screen may be gone before the last report: then nobody wants to hear it.
            play(&commanded, &heard, &mut |report| {
                drop(reporter.send(report));
            });
        });
        playing.map(drop)
    };
    screen::Player {
        commands,
        reports,
        wish,
        begin: Box::new(begin),
    }
}

/// Plays what is commanded until the commands end.
fn play(commands: &Receiver<Command>, wish: &Wish, tell: &mut dyn FnMut(Report)) {
    let mut idle = match LiveStage::new() {
        Ok(stage) => {
            tell(Report::Ready(stage.machine().clone()));
            Some(stage)
        }
        Err(error) => {
            let why = without_numbers(&format!("{error:#}"));
            tell(Report::Failed(format!("no lesson can be played: {why}")));
            None
        }
    };
    let mut playing: Option<Player<LiveStage>> = None;
    for command in commands {
        wish.clear();
        let mut director = Screen {
            tell,
            wish,
            since: Instant::now(),
        };
        match command {
            Command::Open { lesson, step } => {
                let stage = playing.take().map(Player::close).or(idle.take());
                playing = stage.map(|stage| Player::new(stage, Arc::clone(&lesson)));
                if let Some(player) = &mut playing
                    && let Err(error) = open(player, &lesson, step, &mut director)
                {
                    director.report(Report::Failed(error.to_string()));
                }
            }
            Command::Advance { guess, slow } => {
                if let Some(player) = &mut playing {
                    let pace = if slow { Pace::Slow } else { Pace::Full };
                    advance(player, guess, pace, &mut director);
                }
            }
            Command::Type { who, source, slow } => {
                if let Some(player) = &mut playing {
                    let pace = if slow { Pace::Slow } else { Pace::Full };
                    typed(player, (who, &source), pace, &mut director);
                }
            }
            Command::Replay { lines } => {
                if let Some(player) = &mut playing {
                    replay(player, lines, &mut director);
                }
            }
            Command::Explore => {
                if let Some(player) = &mut playing {
                    director.report(Report::Variables(player.variables()));
                }
                continue;
            }
            Command::Page { process, address } => {
                if let Some(player) = &mut playing {
                    let contents = player.page(process, address);
                    director.report(Report::Page {
                        process,
                        address,
                        contents,
                    });
                }
                continue;
            }
            Command::Close => idle = playing.take().map(Player::close).or(idle.take()),
        }
        if let Some(player) = &playing {
            let gone = player.gone();
            if !gone.is_empty() {
                tell(Report::Gone(gone));
            }
            if player.cannot_be_shown() {
                let step = player.position().step;
                let why = player.missing(step);
                tell(Report::Missing { step, why });
            }
            tell(Report::At(player.position()));
        }
    }
}

/// Starts a lesson and brings it to the beginning of `step`, running the lines before it.
fn open(
    player: &mut Player<LiveStage>,
    lesson: &Lesson,
    step: usize,
    director: &mut Screen<'_>,
) -> Result<(), StageError> {
    let moment = player.start()?;
    director.report(Report::Opened(moment));
    let step = step.min(lesson.steps.len().saturating_sub(1));
    while player.position() < (Position { step, item: 0 }) {
        director.since = Instant::now();
        let here = player.position();
        player.advance(None, Pace::Full, director)?;
        if player.position() == here {
            break;
        }
    }
    Ok(())
}

fn advance(
    player: &mut Player<LiveStage>,
    guess: Option<String>,
    pace: Pace,
    director: &mut Screen<'_>,
) {
    if let Err(error) = player.advance(guess, pace, director) {
        director.report(Report::Failed(error.to_string()));
    }
}

/// Runs lines again in new processes.
fn replay(player: &mut Player<LiveStage>, lines: usize, director: &mut Screen<'_>) {
    match player.replay(lines, director) {
        Ok(replayed) => director.report(Report::Replayed(replayed)),
        Err(error) => director.report(Report::Failed(error.to_string())),
    }
    director.report(Report::Variables(player.variables()));
}

/// Runs lines of the learner's own.
fn typed(
    player: &mut Player<LiveStage>,
    (who, source): (Who, &str),
    pace: Pace,
    director: &mut Screen<'_>,
) {
    match player.free(who, source, pace, director) {
        Ok(()) => {}
        Err(Refusal::Mistake(diagnostic)) => director.report(Report::Refused(diagnostic)),
        Err(Refusal::Stage(error)) => director.report(Report::Failed(error.to_string())),
    }
    director.report(Report::Variables(player.variables()));
}

/// The learner at the screen.
struct Screen<'a> {
    tell: &'a mut dyn FnMut(Report),
    wish: &'a Wish,
    since: Instant,
}

impl Director for Screen<'_> {
    fn report(&mut self, report: Report) {
        (self.tell)(report);
    }

    fn control(&mut self, paused: bool) -> Control {
        if paused {
            self.wish.wait(FRAME);
        }
        match self.wish.get() {
            Control::Continue if paused && self.since.elapsed() > SLOW_MOTION => Control::FullSpeed,
            wish => wish,
        }
    }
}
