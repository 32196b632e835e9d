//! Files that are no recordings, or spoilt ones: an error that says what is wrong, and never a panic.

use super::chunk::{mended, pack, put};
use super::*;
use crate::mem::{Ending, Outcome, PageSize, Process};
use crate::observe::Offers;
use crate::session::{Moment, Position, Ran, Record};
use proptest::prelude::*;

const SOURCE: &str = "+++\ntitle = \"A\"\nsummary = \"B\"\nminutes = 1\n+++\n## One\n```c\nint x = 1;\nx = 2;\n```\n";

fn header(lines: u64) -> Header {
    Header {
        program: "0.1.0".to_owned(),
        date: "2026-11-23".to_owned(),
        machine: Machine {
            kernel: "6.18.0".to_owned(),
            page_size: PageSize::new(4096).unwrap(),
            privileged: false,
            file_system: "ext4".to_owned(),
            scratch: "/tmp".into(),
            offers: Offers::all(),
        },
        lesson: "01-a".to_owned(),
        file: "01-a.md".to_owned(),
        source: Some(SOURCE.to_owned()),
        lines,
    }
}

fn line(code: &str) -> Report {
    let start = SOURCE.find(code).unwrap();
    Report::Line(Moment {
        ran: Some(Ran {
            step: 0,
            line: 0,
            process: Process::Main,
            group: None,
            code: code.to_owned(),
            span: start..start + code.len(),
            result: Some("1".to_owned()),
            outcomes: vec![(Process::Main, Outcome::empty(Ending::Finished))],
            race: None,
        }),
        snapshots: Vec::new(),
        changes: Vec::new(),
    })
}

fn first() -> Moment {
    Moment {
        ran: None,
        snapshots: Vec::new(),
        changes: Vec::new(),
    }
}

/// A session of two lines.
fn sample() -> Vec<u8> {
    let (mut record, mut timeline) = (Record::default(), Timeline::opened(first()));
    let at = |item| Report::At(Position { step: 0, item });
    let failed = Report::Failed("no\x1b[2J".to_owned());
    for report in [
        at(0),
        line("int x = 1;"),
        at(1),
        failed,
        line("x = 2;"),
        at(2),
    ] {
        record.hear(&report);
        if let Report::Line(moment) = report {
            timeline.push(moment);
        }
    }
    write(&header(2), record.chapters(&timeline)).unwrap()
}

/// A recording with these entries in place of its own.
fn with(raw: &[u8]) -> Vec<u8> {
    let mut file = chunk::beginning();
    put(
        &mut file,
        chunk::HEAD,
        &postcard::to_allocvec(&header(0)).unwrap(),
    );
    put(&mut file, chunk::SAID, &pack(raw));
    put(&mut file, chunk::DONE, &[]);
    file
}

#[test]
fn what_was_said_is_said_again() {
    let recording = Recording::read(&sample()).unwrap();
    assert_eq!(recording.header, header(2));
    let said: Vec<String> = recording
        .play()
        .map(|report| match report.unwrap() {
            Report::Opened(_) => "opened".to_owned(),
            Report::Line(moment) => moment.ran.unwrap().code,
            Report::At(position) => format!("at {}", position.item),
            Report::Failed(why) => why,
            other => format!("{other:?}"),
        })
        .collect();
    let expected = [
        "opened",
        "at 0",
        "int x = 1;",
        "at 1",
        "no␛[2J",
        "x = 2;",
        "at 2",
    ];
    assert_eq!(said, expected);
}

/// The sample with a change made to it.
fn spoilt(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut file = sample();
    change(&mut file);
    file
}

fn told(file: &[u8]) -> String {
    Recording::read(file).unwrap_err().to_string()
}

#[test]
fn what_is_no_recording_of_this_format_says_what_it_is() {
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", Vec::new(), "this is no recording of mmap-tutor"),
        (
            "text",
            b"#include <stdio.h>\n".to_vec(),
            "this is no recording",
        ),
        ("zip", b"PK\x03\x04\x14\0".to_vec(), "this is no recording"),
        (
            "elf",
            b"\x7fELF\x02\x01\x01".to_vec(),
            "this is no recording",
        ),
        (
            "line ends changed",
            spoilt(|file| {
                file.remove(5);
            }),
            "copied as if it were text",
        ),
        (
            "newer",
            spoilt(|file| file[8] = 3),
            "made by a newer mmap-tutor (format 3; this one reads up to 1)",
        ),
        (
            "never",
            spoilt(|file| file[8] = 0),
            "version of the format is 0",
        ),
        ("flags", spoilt(|file| file[10] = 4), "the flags 0x4"),
        (
            "a part that must be known",
            spoilt(|file| {
                let end = file.len() - 12;
                file.truncate(end);
                put(file, *b"NEWS", b"?");
            }),
            "a part called `NEWS`",
        ),
        ("magic only", sample()[..9].to_vec(), "it ends at byte 9"),
    ];
    for (name, file, wanted) in table {
        let told = told(&file);
        assert!(told.contains(wanted), "{name}: {told}");
    }
}

#[test]
fn what_may_be_passed_over_is() {
    let mut file = sample();
    let end = file.len() - 12;
    file.truncate(end);
    put(&mut file, *b"note", b"made in a room of thirty");
    put(&mut file, chunk::DONE, &[]);
    assert_eq!(Recording::read(&file).unwrap().play().count(), 7);
}

#[test]
fn what_is_damaged_says_where_and_what() {
    let head = 12;
    let said = {
        let file = sample();
        head + 12 + u32::from_le_bytes([file[16], file[17], file[18], file[19]]) as usize
    };
    let at = |kind: u8, step: usize| {
        let mut raw = Vec::new();
        entry::put(&mut raw, entry::OPENED, &Before::default().write(&first()));
        let (_, content) = entry::of(&Note::At(Position { step, item: 0 })).unwrap();
        entry::put(&mut raw, kind, &content);
        raw
    };
    let bomb = |claim: u32, zeros: usize| {
        let mut data = pack(&vec![0; zeros]);
        data[..4].copy_from_slice(&claim.to_le_bytes());
        let mut file = with(&[]);
        file.truncate(said);
        put(&mut file, chunk::SAID, &data);
        file
    };
    let table: Vec<(&str, Vec<u8>, String)> = vec![
        (
            "a bit",
            spoilt(|file| file[said + 20] ^= 1),
            format!("in the part that begins at byte {said}, the bytes do not fit their checksum"),
        ),
        (
            "the end is missing",
            spoilt(|file| file.truncate(said + 30)),
            format!(
                "it ends at byte {}, inside the part that begins at byte {said}",
                said + 30
            ),
        ),
        (
            "something follows",
            spoilt(|file| file.push(0)),
            "something follows the end".to_owned(),
        ),
        (
            "a length beyond the file",
            spoilt(|file| file[said + 4..said + 8].fill(0xff)),
            format!("inside the part that begins at byte {said}"),
        ),
        (
            "a kind",
            with(&at(99, 0)),
            "an entry is of kind 99".to_owned(),
        ),
        (
            "a place",
            with(&at(6, 9)),
            "a place is named that the lesson".to_owned(),
        ),
        (
            "a cut entry",
            with(&[1, 200]),
            "the last entry is cut off".to_owned(),
        ),
        ("nothing first", with(&at(6, 0)[..0]), String::new()),
        (
            "too much is claimed",
            bomb(u32::MAX, 1),
            "claims to be 4294967295 bytes".to_owned(),
        ),
        (
            "more than can be",
            bomb(1 << 25, 1),
            "more is claimed than there can be".to_owned(),
        ),
        (
            "more than is claimed",
            bomb(10, 100_000),
            "cannot be unpacked".to_owned(),
        ),
        (
            "less than is claimed",
            bomb(20_000, 10_000),
            "less than is claimed".to_owned(),
        ),
    ];
    for (name, file, wanted) in table {
        match Recording::read(&file) {
            Ok(recording) => assert!(wanted.is_empty() && recording.play().count() == 0, "{name}"),
            Err(why) => assert!(why.to_string().contains(&wanted), "{name}: {why}"),
        }
    }
}

#[test]
fn a_file_that_is_too_long_is_not_even_looked_at() {
    let file = vec![0; FILE as usize + 1];
    assert!(told(&file).contains("it is longer than 64 MiB"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn random_damage_is_told_and_never_panics(
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
        more in prop::option::of((any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 1..20))),
        mend in any::<bool>(),
    ) {
        let whole = sample();
        let mut file = whole.clone();
        for (place, bit) in flips {
            let place = place.index(file.len());
            file[place] ^= 1 << bit;
        }
        if let Some((place, bytes)) = more {
            let place = place.index(file.len());
            file.splice(place..place, bytes);
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        if mend {
            file = mended(&file);
        }
        let read = Recording::read(&file);
        // Flips may undo each other; anything else is found while the checksums are as they were.
        prop_assert!(mend || file == whole || read.is_err());
        if let Err(why) = read {
            prop_assert!(why.to_string().starts_with("this "));
        }
    }

    #[test]
    fn any_entries_are_told_or_played_and_never_panic(raw in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Recording::read(&with(&raw));
    }
}
