//! Long statements: stopped when asked, counted whole, and shown slowly.

use super::*;

#[test]
fn endless_statements_are_stopped() {
    let mut lesson = Lesson::new();
    lesson.run(&map(1));
    lesson.run_all(Process::Main, &program(&call(B::Fork, [])));
    let table = [
        E::Forever(Box::new(n(1))),
        E::Forever(Box::new(load(E::Var(P)))),
        E::Forever(Box::new(call(B::Getpid, []))),
        call(B::Wait, [n(0)]),
        call(B::Strlen, [E::Addr(STATUS)]),
    ];
    for statement in &table[..4] {
        let outcome = stop_soon(&mut lesson, statement);
        assert_eq!(
            outcome.ending,
            Ending::Interrupted("it was asked to stop".to_owned()),
            "{statement:?}"
        );
        assert_eq!(lesson.run(&n(5)).value, Some(5), "it can go on");
    }
}

#[test]
fn a_million_touches_are_one_statement() {
    let mut lesson = Lesson::new();
    lesson.run(&map(4));
    let mut looks = 0;
    let loop_ = times(I, 1_000_000, store(E::Var(P), n(1)));
    let watch = &mut |progress: &Progress| {
        looks += 1;
        assert!(!progress.paused);
        Control::Continue
    };
    let outcomes = lesson
        .labs
        .run(Process::Main, &program(&loop_), Pace::Full, watch)
        .unwrap();
    let outcome = &outcomes[0].1;
    assert_eq!(outcome.totals.accesses, 1_000_000);
    assert_eq!(outcome.totals.faults.minor, 1);
    assert_eq!(
        outcome.acts.len(),
        65,
        "the one that faulted, and 64 others"
    );
    assert!(looks > 0);
}

#[test]
fn slow_motion_pauses_once_a_page() {
    let mut lesson = Lesson::new();
    lesson.run(&map(16));
    let mut seen = Vec::new();
    let program = program(&call(B::Memset, [E::Var(P), n(1), n(16 * page())]));
    let watch = &mut |progress: &Progress| {
        assert!(progress.paused);
        seen.push((
            progress.so_far.acts.len(),
            progress.so_far.totals.faults.minor,
        ));
        Control::Continue
    };
    let outcomes = lesson
        .labs
        .run(Process::Main, &program, Pace::Slow, watch)
        .unwrap();
    let expected: Vec<_> = (1..=16).map(|page| (1, page)).collect();
    assert_eq!(seen, expected);
    assert_eq!(outcomes[0].1.totals.faults.minor, 16);

    let mut looks = 0;
    let watch = &mut |_: &Progress| {
        looks += 1;
        if looks == 3 {
            Control::FullSpeed
        } else {
            Control::Continue
        }
    };
    let again = lesson
        .labs
        .run(Process::Main, &program, Pace::Slow, watch)
        .unwrap();
    assert_eq!((looks, &again[0].1.ending), (3, &Ending::Finished));

    let watch = &mut |_: &Progress| Control::Stop;
    let stopped = lesson
        .labs
        .run(Process::Main, &program, Pace::Slow, watch)
        .unwrap();
    assert!(matches!(stopped[0].1.ending, Ending::Interrupted(_)));
    assert_eq!(stopped[0].1.totals.accesses, 1);
}

#[test]
fn slow_motion_shows_a_fork_from_both_sides() {
    let mut lesson = Lesson::new();
    let mut seen = Vec::new();
    let watch = &mut |progress: &Progress| {
        if progress.paused {
            seen.push(progress.process);
        }
        Control::Continue
    };
    lesson
        .labs
        .run(
            Process::Main,
            &program(&call(B::Fork, [])),
            Pace::Slow,
            watch,
        )
        .unwrap();
    seen.sort_unstable();
    assert_eq!(seen, [Process::Main, Process::Child(1)]);
}
