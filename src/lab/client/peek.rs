//! Bytes of a lab's memory, asked of the lab itself.
//!
//! Never by `process_vm_readv(2)` or `/proc/<pid>/mem`: both bring in a page that is not there. The lab would too, so
//! whoever asks makes sure first that it is; what it cost all the same is part of the answer.

use super::{LabError, Labs, OBEYS_WITHIN, question};
use crate::lab::protocol::{PEEK_BYTES, Peek, Peeked, ask, tell};
use crate::mem::{Addr, Contents, Faults, Process};
use nix::sys::signal::Signal;

impl Labs {
    /// The bytes from `address` on, which the caller knows to be present and readable: to read them is a read like any
    /// other. As many as one message carries: 64 KiB at least.
    pub fn bytes(
        &mut self,
        process: Process,
        address: Addr,
        length: u32,
    ) -> Result<Contents, LabError> {
        let wanted = Peek {
            address: address.0,
            length,
            in_frame: 0,
        };
        self.peek(process, wanted)
    }

    /// The first bytes of a process's frame, where its variables live: present always, since the lab touches it.
    pub fn frame(&mut self, process: Process, length: u32) -> Result<Contents, LabError> {
        let wanted = Peek {
            address: 0,
            length,
            in_frame: 1,
        };
        self.peek(process, wanted)
    }

    fn peek(&mut self, process: Process, wanted: Peek) -> Result<Contents, LabError> {
        let found = self.index_of(process);
        let Some(entry) = found.and_then(|index| self.entries.get_mut(index)) else {
            let why = format!("there is no process `{process}`");
            return Err(LabError::NoProcess(why));
        };
        let wanted = Peek {
            length: wanted.length.min(PEEK_BYTES as u32),
            ..wanted
        };
        let body = bytemuck::bytes_of(&wanted);
        question(entry, (ask::PEEK, body), tell::PEEKED, OBEYS_WITHIN)?;
        contents(entry.link.bytes())
    }
}

/// The bytes in an answer.
fn contents(answer: &[u8]) -> Result<Contents, LabError> {
    let Some((head, bytes)) = answer.split_at_checked(size_of::<Peeked>()) else {
        return Err(LabError::Failed("its answer makes no sense".to_owned()));
    };
    let peeked: Peeked = bytemuck::pod_read_unaligned(head);
    if peeked.signal != 0 {
        let name = Signal::try_from(peeked.signal).map_or("a signal", Signal::as_str);
        return Err(LabError::Failed(format!("to read it raised {name}")));
    }
    Ok(Contents {
        bytes: bytes.to_vec(),
        faults: Faults {
            minor: u64::from(peeked.minor),
            major: u64::from(peeked.major),
        },
    })
}
