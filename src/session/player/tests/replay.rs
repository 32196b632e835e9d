//! Lines done again in new processes: the same lines, in their order, compared with what they gave before.

#![expect(
    clippy::unnecessary_wraps,
    reason = "they stand beside answers that fail"
)]

use super::*;
use crate::lesson::Who;
use crate::session::journal::Replayed;

/// A value in place of 0.
fn gives(value: i64) -> Answer {
    let outcome = Outcome {
        value: Some(value),
        ..faults(0)
    };
    Ok(vec![(Process::Main, outcome)])
}

fn ends(ending: Ending) -> Answer {
    Ok(vec![(Process::Main, Outcome::empty(ending))])
}

fn fork(number: i64) -> Answer {
    let parent = Outcome {
        value: Some(number),
        ..faults(0)
    };
    Ok(vec![
        (Process::Main, parent),
        (Process::Child(1), faults(0)),
    ])
}

/// Advances so many times.
fn advance(player: &mut Player<Script>, guess: Option<&str>, times: usize, notes: &mut Notes) {
    for _ in 0..times {
        let guess = guess.map(str::to_owned);
        player.advance(guess, Pace::Full, notes).unwrap();
    }
}

fn free(player: &mut Player<Script>, source: &str, notes: &mut Notes) {
    player
        .free(Who::Main, source, Pace::Full, notes)
        .unwrap_or_else(|refusal| panic!("{refusal:?}"));
}

/// Replays, and forgets what was reported before.
fn replay(player: &mut Player<Script>, lines: usize, notes: &mut Notes) -> Replayed {
    notes.0.clear();
    player.replay(lines, notes).unwrap()
}

#[test]
fn lines_run_again_with_their_guesses_and_the_lesson_stands_where_it_stood() {
    let answers = vec![main(2), main(0), main(2), main(0)];
    let mut player = player(answers);
    let mut notes = Notes::default();
    advance(&mut player, Some("2"), 1, &mut notes);
    advance(&mut player, None, 1, &mut notes);
    let (there, words) = (player.position(), notes.words());
    let replayed = replay(&mut player, 2, &mut notes);
    assert_eq!((replayed.wanted, replayed.lines), (2, 2));
    assert_eq!(replayed.differences, []);
    assert_eq!(replayed.halt, None);
    assert_eq!(player.position(), there);
    assert_eq!(player.stage.starts, 2, "in new processes");
    assert_eq!(notes.words()[0], "rewound to step 0");
    assert_eq!(
        notes.words()[1..],
        words,
        "the same lines, guess and answer"
    );
}

#[test]
fn a_line_that_was_undone_is_next_again() {
    let mut player = player(vec![main(2), main(0), main(2)]);
    let mut notes = Notes::default();
    advance(&mut player, Some("2"), 1, &mut notes);
    let there = player.position();
    advance(&mut player, None, 1, &mut notes);
    let replayed = replay(&mut player, 1, &mut notes);
    assert_eq!(replayed.lines, 1);
    assert_eq!(player.position(), there);
    assert_eq!(notes.words(), ["rewound to step 0", "line int a = 1;"]);
    notes.0.clear();
    advance(&mut player, None, 1, &mut notes);
    assert_eq!(notes.words()[0], "line int b = 2;");
    // And once more to the beginning, where the question is open again.
    replay(&mut player, 0, &mut notes);
    assert_eq!(player.position(), Position { step: 0, item: 0 });
    assert_eq!(player.journal.lines(), 0);
}

#[test]
fn typed_lines_run_again_statement_by_statement_with_their_names() {
    let mut player = player(vec![main(2), gives(7), gives(8), main(2), gives(7)]);
    let mut notes = Notes::default();
    advance(&mut player, None, 1, &mut notes);
    free(&mut player, "int mine = 7; mine + 1;", &mut notes);
    let replayed = replay(&mut player, 2, &mut notes);
    assert_eq!(replayed.lines, 2);
    let words = ["rewound to step 0", "line int a = 1;", "line int mine = 7;"];
    assert_eq!(notes.words(), words);
    // The variable is there again, and the other statement of the text can be run from here.
    free(&mut player, "mine + 1;", &mut notes);
    assert_eq!(player.journal.lines(), 3);
}

#[test]
fn what_is_not_as_it_was_is_told_line_by_line() {
    let answers = vec![main(2), main(0), main(2), main(1)];
    let mut player = player(answers);
    let mut notes = Notes::default();
    advance(&mut player, None, 2, &mut notes);
    let replayed = replay(&mut player, 2, &mut notes);
    let told: Vec<_> = replayed
        .differences
        .iter()
        .map(|one| (one.line, one.code.as_str(), one.words.as_str()))
        .collect();
    let words = "it cost 0 faults, and 1 minor fault now";
    assert_eq!(told, [(2, "int b = 2;", words)]);
}

#[test]
fn the_number_of_a_process_is_another_for_each() {
    let mut player = player(vec![fork(1001), fork(2001)]);
    let mut notes = Notes::default();
    free(&mut player, "fork();", &mut notes);
    let replayed = replay(&mut player, 1, &mut notes);
    let words: Vec<_> = replayed.differences.iter().map(|one| &one.words).collect();
    let told = "it gave 1001, and gives 2001 now: a new process has a new number";
    assert_eq!(words, [told]);
}

#[test]
fn a_line_that_ends_its_process_this_time_is_the_last() {
    let died = || ends(Ending::Died("killed by SIGKILL".to_owned()));
    let mut player = player(vec![main(0), main(0), main(0), died()]);
    let mut notes = Notes::default();
    free(&mut player, "1;", &mut notes);
    free(&mut player, "2;", &mut notes);
    free(&mut player, "3;", &mut notes);
    let replayed = replay(&mut player, 3, &mut notes);
    let halt = replayed.halt.expect("it goes no further");
    assert_eq!(halt.line, 1);
    assert_eq!(halt.why, "main died (killed by SIGKILL) now");
    assert_eq!(player.journal.lines(), 1);
}

#[test]
fn a_line_that_cannot_run_again_is_named_and_the_lesson_stands_before_it() {
    let gone = Err(StageError::NoProcess(
        "there is no process `child` yet".into(),
    ));
    let mut player = player(vec![main(0), main(0), main(0), gone]);
    let mut notes = Notes::default();
    free(&mut player, "1;", &mut notes);
    free(&mut player, "2;", &mut notes);
    let replayed = replay(&mut player, 2, &mut notes);
    assert_eq!((replayed.wanted, replayed.lines), (2, 1));
    let halt = replayed.halt.expect("it goes no further");
    assert_eq!((halt.line, halt.code.as_str()), (2, "2;"));
    assert_eq!(halt.why, "there is no process `child` yet");
}

/// Stops whatever runs.
struct Impatient(Notes);

impl Director for Impatient {
    fn report(&mut self, report: Report) {
        self.0.report(report);
    }

    fn control(&mut self, _: bool) -> Control {
        Control::Stop
    }
}

#[test]
fn a_replay_can_be_stopped_between_two_lines() {
    let mut player = player(vec![main(0), main(0)]);
    let mut notes = Notes::default();
    free(&mut player, "1;", &mut notes);
    let replayed = player.replay(1, &mut Impatient(notes)).unwrap();
    assert_eq!(replayed.lines, 0);
    let halt = replayed.halt.expect("it goes no further");
    assert_eq!(halt.why, "you stopped the replay before it");
}

#[test]
fn a_fresh_step_is_as_far_back_as_lines_go() {
    let mut player = player(vec![main(2), main(0), main(0), main(0)]);
    player.stage.machine.privileged = true;
    let mut notes = Notes::default();
    // The first step, the way into the second, which starts new processes, and a line there.
    advance(&mut player, None, 4, &mut notes);
    assert_eq!(player.position(), Position { step: 1, item: 1 });
    let replayed = replay(&mut player, 9, &mut notes);
    assert_eq!((replayed.wanted, replayed.lines), (1, 1));
    assert_eq!(notes.words(), ["rewound to step 1", "line int a = 3;"]);
    assert_eq!(player.position(), Position { step: 1, item: 1 });
}

#[test]
fn a_process_that_died_between_two_lines_is_found_out_and_all_lines_run_again() {
    let mut player = player(vec![main(0), main(0)]);
    player.stage.seen = vec![Snapshot {
        process: Process::Main,
        pid: Pid(1000),
        mappings: Vec::new(),
        faults: Reading::unknown("not read"),
        page_tables: Reading::unknown("not read"),
    }];
    let mut notes = Notes::default();
    free(&mut player, "1;", &mut notes);
    assert_eq!(player.gone(), []);
    player.stage.ended = vec![Process::Main];
    assert_eq!(player.gone(), [(Process::Main, "killed".to_owned())]);
    let replayed = replay(&mut player, usize::MAX, &mut notes);
    assert_eq!((replayed.wanted, replayed.lines), (1, 1));
    assert_eq!(player.gone(), []);
}
