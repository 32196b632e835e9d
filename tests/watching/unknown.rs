//! What is not known, not yet or no more: never nought, and said.

use super::*;

#[test]
fn what_may_not_be_read_is_said_with_its_reason_and_is_never_nought() {
    for size in SIZES {
        let mut watch = Watch::at(&Story::refused(), size);
        let text = watch.text();
        assert_shows(&text, &["does not let this user read", "23.8M"]);
        watch.keys("3");
        assert_shows(
            &watch.text(),
            &["? the kernel does not let this user read /proc/4242/maps"],
        );
        watch.keys("7");
        assert_shows(&watch.text(), &["perf_event_paranoid"]);
        watch.keys("5");
        assert_shows(&watch.text(), &["no VMA is chosen"]);
    }
}

#[test]
fn sizes_that_were_not_read_yet_are_dots() {
    let mut sample = Story::usual().sample(1);
    sample.sizes = None;
    sample.status = None;
    let mut watch = Watch::new(LARGE, Theme::Dark);
    assert_shows(&watch.text(), &["not read yet …"]);
    watch.hear(sample);
    let text = watch.text();
    let row = text.lines().find(|line| line.contains("[heap]")).unwrap();
    let (_, vma) = row.split_once('│').unwrap();
    assert_eq!(vma.matches('…').count(), 5, "{vma}");
}

#[test]
fn a_thread_of_the_kernel_is_no_riddle() {
    let mut watch = Watch::new(MIDDLE, Theme::Dark);
    watch.happen(story::watched_kernel(4242));
    watch.hear(Story::kernel().sample(1));
    assert_shows(
        &watch.text(),
        &[
            "? it is a thread of the kernel",
            "This is a thread of the kernel itself",
        ],
    );
}

#[test]
fn what_was_read_stays_when_the_process_has_ended() {
    let mut watch = Watch::at(&Story::usual(), LARGE);
    let before = watch.text();
    let mut sample = Story::usual().nothing(2);
    sample.counters = Reading::unknown("it has ended");
    sample.fate = Some(Fate::Ended("it has ended: exit status: 3".to_owned()));
    assert!(is_draw(&watch.hear(sample)));
    let text = watch.text();
    assert_shows(
        &text,
        &[
            "ended · watched since",
            "It has ended: exit status: 3. What was read last stays here.",
            "[heap]",
            "of this RSS",
        ],
    );
    let rows = |text: &str| text.lines().filter(|line| line.contains("rw-p")).count();
    assert_eq!(rows(&text), rows(&before));
}

#[test]
fn until_sizes_are_read_the_list_is_by_address_and_says_so() {
    let mut sample = Story::usual().sample(1);
    let sizes = sample.sizes.take();
    let mut watch = Watch::new(LARGE, Theme::Dark);
    watch.hear(sample);
    assert_shows(&watch.text(), &["by address (rss: not read yet …)"]);
    let mut sample = Story::usual().nothing(2);
    sample.sizes = sizes;
    watch.hear(sample);
    assert_shows(&watch.text(), &["by rss"]);
}

#[test]
fn sizes_of_a_vma_that_has_grown_since_are_told_to_be_old() {
    // The list is newer than the sizes.
    let mut watch = Watch::at(&Story::usual(), LARGE);
    assert_shows(&watch.text(), &["rw-p    32M ▅   20M   20M   20M"]);
    let mut sample = Story::longer().sample(2);
    sample.sizes = None;
    watch.hear(sample);
    assert_shows(&watch.text(), &["rw-p    64M    ~20M   20M   20M"]);
    watch.hear(Story::longer().sample(3));
    assert_hides(&watch.text(), &["~20M"]);
}

#[test]
fn what_was_not_read_before_the_end_is_not_waited_for() {
    let mut watch = Watch::new(MIDDLE, Theme::Dark);
    let mut sample = Story::usual().nothing(1);
    sample.fate = Some(Fate::Ended("it has ended".to_owned()));
    watch.hear(sample);
    let text = watch.text();
    assert_shows(&text, &["not read before it ended"]);
    assert!(!text.contains("not read yet"), "{text}");
}
