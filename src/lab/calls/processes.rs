//! `fork`, `wait`, `_exit`, `kill`: fork(2), wait(2), kill(2), between the processes of one lesson.

use super::{failing, refused};
use crate::bytecode::Builtin;
use crate::lab::channel::{Channel, leave};
use crate::lab::clone;
use crate::lab::meter::{Cost, now};
use crate::lab::protocol::{Forked, HANGUP, INTERRUPT, Ready, Run, Verdict, tell};
use crate::lab::signals;
use crate::lab::space::{Space, own_signal};
use crate::lab::world::Stop;
use std::ffi::c_int;

/// The least descriptor number for what is not the lesson's.
const OWN_DESCRIPTORS: c_int = 1000;

impl Space {
    pub(super) fn call_process(
        &mut self,
        builtin: Builtin,
        arguments: [u64; 6],
    ) -> Result<i64, Stop> {
        let [a, b, c, ..] = arguments;
        match builtin {
            Builtin::Exit => Err(Stop::Exit(a as i32 & 0xff)),
            Builtin::Kill => self.kill(a as i32, b as i32, arguments),
            Builtin::Wait => self.wait(builtin, (-1, a, 0), arguments),
            _ => self.wait(builtin, (a as i32, b, c as i32), arguments),
        }
    }

    /// Waits in the kernel, as the program would. The tutor is told when the wait may be long: it knows whether the
    /// child can still end. Its interrupt ends the call with `EINTR`, and the statement.
    fn wait(
        &mut self,
        builtin: Builtin,
        (pid, status, options): (i32, u64, i32),
        arguments: [u64; 6],
    ) -> Result<i64, Stop> {
        if options & libc::WNOHANG == 0 && !has_ended(pid) {
            self.channel.tell(tell::WAITING, &0u32);
            self.meter.rebase();
        }
        self.measured(builtin, arguments, || {
            // SAFETY: the kernel writes the status where the lesson says, or fails with EFAULT.
            failing(|| i64::from(unsafe { libc::waitpid(pid, status as *mut c_int, options) }))
        })
    }

    /// Sends a signal to a process of the lesson: all of them form one process group. Others are out of reach.
    fn kill(&mut self, pid: i32, signal: i32, arguments: [u64; 6]) -> Result<i64, Stop> {
        // SAFETY: asks for a number.
        let own = unsafe { libc::getpid() };
        if pid == own && (1..=64).contains(&signal) {
            self.called(Builtin::Kill, arguments, (0, 0), Cost::default())?;
            if signal == libc::SIGKILL {
                self.die();
            }
            return if is_harmless(signal) {
                Ok(0)
            } else {
                Err(own_signal(signal))
            };
        }
        self.measured(Builtin::Kill, arguments, || {
            if signal == INTERRUPT || signal == HANGUP {
                return refused(libc::EINVAL);
            }
            // 0 and negative numbers mean groups.
            if pid <= 0 {
                return refused(libc::EPERM);
            }
            // SAFETY: asks for a number.
            let family = unsafe { libc::getpgid(pid) };
            if family == -1 {
                return refused(libc::ESRCH);
            }
            // SAFETY: asks for a number.
            if family != unsafe { libc::getpgrp() } {
                return refused(libc::EPERM);
            }
            // SAFETY: sends a signal to a process of this lesson.
            failing(|| i64::from(unsafe { libc::kill(pid, signal) }))
        })
    }

    /// Nothing survives SIGKILL, so it is really sent; what the statement did so far is told first.
    fn die(&mut self) -> ! {
        self.send_records();
        let sums = self.meter.sums();
        self.channel.tell(tell::PROGRESS, &sums);
        // SAFETY: asks for a number.
        let own = unsafe { libc::getpid() };
        // SAFETY: ends this process.
        unsafe { libc::kill(own, libc::SIGKILL) };
        leave(1)
    }

    /// Forks. The child's socket is made first, and its other end given to the tutor, so that both processes can
    /// answer when they come back from here.
    pub(super) fn fork(&mut self) -> Result<i64, Stop> {
        let Some(ends) = socket_pair() else {
            return self.not_forked(libc::EMFILE);
        };
        self.send_records();
        self.channel.send_descriptor(tell::FORK, ends.tutor);
        close(ends.tutor);
        if self.verdict() != Verdict::YES {
            close(ends.lab);
            return self.not_forked(libc::EAGAIN);
        }
        signals::block_all();
        self.meter.rebase();
        let begun = now();
        let cloned = clone::fork();
        let ended = now();
        match cloned.pid {
            0 => self.continue_as_child(ends.lab, begun, ended),
            pid => {
                let cost = self.meter.settle(begun, ended, cloned.counters);
                close(ends.lab);
                self.continue_as_parent(pid, cost)
            }
        }
    }

    fn not_forked(&mut self, errno: i32) -> Result<i64, Stop> {
        self.forbidden(Builtin::Fork, [0; 6], errno)
    }

    fn continue_as_parent(&mut self, pid: i64, cost: Cost) -> Result<i64, Stop> {
        // Write-protected all, and shared with the child: every page of ours is made our own again.
        self.own.touch();
        signals::unblock_all();
        self.meter.rebase();
        let errno = if pid < 0 { -pid as i32 } else { 0 };
        let forked = Forked {
            pid: if errno == 0 { pid as i32 } else { -1 },
            errno,
        };
        self.channel.tell(tell::FORKED, &forked);
        self.meter.rebase();
        let answer = if errno == 0 { (pid, 0) } else { refused(errno) };
        self.called(Builtin::Fork, [0; 6], answer, cost)?;
        self.pause_if_slow().map(|()| answer.0)
    }

    fn continue_as_child(&mut self, socket: c_int, begun: u64, ended: u64) -> Result<i64, Stop> {
        close(self.channel.0);
        self.channel = Channel(socket);
        // Page tables of files are not copied by fork: code, libc and vdso are loaded again here, and every writable
        // page is copied, before anything is measured.
        self.own.touch();
        signals::watch(socket);
        signals::unblock_all();
        now();
        self.companion = None;
        self.settings.thread = 0;
        let pace = if self.slow { Run::SLOW } else { Run::FULL };
        self.begin(pace);
        let ready = Ready {
            // SAFETY: asks for a number.
            pid: unsafe { libc::getpid() },
            landlock: self.landlock,
        };
        self.channel.tell(tell::READY, &ready);
        self.meter.rebase();
        let cost = Cost {
            elapsed: ended.saturating_sub(begun),
            ..Cost::default()
        };
        self.called(Builtin::Fork, [0; 6], (0, 0), cost)?;
        self.pause_if_slow().map(|()| 0)
    }

    fn pause_if_slow(&mut self) -> Result<(), Stop> {
        if self.slow { self.pause() } else { Ok(()) }
    }
}

/// The two ends of a child's socket.
struct Ends {
    tutor: c_int,
    lab: c_int,
}

/// A new pair, out of the way of the lesson's descriptors.
fn socket_pair() -> Option<Ends> {
    let mut low = [-1; 2];
    // SAFETY: socketpair fills the two numbers.
    let failed = unsafe {
        libc::socketpair(
            libc::AF_UNIX,
            libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC,
            0,
            low.as_mut_ptr(),
        )
    };
    if failed != 0 {
        return None;
    }
    let [tutor, lab] = low.map(|descriptor| {
        // SAFETY: duplicates a descriptor of ours to a free number.
        let high = unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, OWN_DESCRIPTORS) };
        close(descriptor);
        high
    });
    if tutor < 0 || lab < 0 {
        close(tutor);
        close(lab);
        return None;
    }
    Some(Ends { tutor, lab })
}

fn close(descriptor: c_int) {
    // SAFETY: closes a descriptor of ours; -1 is refused without effect.
    unsafe { libc::close(descriptor) };
}

/// Whether a process without handlers takes no notice of a signal.
fn is_harmless(signal: i32) -> bool {
    [libc::SIGCHLD, libc::SIGURG, libc::SIGWINCH, libc::SIGCONT].contains(&signal)
}

/// Whether a wait for a child, or for any when `pid` is not positive, would come back at once: it has ended, or there
/// is none to wait for. Reaps nothing.
fn has_ended(pid: i32) -> bool {
    // SAFETY: an all-zero siginfo_t is a valid one.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let (whom, id) = if pid > 0 {
        (libc::P_PID, pid as libc::id_t)
    } else {
        (libc::P_ALL, 0)
    };
    let how = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: the kernel writes `info`, which outlives the call.
    let result = unsafe { libc::waitid(whom, id, &raw mut info, how) };
    // SAFETY: waitid filled it in, or left its zeros.
    result != 0 || unsafe { info.si_pid() } != 0
}
