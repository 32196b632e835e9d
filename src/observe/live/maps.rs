//! `/proc/<pid>/maps`: one line a VMA. Pure parsing; see proc(5).
//!
//! Our own reader of nine columns rather than the one of procfs, because a name is foreign text: names are kept byte
//! for byte with `\012` undone, ` (deleted)` is told apart, and no name can fail the reading of the other lines.

use crate::mem::{Addr, Backing, HUGETLB, Perms, Range, SHARED_ANONYMOUS, Vma};

/// All VMAs, in address order. The error says which line is not one.
pub fn parse(text: &[u8]) -> Result<Vec<Vma>, String> {
    text.split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            vma(line).ok_or_else(|| {
                let shown: String = String::from_utf8_lossy(line).chars().take(80).collect();
                format!("this is not a line of maps: {shown:?}")
            })
        })
        .collect()
}

/// One line; `None` when it is not a line of maps.
pub fn vma(line: &[u8]) -> Option<Vma> {
    let (mut vma, name) = columns(line)?;
    vma.backing = backing(name, vma.inode);
    Some(vma)
}

/// One line, its backing not looked at yet, and the name from which [`backing`] makes it. Allocates nothing, for
/// processes of many VMAs with few names.
pub fn columns(line: &[u8]) -> Option<(Vma, &[u8])> {
    let mut columns = line.splitn(6, |&byte| byte == b' ');
    let mut column = || std::str::from_utf8(columns.next()?).ok();
    let (start, end) = column()?.split_once('-')?;
    let range = (hex(start)?, hex(end)?);
    let perms = Perms::of(column()?)?;
    let offset = hex(column()?)?;
    let (major, minor) = column()?.split_once(':')?;
    let device = (
        u32::from_str_radix(major, 16).ok()?,
        u32::from_str_radix(minor, 16).ok()?,
    );
    let inode = column()?.parse().ok()?;
    // The name is padded to a fixed column with spaces; a name cannot begin with one, as it is a path or `[…]`.
    let name = columns.next().unwrap_or_default().trim_ascii_start();
    let vma = Vma {
        range: Range::new(Addr(range.0), Addr(range.1)),
        perms,
        offset,
        device,
        inode,
        backing: Backing::Anonymous,
    };
    (range.0 < range.1).then_some((vma, name))
}

fn hex(digits: &str) -> Option<u64> {
    u64::from_str_radix(digits, 16).ok()
}

/// What a name of the last column stands for.
pub fn backing(name: &[u8], inode: u64) -> Backing {
    let name = unescape(name);
    match name.as_str() {
        "" => return Backing::Anonymous,
        "[heap]" => return Backing::Heap,
        "[stack]" => return Backing::Stack,
        _ => {}
    }
    // Only real files and shared memory have an inode; `[vdso]`, `anon_inode:…` and the like are names only.
    if inode == 0 && !name.starts_with('/') {
        return Backing::Special(name);
    }
    if is_shared_memory(&name) {
        return Backing::SharedMemory { name };
    }
    match name.strip_suffix(" (deleted)") {
        Some(HUGETLB) => Backing::Special(name),
        Some(path) => Backing::File {
            path: path.to_owned(),
            deleted: true,
        },
        None if name.starts_with('/') => Backing::File {
            path: name,
            deleted: false,
        },
        None => Backing::Special(name),
    }
}

fn is_shared_memory(name: &str) -> bool {
    name == SHARED_ANONYMOUS
        || name.starts_with("/memfd:")
        || name.starts_with("/dev/shm/")
        || name.starts_with("/SYSV")
}

/// Undoes the one escape of maps: a newline is written `\012`. Bytes that are not UTF-8 are replaced visibly.
fn unescape(name: &[u8]) -> String {
    String::from_utf8_lossy(name).replace("\\012", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, deleted: bool) -> Backing {
        Backing::File {
            path: path.to_owned(),
            deleted,
        }
    }

    #[test]
    fn columns_are_read() {
        let line =
            b"7f0000001000-7f0000005000 rw-s 00003000 fd:10 4711                       /tmp/a b";
        let vma = vma(line).unwrap();
        assert_eq!(vma.range, Range::of(Addr(0x7f00_0000_1000), 0x4000));
        assert_eq!(vma.perms.to_string(), "rw-s");
        assert_eq!(
            (vma.offset, vma.device, vma.inode),
            (0x3000, (0xfd, 0x10), 4711)
        );
        assert_eq!(vma.backing, file("/tmp/a b", false));
    }

    #[test]
    fn names_say_what_stands_behind() {
        let memory = |name: &str| Backing::SharedMemory {
            name: name.to_owned(),
        };
        let special = |name: &str| Backing::Special(name.to_owned());
        let table = [
            ("0", "", Backing::Anonymous),
            ("0", "[heap]", Backing::Heap),
            ("0", "[stack]", Backing::Stack),
            ("0", "[vdso]", special("[vdso]")),
            ("0", "[vvar_vclock]", special("[vvar_vclock]")),
            ("0", "[anon:name]", special("[anon:name]")),
            (
                "7",
                "anon_inode:[perf_event]",
                special("anon_inode:[perf_event]"),
            ),
            ("295", "/dev/zero (deleted)", memory("/dev/zero (deleted)")),
            ("5", "/dev/zero", file("/dev/zero", false)),
            (
                "9",
                "/memfd:tutor (deleted)",
                memory("/memfd:tutor (deleted)"),
            ),
            ("9", "/dev/shm/tutor.1", memory("/dev/shm/tutor.1")),
            ("9", "/SYSV", memory("/SYSV")),
            (
                "9",
                "/SYSV0000002a (deleted)",
                memory("/SYSV0000002a (deleted)"),
            ),
            (
                "9",
                "/anon_hugepage (deleted)",
                special("/anon_hugepage (deleted)"),
            ),
            ("9", "/tmp/gone (deleted)", file("/tmp/gone", true)),
            ("9", "/tmp/two\\012lines", file("/tmp/two\nlines", false)),
            (
                "9",
                "/tmp/ends with space ",
                file("/tmp/ends with space ", false),
            ),
        ];
        for (inode, name, backing) in table {
            let line = format!("1000-2000 rw-p 00000000 00:00 {inode}    {name}");
            assert_eq!(vma(line.as_bytes()).unwrap().backing, backing, "{name}");
        }
    }

    #[test]
    fn what_is_not_a_line_is_an_error_and_no_panic() {
        let table: [&[u8]; 9] = [
            b"x",
            b"1000 rw-p 0 0:0 0",
            b"zz-2000 rw-p 0 0:0 0",
            b"2000-1000 rw-p 0 0:0 0",
            b"1000-2000 rw 0 0:0 0",
            b"1000-2000 rw-p 0 0 0",
            b"1000-2000 rw-p 0 0:0 many",
            b"1000-fffffffffffffffffff rw-p 0 0:0 0",
            b"\xff\xfe",
        ];
        for line in table {
            assert!(parse(line).is_err(), "{line:?}");
        }
        assert_eq!(parse(b"").unwrap(), []);
    }

    #[test]
    fn a_name_may_be_long_or_no_text_at_all() {
        let mut line = b"1000-2000 rw-p 0 08:01 12 /tmp/".to_vec();
        line.extend(std::iter::repeat_n(b'x', 10_000));
        assert_eq!(parse(&line).unwrap().len(), 1);
        line.extend(b"\xff\xfe\x1b[2J");
        assert_eq!(parse(&line).unwrap().len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, name in "\\PC*") {
            let _ = parse(&bytes);
            let line = format!("1000-2000 rw-p 00000000 00:00 7    /{name}");
            // Lines of text: a name has no newline in it, as the kernel escapes them.
            if let Some(vma) = vma(line.as_bytes()) {
                proptest::prop_assert_eq!(vma.inode, 7);
            }
            super::super::smaps::parse(&bytes, |_| true);
        }
    }

    /// The maps of this very test, against the reader of the procfs crate.
    #[test]
    fn agrees_with_procfs_about_this_process() {
        let text = std::fs::read("/proc/self/maps").unwrap();
        let ours = parse(&text).unwrap();
        let theirs: procfs::process::MemoryMaps = procfs::FromRead::from_read(&text[..]).unwrap();
        assert_eq!(ours.len(), theirs.0.len());
        for (ours, theirs) in ours.iter().zip(&theirs.0) {
            assert_eq!((ours.range.start.0, ours.range.end.0), theirs.address);
            assert_eq!((ours.offset, ours.inode), (theirs.offset, theirs.inode));
            assert_eq!((ours.device.0 as i32, ours.device.1 as i32), theirs.dev);
            assert_eq!(ours.perms.to_string(), theirs.perms.as_str());
        }
    }
}
