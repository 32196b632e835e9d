//! The terminal's life, in a real pty: taken over, and handed back after a quit, a signal, a panic of any thread, a
//! stop; and the program gone when the terminal is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "support/directory.rs"]
mod directory;

use directory::fresh_directory;
use mmap_tutor::app::Theme;
use mmap_tutor::run::screen::{Opening, Player, Start, run};
use mmap_tutor::session::{Progress, Wish};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{LocalFlags, tcgetattr};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// The longest to wait for anything: a guard against hanging, not a goal.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program in a terminal that only moves when it is looked at, so that closing it leaves nothing open.
struct Tty {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    reader: Box<dyn Read + Send>,
    keyboard: Box<dyn Write + Send>,
    parser: vt100::Parser,
    /// Everything that was received, as text.
    received: String,
    /// The line discipline before the program started.
    before: LocalFlags,
}

impl Tty {
    fn tutor(home: &Path, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_mmap-tutor"));
        command.args(arguments);
        command.env("HOME", home);
        for name in ["CACHE", "STATE", "CONFIG"] {
            command.env(format!("XDG_{name}_HOME"), home.join(name));
        }
        command.cwd(home);
        Self::spawn(command)
    }

    fn spawn(mut command: CommandBuilder) -> Self {
        command.env("TERM", "xterm-256color");
        let size = PtySize {
            rows: 24,
            cols: 80,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let before = flags(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        Self {
            child,
            reader: pair.master.try_clone_reader().unwrap(),
            keyboard: pair.master.take_writer().unwrap(),
            master: pair.master,
            parser: vt100::Parser::new(24, 80, 0),
            received: String::new(),
            before,
        }
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.process_id().unwrap() as i32)
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Receives what there is, waiting a little for it; whether the program still has its side open.
    fn pump(&mut self) -> bool {
        // SAFETY: the master, and with it the descriptor, lives as long as `self`.
        let fd = unsafe { BorrowedFd::borrow_raw(self.master.as_raw_fd().unwrap()) };
        let mut fds = [PollFd::new(fd, PollFlags::POLLIN)];
        if poll(&mut fds, PollTimeout::from(20u8)).unwrap_or(0) == 0 {
            return true;
        }
        let mut buffer = vec![0; 65536];
        let length = self.reader.read(&mut buffer).unwrap_or(0);
        self.parser.process(&buffer[..length]);
        self.received += &String::from_utf8_lossy(&buffer[..length]);
        length > 0
    }

    fn wait_for(&mut self, text: &str) {
        let since = Instant::now();
        while !self.parser.screen().contents().contains(text) {
            let open = self.pump();
            let shown = self.parser.screen().contents();
            assert!(
                open && since.elapsed() < PATIENCE,
                "{text:?} did not appear:\n{shown}"
            );
        }
    }

    /// Waits for the program's end; its exit status.
    fn end(&mut self) -> u32 {
        let since = Instant::now();
        loop {
            self.pump();
            if let Some(status) = self.child.try_wait().unwrap() {
                while self.pump() && since.elapsed() < PATIENCE && self.pump() {}
                return status.exit_code();
            }
            assert!(since.elapsed() < PATIENCE, "it does not end");
        }
    }

    /// The window is closed: nobody has the other side of the terminal any more.
    fn hang_up(self) -> Box<dyn Child + Send + Sync> {
        let (child, master, reader, keyboard) =
            (self.child, self.master, self.reader, self.keyboard);
        drop((master, reader, keyboard));
        child
    }

    /// The terminal is as it was found.
    fn assert_restored(&self) {
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "paste is plain again");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert_eq!(
            flags(self.master.as_ref()),
            self.before,
            "the line discipline is as before"
        );
    }

    /// The terminal is the program's, as soon as the frame that is on its way has come.
    fn assert_taken(&mut self) {
        let since = Instant::now();
        while !self.is_taken() {
            assert!(
                self.pump() && since.elapsed() < PATIENCE,
                "the terminal was not taken"
            );
        }
        assert!(!flags(self.master.as_ref()).contains(LocalFlags::ICANON));
    }

    fn is_taken(&self) -> bool {
        let screen = self.parser.screen();
        screen.alternate_screen() && screen.hide_cursor() && screen.bracketed_paste()
    }
}

fn flags(master: &dyn MasterPty) -> LocalFlags {
    // SAFETY: the master lives as long as this call.
    let fd = unsafe { BorrowedFd::borrow_raw(master.as_raw_fd().unwrap()) };
    tcgetattr(fd).unwrap().local_flags
}

/// Fields of `/proc/<pid>/stat` after the name: state, parent, ….
fn stat(pid: i32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let rest = text.rsplit_once(") ")?.1;
    Some(rest.split(' ').map(str::to_owned).collect())
}

/// Processes that `parent` started and that live.
fn children(parent: i32) -> Vec<i32> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_string_lossy().parse::<i32>().ok());
    let is_child = |pid: &i32| {
        stat(*pid).is_some_and(|fields| fields[1] == parent.to_string() && fields[0] != "Z")
    };
    pids.filter(is_child).collect()
}

/// Whether a process is no more, or only waits to be reaped.
fn is_gone(pid: i32) -> bool {
    stat(pid).is_none_or(|fields| fields[0] == "Z")
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_lesson_is_opened_run_left_and_the_terminal_handed_back() {
    let home = fresh_directory();
    let mut tty = Tty::tutor(home.path(), &[]);
    tty.wait_for("Copy-on-write after fork");
    tty.assert_taken();
    tty.press("\r");
    tty.wait_for("what happened, and why");
    tty.press("q");
    tty.wait_for("Enter open");
    tty.press("q");
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
    let place = format!("CACHE/mmap-tutor-{}", nix::unistd::geteuid());
    let runs = std::fs::read_dir(home.path().join(place)).unwrap();
    assert_eq!(runs.count(), 0, "files of the run are left");
}

#[test]
fn signals_end_it_with_128_and_their_number_and_no_lab_is_left() {
    for signal in [
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGINT,
        Signal::SIGQUIT,
    ] {
        let home = fresh_directory();
        let mut tty = Tty::tutor(home.path(), &["6"]);
        tty.wait_for("Enter run the line");
        let labs = children(tty.pid().as_raw());
        assert!(!labs.is_empty(), "a lesson has a lab");
        kill(tty.pid(), signal).unwrap();
        assert_eq!(tty.end(), 128 + signal as u32, "{signal}");
        tty.assert_restored();
        wait_until("a lab is left", || labs.iter().all(|lab| is_gone(*lab)));
    }
}

#[test]
fn control_c_leaves_while_a_line_runs() {
    let home = fresh_directory();
    let mut tty = Tty::tutor(home.path(), &["6"]);
    tty.wait_for("Enter run the line");
    tty.press("\r\r");
    tty.press("\x03");
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
}

#[test]
fn a_terminal_that_vanishes_takes_the_program_and_its_labs_along() {
    let home = fresh_directory();
    let mut tty = Tty::tutor(home.path(), &["6"]);
    tty.wait_for("Enter run the line");
    let pid = tty.pid().as_raw();
    let labs = children(pid);
    let mut child = tty.hang_up();
    wait_until("the program lives on", || is_gone(pid));
    assert_eq!(child.wait().unwrap().exit_code(), 129);
    wait_until("a lab is left", || labs.iter().all(|lab| is_gone(*lab)));
}

#[test]
fn control_z_hands_the_terminal_to_the_shell_and_fg_takes_it_back() {
    let home = fresh_directory();
    let mut tty = Tty::tutor(home.path(), &["6"]);
    tty.wait_for("Enter run the line");
    tty.press("\x1a");
    let pid = tty.pid();
    let is_stopped = || stat(pid.as_raw()).is_some_and(|fields| fields[0] == "T");
    let since = Instant::now();
    while !is_stopped() {
        tty.pump();
        assert!(since.elapsed() < PATIENCE, "it does not stop");
    }
    tty.pump();
    tty.assert_restored();
    tty.parser = vt100::Parser::new(24, 80, 0);
    kill(pid, Signal::SIGCONT).unwrap();
    tty.wait_for("Enter run the line");
    tty.assert_taken();
    tty.press("\x03");
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
}

#[test]
fn a_small_window_is_told_so_and_heals() {
    let home = fresh_directory();
    let mut tty = Tty::tutor(home.path(), &[]);
    tty.wait_for("Enter open");
    let size = |rows, cols| PtySize {
        rows,
        cols,
        ..PtySize::default()
    };
    tty.parser.screen_mut().set_size(5, 20);
    tty.master.resize(size(5, 20)).unwrap();
    tty.wait_for("mmap-tutor needs a");
    tty.parser.screen_mut().set_size(30, 100);
    tty.master.resize(size(30, 100)).unwrap();
    tty.wait_for("Enter open");
    tty.press("q");
    assert_eq!(tty.end(), 0);
}

#[test]
fn a_size_that_changes_with_the_first_frame_is_not_missed() {
    for delay in 0..40 {
        let home = fresh_directory();
        let mut tty = Tty::tutor(home.path(), &[]);
        while tty.received.is_empty() {
            assert!(tty.pump());
        }
        std::thread::sleep(delay * Duration::from_micros(250));
        tty.parser.screen_mut().set_size(5, 20);
        let small = PtySize {
            rows: 5,
            cols: 20,
            ..PtySize::default()
        };
        tty.master.resize(small).unwrap();
        tty.wait_for("mmap-tutor needs a");
        tty.press("q");
        assert_eq!(tty.end(), 0);
    }
}

#[test]
fn a_storm_of_sizes_is_drawn_as_often_as_the_terminal_takes_it_and_ends_right() {
    const SIZES: u16 = 400;
    let home = fresh_directory();
    let mut tty = Tty::tutor(home.path(), &[]);
    tty.wait_for("Enter open");
    tty.received.clear();
    // Nobody reads meanwhile: the program is stuck in a frame, and everything else piles up behind it.
    for step in 0..SIZES {
        let size = PtySize {
            rows: 50,
            cols: 100 + step % 100,
            ..PtySize::default()
        };
        tty.master.resize(size).unwrap();
        std::thread::sleep(Duration::from_millis(1));
    }
    tty.parser.screen_mut().set_size(30, 100);
    let last = PtySize {
        rows: 30,
        cols: 100,
        ..PtySize::default()
    };
    tty.master.resize(last).unwrap();
    let mut received = usize::MAX;
    while received != tty.received.len() {
        received = tty.received.len();
        // Until nothing has come for a while.
        (0..20).for_each(|_| assert!(tty.pump()));
    }
    let shown = tty.parser.screen().contents();
    let bottom = shown.lines().nth(29).unwrap_or_default();
    assert!(bottom.contains("Enter open"), "{shown}");
    let frames = tty.received.matches("\x1b[2J").count();
    assert!(frames <= usize::from(SIZES) / 4, "{frames} frames");
    tty.press("q");
    assert_eq!(tty.end(), 0);
}

#[test]
fn a_panic_of_any_thread_restores_the_terminal_and_is_printed_after() {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "a_player_that_panics",
        "--ignored",
        "--nocapture",
    ]);
    command.cwd(std::env::temp_dir());
    let mut tty = Tty::spawn(command);
    assert_eq!(tty.end(), 101);
    tty.assert_restored();
    let (before, after) = tty.received.rsplit_once("\x1b[?1049l").unwrap();
    assert!(before.contains("\x1b[?1049h"), "the screen had been taken");
    assert!(after.contains("the player met its end"), "{after:?}");
    assert!(after.contains("thread 'player'"), "{after:?}");
}

#[test]
#[ignore = "run by the test above, in a terminal of its own"]
#[expect(
    clippy::exit,
    reason = "the status of the terminal program is what is tested"
)]
fn a_player_that_panics() {
    let (commands, _kept) = channel();
    let (said, reports) = channel();
    std::thread::Builder::new()
        .name("player".to_owned())
        .spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            let _said = said;
            panic!("the player met its end");
        })
        .unwrap();
    let opening = Opening {
        lessons: Vec::new(),
        start: Start::Home,
        progress: Progress::default(),
        keep: Box::new(|_| Ok(())),
        notice: None,
        theme: Theme::Dark,
    };
    let player = Player {
        commands,
        reports,
        wish: Arc::new(Wish::default()),
        begin: Box::new(|| Ok(())),
    };
    std::process::exit(run(opening, player).unwrap());
}

#[test]
fn an_empty_lab_runs_what_is_typed_and_leaves_nothing() {
    let home = fresh_directory();
    let mut tty = Tty::tutor(home.path(), &["lab"]);
    tty.wait_for("Tab pages");
    tty.press("char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);\r");
    tty.wait_for("rw-p 4 pages");
    tty.wait_for("Tab pages");
    tty.press("p[0] = 1;\r");
    tty.wait_for("1 minor fault");
    tty.wait_for("Tab pages");
    tty.press("fork();\r");
    tty.wait_for("child pid");
    tty.wait_for("Tab pages");
    tty.press("child: p[0] = 2;\r");
    tty.wait_for("child> p[0] = 2;");
    tty.wait_for("Tab pages");
    let labs = children(tty.pid().as_raw());
    assert!(!labs.is_empty(), "a lab runs");
    tty.press("for (;;) p[1]++;\r");
    tty.wait_for("Esc stop");
    tty.press("\x1b");
    tty.wait_for("Tab pages");
    tty.press("\x04");
    tty.wait_for("Enter open");
    tty.press("q");
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
    wait_until("a lab is left", || labs.iter().all(|lab| is_gone(*lab)));
}

#[test]
fn a_process_is_watched_and_left_as_it_was() {
    let home = fresh_directory();
    let mut other = std::process::Command::new("sleep")
        .arg("1000")
        .spawn()
        .unwrap();
    for word in ["self", &other.id().to_string()] {
        let mut tty = Tty::tutor(home.path(), &["watch", word]);
        tty.wait_for("of this RSS");
        tty.assert_taken();
        tty.press("3");
        tty.wait_for("address perm");
        tty.press("5+");
        tty.wait_for("1 cell =");
        tty.press("q");
        assert_eq!(tty.end(), 0, "{word}");
        tty.assert_restored();
    }
    assert!(other.try_wait().unwrap().is_none(), "it was only read");
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn a_sentence_of_the_watch_opens_its_lesson_and_leaving_it_comes_back() {
    let home = fresh_directory();
    let mut tty = Tty::tutor(home.path(), &["watch", "self"]);
    tty.wait_for("Enter: lesson");
    tty.press("\r");
    tty.wait_for("▸ step");
    tty.press("q");
    tty.wait_for("since it began");
    tty.press("q");
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
}

#[test]
fn a_command_is_watched_and_ends_with_the_screen_however_that_ends() {
    for by_signal in [false, true] {
        let home = fresh_directory();
        let mut tty = Tty::tutor(
            home.path(),
            &["watch", "--", "sh", "-c", "echo hello; sleep 1000; true"],
        );
        tty.wait_for("minor faults");
        tty.press("8");
        tty.wait_for("hello");
        let shells = children(tty.pid().as_raw());
        let sleeps: Vec<i32> = shells.iter().flat_map(|shell| children(*shell)).collect();
        assert!(!sleeps.is_empty(), "the command runs");
        if by_signal {
            kill(tty.pid(), Signal::SIGTERM).unwrap();
            assert_eq!(tty.end(), 128 + Signal::SIGTERM as u32);
        } else {
            tty.press("q");
            assert_eq!(tty.end(), 0);
        }
        tty.assert_restored();
        let all: Vec<i32> = shells.iter().chain(&sleeps).copied().collect();
        wait_until("the command is left", || {
            all.iter().all(|pid| is_gone(*pid))
        });
    }
}

#[test]
fn a_command_that_is_to_be_left_is_left_and_its_output_is_told() {
    let home = fresh_directory();
    let command = "echo hello; sleep 1000; true";
    let arguments = ["watch", "--leave", "--", "sh", "-c", command];
    let mut tty = Tty::tutor(home.path(), &arguments);
    tty.wait_for("minor faults");
    tty.press("8");
    tty.wait_for("hello");
    let shells = children(tty.pid().as_raw());
    let sleeps: Vec<i32> = shells.iter().flat_map(|shell| children(*shell)).collect();
    tty.press("q");
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
    let told = tty.received.rsplit("goes to ").next().unwrap();
    let path = told.split_whitespace().next().unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), "hello\n");
    assert!(!shells.is_empty() && !sleeps.is_empty());
    for pid in shells.iter().chain(&sleeps) {
        assert!(!is_gone(*pid), "{pid} was ended");
        kill(Pid::from_raw(*pid), Signal::SIGKILL).unwrap();
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn nobody_to_watch_is_told_before_the_terminal_is_taken() {
    let home = fresh_directory();
    for (words, told) in [
        (
            vec!["watch", "2147483646"],
            "there is no process 2147483646",
        ),
        (vec!["watch", "--", "/no/such/command"], "cannot start"),
        (vec!["watch", "self", "--json"], "--once"),
    ] {
        let mut tty = Tty::tutor(home.path(), &words);
        assert_eq!(tty.end(), 2, "{words:?}");
        assert!(tty.received.contains(told), "{}", tty.received);
        assert!(!tty.received.contains("\x1b[?1049h"), "{words:?}");
    }
}
