//! What a lesson cannot do: reach the memory of others, fill the machine, or leave its scratch directory.

use super::*;

#[test]
fn shared_memory_of_others_is_out_of_reach() {
    let mut lesson = Lesson::new();
    // A lesson's names have the number of its tutor in front, which is this process.
    let real = |name: &str| format!("/mmap-tutor-{}-{name}", std::process::id());
    let name = real("foreign");
    let foreign = nix::sys::mman::shm_open(
        name.as_str(),
        nix::fcntl::OFlag::O_CREAT | nix::fcntl::OFlag::O_RDWR,
        nix::sys::stat::Mode::S_IRUSR,
    );
    let flags = n(i64::from(libc::O_CREAT | libc::O_RDWR));
    let open = |name| call(B::ShmOpen, [E::Text(name), flags.clone(), n(0o600)]);
    let refused = lesson.run(&open("/foreign"));
    let unlinked = lesson.run(&call(B::ShmUnlink, [E::Text("/foreign")]));
    nix::sys::mman::shm_unlink(name.as_str()).unwrap();
    drop(foreign);
    assert_eq!(refused.errno, libc::EACCES);
    assert_eq!(unlinked.errno, libc::EACCES);

    assert_eq!(lesson.run(&open("/own")).value, Some(3));
    let in_peer = lesson.run_in(Process::Peer(1), &open("/own"));
    assert_eq!(in_peer.value, Some(3), "another process of the lesson");
    let exists = || {
        let name = real("own");
        let flags = nix::fcntl::OFlag::O_RDWR;
        nix::sys::mman::shm_open(name.as_str(), flags, nix::sys::stat::Mode::empty()).map(drop)
    };
    assert_eq!(exists(), Ok(()), "under the name of this tutor");
    drop(lesson);
    assert_eq!(
        exists(),
        Err(nix::errno::Errno::ENOENT),
        "removed at the end"
    );
}

#[test]
fn forks_are_bounded() {
    let mut lesson = Lesson::new();
    // A child leaves the loop, and lives on.
    let forks = times(I, 20, if_else(call(B::Fork, []), n(0), set(I, n(100))));
    let outcomes = lesson.run_all(Process::Main, &program(&forks));
    assert_eq!(outcomes.len(), 16);
    assert_eq!(outcomes[0].1.errno, libc::EAGAIN);
    let pids: Vec<Pid> = lesson.labs.processes().iter().map(|p| p.1).collect();
    drop(lesson);
    assert!(pids.iter().all(|&pid| is_gone(pid)), "no orphan, no zombie");
}

#[test]
fn a_process_can_signal_its_family_and_itself() {
    let mut lesson = Lesson::new();
    lesson.run_all(Process::Main, &program(&set(CHILD, call(B::Fork, []))));
    let own = lesson.run(&call(
        B::Kill,
        [call(B::Getpid, []), n(i64::from(libc::SIGTERM))],
    ));
    assert_eq!(own.signal().map(Signal::name).as_deref(), Some("SIGTERM"));
    let killed = lesson.run(&call(B::Kill, [E::Var(CHILD), n(i64::from(libc::SIGKILL))]));
    assert_eq!(killed.value, Some(0));
    let waited = lesson.run(&seq([
        call(B::Waitpid, [E::Var(CHILD), E::Addr(STATUS), n(0)]),
        E::Load(4, Box::new(E::Addr(STATUS))),
    ]));
    assert_eq!(waited.value, Some(i64::from(libc::SIGKILL)));
    assert!(lesson.labs.processes()[1].2.is_some());
}

#[test]
fn a_call_that_would_fill_the_machine_is_refused() {
    let mut lesson = Lesson::new();
    let flags = PRIVATE | i64::from(libc::MAP_POPULATE | libc::MAP_NORESERVE);
    let populate = |length: i64| call(B::Mmap, [n(0), n(length), n(RW), n(flags), n(-1), n(0)]);
    assert_eq!(lesson.run(&populate(1 << 42)).errno, libc::ENOMEM);
    assert_eq!(lesson.run(&populate(page())).totals.faults.minor, 1);
    let flags = PRIVATE | i64::from(libc::MAP_NORESERVE);
    let promise = call(B::Mmap, [n(0), n(1 << 40), n(RW), n(flags), n(-1), n(0)]);
    assert_eq!(lesson.run(&promise).errno, 0, "a promise of 1 TiB is free");
}

#[cfg(target_arch = "x86_64")]
#[test]
fn machine_code_cannot_ask_others_to_act_for_it() {
    let mut lesson = Lesson::new();
    let pid = lesson.pid(Process::Main);
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    if !status.contains("Seccomp:\t2") {
        println!("SKIPPED: this kernel filters no system calls");
        return;
    }
    let refused = -i64::from(libc::EPERM);
    let table = [
        (libc::SYS_socket, libc::AF_UNIX, Some(refused)),
        (libc::SYS_setsid, 0, Some(refused)),
        (libc::SYS_io_uring_setup, 1, Some(refused)),
        (libc::SYS_kill, -1, Some(refused)),
        (libc::SYS_kill, 0, Some(refused)),
        (libc::SYS_kill, pid.0, Some(0)),
        (libc::SYS_getpid, 0, Some(i64::from(pid.0))),
    ];
    for (number, first, expected) in table {
        // mov eax, imm32; mov edi, imm32; xor esi, esi; syscall; ret
        let mut code = vec![0xb8];
        code.extend((number as u32).to_le_bytes());
        code.push(0xbf);
        code.extend(first.to_le_bytes());
        code.extend([0x31, 0xf6, 0x0f, 0x05, 0xc3]);
        let bytes = code
            .iter()
            .enumerate()
            .map(|(offset, &byte)| store(add(E::Var(P), n(offset as i64)), n(i64::from(byte))));
        lesson.run(&map(1));
        lesson.run(&E::Seq(bytes.collect()));
        let rx = n(i64::from(libc::PROT_READ | libc::PROT_EXEC));
        lesson.run(&call(B::Mprotect, [E::Var(P), n(page()), rx]));
        let outcome = lesson.run(&E::CallAt(Box::new(E::Var(P))));
        assert_eq!(outcome.value, expected, "{number} {first}: {outcome:?}");
    }
}

/// `open("/etc/passwd", O_RDONLY)` as machine code, which no check of names sees.
#[cfg(target_arch = "x86_64")]
#[test]
fn machine_code_cannot_leave_the_scratch_directory() {
    let mut lesson = Lesson::new();
    if lesson.labs.landlock() == 0 {
        println!("SKIPPED: this kernel has no landlock");
        return;
    }
    // mov eax, 2; mov rdi, imm64; xor esi, esi; syscall; ret
    let path = lesson.run(&set(Q, E::Text("/etc/passwd"))).value.unwrap();
    let mut code = vec![0xb8, 2, 0, 0, 0, 0x48, 0xbf];
    code.extend(path.to_le_bytes());
    code.extend([0x31, 0xf6, 0x0f, 0x05, 0xc3]);
    let bytes = code
        .iter()
        .enumerate()
        .map(|(offset, &byte)| store(add(E::Var(P), n(offset as i64)), n(i64::from(byte))));
    lesson.run(&map(1));
    lesson.run(&E::Seq(bytes.collect()));
    let rx = n(i64::from(libc::PROT_READ | libc::PROT_EXEC));
    lesson.run(&call(B::Mprotect, [E::Var(P), n(page()), rx]));
    let outcome = lesson.run(&E::CallAt(Box::new(E::Var(P))));
    assert_eq!(outcome.value, Some(-i64::from(libc::EACCES)), "{outcome:?}");
}
