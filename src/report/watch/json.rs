//! A look at a process as one JSON object. The names here are stable: programs read them.
//!
//! Sizes are bytes. What could not be read is null, and the object `reasons` says why, by the path of the null;
//! nothing unknown is ever 0. VMAs are written one by one, as there may be very many.

use super::sums;
use crate::lesson::visible::is_hidden;
use crate::mem::Field;
use crate::mem::Reading;
use crate::observe::portrait::area::{Area, Areas};
use crate::observe::portrait::kin::Kin;
use crate::watch::{Order, Seen, Word};
use anyhow::{Context, Result};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// The text that `watch --once --json` prints.
pub fn seen(seen: &Seen, order: Order, top: Option<usize>) -> Result<String> {
    let text =
        serde_json::to_string_pretty(&Object { seen, order, top }).context("cannot write JSON")?;
    Ok(escaped(&text))
}

/// The same JSON with every character written as a number that a terminal might obey or hide. JSON itself asks for that
/// below U+0020 only. Outside of strings there are none but newlines.
fn escaped(text: &str) -> String {
    let hidden = |c: char| is_hidden(c) && c != '\n';
    if !text.contains(hidden) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        if hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

struct Object<'a> {
    seen: &'a Seen,
    order: Order,
    top: Option<usize>,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let seen = self.seen;
        let portrait = &seen.portrait;
        let mut reasons = Map::new();
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("pid", &portrait.pid.0)?;
        map.serialize_entry("command", &portrait.command.whole())?;
        map.serialize_entry("arguments", &portrait.command.arguments)?;
        map.serialize_entry("name", &portrait.command.name)?;
        map.serialize_entry("state", &portrait.state)?;
        map.serialize_entry("threads", &portrait.threads)?;
        map.serialize_entry("kernel_thread", &portrait.is_kernel)?;
        map.serialize_entry(
            "faults",
            &json!({ "minor": portrait.faults.minor, "major": portrait.faults.major }),
        )?;
        match &portrait.areas {
            Reading::Known(areas) => {
                let list = self.order.list(areas, self.top);
                note_fields(areas, &mut reasons);
                map.serialize_entry("vmas", &Rows { areas, list })?;
                map.serialize_entry("vmas_in_all", &areas.list().len())?;
            }
            Reading::Unknown(why) => {
                for name in ["vmas", "vmas_in_all"] {
                    reasons.insert(name.to_owned(), json!(why));
                    map.serialize_entry(name, &Value::Null)?;
                }
            }
        }
        if let Some(cut) = &portrait.cut {
            reasons.insert("vmas".to_owned(), json!(cut));
            reasons.insert("totals".to_owned(), json!(cut));
        }
        map.serialize_entry("totals", &totals(seen, &mut reasons))?;
        map.serialize_entry("children", &children(&portrait.kin, &mut reasons))?;
        map.serialize_entry("tree", &tree(seen, &mut reasons))?;
        map.serialize_entry("words", &seen.words.iter().map(word).collect::<Vec<_>>())?;
        map.serialize_entry("reasons", &reasons)?;
        map.end()
    }
}

/// Why numbers of single VMAs are null, key by key.
fn note_fields(areas: &Areas, reasons: &mut Map<String, Value>) {
    for field in Field::all() {
        if let Err(why) = areas.sum(field) {
            reasons.insert(format!("vmas.{}", field.name()), json!(why));
        }
    }
    if !areas.strangers().is_empty() {
        let why = format!(
            "smaps of this kernel has keys that this program does not know: {}",
            areas.strangers().join(", ")
        );
        reasons.insert("vmas.*".to_owned(), json!(why));
    }
}

struct Rows<'a> {
    areas: &'a Areas,
    list: Vec<&'a Area>,
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(self.list.len()))?;
        for area in &self.list {
            list.serialize_element(&Row {
                areas: self.areas,
                area,
            })?;
        }
        list.end()
    }
}

struct Row<'a> {
    areas: &'a Areas,
    area: &'a Area,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let Self { areas, area } = self;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("start", &area.range().start.0)?;
        map.serialize_entry("end", &area.range().end.0)?;
        map.serialize_entry("perms", &area.perms().to_string())?;
        map.serialize_entry("path", &areas.backing(area).to_string())?;
        map.serialize_entry("offset", &area.offset())?;
        for field in Field::all() {
            map.serialize_entry(field.name(), &area.sizes.get(field))?;
        }
        map.serialize_entry("flags", areas.flags(area))?;
        map.end()
    }
}

/// The value, or null and its reason.
fn known(path: &str, value: Option<u64>, why: &str, reasons: &mut Map<String, Value>) -> Value {
    if value.is_none() {
        reasons.insert(path.to_owned(), json!(why));
    }
    json!(value)
}

/// Why a thread of the kernel lacks a number.
const KERNEL: &str = "threads of the kernel have none";

fn totals(seen: &Seen, reasons: &mut Map<String, Value>) -> Value {
    let mut totals = Map::new();
    let portrait = &seen.portrait;
    for field in Field::all().filter(|field| field.adds_up()) {
        let sum = sums::total(portrait, field);
        let path = format!("totals.{}", field.name());
        let why = sum.as_ref().err().cloned().unwrap_or_default();
        totals.insert(
            field.name().to_owned(),
            known(&path, sum.ok(), &why, reasons),
        );
    }
    let status = portrait.status.known().copied().unwrap_or_default();
    let why = portrait.status.reason().unwrap_or(if portrait.is_kernel {
        KERNEL
    } else {
        "status says nothing of it"
    });
    let more = [
        ("page_tables", status.page_tables),
        ("hugetlb", status.hugetlb),
        ("peak_rss", status.peak),
    ];
    for (name, bytes) in more {
        let value = known(&format!("totals.{name}"), bytes, why, reasons);
        totals.insert(name.to_owned(), value);
    }
    totals.insert("where_rss_goes".to_owned(), division(seen, reasons));
    Value::Object(totals)
}

fn division(seen: &Seen, reasons: &mut Map<String, Value>) -> Value {
    let Some(division) = seen.facts.division else {
        let why = if seen.portrait.is_kernel {
            KERNEL
        } else {
            "neither smaps nor status gives the numbers"
        };
        reasons.insert("totals.where_rss_goes".to_owned(), json!(why));
        return Value::Null;
    };
    let mut part = |name: &str, value| {
        let why =
            "smaps cannot be read, and status does not split so finely, or smaps does not say";
        known(
            &format!("totals.where_rss_goes.{name}"),
            value,
            why,
            reasons,
        )
    };
    json!({
        "rss": division.rss,
        "anonymous": division.anonymous,
        "lazy_free": part("lazy_free", division.lazy_free),
        "file_shared": part("file_shared", division.file_shared),
        "file_alone": part("file_alone", division.file_alone),
        "file_either": division.file_either,
        "shared_memory": division.shared_memory,
        "other": part("other", division.other),
    })
}

fn children(kin: &[Kin], reasons: &mut Map<String, Value>) -> Value {
    let list = kin.iter().enumerate().map(|(index, kin)| {
        let mut size = |name: &str, reading: &Reading<u64>| {
            let why = reading.reason().unwrap_or_default();
            known(
                &format!("children[{index}].{name}"),
                reading.known().copied(),
                why,
                reasons,
            )
        };
        json!({
            "pid": kin.pid.0,
            "parent": kin.parent.0,
            "depth": kin.depth,
            "command": kin.command.whole(),
            "ended": kin.command.ended,
            "rss": size("rss", &kin.rss),
            "pss": size("pss", &kin.pss),
            "swap": size("swap", &kin.swap),
        })
    });
    list.collect()
}

/// The process and its descendants together.
fn tree(seen: &Seen, reasons: &mut Map<String, Value>) -> Value {
    let tree = sums::tree(&seen.portrait);
    let why = "not all processes of the tree can be read";
    let rss = known("tree.rss", tree.rss, why, reasons);
    let pss = known("tree.pss", tree.pss, why, reasons);
    json!({ "processes": tree.processes, "rss": rss, "pss": pss })
}

fn word(word: &Word) -> Value {
    json!({
        "text": word.text,
        "lesson": word.proof.map(|proof| proof.lesson),
        "step": word.proof.map(|proof| proof.step),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_as_a_number_and_means_the_same() {
        let name = "a\u{9b}31m\u{1b}[2J\u{202e}\u{7f}\u{e0041}é";
        let written = escaped(&serde_json::to_string_pretty(&json!({ "name": name })).unwrap());
        assert!(
            !written.contains(|c: char| is_hidden(c) && c != '\n'),
            "{written:?}"
        );
        let read: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read["name"], name);
    }
}
