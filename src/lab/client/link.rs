//! The tutor's end of a lab's socket.

use crate::lab::protocol::{BODY_BYTES, Header, VERSION};
use bytemuck::Pod;
use nix::cmsg_space;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, SockType, getsockopt, recvmsg, sendmsg, sockopt,
};
use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::time::{Duration, Instant};

/// The most descriptors that the kernel passes with one message (`SCM_MAX_FD`).
const MOST_DESCRIPTORS: usize = 253;
/// How long the tutor waits for a lab to take a message.
const SEND_WITHIN: Duration = Duration::from_secs(3);

/// A socket to a lab, with room for one message.
pub(super) struct Link {
    socket: OwnedFd,
    packet: Vec<u8>,
    length: usize,
}

/// What came.
pub(super) enum Received {
    /// A message, with a descriptor if one was sent along. Its body is in the link.
    Message {
        kind: u16,
        descriptor: Option<OwnedFd>,
    },
    /// Nothing in time.
    Silence,
    /// The other end is gone.
    Closed,
}

impl Link {
    pub(super) fn new(socket: OwnedFd) -> Self {
        Self {
            socket,
            packet: vec![0; size_of::<Header>() + BODY_BYTES],
            length: 0,
        }
    }

    /// A link over a descriptor that a lab sent; `None` when it is no socket such as labs make.
    pub(super) fn adopt(descriptor: OwnedFd) -> Option<Self> {
        let kind = getsockopt(&descriptor, sockopt::SockType).ok()?;
        (kind == SockType::SeqPacket).then(|| Self::new(descriptor))
    }

    pub(super) fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// Sends a message whose body is made of parts; waits for a lab that does not take it, but not for ever.
    pub(super) fn send(&self, kind: u16, parts: &[&[u8]]) -> nix::Result<()> {
        self.send_within(kind, parts, SEND_WITHIN)
    }

    /// Sends an answer, for which a lab that waits has room.
    pub(super) fn answer(&self, kind: u16, body: &[u8]) -> nix::Result<()> {
        self.send_within(kind, &[body], Duration::ZERO)
    }

    /// Sends within a time of our own: a lab shares the settings of a socket that it made, its time limit among them.
    fn send_within(&self, kind: u16, parts: &[&[u8]], within: Duration) -> nix::Result<()> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if length > BODY_BYTES {
            return Err(Errno::EMSGSIZE);
        }
        let header = Header {
            version: VERSION,
            kind,
            length: length as u32,
        };
        let mut slices = vec![IoSlice::new(bytemuck::bytes_of(&header))];
        slices.extend(parts.iter().map(|part| IoSlice::new(part)));
        let descriptor = self.socket.as_raw_fd();
        let flags = MsgFlags::MSG_NOSIGNAL | MsgFlags::MSG_DONTWAIT;
        let deadline = Instant::now() + within;
        loop {
            match sendmsg::<()>(descriptor, &slices, &[], flags, None) {
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) if Instant::now() < deadline => self.wait_for_room(deadline),
                sent => return sent.map(drop),
            }
        }
    }

    /// Waits until there may be room for a message.
    fn wait_for_room(&self, deadline: Instant) {
        let left = deadline.saturating_duration_since(Instant::now());
        let limit = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
        let mut sockets = [PollFd::new(self.socket.as_fd(), PollFlags::POLLOUT)];
        // A failure is an interrupted wait: the caller tries again.
        let _ = poll(&mut sockets, limit);
    }

    /// Waits at most so long for a message.
    pub(super) fn receive(&mut self, within: Duration) -> Received {
        let limit = PollTimeout::try_from(within).unwrap_or(PollTimeout::MAX);
        let mut sockets = [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
        if !matches!(poll(&mut sockets, limit), Ok(1..)) {
            return Received::Silence;
        }
        self.length = 0;
        // Room for all: descriptors for which there is none would stay open, with nobody to close them.
        let mut space = cmsg_space!([RawFd; MOST_DESCRIPTORS]);
        let mut slices = [IoSliceMut::new(&mut self.packet)];
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_CMSG_CLOEXEC;
        let descriptor = self.socket.as_raw_fd();
        let message = match recvmsg::<()>(descriptor, &mut slices, Some(&mut space), flags) {
            Ok(message) if message.bytes > 0 => message,
            Err(Errno::EAGAIN | Errno::EINTR) => return Received::Silence,
            _ => return Received::Closed,
        };
        let sent_along = message.cmsgs().map(take_descriptor).unwrap_or_default();
        let bytes = message.bytes;
        self.understand(bytes, sent_along)
    }

    /// Checks a packet; one that no lab sends (a lesson's machine code might) counts as an end of the conversation.
    fn understand(&mut self, bytes: usize, descriptor: Option<OwnedFd>) -> Received {
        let head = self.packet.get(..size_of::<Header>());
        let Some(header) = head.map(bytemuck::pod_read_unaligned::<Header>) else {
            return Received::Closed;
        };
        let whole = size_of::<Header>() + header.length as usize == bytes;
        if !whole || header.version != VERSION {
            return Received::Closed;
        }
        self.length = header.length as usize;
        Received::Message {
            kind: header.kind,
            descriptor,
        }
    }

    /// The body of the message that came last.
    pub(super) fn bytes(&self) -> &[u8] {
        let start = size_of::<Header>();
        self.packet.get(start..start + self.length).unwrap_or(&[])
    }

    /// The same as one plain value; `None` when it has another length.
    pub(super) fn body<T: Pod>(&self) -> Option<T> {
        bytemuck::try_pod_read_unaligned(self.bytes()).ok()
    }

    /// Whether the other end is gone. Does not wait.
    pub(super) fn is_closed(&self) -> bool {
        let mut sockets = [PollFd::new(self.socket.as_fd(), PollFlags::empty())];
        let found = poll(&mut sockets, PollTimeout::ZERO);
        let events = sockets.first().and_then(PollFd::revents);
        matches!(found, Ok(1..)) && events.is_some_and(|e| e.contains(PollFlags::POLLHUP))
    }
}

/// Takes the descriptor out of the control messages.
fn take_descriptor<'a>(
    messages: impl Iterator<Item = ControlMessageOwned> + 'a,
) -> Option<OwnedFd> {
    let rights = messages.filter_map(|message| match message {
        ControlMessageOwned::ScmRights(descriptors) => Some(descriptors),
        _ => None,
    });
    // SAFETY: the kernel made these descriptors for this message; nothing else owns them.
    let mut owned = rights.flatten().map(|d| unsafe { OwnedFd::from_raw_fd(d) });
    let first = owned.next();
    owned.for_each(drop);
    first
}
