//! `/proc/<pid>/stat` and `statm`, read at every tick: faults, CPU time, RSS, and whether it is still the same program.
//! See proc(5).
//!
//! The number in stat called rss is not used: it lags behind what statm says.

use super::files::{Files, Name};
use super::meter::Meter;
use crate::mem::{Faults, PageSize};
use crate::observe::ObserveError;

/// Totals since the process began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Fields 10 and 12 of stat.
    pub faults: Faults,
    /// CPU time in user and kernel mode, in clock ticks (fields 14 and 15 of stat).
    pub cpu: u64,
    /// RSS in bytes, of `statm`; may lag by some pages a thread.
    pub rss: u64,
    /// All mappings in bytes, of `statm`.
    pub size: u64,
    /// The letter of its state.
    pub state: char,
    /// Number of threads.
    pub threads: u64,
}

/// What tells a process from all others, and its program from the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// When it began, in clock ticks since boot.
    pub started: u64,
    /// Where its code and its stack begin; an execve changes them. Zeros or ones where they are not to be known.
    pub program: (u64, u64),
    /// Whether it is a thread of the kernel, which has no memory of its own.
    pub is_kernel: bool,
}

/// Of the flags of stat: a thread of the kernel (`PF_KTHREAD`).
const KERNEL_THREAD: u64 = 0x0020_0000;
/// Longer than any stat: 52 numbers and a name.
const LONGEST: usize = 2048;

/// Reads both.
pub fn read(
    files: &mut Files,
    page: PageSize,
    meter: &mut Meter,
) -> Result<(Counters, Identity), ObserveError> {
    let mut buffer = [0; LONGEST];
    let wrong = |name: &str, files: &Files| ObserveError::Unreadable {
        file: format!("/proc/{}/{name}", files.pid()),
        why: "it is not as proc(5) says".to_owned(),
    };
    let text = files.read(Name::Stat, &mut buffer, meter)?;
    let (mut counters, identity) = parse_stat(text).ok_or_else(|| wrong("stat", files))?;
    let text = files.read(Name::Statm, &mut buffer, meter)?;
    let mut pages = text.split(|&byte| byte == b' ').map(number);
    let (size, resident) = pages
        .next()
        .flatten()
        .zip(pages.next().flatten())
        .ok_or_else(|| wrong("statm", files))?;
    counters.size = size.saturating_mul(page.bytes());
    counters.rss = resident.saturating_mul(page.bytes());
    Ok((counters, identity))
}

/// The fields of stat. The name stands in brackets and may hold brackets and spaces itself.
fn parse_stat(text: &[u8]) -> Option<(Counters, Identity)> {
    let close = text.iter().rposition(|&byte| byte == b')')?;
    let mut counters = Counters::default();
    let mut identity = Identity::default();
    let fields = text.get(close + 2..)?.split(|&byte| byte == b' ');
    // Numbered as in proc(5), where the state is field 3.
    for (field, word) in (3..=28).zip(fields) {
        match field {
            3 => counters.state = char::from(*word.first()?),
            9 => identity.is_kernel = number(word)? & KERNEL_THREAD != 0,
            10 => counters.faults.minor = number(word)?,
            12 => counters.faults.major = number(word)?,
            14 => counters.cpu = number(word)?,
            15 => counters.cpu += number(word)?,
            20 => counters.threads = number(word)?,
            22 => identity.started = number(word)?,
            26 => identity.program.0 = number(word)?,
            28 => {
                identity.program.1 = number(word)?;
                return Some((counters, identity));
            }
            _ => {}
        }
    }
    None
}

fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |sum, &digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::Pid;

    #[test]
    fn a_name_may_look_like_anything() {
        let rest = "S 1 7 7 0 -1 2097152 11 0 12 0 40 2 0 0 20 0 3 0 999 4096 5 6 111 222 333 0";
        for name in ["cat", "a) R 9 (b", "", "\u{1b}[2J ) "] {
            let (counters, identity) =
                parse_stat(format!("42 ({name}) {rest}").as_bytes()).unwrap();
            assert_eq!(
                (counters.state, counters.threads, counters.cpu),
                ('S', 3, 42)
            );
            assert_eq!((counters.faults.minor, counters.faults.major), (11, 12));
            assert_eq!((identity.started, identity.program), (999, (111, 333)));
            assert!(identity.is_kernel);
        }
        for bad in ["", "42", "42 (a", ") (", "42 (a) S 1 2", "42 (a)"] {
            assert_eq!(parse_stat(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn agrees_with_procfs_about_this_process() {
        let pid = Pid(std::process::id() as i32);
        let mut files = Files::open(pid).unwrap();
        let page = crate::observe::page_size();
        let (ours, identity) = read(&mut files, page, &mut Meter::default()).unwrap();
        let theirs = procfs::process::Process::new(pid.0).unwrap();
        let stat = theirs.stat().unwrap();
        assert_eq!(identity.started, stat.starttime);
        assert_eq!(identity.program, (stat.startcode, stat.startstack));
        assert!(!identity.is_kernel);
        assert!(ours.faults.minor > 0 && ours.faults.minor <= stat.minflt);
        assert!(ours.rss > 0 && ours.size > ours.rss);
    }
}
