//! What statements cost: the faults that a lab counts are those that the kernel counted, and its own work costs none.

use super::*;

#[test]
fn a_fresh_lab_has_no_heap_and_nothing_of_the_tutor() {
    let lesson = Lesson::new();
    let maps = maps(lesson.pid(Process::Main));
    assert!(!maps.contains("[heap]"), "{maps}");
    let descriptors = format!("/proc/{}/fd", lesson.pid(Process::Main));
    let mut numbers: Vec<u32> = fs::read_dir(descriptors)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .file_name()
                .to_str()
                .unwrap()
                .parse()
                .unwrap()
        })
        .collect();
    numbers.sort_unstable();
    assert_eq!(&numbers[..3], [0, 1, 2]);
    assert!(numbers.len() == 4 && numbers[3] > 1000, "{numbers:?}");
}

#[test]
fn an_empty_statement_costs_nothing_anywhere() {
    let mut lesson = Lesson::new();
    let costs = |lesson: &mut Lesson, process| {
        let pid = lesson.pid(process);
        let before = faults(pid);
        let outcome = &lesson.run_all(process, &empty())[0].1;
        assert_eq!(outcome.totals.faults.total(), 0);
        assert_eq!(outcome.ending, Ending::Finished);
        faults(pid) - before
    };
    assert_eq!(costs(&mut lesson, Process::Main), 0, "in a fresh lab");
    assert_eq!(costs(&mut lesson, Process::Main), 0, "again");
    lesson.run(&map(4));
    lesson.run_all(Process::Main, &program(&set(CHILD, call(B::Fork, []))));
    assert_eq!(costs(&mut lesson, Process::Main), 0, "in the parent");
    assert_eq!(costs(&mut lesson, Process::Child(1)), 0, "in its child");
    lesson.run_all(Process::Child(1), &program(&call(B::Fork, [])));
    assert_eq!(costs(&mut lesson, Process::Child(2)), 0, "a grandchild");
    lesson.run_in(Process::Peer(1), &n(1));
    assert_eq!(costs(&mut lesson, Process::Peer(1)), 0, "in a peer");
}

#[test]
fn the_sum_of_the_acts_is_what_the_kernel_counted() {
    let mut lesson = Lesson::new();
    let pid = lesson.pid(Process::Main);
    let before = faults(pid);
    let touched = seq([
        map(300),
        times(I, 300, store(add(E::Var(P), E::Var(I)), n(1))),
        call(B::Memset, [E::Var(P), n(7), n(300 * page())]),
        call(B::Malloc, [n(100)]),
        call(B::Munmap, [E::Var(P), n(300 * page())]),
    ]);
    let outcome = lesson.run(&touched);
    assert!(outcome.totals.faults.total() >= 300, "{outcome:?}");
    assert_eq!(faults(pid) - before, outcome.totals.faults.total());
}

#[test]
fn demand_zero_costs_one_fault_a_page() {
    let mut lesson = Lesson::new();
    let mapped = lesson.run(&map(16));
    assert_eq!(mapped.totals.faults.total(), 0);
    assert_eq!(mapped.totals.calls, 1);
    assert_eq!(mapped.value, Some(0x10_0000_0000), "placed apart");
    let filled = lesson.run(&call(B::Memset, [E::Var(P), n(65), n(16 * page())]));
    assert_eq!(filled.totals.faults.minor, 16);
    assert_eq!(filled.totals.accesses, 16);
    assert_eq!(accesses(&filled), vec![(AccessKind::Write, 1); 16]);
    let again = lesson.run(&call(B::Memset, [E::Var(P), n(66), n(16 * page())]));
    assert_eq!(again.totals.faults.minor, 0);
    assert!(again.totals.median.0 > 0);
}

#[test]
fn a_read_then_a_write_cost_one_fault_each() {
    let mut lesson = Lesson::new();
    lesson.run(&map(2));
    assert_eq!(lesson.run(&load(at(0))).totals.faults.minor, 1);
    assert_eq!(lesson.run(&load(at(0))).totals.faults.minor, 0);
    assert_eq!(lesson.run(&store(at(0), n(1))).totals.faults.minor, 1);
    assert_eq!(lesson.run(&store(at(0), n(2))).totals.faults.minor, 0);
    let both = lesson.run(&seq([load(at(1)), store(at(1), n(5)), load(at(1))]));
    assert_eq!(both.totals.faults.minor, 2);
    assert_eq!(both.value, Some(5));
}

#[test]
fn after_a_fork_each_side_pays_for_its_own_next_write() {
    let mut lesson = Lesson::new();
    lesson.run(&seq([
        map(16),
        call(B::Memset, [E::Var(P), n(65), n(16 * page())]),
    ]));
    let forked = lesson.run_all(Process::Main, &program(&set(CHILD, call(B::Fork, []))));
    let parts: Vec<_> = forked.iter().map(|(process, _)| *process).collect();
    assert_eq!(parts, [Process::Main, Process::Child(1)]);
    let child = i64::from(lesson.pid(Process::Child(1)).0);
    assert_eq!(forked[0].1.value, Some(child));
    assert_eq!(forked[1].1.value, Some(0));
    assert!(forked.iter().all(|(_, outcome)| outcome.totals.calls == 1));
    assert_eq!(forked[0].1.totals.faults.total(), 0);

    let write = store(at(3), n(66));
    let in_child = lesson.run_in(Process::Child(1), &write);
    assert_eq!(in_child.totals.faults.minor, 1, "copied");
    assert_eq!(lesson.run(&load(at(3))).value, Some(65));
    assert_eq!(lesson.run(&write).totals.faults.minor, 1, "reused");
    assert_eq!(lesson.run(&write).totals.faults.minor, 0);
    let read = lesson.run_in(Process::Child(1), &load(at(4)));
    assert_eq!((read.totals.faults.minor, read.value), (0, Some(65)));
}

#[test]
fn a_fork_costs_its_parent_no_fault_however_often() {
    let mut lesson = Lesson::new();
    lesson.run(&map(4));
    let reap = call(B::Wait, [n(0)]);
    let fork = program(&if_else(call(B::Fork, []), reap, call(B::Exit, [n(0)])));
    for round in 0..200 {
        let outcomes = lesson.run_all(Process::Main, &fork);
        let parent = &outcomes[0].1;
        assert_eq!(parent.totals.faults.total(), 0, "{round}: {parent:?}");
    }
}

#[test]
fn a_timed_statement_is_measured_as_a_whole() {
    let mut lesson = Lesson::new();
    lesson.run(&map(16));
    let fill = call(B::Memset, [E::Var(P), n(1), n(16 * page())]);
    let watch = &mut |_: &Progress| Control::Continue;
    let mut timed = |expression: &E| {
        let ran = lesson
            .labs
            .run(Process::Main, &program(expression), Pace::Timed, watch);
        ran.unwrap().remove(0).1
    };
    let outcome = timed(&fill);
    assert_eq!(outcome.ending, Ending::Finished);
    assert_eq!(outcome.totals.faults.minor, 16, "{:?}", outcome.totals);
    assert_eq!((outcome.totals.accesses, outcome.totals.calls), (0, 0));
    assert!(outcome.acts.is_empty() && outcome.totals.elapsed.0 > 0);
    assert_eq!(
        timed(&fill).totals.faults.total(),
        0,
        "nothing of the lab's own"
    );
    let outcome = timed(&load(E::Var(Q)));
    assert!(matches!(outcome.ending, Ending::Signal(_)), "{outcome:?}");
    let watch = &mut |_: &Progress| Control::Stop;
    let endless = program(&E::Forever(Box::new(n(1))));
    let ran = lesson.labs.run(Process::Main, &endless, Pace::Timed, watch);
    assert!(matches!(ran.unwrap()[0].1.ending, Ending::Interrupted(_)));
    assert_eq!(lesson.run(&fill).totals.accesses, 16, "measured again");
}

#[test]
fn a_second_thread_lives_while_a_statement_runs_and_disturbs_no_count() {
    let mut lesson = Lesson::with(Settings {
        thread: true,
        ..Settings::default()
    });
    lesson.run(&map(16));
    let fill = call(B::Memset, [E::Var(P), n(1), n(16 * page())]);
    assert_eq!(lesson.run(&fill).totals.faults.minor, 16);
    assert_eq!(lesson.run(&fill).totals.faults.total(), 0);
    let threads = |pid: Pid| fs::read_dir(format!("/proc/{pid}/task")).unwrap().count();
    let main = lesson.pid(Process::Main);
    assert_eq!(threads(main), 1, "it is gone between statements");
    let mut most = 0;
    let watch = &mut |_: &Progress| {
        most = most.max(threads(main));
        if most > 1 {
            Control::Stop
        } else {
            Control::Continue
        }
    };
    let endless = program(&E::Forever(Box::new(n(1))));
    let ran = lesson.labs.run(Process::Main, &endless, Pace::Full, watch);
    assert!(matches!(ran.unwrap()[0].1.ending, Ending::Interrupted(_)));
    assert_eq!(most, 2);
    let forked = lesson.run_all(Process::Main, &program(&call(B::Fork, [])));
    assert_eq!(forked.len(), 2, "both sides answer: {forked:?}");
    let child = lesson.run_in(Process::Child(1), &fill);
    assert_eq!(child.totals.faults.minor, 16, "{child:?}");
    assert_eq!(
        lesson.run_in(Process::Peer(1), &n(1)).ending,
        Ending::Finished
    );
    assert_eq!(threads(main), 1);
}
