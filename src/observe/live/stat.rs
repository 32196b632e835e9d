//! `/proc/<pid>/stat` and `/proc/<pid>/status`: totals of a process. See proc(5).
//!
//! Field 24 of stat (rss) is never shown: it lags by some 100 kB behind what smaps says.

use crate::mem::{Faults, Reading, without_numbers};
use procfs::process::Process;

/// Faults since the process began: fields 10 (minflt) and 12 (majflt) of stat.
pub fn faults(process: &Process) -> Reading<Faults> {
    match process.stat() {
        Ok(stat) => Reading::Known(Faults {
            minor: stat.minflt,
            major: stat.majflt,
        }),
        Err(error) => Reading::unknown(format!(
            "stat cannot be read: {}",
            without_numbers(&error.to_string())
        )),
    }
}

/// Bytes of page tables: `VmPTE` of status.
pub fn page_tables(process: &Process) -> Reading<u64> {
    match process.status() {
        Ok(status) => match status.vmpte {
            Some(kilobytes) => Reading::Known(kilobytes * 1024),
            None => Reading::unknown("status says nothing of VmPTE"),
        },
        Err(error) => Reading::unknown(format!(
            "status cannot be read: {}",
            without_numbers(&error.to_string())
        )),
    }
}
