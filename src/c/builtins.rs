//! The functions of the C library that exist here: prototypes, and what their man pages say, in a line.
//!
//! The prototypes are read by the same parser as lessons are; type checking, error messages, help and completion all
//! come from this one table. What the functions do is the lab's.

use super::ast::{Expression, ExpressionKind};
use super::parse;
use super::types::{Kind, Signature, Type};
use crate::bytecode::Builtin;
use std::sync::LazyLock;

/// A function as its man page has it.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its C name.
    pub name: &'static str,
    /// Its prototype with the names of its parameters, without a semicolon.
    pub prototype: &'static str,
    /// How many of its last parameters may be left out.
    pub optional: usize,
    /// Whether it changes something.
    pub effect: Effect,
    /// What it does, in one clause.
    pub gist: &'static str,
    /// What it returns.
    pub returns: &'static str,
    /// Errors a lesson is likely to meet.
    pub errors: &'static [&'static str],
    /// The man page: `mmap(2)`.
    pub page: &'static str,
}

/// What a call leaves behind. What only asks may stand in `predict` and `expect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It changes memory, files, processes or what is on the screen.
    Changes,
    /// So it does, unless its argument is 0.
    ChangesUnlessZero,
    /// It only asks.
    Asks,
}

/// Rows of the table; each is `prototype; parameters that may be left out; effect; gist; returns; errors; man page`.
macro_rules! functions {
    ($($name:literal $prototype:literal $optional:literal $effect:ident $gist:literal $returns:literal [$($error:literal)*] $page:literal)*) => {
        /// Every function, `printf` included.
        pub const FUNCTIONS: &[Function] = &[$(Function {
            name: $name, prototype: $prototype, optional: $optional, effect: Effect::$effect, gist: $gist, returns: $returns,
            errors: &[$($error),*], page: $page,
        }),*];
    };
}

functions! {
    "mmap" "void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)" 0 Changes
        "maps a file or anonymous memory into the address space" "the address, or MAP_FAILED"
        ["EINVAL" "ENOMEM" "EACCES" "EBADF" "EEXIST" "ENODEV"] "mmap(2)"
    "munmap" "int munmap(void *addr, size_t length)" 0 Changes
        "removes the mappings of a range" "0, or -1" ["EINVAL" "ENOMEM"] "munmap(2)"
    "mprotect" "int mprotect(void *addr, size_t length, int prot)" 0 Changes
        "changes what may be done with a range of pages" "0, or -1" ["EACCES" "EINVAL" "ENOMEM"] "mprotect(2)"
    "madvise" "int madvise(void *addr, size_t length, int advice)" 0 Changes
        "tells the kernel how a range will be used" "0, or -1" ["EINVAL" "ENOMEM" "EFAULT"] "madvise(2)"
    "msync" "int msync(void *addr, size_t length, int flags)" 0 Changes
        "writes changed pages of a shared file mapping to the file" "0, or -1" ["EINVAL" "ENOMEM" "EBUSY"] "msync(2)"
    "mremap" "void *mremap(void *old_address, size_t old_size, size_t new_size, int flags, void *new_address)" 1 Changes
        "grows, shrinks or moves a mapping" "the new address, or MAP_FAILED" ["EFAULT" "EINVAL" "ENOMEM"] "mremap(2)"
    "mlock" "int mlock(const void *addr, size_t length)" 0 Changes
        "brings a range into memory and keeps it there" "0, or -1" ["ENOMEM" "EPERM" "EAGAIN"] "mlock(2)"
    "munlock" "int munlock(const void *addr, size_t length)" 0 Changes
        "undoes mlock" "0, or -1" ["ENOMEM"] "mlock(2)"
    "mincore" "int mincore(void *addr, size_t length, unsigned char *vec)" 0 Changes
        "tells which pages of a range are in memory, a byte a page" "0, or -1" ["EFAULT" "EINVAL" "ENOMEM"] "mincore(2)"
    "open" "int open(const char *pathname, int flags, mode_t mode)" 1 Changes
        "opens a file; O_CREAT needs a mode" "a file descriptor, or -1" ["EACCES" "EEXIST" "ENOENT" "EINVAL"] "open(2)"
    "creat" "int creat(const char *pathname, mode_t mode)" 0 Changes
        "makes an empty file and opens it for writing" "a file descriptor, or -1" ["EACCES" "ENOENT"] "creat(2)"
    "close" "int close(int fd)" 0 Changes
        "closes a file descriptor; mappings of the file stay" "0, or -1" ["EBADF"] "close(2)"
    "ftruncate" "int ftruncate(int fd, off_t length)" 0 Changes
        "sets the length of a file" "0, or -1" ["EBADF" "EINVAL" "EFBIG"] "ftruncate(2)"
    "fstat" "int fstat(int fd, struct stat *statbuf)" 0 Changes
        "tells the size and more of a file" "0, or -1" ["EBADF" "EFAULT"] "fstat(2)"
    "lseek" "off_t lseek(int fd, off_t offset, int whence)" 0 Changes
        "moves the place where a file is read or written next" "the new place, or -1" ["EBADF" "EINVAL" "ENXIO"] "lseek(2)"
    "read" "ssize_t read(int fd, void *buf, size_t count)" 0 Changes
        "reads from a file at its place" "the number of bytes, 0 at the end, or -1" ["EBADF" "EFAULT"] "read(2)"
    "write" "ssize_t write(int fd, const void *buf, size_t count)" 0 Changes
        "writes to a file at its place" "the number of bytes, or -1" ["EBADF" "EFAULT" "ENOSPC"] "write(2)"
    "pread" "ssize_t pread(int fd, void *buf, size_t count, off_t offset)" 0 Changes
        "reads from a file at an offset" "the number of bytes, 0 at the end, or -1" ["EBADF" "EFAULT"] "pread(2)"
    "pwrite" "ssize_t pwrite(int fd, const void *buf, size_t count, off_t offset)" 0 Changes
        "writes to a file at an offset" "the number of bytes, or -1" ["EBADF" "EFAULT" "ENOSPC"] "pwrite(2)"
    "fsync" "int fsync(int fd)" 0 Changes
        "waits until a file is on its device" "0, or -1" ["EBADF" "EIO"] "fsync(2)"
    "posix_fadvise" "int posix_fadvise(int fd, off_t offset, off_t length, int advice)" 0 Changes
        "tells the kernel how a file will be used" "0, or the error number itself" ["EBADF" "EINVAL"] "posix_fadvise(2)"
    "fallocate" "int fallocate(int fd, int mode, off_t offset, off_t length)" 0 Changes
        "reserves, or takes away, room of a file" "0, or -1" ["EBADF" "ENOSPC" "EOPNOTSUPP"] "fallocate(2)"
    "sync_file_range" "int sync_file_range(int fd, off_t offset, off_t length, unsigned int flags)" 0 Changes
        "starts or awaits writing a part of a file" "0, or -1" ["EBADF" "EINVAL"] "sync_file_range(2)"
    "unlink" "int unlink(const char *pathname)" 0 Changes
        "removes a name; the file lives while it is open or mapped" "0, or -1" ["ENOENT" "EACCES"] "unlink(2)"
    "shm_open" "int shm_open(const char *name, int oflag, mode_t mode)" 0 Changes
        "opens shared memory by name" "a file descriptor, or -1" ["EEXIST" "ENOENT" "EACCES"] "shm_open(3)"
    "shm_unlink" "int shm_unlink(const char *name)" 0 Changes
        "removes the name of shared memory" "0, or -1" ["ENOENT" "EACCES"] "shm_open(3)"
    "memfd_create" "int memfd_create(const char *name, unsigned int flags)" 0 Changes
        "makes a file that lives in memory only" "a file descriptor, or -1" ["EINVAL" "EMFILE"] "memfd_create(2)"
    "malloc" "void *malloc(size_t size)" 0 Changes
        "allocates memory, with any bytes in it" "the address, or NULL" ["ENOMEM"] "malloc(3)"
    "calloc" "void *calloc(size_t count, size_t size)" 0 Changes
        "allocates memory that reads as zeros" "the address, or NULL" ["ENOMEM"] "calloc(3)"
    "realloc" "void *realloc(void *ptr, size_t size)" 0 Changes
        "changes the size of allocated memory, perhaps moving it" "the address, or NULL" ["ENOMEM"] "realloc(3)"
    "free" "void free(void *ptr)" 0 Changes
        "gives allocated memory back to malloc" "nothing" [] "free(3)"
    "malloc_trim" "int malloc_trim(size_t pad)" 0 Changes
        "gives free memory of malloc back to the kernel" "1 when some was released, else 0" [] "malloc_trim(3)"
    "sbrk" "void *sbrk(intptr_t increment)" 0 ChangesUnlessZero
        "moves the end of the heap" "the end before, or (void *) -1" ["ENOMEM"] "sbrk(2)"
    "memset" "void *memset(void *s, int c, size_t n)" 0 Changes
        "fills bytes with a value" "s" [] "memset(3)"
    "memcpy" "void *memcpy(void *dest, const void *src, size_t n)" 0 Changes
        "copies bytes" "dest" [] "memcpy(3)"
    "memcmp" "int memcmp(const void *s1, const void *s2, size_t n)" 0 Asks
        "compares bytes" "0 when equal, else less or greater than 0" [] "memcmp(3)"
    "strcpy" "char *strcpy(char *dest, const char *src)" 0 Changes
        "copies a string with the zero at its end" "dest" [] "strcpy(3)"
    "strlen" "size_t strlen(const char *s)" 0 Asks
        "counts the bytes before the zero" "their number" [] "strlen(3)"
    "fork" "pid_t fork(void)" 0 Changes
        "makes a child process, a copy of this one" "the child's number, 0 in the child, or -1" ["EAGAIN" "ENOMEM"] "fork(2)"
    "wait" "pid_t wait(int *wstatus)" 0 Changes
        "waits for a child to end" "its number, or -1" ["ECHILD"] "wait(2)"
    "waitpid" "pid_t waitpid(pid_t pid, int *wstatus, int options)" 0 Changes
        "waits for a certain child" "its number, 0 with WNOHANG, or -1" ["ECHILD" "EINVAL"] "waitpid(2)"
    "_exit" "void _exit(int status)" 0 Changes
        "ends the process at once" "never" [] "_exit(2)"
    "getpid" "pid_t getpid(void)" 0 Asks
        "tells the number of this process" "the number" [] "getpid(2)"
    "kill" "int kill(pid_t pid, int sig)" 0 Changes
        "sends a signal to a process of the lesson" "0, or -1" ["EPERM" "ESRCH" "EINVAL"] "kill(2)"
    "printf" "int printf(const char *format, ...)" 0 Changes
        "prints by a format" "the number of bytes" [] "printf(3)"
    "puts" "int puts(const char *s)" 0 Changes
        "prints a string and a newline" "the number of bytes" [] "puts(3)"
    "perror" "void perror(const char *s)" 0 Changes
        "prints what errno means" "nothing" [] "perror(3)"
    "sysconf" "long sysconf(int name)" 0 Asks
        "tells a limit or size of this system" "the value, or -1" ["EINVAL"] "sysconf(3)"
}

impl Function {
    /// The function of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FUNCTIONS.iter().find(|function| function.name == name)
    }

    /// Whether a call with these arguments only asks.
    pub fn only_asks(&self, arguments: &[Expression]) -> bool {
        let zero =
            |argument: &Expression| matches!(argument.kind, ExpressionKind::Known { word: 0, .. });
        match self.effect {
            Effect::Changes => false,
            Effect::ChangesUnlessZero => arguments.iter().all(zero),
            Effect::Asks => true,
        }
    }

    /// The bytecode's number for it; `None` for `printf`, which the compiler takes apart.
    pub fn builtin(&self) -> Option<Builtin> {
        Builtin::from_name(self.name)
    }

    /// What it takes and gives; for `printf` the format only.
    pub fn signature(&self) -> &'static Signature {
        static PARSED: LazyLock<Vec<Signature>> =
            LazyLock::new(|| FUNCTIONS.iter().map(parse_prototype).collect());
        let index = FUNCTIONS.iter().position(|f| f.name == self.name);
        &PARSED[index.unwrap_or(0)]
    }
}

/// Reads a prototype; the table's own test sees that each is one.
fn parse_prototype(function: &Function) -> Signature {
    let text = function.prototype.replace(", ...", "");
    match parse::prototype(&text).map(|ty| ty.kind) {
        Some(Kind::Function(signature)) => (*signature).clone(),
        _ => Signature {
            result: Type::VOID,
            parameters: Vec::new(),
        },
    }
}

/// Functions that people try first and that do not exist here, with what to use instead.
pub(super) const ELSEWHERE: &[(&str, &str)] = &[
    ("exit", "use `_exit(status)`"),
    ("getpagesize", "use the constant `PAGE`"),
    (
        "fprintf",
        "use `printf(…)`; output is shown beside the line",
    ),
    ("sprintf", "use `printf(…)`"),
    ("snprintf", "use `printf(…)`"),
    ("putchar", "use `printf(\"%c\", c)`"),
    ("strcmp", "use `memcmp(a, b, n)`"),
    ("strncpy", "use `memcpy(dest, src, n)`"),
    ("memmove", "use `memcpy(dest, src, n)`"),
    ("bzero", "use `memset(p, 0, n)`"),
    ("mlock2", "use `mlock(addr, length)`"),
    ("vfork", "use `fork()`"),
    ("sleep", "time does not pass between lines: leave it out"),
    ("usleep", "time does not pass between lines: leave it out"),
    ("fopen", "use `open(path, flags)`"),
    ("fdatasync", "use `fsync(fd)`"),
    ("stat", "open the file and use `fstat(fd, &st)`"),
    ("brk", "use `sbrk(increment)`"),
    ("assert", "write the condition into an `expect` block"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_has_its_row_and_every_row_its_builtin() {
        for builtin in Builtin::ALL {
            assert!(Function::named(builtin.name()).is_some(), "{builtin:?}");
        }
        assert_eq!(FUNCTIONS.len(), Builtin::ALL.len() + 1);
    }

    #[test]
    fn what_only_asks_is_named() {
        let asking = FUNCTIONS.iter().filter(|f| f.effect != Effect::Changes);
        let asking: Vec<_> = asking.map(|f| f.name).collect();
        assert_eq!(asking, ["sbrk", "memcmp", "strlen", "getpid", "sysconf"]);
    }

    #[test]
    fn every_prototype_is_c() {
        for function in FUNCTIONS {
            let text = function.prototype.replace(", ...", "");
            let parsed = parse::prototype(&text);
            assert!(parsed.is_some(), "{}", function.prototype);
            let commas = text.matches(',').count();
            let expected = if text.contains("(void)") {
                0
            } else {
                commas + 1
            };
            let signature = function.signature();
            assert_eq!(signature.parameters.len(), expected, "{}", function.name);
            assert!(function.prototype.contains(&format!("{}(", function.name)));
        }
        let mmap = Function::named("mmap").unwrap().signature();
        assert_eq!(mmap.result.to_string(), "void *");
        assert_eq!(mmap.parameters[5].to_string(), "off_t");
    }
}
