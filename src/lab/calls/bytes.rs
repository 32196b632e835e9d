//! `memset`, `memcpy`, `memcmp`, `strcpy`, `strlen`: loops over the pages, each page's share a measured access.

use crate::bytecode::Builtin;
use crate::lab::access;
use crate::lab::space::Space;
use crate::lab::world::Stop;
use crate::mem::AccessKind;

impl Space {
    pub(super) fn call_bytes(
        &mut self,
        builtin: Builtin,
        [a, b, length, ..]: [u64; 6],
    ) -> Result<i64, Stop> {
        match builtin {
            Builtin::Memset => self.fill(a, b as u8, length).map(|()| a as i64),
            Builtin::Memcpy => self.copy(a, b, length).map(|()| a as i64),
            Builtin::Memcmp => self.compare(a, b, length),
            Builtin::Strcpy => self.copy_string(a, b).map(|()| a as i64),
            _ => self.measure_string(a),
        }
    }

    fn fill(&mut self, to: u64, byte: u8, length: u64) -> Result<(), Stop> {
        let mut done = 0;
        while done < length {
            let at = to.wrapping_add(done);
            let some = self.within_page(at, length - done);
            self.access(AccessKind::Write, at, some, || access::fill(at, byte, some))?;
            done += some;
        }
        Ok(())
    }

    fn copy(&mut self, to: u64, from: u64, length: u64) -> Result<(), Stop> {
        let mut done = 0;
        while done < length {
            let (to, from) = (to.wrapping_add(done), from.wrapping_add(done));
            let some = self.within_page(to, self.within_page(from, length - done));
            self.load_share(from, some)?;
            self.access(AccessKind::Write, to, some, || access::copy(to, from, some))?;
            done += some;
        }
        Ok(())
    }

    fn compare(&mut self, a: u64, b: u64, length: u64) -> Result<i64, Stop> {
        let mut done = 0;
        while done < length {
            let (a, b) = (a.wrapping_add(done), b.wrapping_add(done));
            let some = self.within_page(a, self.within_page(b, length - done));
            self.load_share(b, some)?;
            let equal = self.access(AccessKind::Read, a, some, || access::compare(a, b, some))?;
            if equal < some {
                let byte = |addr: u64| access::load(addr.wrapping_add(equal), 1);
                let first = byte(a).map_err(Stop::Signal)?;
                return Ok(first as i64 - byte(b).map_err(Stop::Signal)? as i64);
            }
            done += some;
        }
        Ok(0)
    }

    fn copy_string(&mut self, to: u64, from: u64) -> Result<(), Stop> {
        let mut done = 0;
        loop {
            let (to, from) = (to.wrapping_add(done), from.wrapping_add(done));
            let room = self.within_page(to, self.within_page(from, u64::MAX));
            let before_end =
                self.access(AccessKind::Read, from, room, || access::scan(from, 0, room))?;
            let some = (before_end + 1).min(room);
            self.access(AccessKind::Write, to, some, || access::copy(to, from, some))?;
            if before_end < room {
                return Ok(());
            }
            done += some;
        }
    }

    fn measure_string(&mut self, from: u64) -> Result<i64, Stop> {
        let mut length = 0;
        loop {
            let at = from.wrapping_add(length);
            let room = self.within_page(at, u64::MAX);
            let before_end =
                self.access(AccessKind::Read, at, room, || access::scan(at, 0, room))?;
            length += before_end;
            if before_end < room {
                return Ok(length as i64);
            }
        }
    }

    /// The read of a page's share of a copy: its first byte decides about the page.
    fn load_share(&mut self, from: u64, length: u64) -> Result<(), Stop> {
        self.access(AccessKind::Read, from, length, || access::load(from, 1))
            .map(drop)
    }
}
