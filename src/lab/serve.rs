//! The lab itself: made ready, then one statement after another until the tutor is gone.
//!
//! From [`main`] on nothing here allocates: every buffer is a static or lies on the stack, and has been touched before
//! the first statement. Whatever faults or grows after that is the lesson's doing.

mod buffers;
mod peek;
mod start;

use super::channel::{Channel, leave};
use super::companion::Companion;
use super::machine;
use super::own::Own;
use super::protocol::{Configure, Done, Literals, Peek, Ready, Run, Text, ask, tell};
use super::sandbox;
use super::signals;
use super::space::{Places, Space};
use super::world::Stop;
use crate::bytecode::{FRAME_BYTES, Instruction, LITERAL_BYTES};
use crate::mem::ASKED_TO_STOP;
use buffers::{Buffers, LITERALS, Packet};
use std::ffi::{CStr, c_int};
use std::hint::black_box;

/// The variables of the lesson, in the lab's `[stack]`.
#[repr(C, align(64))]
struct Frame([u8; FRAME_BYTES as usize]);

/// Runs this process as a lab; `socket` is the number of its descriptor to the tutor.
#[expect(
    clippy::large_stack_arrays,
    reason = "variables of C live on the stack; a lab has no heap of its own"
)]
pub fn main(socket: Option<&CStr>) -> ! {
    let mut frame = Frame([0; FRAME_BYTES as usize]);
    let Some(socket) = socket.and_then(number) else {
        leave(2)
    };
    start::grow_stack();
    let Some((buffers, packet)) = Buffers::take() else {
        leave(2)
    };
    let places = Places {
        frame: black_box(frame.0.as_mut_ptr()) as u64,
        literals: LITERALS.address(),
        page: start::page_size(),
    };
    if signals::install().is_err() {
        leave(2);
    }
    signals::watch(socket);
    start::settle(socket);
    LITERALS.protect(libc::PROT_READ);
    let channel = Channel(socket);
    let mut space = Space::new(places, channel, Own::new(places.page), buffers.divide());
    space.budget = start::memory_budget(&mut packet.0);
    space.landlock = sandbox::close();
    space.own.read(&mut packet.0);
    space.own.touch();
    loop {
        serve(&mut space, packet);
    }
}

fn number(text: &CStr) -> Option<c_int> {
    text.to_str().ok()?.parse().ok()
}

/// Waits for a message and does what it says.
fn serve(space: &mut Space, packet: &mut Packet) {
    let (kind, body) = space.channel.receive(&mut packet.0);
    let done = match kind {
        ask::LITERALS => keep_literals(body),
        ask::RUN => run(space, body),
        ask::CONFIGURE => configure(space, body),
        ask::PEEK => match split::<Peek>(body) {
            Some((wanted, _)) => peek::answer(space, wanted, &mut packet.0),
            None => None,
        },
        // An answer to a question that was given up meanwhile.
        ask::VERDICT => Some(()),
        _ => None,
    };
    if done.is_none() {
        leave(1);
    }
}

/// Splits a plain value off the front of a message.
fn split<T: bytemuck::Pod>(body: &[u8]) -> Option<(T, &[u8])> {
    let (head, rest) = body.split_at_checked(size_of::<T>())?;
    Some((bytemuck::pod_read_unaligned(head), rest))
}

fn keep_literals(body: &[u8]) -> Option<()> {
    let (place, bytes) = split::<Literals>(body)?;
    let end = place.offset.checked_add(place.length)?;
    if end > LITERAL_BYTES || bytes.len() != place.length as usize {
        return None;
    }
    LITERALS.protect(libc::PROT_READ | libc::PROT_WRITE);
    LITERALS.write(place.offset as usize, bytes);
    LITERALS.protect(libc::PROT_READ);
    Some(())
}

fn configure(space: &mut Space, body: &[u8]) -> Option<()> {
    let (settings, _) = split::<Configure>(body)?;
    space.settings = settings;
    start::allow_huge_pages(settings.huge_pages == 1);
    let ready = Ready {
        // SAFETY: asks for a number.
        pid: unsafe { libc::getpid() },
        landlock: space.landlock,
    };
    space.channel.tell(tell::READY, &ready);
    Some(())
}

fn run(space: &mut Space, body: &[u8]) -> Option<()> {
    let (head, rest) = split::<Run>(body)?;
    let code: &[Instruction] = bytemuck::try_cast_slice(rest).ok()?;
    if code.len() != head.count as usize {
        return None;
    }
    if space.settings.thread == 1 {
        space.companion = Companion::start();
    }
    space.begin(head.pace);
    let end = space.measured_as_a_whole(|space| machine::run(code, space));
    let exit = match end {
        Err(Stop::Exit(status)) => Some(status),
        _ => None,
    };
    if let Some(companion) = space.companion.take() {
        companion.stop();
    }
    finish(space, end);
    if let Some(status) = exit {
        leave(status);
    }
    Some(())
}

/// Tells how the statement ended.
fn finish(space: &mut Space, end: Result<Option<i64>, Stop>) {
    space.send_records();
    let mut done = Done {
        errno: space.errno,
        output_cut: u32::from(space.output.cut),
        sums: space.meter.sums(),
        ..Done::default()
    };
    match end {
        Ok(value) => {
            done.ending = Done::FINISHED;
            done.has_value = u32::from(value.is_some());
            done.value = value.unwrap_or(0);
        }
        Err(Stop::Signal(signal)) => {
            done.ending = Done::SIGNAL;
            done.detail = signal.number;
            done.signal_code = signal.code;
            done.signal_address = signal.address.0;
        }
        Err(Stop::Exit(status)) => {
            done.ending = Done::EXITED;
            done.detail = status;
        }
        Err(Stop::Interrupted) => {
            done.ending = Done::INTERRUPTED;
            done.reason = Text::new(space.reason.unwrap_or(ASKED_TO_STOP));
        }
        Err(Stop::BadProgram(why)) => {
            done.ending = Done::INTERRUPTED;
            done.reason = Text::new(why);
        }
    }
    if !space.output.bytes().is_empty() {
        space.channel.send(tell::OUTPUT, space.output.bytes());
    }
    space.channel.tell(tell::DONE, &done);
}
