//! The time of the day, for people. See localtime(3).

use std::time::{SystemTime, UNIX_EPOCH};

/// The time of the day where the user is: `14:03:22`; empty where nobody knows.
pub(super) fn time_of_day() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let Some(seconds) = since
        .ok()
        .and_then(|since| libc::time_t::try_from(since.as_secs()).ok())
    else {
        return String::new();
    };
    let mut parts = std::mem::MaybeUninit::<libc::tm>::uninit();
    // SAFETY: both point to memory of the right kind that lives as long as this call.
    let done = unsafe { libc::localtime_r(&raw const seconds, parts.as_mut_ptr()) };
    if done.is_null() {
        return String::new();
    }
    // SAFETY: the call filled it in.
    let parts = unsafe { parts.assume_init() };
    format!(
        "{:02}:{:02}:{:02}",
        parts.tm_hour, parts.tm_min, parts.tm_sec
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_looks_like_one() {
        let time = time_of_day();
        let parts: Vec<u8> = time.split(':').map(|part| part.parse().unwrap()).collect();
        assert!(
            parts.len() == 3 && parts[0] < 24 && parts[1] < 60 && parts[2] < 61,
            "{time}"
        );
    }
}
