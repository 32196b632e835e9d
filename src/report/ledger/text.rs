//! A verification as text: the ledger, section by section, and one line that counts.

use super::{Entry, Status, Verification};
use crate::claims::Section;
use std::fmt::Write as _;

/// Where the second line of an entry begins.
const MARGIN: &str = "                     ";

/// The whole ledger.
pub fn verification(verification: &Verification) -> String {
    let mut out = format!("Linux {}\n", verification.kernel);
    let mut section: Option<Section> = None;
    for entry in &verification.entries {
        if section.replace(entry.claim.section) != Some(entry.claim.section) {
            let _ = writeln!(out, "\n{}", entry.claim.section);
        }
        out.push_str(&entry_text(entry));
    }
    out.push_str(&unclaimed(verification));
    out.push_str(&summary(verification));
    out
}

fn entry_text(entry: &Entry) -> String {
    let claim = &entry.claim;
    let mut out = format!(
        "  {:14} {:3} {}\n",
        word(&entry.status),
        claim.id,
        claim.text
    );
    if let (Status::Corrected, Some(correction)) = (&entry.status, &claim.correction) {
        let _ = writeln!(out, "{MARGIN}the article: {}", correction.article);
        let _ = writeln!(out, "{MARGIN}what is so:  {}", correction.truth);
    }
    if let Some(why) = entry.status.reason() {
        let _ = writeln!(out, "{MARGIN}{why}");
    }
    if matches!(entry.status, Status::Proven | Status::Corrected) {
        for exhibit in &entry.steps {
            let _ = writeln!(out, "{MARGIN}{exhibit}");
        }
    }
    out
}

fn word(status: &Status) -> &'static str {
    match status {
        Status::NotShown(_) => "not shown",
        Status::Failed(_) => "FAILED",
        status => status.word(),
    }
}

/// Lessons that failed in a step on which no claim hangs: the ledger alone would hide them.
fn unclaimed(verification: &Verification) -> String {
    let failed = verification.lessons.iter().flat_map(|lesson| {
        let steps = lesson.steps.iter().enumerate();
        steps
            .filter(|(_, step)| step.claims.is_empty() && !step.ok())
            .map(|(index, step)| {
                format!(
                    "  FAILED         {}, step {}: {}\n",
                    lesson.lesson,
                    index + 1,
                    step.title
                )
            })
    });
    let failed: String = failed.collect();
    if failed.is_empty() {
        failed
    } else {
        format!("\nbeside the claims\n{failed}")
    }
}

/// The last line.
fn summary(verification: &Verification) -> String {
    let count = |word| verification.count(word);
    let mut out = format!(
        "\n{} proven, {} corrected, {} inconclusive, {} not shown",
        count("proven"),
        count("corrected"),
        count("inconclusive"),
        count("not-shown"),
    );
    if count("failed") > 0 {
        let _ = write!(out, ", {} FAILED", count("failed"));
    }
    out.push('\n');
    out
}
