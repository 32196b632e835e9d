//! What a command printed, on its way to lines for a panel: as a terminal would show them, and none that steers one.

use crate::lesson::visible::visible_line;

/// Lines of a batch: of more, only the last.
const LINES: usize = 1000;
/// Bytes of a line; what is longer is broken.
const LONGEST: usize = 4096;
/// Bytes that are kept until lines are made of them: of more, only the last.
const KEPT: usize = 256 * 1024;

/// Bytes on their way to lines: the last of those that were printed since lines were made of them.
#[derive(Default)]
pub(super) struct Printed {
    bytes: Vec<u8>,
    /// Whether there are some that nothing was made of yet.
    fresh: bool,
}

impl Printed {
    /// Whether more was printed since lines were made last.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Takes what was read.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.fresh = true;
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > 2 * KEPT {
            let much = self.bytes.len() - KEPT;
            self.bytes.drain(..much);
        }
    }

    /// The lines that are whole, the last of them when there are very many.
    pub(super) fn lines(&mut self) -> Vec<String> {
        self.fresh = false;
        let whole = match self.bytes.iter().rposition(|&byte| byte == b'\n') {
            Some(end) => end + 1,
            // A line without an end is broken somewhere.
            None if self.bytes.len() >= LONGEST => self.bytes.len(),
            None => return Vec::new(),
        };
        let rest = self.bytes.split_off(whole);
        let bytes = std::mem::replace(&mut self.bytes, rest);
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let pieces = bytes.rsplit(|&byte| byte == b'\n').take(LINES);
        let mut lines: Vec<String> = pieces.flat_map(broken).take(LINES).collect();
        lines.reverse();
        lines
    }

    /// What there is of a line without an end; empty where there is none.
    pub(super) fn rest(&self) -> String {
        broken(&self.bytes).next().unwrap_or_default()
    }

    /// The lines that are left, the last of them whole or not.
    pub(super) fn end(&mut self) -> Vec<String> {
        if self.bytes.last().is_some_and(|&byte| byte != b'\n') {
            self.bytes.push(b'\n');
        }
        self.lines()
    }
}

/// A line as it looks on a terminal: what stands before a carriage return is written over. One that is too long is broken;
/// the last piece comes first.
fn broken(line: &[u8]) -> impl Iterator<Item = String> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let shown = line
        .rsplit(|&byte| byte == b'\r')
        .next()
        .unwrap_or_default();
    let pieces = shown.len().div_ceil(LONGEST).max(1);
    (0..pieces).rev().map(move |piece| {
        let from = piece * LONGEST;
        let to = (from + LONGEST).min(shown.len());
        visible_line(&String::from_utf8_lossy(&shown[from..to]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_lines_as_on_a_terminal() {
        let table: [(&[u8], &[&str], &[&str]); 9] = [
            (b"", &[], &[]),
            (b"one", &[], &["one"]),
            (b"one\ntw", &["one"], &["tw"]),
            (b"one\n\n\ntwo\n", &["one", "", "", "two"], &[]),
            (b"\n", &[""], &[]),
            (b"done\n10 %\r20 %", &["done"], &["20 %"]),
            (b"10 %\r20 %\r\nend\r\n", &["20 %", "end"], &[]),
            (b"\x1b[2Ja\xff\n", &["\u{241b}[2Ja\u{fffd}"], &[]),
            (b"\rx\n\r\n", &["x", ""], &[]),
        ];
        for (bytes, whole, rest) in table {
            let mut printed = Printed::default();
            printed.push(bytes);
            assert!(printed.is_fresh() || bytes.is_empty());
            assert_eq!(printed.lines(), whole, "{bytes:?}");
            assert!(!printed.is_fresh());
            assert_eq!(printed.rest(), rest.concat(), "{bytes:?}");
            assert_eq!(printed.end(), rest, "{bytes:?}");
            assert_eq!(printed.rest(), "");
        }
        let mut printed = Printed::default();
        printed.push(&[b'x'; LONGEST + 1]);
        printed.push(b"\n");
        assert_eq!(printed.lines(), ["x".repeat(LONGEST), "x".to_owned()]);
        for line in 0..100_000 {
            printed.push(format!("{line}\n").as_bytes());
        }
        let lines = printed.lines();
        assert_eq!(lines.len(), LINES);
        assert_eq!(lines[0], (100_000 - LINES).to_string());
        assert_eq!(lines[LINES - 1], "99999");
    }
}
