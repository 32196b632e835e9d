//! Tables: from what was played to what is said of a claim.

use super::*;
use crate::claims::{Correction, Section};
use crate::mem::PageSize;
use crate::observe::Offers;
use crate::session::{Expected, Machine};

/// A step that names H1, with rules that hold (`+`), fail (`-`) or are unknown (`?`).
fn step(rules: &str) -> StepTranscript {
    let expected = rules.chars().map(|rule| Expected {
        expression: "x == 1".into(),
        measured: "x = 2".into(),
        verdict: match rule {
            '+' => Verdict::Holds,
            '-' => Verdict::Fails,
            _ => Verdict::Unknown("within noise".into()),
        },
    });
    StepTranscript {
        title: "A step".into(),
        claims: vec!["H1".into()],
        expectations: expected.collect(),
        ..StepTranscript::default()
    }
}

fn skipped(why: &str) -> StepTranscript {
    StepTranscript {
        skipped: Some(why.into()),
        ..step("")
    }
}

fn broken(rules: &str) -> StepTranscript {
    StepTranscript {
        broken: Some("the lab died".into()),
        ..step(rules)
    }
}

fn other(rules: &str) -> StepTranscript {
    StepTranscript {
        claims: vec!["H2".into()],
        ..step(rules)
    }
}

fn lesson(steps: Vec<StepTranscript>) -> Transcript {
    Transcript {
        lesson: "01-a".into(),
        title: "A".into(),
        machine: Machine {
            kernel: "6.18".into(),
            page_size: PageSize::new(4096).unwrap(),
            privileged: false,
            file_system: "ext4".into(),
            scratch: "/".into(),
            offers: Offers::all(),
        },
        steps,
    }
}

fn claim(correction: Option<Correction>) -> Claim {
    Claim {
        id: "H1".into(),
        section: Section::HowItWorks,
        text: "mmap loads nothing".into(),
        correction,
    }
}

fn correction() -> Correction {
    Correction {
        article: "It loads.".into(),
        truth: "It does not.".into(),
    }
}

#[test]
fn the_status_of_a_claim_follows_from_its_steps() {
    let table = [
        (
            vec![],
            "not-shown",
            Some("no step of these lessons names it"),
        ),
        (
            vec![other("+")],
            "not-shown",
            Some("no step of these lessons names it"),
        ),
        (vec![step("+")], "proven", None),
        (vec![step("++"), other("-"), step("+")], "proven", None),
        (
            vec![step("+-")],
            "failed",
            Some("01-a, step 1: `x == 1` does not hold (x = 2)"),
        ),
        (
            vec![step("+"), broken("+")],
            "failed",
            Some("01-a, step 2: stopped early: the lab died"),
        ),
        (
            vec![step("-"), step("?"), skipped("no")],
            "failed",
            Some("01-a, step 1: `x == 1` does not hold (x = 2)"),
        ),
        (
            vec![step("+?")],
            "inconclusive",
            Some("01-a, step 1: `x == 1`: within noise"),
        ),
        (
            vec![step("?"), step("?")],
            "inconclusive",
            Some("01-a, step 1: `x == 1`: within noise"),
        ),
        (
            vec![step("")],
            "inconclusive",
            Some("01-a, step 1: it expects nothing"),
        ),
        (
            vec![skipped("needs a disk")],
            "not-shown",
            Some("01-a, step 1: needs a disk"),
        ),
        (
            vec![skipped("needs a disk"), skipped("needs frames")],
            "not-shown",
            Some("01-a, step 1: needs a disk; 01-a, step 2: needs frames"),
        ),
        (
            vec![step("+"), skipped("needs a disk")],
            "inconclusive",
            Some("shown in part: 01-a, step 2: needs a disk"),
        ),
    ];
    for (steps, word, reason) in table {
        let lessons = [lesson(steps)];
        let entry = entry(&claim(None), &lessons);
        assert_eq!(entry.status.word(), word, "{:?}", lessons[0].steps);
        assert_eq!(entry.status.reason(), reason, "{:?}", lessons[0].steps);
        let corrected = super::entry(&claim(Some(correction())), &lessons);
        let expected = if word == "proven" { "corrected" } else { word };
        assert_eq!(corrected.status.word(), expected);
    }
}

/// A verification of the claim alone.
fn verified(steps: Vec<StepTranscript>, correction: Option<Correction>) -> Verification {
    let lessons = vec![lesson(steps)];
    Verification {
        kernel: "6.18".into(),
        entries: vec![entry(&claim(correction), &lessons)],
        lessons,
    }
}

#[test]
fn text_shows_what_the_article_says_and_what_is_so() {
    let verification = verified(vec![step("+")], Some(correction()));
    assert_eq!(
        text::verification(&verification),
        "Linux 6.18\n\nhow it works\n  corrected      H1  mmap loads nothing\n                     the article: It loads.\n                     what is so:  It does not.\n                     01-a, step 1: A step\n\n0 proven, 1 corrected, 0 inconclusive, 0 not shown\n"
    );
}

#[test]
fn a_failure_beside_the_claims_is_not_hidden() {
    let loose = StepTranscript {
        claims: Vec::new(),
        ..step("-")
    };
    let verification = verified(vec![step("+"), loose], None);
    assert!(!verification.ok());
    assert_eq!(verification.count("proven"), 1);
    let text = text::verification(&verification);
    assert!(
        text.contains("beside the claims\n  FAILED         01-a, step 2: A step\n"),
        "{text}"
    );
}

#[test]
fn json_keeps_its_names() {
    let verification = verified(vec![step("?")], Some(correction()));
    let mut object = json::verification(&verification);
    let lessons = object["lessons"].take();
    assert_eq!(lessons[0]["lesson"], "01-a");
    assert_eq!(
        object,
        serde_json::json!({
            "kernel": "6.18",
            "ok": true,
            "claims": [{
                "id": "H1",
                "section": "how it works",
                "claim": "mmap loads nothing",
                "article": "It loads.",
                "truth": "It does not.",
                "status": "inconclusive",
                "reason": "01-a, step 1: `x == 1`: within noise",
                "steps": [{ "lesson": "01-a", "step": 1, "title": "A step" }],
            }],
            "lessons": null,
        })
    );
}
