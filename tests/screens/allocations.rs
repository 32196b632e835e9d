//! What a frame asks of the allocator: the same for the same scene, frame after frame, and no more than it takes to
//! put the words of one screen together.

use crate::{Walk, story};
use mmap_tutor::app::Theme;
use mmap_tutor::mem::{Addr, PageState, Range};
use mmap_tutor::session::{Moment, Report};
use mmap_tutor::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, counting what each thread asks of it.
struct Counting;

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
    static KEPT: Cell<isize> = const { Cell::new(0) };
}

fn count(kept: isize) {
    // A thread that ends has no counters any more.
    let _ = ASKED.try_with(|asked| asked.set(asked.get() + usize::from(kept > 0)));
    let _ = KEPT.try_with(|all| all.set(all.get() + kept));
}

// SAFETY: everything is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as promised to this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as promised to this function.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of a frame, and bytes still held after it.
fn frame(terminal: &mut Terminal<TestBackend>, walk: &Walk) -> (usize, isize) {
    let before = (ASKED.get(), KEPT.get());
    let draw = |frame: &mut ratatui::Frame<'_>| drop(view::draw(frame, &walk.app));
    terminal.draw(draw).unwrap();
    (ASKED.get() - before.0, KEPT.get() - before.1)
}

/// What is on the screen, the keys that bring it there, and the most allocations of its frame: about half as many again
/// as were counted.
const TABLE: [(&str, &str, usize); 6] = [
    ("the list of lessons", "", 160),
    ("a lesson", "\n", 700),
    ("a fork", "\n\n\n\n", 1_800),
    ("the help over it", "\n\n\n\n?", 6_500),
    ("a page in full", "\n\n\n\ni\tv\n", 2_600),
    ("the lab", "\n\n\n\nip[0] = 1;", 1_700),
];

#[test]
fn a_frame_costs_few_allocations_and_keeps_nothing() {
    for (what, keys, most) in TABLE {
        for size in [(80, 24), (200, 60)] {
            let mut walk = Walk::new(size, Theme::Dark);
            walk.keys(keys);
            let backend = TestBackend::new(size.0, size.1);
            let mut terminal = Terminal::new(backend).unwrap();
            // The first frame fills what is kept between frames.
            frame(&mut terminal, &walk);
            let (asked, kept) = frame(&mut terminal, &walk);
            assert_eq!(
                frame(&mut terminal, &walk),
                (asked, kept),
                "{what} at {size:?}"
            );
            assert_eq!(kept, 0, "{what} at {size:?}");
            assert!(asked <= most, "{what} at {size:?}: {asked} allocations");
        }
    }
}

/// Allocations of a frame of a process with so many mappings of a page each.
fn frame_of_mappings(count: u64) -> usize {
    let mut walk = Walk::new((200, 60), Theme::Dark);
    walk.keys("\n");
    let mapping = |index: u64| {
        let start = Addr(story::P.start.0 + index * 2 * story::PAGE);
        story::mapping(Range::of(start, story::PAGE), vec![PageState::Private])
    };
    walk.hear(Report::Opened(Moment {
        ran: None,
        snapshots: vec![story::snapshot(
            story::MAIN,
            (0..count).map(mapping).collect(),
        )],
        changes: Vec::new(),
    }));
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).unwrap();
    frame(&mut terminal, &walk);
    frame(&mut terminal, &walk).0
}

#[test]
fn mappings_beside_the_screen_cost_next_to_nothing() {
    let (some, many) = (frame_of_mappings(500), frame_of_mappings(2500));
    let each = many.saturating_sub(some) / 2000;
    assert!(
        each <= 10,
        "{each} allocations for a mapping that is not on the screen"
    );
}
