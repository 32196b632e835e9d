//! More than fits: many mappings, many processes, and files with what the page cache has of them.

use super::{SMALL, Walk, assert_shows, story};
use mmap_tutor::mem::{Addr, Backing, PageState, Process, Range, Reading};
use mmap_tutor::observe::{CacheState, Mapping};
use mmap_tutor::session::{Moment, Report};

/// A moment of the story, to be filled otherwise.
fn moment() -> Box<Moment> {
    let Report::Line(moment) = story::mapped() else {
        unreachable!()
    };
    Box::new(moment)
}

/// A mapping of so many pages, the `n`th of those with gaps between them.
fn nth(n: u64, pages: u64, state: PageState) -> Mapping {
    let start = Addr(story::P.start.0 + n * 0x20_0000);
    let range = Range::of(start, pages * story::PAGE);
    story::mapping(range, vec![state; pages as usize])
}

/// The screen after two moments of one process: the first with these mappings, the second with the others.
fn after(before: Vec<Mapping>, now: Vec<Mapping>, size: (u16, u16)) -> Walk {
    let mut walk = Walk::after(0, size);
    for mappings in [before, now] {
        let mut moment = moment();
        let ran = moment.ran.as_mut().unwrap();
        (ran.code, ran.result) = ("int x = 1;".to_owned(), None);
        moment.snapshots = vec![story::snapshot(story::MAIN, mappings)];
        walk.hear(Report::Line(*moment));
    }
    walk
}

#[test]
fn what_did_not_change_is_a_line_where_there_is_no_room() {
    let old = |count: u64| (0..count).map(|n| nth(n, 64, PageState::Private));
    let mut changed: Vec<Mapping> = old(3).collect();
    changed[2] = nth(2, 64, PageState::Absent);
    let walk = after(old(3).collect(), changed, SMALL);
    let text = walk.text();
    assert_shows(&text, &["64 of 64 pages present", "1000400000-1000440000"]);
    assert!(!text.contains("1000200000-"), "{text}");

    let mut changed: Vec<Mapping> = old(9).collect();
    changed[7] = nth(7, 64, PageState::Absent);
    let text = after(old(9).collect(), changed, SMALL).text();
    assert_shows(&text, &["… 8 mappings unchanged", "1000e00000-1000e40000"]);

    // Nothing changed: the latest is drawn.
    let text = after(old(9).collect(), old(9).collect(), SMALL).text();
    assert_shows(&text, &["… 8 mappings unchanged", "1001000000-1001040000"]);
}

#[test]
fn tens_of_thousands_of_mappings_are_counted_and_not_all_drawn() {
    let many = (0..60_000).map(|n| nth(n, 1, PageState::Private));
    let mut walk = after(Vec::new(), many.collect(), (120, 40));
    let last = story::P.start.0 + 59_999 * 0x20_0000;
    assert_shows(
        &walk.text(),
        &["… 59952 more mappings changed", &format!("{last:x}-")],
    );
    // The last row can be reached.
    walk.keys("\t");
    for size in [(80, 24), (200, 60)] {
        walk.size = size;
        assert_shows(&walk.text(), &["… 59952 more mappings changed"]);
    }
}

#[test]
fn the_process_that_ran_is_on_the_screen() {
    let mut walk = Walk::after(0, SMALL);
    let mut moment = moment();
    moment.ran.as_mut().unwrap().process = Process::Peer(9);
    let peer = |n| story::snapshot(Process::Peer(n), vec![nth(0, 16, PageState::Absent)]);
    moment.snapshots.extend((1..=10).map(peer));
    walk.hear(Report::Line(*moment));
    let text = walk.text();
    // Above its pages, and above its numbers.
    assert!(text.matches("peer 9").count() >= 2, "{text}");
}

#[test]
fn what_the_page_cache_has_stands_below_each_page() {
    let file = || {
        let mut mapping = nth(0, 8, PageState::File);
        mapping.vma.backing = Backing::File {
            path: "/tmp/data.bin".to_owned(),
            deleted: false,
        };
        mapping.cache = Reading::Known(vec![CacheState::Cached; 8]);
        mapping
    };
    for size in [(80, 24), (120, 40), (200, 60)] {
        let text = after(vec![file()], vec![file()], size).text();
        let columns = |mark: char| -> Vec<Vec<usize>> {
            let rows = text.lines().map(|row| {
                let cells = row.chars().enumerate();
                cells
                    .filter(|cell| cell.1 == mark)
                    .map(|cell| cell.0)
                    .collect()
            });
            rows.filter(|row: &Vec<usize>| !row.is_empty()).collect()
        };
        assert_eq!(columns('▤'), columns('□'), "{size:?}\n{text}");
        assert_eq!(columns('□').concat().len(), 8, "{text}");
    }
}
