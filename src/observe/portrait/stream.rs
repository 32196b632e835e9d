//! `/proc/<pid>/smaps`, read as a stream: what it says is parsed while it comes, and never held as a whole.
//!
//! The kernel takes the lock of the process's mappings for one VMA after the other and gives a page of text at a time;
//! a process of 60,000 VMAs has 40 MB of it. See proc(5).

use super::area::{Areas, Parser};
use crate::mem::Pid;
use std::fs::File;
use std::io::{self, Read};

/// Bytes asked for at a time.
const PIECE: usize = 64 * 1024;

/// The VMAs of a process.
pub fn read(pid: Pid) -> io::Result<Areas> {
    let mut file = File::open(format!("/proc/{pid}/smaps"))?;
    parse(Parser::of(pid), &mut file)
}

/// The VMAs that a text like smaps has. Where it cannot be read on after its beginning, those so far.
pub fn parse(mut parser: Parser, from: &mut impl Read) -> io::Result<Areas> {
    let mut buffer = vec![0; PIECE];
    let mut held = 0;
    let mut any = false;
    loop {
        match from.read(&mut buffer[held..]) {
            Ok(0) => break,
            Ok(count) => {
                any = true;
                held += count;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // The process has ended meanwhile: what was read was true.
            Err(_) if any => break,
            Err(error) => return Err(error),
        }
        let used = parser.push(&buffer[..held]);
        buffer.copy_within(used..held, 0);
        held -= used;
        if held == buffer.len() {
            // A line longer than all of it; names may be long.
            buffer.resize(buffer.len() * 2, 0);
        }
    }
    Ok(parser.finish(&buffer[..held]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::Field;

    /// Gives a text in pieces of a few bytes, then an error as of a process that has ended.
    struct Ends<'a>(&'a [u8]);

    impl Read for Ends<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
            let count = self.0.len().min(into.len()).min(100);
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn gone_in_the_middle_leaves_what_was_read() {
        let text = include_bytes!("../../../tests/fixtures/smaps-6.18.txt");
        let areas = parse(Parser::default(), &mut Ends(&text[..1000])).unwrap();
        assert_eq!(areas.list()[0].sizes.get(Field::Rss), Some(24 * 1024));
        assert!(areas.sum(Field::Locked).is_err());
        assert_eq!(
            parse(Parser::default(), &mut Ends(b""))
                .unwrap_err()
                .raw_os_error(),
            Some(libc::ESRCH)
        );
    }

    #[test]
    fn a_line_may_be_longer_than_the_buffer() {
        let mut text = b"1000-2000 rw-p 0 08:01 12 /tmp/".to_vec();
        text.resize(5 * PIECE, b'x');
        text.extend(b"\nRss:                   4 kB\n");
        let areas = parse(Parser::default(), &mut &text[..]).unwrap();
        assert_eq!(areas.sum(Field::Rss), Ok(4096));
    }
}
