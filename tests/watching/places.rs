//! The list of VMAs, the map to scale and the grid of pages: chosen, searched, zoomed.

use super::*;

#[test]
fn sixty_thousand_vmas_are_scrolled_and_only_the_rows_on_the_screen_are_asked_for() {
    let mut watch = Watch::at(&Story::many(60_000), MIDDLE);
    watch.keys("3ooooo");
    assert_shows(&watch.text(), &["60,000, by address"]);
    let rows = watch.request().rows;
    assert!(
        rows.len() < 40 && rows[0] == Addr(0x7000_0000_0000),
        "{rows:?}"
    );
    watch.press(KeyCode::PageDown);
    watch.press(KeyCode::PageDown);
    assert!(watch.request().rows[0] > rows[0]);
    watch.press(KeyCode::End);
    let last = 0x7000_0000_0000 + 59_999 * 2 * PAGE;
    assert_eq!(watch.request().rows.last(), Some(&Addr(last)));
    assert_eq!(watch.request().rows.len(), rows.len());
    assert_shows(&watch.text(), &[&format!("{last:x}")]);
    watch.press(KeyCode::Home);
    assert_eq!(watch.request().rows, rows);
}

#[test]
fn the_list_is_searched_filtered_and_sorted_by_keys() {
    let mut watch = Watch::at(&Story::usual(), LARGE);
    watch.keys("/gguf");
    assert_shows(&watch.text(), &["/ gguf▏", "1 of 8"]);
    // Keys are text now.
    watch.keys("q\x08\n");
    assert_shows(&watch.text(), &["1 of 8", "/ gguf"]);
    watch.keys("\x1b");
    assert_shows(&watch.text(), &["VMAs · 8, by rss"]);
    watch.keys("f");
    assert_shows(&watch.text(), &["3 of 8, by rss, anonymous only"]);
    watch.keys("ffff");
    watch.keys("e");
    assert_shows(&watch.text(), &["with pages in memory"]);
    watch.keys("eo");
    assert_shows(&watch.text(), &["by size", "▾size"]);
}

#[test]
fn the_grid_zooms_by_keys_and_wheel_and_asks_for_what_it_shows() {
    let mut watch = Watch::at(&Story::usual(), LARGE);
    let first = watch.request().lens.unwrap();
    watch.keys("+");
    let closer = watch.request().lens.unwrap();
    assert_eq!(closer.cell * 4, first.cell);
    assert_eq!(closer.whole, first.whole);
    let frame = watch.app.seen.watch.grid.unwrap().area;
    watch.mouse(MouseEventKind::ScrollDown, (frame.x + 3, frame.y + 1));
    assert_eq!(watch.request().lens.unwrap().cell, first.cell);
    watch.keys("++++++++++");
    let lens = watch.request().lens.unwrap();
    assert_eq!(lens.cell, PAGE);
    assert_shows(&watch.text(), &["1 cell = 1 page", "░", "not read yet"]);
    // Down to the end of what is shown, and one row more.
    for _ in 0..100 {
        watch.keys("v");
    }
    assert!(watch.request().lens.unwrap().first > lens.first);
    watch.keys("a");
    assert_shows(&watch.text(), &["of what lies around it"]);
    watch.keys("a");
    assert_shows(&watch.text(), &["pages · from the first VMA to the last"]);
    watch.keys("a0");
    assert_eq!(watch.request().lens.unwrap(), first);
}

#[test]
fn cells_show_their_kind_and_how_much_is_there() {
    let story = Story::usual();
    let mut watch = Watch::at(&story, LARGE);
    let lens = watch.request().lens.unwrap();
    let mut sample = story.quiet(2);
    sample.cells = Some(story::cells(lens, &[(4, 4), (4, 1), (4, 0)]));
    watch.hear(sample);
    let (buffer, seen) = watch.draw();
    let area = seen.watch.grid.unwrap().area;
    let cell = |at: u16| {
        let pair = [area.x + 2 * at, area.x + 2 * at + 1];
        pair.map(|x| buffer[(x, area.y)].symbol().to_owned())
            .concat()
    };
    assert_eq!(
        [cell(0), cell(1), cell(2), cell(3)],
        ["▤ ", "▤▂", "· ", "░ "]
    );
    // One changes, and is bright.
    let mut sample = story.quiet(3);
    sample.cells = Some(story::cells(lens, &[(4, 4), (4, 1), (4, 4)]));
    watch.hear(sample);
    let (buffer, _) = watch.draw();
    assert_eq!(buffer[(area.x + 4, area.y)].fg, Color::Indexed(16));
    assert_ne!(buffer[(area.x + 2, area.y)].fg, Color::Indexed(16));
}

#[test]
fn the_mouse_chooses_vmas_in_list_and_map_and_panels_by_their_tabs() {
    let mut watch = Watch::at(&Story::usual(), LARGE);
    let list = watch.pane(Pane::Vmas);
    watch.click((list.x + 5, list.y + 3));
    let second = watch.chosen();
    assert_eq!(watch.app.watching().unwrap().bench.focus, Pane::Vmas);
    let (strip, start, _) = watch.app.seen.watch.strips.last().copied().unwrap();
    watch.click((strip.x, strip.y));
    assert_ne!(watch.chosen(), second);
    assert_eq!(watch.chosen().start, Addr(start));
    watch.keys(">");
    // A second click opens what the first has chosen.
    watch.click((list.x + 5, list.y + 3));
    watch.click((list.x + 5, list.y + 3));
    assert_shows(&watch.text(), &["The mapping", "Its memory", "VmFlags"]);
    watch.keys("q");
    // The head of a column orders the list by it.
    let orders: Vec<_> = watch.app.seen.watch.heads.clone();
    let names: Vec<_> = orders.iter().map(|(_, order)| order.name()).collect();
    assert_eq!(names, ["address", "size", "rss", "pss", "dirty", "swap"]);
    for (head, order) in orders {
        watch.click((head.right() - 1, head.y));
        assert_shows(&watch.text(), &[&format!("by {}", order.name())]);
    }
    let mut watch = Watch::at(&Story::usual(), SMALL);
    let tabs = watch.app.seen.watch.panes.clone();
    let (tab, _) = tabs
        .iter()
        .find(|(area, pane)| *pane == Pane::Map && area.height == 1)
        .unwrap();
    watch.click((tab.x + 1, tab.y));
    assert_shows(&watch.text(), &["of nothing"]);
}
