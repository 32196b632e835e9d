//! What lessons may need and a machine may lack, found by trying it.

use super::{chosen, setting, trial};
use crate::mem::Reading;
use crate::mem::error_text;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What this machine offers; an unknown says why it does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offers {
    /// Huge pages that are reserved and free.
    pub huge_pages: Reading<()>,
    /// Transparent huge pages.
    pub thp: Reading<()>,
    /// Anonymous memory that is written, then made executable.
    pub jit: Reading<()>,
    /// `cachestat(2)`.
    pub cachestat: Reading<()>,
    /// CPUs that this program may use.
    pub cpus: usize,
}

impl Offers {
    /// A machine that has it all.
    pub fn all() -> Self {
        let yes = || Reading::Known(());
        Self {
            huge_pages: yes(),
            thp: yes(),
            jit: yes(),
            cachestat: yes(),
            cpus: 2,
        }
    }
}

/// What this machine offers; `scratch` is the directory in which lessons work.
pub fn offers(scratch: &Path) -> Offers {
    Offers {
        huge_pages: huge_pages(),
        thp: thp(),
        jit: trial::jit(),
        cachestat: trial::cachestat(scratch).map(drop),
        cpus: std::thread::available_parallelism().map_or(1, usize::from),
    }
}

fn huge_pages() -> Reading<()> {
    let text = match std::fs::read_to_string("/proc/meminfo") {
        Ok(text) => text,
        Err(error) => {
            return Reading::unknown(format!(
                "/proc/meminfo cannot be read: {}",
                error_text(&error)
            ));
        }
    };
    match free_huge_pages(&text) {
        Some(0) => Reading::unknown("none is reserved and free (HugePages_Free is 0)"),
        Some(_) => Reading::Known(()),
        None => Reading::unknown("this kernel has none"),
    }
}

/// `HugePages_Free` of `/proc/meminfo`, see proc(5).
fn free_huge_pages(meminfo: &str) -> Option<u64> {
    let row = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("HugePages_Free:"));
    row?.trim().parse().ok()
}

fn thp() -> Reading<()> {
    match setting("/sys/kernel/mm/transparent_hugepage/enabled").map(|text| chosen(&text)) {
        Reading::Known(word) if word == "never" => Reading::unknown("they are set to `never`"),
        Reading::Known(_) => Reading::Known(()),
        Reading::Unknown(why) => Reading::Unknown(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_huge_pages_are_read_from_meminfo() {
        let table = [
            (
                "HugePages_Total:       4\nHugePages_Free:        3\n",
                Some(3),
            ),
            ("HugePages_Free:        0\n", Some(0)),
            ("MemFree: 12 kB\n", None),
        ];
        for (text, free) in table {
            assert_eq!(free_huge_pages(text), free, "{text}");
        }
    }
}
