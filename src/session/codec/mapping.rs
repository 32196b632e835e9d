//! A VMA with what smaps says of it: whole, or the fields that differ from what it was.

use super::Parts;
use super::bytes::{Damaged, Reader, Writer};
use super::look::PAGE_BYTES;
use super::pages::{Expected, Readers};
use crate::mem::{Addr, Backing, Field, Perms, Range, Reading, Sizes, Usage, Vma};
use crate::observe::Mapping;

const VMA: u8 = 1;
const OWN: u8 = 2;
const USAGE: u8 = 4;
const FLAGS: u8 = 8;
const LENGTH: u8 = 16;
const PAGES: u8 = 32;
/// All that is written of a mapping that was not there.
const ALL: u8 = VMA | OWN | USAGE | FLAGS | LENGTH | PAGES;

/// Writes the fields of a mapping that differ from those of one with the same range; tells the runs of page states
/// that do.
pub(super) fn write_changed(
    parts: &mut Parts,
    now: &Mapping,
    before: &Mapping,
    tell: impl FnMut(usize, usize),
) {
    let mut fields = 0;
    for (field, differs) in [
        (VMA, now.vma != before.vma),
        (OWN, now.own != before.own),
        (USAGE, now.usage != before.usage),
        (FLAGS, now.flags != before.flags),
        (LENGTH, now.file_length != before.file_length),
        (
            PAGES,
            now.pages != before.pages || now.cache != before.cache,
        ),
    ] {
        if differs {
            fields |= field;
        }
    }
    parts.places.push(fields);
    put_fields(&mut parts.places, now, fields, &before.usage);
    if fields & PAGES != 0 {
        super::pages::write(parts, now, Expected::of(before), tell);
    }
}

/// Writes a mapping that was not there. What its pages are expected to be depends on how many there are and on their
/// size, which `expect` is told.
pub(super) fn write_new<'a>(
    parts: &mut Parts,
    now: &Mapping,
    expect: impl FnOnce(Range, (usize, u64)) -> Expected<'a>,
) {
    let range = now.vma.range;
    parts.places.put(range.start.0);
    parts.places.put(range.length());
    put_fields(
        &mut parts.places,
        now,
        ALL,
        &Reading::Known(Usage::default()),
    );
    let count = now.pages.known().map_or(0, |pages| pages.states.len());
    let size = now.page_bytes().unwrap_or(0).max(1);
    parts.places.put(count as u64);
    parts.places.put(size);
    super::pages::write(parts, now, expect(range, (count, size)), |_, _| {});
}

/// Makes a mapping into what it became.
pub(super) fn read_changed(
    readers: &mut Readers<'_>,
    mut mapping: Mapping,
) -> Result<Mapping, Damaged> {
    let fields = readers.places.byte()?;
    if fields & !ALL != 0 {
        return Err(Damaged("it holds a field that no mapping has"));
    }
    read_fields(&mut readers.places, &mut mapping, fields)?;
    if fields & PAGES != 0 {
        let expected = Expected::taken(mapping.pages, mapping.cache);
        (mapping.pages, mapping.cache) = readers.pages(expected, mapping.vma.range)?;
    }
    Ok(mapping)
}

/// Reads a mapping that was not there.
pub(super) fn read_new<'a>(
    readers: &mut Readers<'_>,
    expect: impl FnOnce(Range, (usize, u64)) -> Expected<'a>,
) -> Result<Mapping, Damaged> {
    let start = readers.places.number()?;
    let length = readers.places.number()?;
    let end = start.checked_add(length);
    let end = end.ok_or(Damaged("a mapping reaches beyond the last address"))?;
    let range = Range::new(Addr(start), Addr(end));
    let mut mapping = bare(range);
    read_fields(&mut readers.places, &mut mapping, ALL)?;
    let count = readers.places.number()?;
    let size = readers.places.number()?;
    if size == 0 || count > length / size {
        return Err(Damaged("it has more pages than addresses"));
    }
    readers.budget.values(count, PAGE_BYTES)?;
    let expected = expect(range, (count as usize, size));
    (mapping.pages, mapping.cache) = readers.pages(expected, range)?;
    Ok(mapping)
}

/// A mapping of which only the range is known yet.
fn bare(range: Range) -> Mapping {
    Mapping {
        vma: Vma {
            range,
            perms: Perms::default(),
            offset: 0,
            device: (0, 0),
            inode: 0,
            backing: Backing::Anonymous,
        },
        own: false,
        usage: Reading::Known(Usage::default()),
        flags: Vec::new(),
        pages: Reading::Unknown(String::new()),
        file_length: None,
        cache: Reading::Unknown(String::new()),
    }
}

fn put_fields(out: &mut Vec<u8>, now: &Mapping, fields: u8, usage: &Reading<Usage>) {
    if fields & VMA != 0 {
        put_vma(out, &now.vma);
    }
    if fields & OWN != 0 {
        out.push(u8::from(now.own));
    }
    if fields & USAGE != 0 {
        put_usage(out, &now.usage, usage);
    }
    if fields & FLAGS != 0 {
        out.put(now.flags.len() as u64);
        for flag in &now.flags {
            out.put_text(flag);
        }
    }
    if fields & LENGTH != 0 {
        out.push(u8::from(now.file_length.is_some()));
        out.put(now.file_length.unwrap_or(0));
    }
}

fn read_fields(reader: &mut Reader<'_>, mapping: &mut Mapping, fields: u8) -> Result<(), Damaged> {
    if fields & VMA != 0 {
        read_vma(reader, &mut mapping.vma)?;
    }
    if fields & OWN != 0 {
        mapping.own = reader.byte()? != 0;
    }
    if fields & USAGE != 0 {
        mapping.usage = usage(reader, &mapping.usage)?;
    }
    if fields & FLAGS != 0 {
        mapping.flags.clear();
        for _ in 0..reader.number()? {
            mapping.flags.push(reader.text()?);
        }
    }
    if fields & LENGTH != 0 {
        let is_known = reader.byte()? != 0;
        let length = reader.number()?;
        mapping.file_length = is_known.then_some(length);
    }
    Ok(())
}

/// The line of maps, without its range.
fn put_vma(out: &mut Vec<u8>, vma: &Vma) {
    let perms = vma.perms;
    let letters = [perms.read, perms.write, perms.execute, perms.shared];
    let bits = (0..).zip(letters).map(|(bit, set)| u8::from(set) << bit);
    out.push(bits.sum());
    out.put(vma.offset);
    out.put(u64::from(vma.device.0));
    out.put(u64::from(vma.device.1));
    out.put(vma.inode);
    let (kind, name) = match &vma.backing {
        Backing::Anonymous => (0, ""),
        Backing::File {
            path,
            deleted: false,
        } => (1, path.as_str()),
        Backing::File {
            path,
            deleted: true,
        } => (2, path.as_str()),
        Backing::SharedMemory { name } => (3, name.as_str()),
        Backing::Heap => (4, ""),
        Backing::Stack => (5, ""),
        Backing::Special(name) => (6, name.as_str()),
    };
    out.push(kind);
    out.put_text(name);
}

fn read_vma(reader: &mut Reader<'_>, vma: &mut Vma) -> Result<(), Damaged> {
    let bits = reader.byte()?;
    vma.perms = Perms {
        read: bits & 1 != 0,
        write: bits & 2 != 0,
        execute: bits & 4 != 0,
        shared: bits & 8 != 0,
    };
    vma.offset = reader.number()?;
    vma.device = (reader.narrow()?, reader.narrow()?);
    vma.inode = reader.number()?;
    let kind = reader.byte()?;
    let name = reader.text()?;
    vma.backing = match kind {
        0 => Backing::Anonymous,
        1 | 2 => Backing::File {
            path: name,
            deleted: kind == 2,
        },
        3 => Backing::SharedMemory { name },
        4 => Backing::Heap,
        5 => Backing::Stack,
        6 => Backing::Special(name),
        _ => return Err(Damaged("it holds a backing that no mapping has")),
    };
    Ok(())
}

/// Numbers follow; otherwise, why there are none.
const KNOWN: u8 = 1;
/// Other fields are known than before.
const OTHER_FIELDS: u8 = 2;
/// Lines that nobody knows follow.
const STRANGERS: u8 = 4;

/// The fields of a block of smaps that are known, a bit each.
fn known_fields(sizes: &Sizes) -> u64 {
    let bits = Field::all().enumerate();
    let bits = bits.map(|(bit, field)| u64::from(sizes.get(field).is_some()) << bit);
    bits.sum()
}

/// The numbers of a block of smaps that differ, as their distance; a bit says of each field whether it does.
fn put_usage(out: &mut Vec<u8>, now: &Reading<Usage>, before: &Reading<Usage>) {
    let now = match now {
        Reading::Known(usage) => usage,
        Reading::Unknown(why) => {
            out.push(0);
            return out.put_text(why);
        }
    };
    let old = before
        .known()
        .map_or_else(Sizes::default, |usage| usage.sizes.clone());
    let strangers = before.known().map_or(&[][..], |usage| &usage.strangers);
    let fields = known_fields(&now.sizes);
    let mut head = KNOWN;
    if fields != known_fields(&old) {
        head |= OTHER_FIELDS;
    }
    if now.strangers != strangers {
        head |= STRANGERS;
    }
    out.push(head);
    if head & OTHER_FIELDS != 0 {
        out.put(fields);
    }
    let mut differing = 0;
    let mut distances = Vec::new();
    for (bit, field) in Field::all().enumerate() {
        let (now, old) = (now.sizes.get(field), old.get(field).unwrap_or(0));
        if let Some(now) = now.filter(|now| *now != old) {
            differing |= 1 << bit;
            distances.put_from(now, old);
        }
    }
    out.put(differing);
    out.append(&mut distances);
    if head & STRANGERS != 0 {
        out.put(now.strangers.len() as u64);
        for line in &now.strangers {
            out.put_text(line);
        }
    }
}

fn usage(reader: &mut Reader<'_>, before: &Reading<Usage>) -> Result<Reading<Usage>, Damaged> {
    let head = reader.byte()?;
    if head & KNOWN == 0 {
        return Ok(Reading::Unknown(reader.text()?));
    }
    let before = before.known().cloned().unwrap_or_default();
    let fields = if head & OTHER_FIELDS == 0 {
        known_fields(&before.sizes)
    } else {
        reader.number()?
    };
    let differing = reader.number()?;
    let mut sizes = Sizes::default();
    for (bit, field) in Field::all().enumerate() {
        let mut value = before.sizes.get(field).unwrap_or(0);
        if differing >> bit & 1 != 0 {
            value = reader.from(value)?;
        }
        if fields >> bit & 1 != 0 {
            sizes.set(field, value);
        }
    }
    let mut strangers = before.strangers;
    if head & STRANGERS != 0 {
        strangers.clear();
        for _ in 0..reader.number()? {
            strangers.push(reader.text()?);
        }
    }
    Ok(Reading::Known(Usage { sizes, strangers }))
}
