//! Where `mmap(NULL, …)` of a lesson is placed: apart from everything else, at the same addresses on every machine.
//!
//! Neighbouring mappings of the same kind merge into one VMA, and the kernel likes to place them as neighbours. A hint
//! (mmap(2): an address without `MAP_FIXED`) in an empty region keeps each mapping a line of its own in `maps`. The
//! kernel may still decide otherwise. A program that passes the same hints gets the same faults.

/// The first hint: 64 GiB, above what non-PIE programs use and far below libraries and stack.
pub const FIRST: u64 = 0x10_0000_0000;
/// Mappings begin at multiples of this, so that huge pages and page tables treat them alike.
const STEP: u64 = 2 * 1024 * 1024;

/// The hint after a mapping of `length` bytes at `start`: the next 2 MiB boundary above its end, never touching it.
pub const fn next(start: u64, length: u64) -> u64 {
    (start.saturating_add(length) / STEP).saturating_add(1) * STEP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_never_touch() {
        let table = [
            (1, 0x10_0020_0000),
            (64 * 1024, 0x10_0020_0000),
            (STEP - 1, 0x10_0020_0000),
            (STEP, 0x10_0040_0000),
            (STEP + 1, 0x10_0040_0000),
        ];
        for (length, hint) in table {
            assert_eq!(next(FIRST, length), hint, "{length}");
        }
    }
}
