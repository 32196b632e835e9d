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

/// A sentence about errors without their numbers: ` (os error 13)` says nothing to a reader, wherever in a chain of
/// causes it stands.
pub fn without_numbers(text: &str) -> String {
    const MARK: &str = " (os error ";
    let mut rest = text;
    let mut plain = String::new();
    while let Some(at) = rest.find(MARK) {
        plain.push_str(&rest[..at]);
        let tail = &rest[at + MARK.len()..];
        let digits = tail.trim_start_matches(|c: char| c.is_ascii_digit());
        rest = if let Some(after) = digits.strip_prefix(')') {
            after
        } else {
            plain.push_str(MARK);
            tail
        };
    }
    plain + rest
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

    #[test]
    fn numbers_are_left_out_wherever_they_stand() {
        let table = [
            ("no number", "no number"),
            ("denied (os error 13)", "denied"),
            (
                "cannot make /x: full (os error 28): twice (os error 2), no more",
                "cannot make /x: full: twice, no more",
            ),
            (
                "a file called (os error here)",
                "a file called (os error here)",
            ),
        ];
        for (text, plain) in table {
            assert_eq!(without_numbers(text), plain);
        }
        let chain = anyhow::Error::from(Error::from_raw_os_error(libc::EACCES)).context("outer");
        assert_eq!(
            without_numbers(&format!("{chain:#}")),
            "outer: Permission denied"
        );
    }
}
