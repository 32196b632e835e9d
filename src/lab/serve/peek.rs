//! Bytes of the lab's memory, for the eyes of whoever looks at a page.
//!
//! It reads as a program reads, so it must be asked for pages that are present and readable only: then the processor
//! needs no help of the kernel, and nothing of the page changes but the mark "accessed" of its entry. Between two
//! statements the lab does nothing that could take a page away; the kernel might, to free memory. The faults of reading
//! are therefore counted and told, and a signal is an answer too. See proc(5), `Referenced`.

use crate::bytecode::FRAME_BYTES;
use crate::lab::access;
use crate::lab::meter::counters;
use crate::lab::protocol::{PEEK_BYTES, Peek, Peeked, tell};
use crate::lab::space::Space;
use crate::mem::Signal;

/// Reads what is wanted into `buffer`, behind the answer's head, and tells it; `None` when no tutor asks so.
pub(super) fn answer(space: &Space, wanted: Peek, buffer: &mut [u8]) -> Option<()> {
    let length = wanted.length as usize;
    let from = start(space, wanted).filter(|_| length <= PEEK_BYTES)?;
    let message = buffer.get_mut(..size_of::<Peeked>() + length)?;
    let (head, bytes) = message.split_at_mut(size_of::<Peeked>());
    let before = counters();
    let read = copy(from, bytes, space.places.page);
    let after = counters();
    let peeked = Peeked {
        minor: after.minor.saturating_sub(before.minor) as u32,
        major: after.major.saturating_sub(before.major) as u32,
        signal: read.err().map_or(0, |signal| signal.number),
        padding: 0,
    };
    head.copy_from_slice(bytemuck::bytes_of(&peeked));
    let told = if read.is_ok() {
        &*message
    } else {
        bytemuck::bytes_of(&peeked)
    };
    space.channel.send(tell::PEEKED, told);
    Some(())
}

fn start(space: &Space, wanted: Peek) -> Option<u64> {
    if wanted.in_frame == 0 {
        return Some(wanted.address);
    }
    let end = wanted.address.checked_add(u64::from(wanted.length))?;
    (end <= u64::from(FRAME_BYTES)).then(|| space.places.frame + wanted.address)
}

/// Copies piece by piece, none of which crosses the end of a page on either side.
fn copy(from: u64, bytes: &mut [u8], page: u64) -> Result<(), Signal> {
    let to = bytes.as_mut_ptr() as u64;
    let length = bytes.len() as u64;
    let mut done = 0;
    while done < length {
        let left_of_page = |at: u64| page - at % page;
        let piece = (length - done)
            .min(left_of_page(from.wrapping_add(done)))
            .min(left_of_page(to + done));
        access::copy(to + done, from.wrapping_add(done), piece)?;
        done += piece;
    }
    Ok(())
}
