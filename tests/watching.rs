//! The screen of the watch, as somebody meets it: samples and keys in, requests out, cells on the screen. No terminal and
//! no kernel: ratatui's `TestBackend`, and samples made by hand in `watching/story.rs`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "watching/eyes.rs"]
mod eyes;
#[path = "support/picture.rs"]
mod picture;
#[path = "watching/places.rs"]
mod places;
#[path = "watching/story.rs"]
mod story;
#[path = "watching/unknown.rs"]
mod unknown;

use crossterm::event::{KeyCode, MouseEventKind};
use eyes::{LARGE, MIDDLE, SIZES, SMALL, Watch, assert_hides, assert_shows, is_draw};
use mmap_tutor::app::watching::pane::Pane;
use mmap_tutor::app::{Effect, Event, Theme};
use mmap_tutor::mem::{Addr, Pid, Reading};
use mmap_tutor::session::Command;
use mmap_tutor::watch::Request;
use mmap_tutor::watch::sample::Fate;
use ratatui::style::Color;
use story::{MIB, PAGE, Story};

#[test]
fn who_it_is_and_where_its_memory_goes_is_on_every_screen() {
    for size in SIZES {
        let watch = Watch::at(&Story::usual(), size);
        let wanted = [
            "4242",
            "train.py",
            "sleeping · 3 threads · watched since 14:03:22",
            "minor faults",
            "since it began",
            "of this RSS",
            "lesson",
            "? help",
        ];
        assert_shows(&watch.text(), &wanted);
    }
    let text = Watch::at(&Story::usual(), LARGE).text();
    let panels = [
        "1 in plain words",
        "2 where RSS goes",
        "3 VMAs · 8, by rss",
        "4 map · ",
        "5 pages · of model.gguf",
        "6 processes",
        "7 faults",
        "[heap]",
        "TiB of nothing",
        "1 cell =",
        "file, here only",
    ];
    assert_shows(&text, &panels);
}

#[test]
fn on_a_small_screen_each_panel_can_be_reached_by_its_digit() {
    let mut watch = Watch::at(&Story::usual(), SMALL);
    let table = [
        ("2", "page tables"),
        ("3", "address perm"),
        ("4", "of nothing"),
        ("5", "1 cell ="),
        ("6", "process"),
        ("7", "No fault since"),
        ("1", "of this RSS"),
        ("\t", "page tables"),
    ];
    for (key, wanted) in table {
        watch.keys(key);
        assert_shows(&watch.text(), &[wanted]);
    }
}

#[test]
fn no_size_of_the_screen_and_no_state_is_too_small_or_odd() {
    let mut ended = Story::usual().sample(2);
    ended.fate = Some(Fate::Ended("it has ended".to_owned()));
    for size in [(60, 18), (79, 24), (99, 27), (149, 44), (301, 70)] {
        for story in [
            Story::usual(),
            Story::empty(),
            Story::kernel(),
            Story::refused(),
        ] {
            let mut watch = Watch::at(&story, size);
            for key in "12345678zz+-0aaal\x1bmeefo?\x1b".chars() {
                watch.keys(&key.to_string());
            }
            watch.hear(ended.clone());
            watch.text();
        }
    }
}

#[test]
fn what_is_asked_for_is_what_is_on_the_screen_and_no_more() {
    let mut watch = Watch::at(&Story::usual(), SMALL);
    let request = watch.request();
    assert!(request.sizes && !request.family && !request.events);
    assert_eq!((request.rows.len(), request.lens), (0, None));
    watch.keys("3");
    let request = watch.request();
    assert_eq!(request.rows.len(), 8);
    assert_eq!(request.lens, None);
    watch.keys("5");
    let request = watch.request();
    assert_eq!(request.rows.len(), 0);
    let lens = request.lens.unwrap();
    assert_eq!(lens.whole, watch.chosen());
    watch.keys("6");
    assert!(watch.request().family);
    watch.keys("7");
    assert!(watch.request().events);
    let request = Watch::at(&Story::usual(), LARGE).request();
    assert!(request.sizes && request.family && request.events && request.lens.is_some());
    // Paused: nothing at all.
    watch.keys("p");
    assert_shows(&watch.text(), &["PAUSED"]);
    assert_eq!(watch.app.request(), None);
    watch.keys(" ");
    assert!(watch.app.request().is_some());
}

#[test]
fn nothing_is_drawn_while_nothing_happens() {
    let story = Story::usual();
    let mut watch = Watch::at(&story, LARGE);
    // The first points of the history, and a peak on its way out.
    let mut at = 2;
    while !watch.hear(story.quiet(at)).is_empty() {
        at += 1;
        assert!(at < 2000, "it never comes to rest");
    }
    let mut drawn = 0;
    for _ in 0..100 {
        at += 1;
        let mut sample = story.quiet(at);
        sample.cost.cpu += std::time::Duration::from_micros(at % 7);
        drawn += usize::from(!watch.hear(sample).is_empty());
    }
    assert_eq!(drawn, 0, "frames for nothing");
    let mut sample = story.quiet(at + 1);
    sample.counters = sample.counters.map(|mut counters| {
        counters.faults.minor += 1;
        counters
    });
    assert!(is_draw(&watch.hear(sample)));
}

#[test]
fn what_was_read_of_another_process_is_not_taken_for_this_ones() {
    let mut watch = Watch::new(LARGE, Theme::Dark);
    let sample = Story::usual().sample(1);
    let effects = watch.happen(Event::Sampled(Pid(7), Box::new(sample)));
    assert!(effects.is_empty());
    assert!(watch.app.watching().unwrap().vmas.is_none());
}

#[test]
fn a_program_that_becomes_another_is_said_so() {
    let mut watch = Watch::at(&Story::usual(), LARGE);
    let mut sample = Story::usual().sample(2);
    sample.became = Some("sh -c true".to_owned());
    watch.hear(sample);
    assert_shows(
        &watch.text(),
        &[
            "4242 sh -c true",
            "It has become another program (execve): all is read anew.",
        ],
    );
    // It is no news for ever.
    watch.hear(Story::usual().quiet(20));
    assert_shows(&watch.text(), &["another program"]);
    watch.hear(Story::usual().quiet(40));
    assert!(!watch.text().contains("another program"));
}

#[test]
fn a_sentence_leads_to_its_lesson_and_leaving_it_leads_back() {
    let mut watch = Watch::at(&Story::usual(), LARGE);
    watch.keys("1");
    assert_shows(&watch.text(), &["Enter: lesson 03"]);
    let effects = watch.keys("\n");
    let opened = effects.iter().find_map(|effect| match effect {
        Effect::Send(Command::Open { lesson, step }) => Some((lesson.id.clone(), *step)),
        _ => None,
    });
    let (lesson, step) = opened.unwrap();
    assert!(lesson.starts_with("03-") && step == 5, "{lesson} {step}");
    assert!(watch.app.take().is_some());
    assert_eq!(watch.request(), Request::default());
    // The watch goes on beneath it, and nothing is drawn for it.
    let mut sample = Story::usual().sample(2);
    sample.counters = story::counters(9999, 0, 100 * MIB);
    assert!(watch.hear(sample).is_empty());
    watch.keys("q");
    assert!(watch.app.take().is_none());
    assert_shows(&watch.text(), &["9,999", "of this RSS"]);
    assert!(matches!(watch.keys("q")[..], [Effect::Save, Effect::Quit]));
}

#[test]
fn from_a_mark_on_everything_is_compared() {
    let mut watch = Watch::at(&Story::usual(), LARGE);
    let asked = watch.request().asked;
    assert!(is_draw(&watch.keys("m")));
    assert_eq!(watch.request().asked, asked + 1, "all is read anew");
    assert_shows(
        &watch.text(),
        &["since the mark", "as soon as all sizes have been read"],
    );
    watch.hear(Story::usual().sample(2));
    watch.hear(Story::grown().sample(42));
    let text = watch.text();
    assert_shows(
        &text,
        &[
            "Since the mark, over 40 s ago: +12 MiB anonymous memory in [heap], 1 VMA came,",
            "minor faults. →",
            "+12M",
            "+3,072",
            "1 came, 0 went",
            "new",
        ],
    );
    watch.keys("M");
    assert_hides(&watch.text(), &["since the mark"]);
}

#[test]
fn another_process_of_the_tree_is_watched_and_the_way_back_is_known() {
    let mut watch = Watch::at(&Story::usual(), LARGE);
    watch.keys("6v");
    // 825 and 9 MiB of RSS.
    assert_shows(&watch.text(), &["834M", "all 2 together"]);
    assert!(matches!(watch.keys("\n")[..], [Effect::Watch(Pid(4243))]));
    watch.happen(story::watched(4243));
    assert_shows(&watch.text(), &["Backspace: back to process 4242"]);
    assert!(matches!(watch.keys("\x08")[..], [Effect::Watch(Pid(4242))]));
    watch.happen(story::watched(4242));
    assert_hides(&watch.text(), &["Backspace"]);
    watch.happen(Event::Unwatched("there is no process 9".to_owned()));
    assert_shows(&watch.text(), &["there is no process 9"]);
}

#[test]
fn faults_are_listed_with_what_lies_there_and_lead_to_their_page() {
    let mut watch = Watch::at(&Story::usual(), LARGE);
    let mut sample = Story::usual().quiet(2);
    sample.events = Some(story::faults(&[story::HEAP + 5 * PAGE]));
    watch.hear(sample);
    let text = watch.text();
    assert_shows(&text, &["minor", "by libc.so.6", "the last 1"]);
    let mut sample = Story::usual().quiet(3);
    let three: Vec<u64> = (3..6).map(|page| story::HEAP + page * PAGE).collect();
    sample.events = Some(story::faults(&three));
    watch.hear(sample);
    assert_shows(&watch.text(), &["×4", "the last 4"]);
    watch.keys("7\n");
    assert_eq!(watch.chosen().start, Addr(story::HEAP));
    assert_eq!(
        watch.app.watching().unwrap().grid.cursor(),
        Addr(story::HEAP + 5 * PAGE)
    );
}

#[test]
fn what_a_command_prints_is_shown_and_steers_nothing() {
    let mut watch = Watch::new(MIDDLE, Theme::Dark);
    watch.happen(story::started(5000));
    watch.keys("8");
    assert_shows(&watch.text(), &["It has printed nothing yet."]);
    let lines = (0..2000).map(|n| format!("line {n}")).collect();
    watch.happen(Event::Printed(lines, "Name? ".to_owned()));
    assert_shows(&watch.text(), &["line 1999", "Name?"]);
    watch.press(KeyCode::Home);
    // The panel is full there as well.
    assert_shows(&watch.text(), &["line 1000", "line 1001", "line 1005"]);
    assert_hides(&watch.text(), &["Name?"]);
    watch.press(KeyCode::End);
    assert_shows(&watch.text(), &["line 1999", "Name?"]);
    // The line goes on, and ends.
    watch.happen(Event::Printed(vec!["Name? Ada".to_owned()], String::new()));
    assert_eq!(watch.text().matches("Name?").count(), 1);
}

#[test]
fn names_of_strangers_steer_no_terminal() {
    let watch = Watch::at(&Story::hostile(), LARGE);
    let (buffer, _) = watch.draw();
    let control = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(
        buffer
            .content
            .iter()
            .all(|cell| !cell.symbol().contains(control))
    );
    assert_shows(&watch.text(), &["␛[31m"]);
}

#[test]
fn without_colour_everything_is_told_by_marks() {
    let mut watch = Watch::new(LARGE, Theme::Mono);
    watch.hear(Story::usual().sample(1));
    let (buffer, _) = watch.draw();
    let coloured =
        |cell: &ratatui::buffer::Cell| cell.fg != Color::Reset || cell.bg != Color::Reset;
    assert!(!buffer.content.iter().any(coloured));
    assert_shows(&watch.text(), &["▤▤▤", "▲", "▼"]);
}

#[test]
fn help_and_legend_speak_of_the_watch() {
    let mut watch = Watch::at(&Story::usual(), LARGE);
    watch.keys("?");
    assert_shows(&watch.text(), &["Keys of the watch", "set a mark"]);
    watch.press(KeyCode::End);
    assert_shows(&watch.text(), &["fields 10 and 12"]);
    watch.keys("\x1bl");
    assert_shows(
        &watch.text(),
        &["a cell of the pages", "not read yet", "page tables"],
    );
}

#[test]
fn a_chosen_sentence_stays_chosen_when_others_come_before_it() {
    let mut watch = Watch::at(&Story::usual(), LARGE);
    watch.keys("1j");
    let chosen = |text: &str| {
        let line = text
            .lines()
            .find(|line| line.contains('▸') && !line.contains("▸1"));
        line.map(|line| {
            line.trim_start_matches(['▸', ' '])
                .chars()
                .take(20)
                .collect::<String>()
        })
    };
    let before = chosen(&watch.text());
    assert!(before.is_some());
    // A sentence on what changed comes first.
    watch.keys("m");
    assert_shows(&watch.text(), &["The mark is set as soon as"]);
    assert_eq!(chosen(&watch.text()), before);
}

#[test]
fn a_row_of_faults_says_how_many_where_and_by_whom() {
    let mut watch = Watch::at(&Story::usual(), MIDDLE);
    watch.keys("7");
    let pages: Vec<u64> = (0..40).map(|page| story::HEAP + page * PAGE).collect();
    let mut sample = Story::usual().quiet(2);
    sample.events = Some(story::faults(&pages));
    watch.hear(sample);
    let text = watch.text();
    assert_shows(
        &text,
        &["page of", "code of", "minor ×40  in [heap]", "by libc.so.6"],
    );
    // All are of one thread, and all are told.
    assert_hides(&text, &["thread ", "one of", "lost"]);
    // One of 64 from now on, a second later, and many are missing.
    let mut sample = Story::usual().quiet(3);
    sample.events = Some(story::faults(&pages[..10]).map(|mut events| {
        for event in &mut events.list {
            event.at += std::time::Duration::from_secs(1);
            event.stands_for = 64;
            event.one_of = 64;
        }
        events.each = 64;
        events.missed = 15_702;
        events
    }));
    watch.hear(sample);
    let wanted = [
        "one of 64 is told, ≈16,000 lost",
        "1.5 s minor ×40",
        "2.5 s minor ≈640",
    ];
    for size in SIZES {
        watch.size = size;
        watch.happen(Event::Resize);
        assert_shows(&watch.text(), &wanted);
    }
    // There was no room for all of them.
    let mut sample = Story::usual().quiet(4);
    sample.events = Some(story::faults(&pages[..5]).map(|mut events| {
        for event in &mut events.list {
            event.at += std::time::Duration::from_secs(2);
        }
        events.list[4].and_more = true;
        events
    }));
    watch.hear(sample);
    assert_shows(&watch.text(), &["3.5 s minor ≥5"]);
    // Another thread: now it is said which.
    let mut sample = Story::usual().quiet(5);
    sample.events = Some(story::faults(&pages[..1]).map(|mut events| {
        events.list[0].thread = 4250;
        events
    }));
    watch.hear(sample);
    assert_shows(&watch.text(), &["thread", "4242", "4250"]);
}

#[test]
fn what_every_mark_means_is_at_hand_where_the_marks_are() {
    for size in SIZES {
        let mut watch = Watch::at(&Story::usual(), size);
        watch.keys("5");
        assert_shows(&watch.text(), &["l legend", "q quit", "? help"]);
    }
}

#[test]
fn counters_say_what_time_is_drawn_and_every_panel_has_one_name() {
    let watch = Watch::at(&Story::usual(), MIDDLE);
    assert_shows(&watch.text(), &["counters, a bar a second ─"]);
    let table = [
        (Pane::Map, "▸4 map"),
        (Pane::Events, "▸7 faults"),
        (Pane::Pages, "▸5 pages"),
    ];
    for size in SIZES {
        let mut watch = Watch::at(&Story::usual(), size);
        for (pane, title) in table {
            watch.keys(&pane.digit().to_string());
            assert_shows(&watch.text(), &[title]);
        }
    }
}

#[test]
fn help_lists_the_keys_of_the_panel_at_hand_first() {
    for (key, first, later) in [
        ("5", "On the pages (5)", "On the other panels"),
        ("3", "On the other panels", "On the pages (5)"),
    ] {
        let mut watch = Watch::at(&Story::usual(), (120, 200));
        watch.keys(key);
        watch.keys("?");
        let text = watch.text();
        assert!(
            text.find(first).unwrap() < text.find(later).unwrap(),
            "{text}"
        );
    }
}

#[test]
fn nothing_of_where_rss_goes_is_lost_on_a_screen_of_thirty_rows() {
    let watch = Watch::at(&Story::usual(), (100, 30));
    assert_shows(&watch.text(), &["page tables", "of this RSS", "1 cell ="]);
}

#[test]
fn every_tab_has_its_whole_name_at_a_hundred_columns() {
    let mut watch = Watch::new((100, 30), Theme::Dark);
    watch.happen(story::started(5000));
    for key in ["1", "6", "7", "8"] {
        watch.keys(key);
        let names = ["1 words", "6 processes", "7 faults", "8 output"];
        assert_shows(&watch.text(), &names);
    }
}
