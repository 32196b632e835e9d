//! The mapping that a page lies in: its line of maps and its block of smaps, every field in plain words.
//!
//! Read proc(5), and `Documentation/filesystems/proc.rst` for smaps.

use super::Sheet;
use crate::mem::{Bytes, Field, Perms, Pid, Reading, Vma, flag_words};
use crate::observe::{Mapping, Snapshot};
use crate::view::text::pad;

/// Columns of a number of smaps.
const NUMBER: usize = 8;

/// The line of maps, field by field.
pub(in crate::view) fn maps(sheet: &mut Sheet, pid: Pid, vma: &Vma) {
    sheet.head("The mapping", &format!("/proc/{pid}/maps, its line"));
    let length = Bytes(vma.range.length()).to_string();
    sheet.row(
        "address",
        &vma.range.to_string(),
        &format!("first byte, and one past the last: {length}"),
    );
    sheet.row("perms", &vma.perms.to_string(), &permits(vma.perms));
    let meaning = if vma.backing.is_file() {
        "where in the file it begins, in bytes"
    } else {
        "no file: nothing to count from"
    };
    sheet.row("offset", &format!("{:08x}", vma.offset), meaning);
    let (major, minor) = vma.device;
    let meaning = if vma.inode == 0 {
        "no device"
    } else {
        "the device of the file"
    };
    sheet.row("dev", &format!("{major:02x}:{minor:02x}"), meaning);
    let meaning = if vma.inode == 0 {
        "no file"
    } else {
        "the file's number on it"
    };
    sheet.row("inode", &vma.inode.to_string(), meaning);
    let backing = vma.backing.to_string();
    if backing.is_empty() {
        sheet.row("pathname", "(empty)", "anonymous memory");
    } else {
        sheet.row("pathname", &backing, "what stands behind it");
    }
}

fn permits(perms: Perms) -> String {
    let may = [
        (perms.read, "read"),
        (perms.write, "write"),
        (perms.execute, "execute"),
    ];
    let may: Vec<&str> = may
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, word)| *word)
        .collect();
    let may = if may.is_empty() {
        "no access at all".to_owned()
    } else {
        format!("may {}", may.join(" and "))
    };
    let sharing = if perms.shared {
        "s: writes are seen by all who map it"
    } else {
        "p: private, writes are seen here alone"
    };
    format!("{may}; {sharing}")
}

/// The block of smaps, field by field, in its own order.
pub(super) fn smaps(sheet: &mut Sheet, snapshot: &Snapshot, mapping: &Mapping) {
    sheet.head(
        "Its memory",
        &format!("/proc/{}/smaps, its block", snapshot.pid),
    );
    match &mapping.usage {
        Reading::Known(usage) => {
            numbers(sheet, |field| usage.read(field));
            for line in &usage.strangers {
                let (key, value) = line.split_once(':').unwrap_or((line, ""));
                sheet.row(key, value.trim(), "a field younger than this program");
            }
        }
        Reading::Unknown(why) => sheet.row("?", why, ""),
    }
    flags(sheet, mapping.flags.iter().map(String::as_str));
}

/// The letters of `VmFlags`, with what they mean.
pub(in crate::view) fn flags<'a>(sheet: &mut Sheet, flags: impl Iterator<Item = &'a str>) {
    for (index, flag) in flags.enumerate() {
        let name = if index == 0 { "VmFlags" } else { "" };
        let meaning = flag_words(flag).unwrap_or("a flag younger than this program");
        sheet.row(name, flag, meaning);
    }
}

/// What a Pss of 0 means where pages are resident.
const SHARED_BY_MANY: &str = "the same, each page divided by how often it is mapped: less than 1 KiB, which smaps shows as 0";

/// Whether pages are resident, and so many share them that nothing is left of them in whole KiB.
fn is_rounded(read: impl Fn(Field) -> Reading<u64>) -> bool {
    let is = |field, test: fn(u64) -> bool| read(field).known().is_some_and(|&bytes| test(bytes));
    is(Field::Pss, |bytes| bytes == 0) && is(Field::Rss, |bytes| bytes > 0)
}

/// Every number of the block, with what it means.
pub(in crate::view) fn numbers(sheet: &mut Sheet, read: impl Fn(Field) -> Reading<u64>) {
    for field in Field::all() {
        let value = match read(field) {
            Reading::Known(bytes) if field.is_size() => Bytes(bytes).to_string(),
            Reading::Known(number) => number.to_string(),
            // A key that only some processors have.
            Reading::Unknown(_) if field == Field::ProtectionKey => continue,
            Reading::Unknown(_) => "? not in smaps here".to_owned(),
        };
        let words = match field {
            Field::Pss if is_rounded(&read) => SHARED_BY_MANY,
            field => field.words(),
        };
        sheet.row(field.label(), &pad(&value, NUMBER), words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pss_of_nothing_is_rounded_where_pages_are_resident() {
        let table = [(0, 4096, true), (0, 0, false), (1024, 4096, false)];
        for (pss, rss, rounded) in table {
            let read = |field| match field {
                Field::Pss => Reading::Known(pss),
                Field::Rss => Reading::Known(rss),
                _ => Reading::unknown("test"),
            };
            assert_eq!(is_rounded(read), rounded, "{pss} of {rss}");
        }
    }
}
