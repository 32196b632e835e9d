//! The constants that lessons use by name: flags, errors, signals, limits, with the values of this target.
//!
//! Values come from the `libc` crate where it has them; the others are from the kernel's `include/uapi`. The headers
//! are those that the man page of each function names.

use super::types::{Kind, Rank, Type};
pub use crate::mem::errno_text;

/// A constant: its word, canonical for its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// The value.
    pub word: i64,
    /// Its C type.
    pub of: Type,
}

/// Rows of `(name, value)` from `libc`, all of type `int`.
macro_rules! from_libc {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name as i64)),*] };
}

/// Constants of type `int`.
const INTS: &[(&str, i64)] = from_libc! {
    PROT_NONE PROT_READ PROT_WRITE PROT_EXEC PROT_GROWSDOWN PROT_GROWSUP
    MAP_SHARED MAP_PRIVATE MAP_SHARED_VALIDATE MAP_FIXED MAP_FIXED_NOREPLACE MAP_ANONYMOUS MAP_ANON MAP_POPULATE
    MAP_NORESERVE MAP_LOCKED MAP_NONBLOCK MAP_STACK MAP_GROWSDOWN MAP_HUGETLB MAP_HUGE_2MB MAP_HUGE_1GB MAP_HUGE_SHIFT
    MAP_SYNC
    MREMAP_MAYMOVE MREMAP_FIXED MREMAP_DONTUNMAP
    MS_ASYNC MS_SYNC MS_INVALIDATE
    MADV_NORMAL MADV_RANDOM MADV_SEQUENTIAL MADV_WILLNEED MADV_DONTNEED MADV_FREE MADV_REMOVE MADV_DONTFORK
    MADV_DOFORK MADV_MERGEABLE MADV_UNMERGEABLE MADV_HUGEPAGE MADV_NOHUGEPAGE MADV_DONTDUMP MADV_DODUMP
    MADV_WIPEONFORK MADV_KEEPONFORK MADV_COLD MADV_PAGEOUT MADV_POPULATE_READ MADV_POPULATE_WRITE MADV_HWPOISON
    O_RDONLY O_WRONLY O_RDWR O_CREAT O_EXCL O_TRUNC O_APPEND O_CLOEXEC O_SYNC O_DSYNC O_DIRECT O_NOFOLLOW O_NONBLOCK
    O_DIRECTORY O_TMPFILE O_NOATIME
    S_IRUSR S_IWUSR S_IXUSR S_IRWXU S_IRGRP S_IWGRP S_IXGRP S_IRWXG S_IROTH S_IWOTH S_IXOTH S_IRWXO
    S_IFMT S_IFREG S_IFDIR S_IFCHR S_IFBLK S_IFIFO S_IFLNK S_IFSOCK
    SEEK_SET SEEK_CUR SEEK_END SEEK_DATA SEEK_HOLE
    POSIX_FADV_NORMAL POSIX_FADV_RANDOM POSIX_FADV_SEQUENTIAL POSIX_FADV_WILLNEED POSIX_FADV_DONTNEED
    POSIX_FADV_NOREUSE
    FALLOC_FL_KEEP_SIZE FALLOC_FL_PUNCH_HOLE FALLOC_FL_COLLAPSE_RANGE FALLOC_FL_ZERO_RANGE FALLOC_FL_INSERT_RANGE
    FALLOC_FL_UNSHARE_RANGE
    SYNC_FILE_RANGE_WAIT_BEFORE SYNC_FILE_RANGE_WRITE SYNC_FILE_RANGE_WAIT_AFTER
    MFD_CLOEXEC MFD_ALLOW_SEALING MFD_HUGETLB
    _SC_PAGESIZE _SC_PAGE_SIZE _SC_PHYS_PAGES _SC_AVPHYS_PAGES _SC_NPROCESSORS_ONLN _SC_NPROCESSORS_CONF
    _SC_OPEN_MAX _SC_CLK_TCK _SC_ARG_MAX
    SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM
    SIGTERM SIGCHLD SIGCONT SIGSTOP SIGTSTP
    WNOHANG WUNTRACED WCONTINUED
    STDIN_FILENO STDOUT_FILENO STDERR_FILENO EXIT_SUCCESS EXIT_FAILURE
};

/// Constants of type `int` that `libc` lacks: from `asm-generic/mman-common.h`, `asm-generic/siginfo.h`,
/// `linux/memfd.h` and `limits.h`.
const MORE_INTS: &[(&str, i64)] = &[
    ("MADV_DONTNEED_LOCKED", 24),
    ("MADV_COLLAPSE", 25),
    ("MADV_GUARD_INSTALL", 102),
    ("MADV_GUARD_REMOVE", 103),
    ("MADV_SOFT_OFFLINE", 101),
    ("MFD_NOEXEC_SEAL", 8),
    ("MFD_EXEC", 16),
    ("SEGV_MAPERR", 1),
    ("SEGV_ACCERR", 2),
    ("BUS_ADRALN", 1),
    ("BUS_ADRERR", 2),
    ("CHAR_BIT", 8),
    ("CHAR_MIN", std::ffi::c_char::MIN as i64),
    ("CHAR_MAX", std::ffi::c_char::MAX as i64),
    ("SCHAR_MIN", i8::MIN as i64),
    ("SCHAR_MAX", i8::MAX as i64),
    ("UCHAR_MAX", u8::MAX as i64),
    ("SHRT_MIN", i16::MIN as i64),
    ("SHRT_MAX", i16::MAX as i64),
    ("USHRT_MAX", u16::MAX as i64),
    ("INT_MIN", i32::MIN as i64),
    ("INT_MAX", i32::MAX as i64),
    ("INT8_MAX", i8::MAX as i64),
    ("INT16_MAX", i16::MAX as i64),
    ("INT32_MAX", i32::MAX as i64),
    ("UINT8_MAX", u8::MAX as i64),
    ("UINT16_MAX", u16::MAX as i64),
    ("PATH_MAX", 4096),
    ("true", 1),
    ("false", 0),
];

/// Constants of other integer types.
const WIDE: &[(&str, i64, Rank)] = &[
    ("UINT_MAX", u32::MAX as i64, Rank::UnsignedInt),
    ("UINT32_MAX", u32::MAX as i64, Rank::UnsignedInt),
    ("LONG_MIN", i64::MIN, Rank::Long),
    ("LONG_MAX", i64::MAX, Rank::Long),
    ("ULONG_MAX", -1, Rank::UnsignedLong),
    ("LLONG_MIN", i64::MIN, Rank::LongLong),
    ("LLONG_MAX", i64::MAX, Rank::LongLong),
    ("ULLONG_MAX", -1, Rank::UnsignedLongLong),
    ("INT64_MAX", i64::MAX, Rank::Long),
    ("UINT64_MAX", -1, Rank::UnsignedLong),
    ("SSIZE_MAX", i64::MAX, Rank::Long),
    ("SIZE_MAX", -1, Rank::UnsignedLong),
    ("UINTPTR_MAX", -1, Rank::UnsignedLong),
    ("INTPTR_MAX", i64::MAX, Rank::Long),
];

/// Constants of type `void *`.
const POINTERS: &[(&str, i64)] = &[("NULL", 0), ("MAP_FAILED", -1)];

/// Errors of errno(3).
const ERRNOS: &[(&str, i64)] = from_libc! {
    EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST
    EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE
    EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP ENODATA EOVERFLOW EOPNOTSUPP EDQUOT ETIMEDOUT EHWPOISON
    EWOULDBLOCK ENOTSUP
};

/// The page size, which depends on the machine, and `errno`, which is a variable: names that are always there.
const ALWAYS: [&str; 2] = ["PAGE", "errno"];

/// The constant of that name; `PAGE` is not among them, as it depends on the machine.
pub fn lookup(name: &str) -> Option<Constant> {
    let find = |table: &[(&str, i64)]| {
        table
            .iter()
            .find(|(known, _)| *known == name)
            .map(|row| row.1)
    };
    if let Some(word) = [INTS, MORE_INTS, ERRNOS].into_iter().find_map(find) {
        let of = Type::INT;
        return Some(Constant { word, of });
    }
    if let Some(word) = find(POINTERS) {
        let of = Type::VOID.pointer();
        return Some(Constant { word, of });
    }
    WIDE.iter()
        .find(|(known, ..)| *known == name)
        .map(|&(_, word, rank)| Constant {
            word,
            of: Type::integer(rank),
        })
}

/// Whether a name is that of a constant, `PAGE` and `errno` included.
pub fn is_constant(name: &str) -> bool {
    ALWAYS.contains(&name) || lookup(name).is_some()
}

/// Every name, for completion and for "did you mean".
pub fn names() -> impl Iterator<Item = &'static str> {
    [INTS, MORE_INTS, ERRNOS, POINTERS]
        .into_iter()
        .flatten()
        .map(|row| row.0)
        .chain(WIDE.iter().map(|row| row.0))
        .chain(ALWAYS)
}

/// The name of an error number: `ENOENT`.
pub fn errno_name(number: i32) -> Option<&'static str> {
    ERRNOS
        .iter()
        .find(|(_, value)| *value == i64::from(number))
        .map(|row| row.0)
}

/// Whether a constant is a null pointer when it stands where a pointer is wanted, C17 6.3.2.3.
pub(super) fn is_null(word: i64, of: &Type) -> bool {
    word == 0 && (matches!(&of.kind, Kind::Int(_)) || *of == Type::VOID.pointer())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_have_their_values_and_types() {
        let table = [
            ("MAP_ANONYMOUS", i64::from(libc::MAP_ANONYMOUS), "int"),
            ("MADV_GUARD_INSTALL", 102, "int"),
            ("MAP_FAILED", -1, "void *"),
            ("UINT_MAX", 0xffff_ffff, "unsigned int"),
            ("SIZE_MAX", -1, "unsigned long"),
            ("SIGSEGV", 11, "int"),
        ];
        for (name, word, of) in table {
            let constant = lookup(name).unwrap();
            assert_eq!(
                (constant.word, constant.of.to_string().as_str()),
                (word, of)
            );
        }
        assert_eq!(lookup("MAP_ANONYMU"), None);
    }

    #[test]
    fn no_name_stands_in_two_tables() {
        let mut all: Vec<&str> = names().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn errors_have_names_and_texts() {
        assert_eq!(errno_name(libc::ENOENT), Some("ENOENT"));
        assert_eq!(errno_name(libc::EAGAIN), Some("EAGAIN"));
        assert_eq!(errno_name(0), None);
        assert_eq!(errno_text(libc::EACCES), "Permission denied");
    }
}
