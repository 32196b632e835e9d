//! The ledger against the lessons: every claim is shown by a step, and no step shows what is not claimed.

use super::Ledger;
use crate::lesson::{Catalogue, check};
use std::collections::BTreeSet;
use std::fmt::Write as _;

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
        if !shown.contains(&claim.id) {
            let _ = writeln!(wrong, "`{}` has no step: {}", claim.id, claim.text);
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
