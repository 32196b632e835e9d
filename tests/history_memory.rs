//! What a long session takes of memory, counted by the allocator itself: the history's own account is compared with it.

#[path = "support/history.rs"]
mod support;

use mmap_tutor::session::Timeline;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use support::{Plan, Session};

/// The system's allocator, with a count of what it has given.
struct Counting;

static GIVEN: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on as it is; the count touches no memory that was given.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        GIVEN.fetch_add(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        GIVEN.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A session in memory: what the history says that it takes, and what the allocator gave while it grew.
fn taken(plan: Plan, lines: usize) -> (usize, usize, Timeline) {
    let mut session = Session::new(plan);
    let before = GIVEN.load(Relaxed);
    let mut timeline = Timeline::opened(session.opened());
    // Only what the history keeps counts: the session's own pages are as many before and after.
    for _ in 0..lines {
        timeline.push(session.line());
    }
    let given = GIVEN.load(Relaxed) - before;
    (timeline.bytes(), given, timeline)
}

/// Snapshots of the last moment, which is held whole besides.
fn last(plan: Plan) -> usize {
    plan.pages * if plan.frames { 9 } else { 1 }
}

fn check(plan: Plan, lines: usize, most: usize) {
    let (told, given, timeline) = taken(plan, lines);
    assert!(told <= most, "{plan:?}: {told} bytes");
    // Headers of allocations, the map of texts and the last moment's small parts are not told.
    let real = given.saturating_sub(last(plan));
    assert!(
        real <= told + told / 4 + (64 << 10),
        "{plan:?}: {told} told, {real} given"
    );
    assert_eq!(timeline.len(), lines + 1);
}

/// One test: the count is of the whole process.
#[test]
fn the_history_takes_what_it_says() {
    for frames in [false, true] {
        let plan = Plan {
            pages: 16_384,
            frames,
            stride: 16,
            varied: false,
        };
        check(plan, 1_500, 4 << 20);
    }
}

#[test]
#[ignore = "long when not optimized, and to be alone: run by scripts/long"]
fn ten_thousand_lines_over_a_gigabyte_stay_within_their_budget() {
    for frames in [false, true] {
        let plan = Plan {
            pages: 1 << 18,
            frames,
            stride: 64,
            varied: false,
        };
        check(plan, 10_000, 24 << 20);
    }
}

#[test]
#[ignore = "long when not optimized, and to be alone: run by scripts/long"]
fn lines_that_change_everything_stay_within_the_budget_too() {
    let plan = Plan {
        pages: 1 << 18,
        frames: true,
        stride: 1 << 18,
        varied: true,
    };
    let (told, ..) = taken(plan, 2_000);
    assert!(
        told <= mmap_tutor::session::timeline::BUDGET,
        "{told} bytes"
    );
}
