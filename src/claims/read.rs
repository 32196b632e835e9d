//! `claims.toml` read into rows; every mistake in it is told, not only the first.

use super::{Claim, Correction, Ledger, Section};
use serde::Deserialize;

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    #[serde(default, rename = "claim")]
    claims: Vec<Row>,
}

/// One `[[claim]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    section: Section,
    claim: String,
    article: Option<String>,
    truth: Option<String>,
}

/// Reads a ledger, or says all that is wrong with it.
pub(super) fn ledger(text: &str) -> Result<Ledger, Vec<String>> {
    let sheet: Sheet = toml::from_str(text).map_err(|error| vec![error.to_string()])?;
    let mut mistakes = Vec::new();
    let mut claims: Vec<Claim> = Vec::new();
    for row in sheet.claims {
        mistakes.extend(wrong(&row, &claims));
        claims.push(claim(row));
    }
    if mistakes.is_empty() {
        Ok(Ledger { claims })
    } else {
        Err(mistakes)
    }
}

/// What is wrong with a row that stands after `before`.
fn wrong(row: &Row, before: &[Claim]) -> Vec<String> {
    let id = &row.id;
    let mut mistakes = Vec::new();
    let mut mistake = |what: &str| mistakes.push(format!("claim `{id}`: {what}"));
    if !is_id(id) {
        mistake("an id is a capital letter and a number: `H1`");
    }
    if before.iter().any(|claim| claim.id == *id) {
        mistake("is there twice");
    }
    if before.last().is_some_and(|last| last.section > row.section) {
        mistake("stands after a later section of the article");
    }
    if row.article.is_some() != row.truth.is_some() {
        mistake("`article` and `truth` go together");
    }
    let texts = [Some(&row.claim), row.article.as_ref(), row.truth.as_ref()];
    if texts
        .into_iter()
        .flatten()
        .any(|text| text.trim().is_empty())
    {
        mistake("says nothing");
    }
    mistakes
}

/// Whether a word is a capital letter and a number without leading zeros.
fn is_id(word: &str) -> bool {
    let Some((letter, number)) = word.split_at_checked(1) else {
        return false;
    };
    letter.bytes().all(|byte| byte.is_ascii_uppercase())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !number.starts_with('0')
        && !number.is_empty()
}

fn claim(row: Row) -> Claim {
    Claim {
        id: row.id,
        section: row.section,
        text: row.claim,
        correction: row
            .article
            .zip(row.truth)
            .map(|(article, truth)| Correction { article, truth }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::BUILT_IN;

    #[test]
    fn the_built_in_ledger_is_sound() {
        let ledger = ledger(BUILT_IN).unwrap();
        assert_eq!(ledger.claims().len(), 44);
        let corrected: Vec<&str> = ledger
            .claims()
            .iter()
            .filter(|claim| claim.correction.is_some())
            .map(|claim| claim.id.as_str())
            .collect();
        assert_eq!(corrected, ["H1", "H3", "H4", "A2", "M2", "M3", "U1", "N3"]);
    }

    #[test]
    fn every_section_is_named_as_its_heading() {
        for claim in Ledger::built_in().claims() {
            let quoted = toml::Value::String(claim.section.name().to_owned());
            assert_eq!(quoted.try_into::<Section>(), Ok(claim.section));
        }
    }

    #[test]
    fn mistakes_are_told_all_at_once() {
        let row = |id: &str, section: &str, rest: &str| {
            format!("[[claim]]\nid = \"{id}\"\nsection = \"{section}\"\n{rest}\n")
        };
        let table = [
            (row("H1", "how it works", "claim = \"x\""), ""),
            (
                row("h1", "notes", "claim = \"x\""),
                "claim `h1`: an id is a capital letter and a number: `H1`",
            ),
            (
                row("H01", "notes", "claim = \" \""),
                "claim `H01`: an id is a capital letter and a number: `H1`\nclaim `H01`: says nothing",
            ),
            (
                row("N1", "notes", "claim = \"x\"") + &row("N1", "notes", "claim = \"y\""),
                "claim `N1`: is there twice",
            ),
            (
                row("N1", "notes", "claim = \"x\"") + &row("H1", "how it works", "claim = \"y\""),
                "claim `H1`: stands after a later section of the article",
            ),
            (
                row("N1", "notes", "claim = \"x\"\ntruth = \"y\""),
                "claim `N1`: `article` and `truth` go together",
            ),
        ];
        for (text, told) in table {
            let mistakes = ledger(&text).err().unwrap_or_default();
            assert_eq!(mistakes.join("\n"), told, "{text}");
        }
        for broken in [
            row("N1", "the notes", "claim = \"x\""),
            row("N1", "notes", "claim = \"x\"\nwhy = \"y\""),
            row("N1", "notes", ""),
        ] {
            assert!(ledger(&broken).is_err(), "{broken}");
        }
    }
}
