//! The player over a scripted stage: no process runs, so every answer is the script's.

mod replay;

use super::*;
use crate::bytecode::Program;
use crate::lesson;
use crate::mem::{Addr, Ending, Faults, PageSize, Pid, Reading, Signal, Totals};
use crate::observe::{Cached, Mapping, Offers};
use crate::session::moment::{Expected, Verdict};
use crate::session::stage::{Actor, Machine, Watch};
use std::collections::VecDeque;

/// What the stage says to one program.
type Answer = Result<Vec<(Process, Outcome)>, StageError>;

/// A stage that plays back outcomes, one a run, and remembers what it was asked.
struct Script {
    machine: Machine,
    answers: VecDeque<Answer>,
    asked: Vec<Process>,
    actors: Vec<Process>,
    /// Those that have ended.
    ended: Vec<Process>,
    starts: usize,
    seen: Vec<Snapshot>,
}

impl Script {
    fn new(answers: Vec<Answer>) -> Self {
        Self {
            machine: Machine {
                kernel: "6.18".into(),
                page_size: PageSize::new(4096).unwrap(),
                privileged: false,
                file_system: "tmpfs".into(),
                scratch: "/scratch".into(),
                offers: Offers::all(),
            },
            answers: answers.into(),
            asked: Vec::new(),
            actors: vec![Process::Main],
            ended: Vec::new(),
            starts: 0,
            seen: Vec::new(),
        }
    }
}

impl Stage for Script {
    fn machine(&self) -> &Machine {
        &self.machine
    }

    fn restart(&mut self, _: Settings, _: &[lesson::ScratchFile]) -> Result<(), StageError> {
        self.starts += 1;
        self.actors = vec![Process::Main];
        self.ended.clear();
        Ok(())
    }

    fn configure(&mut self, _: Settings) -> Result<(), StageError> {
        Ok(())
    }

    fn actors(&self) -> Vec<Actor> {
        let ended = |process: &Process| self.ended.contains(process).then(|| "killed".to_owned());
        let numbered = self.actors.iter().enumerate();
        let actor = |(index, process): (usize, &Process)| Actor {
            process: *process,
            pid: Pid((1000 * self.starts + index) as i32),
            ended: ended(process),
        };
        numbered.map(actor).collect()
    }

    fn run(&mut self, process: Process, _: &Program, _: Pace, _: &mut Watch<'_>) -> Answer {
        self.asked.push(process);
        let answer = self
            .answers
            .pop_front()
            .unwrap_or_else(|| Ok(vec![(process, faults(0))]));
        if let Ok(outcomes) = &answer {
            self.actors
                .extend(outcomes.iter().skip(1).map(|(process, _)| *process));
        }
        answer
    }

    fn observe(&mut self) -> Vec<Snapshot> {
        self.seen.clone()
    }

    fn cached(&self, _: Process, _: i32) -> Result<Reading<Cached>, String> {
        Err("there is no file".into())
    }
}

/// A director that lets everything run and keeps what it is told.
#[derive(Default)]
struct Notes(Vec<Report>);

impl Director for Notes {
    fn report(&mut self, report: Report) {
        self.0.push(report);
    }

    fn control(&mut self, _: bool) -> Control {
        Control::Continue
    }
}

impl Notes {
    fn words(&self) -> Vec<String> {
        let word = |report: &Report| match report {
            Report::Line(moment) => {
                format!("line {}", moment.ran.as_ref().map_or("", |ran| &ran.code))
            }
            Report::Graded(graded) => {
                format!("graded {:?} {:?}", graded.answer.known(), graded.right)
            }
            Report::Expected { expected, .. } => {
                let verdicts: Vec<String> = expected
                    .iter()
                    .map(|one| format!("{:?}", one.verdict))
                    .collect();
                format!("expected {}", verdicts.join(" "))
            }
            Report::Opened(_) => "opened".into(),
            Report::Rewound { step, .. } => format!("rewound to step {step}"),
            other => format!("{other:?}"),
        };
        self.0.iter().map(word).collect()
    }
}

fn faults(minor: u64) -> Outcome {
    Outcome {
        value: Some(0),
        totals: Totals {
            faults: Faults { minor, major: 0 },
            ..Totals::default()
        },
        ..Outcome::empty(Ending::Finished)
    }
}

const LESSON: &str = "+++
title = \"T\"
summary = \"S\"
minutes = 5
+++
Hello.

## One
```predict minor_faults
How many?
0: none | believes: it is free
2: two
```
```c
int a = 1;
int b = 2;
```
```expect
minor_faults == 2
minor_faults == 3
rss(0) == 0
```
Because.

## Two {fresh = true, needs = [\"frames\"]}
```c
int a = 3;
fork();
```
```c child
a = 4;
```
```expect
child.minor_faults == 1
minor_faults == 0
```
The end.
";

fn player(answers: Vec<Answer>) -> Player<Script> {
    let lesson = lesson::read("t.md", LESSON).expect("the lesson is sound");
    let mut player = Player::new(Script::new(answers), Arc::new(lesson));
    player.start().unwrap();
    player
}

#[expect(clippy::unnecessary_wraps, reason = "stands beside answers that fail")]
fn main(minor: u64) -> Answer {
    Ok(vec![(Process::Main, faults(minor))])
}

#[test]
fn a_guess_is_taken_with_its_first_line_and_graded_after_its_last() {
    let mut player = player(vec![main(2), main(0)]);
    let mut notes = Notes::default();
    player
        .advance(Some("2".into()), Pace::Full, &mut notes)
        .unwrap();
    assert_eq!(notes.words(), ["line int a = 1;"]);
    player.advance(None, Pace::Full, &mut notes).unwrap();
    let words = notes.words();
    assert_eq!(
        words[1..3],
        ["line int b = 2;", "graded Some(2) Some(true)"]
    );
    assert!(
        words[3].starts_with("expected Holds Fails Unknown("),
        "{}",
        words[3]
    );
    assert!(player.at_end_of_step());
}

#[test]
fn guesses_are_right_wrong_or_none() {
    let table = [
        (Some("2"), Some(true)),
        (Some("0"), Some(false)),
        (Some("7"), Some(false)),
        (Some(" 2 "), Some(true)),
        (None, None),
    ];
    for (guess, right) in table {
        let mut player = player(vec![main(2), main(0)]);
        let mut notes = Notes::default();
        player
            .advance(guess.map(str::to_owned), Pace::Full, &mut notes)
            .unwrap();
        player.advance(None, Pace::Full, &mut notes).unwrap();
        assert_eq!(
            notes.words()[2],
            format!("graded Some(2) {right:?}"),
            "{guess:?}"
        );
    }
}

#[test]
fn a_failed_rule_says_what_was_measured() {
    let mut player = player(vec![main(2), main(0)]);
    let mut notes = Notes::default();
    player.advance(None, Pace::Full, &mut notes).unwrap();
    player.advance(None, Pace::Full, &mut notes).unwrap();
    let Some(Report::Expected { expected, .. }) = notes.0.last() else {
        panic!("{:?}", notes.words())
    };
    assert_eq!(expected[1].verdict, Verdict::Fails);
    assert_eq!(expected[1].measured, "minor_faults = 2");
}

#[test]
fn a_line_that_cannot_run_leaves_the_lesson_where_it_is() {
    let gone = StageError::NoProcess("main is gone".into());
    let mut player = player(vec![Err(gone.clone()), main(1)]);
    let before = player.position();
    let mut notes = Notes::default();
    assert_eq!(
        player.advance(Some("2".into()), Pace::Full, &mut notes),
        Err(gone)
    );
    assert_eq!(player.position().step, before.step);
    assert!(notes.0.is_empty());
    player.advance(None, Pace::Full, &mut notes).unwrap();
    assert_eq!(
        notes.words(),
        ["line int a = 1;"],
        "and the same line can be tried again"
    );
}

#[test]
fn a_fresh_step_starts_new_processes_and_a_child_has_its_parents_variables() {
    let forked = Ok(vec![
        (Process::Main, faults(0)),
        (Process::Child(1), faults(0)),
    ]);
    let child = Ok(vec![(Process::Child(1), faults(1))]);
    let mut player = player(vec![main(0), forked, child]);
    player.stage.machine.privileged = true;
    let mut notes = Notes::default();
    player.enter(1).unwrap();
    assert_eq!(player.stage.starts, 2);
    for _ in 0..3 {
        player.advance(None, Pace::Full, &mut notes).unwrap();
    }
    assert_eq!(
        player.stage.asked,
        [Process::Main, Process::Main, Process::Child(1)]
    );
    assert_eq!(notes.words().last().unwrap(), "expected Holds Holds");
    assert!(player.finished());
    // Once more, and the lesson stands behind its last step: there is the page that closes it. Further, there is nothing.
    for _ in 0..2 {
        player.advance(None, Pace::Full, &mut notes).unwrap();
        assert_eq!(player.position(), Position { step: 2, item: 0 });
        assert!(player.finished());
    }
}

#[test]
fn a_step_says_what_it_lacks() {
    let player = player(Vec::new());
    assert_eq!(player.missing(0), Vec::<String>::new());
    assert!(player.missing(1)[0].contains("CAP_SYS_ADMIN"));
}

/// What becomes of a rule behind one line, before a page that was not read, where evaluating a load ends so.
fn judged(rule: &str, load: Ending) -> Expected {
    let text = format!(
        "+++\ntitle = \"T\"\nsummary = \"S\"\nminutes = 5\n+++\nHello.\n\n## One\n```c\nint a = 1;\n```\n\
         ```expect\n{rule}\n```\nThe end.\n"
    );
    let lesson = lesson::read("t.md", &text).expect("the lesson is sound");
    let line = b"10000-20000 rw-p 00000000 00:00 0";
    let mapping = Mapping {
        vma: crate::observe::live::maps::vma(line).unwrap(),
        own: false,
        usage: Reading::unknown("not read"),
        flags: Vec::new(),
        pages: Reading::unknown("not read"),
        file_length: None,
        cache: Reading::unknown("not read"),
    };
    let snapshot = Snapshot {
        process: Process::Main,
        pid: Pid(1),
        mappings: vec![mapping],
        faults: Reading::unknown("not read"),
        page_tables: Reading::unknown("not read"),
    };
    let loaded = Ok(vec![(Process::Main, Outcome::empty(load))]);
    let mut script = Script::new(vec![main(0), loaded]);
    script.seen = vec![snapshot];
    let mut player = Player::new(script, Arc::new(lesson));
    player.start().unwrap();
    player.stage.actors.push(Process::Peer(2));
    let mut notes = Notes::default();
    player.advance(None, Pace::Full, &mut notes).unwrap();
    match notes.0.pop() {
        Some(Report::Expected { expected, .. }) => expected[0].clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_not_read_is_unknown_and_what_is_asked_wrongly_fails() {
    let unknown = [
        (
            "state((char *)0x10000) != ABSENT",
            "the page at 0x10000 could not be read",
        ),
        ("rss((char *)0x10000) == 0", "not read"),
        ("page_tables > 0", "not read"),
        ("peer2.vmas == 0", "peer 2 could not be looked at"),
    ];
    for (rule, why) in unknown {
        let judged = judged(rule, Ending::Finished);
        assert_eq!(judged.verdict, Verdict::Unknown(why.into()), "{rule}");
    }
    let signal = Signal {
        number: libc::SIGSEGV,
        code: 1,
        address: Addr(0x10),
    };
    let wrong = [
        ("*(char *)16 == 0", "evaluating it raised SIGSEGV at 0x10"),
        ("rss(3) == 0", "nothing is mapped at 0x3 in main"),
        (
            "vmas + frame(3) == 0",
            "vmas = 1, nothing is mapped at 0x3 in main",
        ),
        ("cached(7) == 0", "there is no file"),
        ("peer3.vmas == 0", "peer 3 is not there to be looked at"),
        (
            "child.minor_faults == 0",
            "there is no child: nothing has called fork()",
        ),
        ("ns > 0", "this code made no access to be timed"),
        ("time(x) > 0", "`x` has not raced"),
    ];
    for (rule, why) in wrong {
        let judged = judged(rule, Ending::Signal(signal));
        assert_eq!(judged.verdict, Verdict::Fails, "{rule}");
        assert_eq!(judged.measured, why, "{rule}");
    }
}

#[test]
fn a_child_that_nobody_forked_runs_nothing_and_that_is_said() {
    let mut player = player(vec![
        main(0),
        Ok(vec![
            (Process::Main, faults(0)),
            (Process::Child(1), faults(0)),
        ]),
    ]);
    let mut notes = Notes::default();
    let mut told = |player: &mut Player<Script>| {
        let who = lesson::Who::Named(Process::Child(9));
        let refused = player.free(who, "q[0] = 4;", Pace::Full, &mut notes);
        match refused {
            Err(free::Refusal::Stage(error)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let before = told(&mut player);
    assert_eq!(before, "there is no child 9: nothing has called fork() yet");
    let main = lesson::Who::Main;
    player
        .free(main, "1; fork();", Pace::Full, &mut Notes::default())
        .unwrap();
    assert_eq!(
        told(&mut player),
        "there is no child 9: fork() has made 1 so far"
    );
}

#[test]
fn a_variable_whose_declaration_never_ended_is_none() {
    let raised = Ending::Signal(Signal {
        number: 8,
        code: 1,
        address: Addr(0),
    });
    let mut player = player(vec![
        main(0),
        Ok(vec![(Process::Main, Outcome::empty(raised))]),
    ]);
    let mut notes = Notes::default();
    let who = lesson::Who::Main;
    player
        .free(who, "int zero = 0;", Pace::Full, &mut notes)
        .unwrap();
    player
        .free(who, "int d = 5 / zero;", Pace::Full, &mut notes)
        .unwrap();
    let held = player.variables();
    let names: Vec<&str> = held[&Process::Main]
        .variables
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, ["zero"]);
}
