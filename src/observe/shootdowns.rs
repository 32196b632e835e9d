//! TLB shootdowns: how often one CPU had to tell another to forget a translation.
//!
//! The row `TLB` of `/proc/interrupts` (proc(5)), summed over all CPUs. It counts the whole system, since it was
//! started. Only x86 has it: others tell their CPUs without an interrupt. A /proc with `subset=pid` has no such file.

use crate::mem::Reading;
use crate::mem::error_text;

/// TLB shootdowns of the system so far.
pub fn shootdowns() -> Reading<u64> {
    match std::fs::read_to_string("/proc/interrupts") {
        Ok(text) => parse(&text),
        Err(error) => Reading::unknown(format!(
            "/proc/interrupts cannot be read: {}",
            error_text(&error)
        )),
    }
}

/// The sum of the row.
fn parse(text: &str) -> Reading<u64> {
    let row = text
        .lines()
        .find_map(|line| line.trim_start().strip_prefix("TLB:"));
    match row {
        Some(row) => Reading::Known(
            row.split_whitespace()
                .map_while(|word| word.parse::<u64>().ok())
                .sum(),
        ),
        None => Reading::unknown(
            "/proc/interrupts has no row for TLB shootdowns: this processor does them without an interrupt",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_is_summed_over_its_cpus() {
        let text = "           CPU0       CPU1\n  0:         33          0   IO-APIC   2-edge      timer\n\
                    TLB:       1200         34   TLB shootdowns\nERR:          0\n";
        assert_eq!(parse(text), Reading::Known(1234));
        assert!(parse("           CPU0\nERR: 0\n").reason().is_some());
    }
}
