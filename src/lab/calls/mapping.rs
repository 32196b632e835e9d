//! `mmap` and its family: mmap(2), munmap(2), mprotect(2), madvise(2), msync(2), mremap(2), mlock(2), mincore(2).

use super::{Answer, failing};
use crate::bytecode::Builtin;
use crate::lab::placement;
use crate::lab::space::Space;
use crate::lab::world::Stop;
use std::ffi::{c_int, c_void};

/// Advice that loads pages, which the libc crate lacks on some targets (madvise(2), since Linux 5.14).
const POPULATE: [c_int; 2] = [22, 23];

impl Space {
    pub(super) fn call_mapping(
        &mut self,
        builtin: Builtin,
        arguments: [u64; 6],
    ) -> Result<i64, Stop> {
        if self.would_load_too_much(builtin, arguments) {
            return self.forbidden(builtin, arguments, libc::ENOMEM);
        }
        let hint = self.hint_for(builtin, arguments);
        let passed = hint.map_or(arguments, |hint| {
            let [_, rest @ ..] = arguments;
            let [length, prot, flags, file, offset] = rest;
            [hint, length, prot, flags, file, offset]
        });
        let result = self.measured(builtin, arguments, || mapping(builtin, passed))?;
        if hint.is_some_and(|hint| hint == result as u64) {
            self.hint = placement::next(result as u64, arguments[1]);
        }
        Ok(result)
    }

    /// The address to propose where the lesson names none.
    fn hint_for(&self, builtin: Builtin, [addr, _, _, flags, ..]: [u64; 6]) -> Option<u64> {
        let placed = libc::MAP_FIXED | libc::MAP_FIXED_NOREPLACE;
        let free = builtin == Builtin::Mmap && addr == 0 && flags as c_int & placed == 0;
        (free && self.settings.apart == 1).then_some(self.hint)
    }

    /// Whether one call would load more pages than a lesson may have: it could not be stopped half-way.
    fn would_load_too_much(
        &self,
        builtin: Builtin,
        [_, length, third, flags, ..]: [u64; 6],
    ) -> bool {
        let loads = match builtin {
            Builtin::Mmap => {
                flags as c_int & (libc::MAP_POPULATE | libc::MAP_LOCKED | libc::MAP_HUGETLB) != 0
            }
            Builtin::Madvise => POPULATE.contains(&(third as c_int)),
            Builtin::Mlock => true,
            _ => false,
        };
        loads && length / 1024 > self.budget
    }
}

#[expect(
    clippy::many_single_char_names,
    reason = "each function gives the six words other names"
)]
fn mapping(builtin: Builtin, [a, b, c, d, e, f]: [u64; 6]) -> Answer {
    let (addr, length) = (a as *mut c_void, b as usize);
    let third = c as c_int;
    // Every call below changes only this process's own mappings, at addresses the lesson chose. A lesson that names
    // the lab's own memory destroys its process, as a C program that names its own code does.
    failing(|| match builtin {
        Builtin::Mmap => {
            let (flags, file) = (d as c_int, e as c_int);
            // SAFETY: see above.
            unsafe { libc::mmap(addr, length, third, flags, file, f as libc::off_t) as i64 }
        }
        // SAFETY: see above.
        Builtin::Munmap => i64::from(unsafe { libc::munmap(addr, length) }),
        // SAFETY: see above.
        Builtin::Mprotect => i64::from(unsafe { libc::mprotect(addr, length, third) }),
        // SAFETY: see above.
        Builtin::Madvise => i64::from(unsafe { libc::madvise(addr, length, third) }),
        // SAFETY: see above.
        Builtin::Msync => i64::from(unsafe { libc::msync(addr, length, third) }),
        Builtin::Mremap => {
            let (longer, flags) = (c as usize, d as c_int);
            // SAFETY: see above.
            unsafe { libc::mremap(addr, length, longer, flags, e as *mut c_void) as i64 }
        }
        // SAFETY: see above.
        Builtin::Mlock => i64::from(unsafe { libc::mlock(addr, length) }),
        // SAFETY: see above.
        Builtin::Munlock => i64::from(unsafe { libc::munlock(addr, length) }),
        // SAFETY: see above; the kernel writes the answer where the lesson says, or fails with EFAULT.
        _ => i64::from(unsafe { libc::mincore(addr, length, c as *mut u8) }),
    })
}
