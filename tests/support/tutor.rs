//! The program under test, run from outside to its end.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The longest a command may take before a test gives it up as hanging. A guard, not a goal.
const HANGS: Duration = Duration::from_secs(300);

/// What a command did.
pub(crate) struct Ran {
    /// Its exit status.
    pub(crate) status: ExitStatus,
    /// All it printed to stdout.
    pub(crate) stdout: Vec<u8>,
    /// All it printed to stderr.
    pub(crate) stderr: Vec<u8>,
}

impl Ran {
    /// Both streams as one text, for looking things up in it.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned() + &String::from_utf8_lossy(&self.stderr)
    }
}

/// The program, keeping its files below `home`, whoever runs the test.
pub(crate) fn tutor(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mmap-tutor"));
    command
        .current_dir(home)
        .env("HOME", home)
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_STATE_HOME", home.join("state"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end.
///
/// # Panics
/// When it cannot be started, or hangs.
pub(crate) fn run(command: &mut Command) -> Ran {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let stdout = drain(child.stdout.take().expect("stdout is a pipe"));
    let stderr = drain(child.stderr.take().expect("stderr is a pipe"));
    let status = wait(&mut child, command);
    let collect =
        |reader: std::thread::JoinHandle<Vec<u8>>| reader.join().expect("the reader lives");
    Ran {
        status,
        stdout: collect(stdout),
        stderr: collect(stderr),
    }
}

fn drain(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("a pipe can be read");
        bytes
    })
}

fn wait(child: &mut Child, command: &Command) -> ExitStatus {
    let since = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return status;
        }
        if since.elapsed() > HANGS {
            child.kill().expect("a child can be killed");
            panic!("hangs: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
