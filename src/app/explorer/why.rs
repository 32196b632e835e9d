//! Why a call failed here: what its arguments, and what is mapped where they point to, have to do with its error.
//!
//! Read the section ERRORS of the man page of each. What mmap-tutor refuses by itself is told as its own.

use crate::c::constants;
use crate::mem::{Call, MOST_LIVING, Nanos};
use crate::session::timeline::{Failed, Ground};

/// One of these must be among the flags of `mmap`.
const SHARING: u64 = (libc::MAP_PRIVATE | libc::MAP_SHARED) as u64;
/// Bytes of addresses that a process has, unless it asks for more by an address (the kernel's `x86/x86_64/mm.rst` and
/// `arm64/memory.rst`).
const ADDRESSES: u64 = if cfg!(target_arch = "x86_64") {
    1 << 47
} else {
    1 << 48
};

/// Why a call failed; `None` where nothing known here says.
pub fn why(failed: &Failed, page: Option<u64>) -> Option<String> {
    let call = &failed.call;
    let name = constants::errno_name(call.errno)?;
    let reason = ours(call, name)
        .map(str::to_owned)
        .or_else(|| of_arguments(call, name, page))
        .or_else(|| of_ground(call, name, failed.ground?).map(str::to_owned));
    let reason = reason.or_else(|| most_allowed(call, name))?;
    Some(format!("{}: {reason}", call.function))
}

/// What mmap-tutor refuses: such a call never came to the kernel, and took no time.
fn ours(call: &Call, name: &str) -> Option<&'static str> {
    if (call.function, name) == ("kill", "EPERM") {
        return Some("mmap-tutor allows only signals to the processes of this session");
    }
    if call.elapsed != Nanos(0) {
        return None;
    }
    Some(match (call.function, name) {
        ("open", "EACCES") => {
            "mmap-tutor allows only files of its own directory, /dev/zero, and to read /proc/self/maps and /dev/mem"
        }
        ("creat" | "unlink", "EACCES") => "mmap-tutor allows only files of its own directory",
        ("mmap" | "madvise" | "mlock", "ENOMEM") => {
            "mmap-tutor allows one call to load half of the free memory at most"
        }
        ("write" | "pwrite" | "fallocate", "ENOSPC") => {
            "mmap-tutor allows a process to write 2 GiB of files at most"
        }
        _ => return None,
    })
}

/// A limit of mmap-tutor with its number.
fn most_allowed(call: &Call, name: &str) -> Option<String> {
    let is_ours = call.elapsed == Nanos(0) && (call.function, name) == ("fork", "EAGAIN");
    is_ours.then(|| {
        format!("mmap-tutor allows only {MOST_LIVING} processes at a time, and 255 children in all")
    })
}

/// What the arguments say alone.
fn of_arguments(call: &Call, name: &str, page: Option<u64>) -> Option<String> {
    let [first, length, _, flags, file, offset] = call.arguments;
    let starts_amiss = page.is_some_and(|page| !first.is_multiple_of(page));
    let fixed = (libc::MAP_FIXED | libc::MAP_FIXED_NOREPLACE) as u64;
    Some(match (call.function, name) {
        ("mmap", "EINVAL") if page.is_some_and(|page| !offset.is_multiple_of(page)) => {
            format!("the offset {offset} is not a multiple of the page, which files are mapped by")
        }
        ("mmap", "EINVAL") if flags & fixed != 0 && starts_amiss => amiss(first),
        ("munmap" | "mprotect" | "madvise" | "msync" | "mremap" | "mincore", "EINVAL")
            if starts_amiss =>
        {
            amiss(first)
        }
        ("mmap" | "munmap", "EINVAL") if length == 0 => "the length is 0".to_owned(),
        ("mmap", "EINVAL") if flags & SHARING == 0 => {
            "neither MAP_PRIVATE nor MAP_SHARED is among the flags".to_owned()
        }
        ("mmap", "EEXIST") => {
            format!("something is mapped at {first:#x}, and MAP_FIXED_NOREPLACE replaces nothing")
        }
        ("mmap", "ENOMEM") if length >= ADDRESSES => format!(
            "the length is more than all addresses of a process, which are {} TiB",
            ADDRESSES >> 40
        ),
        (function, "EBADF") => {
            let descriptor = if function == "mmap" { file } else { first } as i32;
            format!("{descriptor} is no open file descriptor")
        }
        _ => return None,
    })
}

fn amiss(first: u64) -> String {
    format!("{first:#x} is not the first byte of a page")
}

/// What the mappings say where the call points to.
fn of_ground(call: &Call, name: &str, ground: Ground) -> Option<&'static str> {
    let [_, length, third, flags, ..] = call.arguments;
    let may_move = flags & libc::MREMAP_MAYMOVE as u64 != 0;
    Some(match (call.function, name) {
        ("mprotect" | "madvise" | "msync" | "mincore" | "mlock" | "munlock", "ENOMEM")
        | ("mremap", "EFAULT")
            if !ground.is_whole =>
        {
            "a part of the range is not mapped"
        }
        ("mremap", "ENOMEM") if third > length && !may_move && ground.is_followed => {
            "it cannot grow where it is, since something is mapped right behind these pages; and without \
             MREMAP_MAYMOVE it may not move"
        }
        ("mlock", "ENOMEM" | "EPERM") => {
            "the range is mapped, but it is more than the process may lock (RLIMIT_MEMLOCK, `ulimit -l`)"
        }
        ("madvise", "EINVAL")
            if third == libc::MADV_FREE as u64 && (ground.is_file || ground.perms.shared) =>
        {
            "MADV_FREE is for private anonymous memory only"
        }
        ("read" | "pread" | "write" | "pwrite", "EFAULT") if !ground.is_whole => {
            "nothing is mapped at the buffer"
        }
        ("read" | "pread", "EFAULT") if !ground.perms.write => {
            "it puts the bytes into the buffer, and that may not be written"
        }
        ("write" | "pwrite", "EFAULT") if !ground.perms.read => {
            "it takes the bytes of the buffer, and that may not be read"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{FUNCTIONS, Faults, Perms};

    /// The ground of a test: its letters, and `!` where a part of it is not mapped, `f` where it shows a file, `+`
    /// where something follows it.
    fn ground(words: &str) -> Option<Ground> {
        let perms = Perms::of(words.get(..4)?)?;
        Some(Ground {
            is_whole: !words.contains('!'),
            perms,
            is_file: words.contains('f'),
            is_followed: words.contains('+'),
        })
    }

    /// The reason of a call that failed so.
    fn reason(
        function: &'static str,
        arguments: [u64; 6],
        errno: i32,
        (time, words): (u64, &str),
    ) -> Option<String> {
        let call = Call {
            function,
            arguments,
            result: -1,
            errno,
            faults: Faults::default(),
            elapsed: Nanos(time),
        };
        let ground = ground(words);
        let why = why(&Failed { call, ground }, Some(0x1000))?;
        Some(why.strip_prefix(function)?.strip_prefix(": ")?.to_owned())
    }

    /// The call, its error and the ground it stands on, and how the reason begins; none where nothing is known.
    const ROWS: &str = "
        munmap 0x1001 0x1000 | EINVAL rw-p | 0x1001 is not
        munmap 0x1000 0 | EINVAL | the length is 0
        munmap 0x1000 0x1000 | ENOMEM rw-p! |
        mmap 0 0x1000 3 0x20 | EINVAL | neither
        mmap 0 0x1000 3 2 3 0x64 | EINVAL | the offset 100 is not
        mmap 0x1001 0x1000 3 0x32 | EINVAL | 0x1001 is not
        mmap 0 0x1000000000000 3 0x22 | ENOMEM | the length is more
        mmap 0 0xffffffffffffffff 3 0x22 | ENOMEM | the length is more
        mmap 0 0x10000000000 3 0x22 | ENOMEM |
        mmap 0x1000 0x1000 3 0x100022 | EEXIST | something is mapped at 0x1000
        mmap 0 0x1000 3 2 0x4d | EBADF | 77 is no
        close 9 | EBADF | 9 is no
        mprotect 0x1000 0x1000 1 | ENOMEM ---p! | a part
        mprotect 0x1000 0x1000 1 | ENOMEM rw-p |
        mremap 0x1000 0x2000 0x4000 0 | ENOMEM rw-p+ | it cannot grow where it is
        mremap 0x1000 0x2000 0x4000 0 | ENOMEM rw-p |
        mremap 0x1000 0x2000 0x4000 1 | ENOMEM rw-p+ |
        mremap 0x1000 0x2000 0x4000 0 | EFAULT ---p! | a part
        mlock 0x1000 0x2000 | ENOMEM rw-p! | a part
        mlock 0x1000 0x2000 | ENOMEM rw-p | the range is mapped, but
        mlock 0x1000 0x2000 | EPERM rw-p | the range is mapped, but
        madvise 0x1000 0x1000 8 | EINVAL rw-s | MADV_FREE is for
        madvise 0x1000 0x1000 8 | EINVAL rw-pf | MADV_FREE is for
        madvise 0x1000 0x1000 8 | EINVAL rw-p |
        read 3 0x1000 8 | EFAULT ---p! | nothing is mapped
        read 3 0x1000 8 | EFAULT r--p | it puts
        read 3 0x1000 8 | EFAULT rw-p |
        write 3 0x1000 8 | EFAULT ---p | it takes
        open 0x1000 | ENOENT |";

    /// A call of a row: its name, its arguments.
    fn call_of(words: &str) -> (&'static str, [u64; 6]) {
        let mut words = words.split_whitespace();
        let name = words.next().unwrap_or_default();
        let function = FUNCTIONS.into_iter().find(|known| *known == name);
        let mut arguments = [0; 6];
        for (place, word) in arguments.iter_mut().zip(words) {
            let digits = word.strip_prefix("0x").unwrap_or(word);
            *place = u64::from_str_radix(digits, 16).unwrap();
        }
        (function.unwrap(), arguments)
    }

    #[test]
    fn the_arguments_and_the_mappings_say_why_where_they_can() {
        for row in ROWS.lines().skip(1) {
            let [call, met, expected] = row.splitn(3, '|').collect::<Vec<_>>()[..] else {
                panic!("{row}")
            };
            let (name, words) = met.trim().split_once(' ').unwrap_or((met.trim(), ""));
            let errno = (1..200).find(|errno| constants::errno_name(*errno) == Some(name));
            let (function, arguments) = call_of(call);
            let found = reason(function, arguments, errno.unwrap(), (200, words));
            let (found, expected) = (found.unwrap_or_default(), expected.trim());
            let fits = found.starts_with(expected) && found.is_empty() == expected.is_empty();
            assert!(fits, "{row}: {found:?}");
        }
    }

    #[test]
    fn what_mmap_tutor_refuses_is_not_told_as_the_kernels() {
        let table = [
            (
                "open",
                libc::EACCES,
                "mmap-tutor allows only files of its own directory, ",
            ),
            ("unlink", libc::EACCES, "mmap-tutor allows only files"),
            ("mlock", libc::ENOMEM, "mmap-tutor allows one call"),
            ("write", libc::ENOSPC, "mmap-tutor allows a process"),
            (
                "fork",
                libc::EAGAIN,
                "mmap-tutor allows only 16 processes at a time",
            ),
        ];
        for (function, errno, expected) in table {
            let found = |time| reason(function, [0x1000; 6], errno, (time, "rw-p"));
            let ours = found(0).unwrap_or_default();
            assert!(ours.starts_with(expected), "{ours}");
            let kernels = found(200).unwrap_or_default();
            assert!(!kernels.contains("mmap-tutor"), "{kernels}");
        }
        let killed = reason("kill", [1, 9, 0, 0, 0, 0], libc::EPERM, (200, ""));
        assert!(
            killed
                .unwrap_or_default()
                .starts_with("mmap-tutor allows only signals")
        );
    }
}
