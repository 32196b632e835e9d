//! The memory that is the lab's own: its binary, libc, stack, buffers. Touched before the lesson, and again after fork.
//!
//! Whatever is mapped when [`Own::read`] runs is the lab's; whatever comes later is the lesson's. Read from
//! `/proc/self/maps` (proc(5)) by plain system calls into a fixed buffer, since a `FILE` or a `Vec` would make a heap.

use super::access;
use std::ffi::CStr;

/// The most lines of maps that are kept: a lab has about thirty.
const MOST: usize = 192;

#[derive(Clone, Copy)]
struct Part {
    start: u64,
    end: u64,
    writable: bool,
}

/// The ranges that are the lab's own.
pub(super) struct Own {
    parts: [Part; MOST],
    count: usize,
    page: u64,
}

impl Own {
    /// For pages of `page` bytes; holds nothing yet.
    pub(super) const fn new(page: u64) -> Self {
        Self {
            parts: [Part {
                start: 0,
                end: 0,
                writable: false,
            }; MOST],
            count: 0,
            page,
        }
    }

    /// Reads what is mapped now. `buffer` holds the text meanwhile.
    pub(super) fn read(&mut self, buffer: &mut [u8]) {
        self.count = 0;
        let text = read_file(c"/proc/self/maps", buffer);
        let parts = text.split(|&byte| byte == b'\n').filter_map(parse);
        for (place, part) in self.parts.iter_mut().zip(parts) {
            *place = part;
            self.count += 1;
        }
    }

    /// Makes every page present in this process, and every writable one its own copy.
    pub(super) fn touch(&self) {
        for part in self.parts.iter().take(self.count) {
            let mut addr = part.start;
            while addr < part.end {
                let touched = if part.writable {
                    access::touch(addr)
                } else {
                    access::load(addr, 1).map(drop)
                };
                // A lesson may have unmapped or protected what was ours; that is its affair.
                if touched.is_err() {
                    break;
                }
                addr += self.page;
            }
        }
    }
}

/// Reads a file, as far as `buffer` goes.
pub(super) fn read_file<'a>(path: &CStr, buffer: &'a mut [u8]) -> &'a [u8] {
    // SAFETY: opens a constant path.
    let file = unsafe { libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) };
    let mut length = 0;
    while let Some(room) = buffer.get_mut(length..).filter(|room| !room.is_empty()) {
        // SAFETY: reads into `room`, at most its length.
        let read = unsafe { libc::read(file, room.as_mut_ptr().cast(), room.len()) };
        if read <= 0 {
            break;
        }
        length += read as usize;
    }
    // SAFETY: closes what was opened here; -1 is refused without effect.
    unsafe { libc::close(file) };
    buffer.get(..length).unwrap_or(&[])
}

/// One line of maps; `None` for the kernel's own pages, for the heap, and for what cannot be read.
fn parse(line: &[u8]) -> Option<Part> {
    let mut words = line.split(|&byte| byte == b' ').filter(|w| !w.is_empty());
    let mut bounds = words.next()?.split(|&byte| byte == b'-');
    let (start, end) = (hex(bounds.next()?)?, hex(bounds.next()?)?);
    let perms = words.next()?;
    let name = words.nth(3).unwrap_or(&[]);
    // [vdso] is code like any other; [vvar], [vvar_vclock] and [vsyscall] are not memory to touch.
    let special = name.starts_with(b"[v") && name != b"[vdso]";
    if special || name == b"[heap]" || perms.first() != Some(&b'r') {
        return None;
    }
    Some(Part {
        start,
        end,
        writable: perms.get(1) == Some(&b'w'),
    })
}

/// A decimal number, as far as its digits go.
pub(super) fn decimal(digits: &[u8]) -> u64 {
    digits
        .iter()
        .map_while(|&digit| char::from(digit).to_digit(10))
        .fold(0_u64, |value, digit| {
            value.saturating_mul(10).saturating_add(u64::from(digit))
        })
}

fn hex(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |value, &digit| {
        let digit = char::from(digit).to_digit(16)?;
        Some(value << 4 | u64::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_maps_are_read_and_special_ones_left_out() {
        let table = [
            (
                "55d0c0000000-55d0c0021000 r-xp 00000000 fe:00 131 /usr/bin/mmap tutor",
                Some((0x55d0_c000_0000, 0x55d0_c002_1000, false)),
            ),
            (
                "7ffd0000-7ffe0000 rw-p 00000000 00:00 0     [stack]",
                Some((0x7ffd_0000, 0x7ffe_0000, true)),
            ),
            ("1000-2000 rw-p 00000000 00:00 0     [heap]", None),
            ("1000-2000 ---p 00000000 00:00 0", None),
            ("1000-2000 r--p 00000000 00:00 0     [vvar]", None),
            (
                "1000-2000 r-xp 00000000 00:00 0     [vdso]",
                Some((0x1000, 0x2000, false)),
            ),
        ];
        for (line, expected) in table {
            let part = parse(line.as_bytes()).map(|p| (p.start, p.end, p.writable));
            assert_eq!(part, expected, "{line}");
        }
    }
}
