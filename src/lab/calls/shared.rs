//! `shm_open`, `shm_unlink`, `memfd_create`: shared memory by name and without one.
//!
//! Names in `/dev/shm` belong to all programs of the machine, and to all learners of it. So a lesson's `/note` is
//! `/mmap-tutor-4242-note` there, with the number of its tutor: nobody else makes an object of that name. A lesson may
//! use the objects that it made itself; the tutor keeps their names, since any process of the lesson may have made
//! them, and removes what is left at the end.

use super::paths::Name;
use super::{Answer, failing, refused};
use crate::bytecode::Builtin;
use crate::lab::protocol::{Verdict, tell};
use crate::lab::space::Space;
use crate::lab::world::Stop;
use std::ffi::{CStr, c_int};

/// How the names of all lessons begin.
const PREFIX: &[u8] = b"/mmap-tutor-";

impl Space {
    pub(super) fn call_shared(
        &mut self,
        builtin: Builtin,
        arguments: [u64; 6],
    ) -> Result<i64, Stop> {
        let name = match Name::read(arguments[0]) {
            Ok(name) => name,
            Err(number) => return self.measured(builtin, arguments, || refused(number)),
        };
        if builtin == Builtin::MemfdCreate {
            return self.measured(builtin, arguments, || memfd(name.as_c(), arguments[1]));
        }
        let name = own_name(&name, self.tutor);
        let known = self.is_known(name.bytes());
        // An object that others made can be neither opened nor removed; one that nobody made must be new.
        let result = self.measured(builtin, arguments, || match (builtin, known) {
            (Builtin::ShmUnlink, true) => unlink(name.as_c()),
            (Builtin::ShmUnlink, false) => foreign(name.as_c(), libc::O_RDONLY),
            (_, true) => open(name.as_c(), arguments),
            (_, false) if arguments[1] as c_int & libc::O_CREAT != 0 => create(&name, arguments),
            (_, false) => foreign(name.as_c(), arguments[1] as c_int),
        })?;
        if builtin == Builtin::ShmOpen && !known && result >= 0 {
            self.channel.send(tell::SHARED_MADE, name.bytes());
            self.meter.rebase();
        }
        Ok(result)
    }

    /// Whether a process of this lesson made the object of that name.
    fn is_known(&mut self, name: &[u8]) -> bool {
        self.channel.send(tell::SHARED_NAME, name);
        let known = self.verdict() == Verdict::YES;
        self.meter.rebase();
        known
    }
}

/// The name that an object of this lesson has for everybody. One that is none, or too long, stays: the call refuses it.
fn own_name(name: &Name, tutor: i32) -> Name {
    let bytes = name.bytes();
    let rest = bytes.strip_prefix(b"/").unwrap_or(bytes);
    if rest.is_empty() || rest.contains(&b'/') {
        return *name;
    }
    let mut digits = [0; 10];
    Name::joined(&[
        PREFIX,
        decimal(tutor.unsigned_abs(), &mut digits),
        b"-",
        rest,
    ])
    .unwrap_or(*name)
}

/// A number in digits; without `format!`, since a lab allocates nothing.
fn decimal(mut number: u32, digits: &mut [u8; 10]) -> &[u8] {
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return &digits[first..];
        }
    }
}

fn memfd(name: &CStr, flags: u64) -> Answer {
    // SAFETY: the name is a C string of ours.
    failing(|| i64::from(unsafe { libc::memfd_create(name.as_ptr(), flags as u32) }))
}

fn unlink(name: &CStr) -> Answer {
    // SAFETY: the name is a C string of ours.
    failing(|| i64::from(unsafe { libc::shm_unlink(name.as_ptr()) }))
}

fn open(name: &CStr, [_, flags, mode, ..]: [u64; 6]) -> Answer {
    let mode = mode as libc::mode_t;
    // SAFETY: the name is a C string of ours.
    failing(|| i64::from(unsafe { libc::shm_open(name.as_ptr(), flags as c_int, mode) }))
}

/// Makes a new object, or says why not; one that another program made is refused.
fn create(name: &Name, [first, flags, mode, ..]: [u64; 6]) -> Answer {
    let wanted = flags as c_int;
    let answer = open(
        name.as_c(),
        [first, (wanted | libc::O_EXCL) as u64, mode, 0, 0, 0],
    );
    if answer.1 == libc::EEXIST && wanted & libc::O_EXCL == 0 {
        return refused(libc::EACCES);
    }
    answer
}

/// What to say of an object that this lesson did not make: whether it is there, and not more.
fn foreign(name: &CStr, flags: c_int) -> Answer {
    let flags = flags & !(libc::O_CREAT | libc::O_TRUNC);
    let (descriptor, number) = open(name, [0, flags as u64, 0, 0, 0, 0]);
    if descriptor < 0 {
        return refused(number);
    }
    // SAFETY: closes what was opened here.
    unsafe { libc::close(descriptor as c_int) };
    refused(libc::EACCES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_one_tutor() {
        let long = [b'n'; 600];
        let table: [(&[u8], &[u8]); 6] = [
            (b"/note", b"/mmap-tutor-4242-note"),
            (b"note", b"/mmap-tutor-4242-note"),
            (b"/", b"/"),
            (b"", b""),
            (b"/../etc", b"/../etc"),
            (&long[..500], &long[..500]),
        ];
        for (name, expected) in table {
            let name = Name::joined(&[name]).unwrap();
            assert_eq!(own_name(&name, 4242).bytes(), expected);
        }
        assert!(Name::joined(&[&long]).is_none());
        for number in [0, 7, 10, u32::MAX] {
            assert_eq!(decimal(number, &mut [0; 10]), number.to_string().as_bytes());
        }
    }
}
