//! `/proc/<pid>/status` by a kept descriptor: sizes that no other file has. See proc(5).

use super::files::{Files, Name};
use super::meter::Meter;
use crate::observe::ObserveError;
use crate::observe::portrait::status::{Status, parse_status};

/// Longer than any status, but for the one of a machine with very many processors.
const LONGEST: usize = 4096;

/// Reads it.
pub fn read(files: &mut Files, meter: &mut Meter) -> Result<Status, ObserveError> {
    let mut buffer = [0; LONGEST];
    let text = files.read(Name::Status, &mut buffer, meter)?;
    Ok(parse_status(&String::from_utf8_lossy(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::Pid;

    #[test]
    fn this_process_has_sizes() {
        let mut files = Files::open(Pid(std::process::id() as i32)).unwrap();
        let status = read(&mut files, &mut Meter::default()).unwrap();
        assert!(status.rss() > Some(0) && status.page_tables > Some(0));
        assert!(status.size > status.rss());
    }
}
