//! The lab's buffers: statics, so that they are mapped with the binary and need no allocation. Taken once.

use crate::bytecode::LITERAL_BYTES;
use crate::lab::log::{Log, Output};
use crate::lab::meter::{Meter, Times};
use crate::lab::protocol::{BODY_BYTES, Header, OUTPUT_BYTES, RECORDS, Record};
use std::cell::UnsafeCell;
use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering};

/// A message from the tutor. Aligned so that instructions in it lie as they must.
#[repr(C, align(16))]
pub(super) struct Packet(pub(super) [u8; size_of::<Header>() + BODY_BYTES]);

/// What a statement fills.
pub(super) struct Buffers {
    times: &'static mut Times,
    log: Log,
    output: Output,
}

struct Room<T>(UnsafeCell<T>);

// SAFETY: each is handed out once, by `Buffers::take`.
unsafe impl<T> Sync for Room<T> {}

static PACKET: Room<Packet> = Room(UnsafeCell::new(Packet(
    [0; size_of::<Header>() + BODY_BYTES],
)));
static TIMES: Room<Times> = Room(UnsafeCell::new(Times::EMPTY));
static RECORDS_ROOM: Room<[Record; RECORDS]> = Room(UnsafeCell::new([Record::NONE; RECORDS]));
static OUTPUT: Room<[u8; OUTPUT_BYTES]> = Room(UnsafeCell::new([0; OUTPUT_BYTES]));
static TAKEN: AtomicBool = AtomicBool::new(false);

impl Buffers {
    /// The buffers, the first time; `None` ever after.
    pub(super) fn take() -> Option<(Self, &'static mut Packet)> {
        if TAKEN.swap(true, Ordering::Relaxed) {
            return None;
        }
        // SAFETY: `TAKEN` lets only one caller come here, so that this is the only reference.
        let times = unsafe { &mut *TIMES.0.get() };
        // SAFETY: as above.
        let records = unsafe { &mut *RECORDS_ROOM.0.get() };
        // SAFETY: as above.
        let output = unsafe { &mut *OUTPUT.0.get() };
        // SAFETY: as above.
        let packet = unsafe { &mut *PACKET.0.get() };
        let buffers = Self {
            times,
            log: Log::new(records),
            output: Output::new(output),
        };
        Some((buffers, packet))
    }

    /// The meter, its log and the output, over these buffers.
    pub(super) fn divide(self) -> (Meter, Log, Output) {
        (Meter::new(self.times), self.log, self.output)
    }
}

/// Where string literals live: whole pages, read-only while a statement runs, as those of a C program are.
#[repr(C, align(65536))]
pub(super) struct LiteralArea(UnsafeCell<[u8; LITERAL_BYTES as usize]>);

// SAFETY: a lab has one thread.
unsafe impl Sync for LiteralArea {}

pub(super) static LITERALS: LiteralArea = LiteralArea(UnsafeCell::new([0; LITERAL_BYTES as usize]));

impl LiteralArea {
    pub(super) fn address(&self) -> u64 {
        self.0.get() as u64
    }

    /// Changes what may be done with the area.
    pub(super) fn protect(&self, protection: c_int) {
        // SAFETY: whole pages (64 KiB aligned, a multiple of it long) of a static of ours.
        unsafe { libc::mprotect(self.0.get().cast(), LITERAL_BYTES as usize, protection) };
    }

    /// Copies literals to their place. The area must be writable, and have room for them.
    pub(super) fn write(&self, offset: usize, bytes: &[u8]) {
        for (index, &byte) in bytes.iter().enumerate() {
            let place = self.0.get().cast::<u8>().wrapping_add(offset + index);
            // SAFETY: inside the area, as the caller checked; volatile, since the lesson reads it behind Rust's back.
            unsafe { place.write_volatile(byte) };
        }
    }
}
