//! Lines run again in new processes, with real labs: the same lines give the same, and where they cannot it is said.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use mmap_tutor::lesson::{Catalogue, Lesson, Who};
use mmap_tutor::mem::{Control, Pace, Process};
use mmap_tutor::run::stage::LiveStage;
use mmap_tutor::session::{Director, Player, Replayed, Report, Stage, Verdict};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn player(lesson: Lesson) -> Player<LiveStage> {
    let stage = LiveStage::with_program(Path::new(env!("CARGO_BIN_EXE_mmap-tutor"))).unwrap();
    let mut player = Player::new(stage, Arc::new(lesson));
    player.start().unwrap();
    player
}

/// Keeps what is reported; stops a line at a time that is set.
#[derive(Default)]
struct Notes {
    reports: Vec<Report>,
    stop: Option<Instant>,
}

impl Director for Notes {
    fn report(&mut self, report: Report) {
        self.reports.push(report);
    }

    fn control(&mut self, _: bool) -> Control {
        match self.stop {
            Some(stop) if Instant::now() > stop => Control::Stop,
            _ => Control::Continue,
        }
    }
}

impl Notes {
    /// The lines that ran: who ran them, their C, what changed by them and why.
    fn lines(&self) -> Vec<String> {
        let line = |report: &Report| match report {
            Report::Line(moment) => {
                let ran = moment.ran.as_ref()?;
                let causes = moment.changes.iter();
                let causes: Vec<_> = causes
                    .map(|change| format!("{:?} in {}", change.cause, change.process))
                    .collect();
                Some(format!("{} {} {causes:?}", ran.actor(), ran.code))
            }
            _ => None,
        };
        self.reports.iter().filter_map(line).collect()
    }

    /// Every rule that did not hold.
    fn broken(&self) -> Vec<String> {
        let expected = self.reports.iter().filter_map(|report| match report {
            Report::Expected { expected, .. } => Some(expected),
            _ => None,
        });
        expected
            .flatten()
            .filter(|one| one.verdict == Verdict::Fails)
            .map(|one| one.expression.clone())
            .collect()
    }
}

fn free(player: &mut Player<LiveStage>, who: Who, source: &str, notes: &mut Notes) {
    if let Err(refusal) = player.free(who, source, Pace::Full, notes) {
        panic!("{source}: {refusal:?}");
    }
}

fn replay(player: &mut Player<LiveStage>, lines: usize) -> (Replayed, Notes) {
    let mut notes = Notes::default();
    let replayed = player.replay(lines, &mut notes).unwrap();
    (replayed, notes)
}

const MMAP: &str =
    "char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);";

#[test]
fn a_lesson_runs_again_line_by_line_and_its_rules_hold_again() {
    // Files, forks, peers, waits, faults that are survived, steps that start afresh.
    let chosen = ["02", "05", "06", "07", "08", "14"];
    let catalogue = Catalogue::built_in();
    let cards = catalogue.cards().iter();
    for card in cards.filter(|card| chosen.contains(&&card.id[..2])) {
        let lesson = card.lesson().unwrap();
        let undisturbed = (0..TRIES).any(|_| runs_again(lesson));
        assert!(
            undisturbed,
            "{}: the kernel drops the files' pages all the time",
            card.id
        );
    }
}

/// How often a lesson is played whose file's pages the kernel takes back meanwhile, as it may when the page cache fills
/// the machine.
const TRIES: usize = 4;

/// Plays a lesson and replays it: the two are the same. Whether that could be told: `false` when the kernel dropped file
/// pages in one of the two and not in the other, by what it read from the disk.
fn runs_again(lesson: &Lesson) -> bool {
    let id = &lesson.id;
    let mut player = player(lesson.clone());
    let mut first = Notes::default();
    while !player.finished() {
        player.advance(None, Pace::Full, &mut first).unwrap();
    }
    let there = player.position();
    let (replayed, again) = replay(&mut player, usize::MAX);
    assert_eq!(replayed.halt, None, "{id}: {replayed:#?}");
    assert_eq!(replayed.lines, replayed.wanted);
    assert_eq!(player.position(), there);
    let since_the_last_start = first.lines().len() - replayed.lines;
    let before = first.lines().split_off(since_the_last_start);
    let reads = |lines: &[String]| {
        lines
            .iter()
            .filter(|line| line.contains("FileMajor"))
            .count()
    };
    if reads(&again.lines()) != reads(&before) {
        return false;
    }
    assert_eq!(again.broken(), first.broken(), "{id}");
    assert_eq!(again.lines(), before, "{id}: {replayed:#?}");
    true
}

#[test]
fn typed_lines_of_several_processes_are_undone_and_go_on_from_there() {
    let mut player = player(Lesson::lab());
    let mut notes = Notes::default();
    free(&mut player, Who::Main, MMAP, &mut notes);
    free(
        &mut player,
        Who::Main,
        "p[0] = 1; int child = fork();",
        &mut notes,
    );
    free(&mut player, Who::LatestChild, "p[0] = 2;", &mut notes);
    free(&mut player, Who::Main, "munmap(p, 16 * PAGE);", &mut notes);
    let (replayed, again) = replay(&mut player, 4);
    assert_eq!((replayed.lines, &replayed.halt), (4, &None));
    assert_eq!(again.lines(), notes.lines()[..4]);
    // Nothing differs but the number of the child.
    let differences: Vec<_> = replayed.differences.iter().map(|one| one.line).collect();
    assert_eq!(differences, [3]);
    assert!(
        replayed.differences[0]
            .words
            .ends_with("a new process has a new number"),
        "{replayed:?}"
    );
    // Live: the child has its copy, and the parent its own.
    let mut notes = Notes::default();
    free(&mut player, Who::Main, "p[0];", &mut notes);
    free(&mut player, Who::LatestChild, "p[0];", &mut notes);
    let values = notes.reports.iter().filter_map(|report| match report {
        Report::Line(moment) => moment.ran.as_ref()?.result.clone(),
        _ => None,
    });
    let values: Vec<String> = values.collect();
    assert_eq!(values, ["1", "2"]);
}

#[test]
fn a_process_that_was_killed_is_had_again_with_all_its_lines() {
    let mut player = player(Lesson::lab());
    let mut notes = Notes::default();
    free(&mut player, Who::Main, MMAP, &mut notes);
    free(
        &mut player,
        Who::Main,
        "memset(p, 7, 4 * PAGE);",
        &mut notes,
    );
    assert_eq!(player.gone(), []);
    let pid = player.stage().actors()[0].pid;
    let pid = nix::unistd::Pid::from_raw(pid.0);
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
    let patience = Instant::now() + Duration::from_secs(10);
    while player.gone().is_empty() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(5));
    }
    let gone = player.gone();
    assert_eq!(gone[0].0, Process::Main);
    assert!(gone[0].1.contains("SIGKILL"), "{gone:?}");
    let (replayed, again) = replay(&mut player, usize::MAX);
    assert_eq!((replayed.lines, replayed.halt), (2, None));
    assert_eq!(again.lines(), notes.lines());
    assert_eq!(player.gone(), []);
}

#[test]
fn a_line_that_killed_its_process_is_undone_like_any_other() {
    let mut player = player(Lesson::lab());
    let mut notes = Notes::default();
    free(&mut player, Who::Main, MMAP, &mut notes);
    free(&mut player, Who::Main, "kill(getpid(), 9);", &mut notes);
    let (replayed, again) = replay(&mut player, 1);
    assert_eq!((replayed.lines, replayed.halt), (1, None));
    assert_eq!(again.lines(), notes.lines()[..1]);
    free(&mut player, Who::Main, "p[0] = 1;", &mut notes);
}

#[test]
fn a_line_that_was_stopped_is_not_run_again() {
    let mut player = player(Lesson::lab());
    let mut notes = Notes::default();
    free(&mut player, Who::Main, MMAP, &mut notes);
    notes.stop = Some(Instant::now());
    free(&mut player, Who::Main, "while (1) { }", &mut notes);
    notes.stop = None;
    free(&mut player, Who::Main, "p[0] = 1;", &mut notes);
    let (replayed, again) = replay(&mut player, 3);
    assert_eq!((replayed.wanted, replayed.lines), (3, 1));
    let halt = replayed.halt.unwrap();
    assert_eq!((halt.line, halt.code.as_str()), (2, "while (1) { }"));
    assert_eq!(again.lines().len(), 1);
}
