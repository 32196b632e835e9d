//! A process made by `fork` that does what it is told, and says what each order cost it.

use super::*;

/// What a subject is asked to do.
#[repr(u64)]
#[derive(Clone, Copy)]
pub(crate) enum Order {
    Nothing,
    Map,
    Unmap,
    Protect,
    Advise,
    Load,
    Store,
    Fork,
    Wait,
    Exit,
}

pub(crate) const FIELDS: usize = 5;

/// A process made by `fork` that does what it is told, and a second socket for its own child.
pub(crate) struct Subject {
    pub(crate) pid: Pid,
    pub(crate) line: UnixStream,
    pub(crate) childs: UnixStream,
}

impl Subject {
    pub(crate) fn new() -> Self {
        let (ours, its) = UnixStream::pair().unwrap();
        let (childs_end, grandchilds) = UnixStream::pair().unwrap();
        // SAFETY: the child calls nothing but system calls: see `serve`.
        let pid = unsafe { libc::fork() };
        assert!(pid >= 0);
        if pid == 0 {
            // SAFETY: sets a flag of this process.
            unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
            // Otherwise the ends of the other side would keep the sockets open for ever.
            drop(ours);
            drop(childs_end);
            serve(its.as_raw_fd(), grandchilds.as_raw_fd());
        }
        let mut subject = Self {
            pid: Pid(pid),
            line: ours,
            childs: childs_end,
        };
        subject.warm_up();
        subject
    }

    /// Runs every path once, so that the faults of the machinery are over.
    pub(crate) fn warm_up(&mut self) {
        let at = self.ask([Order::Map as u64, 1, 0, 0, 0]).result;
        for _ in 0..3 {
            self.ask([Order::Load as u64, at, 0, 0, 0]);
            self.ask([Order::Store as u64, at, 0, 0, 0]);
            self.ask([Order::Nothing as u64, 0, 0, 0, 0]);
        }
        self.ask([Order::Unmap as u64, at, page(), 0, 0]);
    }

    /// The order; a child made by it has its own machinery touched before it is asked anything else.
    pub(crate) fn ask(&mut self, order: [u64; FIELDS]) -> Answer {
        let answer = ask(&mut self.line, order);
        if order[0] == Order::Fork as u64 {
            for _ in 0..3 {
                self.ask_child([Order::Nothing as u64, 0, 0, 0, 0]);
            }
        }
        answer
    }

    pub(crate) fn ask_child(&mut self, order: [u64; FIELDS]) -> Answer {
        ask(&mut self.childs, order)
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        // SAFETY: kills and reaps the process made in `new`.
        unsafe { libc::kill(self.pid.0, libc::SIGKILL) };
        // SAFETY: as above; no status is wanted.
        unsafe { libc::waitpid(self.pid.0, std::ptr::null_mut(), 0) };
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) result: u64,
    pub(crate) minor: u64,
    pub(crate) major: u64,
}

pub(crate) fn ask(line: &mut UnixStream, order: [u64; FIELDS]) -> Answer {
    let bytes: Vec<u8> = order.iter().flat_map(|word| word.to_ne_bytes()).collect();
    line.write_all(&bytes).unwrap();
    let mut answer = [0u8; 24];
    line.read_exact(&mut answer).unwrap();
    let word = |n: usize| u64::from_ne_bytes(answer[n * 8..n * 8 + 8].try_into().unwrap());
    Answer {
        result: word(0),
        minor: word(1),
        major: word(2),
    }
}

/// The life of a subject: one order, one answer. Ends when nobody gives orders any more.
pub(crate) fn serve(mut line: i32, childs: i32) -> ! {
    loop {
        let mut order = [0u64; FIELDS];
        let size = size_of_val(&order);
        // SAFETY: the buffer is `size` bytes of this frame.
        let got = unsafe { libc::read(line, order.as_mut_ptr().cast(), size) };
        if got != size as isize || order[0] == Order::Exit as u64 {
            // SAFETY: ends this process.
            unsafe { libc::_exit(0) };
        }
        let before = faults();
        let result = obey(order);
        let after = faults();
        let forked = order[0] == Order::Fork as u64 && result == 0;
        if forked {
            // SAFETY: sets a flag of this process.
            unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
            line = childs;
            continue;
        }
        let answer = [result, after.0 - before.0, after.1 - before.1];
        // SAFETY: the buffer is 24 bytes of this frame.
        unsafe { libc::write(line, answer.as_ptr().cast(), 24) };
    }
}

pub(crate) fn faults() -> (u64, u64) {
    // SAFETY: all zeros is a valid rusage.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a rusage of this frame.
    unsafe { libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage) };
    (usage.ru_minflt as u64, usage.ru_majflt as u64)
}

pub(crate) fn obey(order: [u64; FIELDS]) -> u64 {
    let [what, a, b, c, d] = order;
    let at = a as *mut libc::c_void;
    let is = |order: Order| what == order as u64;
    if is(Order::Map) {
        let flags = if b == 0 {
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS
        } else {
            b as i32
        };
        let descriptor = if flags & libc::MAP_ANONYMOUS != 0 {
            -1
        } else {
            c as i32
        };
        let protection = if d == 0 {
            libc::PROT_READ | libc::PROT_WRITE
        } else {
            d as i32
        };
        let length = a as usize * page() as usize;
        // A hint far from everything, one step further for each length, so that nothing merges.
        let hint = (0x10_0000_0000 + a * 0x1000_0000) as *mut libc::c_void;
        // SAFETY: the kernel chooses where; nothing of ours is replaced.
        return unsafe { libc::mmap(hint, length, protection, flags, descriptor, 0) } as u64;
    }
    if is(Order::Unmap) {
        // SAFETY: only ranges that `Map` made are named by the tests.
        return unsafe { libc::munmap(at, b as usize) } as u64;
    }
    if is(Order::Protect) {
        // SAFETY: as above.
        return unsafe { libc::mprotect(at, b as usize, c as i32) } as u64;
    }
    if is(Order::Advise) {
        // SAFETY: as above.
        return unsafe { libc::madvise(at, b as usize, c as i32) } as u64;
    }
    if is(Order::Load) {
        // SAFETY: as above.
        return u64::from(unsafe { at.cast::<u8>().read_volatile() });
    }
    if is(Order::Store) {
        // SAFETY: as above.
        unsafe { at.cast::<u8>().write_volatile(7) };
    }
    if is(Order::Fork) {
        // SAFETY: the child goes on in `serve`.
        return unsafe { libc::fork() } as u64;
    }
    if is(Order::Wait) {
        // SAFETY: no status is wanted.
        return unsafe { libc::waitpid(-1, std::ptr::null_mut(), 0) } as u64;
    }
    0
}
