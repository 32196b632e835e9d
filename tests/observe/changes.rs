//! What was done to a page is what is told of it, with its cause.

use super::*;

#[test]
fn anonymous_memory_is_zero_page_then_own_page() {
    let mut theatre = Theatre::new();
    let (p, changes) = theatre.map(16, PRIVATE, -1);
    assert_eq!(causes(&changes), [Cause::MappingCreated]);
    assert!(
        changes[0].text.ends_with("nothing is loaded yet"),
        "{}",
        changes[0].text
    );
    assert_eq!(theatre.state(MAIN, p), PageState::Absent);

    let changes = theatre.read(MAIN, p);
    assert_eq!(causes(&changes), [Cause::ZeroPageRead]);
    assert!(matches!(
        theatre.state(MAIN, p),
        PageState::Zero | PageState::ZeroOrShared
    ));
    assert_eq!(theatre.rss(p), 0);

    let changes = theatre.write(MAIN, p);
    assert_eq!(causes(&changes), [Cause::ZeroPageUpgrade]);
    assert_eq!(theatre.state(MAIN, p), PageState::Private);
    assert_eq!(theatre.rss(p), page());

    let third = p + 3 * page();
    let changes = theatre.write(MAIN, third);
    assert_eq!(causes(&changes), [Cause::DemandZero]);
    assert!(
        changes[0]
            .text
            .starts_with("write to page 3: absent -> a demand-zero page, 1 minor fault")
    );
    assert_eq!(causes(&theatre.write(MAIN, third)), []);

    let (_, changes) = theatre.advise(p, 16, libc::MADV_DONTNEED as u64);
    assert_eq!(causes(&changes), [Cause::Dropped]);
    assert!(
        changes[0]
            .text
            .starts_with("pages 0 and 3 were dropped by madvise()")
    );

    let (_, changes) = theatre.call(
        "munmap",
        [Order::Unmap as u64, p + 4 * page(), page(), 0, 0],
        [p + 4 * page(), page(), 0, 0, 0, 0],
    );
    assert_eq!(causes(&changes), [Cause::MappingSplit]);
    assert!(
        changes[0].text.ends_with("page 4 unmapped"),
        "{}",
        changes[0].text
    );
}

#[test]
fn fork_shares_and_the_first_writer_copies() {
    let mut theatre = Theatre::new();
    let (p, _) = theatre.map(16, PRIVATE, -1);
    for page_index in 0..16 {
        theatre.write(MAIN, p + page_index * page());
    }
    let changes = theatre.fork();
    assert_eq!(
        causes(&changes),
        [Cause::ProcessCreated, Cause::SharedByFork]
    );
    assert!(
        changes[1]
            .text
            .starts_with("fork: 16 pages are now shared with child (")
    );
    let third = p + 3 * page();
    for process in [MAIN, CHILD] {
        assert!(matches!(
            theatre.state(process, third),
            PageState::Shared | PageState::ZeroOrShared
        ));
    }

    let changes = theatre.write(CHILD, third);
    if theatre.state(CHILD, p) == PageState::ZeroOrShared {
        println!(
            "skipped: this kernel does not tell the zero page from a shared one (PAGEMAP_SCAN)"
        );
        return;
    }
    assert_eq!(
        causes(&changes),
        [Cause::CopyOnWrite, Cause::ExclusiveAgain]
    );
    assert!(changes[0].text.starts_with(
        "write to page 3: present, shared since fork -> the kernel copied it (copy-on-write), 1 minor fault"
    ), "{}", changes[0].text);
    assert_eq!(changes[1].process, MAIN);
    assert_eq!(
        changes[1].text,
        "page 3 is mapped by no other process any more: child has its own copy"
    );
    assert_eq!(
        changes[0].text.contains(", frame 0x"),
        observe::frames_readable()
    );

    // The parent's next write to it costs a fault and copies nothing.
    let changes = theatre.write(MAIN, third);
    assert_eq!(causes(&changes), [Cause::Reuse]);
    assert_eq!(changes[0].faults, Faults { minor: 1, major: 0 });
    assert_eq!(
        changes[0].text.contains(" kept"),
        observe::frames_readable()
    );

    // When the child ends, everything is the parent's again, and still write-protected.
    theatre.subject.childs.write_all(&[0xff; 1]).unwrap();
    theatre
        .subject
        .childs
        .shutdown(std::net::Shutdown::Both)
        .unwrap();
    let (_, changes) = theatre.call("wait", [Order::Wait as u64, 0, 0, 0, 0], [0; 6]);
    assert_eq!(
        causes(&changes),
        [Cause::ProcessEnded, Cause::ExclusiveAgain]
    );
    assert!(
        changes[1]
            .text
            .ends_with("mapped by no other process any more: child has ended")
    );
    assert_eq!(causes(&theatre.write(MAIN, p)), [Cause::Reuse]);
}

#[test]
fn file_pages_are_mapped_with_their_neighbours_and_copied_on_write() {
    let named = tempfile::NamedTempFile::new().unwrap();
    let file = named.as_file();
    let pages = 64u64;
    for index in 0..pages {
        use std::os::unix::fs::FileExt;
        file.write_at(&vec![b'a'; page() as usize], index * page())
            .unwrap();
    }
    file.sync_all().unwrap();
    let mut theatre = Theatre::new();
    let (p, _) = theatre.map(pages, libc::MAP_PRIVATE, file.as_raw_fd());
    let mapping = theatre.before[0].mapping_at(Addr(p)).unwrap();
    assert_eq!(mapping.file_length, Some(pages * page()));
    let changes = theatre.read(MAIN, p + 20 * page());
    assert_eq!(changes[0].cause, Cause::FileMinor);
    if let Some(halo) = changes.get(1) {
        assert_eq!(halo.cause, Cause::FaultAround);
    }
    assert!(matches!(
        theatre.state(MAIN, p + 20 * page()),
        PageState::File | PageState::Shmem
    ));
    let changes = theatre.write(MAIN, p + 20 * page());
    assert_eq!(causes(&changes), [Cause::PrivateFileCopy]);
    assert_eq!(theatre.state(MAIN, p + 20 * page()), PageState::Private);

    let (s, _) = theatre.map(pages - 1, libc::MAP_SHARED, file.as_raw_fd());
    theatre.read(MAIN, s);
    let shared = theatre.write(MAIN, s);
    let memory =
        live::maps::parse(&std::fs::read(format!("/proc/{}/maps", theatre.subject.pid)).unwrap())
            .unwrap()
            .iter()
            .any(|vma| {
                vma.range.start.0 == s && matches!(vma.backing, Backing::SharedMemory { .. })
            });
    match observe::file_system(&std::env::temp_dir()).as_str() {
        "tmpfs" => println!("skipped: write-notify needs a disk file system, not tmpfs"),
        _ if memory => println!("skipped: the temporary directory is shared memory"),
        _ => assert_eq!(causes(&shared), [Cause::WriteNotify]),
    }
}

#[test]
fn shared_memory_is_mapped_by_each_process_for_itself() {
    let mut theatre = Theatre::new();
    let (p, changes) = theatre.map(8, libc::MAP_SHARED | libc::MAP_ANONYMOUS, -1);
    assert!(
        changes[0].text.contains("shared memory"),
        "{}",
        changes[0].text
    );
    assert_eq!(causes(&theatre.write(MAIN, p)), [Cause::SharedMemoryFault]);
    assert_eq!(theatre.state(MAIN, p), PageState::Shmem);
    assert_eq!(causes(&theatre.fork()), [Cause::ProcessCreated]);
    assert_eq!(theatre.state(CHILD, p), PageState::Absent);
    assert_eq!(causes(&theatre.read(CHILD, p)), [Cause::SharedMemoryMap]);
    assert_eq!(theatre.state(MAIN, p), PageState::ShmemShared);
}

#[test]
fn guard_pages_are_not_taken_for_swapped_ones() {
    let mut theatre = Theatre::new();
    let (p, _) = theatre.map(8, PRIVATE, -1);
    let (result, changes) = theatre.advise(p, 2, MADV_GUARD_INSTALL);
    if result != 0 {
        println!("skipped: this kernel has no guard pages (MADV_GUARD_INSTALL)");
        return;
    }
    if theatre.state(MAIN, p) == PageState::Swapped {
        println!("skipped: this kernel does not show guard pages (bit 58 of pagemap)");
        return;
    }
    assert_eq!(theatre.state(MAIN, p + page()), PageState::Guard);
    assert_eq!(theatre.state(MAIN, p + 2 * page()), PageState::Absent);
    assert_eq!(causes(&changes), [Cause::ProtectionChanged]);
    assert_eq!(
        changes[0].text,
        "pages 0-1 are guarded now: any access is a segmentation fault"
    );
}

#[test]
fn populating_and_protecting_are_told() {
    let mut theatre = Theatre::new();
    let (p, changes) = theatre.map(8, PRIVATE | libc::MAP_POPULATE, -1);
    assert_eq!(causes(&changes), [Cause::MappingCreated, Cause::Populated]);
    assert_eq!(changes[1].faults.minor, 8);
    let read_only = [
        Order::Protect as u64,
        p + 3 * page(),
        page(),
        libc::PROT_READ as u64,
        0,
    ];
    let (_, changes) = theatre.call(
        "mprotect",
        read_only,
        [p + 3 * page(), page(), libc::PROT_READ as u64, 0, 0, 0],
    );
    assert_eq!(
        causes(&changes),
        [Cause::MappingSplit, Cause::ProtectionChanged]
    );
    let told = |n: usize, end: &str| {
        let text = &changes[n].text;
        assert!(text.ends_with(end), "{text}");
    };
    told(0, "is 3 lines of maps now");
    told(1, "r--p now (was rw-p)");
}
