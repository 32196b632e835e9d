//! Any two moments: the one, from its difference to the other. Any damage: an error.

use super::samples::{PAGE, look, looks, moment};
use super::*;
use crate::mem::{Addr, PageState, Reading};
use proptest::prelude::*;

fn kept(parts: &Parts) -> Kept<'_> {
    Kept {
        story: &parts.story,
        acts: Some(&parts.acts),
        look: KeptLook {
            places: &parts.places,
            pages: Some(&parts.pages),
            frames: Some(&parts.frames),
            why: "forgotten",
        },
    }
}

fn owned(snapshots: &[Arc<Snapshot>]) -> Vec<Snapshot> {
    snapshots.iter().map(|one| (**one).clone()).collect()
}

fn there_and_back(now: &Moment, before: &[Arc<Snapshot>]) {
    let parts = write(now, before);
    assert_eq!(read(&kept(&parts), owned(before)).as_ref(), Ok(now));
    let packed = parts.pack();
    let unpacked = Kept::unpack(&packed).unwrap();
    assert_eq!(read(&unpacked, owned(before)).as_ref(), Ok(now));
}

/// Whether a page of a process has another state, or other pages around it.
fn differs(now: &[Arc<Snapshot>], before: &[Arc<Snapshot>], at: (Process, Addr)) -> bool {
    let state = |snapshots: &[Arc<Snapshot>]| {
        let mut found = snapshots.iter().filter(|one| one.process == at.0);
        let mapping = found.next()?.mappings_in(Range::of(at.1, 1)).next()?;
        let pages = mapping.pages.known()?;
        Some(pages.state((at.1.0 - mapping.vma.range.start.0) / PAGE))
    };
    state(now) != state(before)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_moment_comes_back_from_its_difference_to_any_other(
        (before, now) in looks().prop_flat_map(|(before, now)| (Just(before), moment(now))),
    ) {
        there_and_back(&now, &before);
        there_and_back(&now, &[]);
        there_and_back(&now, &now.snapshots);
    }

    #[test]
    fn where_pages_changed_is_told((before, now) in looks()) {
        let (_, touched) = write_look(&now, &before);
        let processes = now.iter().map(|one| one.process);
        for (process, page) in processes.flat_map(|process| (0..32).map(move |page| (process, page))) {
            let address = Addr(page * PAGE);
            let told = touched.iter().any(|(of, range)| *of == process && range.contains(address));
            let is_alone = now.iter().filter(|one| one.process == process).count() == 1;
            // Of mappings that lie over each other, or a process that is there twice, nobody can say which is meant.
            let is_plain = now.iter().chain(&before).all(|one| {
                let mut ends = one.mappings.iter().map(|one| one.vma.range);
                let mut last = Addr(0);
                ends.all(|range| range.start >= std::mem::replace(&mut last, range.end))
            });
            if is_alone && is_plain {
                prop_assert!(told || !differs(&now, &before, (process, address)), "{process} {page}");
            }
        }
    }

    #[test]
    fn a_part_that_was_forgotten_is_unknown_with_its_reason((before, now) in looks()) {
        let parts = write_look(&now, &before).0;
        let whole = kept(&parts).look;
        let base = KeptLook { frames: None, ..whole };
        let old = read_look(&base, Vec::new());
        // What the difference was made to has forgotten the same.
        if before.is_empty() {
            for snapshot in old.unwrap() {
                for pages in snapshot.mappings.iter().filter_map(|mapping| mapping.pages.known()) {
                    prop_assert!(pages.frames.known().is_none());
                }
            }
            for snapshot in read_look(&KeptLook { pages: None, ..base }, Vec::new()).unwrap() {
                for mapping in &snapshot.mappings {
                    prop_assert!(mapping.pages.known().is_none() && mapping.cache.known().is_none());
                }
            }
        }
    }

    #[test]
    fn damage_is_an_error_or_another_moment_never_a_panic(
        (before, now) in looks().prop_flat_map(|(before, now)| (Just(before), moment(now))),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut packed = write(&now, &before).pack();
        for (at, byte) in damage {
            let at = at.index(packed.len());
            packed[at] = byte;
        }
        if let Some(cut) = cut {
            packed.truncate(cut.index(packed.len()));
        }
        if let Ok(kept) = Kept::unpack(&packed) {
            drop(read(&kept, owned(&before)));
            drop(read(&kept, Vec::new()));
        }
    }

    #[test]
    fn bytes_of_no_moment_are_refused_quietly(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        before in look(),
    ) {
        let whole = KeptLook { places: &bytes, pages: Some(&bytes), frames: Some(&bytes), why: "" };
        drop(read_look(&whole, owned(&before)));
        prop_assert!(Kept::unpack(&bytes).is_err() || bytes.len() >= 5);
    }
}

#[test]
fn what_claims_to_be_enormous_is_refused() {
    // One process, nobody to compare with, no reading: then one new mapping over all addresses with 2^40 pages.
    let mut places = Vec::new();
    places.put(1);
    places.extend([0, 0, 0, 0, 0]);
    places.put(1);
    places.put(2);
    places.put(0);
    places.put(u64::MAX);
    let head = places.clone();
    places.extend([0; 7]);
    places.extend([0, 1, 0, 0, 0, 0]);
    for (count, size) in [(1 << 40, 1), (1 << 30, 4096), (u64::MAX, 1)] {
        let mut places = places.clone();
        places.put(count);
        places.put(size);
        places.extend([0; 64]);
        let look = KeptLook {
            places: &places,
            pages: Some(&[]),
            frames: Some(&[]),
            why: "",
        };
        assert_eq!(
            read_look(&look, Vec::new()),
            Err(Damaged("it is larger than any moment")),
            "{count} {size} after {}",
            head.len()
        );
    }
}

/// A mapping of 1 GiB of which one page is written: a few dozen bytes.
#[test]
fn a_page_that_changes_costs_bytes_not_copies() {
    let mut states = vec![PageState::Absent; 262_144];
    let frames = vec![0; states.len()];
    let mut mapping = crate::observe::Mapping {
        vma: crate::mem::Vma {
            range: Range::of(Addr(0x10_0000_0000), 1 << 30),
            perms: crate::mem::Perms::default(),
            offset: 0,
            device: (0, 0),
            inode: 0,
            backing: crate::mem::Backing::Anonymous,
        },
        own: false,
        usage: Reading::Known(crate::mem::Usage::default()),
        flags: Vec::new(),
        pages: Reading::Unknown(String::new()),
        file_length: None,
        cache: Reading::unknown("no file"),
    };
    let mut at = |page: usize| {
        states[page] = PageState::Private;
        let mut frames = frames.clone();
        frames[page] = 0x1a2b3;
        mapping.pages = Reading::Known(crate::observe::Pages {
            states: states.clone(),
            cut: 0,
            far: Reading::Known(std::collections::BTreeMap::new()),
            frames: Reading::Known(frames),
        });
        vec![Arc::new(Snapshot {
            process: Process::Main,
            pid: crate::mem::Pid(1),
            mappings: vec![mapping.clone()],
            faults: Reading::unknown("test"),
            page_tables: Reading::unknown("test"),
        })]
    };
    let (before, now) = (at(77), at(200_000));
    let (parts, touched) = write_look(&now, &before);
    assert!(parts.look_bytes() < 64, "{parts:?}");
    let page = Range::of(Addr(0x10_0000_0000 + 200_000 * 4096), 4096);
    assert_eq!(touched, [(Process::Main, page)]);
    let whole = write_look(&now, &[]).0;
    assert!(whole.look_bytes() < 128, "{whole:?}");
}
