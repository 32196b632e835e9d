//! `/proc/<pid>/smaps`, read a little at every tick: it is the dearest file of all, and the lock is held while the
//! kernel adds up one VMA. See proc(5).

use super::files::{Files, Name};
use super::meter::Meter;
use crate::mem::Pid;
use crate::observe::ObserveError;
use crate::observe::portrait::area::{Areas, Parser};
use std::os::unix::fs::FileExt;

/// Bytes asked for at a time. The kernel gives about a page of text, however much it is asked for.
const PIECE: usize = 16 * 1024;

/// A pass over all VMAs.
#[derive(Debug)]
pub struct Stream {
    parser: Parser,
    buffer: Vec<u8>,
    held: usize,
    at: u64,
}

impl Stream {
    /// At the beginning of a process's smaps.
    pub fn new(pid: Pid) -> Self {
        Self {
            parser: Parser::of(pid),
            buffer: vec![0; PIECE],
            held: 0,
            at: 0,
        }
    }

    /// Goes on until the end or until the tick is spent; gives whether it is at its end.
    pub fn go_on(&mut self, files: &mut Files, meter: &mut Meter) -> Result<bool, ObserveError> {
        let pid = files.pid();
        let file = files.get(Name::Smaps, meter)?;
        loop {
            let count = meter
                .held(|| file.read_at(&mut self.buffer[self.held..], self.at))
                .map_err(|error| ObserveError::of(pid, "smaps", &error))?;
            if count == 0 {
                return Ok(true);
            }
            self.at += count as u64;
            self.held += count;
            let used = self.parser.push(&self.buffer[..self.held]);
            self.buffer.copy_within(used..self.held, 0);
            self.held -= used;
            if self.held == self.buffer.len() {
                // A line longer than all of it; names may be long.
                self.buffer.resize(self.held * 2, 0);
            }
            if meter.is_spent() {
                return Ok(false);
            }
        }
    }

    /// The VMAs that were read.
    pub fn finish(self) -> Areas {
        self.parser.finish(&self.buffer[..self.held])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::Field;
    use std::time::Duration;

    #[test]
    fn read_in_many_ticks_it_is_the_same() {
        let pid = Pid(std::process::id() as i32);
        let mut files = Files::open(pid).unwrap();
        let mut stream = Stream::new(pid);
        let mut ticks = 1;
        // No time at all: one call a tick.
        while !stream
            .go_on(&mut files, &mut Meter::new(Duration::ZERO))
            .unwrap()
        {
            ticks += 1;
        }
        let areas = stream.finish();
        assert!(ticks > 2, "{ticks}");
        assert!(areas.list().len() > 5);
        assert!(areas.sum(Field::Rss).unwrap() > 0);
    }
}
