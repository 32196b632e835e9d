//! What single panels show: maps, counters, legend, help, code, pages.

use super::*;

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
fn the_legend_has_room_for_all_its_words_and_processes() {
    for children in [1, 5, 14] {
        let mut walk = Walk::after(1, (120, 60));
        let Report::Line(mut moment) = story::forked() else {
            unreachable!()
        };
        let child = moment.snapshots[1].as_ref().clone();
        moment.snapshots.truncate(1);
        for number in 1..=children {
            let process = Process::Child(number);
            let child = mmap_tutor::observe::Snapshot {
                process,
                ..child.clone()
            };
            moment.snapshots.push(std::sync::Arc::new(child));
        }
        walk.hear(Report::Line(moment));
        walk.keys("l");
        let text = walk.text();
        assert_shows(&text, &["a process ended, or the line was stopped"]);
        let last = match children {
            1 => "child",
            5 => "child 5",
            _ => "8 more",
        };
        let head = text
            .lines()
            .find(|row| row.contains("   main "))
            .unwrap_or_default();
        assert!(head.contains(last), "{text}");
    }
}
