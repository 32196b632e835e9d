//! The ledger against the lessons: every claim is shown by a step, and no step shows what is not claimed.

use super::Ledger;
use crate::lesson::{Catalogue, check};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Claims whose lessons are not written yet. A claim that gets a step is taken off; the list ends empty.
const AWAITED: &[&str] = &[
    "H2", "H5", "F2", "F4", "F5", "F6", "F7", "A1", "A2", "A3", "S1", "S2", "S3", "M1", "M2", "M3",
    "G1", "G6", "G2", "G3", "G4", "G5", "B1", "B2", "B3", "B4", "B5", "B6", "U1", "U2", "U3", "N1",
    "N2", "N3", "N4", "N5", "N6",
];

#[test]
fn every_claim_has_a_step_and_no_step_names_an_unknown_claim() {
    let ledger = Ledger::built_in();
    let catalogue = Catalogue::built_in();
    let mut shown = BTreeSet::new();
    let mut wrong = String::new();
    for lesson in catalogue.lessons() {
        let listed = lesson.front.claims.iter();
        let named = lesson.steps.iter().flat_map(|step| &step.options.claims);
        for id in listed.chain(named.clone()) {
            if ledger.claim(id).is_none() {
                let _ = writeln!(wrong, "lessons/{}.md names `{id}`: unknown", lesson.id);
            }
        }
        shown.extend(named.cloned());
    }
    for claim in ledger.claims() {
        let awaited = AWAITED.contains(&claim.id.as_str());
        match (shown.contains(&claim.id), awaited) {
            (true, false) | (false, true) => {}
            (true, true) => {
                let _ = writeln!(wrong, "`{}` has a step now: take it off AWAITED", claim.id);
            }
            (false, false) => {
                let listing = catalogue
                    .lessons()
                    .iter()
                    .filter(|lesson| lesson.front.claims.contains(&claim.id))
                    .map(|lesson| lesson.id.as_str())
                    .collect::<Vec<_>>()
                    .join(", ");
                let _ = writeln!(
                    wrong,
                    "`{}` has no step: {} (listed by: {listing})",
                    claim.id, claim.text
                );
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_claims_of_every_lesson_pass_its_check() {
    for lesson in Catalogue::built_in().lessons() {
        let told: Vec<String> = check(&lesson)
            .iter()
            .filter(|mistake| mistake.message.contains("claim"))
            .map(|mistake| mistake.line(&lesson.file, &lesson.source))
            .collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
    }
}
