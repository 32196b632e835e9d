//! What a running program has used of the machine, its children included: processor time and memory, as the kernel
//! counts them. See proc(5): `schedstat`, `stat`, `status`.

use std::time::Duration;

/// A process and its living descendants.
fn family(pid: u32) -> Vec<u32> {
    let mut all = vec![pid];
    let mut next = 0;
    while let Some(&pid) = all.get(next) {
        next += 1;
        let tasks = std::fs::read_dir(format!("/proc/{pid}/task"));
        for task in tasks.into_iter().flatten().flatten() {
            let children = std::fs::read_to_string(task.path().join("children"));
            let children = children.unwrap_or_default();
            all.extend(
                children
                    .split_whitespace()
                    .filter_map(|pid| pid.parse::<u32>().ok()),
            );
        }
    }
    all
}

/// Processor time: of every living thread to the nanosecond, and of children that have ended to the clock tick.
pub(crate) fn cpu(pid: u32) -> Duration {
    family(pid)
        .into_iter()
        .map(|pid| threads(pid) + ended(pid))
        .sum()
}

fn threads(pid: u32) -> Duration {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task"));
    let ran = tasks.into_iter().flatten().flatten().filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(ran.sum())
}

/// Fields 16 and 17 of `stat`: `cutime` and `cstime`.
fn ended(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default();
    let ticks: u64 = fields
        .split(' ')
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    // SAFETY: asks for a number.
    let hz = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    Duration::from_secs_f64(ticks as f64 / hz.max(1) as f64)
}

/// Resident memory in bytes.
pub(crate) fn rss(pid: u32) -> u64 {
    family(pid).into_iter().map(rss_alone).sum()
}

/// The same of one process, without its children.
pub(crate) fn rss_alone(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let mut lines = status.lines();
    let kib = lines.find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next());
    kib.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// The first child of a process.
pub(crate) fn child(pid: u32) -> Option<u32> {
    family(pid).get(1).copied()
}
