//! Processes that die, hang or are killed, the tutor among them: each is told, and none is left behind.

use super::*;

#[test]
fn a_lab_killed_from_outside_is_reported() {
    let mut lesson = Lesson::new();
    let pid = lesson.pid(Process::Main);
    let watch = &mut |_: &Progress| {
        send(pid, Kill::SIGKILL);
        Control::Continue
    };
    let endless = program(&E::Forever(Box::new(n(1))));
    let outcomes = lesson
        .labs
        .run(Process::Main, &endless, Pace::Full, watch)
        .unwrap();
    let Ending::Died(how) = &outcomes[0].1.ending else {
        panic!("{outcomes:?}")
    };
    assert!(how.starts_with("killed by SIGKILL"), "{how}");
    assert!(lesson.labs.processes()[0].2.is_some());
    let next = lesson
        .labs
        .run(Process::Main, &empty(), Pace::Full, &mut |_: &Progress| {
            Control::Continue
        });
    assert!(matches!(next, Err(LabError::NoProcess(_))), "{next:?}");
    assert!(is_gone(pid));
}

#[test]
fn a_lab_killed_while_parked_is_reported() {
    let mut lesson = Lesson::new();
    lesson.run_all(Process::Main, &program(&call(B::Fork, [])));
    for process in [Process::Child(1), Process::Main] {
        let pid = lesson.pid(process);
        send(pid, Kill::SIGTERM);
        let ended = || {
            let processes = lesson.labs.processes();
            processes.iter().find(|p| p.0 == process).unwrap().2.clone()
        };
        wait_until("its end is noticed", || ended().is_some());
        assert_eq!(ended().as_deref(), Some("killed by SIGTERM"), "{process}");
    }
}

#[test]
fn a_lab_that_destroys_itself_is_reported() {
    let mut lesson = Lesson::new();
    let maps = maps(lesson.pid(Process::Main));
    let text = maps.lines().find(|line| line.contains(" r-xp ")).unwrap();
    let start = i64::from_str_radix(text.split_once('-').unwrap().0, 16).unwrap();
    let outcome = lesson.run(&call(B::Munmap, [n(start), n(64 << 20)]));
    assert!(matches!(outcome.ending, Ending::Died(_)), "{outcome:?}");
}

#[test]
fn a_stopped_lab_never_hangs_its_tutor() {
    let mut lesson = Lesson::new();
    let pid = lesson.pid(Process::Main);
    send(pid, Kill::SIGSTOP);
    wait_until("it stops", || stat(pid)[0] == "T");
    let mut told = None;
    let watch = &mut |progress: &Progress| {
        if let Ending::Interrupted(why) = &progress.so_far.ending {
            told = Some(why.clone());
            return Control::Stop;
        }
        Control::Continue
    };
    let endless = program(&E::Forever(Box::new(n(1))));
    let outcomes = lesson
        .labs
        .run(Process::Main, &endless, Pace::Full, watch)
        .unwrap();
    let why = "the process was stopped from outside (SIGSTOP)".to_owned();
    assert_eq!(told.as_ref(), Some(&why));
    assert_eq!(outcomes[0].1.ending, Ending::Interrupted(why));
    assert_eq!(lesson.run(&n(3)).value, Some(3));
}

#[test]
fn nothing_survives_its_own_sigkill() {
    let mut lesson = Lesson::new();
    lesson.run_all(Process::Main, &program(&set(CHILD, call(B::Fork, []))));
    let kill = call(B::Kill, [call(B::Getpid, []), n(i64::from(libc::SIGKILL))]);
    let killed = lesson.run_in(Process::Child(1), &kill);
    assert_eq!(
        killed.ending,
        Ending::Died("killed by SIGKILL, which it sent itself".to_owned())
    );
    assert_eq!(killed.totals.calls, 2, "what it did before is told");
    let waited = lesson.run(&seq([
        call(B::Waitpid, [E::Var(CHILD), E::Addr(STATUS), n(0)]),
        E::Load(4, Box::new(E::Addr(STATUS))),
    ]));
    assert_eq!(waited.value, Some(i64::from(libc::SIGKILL)));
}

#[test]
fn a_wait_for_a_parked_child_is_ended_with_the_reason() {
    let mut lesson = Lesson::new();
    lesson.run_all(Process::Main, &program(&set(CHILD, call(B::Fork, []))));
    for waiting in [
        call(B::Wait, [n(0)]),
        call(B::Waitpid, [E::Var(CHILD), n(0), n(0)]),
    ] {
        let outcome = lesson.run(&waiting);
        let Ending::Interrupted(why) = &outcome.ending else {
            panic!("{:?}", outcome.ending)
        };
        assert!(why.contains("parked"), "{why}");
    }
    let ended = lesson.run_all(
        Process::Main,
        &program(&seq([
            if_else(call(B::Fork, []), n(0), call(B::Exit, [n(0)])),
            call(B::Wait, [n(0)]),
        ])),
    );
    assert_eq!(
        ended[0].1.ending,
        Ending::Finished,
        "a child of the same statement may end"
    );
}

/// Not a test: a tutor for the next one to kill.
#[test]
#[ignore = "run by nothing_outlives_a_killed_tutor"]
fn tutor_to_be_killed() {
    let mut lesson = Lesson::new();
    lesson.run_all(Process::Main, &program(&call(B::Fork, [])));
    lesson.run_all(Process::Peer(1), &program(&call(B::Fork, [])));
    for (_, pid, _) in lesson.labs.processes() {
        println!("lab {pid}");
    }
    println!("ready");
    let endless = program(&E::Forever(Box::new(n(1))));
    let watch = &mut |_: &Progress| Control::Continue;
    let _ = lesson
        .labs
        .run(Process::Child(1), &endless, Pace::Full, watch);
}

#[test]
fn nothing_outlives_a_killed_tutor() {
    use std::io::{BufRead, BufReader};
    let mut tutor = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "deaths::tutor_to_be_killed",
            "--ignored",
            "--nocapture",
        ])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(tutor.stdout.take().unwrap());
    let mut labs = Vec::new();
    for line in output.lines().map(Result::unwrap) {
        if let Some((_, pid)) = line.split_once("lab ") {
            labs.push(Pid(pid.parse().unwrap()));
        }
        if line.contains("ready") {
            break;
        }
    }
    assert_eq!(labs.len(), 4);
    tutor.kill().unwrap();
    tutor.wait().unwrap();
    let dead = |pid: Pid| is_gone(pid) || stat(pid)[0] == "Z";
    wait_until("every lab ends", || labs.iter().all(|&pid| dead(pid)));
}
