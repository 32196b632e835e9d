//! The screen as a learner meets it: keys in, commands out, cells on the screen, over a player that follows a story.
//!
//! No terminal and no kernel: ratatui's `TestBackend`, and snapshots built by hand in `screens/story.rs`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "screens/allocations.rs"]
mod allocations;
#[path = "screens/crowded.rs"]
mod crowded;
#[path = "screens/exploring.rs"]
mod exploring;
#[path = "screens/panels.rs"]
mod panels;
#[path = "screens/past.rs"]
mod past;
#[path = "support/picture.rs"]
mod picture;
#[path = "screens/story.rs"]
mod story;
#[path = "screens/walk.rs"]
mod walk;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use mmap_tutor::app::panel::Panel;
use mmap_tutor::app::{Effect, Event, Theme, update};
use mmap_tutor::diagnostic::Diagnostic;
use mmap_tutor::mem::{Contents, Control, Field, PageState, Process, Range, Reading};
use mmap_tutor::session::{Command, Held, Position, Replayed, Report};
use ratatui::style::{Color, Modifier};
use walk::{SIZES, SMALL, Walk, assert_shows};

#[test]
fn home_says_what_this_is_and_what_there_is() {
    for size in SIZES {
        let walk = Walk::new(size, Theme::Dark);
        let wanted = [
            "mmap-tutor",
            "Real C",
            "Copy-on-write after fork",
            "8 min",
            "Enter open",
            "? help",
            "Linux 6.18.0",
        ];
        assert_shows(&walk.text(), &wanted);
    }
}

#[test]
fn before_the_first_line_the_right_side_is_empty_and_the_code_waits() {
    for size in SIZES {
        let walk = Walk::after(0, size);
        let text = walk.text();
        assert_shows(
            &text,
            &[
                "▶ char *p = mmap(NULL",
                "step 1 of 2",
                "The lesson has no mapping yet",
                "Enter run the line",
                "pid 4242",
            ],
        );
        assert_eq!(walk.pages("·").len(), 0);
    }
}

#[test]
fn a_mapping_appears_with_sixteen_absent_pages_and_its_name() {
    for size in SIZES {
        let walk = Walk::after(1, size);
        let text = walk.text();
        assert_shows(
            &text,
            &[
                "+p rw-p 16 pages",
                "✓ char *p",
                "▶ memset",
                "a mapping of 64 KiB was made; nothing is loaded; 0 faults",
            ],
        );
        assert_eq!(walk.pages("·"), vec![false; 16]);
    }
}

#[test]
fn cells_fill_one_by_one_while_memset_runs() {
    let mut walk = Walk::after(1, SMALL);
    let key = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
    let effects = update(&mut walk.app, Event::Key(key));
    assert!(matches!(
        effects[..],
        [
            Effect::Wish(Control::Continue),
            Effect::Send(Command::Advance { slow: true, .. }),
            Effect::Draw
        ]
    ));
    for done in 1..=16 {
        walk.hear(story::filling(done));
        let pages = walk.pages("■");
        assert_eq!(pages.len(), done);
        let bright: Vec<usize> = (0..done).filter(|page| pages[*page]).collect();
        assert_eq!(
            bright,
            [done - 1],
            "only the page of the last act is bright"
        );
        let text = walk.text();
        let faults = format!("minor faults  {done} +{done}");
        assert_shows(
            &text,
            &[&faults, "Enter full speed", "Esc stop", "▷ memset"],
        );
    }
    walk.keys(" ");
    assert!(
        walk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Wish(Control::FullSpeed)))
    );
    walk.keys("\x1b");
    assert!(
        walk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Wish(Control::Stop)))
    );
}

#[test]
fn after_fork_both_processes_show_every_page_shared() {
    for size in SIZES {
        let walk = Walk::after(3, size);
        assert_eq!(walk.pages("◧").len(), 32);
        let text = walk.text();
        assert_shows(
            &text,
            &[
                "main pid 4242",
                "child pid 4243 new",
                "Rss           64 KiB",
                "How many faults will the child's one",
                "Enter skip",
            ],
        );
        assert_shows(&text, &["Pss           32 KiB -32"]);
    }
}

#[test]
fn a_typed_value_picks_its_choice_and_guess_and_outcome_stand_side_by_side() {
    for size in SIZES {
        let mut walk = Walk::after(3, size);
        walk.keys("16");
        assert_shows(&walk.text(), &["▸ 16", "guess: 16", "Enter answer"]);
        walk.keys("\n\n");
        let text = walk.text();
        assert_shows(
            &text,
            &[
                "✗ you said 16  │  the kernel: 1",
                "copy-on-write",
                "✓ Measured: 1 of 2 was as expected",
                "? frame(p)",
                "The child's write found",
            ],
        );
        assert_shows(&text, &["the kernel copied it"]);
        // A small window shows the rest of the explanation before it goes on.
        if text.contains("Enter read on") {
            walk.keys("\n");
        }
        assert_shows(&walk.text(), &["Enter next step"]);
        // Page 3 is bright in both grids: a copy here, exclusive again there; nothing else is.
        assert_eq!(walk.pages("■"), [true, true]);
        assert_eq!(walk.pages("◧"), vec![false; 30]);
    }
}

#[test]
fn enter_alone_skips_a_question_and_the_kernel_answers_all_the_same() {
    let mut walk = Walk::after(3, SMALL);
    walk.effects.clear();
    walk.keys("\n");
    assert!(
        walk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Send(Command::Advance { guess: None, .. })))
    );
    assert_shows(&walk.text(), &["skipped"]);
}

#[test]
fn space_turns_the_page_and_enter_runs_all_the_same() {
    let mut walk = Walk::after(0, (60, 18));
    assert_shows(&walk.text(), &["One page, two owners", "Space read on"]);
    walk.effects.clear();
    walk.keys(" ");
    let is_sent = |effect: &Effect| matches!(effect, Effect::Send(_));
    assert!(!walk.effects.iter().any(is_sent), "{}", walk.text());
    assert_shows(&walk.text(), &["▶ char *p", "Enter run the line"]);
    walk.keys("\n");
    assert!(walk.effects.iter().any(is_sent));
}

#[test]
fn arrows_pick_choices_and_go_back_to_none() {
    let mut walk = Walk::after(3, SMALL);
    walk.keys("vv");
    assert_shows(&walk.text(), &["▸  1"]);
    walk.keys("^^");
    assert_shows(&walk.text(), &["Enter skip"]);
}

#[test]
fn looking_back_shows_that_moment_and_says_so() {
    let mut walk = Walk::after(3, SMALL);
    walk.keys("<<");
    let text = walk.text();
    assert_shows(
        &text,
        &[
            "looking back at line 1 of 3",
            "a mapping of 64 KiB was made",
            "◀ char *p",
        ],
    );
    assert_eq!(walk.pages("·").len(), 16);
    walk.keys("<");
    assert_shows(&walk.text(), &["before the first of 3 lines"]);
    walk.keys("<");
    assert_shows(&walk.text(), &["before the first of 3 lines"]);
    walk.keys("\x1b");
    assert_eq!(walk.pages("◧").len(), 32);
    walk.keys("<\n");
    assert!(
        walk.app.take().unwrap().back().is_none(),
        "running returns to now"
    );
}

#[test]
fn the_step_runs_as_a_whole_up_to_its_question() {
    let mut walk = Walk::after(0, SMALL);
    walk.keys("n");
    assert_shows(&walk.text(), &["Your prediction", "Enter skip"]);
    assert_eq!(walk.app.take().unwrap().lines_run(), 3);
}

#[test]
fn a_lesson_ends_is_remembered_and_can_be_started_again_anywhere() {
    let mut walk = Walk::after(3, SMALL);
    walk.keys("1\n\n\n\n\n");
    assert_shows(
        &walk.text(),
        &[
            "This lesson is done.",
            "The kernel agreed with 1 of 1",
            "Try it yourself",
        ],
    );
    let kept = &walk.app.progress.lessons["06-fork-copy-on-write"];
    assert!(kept.done);
    assert_eq!(kept.guesses["0.2"].guess, "1");
    walk.keys("S^");
    assert_shows(&walk.text(), &["start at a step", "The last owner"]);
    walk.effects.clear();
    walk.keys("\n");
    assert!(
        walk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Send(Command::Open { step: 0, .. })))
    );
    walk.keys("q");
    assert_shows(&walk.text(), &["✓ done"]);
    walk.effects.clear();
    walk.keys("q");
    assert!(matches!(walk.effects.last(), Some(Effect::Quit)));
}

#[test]
fn what_changes_nothing_draws_nothing() {
    let mut walk = Walk::after(3, SMALL);
    let mouse = |kind| {
        Event::Mouse(MouseEvent {
            kind,
            column: 5,
            row: 0,
            modifiers: KeyModifiers::NONE,
        })
    };
    let idle = [
        Event::Key(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE)),
        Event::Key(KeyEvent::new(KeyCode::F(9), KeyModifiers::NONE)),
        Event::Key(KeyEvent::new(KeyCode::Right, KeyModifiers::NONE)),
        mouse(MouseEventKind::Moved),
        mouse(MouseEventKind::ScrollUp),
        mouse(MouseEventKind::Down(MouseButton::Left)),
        Event::Paste(String::new()),
    ];
    for event in idle {
        // A paste into a question is text, but this one has none.
        let is_paste = matches!(event, Event::Paste(_));
        let effects = update(&mut walk.app, event.clone());
        assert!(effects.is_empty() || is_paste, "{event:?} -> {effects:?}");
    }
}

#[test]
fn reports_of_a_lesson_that_was_left_are_not_taken_for_the_next() {
    let mut walk = Walk::after(1, SMALL);
    let open = Event::Key(KeyEvent::new(KeyCode::Char('r'), KeyModifiers::NONE));
    update(&mut walk.app, open);
    walk.hear(story::filled());
    assert_eq!(
        walk.app.take().unwrap().timeline.len(),
        0,
        "a line of before is ignored"
    );
    walk.hear(story::opened());
    assert_eq!(walk.app.take().unwrap().timeline.len(), 1);
}

#[test]
fn what_could_not_be_done_is_said_and_the_lesson_goes_on() {
    let mut walk = Walk::after(1, SMALL);
    update(
        &mut walk.app,
        Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)),
    );
    walk.hear(Report::Failed(
        "main was killed by SIGKILL\u{1b}[2J".to_owned(),
    ));
    walk.hear(Report::At(walk.at));
    assert_shows(
        &walk.text(),
        &["✗ main was killed by SIGKILL␛[2J", "Enter run the line"],
    );
    walk.keys("\n");
    assert_eq!(walk.pages("■").len(), 16);
}

#[test]
fn a_click_gives_a_panel_the_keys_and_the_wheel_scrolls() {
    let mut walk = Walk::after(3, SMALL);
    let at = |walk: &Walk, panel| walk.app.seen.panel(panel).unwrap().area;
    let counters = at(&walk, Panel::Counters);
    let mouse = |kind, area: ratatui::layout::Rect| {
        Event::Mouse(MouseEvent {
            kind,
            column: area.x + 1,
            row: area.y + 1,
            modifiers: KeyModifiers::NONE,
        })
    };
    walk.happen(mouse(MouseEventKind::Down(MouseButton::Left), counters));
    assert_shows(&walk.text(), &["▸ faults and smaps"]);
    let reading = at(&walk, Panel::Reading);
    let before = walk.app.seen.panel(Panel::Reading).unwrap().offset;
    walk.happen(mouse(MouseEventKind::ScrollUp, reading));
    assert_eq!(
        walk.app.seen.panel(Panel::Reading).unwrap().offset,
        before - 3
    );
}

#[test]
fn a_small_window_gets_a_sentence_and_recovers() {
    let mut walk = Walk::after(2, (50, 10));
    assert_shows(&walk.text(), &["mmap-tutor needs a window of", "q leaves"]);
    walk.size = SMALL;
    walk.happen(Event::Resize);
    assert_shows(&walk.text(), &["▶ pid_t child = fork();"]);
    // Where letters are text, another key leaves.
    walk.keys("i");
    walk.size = (50, 10);
    assert_shows(&walk.text(), &["Ctrl-C leaves"]);
    walk.keys("q");
    assert!(!walk.text().contains("leaves"), "{}", walk.text());
}

#[test]
fn no_size_makes_any_screen_panic() {
    let mut walks = vec![
        Walk::new(SMALL, Theme::Light),
        Walk::after(0, SMALL),
        Walk::after(2, SMALL),
        Walk::after(3, SMALL),
    ];
    for keys in [
        "?",
        "l",
        "S",
        "z",
        "\tz",
        "\t\tz",
        "\t\t\tz",
        "\t\t\t\tz",
        "1\n\nt",
        "<<",
    ] {
        let mut walk = Walk::after(3, SMALL);
        walk.keys(keys);
        walks.push(walk);
    }
    for walk in &mut walks {
        for width in (1..=100).step_by(13).chain([60, 61, 160, 200]) {
            for height in (1..=60).step_by(11).chain([18, 19]) {
                walk.size = (width, height);
                walk.draw();
            }
        }
    }
}

#[test]
fn the_ledger_lists_every_claim_and_leads_to_its_step() {
    for size in SIZES {
        let mut walk = Walk::new(size, Theme::Dark);
        walk.app.lessons = mmap_tutor::lesson::Catalogue::built_in().into_cards();
        walk.keys("c");
        let wanted = [
            "what the article claims",
            "how it works",
            "▸   H1  mmap makes a virtual memory area and loads nothing.",
            "what is so:  The call only notes the area.",
            "01 A promise of memory, step 1: Sixteen pages, please",
            "Enter see it",
        ];
        assert_shows(&walk.text(), &wanted);
        walk.keys("G");
        assert_shows(
            &walk.text(),
            &["▸   X1", "06 Copy-on-write after fork, step 2"],
        );
        walk.effects.clear();
        walk.keys("\n");
        let opened = walk.effects.iter().find_map(|effect| match effect {
            Effect::Send(Command::Open { lesson, step }) => Some((lesson.id.as_str(), *step)),
            _ => None,
        });
        assert_eq!(opened, Some(("06-fork-copy-on-write", 1)));
        walk.keys("qc\x1b");
        assert_shows(&walk.text(), &["Enter open", "c claims"]);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(10))]

    /// Keys and sizes in any order: every frame is drawn.
    #[test]
    fn no_size_and_no_key_makes_it_panic(
        moves in proptest::collection::vec((0..220_u16, 0..70_u16, 0..24_usize), 1..25)
    ) {
        const KEYS: [char; 24] = [
            '\n', '\x1b', '\t', '<', '>', 'v', '^', '?', 'z', 'm', 's', 'g', '+', '-', '1', '2', '/', 'h', 'j', 'k',
            'l', ' ', 'n', 'p',
        ];
        let mut walk = Walk::after(1, (80, 24));
        for (width, height, key) in moves {
            walk.size = (width, height);
            walk.happen(Event::Resize);
            walk.keys(&KEYS[key].to_string());
        }
    }
}
