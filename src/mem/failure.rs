//! Why a system call failed, in the words of strerror(3), without the number that Rust puts behind them.

use std::io::Error;

/// What an error number means: `No such file or directory`.
pub fn errno_text(number: i32) -> String {
    let text = Error::from_raw_os_error(number).to_string();
    match text.rfind(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// What an error means.
pub fn error_text(error: &Error) -> String {
    error
        .raw_os_error()
        .map_or_else(|| error.to_string(), errno_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_left_out() {
        let error = Error::from_raw_os_error(libc::ENOENT);
        assert_eq!(error_text(&error), "No such file or directory");
        assert_eq!(error_text(&Error::other("none of them")), "none of them");
        assert_eq!(errno_text(libc::EACCES), "Permission denied");
    }
}
