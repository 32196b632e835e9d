//! `puts` and `perror`: puts(3), perror(3). What they print belongs to the statement's output.

use super::errno;
use crate::bytecode::{Builtin, ERRNO_OFFSET};
use crate::lab::access;
use crate::lab::log::Output;
use crate::lab::space::Space;
use crate::lab::world::Stop;
use crate::mem::Signal;
use std::ffi::{CStr, c_char};

impl Space {
    pub(super) fn call_print(
        &mut self,
        builtin: Builtin,
        arguments: [u64; 6],
    ) -> Result<i64, Stop> {
        let [text, ..] = arguments;
        let page = self.places.page;
        let error = access::load(self.places.frame + u64::from(ERRNO_OFFSET), 4).unwrap_or(0);
        let output = &mut self.output;
        let (printed, cost) = self.meter.measure(|| match builtin {
            Builtin::Puts => {
                let length = print_string(output, text, page)?;
                output.print(b"\n");
                Ok(length + 1)
            }
            _ => print_error(output, text, page, error as i32).map(|()| 0),
        });
        match printed {
            Ok(result) => self.called(builtin, arguments, (result, 0), cost),
            // The string is not there: what libc would have died of.
            Err(signal) => {
                self.called(builtin, arguments, (-1, 0), cost)?;
                Err(Stop::Signal(signal))
            }
        }
    }
}

/// Prints the string at `addr`; gives its length.
fn print_string(output: &mut Output, addr: u64, page: u64) -> Result<i64, Signal> {
    let mut length = 0;
    loop {
        let at = addr.wrapping_add(length);
        let mut chunk = [0; 256];
        let room = (page - at % page).min(chunk.len() as u64);
        let some = access::scan(at, 0, room)?;
        if some > 0 {
            access::copy(chunk.as_mut_ptr() as u64, at, some)?;
            output.print(chunk.get(..some as usize).unwrap_or(&[]));
        }
        length += some;
        if some < room {
            return Ok(length as i64);
        }
    }
}

/// Prints `text: reason`, or the reason alone when there is no text.
fn print_error(output: &mut Output, text: u64, page: u64, error: i32) -> Result<(), Signal> {
    if text != 0 && access::load(text, 1)? != 0 {
        print_string(output, text, page)?;
        output.print(b": ");
    }
    let mut reason: [c_char; 128] = [0; 128];
    let kept = errno();
    // SAFETY: writes into `reason`, at most its length, and ends it with a zero.
    unsafe { libc::strerror_r(error, reason.as_mut_ptr(), reason.len()) };
    super::set_errno(kept);
    // SAFETY: `reason` ends with a zero: it was all zeros, and strerror_r keeps the last.
    let reason = unsafe { CStr::from_ptr(reason.as_ptr()) };
    output.print(reason.to_bytes());
    output.print(b"\n");
    Ok(())
}
