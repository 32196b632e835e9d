//! Every rule with numbers that make it speak and numbers that do not, and every proof against the lessons.

use super::*;
use crate::lesson::Catalogue;
use crate::mem::Faults;
use crate::watch::Division;

const GIB: u64 = 1 << 30;

fn facts(change: impl FnOnce(&mut Facts, &mut Division)) -> Facts {
    let mut division = Division {
        lazy_free: Some(0),
        file_shared: Some(0),
        file_alone: Some(0),
        ..Division::default()
    };
    let mut facts = Facts {
        locked: Some(0),
        ..Facts::default()
    };
    change(&mut facts, &mut division);
    division.rss = division.anonymous
        + division.lazy_free.unwrap_or(0)
        + division.file()
        + division.shared_memory
        + division.other.unwrap_or(0);
    facts.division = Some(division);
    facts
}

fn said(facts: &Facts) -> String {
    let words = words(facts);
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    texts.join("\n")
}

type Change = fn(&mut Facts, &mut Division);

/// What is changed, what must be said, and what must not be.
const TABLE: [(Change, &str, &str); 27] = [
    (|_, _| (), "Nothing here stands out", "%"),
    (
        |f, d| {
            d.file_shared = Some(92 * MIB);
            d.anonymous = 8 * MIB;
            f.first_file = Some(("model.gguf".into(), 92 * MIB));
        },
        "92 % of this RSS is page cache of model.gguf, and 100 % of it (92 MiB) are mapped by other processes too",
        "anonymous",
    ),
    (
        |f, d| {
            d.file_alone = Some(60 * MIB);
            d.anonymous = 40 * MIB;
            f.first_file = Some(("a".into(), 40 * MIB));
        },
        "60 % of this RSS is page cache of files, most of it of a: pages that stand in the file as well. The kernel can",
        "other processes",
    ),
    (
        |f, d| {
            d.file_alone = Some(60 * MIB);
            f.locked = Some(MIB);
        },
        "What is not locked of it",
        "other processes",
    ),
    (
        |_, d| {
            d.file_either = 60 * MIB;
            d.file_shared = None;
            d.file_alone = None;
        },
        "is not known here",
        "stand in the file",
    ),
    (
        |_, d| {
            d.anonymous = 999_999;
            d.other = Some(1);
        },
        "99 % of this RSS",
        "100 %",
    ),
    (
        |_, d| d.anonymous = 2 * MIB,
        "100 % of this RSS (2 MiB) is anonymous memory",
        "cache",
    ),
    (
        |f, d| {
            d.anonymous = 100 * MIB;
            f.heap = Some(30 * MIB);
        },
        "30 MiB of RSS is [heap]",
        "cache",
    ),
    (
        |f, d| {
            d.anonymous = 100 * MIB;
            f.heap = Some(20 * MIB);
        },
        "anonymous",
        "[heap]",
    ),
    (
        |_, d| {
            d.anonymous = 90 * MIB;
            d.lazy_free = Some(10 * MIB);
        },
        "10 MiB is marked free (MADV_FREE)",
        "heap",
    ),
    (
        |_, d| {
            d.anonymous = 99 * MIB;
            d.lazy_free = None;
        },
        "anonymous",
        "MADV_FREE",
    ),
    (
        |_, d| {
            d.anonymous = 80 * MIB;
            d.shared_memory = 20 * MIB;
        },
        "20 MiB is shared memory",
        "cache",
    ),
    (
        |f, d| {
            d.anonymous = 80 * MIB;
            f.anonymous_shared = Some(40 * MIB);
        },
        "40 MiB of its anonymous memory is shared, since a fork, with its parent or a child",
        "cache",
    ),
    (
        |f, _| f.family = Some((11, 2575 * MIB, 257 * MIB)),
        "The 11 processes of this tree have 2575 MiB of RSS together, but 257 MiB of PSS",
        "stands out",
    ),
    (
        |f, _| f.family = Some((2, 100 * MIB, 90 * MIB)),
        "stands out",
        "tree",
    ),
    (
        |f, d| {
            d.anonymous = 20 * MIB;
            f.copied = Some(5 * MIB);
        },
        "5 MiB are private copies of pages of files",
        "cache",
    ),
    (
        |f, _| f.dirty_file = Some(2 * MIB),
        "2 MiB of files that it maps as shared is dirty",
        "%",
    ),
    (
        |f, _| f.deleted = Some(2 * MIB),
        "2 MiB of RSS is of files that have been deleted",
        "%",
    ),
    (
        |f, d| {
            d.anonymous = 20 * MIB;
            f.anonymous_huge = Some(4 * MIB);
        },
        "4 MiB of its anonymous memory is in huge pages",
        "cache",
    ),
    (
        |f, _| f.hugetlb = Some(2 * MIB),
        "2 MiB are huge pages set aside",
        "%",
    ),
    (
        |f, d| {
            d.anonymous = 655 * MIB;
            f.size = Some(64 * GIB);
            f.forbidden = Some(40 * GIB);
        },
        "64 GiB are mapped, and 655 MiB are resident: addresses are a promise, and only touched pages cost memory. 40 GiB \
         of it permits no access",
        "swapped",
    ),
    (
        |f, d| {
            d.anonymous = 64 * MIB;
            f.page_tables = Some(8 * MIB);
        },
        "Its page tables take 8 MiB",
        "swapped",
    ),
    (
        |_, d| (d.anonymous, d.lazy_free) = (99 * MIB, None),
        "swap them out, but for those marked free, which are not known here.",
        "MADV_FREE",
    ),
    (|f, _| f.swap = Some(4096), "4 KiB are swapped out", "%"),
    (
        |f, _| (f.vmas, f.most_vmas) = (Some(60_000), Some(65_530)),
        "It has 60000 VMAs of the 65530",
        "%",
    ),
    (
        |f, _| f.faults = Faults { minor: 9, major: 1 },
        "has met 1 page that was not in memory (major fault), and waited for it",
        "9",
    ),
    (
        |f, _| f.faults = Faults { minor: 0, major: 3 },
        "3 pages that were not in memory (major faults), and waited for each",
        "stands out",
    ),
];

#[test]
fn each_rule_speaks_where_it_should_and_is_silent_elsewhere() {
    for (row, (change, says, silent)) in TABLE.into_iter().enumerate() {
        let said = said(&facts(change));
        assert!(
            said.contains(says),
            "row {row} does not say {says:?}:\n{said}"
        );
        assert!(!said.contains(silent), "row {row} says {silent:?}:\n{said}");
    }
}

#[test]
fn every_rule_is_in_the_table_of_tests() {
    for (index, (says, _)) in RULES.iter().enumerate().skip(2) {
        let spoken = TABLE
            .iter()
            .any(|(change, ..)| says(&facts(*change)).is_some());
        assert!(spoken, "no row makes rule {index} speak");
    }
}

#[test]
fn what_is_not_known_is_not_spoken_of() {
    let words = words(&Facts::default());
    assert_eq!(words.len(), 1);
    assert_eq!(words[0].text, NOTHING);
}

#[test]
fn kernel_threads_and_refusals_have_their_own_words() {
    let kernel = Facts {
        is_kernel: true,
        ..Facts::default()
    };
    assert!(said(&kernel).contains("thread of the kernel"));
    let refused = Facts {
        refused: Some("the kernel does not let this user".into()),
        ..Facts::default()
    };
    assert!(said(&refused).contains("not known here: the kernel does not let this user."));
}

/// A step may be moved or renamed; the sentence must follow it.
#[test]
fn every_proof_is_a_step_of_a_lesson() {
    let catalogue = Catalogue::built_in();
    let proofs = RULES.iter().filter_map(|(_, proof)| *proof);
    let last = major_faults(&facts(|f, _| f.faults.major = 1)).and_then(|word| word.proof);
    for proof in proofs.chain(last) {
        let lesson = catalogue.find(proof.lesson).unwrap().lesson().unwrap();
        let title = lesson
            .steps
            .get(proof.step - 1)
            .map(|step| step.title.as_str());
        assert_eq!(title, Some(proof.title), "{proof}");
    }
}

#[test]
fn a_share_is_rounded_but_never_to_nothing_or_all() {
    let table = [
        (0, 10, 0),
        (1, 1000, 1),
        (999, 1000, 99),
        (1, 2, 50),
        (10, 10, 100),
        (5, 0, 0),
    ];
    for (part, whole, shown) in table {
        assert_eq!(percent(part, whole), shown, "{part} of {whole}");
    }
}
