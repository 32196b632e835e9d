//! A process that may end at any time, and a way to signal it that can never hit another one.
//!
//! Numbers of ended processes are given to new ones. Labs that forked are reaped by their parents, not by the tutor, so
//! a pidfd (`pidfd_open(2)`, since Linux 5.3) stands for each; where there is none, the number must do.

use crate::mem::Pid;
use nix::errno::Errno;
use nix::unistd::{Pid as Number, getpgid};
use std::ffi::c_int;
use std::fs;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// A process of the lesson.
pub(super) struct Handle {
    pid: Pid,
    reach: Reach,
}

/// By what a process is reached.
enum Reach {
    Descriptor(OwnedFd),
    /// The kernel has no pidfds.
    Number,
    /// It was gone before it could be taken hold of.
    Gone,
}

impl Handle {
    /// A handle of a process that lives now.
    pub(super) fn open(pid: Pid) -> Self {
        // SAFETY: takes numbers; gives a new descriptor or -1.
        let descriptor = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.0, 0) };
        let reach = match c_int::try_from(descriptor) {
            // SAFETY: the kernel just made it; nothing else owns it.
            Ok(descriptor @ 0..) => Reach::Descriptor(unsafe { OwnedFd::from_raw_fd(descriptor) }),
            _ if Errno::last() == Errno::ESRCH => Reach::Gone,
            _ => Reach::Number,
        };
        Self { pid, reach }
    }

    /// A handle of a process that a lab says it forked; `None` when it is no process of `group`, to which all of the
    /// lesson's belong. Whatever has a handle may be killed, and machine code of a lesson can name any number.
    pub(super) fn open_forked(pid: Pid, group: Pid) -> Option<Self> {
        let handle = Self::open(pid);
        match getpgid(Some(Number::from_raw(pid.0))) {
            Ok(found) => (found.as_raw() == group.0).then_some(handle),
            // Its parent has waited for it already.
            Err(_) => Some(Self {
                pid,
                reach: Reach::Gone,
            }),
        }
    }

    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends a signal by number. A process that is gone is left alone.
    pub(super) fn signal(&self, number: c_int) {
        match &self.reach {
            Reach::Descriptor(descriptor) => {
                let no_info = std::ptr::null::<libc::siginfo_t>();
                let pidfd = descriptor.as_raw_fd();
                // SAFETY: takes numbers and no siginfo.
                unsafe {
                    libc::syscall(libc::SYS_pidfd_send_signal, pidfd, number, no_info, 0);
                }
            }
            Reach::Number => {
                // SAFETY: takes numbers.
                unsafe { libc::kill(self.pid.0, number) };
            }
            Reach::Gone => {}
        }
    }

    /// Ends it.
    pub(super) fn kill(&self) {
        self.signal(libc::SIGKILL);
    }

    /// The fields of `/proc/<pid>/stat` (proc(5)) from the state on; `None` when it is gone.
    fn stat(&self) -> Option<Vec<String>> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.pid)).ok()?;
        let (_, fields) = text.rsplit_once(") ")?;
        Some(fields.split_whitespace().map(str::to_owned).collect())
    }

    /// Its state as a letter, `Z` for one that ended and waits to be reaped; `None` when it is gone.
    pub(super) fn state(&self) -> Option<char> {
        self.stat()?.first()?.chars().next()
    }

    /// `exit_code` of its stat: what waitpid(2) would tell its parent. Meaningful once it has ended.
    pub(super) fn exit_code(&self) -> Option<i32> {
        self.stat()?.get(49)?.parse().ok()
    }

    /// Whether it was stopped by a signal.
    pub(super) fn is_stopped(&self) -> bool {
        matches!(self.state(), Some('T' | 't'))
    }

    /// Lets it go on after a stop.
    pub(super) fn resume(&self) {
        self.signal(libc::SIGCONT);
    }
}
