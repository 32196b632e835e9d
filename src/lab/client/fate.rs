//! How a process ended, as a clause: `exited with status 0`, `killed by SIGKILL`.

use super::handle::Handle;
use crate::mem::{Addr, Signal};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use std::fs;
use std::time::{Duration, Instant};

/// How long the kernel may take to end a process that is ending: its memory is freed first.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// Finds out how a process ended that has closed its socket, and reaps it if it is ours to reap.
pub(super) fn of(handle: &Handle) -> String {
    let deadline = Instant::now() + ENDS_WITHIN;
    loop {
        if let Some(told) = ask_kernel(handle) {
            return told;
        }
        if Instant::now() > deadline {
            handle.kill();
            return "it closed its connection and was killed".to_owned();
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// How it ended; `None` while it has not quite.
fn ask_kernel(handle: &Handle) -> Option<String> {
    let pid = nix::unistd::Pid::from_raw(handle.pid().0);
    match waitpid(pid, Some(WaitPidFlag::WNOHANG)) {
        Ok(WaitStatus::Exited(_, status)) => Some(exited(status)),
        Ok(WaitStatus::Signaled(_, signal, _)) => Some(killed(signal as i32)),
        Ok(_) => None,
        // Not our child: its parent is another lab, and has either not waited for it yet, or has.
        Err(_) => match handle.state() {
            Some('Z') => handle.exit_code().map(of_code),
            Some('X') | None => Some("ended; its parent has waited for it".to_owned()),
            Some(_) => None,
        },
    }
}

/// Removes what is left of a process that has ended, if it is ours to remove.
pub(super) fn reap(handle: &Handle) {
    let pid = nix::unistd::Pid::from_raw(handle.pid().0);
    let _ = waitpid(pid, Some(WaitPidFlag::WNOHANG));
}

/// From the number that waitpid(2) gives.
fn of_code(code: i32) -> String {
    match code & 0x7f {
        0 => exited(code >> 8 & 0xff),
        signal => killed(signal),
    }
}

/// `exited with status 0`
pub(super) fn exited(status: i32) -> String {
    format!("exited with status {status}")
}

fn killed(number: i32) -> String {
    let signal = Signal {
        number,
        code: 0,
        address: Addr(0),
    };
    let mut told = format!("killed by {}", signal.name());
    if number == libc::SIGKILL {
        told.push_str(", from outside (kill -9, or the kernel when memory ran out)");
    }
    told
}

/// How often the kernel has killed for want of memory since it started (`oom_kill` of `/proc/vmstat`).
pub(super) fn memory_kills() -> Option<u64> {
    let text = fs::read_to_string("/proc/vmstat").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("oom_kill "))?;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_as_clauses() {
        let table = [
            (0, "exited with status 0"),
            (3 << 8, "exited with status 3"),
            (libc::SIGSEGV, "killed by SIGSEGV"),
            (libc::SIGABRT | 0x80, "killed by SIGABRT"),
        ];
        for (code, told) in table {
            assert_eq!(of_code(code), told);
        }
    }
}
