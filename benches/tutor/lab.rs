//! What the lab costs: a statement's way there and back, and the measuring of each touch of memory.

use crate::actors::Actors;
use crate::table::{row, time};
use mmap_tutor::observe;
use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

/// Touches of the long loop.
const TOUCHES: usize = 1_000_000;
/// Pages they go round.
const PAGES: usize = 16;

/// Prints the rows.
pub(crate) fn rows(home: &Path) {
    let mut actors = Actors::start(home);
    let empty = actors.compile(";");
    let socket = echo().expect("there are sockets");
    row(
        "statement round trip (an empty statement)",
        2_000,
        || time(|| actors.run(&empty)),
        "a datagram to a thread and back",
        || time(|| there_and_back(&socket)),
    );
    actors.say("char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);");
    actors.say("memset(p, 1, 16 * PAGE);");
    let walk = actors.compile("for (long i = 0; i < 1000000; i++) p[i % 16 * PAGE] = 1;");
    let page = observe::page_size().bytes() as usize;
    let mut memory = vec![1_u8; PAGES * page];
    row(
        "a loop of 1,000,000 measured stores",
        5,
        || time(|| actors.run(&walk)),
        "the same stores, with getrusage and two clock readings around each",
        || time(|| measured_walk(&mut memory, page)),
    );
    row(
        "the same loop",
        5,
        || time(|| actors.run(&walk)),
        "the same stores, not measured",
        || time(|| bare_walk(&mut memory, page)),
    );
}

/// A thread that sends back what it gets, and the socket to it.
fn echo() -> io::Result<UnixDatagram> {
    let (here, there) = UnixDatagram::pair()?;
    std::thread::spawn(move || {
        let mut buffer = [0; 64];
        while let Ok(length) = there.recv(&mut buffer) {
            if there.send(&buffer[..length]).is_err() {
                return;
            }
        }
    });
    Ok(here)
}

fn there_and_back(socket: &UnixDatagram) {
    let mut buffer = [0; 64];
    socket.send(&buffer).expect("the echo lives");
    socket.recv(&mut buffer).expect("the echo lives");
}

fn bare_walk(memory: &mut [u8], page: usize) {
    for i in 0..TOUCHES {
        memory[i % PAGES * page] = 1;
        std::hint::black_box(&mut *memory);
    }
}

/// What measuring costs where it is done with no machine around it.
fn measured_walk(memory: &mut [u8], page: usize) {
    use nix::sys::resource::{UsageWho, getrusage};
    let mut sum = Duration::ZERO;
    for i in 0..TOUCHES {
        sum += time(|| memory[i % PAGES * page] = 1);
        std::hint::black_box(getrusage(UsageWho::RUSAGE_THREAD).expect("getrusage works"));
    }
    std::hint::black_box(sum);
}
