//! What a frame asks of the allocator: the same for the same scene, frame after frame, and no more than it takes to
//! put the words of one screen together.

use crate::Walk;
use mmap_tutor::app::Theme;
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
    ("the help over it", "\n\n\n\n?", 4_800),
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
