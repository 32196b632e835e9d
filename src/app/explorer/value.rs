//! What the variables of a process hold, and what its pointers point to.
//!
//! Values are read of the frame that the lab gave; what a pointer points to is looked up in the snapshot, and never
//! followed.

use crate::app::scene::{Scene, page_bytes};
use crate::c::stat::stat_field;
use crate::c::types::{Kind, Rank};
use crate::c::{Type, Variable, show};
use crate::mem::{Addr, Process, Reading};
use crate::session::Held;

/// Elements of an array that are shown.
const FEW: usize = 4;
/// Characters of a text that are shown.
const LONGEST: usize = 24;

/// A variable as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its type.
    pub of: String,
    /// Its value; `?` where it is not known.
    pub value: String,
    /// What it points to, where it points; empty otherwise.
    pub about: String,
}

/// The variables of a process, in the order of declaration.
pub fn rows(scene: &Scene<'_>, process: Process, held: &Held) -> Vec<Row> {
    let frame: &[u8] = match &held.frame {
        Reading::Known(contents) => &contents.bytes,
        Reading::Unknown(_) => &[],
    };
    let row = |variable: &Variable| {
        let start = variable.offset as usize;
        let bytes = frame.get(start..start + variable.of.size() as usize);
        Row {
            name: variable.name.clone(),
            of: variable.of.to_string(),
            value: bytes.map_or_else(|| "?".to_owned(), |bytes| value(bytes, &variable.of)),
            about: bytes.map_or_else(String::new, |bytes| {
                about(scene, process, (bytes, &variable.of))
            }),
        }
    };
    held.variables.iter().map(row).collect()
}

/// The bytes of a variable as a value of its type.
fn value(bytes: &[u8], of: &Type) -> String {
    match &of.kind {
        Kind::Array(element, _) if is_char(element) => text(bytes),
        Kind::Array(element, count) => {
            let size = (element.size() as usize).max(1);
            let shown = bytes
                .chunks(size)
                .take(FEW)
                .map(|bytes| value(bytes, element));
            let more = if *count as usize > FEW { ", …" } else { "" };
            format!("{{{}{more}}}", shown.collect::<Vec<_>>().join(", "))
        }
        Kind::Stat => match stat_field("st_size") {
            Some((offset, size)) => {
                let start = offset as usize;
                let found = bytes.get(start..start + size.size() as usize);
                let shown = found.map_or_else(|| "?".to_owned(), |bytes| value(bytes, &size));
                format!("{{.st_size = {shown}, …}}")
            }
            None => "{…}".to_owned(),
        },
        _ => word(bytes, of).map_or_else(|| "?".to_owned(), |word| show(word, of)),
    }
}

fn is_char(of: &Type) -> bool {
    matches!(&of.kind, Kind::Int(integer) if integer.rank.width() == 1 && integer.rank != Rank::Bool)
}

/// Characters up to the first zero.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0);
    let shown: String = bytes
        .iter()
        .take(end.unwrap_or(bytes.len()))
        .take(LONGEST)
        .flat_map(|byte| byte.escape_ascii())
        .map(char::from)
        .collect();
    let more = if end.unwrap_or(bytes.len()) > LONGEST {
        "…"
    } else {
        ""
    };
    format!("\"{shown}{more}\"")
}

/// Up to eight bytes as a number, with the sign of its type.
fn word(bytes: &[u8], of: &Type) -> Option<i64> {
    let is_signed = matches!(&of.kind, Kind::Int(integer) if integer.rank.signed());
    Some(match *bytes {
        [byte] if is_signed => i64::from(byte.cast_signed()),
        [byte] => i64::from(byte),
        [_, _] => {
            let number = u16::from_ne_bytes(bytes.try_into().ok()?);
            if is_signed {
                i64::from(number.cast_signed())
            } else {
                i64::from(number)
            }
        }
        [_, _, _, _] => {
            let number = u32::from_ne_bytes(bytes.try_into().ok()?);
            if is_signed {
                i64::from(number.cast_signed())
            } else {
                i64::from(number)
            }
        }
        _ => i64::from_ne_bytes(bytes.try_into().ok()?),
    })
}

/// What a pointer points to: the page and its state.
fn about(scene: &Scene<'_>, process: Process, (bytes, of): (&[u8], &Type)) -> String {
    let Some(word) = word(bytes, of).filter(|_| matches!(of.kind, Kind::Pointer(_))) else {
        return String::new();
    };
    if matches!(word, 0 | -1) {
        return String::new();
    }
    let address = Addr(word.cast_unsigned());
    let Some(mapping) = scene
        .now(process)
        .and_then(|snapshot| snapshot.mapping_at(address))
    else {
        return "→ nothing is mapped there".to_owned();
    };
    if mapping.own {
        return format!("→ the program\u{2019}s own {}", mapping.vma.backing)
            .trim_end()
            .to_owned();
    }
    let (Some(pages), Some(size)) = (mapping.pages.known(), page_bytes(mapping)) else {
        return format!("→ {}", mapping.vma.range);
    };
    let index = (address.0 - mapping.vma.range.start.0) / size.max(1);
    let count = mapping.vma.range.length() / size.max(1);
    format!("→ page {index} of {count}: {}", pages.state(index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::c::{self, Scope, Target};

    /// The value of the one variable that `source` declares, whose bytes are these.
    fn shown(source: &str, bytes: &[u8]) -> String {
        let mut scope = Scope::new(Target { page_size: 4096 });
        let statements = c::parse(source, 0..source.len()).unwrap();
        c::compile(source, &statements[0], &mut scope).unwrap();
        let variable = &scope.variables()[0];
        let mut room = vec![0; variable.of.size() as usize];
        room[..bytes.len()].copy_from_slice(bytes);
        value(&room, &variable.of)
    }

    #[test]
    fn a_value_is_shown_as_its_type_has_it() {
        let table: [(&str, &[u8], &str); 8] = [
            ("int a;", &(-1_i32).to_ne_bytes(), "-1"),
            ("unsigned a;", &(-1_i32).to_ne_bytes(), "4294967295"),
            ("char a;", b"A", "'A' (65)"),
            ("char *a;", &0x1000_u64.to_ne_bytes(), "0x1000"),
            ("void *a;", &[0xff; 8], "MAP_FAILED"),
            ("char a[32];", b"hello", "\"hello\""),
            ("char a[64];", &[b'x'; 40], "\"xxxxxxxxxxxxxxxxxxxxxxxx…\""),
            ("int a[5];", &7_i32.to_ne_bytes(), "{7, 0, 0, 0, …}"),
        ];
        for (source, bytes, expected) in table {
            assert_eq!(shown(source, bytes), expected, "{source}");
        }
        assert!(shown("struct stat a;", &[]).starts_with("{.st_size = 0"));
    }
}
