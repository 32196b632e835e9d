//! Why a call failed here: what its arguments have to do with its error, as far as they alone say it.
//!
//! Read the section ERRORS of the man page of each.

use crate::c::constants;
use crate::mem::Call;

/// One of these must be among the flags of `mmap`.
const SHARING: u64 = (libc::MAP_PRIVATE | libc::MAP_SHARED) as u64;

/// Why a call failed; `None` where its arguments do not say.
pub fn why(call: &Call, page: Option<u64>) -> Option<String> {
    let reason = reason(call, page)?;
    Some(format!("{}: {reason}", call.function))
}

fn reason(call: &Call, page: Option<u64>) -> Option<String> {
    let [first, length, _, flags, descriptor, _] = call.arguments;
    let is_range = matches!(
        call.function,
        "munmap" | "mprotect" | "madvise" | "msync" | "mremap" | "mincore"
    );
    let descriptor = match call.function {
        "mmap" => descriptor,
        _ => first,
    } as i32;
    match constants::errno_name(call.errno)? {
        "EINVAL" if is_range && page.is_some_and(|page| !first.is_multiple_of(page)) => {
            Some(format!("{first:#x} is not the first byte of a page"))
        }
        "EINVAL" if length == 0 && matches!(call.function, "mmap" | "munmap") => {
            Some("the length is 0".to_owned())
        }
        "EINVAL" if call.function == "mmap" && flags & SHARING == 0 => {
            Some("neither MAP_PRIVATE nor MAP_SHARED is among the flags".to_owned())
        }
        "ENOMEM" if is_range => Some("a part of the range is not mapped".to_owned()),
        "EBADF" => Some(format!("{descriptor} is no open file descriptor")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Faults, Nanos};

    #[test]
    fn the_arguments_say_why_where_they_can() {
        let table = [
            (
                "munmap",
                [0x1001, 0x1000, 0, 0, 0, 0],
                libc::EINVAL,
                Some("0x1001 is not"),
            ),
            (
                "munmap",
                [0x1000, 0, 0, 0, 0, 0],
                libc::EINVAL,
                Some("the length is 0"),
            ),
            (
                "mmap",
                [0, 0x1000, 3, 0x20, u64::MAX, 0],
                libc::EINVAL,
                Some("neither"),
            ),
            (
                "mmap",
                [0, 0x1000, 3, 2, 77, 0],
                libc::EBADF,
                Some("77 is no"),
            ),
            ("close", [9, 0, 0, 0, 0, 0], libc::EBADF, Some("9 is no")),
            (
                "mprotect",
                [0x1000, 0x1000, 1, 0, 0, 0],
                libc::ENOMEM,
                Some("a part"),
            ),
            ("open", [0x1000, 0, 0, 0, 0, 0], libc::ENOENT, None),
        ];
        for (function, arguments, errno, expected) in table {
            let call = Call {
                function,
                arguments,
                result: -1,
                errno,
                faults: Faults::default(),
                elapsed: Nanos::default(),
            };
            let found = reason(&call, Some(0x1000));
            let fits = match (&found, expected) {
                (Some(found), Some(expected)) => found.starts_with(expected),
                (found, expected) => found.is_none() && expected.is_none(),
            };
            assert!(fits, "{function}: {found:?}");
        }
    }
}
