//! The VMAs of a process with all that smaps says of them, and the parser that makes them from pieces of smaps.
//!
//! Made for 60,000 VMAs: names and flags are kept once however many VMAs have them, and a line that is, byte for
//! byte, the line of the block before is not read again. Text that is not as expected is passed over or unknown;
//! nothing panics. See proc(5).

use super::super::gauge::maps::Rest;
use super::super::gauge::vmas::{Line, Names};
use super::field::{FIELDS, Field};
use crate::mem::{Backing, Perms, Pid, Range, Sizes};
use std::collections::HashMap;
use std::sync::Arc;

/// One VMA; its name and its flags are with [`Areas`]. 96 bytes, and what it has of sizes that are seldom.
#[derive(Clone, Debug)]
pub struct Area {
    line: Line,
    flags: u32,
    /// The numbers.
    pub sizes: Sizes,
}

/// All of them, in address order.
#[derive(Clone, Debug, Default)]
pub struct Areas {
    list: Vec<Area>,
    names: Arc<Names>,
    flags: Vec<String>,
    /// Keys of smaps that are not known here.
    strangers: Vec<String>,
}

impl Area {
    /// First byte, and one past the last.
    pub fn range(&self) -> Range {
        self.line.range
    }

    /// Protection and sharing.
    pub fn perms(&self) -> Perms {
        self.line.perms
    }

    /// Bytes into the file.
    pub fn offset(&self) -> u64 {
        self.line.offset
    }

    /// A size in bytes, 0 where smaps does not say: for order and rules of thumb, not for showing.
    pub fn about(&self, field: Field) -> u64 {
        self.sizes.get(field).unwrap_or(0)
    }
}

impl Areas {
    /// The VMAs.
    pub fn list(&self) -> &[Area] {
        &self.list
    }

    /// What stands behind a VMA of these.
    pub fn backing(&self, area: &Area) -> &Backing {
        self.names.backing_of(&area.line)
    }

    /// Device of the file behind a VMA of these, and inode; zeros where there is none.
    pub fn file(&self, area: &Area) -> ((u32, u32), u64) {
        self.names.file_of(&area.line)
    }

    /// The `VmFlags` of a VMA of these: `rd wr mr mw me ac`.
    pub fn flags(&self, area: &Area) -> &str {
        self.flags
            .get(area.flags as usize)
            .map_or("", String::as_str)
    }

    /// Keys of smaps that this program does not know: a kernel younger than it.
    pub fn strangers(&self) -> &[String] {
        &self.strangers
    }

    /// The sum of a size over all VMAs, in bytes; the error says why it is not known.
    pub fn sum(&self, field: Field) -> Result<u64, String> {
        let key = field.label();
        let mut sum = 0u64;
        let mut missing = 0;
        for area in &self.list {
            match area.sizes.get(field) {
                Some(bytes) => sum = sum.saturating_add(bytes),
                None => missing += 1,
            }
        }
        match missing {
            0 => Ok(sum),
            n if n == self.list.len() => Err(format!("smaps of this kernel says nothing of {key}")),
            n => Err(format!(
                "smaps says no number for {key} in {n} of {} VMAs",
                self.list.len()
            )),
        }
    }
}

/// Longest line that is compared with the one of the block before; those with sizes are 28 bytes long.
const KEPT: usize = 32;

/// A line of the block before, with its newline, and what it said.
#[derive(Clone, Copy, Debug, Default)]
struct Kept {
    line: [u8; KEPT],
    length: usize,
    value: u64,
}

/// Makes [`Areas`] from pieces of smaps.
#[derive(Debug)]
pub struct Parser {
    areas: Areas,
    rest: Rest,
    known_flags: HashMap<Vec<u8>, u32>,
    last_flags: (Vec<u8>, u32),
    kept: [Kept; FIELDS],
    /// The field that the next line is expected to be of.
    next: usize,
}

impl Default for Parser {
    fn default() -> Self {
        Self {
            areas: Areas::default(),
            rest: Rest::default(),
            known_flags: HashMap::new(),
            // Of no VMA: an empty list of flags has no number yet.
            last_flags: (Vec::new(), u32::MAX),
            kept: [Kept::default(); FIELDS],
            next: 0,
        }
    }
}

impl Parser {
    /// For the smaps of a process, which knows what its mounts are.
    pub fn of(pid: Pid) -> Self {
        let mut parser = Self::default();
        parser.areas.names = Arc::new(Names::of(pid));
        parser
    }

    /// Reads whole lines, and gives how many bytes they were; what follows the last newline is left.
    pub fn push(&mut self, text: &[u8]) -> usize {
        let mut at = 0;
        loop {
            at += self.repeated(&text[at..]);
            let rest = &text[at..];
            let Some(end) = rest.iter().position(|&byte| byte == b'\n') else {
                return at;
            };
            self.line(&rest[..end]);
            at += end + 1;
        }
    }

    /// The VMAs read; a last line without a newline counts if it is handed in as `rest`.
    pub fn finish(mut self, rest: &[u8]) -> Areas {
        self.line(rest);
        self.areas
    }

    /// Takes the lines that are the same, at their place, as in the block before, and gives how many bytes they are.
    fn repeated(&mut self, text: &[u8]) -> usize {
        let mut at = 0;
        let Some(area) = self.areas.list.last_mut() else {
            return 0;
        };
        while let (Some(kept), Some(field)) = (self.kept.get(self.next), Field::at(self.next)) {
            // Compared at the fixed length that nearly all have: a few instructions instead of a call.
            let same = match (kept.length, text.get(at..at + 28)) {
                (28, Some(line)) => line == &kept.line[..28],
                (0, _) => false,
                (length, _) => text.get(at..at + length) == Some(&kept.line[..length]),
            };
            if !same {
                return at;
            }
            area.sizes.set(field, kept.value);
            at += kept.length;
            self.next += 1;
        }
        at
    }

    fn line(&mut self, line: &[u8]) {
        // Keys begin with a capital letter, lines of maps with a hexadecimal digit in small letters.
        if line.first().is_some_and(u8::is_ascii_uppercase) {
            if !self.areas.list.is_empty() {
                self.number(line);
            }
        } else if let Some(line) = self.rest.line(line, &mut self.areas.names) {
            self.begin(line);
        }
    }

    fn begin(&mut self, line: Line) {
        let list = &mut self.areas.list;
        if list.len() == list.capacity() {
            // By an eighth, where a vector would grow to twice its size: there may be very many.
            list.reserve_exact((list.len() / 8).max(64));
        }
        self.next = 0;
        list.push(Area {
            line,
            flags: u32::MAX,
            sizes: Sizes::default(),
        });
    }

    fn number(&mut self, line: &[u8]) {
        if let Some(flags) = line.strip_prefix(b"VmFlags:") {
            return self.flags(flags.trim_ascii());
        }
        let Some(field) = self.field(line) else {
            return self.stranger(line);
        };
        self.next = field.index() + 1;
        let value = value(&line[field.key().len()..], field.is_size());
        if let (Some(value), Some(area)) = (value, self.areas.list.last_mut()) {
            area.sizes.set(field, value);
            self.keep(field, line, value);
        }
    }

    /// The field of a line: most likely the one that follows the last one.
    fn field(&self, line: &[u8]) -> Option<Field> {
        let is = |field: &Field| line.starts_with(field.key().as_bytes());
        Field::at(self.next)
            .filter(is)
            .or_else(|| Field::all().find(is))
    }

    fn keep(&mut self, field: Field, line: &[u8], value: u64) {
        let kept = &mut self.kept[field.index()];
        kept.length = 0;
        if line.len() < KEPT {
            kept.line[..line.len()].copy_from_slice(line);
            kept.line[line.len()] = b'\n';
            kept.length = line.len() + 1;
            kept.value = value;
        }
    }

    /// The number of these flags, which are those of the VMA before more often than not.
    fn flags(&mut self, flags: &[u8]) {
        if self.last_flags.0 != flags {
            let list = &mut self.areas.flags;
            let number = *self.known_flags.entry(flags.to_vec()).or_insert_with(|| {
                list.push(String::from_utf8_lossy(flags).into_owned());
                list.len() as u32 - 1
            });
            self.last_flags = (flags.to_vec(), number);
        }
        if let Some(area) = self.areas.list.last_mut() {
            area.flags = self.last_flags.1;
        }
    }

    /// Notes a key that is not known, once. A line without a colon is none.
    fn stranger(&mut self, line: &[u8]) {
        /// More than any kernel will add.
        const MOST: usize = 32;
        let Some(colon) = line.iter().position(|&byte| byte == b':') else {
            return;
        };
        let key = String::from_utf8_lossy(&line[..colon.min(64)]);
        let strangers = &mut self.areas.strangers;
        if strangers.len() < MOST && !strangers.iter().any(|known| *known == key) {
            strangers.push(key.into_owned());
        }
    }
}

/// The number after a key: `     4 kB` in bytes where it is a size; `None` where it is no number.
fn value(text: &[u8], is_size: bool) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if is_size {
        let kilobytes: u64 = text.strip_suffix("kB")?.trim_end().parse().ok()?;
        kilobytes.checked_mul(1024)
    } else {
        text.parse().ok()
    }
}

#[cfg(test)]
mod tests;
