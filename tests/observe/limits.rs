//! What a look costs the process, where it ends, and what it says where it cannot see.

use super::*;

#[test]
fn a_thousand_snapshots_cost_the_process_no_fault() {
    let mut theatre = Theatre::new();
    let (p, _) = theatre.map(16, PRIVATE, -1);
    theatre.read(MAIN, p);
    theatre.write(MAIN, p + page());
    let pid = theatre.subject.pid;
    let first = theatre.live.snapshot(MAIN, pid).unwrap();
    for _ in 0..1000 {
        theatre.live.snapshot(MAIN, pid).unwrap();
        theatre.live.glance(MAIN, pid).unwrap();
    }
    let last = theatre.live.snapshot(MAIN, pid).unwrap();
    assert!(first.faults.known().is_some());
    assert_eq!(first.faults, last.faults);
    assert_eq!(first.mapping_at(Addr(p)), last.mapping_at(Addr(p)));
    assert_eq!(theatre.state(MAIN, p + 2 * page()), PageState::Absent);
}

#[test]
fn looking_at_the_page_cache_costs_the_process_no_fault() {
    let directory = directory::fresh_directory();
    let file = std::fs::File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(directory.path().join("data.bin"))
        .unwrap();
    file.set_len(16 * page()).unwrap();
    let mut theatre = Theatre::new();
    theatre.live = std::mem::take(&mut theatre.live).with_files_below(directory.path());
    let (p, _) = theatre.map(16, libc::MAP_SHARED, file.as_raw_fd());
    theatre.write(MAIN, p + 3 * page());
    let pid = theatre.subject.pid;
    let first = theatre.live.snapshot(MAIN, pid).unwrap();
    if let Some(why) = first.mapping_at(Addr(p)).unwrap().cache.reason() {
        println!("the page cache is not read here: {why}");
    }
    for _ in 0..1000 {
        theatre.live.snapshot(MAIN, pid).unwrap();
    }
    let last = theatre.live.snapshot(MAIN, pid).unwrap();
    assert_eq!(first.faults, last.faults);
    assert_eq!(
        first.mapping_at(Addr(p)).unwrap().pages,
        last.mapping_at(Addr(p)).unwrap().pages
    );
}

#[test]
fn the_page_budget_cuts_and_says_so() {
    let mut theatre = Theatre::new();
    let (p, _) = theatre.map(16, PRIVATE, -1);
    let pid = theatre.subject.pid;
    let mut short = Live::new(10);
    // Without a baseline everything is looked at, the smallest mappings first.
    let snapshot = short.snapshot(MAIN, pid).unwrap();
    assert!(snapshot.mappings.iter().all(|mapping| !mapping.own));
    let read: usize = snapshot
        .mappings
        .iter()
        .filter_map(|mapping| mapping.pages.known())
        .map(|pages| pages.states.len())
        .sum();
    assert_eq!(read, 10);
    let pages = snapshot.mapping_at(Addr(p)).unwrap().pages.known().unwrap();
    assert_eq!(pages.states.len() as u64 + pages.cut, 16);
}

#[test]
fn pages_beyond_the_budget_are_named_where_the_kernel_names_them() {
    let mut theatre = Theatre::new();
    let (p, _) = theatre.map(4096, PRIVATE, -1);
    theatre.read(MAIN, p + 1000 * page());
    theatre.write(MAIN, p + 4095 * page());
    let pid = theatre.subject.pid;
    let mut short = Live::new(10);
    let snapshot = short.snapshot(MAIN, pid).unwrap();
    let pages = snapshot.mapping_at(Addr(p)).unwrap().pages.known().unwrap();
    assert!(pages.states.len() <= 10);
    let Reading::Known(far) = &pages.far else {
        eprintln!("not tested here: {:?}", pages.far.reason());
        return;
    };
    let found: Vec<(u64, PageState)> = far.iter().map(|(&index, &state)| (index, state)).collect();
    let expected = [(1000, PageState::Zero), (4095, PageState::Private)];
    assert_eq!(found, expected);
    assert_eq!(pages.present(), 2);
    assert_eq!(pages.state(2000), PageState::Absent);
}

#[test]
fn a_process_that_is_gone_is_an_error_and_no_empty_snapshot() {
    let mut theatre = Theatre::new();
    let pid = theatre.subject.pid;
    // SAFETY: kills the process made by this test.
    unsafe { libc::kill(pid.0, libc::SIGKILL) };
    let mut tries = 0;
    let error = loop {
        match theatre.live.snapshot(MAIN, pid) {
            Err(error) => break error,
            Ok(_) if tries < 1000 => std::thread::sleep(std::time::Duration::from_millis(1)),
            Ok(_) => panic!("the process does not end"),
        }
        tries += 1;
    };
    assert_eq!(error, ObserveError::Gone(pid));
    assert_eq!(error.to_string(), format!("process {pid} has ended"));
}

#[test]
fn what_needs_a_right_is_unknown_with_its_reason_without_it() {
    let mut theatre = Theatre::new();
    let (p, _) = theatre.map(4, PRIVATE, -1);
    theatre.write(MAIN, p);
    let mapping = theatre.before[0].mapping_at(Addr(p)).unwrap();
    let frames = &mapping.pages.known().unwrap().frames;
    match frames {
        Reading::Known(frames) => {
            assert!(observe::frames_readable());
            assert_ne!(frames[0], 0);
            assert_eq!(frames[1], 0);
        }
        Reading::Unknown(why) => {
            assert!(!observe::frames_readable());
            assert!(why.contains("CAP_SYS_ADMIN"));
        }
    }
}
