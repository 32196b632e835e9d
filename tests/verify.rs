//! `verify` from outside: every lesson played, every claim judged, in time and in little memory.

#![expect(clippy::unwrap_used, reason = "a test: a failure is a panic")]

#[path = "support/directory.rs"]
mod directory;
#[path = "support/tutor.rs"]
mod support;

use serde_json::Value;
use std::collections::BTreeSet;

/// What one process may hold at most, in bytes.
const MEMORY: i64 = 2 << 30;

/// The most memory that one of the processes started here, or by them, has held.
fn most_memory() -> i64 {
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN);
    usage.unwrap().max_rss() * 1024
}

fn names(object: &Value) -> BTreeSet<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn every_claim_is_judged_and_no_expectation_fails() {
    let home = directory::fresh_directory();
    let ran = support::run(support::tutor(home.path()).args(["verify", "--json"]));
    assert_eq!(ran.status.code(), Some(0), "{}", ran.text());
    assert!(
        ran.stderr.is_empty(),
        "progress is for terminals: {}",
        ran.text()
    );
    assert!(most_memory() < MEMORY, "{} bytes", most_memory());

    let verified: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(
        names(&verified),
        ["claims", "kernel", "lessons", "ok"].into()
    );
    assert_eq!(verified["ok"], true);
    let claims = verified["claims"].as_array().unwrap();
    assert_eq!(claims.len(), 44);
    let known = ["proven", "corrected", "inconclusive", "not-shown"];
    for claim in claims {
        let status = claim["status"].as_str().unwrap();
        assert!(known.contains(&status), "{claim}");
        // Whatever is less than shown says why.
        let shown = ["proven", "corrected"].contains(&status);
        assert_eq!(claim["reason"].is_null(), shown, "{claim}");
        assert_eq!(
            claim["truth"].is_null(),
            claim["article"].is_null(),
            "{claim}"
        );
    }

    let lessons = verified["lessons"].as_array().unwrap();
    let id = lessons[0]["lesson"].as_str().unwrap();
    let ran = support::run(support::tutor(home.path()).args(["run", id, "--json"]));
    let alone: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(names(&lessons[0]), names(&alone));
    assert_eq!(names(&lessons[0]["steps"][0]), names(&alone["steps"][0]));
}
