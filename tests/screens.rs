//! The screen as a learner meets it: keys in, commands out, cells on the screen, over a player that follows a story.
//!
//! No terminal and no kernel: ratatui's `TestBackend`, and snapshots built by hand in `screens/story.rs`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "screens/allocations.rs"]
mod allocations;
#[path = "screens/crowded.rs"]
mod crowded;
#[path = "screens/past.rs"]
mod past;
#[path = "support/picture.rs"]
mod picture;
#[path = "screens/story.rs"]
mod story;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use mmap_tutor::app::panel::Panel;
use mmap_tutor::app::{App, Effect, Event, Theme, update};
use mmap_tutor::diagnostic::Diagnostic;
use mmap_tutor::mem::{Contents, Control, Field, PageSize, PageState, Process, Range, Reading};
use mmap_tutor::session::{Command, Held, Machine, Position, Progress, Replayed, Report};
use picture::picture;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

/// The program with a player that answers at once.
struct Walk {
    app: App,
    at: Position,
    guess: Option<String>,
    size: (u16, u16),
    /// Every text that the explorer sent.
    typed: Vec<String>,
    /// Every effect since the last look, commands and all.
    effects: Vec<Effect>,
}

impl Walk {
    fn new(size: (u16, u16), theme: Theme) -> Self {
        let app = App::new(vec![story::lesson().into()], Progress::default(), theme);
        let mut walk = Self {
            app,
            at: Position::default(),
            guess: None,
            size,
            typed: Vec::new(),
            effects: Vec::new(),
        };
        walk.hear(Report::Ready(Machine {
            kernel: "6.18.0".to_owned(),
            page_size: PageSize::new(story::PAGE).unwrap(),
            privileged: false,
            file_system: "ext4".to_owned(),
            scratch: "/tmp".into(),
            offers: mmap_tutor::observe::Offers::all(),
        }));
        walk
    }

    /// The lesson opened, and so many lines run.
    fn after(lines: usize, size: (u16, u16)) -> Self {
        let mut walk = Self::new(size, Theme::Dark);
        walk.keys("\n");
        for _ in 0..lines {
            walk.keys("\n");
        }
        walk
    }

    fn hear(&mut self, report: Report) {
        self.happen(Event::Report(report));
    }

    /// An event, and what the player says to the commands it causes.
    fn happen(&mut self, event: Event) {
        let effects = update(&mut self.app, event);
        for effect in &effects {
            let Effect::Send(command) = effect else {
                continue;
            };
            match command {
                Command::Open { step, .. } => {
                    self.at = Position {
                        step: *step,
                        item: 0,
                    };
                    self.hear(story::opened());
                    self.hear(Report::At(self.at));
                }
                Command::Advance { guess, .. } => {
                    self.guess = guess.clone().or(self.guess.take());
                    let (reports, next) =
                        story::answer(&story::lesson(), self.at, self.guess.as_deref());
                    self.at = next;
                    for report in reports {
                        self.hear(report);
                    }
                    self.hear(Report::At(next));
                }
                Command::Replay { lines } => self.replay(*lines),
                Command::Close | Command::Explore | Command::Page { .. } => {}
                Command::Type { source, .. } => self.typed.push(source.clone()),
            }
        }
        self.effects.extend(effects);
        self.app.seen = self.draw().1;
    }

    /// The lesson from its beginning again, so many lines of it.
    fn replay(&mut self, lines: usize) {
        let Report::Opened(moment) = story::opened() else {
            panic!("the story begins with its first moment")
        };
        self.hear(Report::Rewound { step: 0, moment });
        self.at = Position::default();
        let mut left = lines;
        while left > 0 {
            let (reports, next) = story::answer(&story::lesson(), self.at, None);
            self.at = next;
            left -= reports
                .iter()
                .filter(|report| matches!(report, Report::Line(_)))
                .count();
            for report in reports {
                self.hear(report);
            }
        }
        self.hear(Report::Replayed(Replayed {
            wanted: lines,
            lines,
            ..Replayed::default()
        }));
        self.hear(Report::At(self.at));
    }

    /// Keys, one a character: `\n` Enter, `\x1b` Esc, `\t` Tab, `<` and `>` Left and Right, `v` and `^` Down and Up.
    fn keys(&mut self, keys: &str) {
        for c in keys.chars() {
            let code = match c {
                '\n' => KeyCode::Enter,
                '\x1b' => KeyCode::Esc,
                '\t' => KeyCode::Tab,
                '<' => KeyCode::Left,
                '>' => KeyCode::Right,
                'v' => KeyCode::Down,
                '^' => KeyCode::Up,
                c => KeyCode::Char(c),
            };
            self.happen(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        }
    }

    fn draw(&self) -> (Buffer, mmap_tutor::app::panel::Seen) {
        picture(&self.app, self.size)
    }

    /// The screen as text, a line a row.
    fn text(&self) -> String {
        picture::text(&self.draw().0)
    }

    /// Cells that show a page of this mark, from left to right and down: whether each is marked as just changed.
    fn pages(&self, mark: &str) -> Vec<bool> {
        let (buffer, seen) = self.draw();
        let panel = seen.panel(Panel::Pages).unwrap().area;
        let cells = panel.positions().map(|position| &buffer[position]);
        let fresh = |cell: &ratatui::buffer::Cell| cell.fg == Color::Indexed(16);
        cells
            .filter(|cell| cell.symbol() == mark)
            .map(fresh)
            .collect()
    }
}

fn assert_shows(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(
            text.contains(wanted),
            "{wanted:?} is not on the screen:\n{text}"
        );
    }
}

const SMALL: (u16, u16) = (80, 24);
const SIZES: [(u16, u16); 3] = [SMALL, (120, 40), (200, 60)];

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
                "✓ Measured: 1 was as expected",
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
fn maps_show_what_is_new_what_is_gone_and_fold_the_programs_own_lines() {
    let mut walk = Walk::after(1, (120, 40));
    let text = walk.text();
    assert_shows(
        &text,
        &[
            "/proc/4242/maps of main",
            "+1000000000-1000010000 rw-p  ← p",
            "3 lines of the program: text, libc, stack",
        ],
    );
    walk.keys("e");
    assert_shows(&walk.text(), &["[stack]", "libc.so.6"]);
    walk.keys("e");
    let gone = story::snapshot(story::MAIN, Vec::new());
    let Report::Line(mut moment) = story::mapped() else {
        unreachable!()
    };
    moment.snapshots = vec![gone];
    walk.hear(Report::Line(moment));
    assert_shows(&walk.text(), &["-1000000000-1000010000 rw-p"]);
}

#[test]
fn at_80x24_maps_take_the_place_of_the_counters_when_they_have_the_keys() {
    let mut walk = Walk::after(1, SMALL);
    assert_shows(&walk.text(), &["faults and smaps"]);
    walk.keys("\t\t");
    assert_shows(
        &walk.text(),
        &["▸ /proc/4242/maps of main", "+1000000000-1000010000 rw-p"],
    );
    walk.keys("z");
    let text = walk.text();
    assert!(!text.contains("step 1 of 2"), "{text}");
    walk.keys("\x1b");
    assert_shows(&walk.text(), &["step 1 of 2"]);
}

#[test]
fn the_help_has_every_key_and_the_sources_of_the_numbers() {
    let mut walk = Walk::after(1, (120, 400));
    walk.keys("?");
    let text = walk.text();
    for binding in mmap_tutor::app::keys::bindings() {
        let words: String = binding
            .long
            .split(' ')
            .take(4)
            .collect::<Vec<_>>()
            .join(" ");
        assert_shows(&text, &[&words]);
    }
    assert_shows(
        &text,
        &[
            "ru_minflt",
            "/proc/<pid>/smaps",
            "pagemap",
            "fields 10 and 12",
        ],
    );
}

#[test]
fn the_legend_counts_the_pages_of_each_state() {
    let mut walk = Walk::after(3, SMALL);
    walk.keys("\n\nl");
    let text = walk.text();
    let shared = text
        .lines()
        .find(|line| line.contains("shared since fork"))
        .unwrap();
    let counts: Vec<&str> = shared
        .split_whitespace()
        .filter(|word| *word == "15")
        .collect();
    assert_eq!(counts.len(), 2, "{shared}");
    for state in PageState::ALL {
        let words = state.words().split(" (").next().unwrap();
        assert!(text.contains(words), "{words}");
    }
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
fn without_colour_what_changed_is_reversed() {
    let mut walk = Walk::new(SMALL, Theme::Mono);
    walk.keys("\n\n\n\n1\n\n");
    let (buffer, seen) = walk.draw();
    let panel = seen.panel(Panel::Pages).unwrap().area;
    let reversed = panel.positions().filter(|at| {
        buffer[*at].symbol() == "■" && buffer[*at].modifier.contains(Modifier::REVERSED)
    });
    assert_eq!(reversed.count(), 2);
    assert!(
        buffer
            .content
            .iter()
            .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
    );
}

#[test]
fn what_explains_a_rule_is_not_shown_before_the_rule_is_measured() {
    let mut walk = Walk::after(3, (120, 40));
    assert!(!walk.text().contains("One fault, so one page."));
    walk.keys("1\n\n");
    assert_shows(&walk.text(), &["One fault, so one page."]);
}

#[test]
fn the_time_of_a_line_stands_behind_it_where_there_is_room() {
    let mut walk = Walk::after(0, (120, 40));
    let Report::Line(mut moment) = story::filled() else {
        unreachable!()
    };
    if let Some(ran) = &mut moment.ran {
        ran.outcomes[0].1.totals.accesses = 16;
    }
    walk.hear(Report::Line(moment));
    assert_shows(&walk.text(), &["16 minor faults, 1.9 us"]);
}

#[test]
fn more_processes_than_columns_are_said_and_a_key_shows_them() {
    let mut walk = Walk::after(0, SMALL);
    let Report::Line(mut moment) = story::mapped() else {
        unreachable!()
    };
    let mapping = || story::mapping(story::P, vec![PageState::Absent; 16]);
    let peer = |n| story::snapshot(Process::Peer(n), vec![mapping()]);
    moment.snapshots.extend((1..=10).map(peer));
    walk.hear(Report::Line(moment));
    assert_shows(
        &walk.text(),
        &["pages of 3 of 11 processes: p others", "64 KiB"],
    );
    assert!(!walk.text().contains("peer 4"));
    walk.keys("ppppp");
    assert_shows(&walk.text(), &["peer 4"]);
}

#[test]
fn what_a_program_prints_keeps_its_lines() {
    let mut walk = Walk::after(0, (120, 40));
    let Report::Line(mut moment) = story::mapped() else {
        unreachable!()
    };
    moment.changes.clear();
    if let Some(ran) = &mut moment.ran {
        ran.outcomes[0].1.output = b"one\ntwo\n".to_vec();
    }
    walk.hear(Report::Line(moment));
    let text = walk.text();
    assert_shows(&text, &["printed: one\n"]);
    assert!(
        text.lines()
            .any(|line| line.trim_start_matches('▌').trim() == "two")
    );
}

#[test]
fn huge_pages_have_a_row_only_where_there_are_some() {
    let mut walk = Walk::after(1, (120, 40));
    assert!(!walk.text().contains("AnonHugePages"));
    let Report::Line(mut moment) = story::mapped() else {
        unreachable!()
    };
    let mut mapping = story::mapping(story::P, vec![PageState::Private; 16]);
    if let Reading::Known(usage) = &mut mapping.usage {
        let rss = usage.sizes.get(Field::Rss).unwrap();
        usage.sizes.set(Field::AnonHugePages, rss);
    }
    moment.snapshots = vec![story::snapshot(story::MAIN, vec![mapping])];
    walk.hear(Report::Line(moment));
    assert_shows(&walk.text(), &["AnonHugePages 64 KiB"]);
}

#[test]
fn many_pages_share_cells_and_the_block_says_so() {
    let mut walk = Walk::after(0, SMALL);
    let range = Range::of(story::P.start, 4096 * story::PAGE);
    let mut states = vec![PageState::Absent; 4096];
    states[..1000].fill(PageState::Private);
    let Report::Line(mut moment) = story::mapped() else {
        unreachable!()
    };
    moment.snapshots = vec![story::snapshot(
        story::MAIN,
        vec![story::mapping(range, states)],
    )];
    walk.hear(Report::Line(moment));
    assert_shows(&walk.text(), &["1 cell = 32 pages", "4096 pages"]);
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

/// The lesson forked, and the explorer open in its processes.
fn exploring(size: (u16, u16)) -> Walk {
    let mut walk = Walk::after(3, size);
    walk.keys("i");
    walk
}

#[test]
fn one_key_opens_the_input_in_the_lessons_processes_and_one_leaves_it() {
    for size in SIZES {
        let mut walk = exploring(size);
        let wanted = ["▸ your line", "main>", "lines that ran", "Tab pages"];
        assert_shows(&walk.text(), &wanted);
        assert!(
            walk.effects
                .iter()
                .any(|effect| matches!(effect, Effect::Send(Command::Explore)))
        );
        walk.keys("p[3] = gq");
        assert_shows(&walk.text(), &["main> p[3] = gq", "Enter run"]);
        walk.keys("\x1b\x1b");
        assert!(!walk.text().contains("your line"), "{}", walk.text());
    }
}

#[test]
fn a_typed_line_is_sent_and_comes_back_with_what_is_wrong_with_it() {
    for size in SIZES {
        let mut walk = exploring(size);
        walk.keys("child: zz = 1\n");
        assert_eq!(walk.typed, [" zz = 1;"]);
        let mistake = Diagnostic::new(1..3, "`zz` was not declared").help("declare it first");
        walk.hear(Report::Refused(mistake));
        walk.hear(Report::At(walk.at));
        let text = walk.text();
        assert_shows(
            &text,
            &["child> child: zz = 1", "✗ `zz` was", "→ declare it"],
        );
        let row = text
            .lines()
            .position(|row| row.contains("child: zz"))
            .unwrap();
        let caret = text.lines().nth(row + 1).unwrap();
        assert_eq!(caret.find("^^"), text.lines().nth(row).unwrap().find("zz"));
    }
}

#[test]
fn blocks_go_on_until_they_are_closed_and_pasted_rows_wait() {
    let mut walk = exploring(SMALL);
    walk.keys("for (;;) {\n");
    assert!(walk.typed.is_empty());
    walk.keys("p[0]++; }\n");
    assert_eq!(walk.typed, ["for (;;) {\np[0]++; }"]);
    walk.hear(Report::At(walk.at));
    walk.happen(Event::Paste("p[1] = 1;\r\np[2] = 1;\n".to_owned()));
    assert_eq!(walk.typed.len(), 1);
    walk.keys("\n");
    assert_eq!(walk.typed[1..], ["p[1] = 1;"], "one after the other");
    walk.hear(Report::At(walk.at));
    assert_eq!(walk.typed[2..], ["p[2] = 1;"]);
}

#[test]
fn what_is_typed_while_a_line_runs_waits_for_its_end() {
    for size in SIZES {
        let mut walk = exploring(size);
        walk.keys("memset(p, 1, PAGE)\n");
        walk.keys("p[1] = 1;\nfork()\np[2");
        assert_eq!(walk.typed, ["memset(p, 1, PAGE);"]);
        assert_shows(
            &walk.text(),
            &[
                "main> p[2",
                "2 lines wait: p[1] = 1;  fork()",
                "Enter run it next",
            ],
        );
        walk.hear(Report::At(walk.at));
        assert_eq!(walk.typed[1..], ["p[1] = 1;"]);
        assert_shows(&walk.text(), &["main> p[2", "1 line waits: fork()"]);
        walk.keys("\x1b");
        walk.hear(Report::At(walk.at));
        assert_eq!(walk.typed.len(), 2, "Esc stops, and nothing more runs");
        assert_shows(&walk.text(), &["main> fork()", "      p[2"]);
    }
}

#[test]
fn a_mistake_gives_back_what_waits_behind_it() {
    let mut walk = exploring(SMALL);
    walk.happen(Event::Paste("zz = 1;\nfor (;;) {\n}\nfork();".to_owned()));
    walk.keys("\n");
    assert_eq!(walk.typed, ["zz = 1;"]);
    walk.keys("p");
    walk.hear(Report::Refused(Diagnostic::new(
        0..2,
        "`zz` was not declared",
    )));
    walk.hear(Report::At(walk.at));
    assert_eq!(walk.typed.len(), 1);
    let text = walk.text();
    assert_shows(
        &text,
        &[
            "main> zz = 1;",
            "      for (;;) {",
            "      fork();",
            "      p",
        ],
    );
    assert_shows(&text, &["✗ `zz` was"]);
}

#[test]
fn ctrl_c_stops_a_line_of_ones_own_and_then_the_program() {
    let mut walk = exploring(SMALL);
    walk.keys("for (;;) { }\n");
    let interrupt = || Event::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
    walk.effects.clear();
    walk.happen(interrupt());
    assert!(
        matches!(walk.effects[..], [Effect::Wish(Control::Stop)]),
        "{:?}",
        walk.effects
    );
    walk.happen(interrupt());
    assert!(
        walk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Quit))
    );
}

#[test]
fn names_are_completed_and_the_man_page_stands_below() {
    for size in SIZES {
        let mut walk = exploring(size);
        walk.keys("mma\t");
        assert_shows(
            &walk.text(),
            &["main> mmap(", "void *mmap(void *addr", "mmap(2): maps"],
        );
        walk.keys("NULL, PAGE, PROT_\t");
        assert_shows(&walk.text(), &["│ PROT_NONE", "│ PROT_WRITE"]);
        walk.keys("\t\t");
        assert_shows(&walk.text(), &["PAGE, PROT_READ"]);
    }
}

#[test]
fn the_cursor_types_the_c_that_it_does() {
    for size in SIZES {
        let mut walk = exploring(size);
        walk.keys("\t");
        assert_shows(&walk.text(), &["Enter inspect", "r read"]);
        walk.keys(">>>w");
        assert_eq!(walk.typed.len(), 1, "{}", walk.text());
        assert!(walk.typed[0].ends_with("[0] = 'x';"), "{:?}", walk.typed);
        walk.hear(Report::At(walk.at));
        walk.keys("f");
        assert_eq!(walk.typed[1], "fork();");
        walk.hear(Report::At(walk.at));
        walk.keys("\n");
        assert_shows(
            &walk.text(),
            &["Page 3 in main", "pagemap", "state", "since"],
        );
        walk.keys("G");
        assert_shows(&walk.text(), &["Locked"]);
        walk.keys("\x1b\x1b");
        assert_shows(&walk.text(), &["▸ your line"]);
    }
}

#[test]
fn a_click_chooses_the_page_under_it_and_a_second_one_tells_all_of_it() {
    for size in SIZES {
        for explores in [false, true] {
            let mut walk = Walk::after(3, size);
            if explores {
                walk.keys("i");
            }
            let pages = walk.app.seen.pages.clone();
            assert_eq!(pages.len(), 2, "main and child");
            let click = |walk: &mut Walk, (column, row): (u16, u16)| {
                walk.happen(Event::Mouse(MouseEvent {
                    kind: MouseEventKind::Down(MouseButton::Left),
                    column,
                    row,
                    modifiers: KeyModifiers::NONE,
                }));
            };
            for (pages, name) in pages.iter().zip(["main", "child"]) {
                for page in [0, 3, 15_u16] {
                    let place = (
                        pages.origin.0 + page % pages.across * pages.cell.0,
                        pages.origin.1 as u16 + page / pages.across * pages.cell.1,
                    );
                    click(&mut walk, place);
                    let told = format!("page {page} of p, {name}: shared");
                    // The title of a narrow panel has no room for all of it.
                    assert_shows(&walk.text(), &[&told]);
                    let (buffer, _) = walk.draw();
                    let style = buffer[place].modifier;
                    assert!(style.contains(Modifier::REVERSED), "{page} in {name}");
                }
            }
            let last = pages[1];
            let place = (last.origin.0, last.origin.1 as u16);
            click(&mut walk, place);
            click(&mut walk, place);
            assert_shows(&walk.text(), &["Page 0 in child", "Its bytes"]);
            walk.keys(">>");
            assert_shows(&walk.text(), &["Page 2 in child", "→ page after"]);
            walk.keys("<<<");
            assert_shows(&walk.text(), &["Page 0 in child"]);
            walk.keys("\x1b");
            assert!(!walk.text().contains("Its bytes"));
        }
    }
}

#[test]
fn the_bytes_of_a_chosen_page_are_asked_for_once_and_shown() {
    for size in SIZES {
        let mut walk = exploring(size);
        walk.effects.clear();
        walk.keys("\t");
        let asked = |walk: &Walk| {
            let pages = walk.effects.iter().filter_map(|effect| match effect {
                Effect::Send(Command::Page { process, address }) => Some((*process, *address)),
                _ => None,
            });
            pages.collect::<Vec<_>>()
        };
        let [(process, address)] = asked(&walk)[..] else {
            panic!("{:?}", asked(&walk))
        };
        let mut bytes = vec![0; 4096];
        bytes[..4].copy_from_slice(b"text");
        walk.hear(Report::Page {
            process,
            address,
            contents: Reading::Known(Contents {
                bytes,
                ..Contents::default()
            }),
        });
        assert_shows(&walk.text(), &["0000: 74 65 78 74 00 00 00 00 |text....|"]);
        walk.keys("\n");
        let row = "0000  74 65 78 74 00 00 00 00  00 00 00 00 00 00 00 00  |text............|";
        assert_shows(&walk.text(), &["Its bytes", row, "*", "1000"]);
        assert_eq!(asked(&walk).len(), 1);
        // Of an earlier moment nobody knows them.
        walk.keys("\x1b[\n");
        assert_shows(&walk.text(), &["nobody looked at this page"]);
    }
}

#[test]
fn an_empty_lab_says_what_can_be_done_and_has_lines_to_begin_with() {
    for size in SIZES {
        let mut walk = Walk::new(size, Theme::Dark);
        walk.app.open_lab();
        walk.hear(story::opened());
        walk.hear(Report::At(Position::default()));
        assert_shows(
            &walk.text(),
            &["Type C below", "Enter example", "Enter char *p"],
        );
        walk.keys("\n\n");
        assert!(
            walk.typed[0].starts_with("char *p = mmap("),
            "{:?}",
            walk.typed
        );
        walk.hear(Report::At(Position::default()));
        walk.keys("\n");
        assert_shows(&walk.text(), &["main> p[0] = 1;", "Enter run"]);
        walk.keys("\x1b?");
        assert_shows(&walk.text(), &["help"]);
    }
}

#[test]
fn variables_are_listed_with_what_they_hold_and_point_to() {
    for size in SIZES {
        let mut walk = exploring(size);
        let first = walk.app.seen.pages[0].start;
        let mut frame = vec![0; 64];
        frame[16..24].copy_from_slice(&(first.0 + 3 * story::PAGE).to_ne_bytes());
        frame[24..28].copy_from_slice(&7_i32.to_ne_bytes());
        let variable = |name: &str, source: &str, offset| {
            let statements = mmap_tutor::c::parse(source, 0..source.len()).unwrap();
            let mut scope = mmap_tutor::c::Scope::new(mmap_tutor::c::Target { page_size: 4096 });
            mmap_tutor::c::compile(source, &statements[0], &mut scope).unwrap();
            let of = scope.variable(name).unwrap().of.clone();
            let name = name.to_owned();
            mmap_tutor::c::Variable { name, of, offset }
        };
        let held = Held {
            variables: vec![variable("p", "char *p;", 16), variable("n", "int n;", 24)],
            frame: Reading::Known(Contents {
                bytes: frame,
                ..Contents::default()
            }),
        };
        walk.hear(Report::Variables([(Process::Main, held)].into()));
        walk.happen(Event::Key(KeyEvent::new(KeyCode::F(7), KeyModifiers::NONE)));
        let wanted = [
            "variables of main",
            "char *p = 0x1000003000  → page 3 of 16: shared since fork",
            "int n = 7",
        ];
        assert_shows(&walk.text(), &wanted);
        walk.keys("q");
        if size != SMALL {
            assert_shows(&walk.text(), &wanted);
        }
    }
}

#[test]
fn keys_that_leave_do_not_throw_away_what_is_typed() {
    let mut walk = exploring(SMALL);
    let control = |c| Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL));
    let typed = |walk: &Walk| {
        let take = walk.app.take().unwrap();
        take.explorer.as_ref().map(|explorer| explorer.text())
    };
    let quits = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Quit));
    walk.keys("p[0]");
    update(&mut walk.app, control('d'));
    assert_eq!(
        typed(&walk).as_deref(),
        Some("p[0]"),
        "nothing stands behind it"
    );
    update(&mut walk.app, control('a'));
    update(&mut walk.app, control('d'));
    assert_eq!(typed(&walk).as_deref(), Some("[0]"));
    assert!(!quits(&update(&mut walk.app, control('c'))));
    assert_eq!(typed(&walk).as_deref(), Some(""));
    assert!(quits(&update(&mut walk.app, control('c'))));
}

#[test]
fn the_menu_lists_what_can_be_done_as_the_c_that_it_types() {
    for size in SIZES {
        let mut walk = exploring(size);
        walk.keys("\t>a");
        assert_shows(
            &walk.text(),
            &[
                "munmap((char *) 0x1000001000, PAGE);",
                "MADV_POPULATE_READ",
                "Enter do it",
            ],
        );
        walk.keys("vvvvv\n");
        assert_eq!(walk.typed, ["munmap((char *) 0x1000001000, PAGE);"]);
        walk.hear(Report::At(walk.at));
        walk.keys("a\x1bl");
        assert_eq!(walk.typed[1..], ["mlock((char *) 0x1000001000, PAGE);"]);
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
