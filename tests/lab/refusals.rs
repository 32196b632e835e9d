//! Accesses that the kernel refuses are results: the signal, its code and the address, and the lab goes on.

use super::*;

#[test]
fn bad_accesses_are_results() {
    let mut lesson = Lesson::new();
    lesson.run(&map(4));
    let first = lesson.run(&E::Var(P)).value.unwrap();
    let wild = first + 4 * page() + 17;
    let acc = "SEGV_ACCERR";
    let map_error = "SEGV_MAPERR";
    let segv = "SIGSEGV".to_owned();
    let table = [
        (load(at(4)), map_error, first + 4 * page()),
        (store(n(wild), n(1)), map_error, wild),
        (load(n(16)), map_error, 16),
        (E::CallAt(Box::new(n(wild))), map_error, wild),
        (E::CallAt(Box::new(at(0))), acc, first),
        (load(n(0x0dea_dbee_f000_0000)), "SI_KERNEL", 0),
    ];
    for (statement, code, address) in table {
        let outcome = lesson.run(&statement);
        assert_eq!(
            signal_of(&outcome),
            (segv.clone(), code.to_owned(), address),
            "{statement:?}"
        );
        assert_eq!(outcome.value, None);
    }
    lesson.run(&call(B::Mprotect, [at(1), n(page()), n(0)]));
    let read = lesson.run(&load(add(at(1), n(5))));
    assert_eq!(
        signal_of(&read),
        (segv.clone(), acc.to_owned(), first + page() + 5)
    );
    lesson.run(&call(B::Mprotect, [at(2), n(page()), n(1)]));
    let write = lesson.run(&store(at(2), n(1)));
    assert_eq!(
        signal_of(&write),
        (segv, acc.to_owned(), first + 2 * page())
    );
    assert_eq!(lesson.run(&load(at(0))).ending, Ending::Finished);
}

#[test]
fn beyond_the_end_of_a_file_is_a_bus_error() {
    let mut lesson = Lesson::new();
    let flags = i64::from(libc::O_RDWR | libc::O_CREAT);
    let opened = lesson.run(&set(
        Q,
        call(B::Open, [E::Text("data.bin"), n(flags), n(0o600)]),
    ));
    assert_eq!(opened.value, Some(3), "a lesson's first descriptor");
    lesson.run(&call(B::Ftruncate, [E::Var(Q), n(page())]));
    let shared = i64::from(libc::MAP_SHARED);
    let mapping = call(
        B::Mmap,
        [n(0), n(4 * page()), n(RW), n(shared), E::Var(Q), n(0)],
    );
    let first = lesson.run(&set(P, mapping)).value.unwrap();
    assert_eq!(lesson.run(&store(at(0), n(1))).ending, Ending::Finished);
    let beyond = lesson.run(&load(at(2)));
    let expected = (
        "SIGBUS".to_owned(),
        "BUS_ADRERR".to_owned(),
        first + 2 * page(),
    );
    assert_eq!(signal_of(&beyond), expected);
}

#[cfg(target_arch = "x86_64")]
#[test]
fn machine_code_of_a_lesson_runs_and_may_fail() {
    let mut lesson = Lesson::new();
    // mov eax, 42; ret
    let code = 0x0000_c300_0000_2ab8_u64 as i64;
    let write = E::Store(8, Box::new(E::Var(P)), Box::new(n(code)));
    lesson.run(&seq([map(1), write]));
    let rx = n(i64::from(libc::PROT_READ | libc::PROT_EXEC));
    lesson.run(&call(B::Mprotect, [E::Var(P), n(page()), rx]));
    let called = E::CallAt(Box::new(E::Var(P)));
    assert_eq!(lesson.run(&called).value, Some(42));

    let failing = [
        (0x0b0f_i64, "SIGILL"),                 // ud2
        (0xc3_c031_388b_c031, "SIGSEGV"),       // xor eax, eax; mov edi, [rax]
        (0xcc, "SIGTRAP"),                      // int3
        (0xf1f7_c931, "SIGFPE"),                // xor ecx, ecx; div ecx
        (0x00c3_c033_e431_4865_i64, "SIGSEGV"), // wrecks the stack pointer, then returns
    ];
    for (code, name) in failing {
        let write = E::Store(8, Box::new(E::Var(P)), Box::new(n(code)));
        lesson.run(&call(B::Mprotect, [E::Var(P), n(page()), n(RW)]));
        lesson.run(&write);
        let rx = n(i64::from(libc::PROT_READ | libc::PROT_EXEC));
        lesson.run(&call(B::Mprotect, [E::Var(P), n(page()), rx]));
        let outcome = lesson.run(&called);
        assert_eq!(signal_of(&outcome).0, name, "{code:x}");
        assert_eq!(lesson.run(&E::N(1)).value, Some(1), "it lives on");
    }
    // jmp self: interrupted although it never comes back
    lesson.run(&call(B::Mprotect, [E::Var(P), n(page()), n(RW)]));
    lesson.run(&E::Store(2, Box::new(E::Var(P)), Box::new(n(0xfeeb))));
    let rx = n(i64::from(libc::PROT_READ | libc::PROT_EXEC));
    lesson.run(&call(B::Mprotect, [E::Var(P), n(page()), rx]));
    let outcome = stop_soon(&mut lesson, &called);
    assert!(
        matches!(outcome.ending, Ending::Interrupted(_)),
        "{outcome:?}"
    );
    assert_eq!(lesson.run(&E::N(2)).value, Some(2));
}

#[test]
fn memset_stops_at_the_page_that_refuses() {
    let mut lesson = Lesson::new();
    lesson.run(&map(8));
    lesson.run(&call(B::Mprotect, [at(3), n(page()), n(0)]));
    let first = lesson.run(&E::Var(P)).value.unwrap();
    let outcome = lesson.run(&call(B::Memset, [E::Var(P), n(1), n(8 * page())]));
    let expected = (
        "SIGSEGV".to_owned(),
        "SEGV_ACCERR".to_owned(),
        first + 3 * page(),
    );
    assert_eq!(signal_of(&outcome), expected);
    assert_eq!(outcome.totals.faults.minor, 3);
    assert_eq!(outcome.acts.len(), 4);
    assert_eq!(lesson.run(&load(at(2))).value, Some(1));
    assert_eq!(lesson.run(&load(at(4))).value, Some(0));
}

#[test]
fn a_string_literal_cannot_be_written() {
    let mut lesson = Lesson::new();
    let outcome = lesson.run(&seq([
        set(P, E::Text("constant")),
        load(E::Var(P)),
        store(E::Var(P), n(1)),
    ]));
    let (name, code, address) = signal_of(&outcome);
    assert_eq!((name.as_str(), code.as_str()), ("SIGSEGV", "SEGV_ACCERR"));
    assert_eq!(outcome.totals.faults.total(), 0);
    assert_eq!(lesson.run(&E::Var(P)).value, Some(address));
}

#[test]
fn what_a_lesson_may_not_call_takes_no_time_and_what_the_kernel_refuses_does() {
    let mut lesson = Lesson::new();
    let open = |name| call(B::Open, [E::Text(name), n(0), n(0)]);
    let huge = i64::from(libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_POPULATE);
    let table = [
        (open("/etc/passwd"), libc::EACCES, true),
        (open("nowhere"), libc::ENOENT, false),
        (
            call(B::Mmap, [n(0), n(1 << 46), n(RW), n(huge), n(-1), n(0)]),
            libc::ENOMEM,
            true,
        ),
        (
            call(B::Mmap, [n(0), n(1 << 56), n(RW), n(0x22), n(-1), n(0)]),
            libc::ENOMEM,
            false,
        ),
        (call(B::Munmap, [n(1), n(1)]), libc::EINVAL, false),
    ];
    for (statement, errno, is_ours) in table {
        let outcome = lesson.run(&statement);
        let mut calls = outcome.acts.iter().filter_map(|act| match act {
            Act::Call(call) => Some(call),
            Act::Access(_) => None,
        });
        let call = calls.next_back().unwrap();
        assert_eq!(
            (call.errno, call.elapsed.0 == 0),
            (errno, is_ours),
            "{statement:?}"
        );
    }
}
