//! A verification as one JSON object. The names here are stable: programs read them.

use super::{Entry, Verification};
use crate::report::json::transcript;
use serde_json::{Value, json};

/// The object that `verify --json` prints.
pub fn verification(verification: &Verification) -> Value {
    json!({
        "kernel": verification.kernel,
        "ok": verification.ok(),
        "claims": verification.entries.iter().map(entry).collect::<Vec<_>>(),
        "lessons": verification.lessons.iter().map(transcript).collect::<Vec<_>>(),
    })
}

fn entry(entry: &Entry) -> Value {
    let correction = entry.claim.correction.as_ref();
    let steps = entry.steps.iter().map(
        |exhibit| json!({ "lesson": exhibit.lesson, "step": exhibit.step, "title": exhibit.title }),
    );
    json!({
        "id": entry.claim.id,
        "section": entry.claim.section.name(),
        "claim": entry.claim.text,
        "article": correction.map(|correction| &correction.article),
        "truth": correction.map(|correction| &correction.truth),
        "status": entry.status.word(),
        "reason": entry.status.reason(),
        "steps": steps.collect::<Vec<_>>(),
    })
}
