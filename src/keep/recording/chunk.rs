//! The container: a beginning that tells what the file is, and chunks that each say how long they are and prove that
//! they are whole.

use super::{CHUNK, Unreadable, VERSION};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// What every recording begins with.
const MAGIC: [u8; 8] = *b"\x89mmap\r\n\x1a";
/// Magic, version, flags.
const BEGINNING: usize = 12;
/// Tag, length, checksum.
const LEAD: usize = 12;
/// How hard to pack: DEFLATE's usual level.
const LEVEL: u8 = 6;
/// DEFLATE packs nothing smaller than this.
const TIGHTEST: usize = 1032;

/// Tells of the whole.
pub(super) const HEAD: [u8; 4] = *b"HEAD";
/// What was said.
pub(super) const SAID: [u8; 4] = *b"SAID";
/// The end.
pub(super) const DONE: [u8; 4] = *b"DONE";

/// The first bytes of a file.
pub(super) fn beginning() -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    file.extend(VERSION.to_le_bytes());
    file.extend(0_u16.to_le_bytes());
    file
}

/// Adds a chunk to a file.
pub(super) fn put(file: &mut Vec<u8>, tag: [u8; 4], data: &[u8]) {
    file.extend(tag);
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(checksum(tag, data).to_le_bytes());
    file.extend(data);
}

/// The data of a chunk that is packed.
pub(super) fn pack(raw: &[u8]) -> Vec<u8> {
    let mut data = (raw.len() as u32).to_le_bytes().to_vec();
    data.extend(compress_to_vec(raw, LEVEL));
    data
}

/// A chunk of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk<'a> {
    /// What it is.
    pub(super) tag: [u8; 4],
    /// Where it begins.
    pub(super) at: u64,
    /// What is in it.
    pub(super) data: &'a [u8],
}

impl Chunk<'_> {
    /// Whether no other stands before it.
    pub(super) fn is_first(&self) -> bool {
        self.at == BEGINNING as u64
    }

    /// Says what is wrong with it.
    pub(super) fn damaged(&self, what: &str) -> Unreadable {
        Unreadable::Damaged {
            at: self.at,
            what: what.to_owned(),
        }
    }

    /// What was packed.
    pub(super) fn unpack(&self) -> Result<Vec<u8>, Unreadable> {
        let Some((length, packed)) = self.data.split_first_chunk::<4>() else {
            return Err(self.damaged("the length is missing"));
        };
        let length = u32::from_le_bytes(*length) as usize;
        if length > CHUNK {
            return Err(Unreadable::TooLarge(format!(
                "its part at byte {} claims to be {length} bytes, unpacked",
                self.at
            )));
        }
        if length > packed.len().saturating_mul(TIGHTEST) {
            return Err(self.damaged("more is claimed than there can be"));
        }
        match decompress_to_vec_with_limit(packed, length) {
            Ok(raw) if raw.len() == length => Ok(raw),
            Ok(_) => Err(self.damaged("there is less than is claimed")),
            Err(_) => Err(self.damaged("what is packed cannot be unpacked")),
        }
    }
}

/// The place of the next chunk of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunks {
    at: usize,
}

impl Default for Chunks {
    fn default() -> Self {
        Self { at: BEGINNING }
    }
}

impl Chunks {
    /// Those of a file that is a recording of a format that is known.
    pub(super) fn of(file: &[u8]) -> Result<Self, Unreadable> {
        let length = file.len();
        if !file.starts_with(&MAGIC[..length.min(MAGIC.len())]) || length == 0 {
            let is_ours = file.starts_with(&MAGIC[..5]);
            return Err(if is_ours {
                Unreadable::LineEnds
            } else {
                Unreadable::Foreign
            });
        }
        let Some(beginning) = file.first_chunk::<BEGINNING>() else {
            return Err(Unreadable::Cut {
                at: length as u64,
                within: 0,
            });
        };
        let number = |at: usize| u16::from_le_bytes([beginning[at], beginning[at + 1]]);
        match (number(8), number(10)) {
            (VERSION, 0) => Ok(Self::default()),
            (VERSION, flags) => Err(Unreadable::Unknown(format!("the flags {flags:#x}"))),
            (0, _) => Err(Unreadable::Damaged {
                at: 0,
                what: "the version of the format is 0, which there never was".to_owned(),
            }),
            (newer, _) => Err(Unreadable::Newer(newer)),
        }
    }

    /// The next chunk that is not to be passed over.
    pub(super) fn next_known<'a>(&mut self, file: &'a [u8]) -> Result<Chunk<'a>, Unreadable> {
        loop {
            let chunk = self.next(file)?;
            if [HEAD, SAID, DONE].contains(&chunk.tag) {
                return Ok(chunk);
            }
            if !chunk.tag[0].is_ascii_lowercase() {
                let tag = chunk.tag.escape_ascii();
                return Err(Unreadable::Unknown(format!("a part called `{tag}`")));
            }
        }
    }

    /// Nothing may follow the end.
    pub(super) fn end(self, file: &[u8]) -> Result<(), Unreadable> {
        if self.at == file.len() {
            return Ok(());
        }
        Err(Unreadable::Damaged {
            at: self.at as u64,
            what: "something follows the end".to_owned(),
        })
    }

    fn next<'a>(&mut self, file: &'a [u8]) -> Result<Chunk<'a>, Unreadable> {
        let at = self.at;
        let cut = || Unreadable::Cut {
            at: file.len() as u64,
            within: at as u64,
        };
        let rest = file.get(at..).unwrap_or_default();
        let (lead, rest) = rest.split_first_chunk::<LEAD>().ok_or_else(cut)?;
        let [a, b, c, d, numbers @ ..] = *lead;
        let tag = [a, b, c, d];
        let number = |from: usize| {
            let bytes = [0, 1, 2, 3].map(|byte| numbers[from + byte]);
            u32::from_le_bytes(bytes)
        };
        let data = rest.get(..number(0) as usize).ok_or_else(cut)?;
        let chunk = Chunk {
            tag,
            at: at as u64,
            data,
        };
        if checksum(tag, data) != number(4) {
            return Err(chunk.damaged("the bytes do not fit their checksum"));
        }
        self.at = at + LEAD + data.len();
        Ok(chunk)
    }
}

/// CRC-32 as IEEE 802.3, gzip and PNG have it.
fn checksum(tag: [u8; 4], data: &[u8]) -> u32 {
    let all = tag.iter().chain(data);
    !all.fold(u32::MAX, |sum, byte| {
        TABLE[((sum ^ u32::from(*byte)) & 0xff) as usize] ^ (sum >> 8)
    })
}

/// What each byte adds to the checksum.
const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 {
                0xedb8_8320 ^ (sum >> 1)
            } else {
                sum >> 1
            };
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
}

/// Puts the checksums of a file right, whatever else is wrong with it: for tests of what a checksum cannot find.
#[cfg(test)]
pub(super) fn mended(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let mut at = BEGINNING;
    while let Some(lead) = file.get(at..).and_then(<[u8]>::first_chunk::<LEAD>) {
        let tag = [lead[0], lead[1], lead[2], lead[3]];
        let length = u32::from_le_bytes([lead[4], lead[5], lead[6], lead[7]]) as usize;
        let Some(data) = file.get(at + LEAD..at.saturating_add(LEAD + length)) else {
            break;
        };
        let sum = checksum(tag, data).to_le_bytes();
        file[at + 8..at + 12].copy_from_slice(&sum);
        at += LEAD + length;
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_everybody() {
        // The check value of CRC-32/ISO-HDLC.
        assert_eq!(checksum(*b"1234", b"56789"), 0xcbf4_3926);
    }
}
