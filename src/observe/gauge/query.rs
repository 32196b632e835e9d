//! `PROCMAP_QUERY`, an ioctl on `/proc/<pid>/maps` (Linux 6.11): one VMA by an address in it, without reading the
//! others.
//!
//! Declared by hand after `include/uapi/linux/fs.h`. Whether a kernel has it is found out by trying.

use crate::mem::{Addr, Perms, Range};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// Longest name that is asked for: a path is no longer, but for what is added to it.
const NAME: usize = 4096 + 64;

/// `struct procmap_query`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
struct Argument {
    size: u64,
    query_flags: u64,
    query_addr: u64,
    vma_start: u64,
    vma_end: u64,
    vma_flags: u64,
    vma_page_size: u64,
    vma_offset: u64,
    inode: u64,
    dev_major: u32,
    dev_minor: u32,
    vma_name_size: u32,
    build_id_size: u32,
    vma_name_addr: u64,
    build_id_addr: u64,
}

/// What the kernel says of one VMA.
#[derive(Debug)]
pub struct Answer<'a> {
    /// Addresses.
    pub range: Range,
    /// Protection and sharing.
    pub perms: Perms,
    /// Bytes into the file.
    pub offset: u64,
    /// Device of the file.
    pub device: (u32, u32),
    /// Its inode.
    pub inode: u64,
    /// The last column of maps, but that a newline in it is not escaped.
    pub name: &'a [u8],
}

/// Room for a name.
#[derive(Debug)]
pub struct Room(Box<[u8; NAME]>);

impl Default for Room {
    fn default() -> Self {
        Self(Box::new([0; NAME]))
    }
}

/// The VMA that an address lies in; `None` where there is none. The error is `ENOTTY` on kernels without the ioctl.
pub fn query<'a>(maps: &File, addr: Addr, room: &'a mut Room) -> io::Result<Option<Answer<'a>>> {
    let mut argument = Argument {
        size: size_of::<Argument>() as u64,
        query_addr: addr.0,
        vma_name_size: NAME as u32,
        vma_name_addr: room.0.as_mut_ptr() as u64,
        ..Argument::default()
    };
    // SAFETY: the argument is the kernel's struct and points at `NAME` bytes that live until the call ends.
    let done = unsafe {
        libc::ioctl(
            maps.as_raw_fd(),
            libc::_IOWR::<Argument>(u32::from(b'f'), 17),
            &raw mut argument,
        )
    };
    if done < 0 {
        let error = io::Error::last_os_error();
        return match error.raw_os_error() {
            Some(libc::ENOENT) => Ok(None),
            _ => Err(error),
        };
    }
    // The size counts the zero at the end.
    let length = (argument.vma_name_size as usize).clamp(1, NAME) - 1;
    let has = |bit: u64| argument.vma_flags & bit != 0;
    Ok(Some(Answer {
        range: Range::new(Addr(argument.vma_start), Addr(argument.vma_end)),
        perms: Perms {
            read: has(1),
            write: has(2),
            execute: has(4),
            shared: has(8),
        },
        offset: argument.vma_offset,
        device: (argument.dev_major, argument.dev_minor),
        inode: argument.inode,
        name: &room.0[..length],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ioctl_is_the_kernels() {
        assert_eq!(size_of::<Argument>(), 104);
        if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
            let number = libc::_IOWR::<Argument>(u32::from(b'f'), 17);
            assert_eq!(u64::from(number as u32), 0xc068_6611);
        }
    }
}
