//! Recorded, hostile and living smaps, whole and in pieces.

use super::*;
use crate::observe::live::smaps;
use procfs::process::MemoryMaps;
use std::fmt::Write;

const RECORDED: &[u8] = include_bytes!("../../../../tests/fixtures/smaps-6.18.txt");
const HOSTILE: &[u8] = include_bytes!("../../../../tests/fixtures/smaps-hostile.txt");

fn whole(text: &[u8]) -> Areas {
    let mut parser = Parser::default();
    let used = parser.push(text);
    parser.finish(&text[used..])
}

/// As a reader does it that gets `size` bytes at a time.
fn in_pieces(text: &[u8], size: usize) -> Areas {
    let mut parser = Parser::default();
    let mut held = Vec::new();
    for piece in text.chunks(size) {
        held.extend_from_slice(piece);
        let used = parser.push(&held);
        held.drain(..used);
    }
    parser.finish(&held)
}

fn assert_same(left: &Areas, right: &Areas) {
    assert_eq!(left.list.len(), right.list.len());
    for (one, other) in left.list.iter().zip(&right.list) {
        let of = |area: &Area| (area.range(), area.perms(), area.offset());
        assert_eq!((of(one), &one.sizes), (of(other), &other.sizes));
        assert_eq!(left.backing(one), right.backing(other));
        assert_eq!(left.flags(one), right.flags(other));
    }
}

#[test]
fn a_recorded_file_is_read_however_it_is_cut_into_pieces() {
    let areas = whole(RECORDED);
    assert_eq!(areas.list.len(), 3);
    let first = &areas.list[0];
    assert_eq!(first.sizes.get(Field::Rss), Some(24 * 1024));
    assert_eq!(first.sizes.get(Field::PssDirty), Some(12 * 1024));
    assert_eq!(first.sizes.get(Field::ThpEligible), Some(0));
    assert_eq!(areas.flags(first), "rd wr mr mw me ac gu");
    assert_eq!(areas.backing(first), &Backing::Anonymous);
    assert!(areas.strangers.is_empty(), "{:?}", areas.strangers);
    for size in 1..200 {
        assert_same(&in_pieces(RECORDED, size), &areas);
        assert_same(&in_pieces(HOSTILE, size), &whole(HOSTILE));
    }
}

#[test]
fn the_two_readers_of_this_program_agree() {
    for text in [RECORDED, HOSTILE] {
        let areas = whole(text);
        let blocks = smaps::parse(text, |_| true);
        assert_eq!(areas.list.len(), blocks.len());
        for (area, block) in areas.list.iter().zip(&blocks) {
            assert_eq!(area.range(), block.range);
            assert_eq!(areas.flags(area), block.flags.join(" "));
            if let Some(usage) = block.usage.known() {
                assert_eq!(area.sizes.get(Field::Rss), usage.sizes.get(Field::Rss));
                assert_eq!(
                    area.sizes.get(Field::Anonymous),
                    usage.sizes.get(Field::Anonymous)
                );
                assert_eq!(
                    area.sizes.get(Field::Locked),
                    usage.sizes.get(Field::Locked)
                );
            }
        }
    }
}

#[test]
fn what_is_no_number_is_not_known_and_no_sum_hides_it() {
    let areas = whole(HOSTILE);
    assert_eq!(areas.list[0].sizes.get(Field::Rss), Some(4096));
    assert_eq!(areas.list[1].sizes.get(Field::Rss), None);
    assert_eq!(areas.list[1].sizes.get(Field::Pss), Some(0));
    let why = areas.sum(Field::Rss).unwrap_err();
    assert!(why.contains("Rss in "), "{why}");
    assert!(areas.strangers.contains(&"Quantum_Pages".to_owned()));
    let old = whole(b"1000-2000 rw-p 0 00:00 0\nRss: 4 kB\n");
    assert_eq!(old.sum(Field::Rss), Ok(4096));
    assert!(
        old.sum(Field::PssDirty)
            .unwrap_err()
            .contains("nothing of Pss_Dirty")
    );
}

/// A line is not taken for the one of the block before where only its beginning is the same.
#[test]
fn a_line_that_only_begins_alike_is_read() {
    let text =
        b"1000-2000 rw-p 0 00:00 0\nSize:                  4 kB\nRss:                   0 kB\n\
        2000-3000 rw-p 0 00:00 0\nSize:                  4 kB\nRss:                   0 kB x\n\
        3000-4000 rw-p 0 00:00 0\nSize:                  8 kB\nRss:                   0 kB\n";
    let areas = whole(text);
    let rss: Vec<Option<u64>> = areas
        .list
        .iter()
        .map(|area| area.sizes.get(Field::Rss))
        .collect();
    assert_eq!(rss, [Some(0), None, Some(0)]);
    assert_eq!(areas.list[2].sizes.get(Field::Size), Some(8192));
}

#[test]
fn names_are_kept_once() {
    let mut text = String::new();
    for n in 1..100 {
        let name = if n % 2 == 0 { "/tmp/a" } else { "" };
        let inode = (n + 1) % 2;
        writeln!(text, "{n}000-{n}800 rw-p 0 08:01 {inode} {name}").unwrap();
    }
    let areas = whole(text.as_bytes());
    assert_eq!((areas.list.len(), areas.names.len()), (99, 2));
    assert_eq!(size_of::<Area>(), 96);
}

/// The smaps of this very test, against the reader of the procfs crate, key by key.
#[test]
fn agrees_with_procfs_about_this_process() {
    let text = std::fs::read("/proc/self/smaps").unwrap();
    let theirs: MemoryMaps = procfs::FromRead::from_read(&text[..]).unwrap();
    let ours = whole(&text);
    assert_eq!(ours.list.len(), theirs.0.len());
    for (ours, theirs) in ours.list.iter().zip(&theirs.0) {
        assert_eq!((ours.range().start.0, ours.range().end.0), theirs.address);
        for field in Field::all().filter(|field| field.is_size()) {
            let key = field.key().trim_end_matches(':');
            assert_eq!(
                ours.sizes.get(field),
                theirs.extension.map.get(key).copied(),
                "{key}"
            );
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, at in 0usize..2000, size in 1usize..100) {
        let mut text = RECORDED.to_vec();
        let at = at.min(text.len());
        text.splice(at..at, bytes);
        assert_same(&in_pieces(&text, size), &whole(&text));
    }
}
