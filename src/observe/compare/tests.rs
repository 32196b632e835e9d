//! Two moments compared, in tables of small worlds.

use super::*;
use crate::mem::{Pid, Reading, Vma};
use crate::observe::Pages;

const PAGE: u64 = 4096;
const P: u64 = 0x10_0000_0000;

/// Page states by letter: `-` absent, p private, s shared.
fn mapping(start: u64, letters: &str, write: bool) -> Mapping {
    let state = |letter| match letter {
        'p' => PageState::Private,
        's' => PageState::Shared,
        _ => PageState::Absent,
    };
    let states: Vec<PageState> = letters.chars().map(state).collect();
    let range = Range::of(Addr(start), states.len() as u64 * PAGE);
    Mapping {
        vma: Vma {
            range,
            perms: Perms {
                read: true,
                write,
                ..Perms::default()
            },
            offset: 0,
            device: (0, 0),
            inode: 0,
            backing: Backing::Anonymous,
        },
        own: false,
        usage: Reading::unknown("test"),
        flags: Vec::new(),
        pages: Reading::Known(Pages {
            states,
            cut: 0,
            far: Reading::Known(BTreeMap::new()),
            frames: Reading::unknown("test"),
        }),
        file_length: None,
        cache: Reading::unknown("test"),
    }
}

fn main(mappings: Vec<Mapping>) -> Arc<Snapshot> {
    snapshot(Process::Main, 7, mappings)
}

fn snapshot(process: Process, pid: i32, mappings: Vec<Mapping>) -> Arc<Snapshot> {
    Arc::new(Snapshot {
        process,
        pid: Pid(pid),
        mappings,
        faults: Reading::unknown("test"),
        page_tables: Reading::unknown("test"),
    })
}

fn told(first: &[Arc<Snapshot>], second: &[Arc<Snapshot>]) -> Vec<String> {
    let size = PageSize::new(PAGE);
    let name = |_: Process, range: Range| (range.start == Addr(P)).then(|| "p".to_owned());
    let all = differences(first, second, size, &name);
    all.into_iter().map(|one| one.text).collect()
}

#[test]
fn what_differs_is_told_in_the_direction_asked_for() {
    let bare = [main(Vec::new())];
    let mapped = [main(vec![mapping(P, "----", true)])];
    let filled = [main(vec![mapping(P, "pp-p", true)])];
    let split = [main(vec![
        mapping(P, "pp", true),
        mapping(P + 2 * PAGE, "-p", false),
    ])];
    let table: [(&[_], &[_], &[&str]); 6] = [
        (&mapped, &mapped, &[]),
        (
            &bare,
            &filled,
            &[
                "p: nothing mapped -> 16 KiB, rw-p",
                "3 pages of 0-3 of p: absent -> private",
            ],
        ),
        (&mapped, &bare, &["p: 16 KiB, rw-p -> nothing mapped"]),
        (
            &mapped,
            &filled,
            &["3 pages of 0-3 of p: absent -> private"],
        ),
        (
            &filled,
            &mapped,
            &["3 pages of 0-3 of p: private -> absent"],
        ),
        (
            &filled,
            &split,
            &[
                "0x1000002000, 8 KiB: rw-p -> r--p",
                "maps: 1 line of the lesson -> 2",
            ],
        ),
    ];
    for (first, second, expected) in table {
        assert_eq!(told(first, second), expected);
    }
}

#[test]
fn what_was_not_read_is_not_compared_and_said_so() {
    let cut = |letters: &str, cut: u64| {
        let mut mapping = mapping(P, letters, true);
        mapping.vma.range.end.0 += cut * PAGE;
        if let Reading::Known(pages) = &mut mapping.pages {
            pages.cut = cut;
        }
        [main(vec![mapping])]
    };
    let told = told(&cut("p---", 4), &cut("pp", 6));
    let rest = "p: from page 2 on not every page was read: they are not compared";
    assert_eq!(told, ["page 1 of p: absent -> private", rest]);
}

#[test]
fn a_page_in_another_frame_is_another_page() {
    let framed = |frames: &[u64]| {
        let mut mapping = mapping(P, "ppp", true);
        if let Reading::Known(pages) = &mut mapping.pages {
            pages.frames = Reading::Known(frames.to_vec());
        }
        [main(vec![mapping])]
    };
    let told = told(&framed(&[7, 8, 0]), &framed(&[7, 9, 5]));
    assert_eq!(told, ["page 1 of p: private -> the same in another frame"]);
}

#[test]
fn processes_that_came_or_went_are_told_and_not_compared_page_by_page() {
    let alone = [main(vec![mapping(P, "pp", true)])];
    let both = [
        main(vec![mapping(P, "ss", true)]),
        snapshot(Process::Child(1), 9, vec![mapping(P, "ss", true)]),
    ];
    let pages = "pages 0-1 of p: private -> shared since fork";
    let child = "child (pid 9): not there -> there";
    assert_eq!(told(&alone, &both), [pages, child]);
    let back = told(&both, &alone);
    assert_eq!(back[1], "child (pid 9): there -> not there");
    let other = [snapshot(Process::Main, 8, Vec::new())];
    let replaced = told(&alone, &other);
    assert_eq!(replaced, ["main: pid 7 -> another process, pid 8"]);
}
