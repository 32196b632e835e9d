//! The strip of moments, comparing two of them, and undoing lines, as a learner meets them.

use super::exploring::exploring;
use super::*;
use mmap_tutor::session::{Difference, Halt};

/// Four lines of the first step and one of the second: mmap, memset, fork, the child's write, the parent's.
fn five_lines(size: (u16, u16)) -> Walk {
    let walk = Walk::after(7, size);
    assert_eq!(walk.app.take().unwrap().lines_run(), 5);
    walk
}

/// The moment on the screen; `None` for now.
fn back(walk: &Walk) -> Option<usize> {
    walk.app.take().unwrap().back()
}

/// A place on the strip, so many columns from its left end.
fn on_strip(walk: &Walk, column: usize) -> (u16, u16) {
    let strip = walk.app.seen.strip.as_ref().unwrap();
    (strip.area.x + column as u16, strip.area.y)
}

/// The first column of the strip that stands for a moment.
fn column_of(walk: &Walk, moment: usize) -> usize {
    let strip = walk.app.seen.strip.as_ref().unwrap();
    let place = strip.cells.iter().position(|cell| cell.holds(moment));
    place.unwrap()
}

fn mouse(walk: &mut Walk, kind: MouseEventKind, (column, row): (u16, u16)) {
    walk.happen(Event::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }));
}

const DOWN: MouseEventKind = MouseEventKind::Down(MouseButton::Left);
const DRAG: MouseEventKind = MouseEventKind::Drag(MouseButton::Left);
const UP: MouseEventKind = MouseEventKind::Up(MouseButton::Left);

/// The strip as text, the spaces between its marks left out.
fn strip(walk: &Walk) -> String {
    let (buffer, seen) = walk.draw();
    let area = seen.strip.unwrap().area;
    let cells = area.positions().map(|position| buffer[position].symbol());
    cells.filter(|symbol| *symbol != " ").collect()
}

#[test]
fn every_line_has_a_mark_and_steps_are_set_apart() {
    for size in SIZES {
        let walk = five_lines(size);
        assert_eq!(strip(&walk), "○·▪Y◆│▪▶", "{size:?}");
    }
    let walk = Walk::after(1, SMALL);
    assert_eq!(strip(&walk), "○·▶");
}

#[test]
fn the_strip_takes_no_row_where_there_are_few() {
    let panels = |walk: &Walk| {
        let panels = walk.app.seen.panels.iter();
        panels
            .map(|seen| (seen.panel, seen.area))
            .collect::<Vec<_>>()
    };
    let (before, after) = (Walk::after(0, SMALL), Walk::after(2, SMALL));
    assert_eq!(panels(&before), panels(&after));
    let strip = after.app.seen.strip.as_ref().unwrap().area;
    let voice = after.app.seen.panel(Panel::Voice).unwrap().area;
    assert_eq!(strip.y + 1, voice.y, "it lies on the rule of the voice");
}

#[test]
fn a_click_goes_to_a_moment_dragging_scrubs_and_the_wheel_steps() {
    for size in SIZES {
        let mut walk = five_lines(size);
        let second = on_strip(&walk, column_of(&walk, 2));
        mouse(&mut walk, DOWN, second);
        assert_eq!(back(&walk), Some(2), "{size:?}");
        // The hand need not stay on the row.
        let (column, row) = on_strip(&walk, column_of(&walk, 4));
        mouse(&mut walk, DRAG, (column, row - 3));
        assert_eq!(back(&walk), Some(4));
        mouse(&mut walk, DRAG, (0, row));
        assert_eq!(back(&walk), Some(0));
        mouse(&mut walk, DRAG, (size.0 - 1, row));
        assert_eq!(back(&walk), None, "beyond the end is now");
        mouse(&mut walk, UP, (size.0 - 1, row));
        mouse(&mut walk, DRAG, second);
        assert_eq!(back(&walk), None, "the hand was lifted");
        mouse(&mut walk, MouseEventKind::ScrollUp, second);
        mouse(&mut walk, MouseEventKind::ScrollUp, second);
        assert_eq!(back(&walk), Some(3));
        mouse(&mut walk, MouseEventKind::ScrollDown, second);
        assert_eq!(back(&walk), Some(4));
        let is_sent = |effect: &Effect| matches!(effect, Effect::Send(Command::Replay { .. }));
        assert!(!walk.effects.iter().any(is_sent), "looking asks nobody");
    }
}

#[test]
fn what_the_mouse_points_at_is_said_in_words() {
    for size in SIZES {
        let mut walk = five_lines(size);
        let fourth = on_strip(&walk, column_of(&walk, 4));
        mouse(&mut walk, MouseEventKind::Moved, fourth);
        let text = walk.text();
        assert_shows(
            &text,
            &[
                "line 4 of 5 · step 1 · child: p[3 * PAGE] = 'B';",
                "1 minor fault",
            ],
        );
        assert_eq!(back(&walk), None, "to point is not to go");
        walk.effects.clear();
        mouse(&mut walk, MouseEventKind::Moved, fourth);
        assert!(walk.effects.is_empty(), "the same cell again draws nothing");
        mouse(&mut walk, MouseEventKind::Moved, (0, 3));
        assert!(!walk.text().contains("line 4 of 5"), "{}", walk.text());
    }
}

#[test]
fn keys_go_far_and_to_both_ends() {
    let mut walk = five_lines(SMALL);
    let step = |walk: &mut Walk, key: KeyCode| {
        walk.happen(Event::Key(KeyEvent::new(key, KeyModifiers::NONE)));
        back(walk)
    };
    let keys = [
        // Back to where the step began, then to where the one before it did; forth to their ends.
        (KeyCode::Char('{'), Some(4)),
        (KeyCode::Char('{'), Some(0)),
        (KeyCode::Char('}'), Some(4)),
        (KeyCode::Char('}'), None),
        (KeyCode::Char('['), Some(4)),
        (KeyCode::Home, Some(0)),
        (KeyCode::Char(']'), Some(1)),
        (KeyCode::End, None),
    ];
    for (key, there) in keys {
        assert_eq!(step(&mut walk, key), there, "{key:?}");
    }
}

#[test]
fn the_past_is_told_from_the_present() {
    for size in SIZES {
        let mut walk = five_lines(size);
        walk.keys("[");
        let text = walk.text();
        assert_shows(
            &text,
            &["looking back at line 4 of 5", "live on", "Esc now"],
        );
        let (buffer, _) = walk.draw();
        assert_eq!(buffer[(0, 0)].bg, Color::Indexed(221), "{size:?}");
    }
}

#[test]
fn a_marked_moment_is_what_others_are_compared_with() {
    for size in SIZES {
        let mut walk = five_lines(size);
        // Mark the moment after memset, then go to that after the child's write.
        walk.keys("[[[m");
        assert!(strip(&walk).starts_with("○·MY"), "{}", strip(&walk));
        assert_shows(&walk.text(), &["what happened, and why"]);
        walk.keys("]]");
        let text = walk.text();
        assert_shows(
            &text,
            &[
                "what differs",
                "From line 2 (marked) to line 4",
                "lines 3 to 4 ran in between",
                "beside line 2",
            ],
        );
        assert!(!text.contains("copy-on-write), 1 minor"), "{text}");
    }
    // Where there is room, all of it is told.
    let mut walk = five_lines((200, 60));
    walk.keys("[[[m]]");
    let text = walk.text();
    let shared = "main: 15 pages of 0-15 of p: private → shared since fork";
    let child = "child (pid 4243): not there → there";
    assert_shows(&text, &[shared, child]);
    // Against the marked moment, 15 pages of the parent are new, page 3 is not; the child's are all new.
    assert_eq!(walk.pages("◧").iter().filter(|fresh| **fresh).count(), 30);
}

#[test]
fn a_comparison_works_backwards_and_ends_with_the_same_key_or_esc() {
    let mut walk = five_lines((200, 60));
    walk.keys("m[[[[");
    let text = walk.text();
    assert_shows(
        &text,
        &[
            "From line 5 (marked) back to line 1",
            "main: 15 pages of 0-15 of p: shared since fork → absent",
            "child (pid 4243): there → not there",
            "minor faults  0 -17",
        ],
    );
    walk.keys("m");
    assert!(!walk.text().contains("(marked)"), "{}", walk.text());
    assert_eq!(back(&walk), Some(1), "the same moment, no longer compared");
    walk.keys("m]");
    assert_shows(&walk.text(), &["From line 1 (marked) to line 2"]);
    walk.keys("\x1b");
    assert_eq!(
        (walk.app.take().unwrap().mark().is_none(), back(&walk)),
        (true, Some(2))
    );
    walk.keys("\x1b");
    assert_eq!(back(&walk), None);
    // At now, Esc takes the mark away before it leaves the lesson.
    walk.keys("m[]");
    walk.keys("\x1b");
    assert!(walk.app.take().is_some());
}

#[test]
fn undo_asks_first_and_says_what_will_end() {
    for size in SIZES {
        let mut walk = five_lines(size);
        walk.effects.clear();
        walk.keys("u");
        assert_shows(
            &walk.text(),
            &[
                "Undo line 5",
                "main (4242) and child (4243)",
                "lines 1 to 4",
                "Enter do it",
                "Esc leave it",
            ],
        );
        walk.keys("\x1b");
        assert!(!walk.text().contains("Undo line 5"));
        let is_sent = |effect: &Effect| matches!(effect, Effect::Send(_));
        assert!(!walk.effects.iter().any(is_sent));
        assert_eq!(walk.app.take().unwrap().lines_run(), 5);
    }
}

#[test]
fn undo_goes_back_to_the_moment_looked_at_and_the_line_is_next_again() {
    let mut walk = five_lines(SMALL);
    walk.keys("[[");
    walk.effects.clear();
    walk.keys("u\n");
    let replays = |effect: &Effect| matches!(effect, Effect::Send(Command::Replay { lines: 3 }));
    assert!(walk.effects.iter().any(replays), "{:?}", walk.effects);
    assert_eq!(walk.app.take().unwrap().lines_run(), 3);
    assert_eq!(back(&walk), None, "it is now");
    let text = walk.text();
    assert_shows(
        &text,
        &["what the replay gave", "lines 1 to 3 have run again"],
    );
    // The question before the fourth line is asked again, and its line waits.
    walk.keys("vv");
    assert_shows(&walk.text(), &["▸  1"]);
    walk.keys("\n\n");
    assert_eq!(walk.app.take().unwrap().lines_run(), 4);
    assert!(!walk.text().contains("what the replay gave"));
}

#[test]
fn what_a_replay_gave_otherwise_is_said_line_by_line() {
    let mut walk = Walk::after(3, (200, 60));
    let difference = |line: usize, code: &str, words: &str| Difference {
        line,
        code: code.to_owned(),
        words: words.to_owned(),
    };
    walk.hear(Report::Replayed(Replayed {
        wanted: 9,
        lines: 3,
        differences: vec![difference(2, "fork();", "it gave 7, and gives 8 now")],
        more: 2,
        halt: Some(Halt {
            line: 4,
            code: "p[0] = 1;".to_owned(),
            why: "`child` is gone".to_owned(),
        }),
    }));
    assert_shows(
        &walk.text(),
        &[
            "lines 1 to 3 have run again.",
            "line 2, `fork();`: it gave 7, and gives 8 now",
            "2 more lines gave something else too",
            "It stops at line 4, `p[0] = 1;`: `child` is gone.",
        ],
    );
}

#[test]
fn a_process_that_died_is_had_again_with_one_key() {
    let mut walk = Walk::after(3, SMALL);
    walk.hear(Report::Failed(
        "`main` is gone: killed by SIGKILL".to_owned(),
    ));
    walk.hear(Report::Gone(vec![(
        story::MAIN,
        "killed by SIGKILL".to_owned(),
    )]));
    walk.hear(Report::At(walk.at));
    let wanted = [
        "`main` is gone",
        "u: new processes",
        "3 lines that ran run again",
    ];
    assert_shows(&walk.text(), &wanted);
    walk.effects.clear();
    walk.keys("u");
    assert_shows(
        &walk.text(),
        &["child (4243) will end", "lines 1 to 3 again"],
    );
    walk.keys("\n");
    let replays = |effect: &Effect| matches!(effect, Effect::Send(Command::Replay { lines: 3 }));
    assert!(walk.effects.iter().any(replays));
    assert!(walk.app.take().unwrap().gone.is_empty());
}

#[test]
fn with_nothing_to_undo_it_says_so() {
    let mut walk = Walk::after(0, SMALL);
    walk.keys("u");
    assert_shows(&walk.text(), &["there is nothing to undo"]);
}

#[test]
fn in_the_explorer_letters_are_text_and_control_keys_travel() {
    let mut walk = exploring(SMALL);
    let control = |walk: &mut Walk, c: char| {
        let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        walk.happen(Event::Key(key));
    };
    walk.keys("[");
    control(&mut walk, 't');
    assert!(walk.app.take().unwrap().mark().is_some());
    walk.keys("]");
    assert_shows(&walk.text(), &["what differs"]);
    walk.keys("mu");
    assert_eq!(
        walk.app.take().unwrap().explorer.as_ref().unwrap().text(),
        "mu"
    );
    control(&mut walk, 'x');
    assert_shows(&walk.text(), &["Enter do it"]);
    walk.keys("\x1b");
    assert_eq!(
        walk.app.take().unwrap().explorer.as_ref().unwrap().text(),
        "mu"
    );
}

#[test]
fn without_colour_the_strip_has_none() {
    let mut walk = Walk::new(SMALL, Theme::Mono);
    walk.keys("\n\n\n\n[m]");
    let (buffer, seen) = walk.draw();
    let area = seen.strip.unwrap().area;
    let mut lit = 0;
    for position in area.positions() {
        let cell = &buffer[position];
        assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
        lit += usize::from(cell.modifier.contains(Modifier::REVERSED));
    }
    assert!(lit > 0, "the moment on the screen is lit");
    assert!(strip(&walk).contains('M'), "the marked one is lettered");
}

#[test]
fn starting_again_asks_first_where_lines_of_ones_own_would_go() {
    let typed = |walk: &mut Walk| {
        let Report::Line(mut moment) = story::mapped() else {
            unreachable!()
        };
        moment.ran.as_mut().unwrap().span = usize::MAX..usize::MAX;
        walk.hear(Report::Line(moment));
        let held = Held {
            variables: Vec::new(),
            frame: Reading::unknown("test"),
        };
        walk.hear(Report::Variables([(Process::Main, held)].into()));
    };
    let restart = |walk: &mut Walk| {
        walk.effects.clear();
        let key = KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL);
        walk.happen(Event::Key(key));
        let opens = |effect: &Effect| matches!(effect, Effect::Send(Command::Open { .. }));
        walk.effects.iter().any(opens)
    };
    for size in SIZES {
        let mut walk = exploring(size);
        assert!(restart(&mut walk), "nothing was typed: nothing is lost");
        typed(&mut walk);
        assert!(!restart(&mut walk));
        assert_shows(
            &walk.text(),
            &[
                "Start again?",
                "main (4242) will end",
                "the line that ran is gone",
                "Esc leave it",
            ],
        );
        walk.keys("\x1b");
        assert_eq!(walk.app.take().unwrap().lines_run(), 1, "nothing happened");
        restart(&mut walk);
        walk.keys("\n");
        let take = walk.app.take().unwrap();
        assert_eq!(take.lines_run(), 0);
        let variables = &take.explorer.as_ref().unwrap().variables;
        assert!(variables.is_empty(), "nothing is declared any more");
    }
}

#[test]
fn undo_says_where_the_replay_will_end_and_why() {
    use mmap_tutor::mem::{ASKED_TO_STOP, Ending};
    let mut walk = Walk::after(2, (200, 60));
    let Report::Line(mut moment) = story::filled() else {
        unreachable!()
    };
    let ran = moment.ran.as_mut().unwrap();
    ran.code = "while (1) { }".to_owned();
    ran.outcomes[0].1.ending = Ending::Interrupted(ASKED_TO_STOP.to_owned());
    walk.hear(Report::Line(moment));
    walk.hear(story::filled());
    walk.hear(story::filled());
    walk.keys("u");
    let wanted = [
        "start and run lines 1 to 2 again.",
        "There it ends: line 3, `while (1) { }`, was stopped",
        "lines 3 to 4 will be gone",
    ];
    assert_shows(&walk.text(), &wanted);
    // Before that line there is nothing to say.
    walk.keys("\x1b[[[u");
    let text = walk.text();
    assert_shows(&text, &["run lines 1 to 2 again."]);
    assert!(!text.contains("There it ends"), "{text}");
}
