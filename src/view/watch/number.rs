//! Numbers as short as a column wants them.

use crate::watch::words::grouped;

/// Bytes in at most five cells: `4K`, `1.2M`, `132M`, `64G`.
pub(super) fn short(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["", "K", "M", "G", "T", "P", "E"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1023.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if value < 99.95 && value.fract() != 0.0 {
        format!("{value:.1}{}", UNITS[unit])
    } else {
        format!("{value:.0}{}", UNITS[unit])
    }
}

/// A difference of bytes: `+12M`, `-4K`; nothing for none.
pub(super) fn short_change(by: i64) -> String {
    match by {
        0 => String::new(),
        by if by < 0 => format!("-{}", short(by.unsigned_abs())),
        by => format!("+{}", short(by.unsigned_abs())),
    }
}

/// An address in twelve cells: those of the kernel's half, which are longer, by their end.
pub(super) fn address(addr: u64) -> String {
    let digits = format!("{addr:>12x}");
    match digits.len() {
        12 => digits,
        long => format!("…{}", &digits[long - 11..]),
    }
}

/// How often a second: `1,234/s`, `12.3k/s`, `0.4/s`.
pub(super) fn rate(value: f64) -> String {
    if value == 0.0 {
        "0/s".to_owned()
    } else if value < 10.0 {
        format!("{value:.1}/s")
    } else if value < 10_000.0 {
        format!("{}/s", grouped(value.round() as u64))
    } else if value < 10_000_000.0 {
        format!("{:.1}k/s", value / 1e3)
    } else {
        format!("{:.1}M/s", value / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let table = [
            (0, "0"),
            (512, "512"),
            (4096, "4K"),
            (1_300_000, "1.2M"),
            (1023 * 1024, "1023K"),
            (1024 * 1024 - 1, "1.0M"),
            (132 << 20, "132M"),
            (64 << 30, "64G"),
            (u64::MAX, "16E"),
        ];
        for (bytes, shown) in table {
            assert_eq!(short(bytes), shown);
            assert!(short(bytes).len() <= 5);
        }
        assert_eq!(address(0x1000), "        1000");
        assert_eq!(address(0xffff_ffff_ff60_0000), "…fffff600000");
        assert_eq!(short_change(-4096), "-4K");
        assert_eq!(short_change(0), "");
        let table = [
            (0.0, "0/s"),
            (0.44, "0.4/s"),
            (1234.4, "1,234/s"),
            (12_345.0, "12.3k/s"),
            (1.5e7, "15.0M/s"),
        ];
        for (value, shown) in table {
            assert_eq!(rate(value), shown);
        }
    }
}
