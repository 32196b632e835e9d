//! Starting a lab: this program again, with a socket and nothing else of the tutor's.

use super::handle::Handle;
use super::link::Link;
use crate::lab::WORD;
use crate::mem::Pid;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// How many descriptors a lab may have; its socket is the last of them.
const DESCRIPTORS: u64 = 1024;

/// Starts a lab, in the process group of `leader` or else in one of its own: Ctrl-C at the terminal shall not reach it.
pub(super) fn spawn(
    executable: &Path,
    scratch: &Path,
    leader: Option<Pid>,
) -> io::Result<(Handle, Link)> {
    let (ours, theirs) = socketpair(
        AddressFamily::Unix,
        SockType::SeqPacket,
        None,
        SockFlag::SOCK_CLOEXEC,
    )?;
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    let descriptors = most.min(DESCRIPTORS);
    let number = RawFd::try_from(descriptors).unwrap_or(RawFd::MAX) - 1;
    let mut command = Command::new(executable);
    command
        .arg(OsStr::from_bytes(WORD.to_bytes()))
        .arg(number.to_string())
        .env_clear()
        // Else glibc registers a restartable sequence (rseq(2)), which the kernel writes to whenever the lab was
        // preempted: just after a fork that is a copy-on-write fault, and would be counted for the lesson's `fork()`.
        .env("GLIBC_TUNABLES", "glibc.pthread.rseq=0")
        .current_dir(scratch)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(leader.map_or(0, |leader| leader.0));
    let parent = nix::unistd::getpid();
    let socket = theirs.as_raw_fd();
    let prepare = move || {
        // This follows the thread that spawns, not the process: see `Labs`.
        nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?;
        if nix::unistd::getppid() != parent {
            return Err(io::ErrorKind::Other.into());
        }
        setrlimit(Resource::RLIMIT_NOFILE, descriptors, most)?;
        // SAFETY: gives the socket its number, without close-on-exec.
        if unsafe { libc::dup2(socket, number) } == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    };
    // SAFETY: runs between fork and exec, and makes system calls only: it neither allocates nor locks.
    unsafe { command.pre_exec(prepare) };
    let child = command.spawn()?;
    Ok((Handle::open(Pid(child.id() as i32)), Link::new(ours)))
}
