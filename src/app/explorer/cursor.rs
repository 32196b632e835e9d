//! The page chosen on the grid, and the C that does something with it.

use super::Explorer;
use crate::app::scene::{Scene, page_bytes};
use crate::app::take::Take;
use crate::mem::{Addr, Process, Range};
use crate::observe::Mapping;

/// A page of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Whose.
    pub process: Process,
    /// Its first byte.
    pub address: Addr,
}

/// What is done with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads a byte of it.
    Read,
    /// Writes a byte of it.
    Write,
    /// Takes the right to write it, or gives it back.
    Protect,
    /// Drops it with `MADV_DONTNEED`.
    Drop,
}

/// How pages lie on the screen: so many a row, so many a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strides {
    /// Pages from a cell to the one below it.
    pub row: u64,
    /// Pages from a cell to the next.
    pub cell: u64,
}

/// The mapping a page lies in, and the bytes of a page there.
pub fn mapping<'a>(scene: &Scene<'a>, cursor: Cursor) -> Option<(&'a Mapping, u64)> {
    let mapping = scene.now(cursor.process)?.mapping_at(cursor.address)?;
    Some((mapping, page_bytes(mapping)?))
}

/// The cursor where it still is on a page; else on the first page there is.
pub fn settled(take: &Take, explorer: &Explorer) -> Option<Cursor> {
    let scene = Scene::of(take)?;
    let kept = explorer
        .cursor
        .filter(|cursor| mapping(&scene, *cursor).is_some_and(|(mapping, _)| !mapping.own));
    kept.or_else(|| first(&scene, explorer.who))
        .or_else(|| first(&scene, Process::Main))
}

fn first(scene: &Scene<'_>, process: Process) -> Option<Cursor> {
    let mut mappings = scene.now(process)?.lesson_mappings();
    let address = mappings
        .find(|mapping| page_bytes(mapping).is_some())?
        .vma
        .range
        .start;
    Some(Cursor { process, address })
}

/// The page so many pages further on; beyond an end of the mapping, the nearest page of the next mapping there is.
pub fn moved(scene: &Scene<'_>, cursor: Cursor, pages: i64) -> Option<Cursor> {
    let (here, size) = mapping(scene, cursor)?;
    let range = here.vma.range;
    let target = cursor
        .address
        .0
        .checked_add_signed(pages.saturating_mul(size as i64))
        .map(Addr);
    if let Some(address) = target.filter(|address| range.contains(*address)) {
        return Some(Cursor { address, ..cursor });
    }
    let mut others: Vec<&Mapping> = scene
        .now(cursor.process)?
        .lesson_mappings()
        .filter(|mapping| page_bytes(mapping).is_some())
        .collect();
    others.sort_by_key(|mapping| mapping.vma.range.start);
    let at = others
        .iter()
        .position(|mapping| mapping.vma.range == range)?;
    let address = if pages > 0 {
        others.get(at + 1)?.vma.range.start
    } else {
        let before = others.get(at.checked_sub(1)?)?;
        Addr(before.vma.range.end.0 - page_bytes(before)?)
    };
    Some(Cursor { address, ..cursor })
}

/// The statement that does `verb` with a page, as a learner would write it.
pub fn statement(take: &Take, explorer: &Explorer, cursor: Cursor, verb: Verb) -> Option<String> {
    let scene = Scene::of(take)?;
    let (mapping, size) = mapping(&scene, cursor)?;
    let place = place(&scene, explorer, cursor, (mapping, size));
    Some(match verb {
        Verb::Read => format!("{};", place.element()),
        Verb::Write => format!("{} = 'x';", place.element()),
        Verb::Protect => {
            let rights = if mapping.vma.perms.write {
                "PROT_READ"
            } else {
                "PROT_READ | PROT_WRITE"
            };
            format!("mprotect({}, PAGE, {rights});", place.pointer())
        }
        Verb::Drop => format!("madvise({}, PAGE, MADV_DONTNEED);", place.pointer()),
    })
}

/// A page as the code names it.
struct Place {
    /// A `char *`, and whether it binds looser than `[…]`.
    base: (String, bool),
    /// From there, in C: `3 * PAGE`, `0`.
    offset: String,
}

impl Place {
    /// The first byte of the page.
    fn element(&self) -> String {
        let (base, loose) = &self.base;
        if *loose {
            format!("({base})[{}]", self.offset)
        } else {
            format!("{base}[{}]", self.offset)
        }
    }

    /// A pointer to the page.
    fn pointer(&self) -> String {
        match self.offset.as_str() {
            "0" => self.base.0.clone(),
            offset => format!("{} + {offset}", self.base.0),
        }
    }
}

/// The mapping with those that touch it before: one mapping once, split since by protections or advice.
fn run_of(scene: &Scene<'_>, cursor: Cursor, mapping: &Mapping) -> Range {
    let mut range = mapping.vma.range;
    let Some(snapshot) = scene.now(cursor.process) else {
        return range;
    };
    let mut others: Vec<Range> = snapshot
        .lesson_mappings()
        .map(|other| other.vma.range)
        .collect();
    others.sort();
    for other in others.into_iter().rev() {
        if other.end == range.start {
            range.start = other.start;
        }
    }
    range
}

/// Names the page by the nearest variable before it in its mapping; by its bare address where there is none.
fn place(
    scene: &Scene<'_>,
    explorer: &Explorer,
    cursor: Cursor,
    (mapping, size): (&Mapping, u64),
) -> Place {
    let variables = explorer.variables.get(&cursor.process);
    let of = |name: &str| variables?.iter().rfind(|variable| variable.name == name);
    let named = scene
        .names_in(cursor.process, run_of(scene, cursor, mapping))
        .into_iter()
        .filter(|name| name.address <= cursor.address)
        .filter_map(|name| Some((name, of(&name.name)?.of.to_string())))
        .rfind(|(_, of)| of.ends_with('*'));
    let Some((name, of)) = named else {
        let base = format!("(char *) {}", cursor.address);
        return Place {
            base: (base, true),
            offset: "0".to_owned(),
        };
    };
    let bytes = of == "char *" || of == "unsigned char *";
    let base = if bytes {
        name.name.clone()
    } else {
        format!("(char *) {}", name.name)
    };
    let distance = cursor.address.0 - name.address.0;
    let offset = match (distance / size, distance % size) {
        (0, 0) => "0".to_owned(),
        (1, 0) => "PAGE".to_owned(),
        (pages, 0) => format!("{pages} * PAGE"),
        _ => distance.to_string(),
    };
    Place {
        base: (base, !bytes),
        offset,
    }
}
