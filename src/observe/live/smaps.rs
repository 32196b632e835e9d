//! `/proc/<pid>/smaps`: a line of maps, then sizes, then `VmFlags`. Pure parsing; see proc(5).
//!
//! Our own reader, because a lesson shows flags younger than any library (`gu` of guard pages), and because a block
//! of 25 lines into 13 numbers needs no map of strings. Unknown keys are passed over; a size that is missing or is
//! no number makes its block unknown, never 0.

use super::maps;
use crate::mem::{Bytes, Range, Reading, Usage};

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
    let mut open: Option<Sizes> = None;
    for line in text.split(|&byte| byte == b'\n') {
        // Keys begin with a capital letter, lines of maps with a hexadecimal digit.
        if line.first().is_some_and(u8::is_ascii_uppercase) {
            if let (Some(sizes), Some(block)) = (open.as_mut(), blocks.last_mut()) {
                field(line, sizes, &mut block.flags);
            }
        } else if let Some(vma) = maps::vma(line) {
            close(&mut blocks, open.take());
            if wanted(vma.range) {
                open = Some(Sizes::default());
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

/// The sizes of a block being read.
#[derive(Debug, Default)]
struct Sizes {
    usage: Usage,
    /// Which of the sizes that every kernel writes were there.
    seen: u32,
    /// The first key whose value is no number.
    bad: Option<String>,
}

fn close(blocks: &mut [Block], sizes: Option<Sizes>) {
    let (Some(block), Some(sizes)) = (blocks.last_mut(), sizes) else {
        return;
    };
    let missing = EVERYWHERE
        .iter()
        .enumerate()
        .find(|(index, _)| sizes.seen >> index & 1 == 0);
    block.usage = match (sizes.bad, missing) {
        (Some(key), _) => Reading::unknown(format!("smaps says no number for {key}")),
        (None, Some((_, key))) => Reading::unknown(format!("smaps says nothing of {key}")),
        (None, None) => Reading::Known(sizes.usage),
    };
}

/// Sizes that smaps has had since long before this program's oldest kernel. The others are 0 where they are missing.
const EVERYWHERE: [&str; 10] = [
    "Size",
    "Rss",
    "Pss",
    "Shared_Clean",
    "Shared_Dirty",
    "Private_Clean",
    "Private_Dirty",
    "Referenced",
    "Anonymous",
    "Swap",
];

fn field(line: &[u8], sizes: &mut Sizes, flags: &mut Vec<String>) {
    let Some((key, value)) = std::str::from_utf8(line)
        .ok()
        .and_then(|line| line.split_once(':'))
    else {
        return;
    };
    if key == "VmFlags" {
        *flags = value.split_ascii_whitespace().map(str::to_owned).collect();
        return;
    }
    let Some(size) = size(&mut sizes.usage, key) else {
        return;
    };
    let number = value
        .trim()
        .strip_suffix("kB")
        .and_then(|number| number.trim().parse::<u64>().ok())
        .and_then(|kilobytes| kilobytes.checked_mul(1024));
    match number {
        Some(bytes) => *size = Bytes(bytes),
        None => sizes.bad = sizes.bad.take().or(Some(key.to_owned())),
    }
    if let Some(index) = EVERYWHERE.iter().position(|&name| name == key) {
        sizes.seen |= 1 << index;
    }
}

/// The place of a key's number.
fn size<'a>(usage: &'a mut Usage, key: &str) -> Option<&'a mut Bytes> {
    Some(match key {
        "Size" => &mut usage.size,
        "Rss" => &mut usage.rss,
        "Pss" => &mut usage.pss,
        "Shared_Clean" => &mut usage.shared_clean,
        "Shared_Dirty" => &mut usage.shared_dirty,
        "Private_Clean" => &mut usage.private_clean,
        "Private_Dirty" => &mut usage.private_dirty,
        "Referenced" => &mut usage.referenced,
        "Anonymous" => &mut usage.anonymous,
        "LazyFree" => &mut usage.lazy_free,
        "AnonHugePages" => &mut usage.anon_huge,
        "Swap" => &mut usage.swap,
        "Locked" => &mut usage.locked,
        _ => return None,
    })
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
        assert_eq!(usage.size, Bytes(64 * 1024));
        assert_eq!(usage.rss, Bytes(24 * 1024));
        assert_eq!(usage.pss, Bytes(12 * 1024));
        assert_eq!(usage.shared_dirty, Bytes(24 * 1024));
        assert_eq!(usage.anonymous, Bytes(24 * 1024));
        assert_eq!(blocks[0].flags, ["rd", "wr", "mr", "mw", "me", "ac", "gu"]);
        assert_eq!(blocks[1].usage.known().unwrap().private_clean, Bytes(4096));
        let second = parse(RECORDED.as_bytes(), |range| range == blocks[1].range);
        assert_eq!(second, [blocks[1].clone()]);
    }

    #[test]
    fn hostile_text_is_unknown_where_it_is_wrong_and_read_where_it_is_right() {
        let blocks = parse(HOSTILE.as_bytes(), |_| true);
        let reasons: Vec<Option<&str>> = blocks.iter().map(|block| block.usage.reason()).collect();
        assert_eq!(
            reasons,
            [
                None,
                Some("smaps says no number for Rss"),
                Some("smaps says nothing of Swap"),
                Some("smaps says no number for Size"),
            ]
        );
        assert_eq!(blocks[0].usage.known().unwrap().rss, Bytes(4096));
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
            let pairs = [
                ("Size", usage.size),
                ("Rss", usage.rss),
                ("Pss", usage.pss),
                ("Private_Dirty", usage.private_dirty),
                ("Anonymous", usage.anonymous),
                ("Swap", usage.swap),
            ];
            for (key, bytes) in pairs {
                assert_eq!(bytes.0, map[key], "{key}");
            }
        }
    }
}
