//! `open`, `creat`, `unlink`: names in the scratch directory, and the few others a lesson needs.

use super::{Answer, failing, refused};
use crate::bytecode::Builtin;
use crate::lab::access;
use crate::lab::space::Space;
use crate::lab::world::Stop;
use std::ffi::{CStr, c_int};

/// The longest name a lesson may use, with its final zero.
const LONGEST: usize = 512;

/// A name copied out of the lesson's memory, so that it cannot change between check and use.
#[derive(Clone, Copy)]
pub(super) struct Name {
    bytes: [u8; LONGEST],
}

impl Name {
    /// Reads the string at `addr`; the error is an `errno`.
    pub(super) fn read(addr: u64) -> Result<Self, c_int> {
        let mut bytes = [0; LONGEST];
        for (offset, place) in bytes.iter_mut().enumerate() {
            let byte = access::load(addr.wrapping_add(offset as u64), 1);
            *place = byte.map_err(|_| libc::EFAULT)? as u8;
            if *place == 0 {
                return Ok(Self { bytes });
            }
        }
        Err(libc::ENAMETOOLONG)
    }

    /// A name of several parts; `None` when it would be too long.
    pub(super) fn joined(parts: &[&[u8]]) -> Option<Self> {
        let mut bytes = [0; LONGEST];
        let mut end = 0;
        for part in parts {
            let next = end + part.len();
            // The final zero stays.
            bytes[..LONGEST - 1]
                .get_mut(end..next)?
                .copy_from_slice(part);
            end = next;
        }
        Some(Self { bytes })
    }

    pub(super) fn as_c(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).unwrap_or(c"")
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.as_c().to_bytes()
    }
}

impl Space {
    pub(super) fn call_path(&mut self, builtin: Builtin, arguments: [u64; 6]) -> Result<i64, Stop> {
        let (answer, mut cost) = self.weigh(|| match Name::read(arguments[0]) {
            Ok(name) => path(builtin, &name, arguments),
            Err(number) => Some(refused(number)),
        });
        if answer.is_none() {
            // Its name was read, and may have cost faults.
            cost.elapsed = 0;
        }
        let answer = answer.unwrap_or(refused(libc::EACCES));
        self.called(builtin, arguments, answer, cost)
    }
}

/// Does the call; `None` where a lesson may not.
fn path(builtin: Builtin, name: &Name, [_, b, c, ..]: [u64; 6]) -> Option<Answer> {
    let flags = match builtin {
        Builtin::Creat => libc::O_CREAT | libc::O_WRONLY | libc::O_TRUNC,
        _ => b as c_int,
    };
    let mode = if builtin == Builtin::Creat { b } else { c } as libc::mode_t;
    if !permitted(name.bytes(), builtin, flags) {
        return None;
    }
    let name = name.as_c().as_ptr();
    Some(failing(|| match builtin {
        // SAFETY: the name is a C string of ours, and was checked.
        Builtin::Unlink => i64::from(unsafe { libc::unlink(name) }),
        // SAFETY: the name is a C string of ours, and was checked. Scratch directories hold no symbolic links.
        _ => i64::from(unsafe { libc::open(name, flags | libc::O_NOFOLLOW, mode) }),
    }))
}

/// Whether a lesson may use that name so.
fn permitted(name: &[u8], builtin: Builtin, flags: c_int) -> bool {
    let reads_only = flags & (libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC) == libc::O_RDONLY;
    let opens = builtin == Builtin::Open;
    match name {
        b"/dev/zero" => opens,
        // Where it exists, root could write to any memory through it.
        b"/dev/mem" | b"/proc/self/maps" => opens && reads_only,
        _ => !name.starts_with(b"/") && name.split(|&byte| byte == b'/').all(|part| part != b".."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_the_scratch_directory() {
        let table = [
            ("data.bin", libc::O_RDWR | libc::O_CREAT, true),
            ("./data.bin", libc::O_RDONLY, true),
            ("..data", libc::O_RDONLY, true),
            ("../data.bin", libc::O_RDONLY, false),
            ("a/../../b", libc::O_RDONLY, false),
            ("a/..", libc::O_RDONLY, false),
            ("/etc/passwd", libc::O_RDONLY, false),
            ("/dev/zero", libc::O_RDWR, true),
            ("/dev/mem", libc::O_RDONLY, true),
            ("/dev/mem", libc::O_RDWR, false),
            ("/proc/self/maps", libc::O_RDONLY, true),
            ("/proc/self/mem", libc::O_RDONLY, false),
        ];
        for (name, flags, expected) in table {
            assert_eq!(
                permitted(name.as_bytes(), Builtin::Open, flags),
                expected,
                "{name}"
            );
        }
        assert!(!permitted(b"/dev/zero", Builtin::Unlink, 0));
    }
}
