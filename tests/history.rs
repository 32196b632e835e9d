//! The history of a session: every moment comes back as it was, in any order, within a bounded memory, and what is not
//! kept says so.

#[path = "support/history.rs"]
mod support;

use mmap_tutor::mem::{Addr, PageState, Process, Reading};
use mmap_tutor::session::{Moment, Timeline};
use support::{PAGE, Plan, START, Session};

const SMALL: Plan = Plan {
    pages: 300,
    frames: true,
    stride: 40,
    varied: true,
};

/// A session with the moments that were pushed.
fn session(plan: Plan, lines: usize, budget: usize) -> (Timeline, Vec<Moment>) {
    let mut session = Session::new(plan);
    let mut timeline = Timeline::within(budget);
    let mut pushed = vec![session.opened()];
    for _ in 0..lines {
        pushed.push(session.line());
    }
    for moment in &pushed {
        timeline.push(moment.clone());
        let bytes = timeline.bytes();
        assert!(bytes <= budget, "{bytes} of {budget}");
    }
    (timeline, pushed)
}

/// A moment as the screen is given it.
fn without_acts(moment: &Moment) -> Moment {
    let mut moment = moment.clone();
    for (_, outcome) in moment.ran.iter_mut().flat_map(|ran| &mut ran.outcomes) {
        outcome.acts.clear();
    }
    moment
}

#[test]
fn every_moment_comes_back_as_it_was_in_any_order() {
    for plan in [
        SMALL,
        Plan {
            frames: false,
            ..SMALL
        },
    ] {
        let (timeline, pushed) = session(plan, 700, 40 << 20);
        assert_eq!(timeline.len(), pushed.len());
        // 467 and 701 have no common divisor: every place once, all over the session.
        for at in (0..pushed.len()).map(|at| at * 467 % pushed.len()) {
            assert_eq!(timeline.whole(at).as_ref(), Some(&pushed[at]), "{at}");
            assert_eq!(
                timeline.moment(at).unwrap().as_ref(),
                &without_acts(&pushed[at]),
                "{at}"
            );
        }
        assert_eq!(timeline.moment(pushed.len()), None);
        assert_eq!(timeline.lines().len(), pushed.len() - 1);
    }
}

#[test]
fn what_does_not_fit_is_forgotten_in_its_order_and_says_so() {
    let plan = Plan {
        pages: 6_000,
        varied: false,
        ..SMALL
    };
    let mut stages = [0; 4];
    let all = session(plan, 600, 40 << 20).0.bytes();
    for percent in [55, 70, 85].into_iter().chain(94..100) {
        let (timeline, pushed) = session(plan, 600, all * percent / 100);
        let mut before = 4;
        for (at, was) in pushed.iter().enumerate() {
            let Some(kept) = timeline.whole(at) else {
                stages[3] += 1;
                assert_eq!(before, 4, "old moments are forgotten first: {at}");
                assert_eq!(
                    timeline.line(at).is_some(),
                    at > 0,
                    "the line itself is always there"
                );
                continue;
            };
            let pages = |moment: &Moment| {
                moment.snapshots[0]
                    .mapping_at(Addr(START))
                    .unwrap()
                    .pages
                    .clone()
            };
            let (kept_pages, was_pages) = (pages(&kept), pages(was));
            let acts = |moment: &Moment| {
                moment
                    .ran
                    .as_ref()
                    .map_or(0, |ran| ran.outcomes[0].1.acts.len())
            };
            let stage = match (&kept_pages, acts(&kept) == acts(was)) {
                (Reading::Unknown(why), _) => {
                    assert!(why.starts_with("not kept: the history holds"), "{why}");
                    3
                }
                (Reading::Known(pages), _) if pages.frames.known().is_none() => {
                    assert_eq!(pages.frames.reason(), Some(timeline.why_not_kept()));
                    assert_eq!(pages.states, was_pages.known().unwrap().states);
                    2
                }
                (_, false) => 1,
                (_, true) => {
                    assert_eq!(&kept, was);
                    // A line without acts has none to forget.
                    if acts(was) == 0 { before.min(1) } else { 0 }
                }
            };
            if stage > 1 || (stage == 1 && acts(was) > 0) {
                stages[stage - 1] += 1;
            }
            assert!(
                stage <= before,
                "more is kept of later moments: {at} {stage} {before}"
            );
            before = stage;
        }
        let last = pushed.last().unwrap();
        assert_eq!(timeline.whole(pushed.len() - 1).as_ref(), Some(last));
    }
    assert!(stages.iter().all(|count| *count > 0), "{stages:?}");
}

#[test]
fn since_when_a_page_is_as_it_is_is_what_a_search_through_all_moments_finds() {
    let (timeline, pushed) = session(SMALL, 300, 40 << 20);
    let state = |at: usize, address: Addr| -> Option<PageState> {
        let mapping = pushed[at].snapshots[0].mapping_at(address)?;
        let page = (address.0 - mapping.vma.range.start.0) / PAGE;
        Some(mapping.pages.known()?.state(page))
    };
    for at in (0..pushed.len()).step_by(7) {
        for page in (0..SMALL.pages as u64).step_by(13) {
            let address = Addr(START + page * PAGE);
            let now = state(at, address);
            let same = (0..=at).rev().take_while(|at| state(*at, address) == now);
            match timeline.since(at, Process::Main, address) {
                Reading::Known(found) => assert_eq!(Some(found), same.last(), "{at} {page}"),
                Reading::Unknown(why) => assert!(why.contains("one before it"), "{why}"),
            }
        }
    }
}

/// Ten thousand lines over 64 MiB here; over 1 GiB `scripts/long` runs it, and
/// `cargo bench` says what it costs.
#[test]
fn ten_thousand_lines_fit_whole() {
    ten_thousand(16_384, 4_000);
}

#[test]
#[ignore = "long when not optimized: run by scripts/long"]
fn ten_thousand_lines_over_a_gigabyte_fit_whole() {
    ten_thousand(262_144, 10_000);
}

fn ten_thousand(pages: usize, lines: usize) {
    for frames in [false, true] {
        let plan = Plan {
            pages,
            frames,
            stride: 1,
            varied: false,
        };
        let mut session = Session::new(plan);
        let mut timeline = Timeline::opened(session.opened());
        let mut kept = Vec::new();
        for at in 1..=lines {
            let moment = session.line();
            if at % 997 == 0 {
                kept.push((at, moment.clone()));
            }
            timeline.push(moment);
        }
        let bytes = timeline.bytes();
        assert!(bytes < 16 << 20, "{bytes} bytes");
        for (at, moment) in kept {
            assert_eq!(timeline.whole(at), Some(moment), "{at}");
        }
    }
}
