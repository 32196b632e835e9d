//! The lab's end of the socket: packets from and into buffers touched beforehand.
//!
//! A tutor that is gone ends the lab: there is nobody left to run for.

use super::calls::errno;
use super::protocol::{Header, VERSION};
use bytemuck::Pod;
use std::ffi::c_int;
use std::mem::zeroed;

/// A socket to the tutor.
#[derive(Clone, Copy)]
pub(super) struct Channel(pub(super) c_int);

/// Ends this process at once, flushing nothing: all of its memory is the lesson's.
pub(super) fn leave(status: c_int) -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(status) }
}

impl Channel {
    /// Sends a message.
    pub(super) fn send(self, kind: u16, body: &[u8]) {
        self.send_packet(kind, body, None);
    }

    /// Sends a message that is one plain value.
    pub(super) fn tell<T: Pod>(self, kind: u16, body: &T) {
        self.send(kind, bytemuck::bytes_of(body));
    }

    /// Sends an empty message and a descriptor with it (`SCM_RIGHTS`, unix(7)).
    pub(super) fn send_descriptor(self, kind: u16, descriptor: c_int) {
        self.send_packet(kind, &[], Some(descriptor));
    }

    fn send_packet(self, kind: u16, body: &[u8], descriptor: Option<c_int>) {
        let mut header = Header {
            version: VERSION,
            kind,
            length: body.len() as u32,
        };
        let mut parts = [
            libc::iovec {
                iov_base: (&raw mut header).cast(),
                iov_len: size_of::<Header>(),
            },
            libc::iovec {
                iov_base: body.as_ptr().cast_mut().cast(),
                iov_len: body.len(),
            },
        ];
        let mut rights = Rights::new(descriptor.unwrap_or(-1));
        // SAFETY: a msghdr of zeros is valid: no name, no parts, no control data.
        let mut message: libc::msghdr = unsafe { zeroed() };
        message.msg_iov = parts.as_mut_ptr();
        message.msg_iovlen = parts.len() as _;
        if descriptor.is_some() {
            message.msg_control = (&raw mut rights).cast();
            message.msg_controllen = Rights::LENGTH as _;
        }
        loop {
            // SAFETY: every pointer of the message points to a local or to `body`, which outlive the call.
            let sent = unsafe { libc::sendmsg(self.0, &raw const message, libc::MSG_NOSIGNAL) };
            if sent >= 0 {
                return;
            }
            if errno() != libc::EINTR {
                leave(0);
            }
        }
    }

    /// Waits for a message; gives its kind and where its body lies in `buffer`.
    pub(super) fn receive(self, buffer: &mut [u8]) -> (u16, &mut [u8]) {
        let length = self.receive_packet(buffer);
        let (head, body) = buffer.split_at_mut(size_of::<Header>());
        let header: Header = bytemuck::pod_read_unaligned(head);
        let complete = length == size_of::<Header>() + header.length as usize;
        match body.get_mut(..header.length as usize) {
            Some(body) if complete && header.version == VERSION => (header.kind, body),
            _ => leave(1),
        }
    }

    fn receive_packet(self, buffer: &mut [u8]) -> usize {
        loop {
            // SAFETY: recv writes into `buffer`, at most its length.
            let received =
                unsafe { libc::recv(self.0, buffer.as_mut_ptr().cast(), buffer.len(), 0) };
            if received > 0 {
                return received as usize;
            }
            if received == 0 || errno() != libc::EINTR {
                leave(0);
            }
        }
    }
}

/// A control message with one descriptor, laid out as `CMSG_DATA` expects it on 64-bit systems.
#[repr(C, align(8))]
struct Rights {
    head: libc::cmsghdr,
    descriptor: c_int,
    padding: c_int,
}

impl Rights {
    const LENGTH: usize = size_of::<Self>();

    fn new(descriptor: c_int) -> Self {
        // SAFETY: a cmsghdr of zeros is valid; its fields are set below. (musl's has padding that Rust cannot name.)
        let mut head: libc::cmsghdr = unsafe { zeroed() };
        head.cmsg_len = (size_of::<libc::cmsghdr>() + size_of::<c_int>()) as _;
        head.cmsg_level = libc::SOL_SOCKET;
        head.cmsg_type = libc::SCM_RIGHTS;
        Self {
            head,
            descriptor,
            padding: 0,
        }
    }
}
