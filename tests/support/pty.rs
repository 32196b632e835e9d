//! A terminal without a screen: the program runs in a pty, a parser keeps what its terminal would show, and every byte
//! it writes is counted.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// The longest to wait for something to appear. A guard against hanging, not a goal.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the terminal has received.
pub(crate) struct Received {
    parser: vt100::Parser,
    /// How many bytes.
    pub(crate) bytes: u64,
    /// When the latest of them came.
    latest: Instant,
    closed: bool,
}

impl Received {
    /// What the screen shows.
    pub(crate) fn text(&self) -> String {
        self.screen().contents()
    }

    /// The screen itself.
    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }
}

type Shared = Arc<(Mutex<Received>, Condvar)>;

/// A running program in a terminal.
pub(crate) struct Terminal {
    /// The program.
    pub(crate) child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    received: Shared,
}

impl Terminal {
    /// Starts the tutor with its files below `home`, in a terminal of that many columns and rows.
    pub(crate) fn start(home: &Path, arguments: &[&str], (columns, rows): (u16, u16)) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_mmap-tutor"));
        command.args(arguments);
        command.cwd(home);
        command.env("TERM", "xterm-256color");
        command.env("HOME", home);
        for (name, directory) in [("CACHE", "cache"), ("STATE", "state"), ("CONFIG", "config")] {
            command.env(format!("XDG_{name}_HOME"), home.join(directory));
        }
        Self::spawn(command, (columns, rows))
    }

    /// Starts any program.
    pub(crate) fn spawn(command: CommandBuilder, (columns, rows): (u16, u16)) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size).expect("there are ptys");
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the program starts");
        drop(pair.slave);
        let received: Shared = Arc::new((
            Mutex::new(Received {
                parser: vt100::Parser::new(rows, columns, 0),
                bytes: 0,
                latest: Instant::now(),
                closed: false,
            }),
            Condvar::new(),
        ));
        let screen = pair.master.try_clone_reader().expect("a pty can be read");
        let keyboard = pair.master.take_writer().expect("a pty can be written");
        std::thread::spawn({
            let received = Arc::clone(&received);
            move || receive(screen, &received)
        });
        Self {
            child,
            _master: pair.master,
            keyboard,
            received,
        }
    }

    /// Types.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("the terminal takes keys");
        self.keyboard.flush().expect("the terminal takes keys");
    }

    /// Looks at what was received so far.
    pub(crate) fn look<T>(&self, at: impl Fn(&Received) -> T) -> T {
        at(&self.lock())
    }

    /// Waits until what was received is as wanted, and says when the last of it came.
    pub(crate) fn wait_for(&self, what: &str, wanted: impl Fn(&Received) -> bool) -> Instant {
        self.wait_at_most(PATIENCE, wanted)
            .unwrap_or_else(|| panic!("{what} did not appear:\n{}", self.look(Received::text)))
    }

    /// The same; `None` when it takes longer than `patience`, or the program ends.
    pub(crate) fn wait_at_most(
        &self,
        patience: Duration,
        wanted: impl Fn(&Received) -> bool,
    ) -> Option<Instant> {
        let since = Instant::now();
        let mut received = self.lock();
        while !wanted(&received) {
            if since.elapsed() > patience || received.closed {
                return None;
            }
            received = self.more(received);
        }
        Some(received.latest)
    }

    /// Waits until nothing was written for a while.
    pub(crate) fn wait_until_quiet(&self) {
        const QUIET: Duration = Duration::from_millis(700);
        let since = Instant::now();
        let mut received = self.lock();
        while received.latest.elapsed() < QUIET {
            assert!(since.elapsed() < PATIENCE, "the screen never rests");
            received = self.more(received);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Received> {
        self.received.0.lock().expect("the reader lives")
    }

    fn more<'a>(&self, received: MutexGuard<'a, Received>) -> MutexGuard<'a, Received> {
        let wait = self
            .received
            .1
            .wait_timeout(received, Duration::from_millis(100));
        wait.expect("the reader lives").0
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn receive(mut screen: Box<dyn Read + Send>, received: &Shared) {
    let mut buffer = [0; 8 * 1024];
    loop {
        let length = screen.read(&mut buffer).unwrap_or(0);
        let mut state = received.0.lock().expect("the waiter lives");
        state.latest = Instant::now();
        state.bytes += length as u64;
        state.parser.process(&buffer[..length]);
        state.closed = length == 0;
        received.1.notify_all();
        if length == 0 {
            return;
        }
    }
}
