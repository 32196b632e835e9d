//! What the functions of C do in a lab: their results, `errno`, and what is printed.

use super::*;

#[test]
fn both_sides_of_a_condition_on_fork_run() {
    let mut lesson = Lesson::new();
    let statement = if_else(
        call(B::Fork, []),
        seq([set(CHILD, call(B::Wait, [E::Addr(STATUS)])), E::Var(STATUS)]),
        call(B::Exit, [n(3)]),
    );
    let outcomes = lesson.run_all(Process::Main, &program(&statement));
    assert_eq!(outcomes[0].1.value, Some(3 << 8), "{outcomes:?}");
    assert_eq!(outcomes[1].1.ending, Ending::Exited(3));
    let ended = lesson.labs.processes()[1].2.clone();
    assert_eq!(ended.as_deref(), Some("exited with status 3"));
    let error = lesson.labs.run(
        Process::Child(1),
        &empty(),
        Pace::Full,
        &mut |_: &Progress| Control::Continue,
    );
    assert_eq!(
        error,
        Err(LabError::NoProcess(
            "`child` is gone: exited with status 3".to_owned()
        ))
    );
}

#[test]
fn strings_and_bytes_are_copied_and_compared_page_by_page() {
    let mut lesson = Lesson::new();
    lesson.run(&map(4));
    let across = add(at(1), n(-3));
    let copied = lesson.run(&call(B::Strcpy, [across.clone(), E::Text("mapped")]));
    assert_eq!(copied.totals.faults.minor, 2);
    assert_eq!(
        lesson.run(&call(B::Strlen, [across.clone()])).value,
        Some(6)
    );
    lesson.run(&call(B::Memcpy, [at(2), across.clone(), n(7)]));
    let same = lesson.run(&call(B::Memcmp, [at(2), across.clone(), n(7)]));
    assert_eq!(same.value, Some(0));
    lesson.run(&store(add(at(2), n(6)), n(9)));
    let less = lesson.run(&call(B::Memcmp, [across, at(2), n(7)]));
    assert_eq!(less.value, Some(-9));
}

#[test]
fn malloc_makes_the_heap() {
    let mut lesson = Lesson::new();
    let pointer = lesson.run(&set(P, call(B::Malloc, [n(100)])));
    assert!(pointer.totals.faults.minor >= 1, "{pointer:?}");
    let maps = maps(lesson.pid(Process::Main));
    let heap = maps.lines().find(|line| line.ends_with("[heap]")).unwrap();
    let (start, rest) = heap.split_once('-').unwrap();
    let start = i64::from_str_radix(start, 16).unwrap();
    let end = i64::from_str_radix(rest.split_once(' ').unwrap().0, 16).unwrap();
    assert!((start..end).contains(&pointer.value.unwrap()));
}

#[test]
fn failing_calls_leave_errno() {
    let mut lesson = Lesson::new();
    let open = |name| call(B::Open, [E::Text(name), n(0), n(0)]);
    let table = [
        (open("missing"), libc::ENOENT),
        (open("/etc/passwd"), libc::EACCES),
        (open("../x"), libc::EACCES),
        (call(B::Munmap, [n(1), n(1)]), libc::EINVAL),
        (call(B::Close, [n(1023)]), libc::EBADF),
        (call(B::Kill, [n(1), n(9)]), libc::EPERM),
        (call(B::Kill, [n(-1), n(9)]), libc::EPERM),
        (call(B::Wait, [n(0)]), libc::ECHILD),
        (
            call(B::ShmOpen, [E::Text("/no-such-object"), n(0), n(0)]),
            libc::ENOENT,
        ),
    ];
    for (statement, errno) in table {
        let outcome = lesson.run(&statement);
        assert_eq!(
            (outcome.value, outcome.errno),
            (Some(-1), errno),
            "{statement:?}"
        );
        let kept = lesson.run(&E::Load(4, Box::new(E::Addr(0))));
        assert_eq!(kept.value, Some(i64::from(errno)), "{statement:?}");
    }
}

#[test]
fn what_is_printed_belongs_to_the_statement() {
    let mut lesson = Lesson::new();
    let outcome = lesson.run(&seq([
        call(B::Puts, [E::Text("mapped")]),
        call(B::Write, [n(1), E::Text("raw\n"), n(4)]),
        call(B::Close, [n(77)]),
        call(B::Perror, [E::Text("close")]),
    ]));
    let text = String::from_utf8(outcome.output).unwrap();
    assert_eq!(text, "mapped\nraw\nclose: Bad file descriptor\n");
    let outcome = lesson.run(&times(I, 12_000, call(B::Puts, [E::Text("again")])));
    assert!(
        outcome
            .output
            .ends_with(b"[more was printed than is kept]\n")
    );
    assert!(outcome.output.len() < 70_000);
}

#[test]
fn peers_are_strangers() {
    let mut lesson = Lesson::new();
    lesson.run(&set(I, n(11)));
    let peer = lesson.run_in(Process::Peer(2), &E::Var(I));
    assert_eq!(peer.value, Some(0));
    assert_ne!(lesson.pid(Process::Main), lesson.pid(Process::Peer(2)));
}

#[test]
fn settings_take_effect_in_living_processes() {
    let mut lesson = Lesson::with(Settings {
        placement: Placement::Kernel,
        huge_pages: false,
        thread: false,
    });
    let first = lesson.run(&map(1)).value.unwrap();
    let second = lesson.run(&map(1)).value.unwrap();
    assert_eq!(
        (first - second).abs(),
        page(),
        "the kernel puts them side by side"
    );
    lesson.labs.configure(Settings::default()).unwrap();
    assert_eq!(lesson.run(&map(1)).value, Some(0x10_0000_0000));
    assert_eq!(lesson.run(&map(1)).value, Some(0x10_0020_0000));
    assert!(PageSize::new(page() as u64).is_some());
}
