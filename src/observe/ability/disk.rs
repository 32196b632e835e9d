//! The file system under a path: its kind, and how far its device reads ahead. See statfs(2).

use crate::mem::Reading;
use crate::mem::error_text;
use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Kinds by the magic number of `statfs`, from `<linux/magic.h>` and the file systems' own headers.
const KINDS: [(u64, &str); 18] = [
    (0xef53, "ext4"),
    (0x9123_683e, "btrfs"),
    (0x5846_5342, "xfs"),
    (0xf2f5_2010, "f2fs"),
    (0x0102_1994, "tmpfs"),
    (0x8584_58f6, "ramfs"),
    (0x794c_7630, "overlay"),
    (0x6969, "nfs"),
    (0xff53_4d42, "cifs"),
    (0xfe53_4d42, "smb"),
    (0x0102_1997, "9p"),
    (0x6573_5546, "fuse"),
    (0x2fc1_2fc1, "zfs"),
    (0xca45_1a4e, "bcachefs"),
    (0x4d44, "vfat"),
    (0x2011_bab0, "exfat"),
    (0x6a65_6a63, "virtiofs"),
    (0xf15f, "ecryptfs"),
];

/// Whether a kind of file system has no disk behind it: what is written there is never written back.
pub fn is_in_memory(kind: &str) -> bool {
    matches!(kind, "tmpfs" | "ramfs" | "devtmpfs")
}

/// The kind of file system that `path` lies on: `ext4` (which ext2 and ext3 look like), `tmpfs`, `unknown (0x1234)`.
pub fn file_system(path: &Path) -> String {
    match magic(path) {
        Some(magic) => KINDS
            .iter()
            .find(|(number, _)| *number == magic)
            .map_or_else(
                || format!("unknown ({magic:#x})"),
                |(_, name)| (*name).to_owned(),
            ),
        None => "unknown".to_owned(),
    }
}

fn magic(path: &Path) -> Option<u64> {
    let path = CString::new(path.as_os_str().as_bytes()).ok()?;
    // SAFETY: all zeros is a valid statfs.
    let mut found: libc::statfs = unsafe { std::mem::zeroed() };
    // SAFETY: the path ends with a zero byte, and the struct lives in this frame.
    let result = unsafe { libc::statfs(path.as_ptr(), &raw mut found) };
    // The type of the field differs between targets; magic numbers have 32 bits.
    (result == 0).then_some(found.f_type as u64 & 0xffff_ffff)
}

/// How far the device below `path` reads ahead: `read_ahead_kb` of its `bdi`.
pub(super) fn read_ahead(path: &Path) -> Reading<String> {
    let device = match std::fs::metadata(path) {
        Ok(metadata) => metadata.dev(),
        Err(error) => {
            return Reading::unknown(format!("{}: {}", path.display(), error_text(&error)));
        }
    };
    let (major, minor) = (libc::major(device), libc::minor(device));
    let file = format!("/sys/class/bdi/{major}:{minor}/read_ahead_kb");
    super::setting(&file).map(|text| format!("{text} kB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_is_none_of_them_and_nowhere_is_unknown() {
        assert_eq!(file_system(Path::new("/proc")), "unknown (0x9fa0)");
        assert_eq!(file_system(Path::new("/no/such/place")), "unknown");
    }
}
