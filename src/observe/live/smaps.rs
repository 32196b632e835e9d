//! `/proc/<pid>/smaps`: a line of maps, then sizes, then `VmFlags`. Pure parsing; see proc(5).
//!
//! Our own reader, because a lesson shows flags younger than any library (`gu` of guard pages), and because a block
//! of 25 lines into as many numbers needs no map of strings. A number that is missing or is none is not known, never
//! 0; a line with a key of tomorrow is kept as it stands.

use super::maps;
use crate::mem::{Field, Range, Reading, Usage};

/// What smaps says of one VMA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The VMA.
    pub range: Range,
    /// Its sizes.
    pub usage: Reading<Usage>,
    /// Its `VmFlags`, as the kernel writes them.
    pub flags: Vec<String>,
}

/// The blocks of the VMAs that are `wanted`, in address order. Lines before the first VMA, and lines that say nothing
/// known, are passed over.
pub fn parse(text: &[u8], wanted: impl Fn(Range) -> bool) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Open> = None;
    for line in text.split(|&byte| byte == b'\n') {
        // Keys begin with a capital letter, lines of maps with a hexadecimal digit.
        if line.first().is_some_and(u8::is_ascii_uppercase) {
            if let (Some(open), Some(block)) = (open.as_mut(), blocks.last_mut()) {
                open.take(line, &mut block.flags);
            }
        } else if let Some(vma) = maps::vma(line) {
            close(&mut blocks, open.take());
            if wanted(vma.range) {
                open = Some(Open::default());
                blocks.push(Block {
                    range: vma.range,
                    usage: Reading::unknown("smaps ended here"),
                    flags: Vec::new(),
                });
            }
        }
    }
    close(&mut blocks, open);
    blocks
}

/// Lines of one block that are not known here and are kept all the same, at most.
const STRANGERS: usize = 16;
/// Bytes of such a line that are kept.
const LONGEST: usize = 80;

/// A block being read.
#[derive(Debug, Default)]
struct Open {
    usage: Usage,
    /// The place of the field that the next line is expected to be of.
    next: usize,
}

impl Open {
    fn take(&mut self, line: &[u8], flags: &mut Vec<String>) {
        if let Some(field) = self.field(line) {
            self.next = field.index() + 1;
            if let Some(value) = value(field, &line[field.key().len()..]) {
                self.usage.sizes.set(field, value);
            }
            return;
        }
        let Ok(line) = std::str::from_utf8(line) else {
            return;
        };
        if let Some(names) = line.strip_prefix("VmFlags:") {
            *flags = names.split_ascii_whitespace().map(str::to_owned).collect();
        } else if line.contains(':') && self.usage.strangers.len() < STRANGERS {
            let kept = line.chars().take(LONGEST).collect();
            self.usage.strangers.push(kept);
        }
    }

    /// The field of a line: nearly always the one after that of the line before.
    fn field(&self, line: &[u8]) -> Option<Field> {
        let is_it = |field: &Field| line.starts_with(field.key().as_bytes());
        Field::at(self.next)
            .filter(is_it)
            .or_else(|| Field::of_line(line))
    }
}

/// The number after a key; sizes in bytes.
fn value(field: Field, text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if !field.is_size() {
        return text.parse().ok();
    }
    let kilobytes: u64 = text.strip_suffix("kB")?.trim_end().parse().ok()?;
    kilobytes.checked_mul(1024)
}

fn close(blocks: &mut [Block], open: Option<Open>) {
    if let (Some(block), Some(open)) = (blocks.last_mut(), open)
        && open.usage != Usage::default()
    {
        block.usage = Reading::Known(open.usage);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = include_str!("../../../tests/fixtures/smaps-6.18.txt");
    const HOSTILE: &str = include_str!("../../../tests/fixtures/smaps-hostile.txt");

    #[test]
    fn a_recorded_file_is_read() {
        let blocks = parse(RECORDED.as_bytes(), |_| true);
        assert_eq!(blocks.len(), 3);
        let usage = blocks[0].usage.known().unwrap();
        let kilobytes = |field| usage.sizes.get(field).map(|bytes| bytes / 1024);
        assert_eq!(kilobytes(Field::Size), Some(64));
        assert_eq!(kilobytes(Field::KernelPageSize), Some(4));
        assert_eq!(kilobytes(Field::Rss), Some(24));
        assert_eq!(kilobytes(Field::Pss), Some(12));
        assert_eq!(kilobytes(Field::SharedDirty), Some(24));
        assert_eq!(kilobytes(Field::Anonymous), Some(24));
        assert_eq!(usage.sizes.get(Field::ThpEligible), Some(0));
        assert_eq!(usage.strangers, [""; 0]);
        assert_eq!(blocks[0].flags, ["rd", "wr", "mr", "mw", "me", "ac", "gu"]);
        let second = &blocks[1].usage.known().unwrap().sizes;
        assert_eq!(second.get(Field::PrivateClean), Some(4096));
        let second = parse(RECORDED.as_bytes(), |range| range == blocks[1].range);
        assert_eq!(second, [blocks[1].clone()]);
    }

    #[test]
    fn hostile_text_is_unknown_where_it_is_wrong_and_read_where_it_is_right() {
        let blocks = parse(HOSTILE.as_bytes(), |_| true);
        assert_eq!(blocks.len(), 4);
        let unknown = |block: &Block| -> Vec<&str> {
            let usage = block.usage.known().unwrap();
            let missing = Field::all().filter(|field| usage.sizes.get(*field).is_none());
            missing.map(Field::label).collect()
        };
        assert_eq!(unknown(&blocks[0]), [""; 0]);
        assert_eq!(unknown(&blocks[1]), ["Rss"]);
        assert_eq!(unknown(&blocks[2]), ["Swap"]);
        assert_eq!(unknown(&blocks[3]), ["Size"]);
        let first = blocks[0].usage.known().unwrap();
        assert_eq!(first.sizes.get(Field::Rss), Some(4096));
        assert_eq!(first.strangers, ["Quantum_Pages:     12 qB", "Tomorrow: "]);
        let why = blocks[2].usage.known().unwrap().read(Field::Swap);
        assert_eq!(why.reason(), Some("smaps says no number for Swap"));
        assert_eq!(blocks[0].flags, ["rd", "zz", "a-flag-of-tomorrow"]);
    }

    #[test]
    fn cut_anywhere_it_does_not_panic() {
        for end in 0..RECORDED.len() {
            parse(&RECORDED.as_bytes()[..end], |_| true);
        }
        parse(b"Rss: 4 kB\nVmFlags: rd\n", |_| true);
        parse(&[0xff; 100], |_| true);
    }

    /// The smaps of this very test, against the reader of the procfs crate.
    #[test]
    fn agrees_with_procfs_about_this_process() {
        let text = std::fs::read("/proc/self/smaps").unwrap();
        let theirs: procfs::process::MemoryMaps = procfs::FromRead::from_read(&text[..]).unwrap();
        let ours = parse(&text, |_| true);
        assert_eq!(ours.len(), theirs.0.len());
        for (ours, theirs) in ours.iter().zip(&theirs.0) {
            let usage = ours.usage.known().unwrap();
            let map = &theirs.extension.map;
            for field in Field::all().filter(|field| field.is_size()) {
                let theirs = map.get(field.label()).copied();
                assert_eq!(usage.sizes.get(field), theirs, "{}", field.label());
            }
        }
    }
}
