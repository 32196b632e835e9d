//! Other programs that show the memory of a process, beside `watch`: each in a terminal of its own, on the same
//! process, in turn.
//!
//! All of them are started, then stopped (SIGSTOP); one at a time goes on (SIGCONT) for a slice of the time, round
//! after round, so that each has the same machine. What is not installed is said to be so.

use crate::pty::{Received, Terminal};
use crate::target::{Target, Waiting};
use crate::terminal::{SIZE, is_installed, mib};
use crate::{bare, spent};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use portable_pty::CommandBuilder;
use std::path::Path;
use std::time::{Duration, Instant};

/// Seconds that each program is watched idle, unless told.
const SECONDS: u64 = 20;
/// Rounds that this is cut into.
const ROUNDS: u32 = 4;
/// Starts of each program.
const STARTS: usize = 11;
/// Keys of each program, in as many rounds as above.
const KEYS: u32 = 60;
/// After it goes on, a program may do what it does then, uncounted.
const SETTLE: Duration = Duration::from_millis(500);
/// A program that shows nothing for so long has no screen.
const PATIENCE: Duration = Duration::from_secs(10);

/// A program to be compared.
struct Peer {
    name: &'static str,
    /// How it is started; `None` where it is not installed.
    command: Option<CommandBuilder>,
    /// What its first frame has.
    marker: String,
    /// Two keys that move something there and back; none where it takes no keys.
    keys: Option<[&'static str; 2]>,
}

/// Prints the table.
pub(crate) fn table(home: &Path, seconds: Option<&str>) {
    let seconds = seconds
        .and_then(|word| word.parse().ok())
        .unwrap_or(SECONDS);
    println!(
        "| process | program | idle processor | ours to it | RSS | start to first frame | key to paint | p99 | n |"
    );
    println!("|---|---|---:|---:|---:|---:|---:|---:|---:|");
    let sparse = Target::Sparse {
        bytes: 64 << 30,
        stride: 400 << 10,
    };
    let targets = [
        ("1 GiB touched", Target::Touched(1 << 30)),
        ("64 GiB sparse", sparse),
        ("60,000 VMAs", Target::Vmas(60_000)),
    ];
    for (what, target) in targets {
        let target = Waiting::start(target);
        let peers = peers(home, target.pid);
        let mut runs: Vec<Run> = peers.iter().map(|_| Run::default()).collect();
        starts(&peers, &mut runs);
        idle_and_keys(&peers, &mut runs, Duration::from_secs(seconds));
        let ours = runs[0].share();
        for (peer, run) in peers.iter().zip(&mut runs) {
            println!("| {what} | {} | {} |", peer.name, run.cells(peer, ours));
        }
    }
}

/// The program itself first, then the least that a program does, then the others.
fn peers(home: &Path, pid: i32) -> Vec<Peer> {
    let pid = pid.to_string();
    let peer = |name: &'static str, line: &[&str], keys| {
        let installed = is_installed(line[0]);
        let mut command = CommandBuilder::new(line[0]);
        command.args(&line[1..]);
        command.env("TERM", "xterm-256color");
        command.env("HOME", home);
        Peer {
            name,
            command: installed.then_some(command),
            marker: pid.clone(),
            keys,
        }
    };
    // Arrows as terminfo has them for a program that asked for keypad mode.
    let sideways = Some(["\x1bOC", "\x1bOD"]);
    let down_and_up = Some(["\x1bOB", "\x1bOA"]);
    let looks = format!("while :; do pmap -X {pid}; sleep 1; done");
    let mut watch = CommandBuilder::new(env!("CARGO_BIN_EXE_mmap-tutor"));
    watch.args(["watch", &pid]);
    watch.env("TERM", "xterm-256color");
    watch.env("HOME", home);
    let ours = Peer {
        name: "mmap-tutor watch",
        command: Some(watch),
        marker: pid.clone(),
        keys: Some(["j", "k"]),
    };
    let least = Peer {
        name: "a bare ratatui program",
        command: Some(bare::command()),
        marker: bare::TEXT.to_owned(),
        keys: Some(["j", "k"]),
    };
    let mut pmap = peer("pmap -X, once a second", &["sh", "-c", &looks], None);
    pmap.command = pmap.command.filter(|_| is_installed("pmap"));
    "KB".clone_into(&mut pmap.marker);
    vec![
        ours,
        least,
        peer("pagemon", &["pagemon", "-p", &pid], sideways),
        peer("htop -p", &["htop", "-p", &pid], Some(["h", "h"])),
        peer("htop", &["htop"], down_and_up).showing("PID"),
        peer("btop", &["btop"], Some(["\x1b[B", "\x1b[A"])).showing("proc"),
        peer("btm", &["btm"], Some(["j", "k"])).showing("PID"),
        pmap,
    ]
}

impl Peer {
    fn showing(mut self, marker: &str) -> Self {
        marker.clone_into(&mut self.marker);
        self
    }

    /// Starts it; how long its first frame took, and the terminal; `None` without a frame.
    fn start(&self) -> Option<(Duration, Terminal)> {
        let command = self.command.clone()?;
        let since = Instant::now();
        let terminal = Terminal::spawn(command, SIZE);
        let seen = terminal.wait_at_most(PATIENCE, |seen| seen.text().contains(&self.marker))?;
        Some((seen.duration_since(since), terminal))
    }
}

/// What came of a program.
#[derive(Default)]
struct Run {
    starts: Vec<Duration>,
    /// Processor time, and the time it was used in.
    idle: (Duration, Duration),
    rss: u64,
    keys: Vec<Duration>,
}

fn starts(peers: &[Peer], runs: &mut [Run]) {
    for round in 0..STARTS {
        for (peer, run) in peers.iter().zip(&mut *runs) {
            // One that showed nothing the first time is not asked again.
            if round == 0 || !run.starts.is_empty() {
                run.starts.extend(peer.start().map(|(took, _)| took));
            }
        }
    }
}

fn idle_and_keys(peers: &[Peer], runs: &mut [Run], time: Duration) {
    let started = peers.iter().zip(&*runs).map(|(peer, run)| {
        let terminal = (!run.starts.is_empty()).then(|| peer.start()).flatten();
        terminal.map(|(_, terminal)| {
            std::thread::sleep(SETTLE);
            signal(&terminal, Signal::SIGSTOP);
            terminal
        })
    });
    let mut terminals: Vec<Option<Terminal>> = started.collect();
    for _ in 0..ROUNDS {
        for ((peer, run), terminal) in peers.iter().zip(&mut *runs).zip(&mut terminals) {
            let Some(terminal) = terminal else { continue };
            signal(terminal, Signal::SIGCONT);
            std::thread::sleep(SETTLE);
            let pid = terminal.child.process_id().unwrap_or(0);
            let (since, before) = (Instant::now(), spent::cpu(pid));
            std::thread::sleep(time / ROUNDS);
            run.idle.0 += spent::cpu(pid).saturating_sub(before);
            run.idle.1 += since.elapsed();
            run.rss = run.rss.max(spent::rss(pid));
            for press in 0..KEYS / ROUNDS {
                let Some(keys) = peer.keys else { break };
                run.keys
                    .extend(reaction(terminal, keys[press as usize % 2]));
            }
            signal(terminal, Signal::SIGSTOP);
        }
    }
    for terminal in terminals.iter().flatten() {
        signal(terminal, Signal::SIGCONT);
    }
}

/// To all processes of a terminal's program.
fn signal(terminal: &Terminal, signal: Signal) {
    let leader = terminal.child.process_id().unwrap_or(0);
    // One that has ended needs no signal.
    if leader > 1 {
        let _ = killpg(Pid::from_raw(leader as i32), signal);
    }
}

/// From a key to a screen that looks different; `None` when it makes no difference.
fn reaction(terminal: &mut Terminal, key: &str) -> Option<Duration> {
    std::thread::sleep(Duration::from_millis(50));
    let before = terminal.look(picture);
    let since = Instant::now();
    terminal.press(key);
    let seen = terminal.wait_at_most(Duration::from_secs(2), |seen| picture(seen) != before)?;
    Some(seen.duration_since(since))
}

/// All that is on a screen, with its colours.
fn picture(seen: &Received) -> Vec<u8> {
    seen.screen().contents_formatted()
}

impl Run {
    /// The processor it used while nobody did anything, of one core.
    fn share(&self) -> f64 {
        self.idle.0.as_secs_f64() / self.idle.1.as_secs_f64().max(f64::EPSILON)
    }

    fn cells(&mut self, peer: &Peer, ours: f64) -> String {
        if peer.command.is_none() {
            return "not installed | | | | | |".to_owned();
        }
        if self.starts.is_empty() {
            return "shows no screen | | | | | |".to_owned();
        }
        let share = self.share();
        let ratio = if ours > 0.0 && share > 0.0 {
            format!("{:.2}", ours / share)
        } else {
            String::new()
        };
        let n = self.keys.len();
        let time = |times: &mut Vec<Duration>, share: f64| {
            times.sort_unstable();
            let last = times.len().checked_sub(1)?;
            let at = (last as f64 * share).round() as usize;
            times.get(at).map(|time| format!("{time:.1?}"))
        };
        format!(
            "{:.2} % | {ratio} | {} | {} | {} | {} | {n}",
            share * 100.0,
            mib(self.rss),
            time(&mut self.starts, 0.5).unwrap_or_default(),
            time(&mut self.keys, 0.5).unwrap_or_default(),
            time(&mut self.keys, 0.99).unwrap_or_default(),
        )
    }
}
