//! Calls on descriptors: read(2), write(2), lseek(2), ftruncate(2), fsync(2), `posix_fadvise(2)`, fallocate(2)….

use super::{Answer, failing, refused};
use crate::bytecode::Builtin;
use crate::lab::access;
use crate::lab::space::Space;
use crate::lab::world::Stop;
use std::ffi::{c_int, c_void};

/// The most bytes of files that a process of a lesson may write: it shall not fill the disk.
const MOST_WRITTEN: u64 = 2 << 30;

impl Space {
    /// The descriptor a lesson means; -1, which no call accepts, for the lab's own socket.
    fn descriptor(&self, argument: u64) -> c_int {
        let descriptor = argument as c_int;
        if descriptor == self.channel.0 {
            return -1;
        }
        descriptor
    }

    pub(super) fn call_file(&mut self, builtin: Builtin, arguments: [u64; 6]) -> Result<i64, Stop> {
        let descriptor = self.descriptor(arguments[0]);
        let bytes = match builtin {
            Builtin::Write | Builtin::Pwrite => arguments[2],
            Builtin::Fallocate => arguments[3],
            _ => 0,
        };
        let too_much = self.written.saturating_add(bytes) > MOST_WRITTEN;
        let result = if builtin == Builtin::Write && (1..=2).contains(&descriptor) {
            self.write_to_screen(arguments)
        } else if too_much {
            self.forbidden(builtin, arguments, libc::ENOSPC)
        } else {
            self.measured(builtin, arguments, || file(builtin, descriptor, arguments))
        }?;
        if result >= 0 {
            self.written = self.written.saturating_add(bytes);
        }
        Ok(result)
    }

    /// `write` to descriptor 1 or 2. Both are `/dev/null` in a lab, unless the lesson put a file there; what is written
    /// belongs to the statement's output.
    fn write_to_screen(&mut self, arguments: [u64; 6]) -> Result<i64, Stop> {
        let [descriptor, from, length, ..] = arguments;
        let output = &mut self.output;
        let page = self.places.page;
        let (answer, cost) = self.meter.measure(|| {
            let answer = file(Builtin::Write, descriptor as c_int, arguments);
            if answer.0 > 0 && is_null_device(descriptor as c_int) {
                let mut done = 0;
                // /dev/null does not look at the bytes; a terminal would.
                while done < length && !output.cut {
                    let mut chunk = [0; 256];
                    let addr = from.wrapping_add(done);
                    let some = (page - addr % page).min(length - done).min(256);
                    if access::copy(chunk.as_mut_ptr() as u64, addr, some).is_err() {
                        return if done == 0 {
                            refused(libc::EFAULT)
                        } else {
                            (done as i64, 0)
                        };
                    }
                    output.print(chunk.get(..some as usize).unwrap_or(&[]));
                    done += some;
                }
            }
            answer
        });
        self.called(Builtin::Write, arguments, answer, cost)
    }
}

fn is_null_device(descriptor: c_int) -> bool {
    // SAFETY: a stat of zeros is valid.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: fstat fills the structure it is given.
    let failed = unsafe { libc::fstat(descriptor, &raw mut stat) } != 0;
    !failed && stat.st_mode & libc::S_IFMT == libc::S_IFCHR && stat.st_rdev == libc::makedev(1, 3)
}

fn file(builtin: Builtin, descriptor: c_int, [_, b, c, d, ..]: [u64; 6]) -> Answer {
    let (buffer, length) = (b as *mut c_void, c as usize);
    // Buffers are where the lesson says; the kernel fails with EFAULT where there is none.
    let call = || match builtin {
        // SAFETY: the lesson's descriptor.
        Builtin::Close => i64::from(unsafe { libc::close(descriptor) }),
        // SAFETY: the lesson's descriptor.
        Builtin::Ftruncate => i64::from(unsafe { libc::ftruncate(descriptor, b as libc::off_t) }),
        // SAFETY: see above.
        Builtin::Fstat => i64::from(unsafe { libc::fstat(descriptor, buffer.cast()) }),
        // SAFETY: the lesson's descriptor.
        Builtin::Lseek => unsafe { libc::lseek(descriptor, b as libc::off_t, c as c_int) },
        // SAFETY: see above.
        Builtin::Read => unsafe { libc::read(descriptor, buffer, length) as i64 },
        // SAFETY: see above.
        Builtin::Write => unsafe { libc::write(descriptor, buffer, length) as i64 },
        // SAFETY: see above.
        Builtin::Pread => unsafe {
            libc::pread(descriptor, buffer, length, d as libc::off_t) as i64
        },
        // SAFETY: see above.
        Builtin::Pwrite => unsafe {
            libc::pwrite(descriptor, buffer, length, d as libc::off_t) as i64
        },
        // SAFETY: the lesson's descriptor.
        Builtin::Fsync => i64::from(unsafe { libc::fsync(descriptor) }),
        // SAFETY: the lesson's descriptor.
        Builtin::Fallocate => i64::from(unsafe {
            libc::fallocate(descriptor, b as c_int, c as libc::off_t, d as libc::off_t)
        }),
        // SAFETY: the lesson's descriptor.
        _ => i64::from(unsafe {
            libc::sync_file_range(descriptor, b as libc::off64_t, c as libc::off64_t, d as u32)
        }),
    };
    if builtin == Builtin::PosixFadvise {
        // SAFETY: the lesson's descriptor. Returns the error, and leaves errno alone.
        let error = unsafe {
            libc::posix_fadvise(descriptor, b as libc::off_t, c as libc::off_t, d as c_int)
        };
        return (i64::from(error), 0);
    }
    failing(call)
}
