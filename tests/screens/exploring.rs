//! The input line, the cursor over the pages, names and the menu, as a learner meets them.

use super::*;
use mmap_tutor::observe::Snapshot;
use std::sync::Arc;

/// The lesson forked, and the explorer open in its processes.
pub(super) fn exploring(size: (u16, u16)) -> Walk {
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
            &["main> child: zz = 1", "✗ `zz` was", "→ declare it"],
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

#[test]
fn a_parenthesis_typed_behind_a_completed_one_is_that_one() {
    let typed = |keys: &str| {
        let mut walk = exploring(SMALL);
        walk.keys(keys);
        walk.app.take().unwrap().explorer.as_ref().unwrap().text()
    };
    let table = [
        ("mma\t(", "mmap("),
        ("mma\t((", "mmap(("),
        ("mma\tp(", "mmap(p("),
        ("mmap(", "mmap("),
    ];
    for (keys, text) in table {
        assert_eq!(typed(keys), text, "{keys:?}");
    }
}

/// The rows of the input on the screen: those between its bar and what is said below.
fn input(walk: &Walk) -> Vec<String> {
    let text = walk.text();
    let rows: Vec<&str> = text.lines().collect();
    let bar = rows.iter().position(|row| row.contains("▸ your line"));
    let from = bar.unwrap() + 1;
    let end = rows.iter().position(|row| row.contains(" ✗ ")).unwrap();
    let shown = rows[from..end].iter();
    shown.map(|row| row.trim_end().to_owned()).collect()
}

#[test]
fn what_is_wrong_in_a_long_text_is_on_the_screen_with_its_caret() {
    let row = |number: usize| format!("p[{number}] = zz{number};");
    for size in SIZES {
        for (rows, wrong) in [(10, 8), (30, 2), (30, 30), (1, 1)] {
            let mut walk = exploring(size);
            let text: Vec<String> = (1..=rows).map(row).collect();
            let text = format!("{{ {} }}", text.join("\n"));
            walk.happen(Event::Paste(text.clone()));
            walk.keys("\n");
            let name = format!("zz{wrong};");
            let at = text.find(&name).unwrap();
            let help = "void *f(void)\nif it is meant, write a cast";
            walk.hear(Report::Refused(
                Diagnostic::new(at..at + name.len() - 1, "not declared").help(help),
            ));
            walk.hear(Report::At(walk.at));
            let shown = input(&walk);
            let of_it = shown.iter().position(|row| row.contains(&name)).unwrap();
            let caret = &shown[of_it + 1];
            assert_eq!(caret.find('^'), shown[of_it].find(&name), "{shown:#?}");
            assert!(shown.len() <= 6, "{shown:#?}");
            assert_shows(
                &walk.text(),
                &[" ✗ not declared", " → void *f(void)", " → if it is meant"],
            );
        }
    }
}

#[test]
fn a_row_of_thousands_of_letters_leaves_room_for_what_is_wrong_with_it() {
    let mut walk = exploring(SMALL);
    let name = "x".repeat(4000);
    walk.happen(Event::Paste(name.clone()));
    walk.keys("\n");
    let message = format!("`{name}` was not declared");
    walk.hear(Report::Refused(Diagnostic::new(0..4000, message)));
    walk.hear(Report::At(walk.at));
    let text = walk.text();
    assert_shows(&text, &["main> xxx", "^^^", "`xxx", "Esc clear"]);
    // Home goes to its first letter.
    walk.happen(Event::Key(KeyEvent::new(KeyCode::Home, KeyModifiers::NONE)));
    walk.keys("y");
    assert_shows(&walk.text(), &["main> yxx"]);
}

#[test]
fn keys_named_beside_the_input_are_keys_that_work_there() {
    let mut walk = Walk::after(3, SMALL);
    let Report::Line(mut moment) = story::forked() else {
        unreachable!()
    };
    let child = moment.snapshots[1].as_ref().clone();
    let one = |number| Snapshot {
        process: Process::Child(number),
        ..child.clone()
    };
    moment.snapshots.extend((2..=5).map(one).map(Arc::new));
    walk.hear(Report::Line(moment));
    assert_shows(&walk.text(), &["pages of 3 of 6 processes: p others"]);
    walk.keys("i");
    assert_shows(&walk.text(), &["pages of 3 of 6: Ctrl-O others"]);
    let next = KeyEvent::new(KeyCode::Char('o'), KeyModifiers::CONTROL);
    for _ in 0..5 {
        walk.happen(Event::Key(next));
    }
    assert_shows(&walk.text(), &["child 5>", "child 5 "]);
    let pages = walk.app.seen.pages.iter().map(|pages| pages.process);
    assert!(
        pages
            .into_iter()
            .any(|process| process == Process::Child(5))
    );
    assert_shows(
        &walk.text(),
        &["the latest child, `child 1: …` in the first"],
    );
    walk.keys("\x1b");
    walk.keys("?");
    walk.size = (120, 250);
    assert_shows(&walk.text(), &["or clears one that is typed"]);
}

#[test]
fn a_process_that_has_ended_is_not_invited_to_map() {
    for size in SIZES {
        let mut walk = Walk::new(size, Theme::Dark);
        walk.app.open_lab();
        walk.hear(story::opened());
        walk.hear(Report::At(Position::default()));
        assert_shows(&walk.text(), &["Nothing is mapped yet"]);
        let Report::Line(mut moment) = story::mapped() else {
            unreachable!()
        };
        moment.snapshots.clear();
        walk.hear(Report::Line(moment));
        assert_shows(&walk.text(), &["The process has ended"]);
    }
}
