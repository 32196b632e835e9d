//! `/proc/<pid>/stat`, `status` and `cmdline`: who a process is, and its totals. Everybody may read the first two of
//! any process that is not hidden. See proc(5).
//!
//! The number in stat called rss is not used: it lags by some 100 kB behind what smaps says.

use super::door::{self, Door};
use crate::mem::{Faults, Pid, Reading};
use crate::observe::ObserveError;
use std::fs;

/// Of the flags of stat: a thread of the kernel (`PF_KTHREAD`).
const KERNEL_THREAD: u64 = 0x0020_0000;

/// What stat says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// `comm`: 15 characters of the name.
    pub name: String,
    /// The letter of its state.
    pub state: char,
    /// Number of its threads.
    pub threads: u64,
    /// Who started it, or took it over.
    pub parent: Pid,
    /// Whether it is a thread of the kernel.
    pub is_kernel: bool,
    /// When it began, in clock ticks since boot: with its number, this tells it from any other.
    pub started: u64,
    /// Where its code and its stack begin; an execve changes them. Zeros where they are not to be known, and when its
    /// first thread has ended.
    pub program: (u64, u64),
    /// Faults since it began.
    pub faults: Faults,
}

impl Stat {
    /// Whether it has ended. Where only its first thread has, others are counted still.
    pub fn has_ended(&self) -> bool {
        match self.state {
            'Z' => self.threads <= 1,
            state => state == 'X',
        }
    }
}

/// What status says of memory, in bytes. `None` where it has no such line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// `VmSize`: all mappings.
    pub size: Option<u64>,
    /// `VmHWM`: the most RSS it ever had.
    pub peak: Option<u64>,
    /// `RssAnon`
    pub anonymous: Option<u64>,
    /// `RssFile`
    pub file: Option<u64>,
    /// `RssShmem`
    pub shared_memory: Option<u64>,
    /// `VmPTE`: its page tables, which no RSS counts.
    pub page_tables: Option<u64>,
    /// `VmSwap`: anonymous memory swapped out.
    pub swap: Option<u64>,
    /// `HugetlbPages`: huge pages set aside, which no RSS counts.
    pub hugetlb: Option<u64>,
}

impl Status {
    /// RSS, as the sum of its three kinds.
    pub fn rss(&self) -> Option<u64> {
        Some(self.anonymous? + self.file? + self.shared_memory?)
    }
}

/// Reads stat.
pub fn stat(pid: Pid) -> Result<Stat, ObserveError> {
    stat_in(pid, "stat")
}

/// Reads stat of a process, or of a thread of it: `task/5/stat`.
pub(super) fn stat_in(pid: Pid, name: &str) -> Result<Stat, ObserveError> {
    let file = format!("/proc/{pid}/{name}");
    let text = fs::read(&file).map_err(|error| ObserveError::of(pid, name, &error))?;
    parse_stat(&text).ok_or(ObserveError::Unreadable {
        file,
        why: "it is not as proc(5) says".to_owned(),
    })
}

/// The fields of stat. The name stands in brackets and may hold brackets and spaces itself.
fn parse_stat(text: &[u8]) -> Option<Stat> {
    let open = text.iter().position(|&byte| byte == b'(')?;
    let close = text.iter().rposition(|&byte| byte == b')')?;
    let name = String::from_utf8_lossy(text.get(open + 1..close)?).into_owned();
    let rest = std::str::from_utf8(&text[close + 1..]).ok()?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    // Numbered as in proc(5), where the state is field 3.
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(Stat {
        name,
        state: fields.first()?.chars().next()?,
        threads: number(20)?,
        parent: Pid(fields.get(1)?.parse().ok()?),
        is_kernel: number(9)? & KERNEL_THREAD != 0,
        started: number(22)?,
        program: (number(26)?, number(28)?),
        faults: Faults {
            minor: number(10)?,
            major: number(12)?,
        },
    })
}

/// Reads status.
pub fn status(door: Door) -> Reading<Status> {
    match door.read("status") {
        Ok(text) => Reading::Known(parse_status(&String::from_utf8_lossy(&text))),
        Err(error) => Reading::unknown(error.to_string()),
    }
}

pub(in crate::observe) fn parse_status(text: &str) -> Status {
    let mut status = Status::default();
    for (key, value) in text.lines().filter_map(|line| line.split_once(':')) {
        let place = match key {
            "VmSize" => &mut status.size,
            "VmHWM" => &mut status.peak,
            "RssAnon" => &mut status.anonymous,
            "RssFile" => &mut status.file,
            "RssShmem" => &mut status.shared_memory,
            "VmPTE" => &mut status.page_tables,
            "VmSwap" => &mut status.swap,
            "HugetlbPages" => &mut status.hugetlb,
            _ => continue,
        };
        *place = kilobytes(value);
    }
    status
}

/// `   4 kB` in bytes.
pub(super) fn kilobytes(value: &str) -> Option<u64> {
    let number: u64 = value.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    number.checked_mul(1024)
}

/// The arguments; none where the process has none or they cannot be read.
pub fn arguments(pid: Pid) -> Vec<String> {
    let read = |name: &str| fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
    let mut text = read("cmdline");
    if text.is_empty()
        && let Some(thread) = door::living(pid)
    {
        // Its first thread has ended.
        text = read(&format!("task/{thread}/cmdline"));
    }
    let text = text.strip_suffix(b"\0").unwrap_or(&text);
    if text.is_empty() {
        return Vec::new();
    }
    text.split(|&byte| byte == 0)
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_look_like_anything() {
        let rest = "S 1 7 7 0 -1 4194304 11 0 12 0 0 0 0 0 20 0 3 0 999 4096 5 6 111 222 333 0";
        for name in ["cat", "a) R 9 (b", "", "\u{1b}[2J ) "] {
            let stat = parse_stat(format!("42 ({name}) {rest}").as_bytes()).unwrap();
            assert_eq!((stat.name.as_str(), stat.state), (name, 'S'));
            assert_eq!((stat.parent, stat.threads), (Pid(1), 3));
            assert_eq!((stat.faults.minor, stat.faults.major), (11, 12));
            assert_eq!((stat.started, stat.program), (999, (111, 333)));
            assert!(!stat.is_kernel);
        }
        for bad in ["", "42", "42 (a", ") (", "42 (a) S 1 2"] {
            assert_eq!(parse_stat(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn a_process_lives_as_long_as_a_thread_of_it() {
        for (state, threads, ended) in [
            ('S', 1, false),
            ('Z', 1, true),
            ('Z', 0, true),
            ('Z', 2, false),
            ('X', 1, true),
        ] {
            let line = format!(
                "42 (a) {state} 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 {threads} 0 9 0 0 0 1 2 3"
            );
            let stat = parse_stat(line.as_bytes()).unwrap();
            assert_eq!(stat.has_ended(), ended, "{line}");
        }
    }

    #[test]
    fn status_is_known_line_by_line() {
        let status = parse_status("Name:\ta\nRssAnon:\t  8 kB\nRssFile: many kB\nVmPTE:\t4 kB\n");
        assert_eq!((status.anonymous, status.file), (Some(8192), None));
        assert_eq!((status.page_tables, status.rss()), (Some(4096), None));
    }

    #[test]
    fn agrees_with_procfs_about_this_process() {
        let pid = Pid(std::process::id() as i32);
        let theirs = procfs::process::Process::new(pid.0).unwrap();
        let (ours, stat_of_theirs) = (stat(pid).unwrap(), theirs.stat().unwrap());
        assert_eq!(ours.name, stat_of_theirs.comm);
        assert_eq!(ours.started, stat_of_theirs.starttime);
        assert_eq!(
            ours.program,
            (stat_of_theirs.startcode, stat_of_theirs.startstack)
        );
        assert_eq!(ours.parent.0, stat_of_theirs.ppid);
        assert_eq!(arguments(pid), theirs.cmdline().unwrap());
    }
}
