// ---- The words that the lesson below is written in. How they work stands at the end of this file. ----

// Every load and store happens, and where it is written, whatever gcc is told about optimising.
#pragma GCC optimize("O0")

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Newer than some C libraries' headers.
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE 103
#endif

// The page size of this machine, in bytes. The mask changes nothing: it lets gcc see that the size is never negative, so
// that it may be compared with a size_t.
#define PAGE (the_page_size & LONG_MAX)
static long the_page_size;

// The processes. CHILD(n) is the n-th that fork made; PEER(n) has nothing to do with the others.
#define MAIN 0
#define CHILD(n) (n)
#define PEER(n) (CHILDREN + (n))
#define PROCESSES (1 + CHILDREN + PEERS)
#define IS(who) (the_process == (who))
static int the_process;

// RUN(statement) runs a statement and prints a row for it: the process, its minor and major faults, the statement.
// A signal that would have killed the process is caught: the row tells it, and the next statement goes on from there.
#define RUN(...) RUN_NUMBER(__COUNTER__, #__VA_ARGS__, __VA_ARGS__)
#define RUN_NUMBER(...) RUN_RECOVERING(__VA_ARGS__)
#define RUN_RECOVERING(number, text, ...) \
    the_row_begins(text);                 \
    do {                                  \
        if (sigsetjmp(the_recovery, 0))   \
            goto after_##number;          \
        the_recovery_is_set = true;       \
    } while (0);                          \
    the_count_begins();                   \
    __VA_ARGS__                           \
    after_##number:                       \
    the_row_ends();

// The same for a statement that C lets nobody jump over: it declares an array as long as a variable says.
#define RUN_TO_ITS_END(...)         \
    the_row_begins(#__VA_ARGS__);   \
    the_count_begins();             \
    __VA_ARGS__                     \
    the_row_ends();

// SHOW(x) adds the value of a variable to the row. USED(x) only says that there is no need to warn of it.
#define SHOW(x)                                                                         \
    the_row_shows(#x,                                                                   \
                  _Generic((x), char: 'c', signed char: 'c', unsigned char: 'c',        \
                           default: __builtin_classify_type(x) == POINTER ? 'p' : 'd'), \
                  (long)(x))
#define POINTER 5
#define USED(x) (void)(x)

// CHECK(rule) evaluates a rule of the lesson, uncounted. It may ask for what was counted since the step began in this
// process, and for the number of the signal of its last statement.
#define CHECK(...)                                                                    \
    do {                                                                              \
        QUIETLY                                                                       \
        if (sigsetjmp(the_recovery, 0) == 0)                                          \
            the_rule(#__VA_ARGS__, (the_rule_begins(), __VA_ARGS__) ? 1 : 0);         \
        else                                                                          \
            the_rule(#__VA_ARGS__, -1);                                               \
        ALOUD                                                                         \
    } while (0)
static long minor_faults, major_faults;
static volatile int the_signal;
#define signal the_signal

// ANSWER(x) prints the answer to a question of the lesson, uncounted.
#define ANSWER(...)                                                                   \
    do {                                                                              \
        QUIETLY                                                                       \
        if (sigsetjmp(the_recovery, 0) == 0)                                          \
            the_answer(#__VA_ARGS__, (long)(the_rule_begins(), __VA_ARGS__));         \
        ALOUD                                                                         \
    } while (0)

// Rules compare counts and sizes with whatever they like.
#define QUIETLY _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wsign-compare\"")
#define ALOUD _Pragma("GCC diagnostic pop")

// TURN() hands over to whoever is next in main(), below, and waits for the next turn of this process.
#define TURN() the_turn()
// STAY() ends the part of a process that nothing has ended: it lives on, idle, until all is over.
#define STAY() the_rest()

// Where mmap(NULL, …) puts mappings: apart from each other, at the same addresses everywhere, or where the kernel
// likes, so that neighbours merge.
#define APART true
#define KERNEL false
#define PLACEMENT(apart) (the_mappings_stay_apart = (apart))
static bool the_mappings_stay_apart = APART;
// Whether transparent huge pages may be used. Without them one touch is one page.
#define HUGE_PAGES(allowed) prctl(PR_SET_THP_DISABLE, !(allowed), 0, 0, 0)
// Whether a second thread spins while a statement runs, so that another CPU must be told of changes in the page table.
#define THREAD(wanted) (the_thread_is_wanted = (wanted))
static bool the_thread_is_wanted;

// RACE(rounds, contestants) { SETUP(0) {…} LAP(0, "name") {…} LAP(1, "other") {…} } lets blocks take turns, round by
// round, in alternating order, and prints the median of each. A first round warms up and does not count.
#define RACE(rounds, contestants) for (the_race_begins(rounds, contestants); the_race_goes_on();)
#define SETUP(contestant) if (the_contestant == (contestant))
#define LAP(contestant, name) \
    if (the_contestant == (contestant)) for (the_lap_begins(name); the_lap_goes_on();)
static int the_contestant;

#define WORD static __attribute__((unused))
static sigjmp_buf the_recovery;
static bool the_recovery_is_set;
WORD void the_row_begins(const char *statement);
WORD void the_count_begins(void);
WORD void the_row_ends(void);
WORD void the_row_shows(const char *name, int kind, long value);
WORD void the_rule_begins(void);
WORD void the_rule(const char *text, int holds);
WORD void the_answer(const char *text, long value);
WORD void the_race_begins(int rounds, int contestants);
WORD bool the_race_goes_on(void);
WORD void the_lap_begins(const char *name);
WORD bool the_lap_goes_on(void);
WORD void the_turn(void);
WORD void the_rest(void) __attribute__((noreturn));
WORD void the_exit(int status) __attribute__((noreturn));
WORD pid_t the_fork(void);
WORD void *the_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
WORD int the_kill(pid_t pid, int number);
WORD void the_perror(const char *text);
WORD int the_shm_open(const char *name, int flags, mode_t mode);

// A call that fails leaves its error in the row.
static int the_error;
static inline long the_long(long result)
{
    if (result == -1)
        the_error = errno;
    return result;
}
static inline int the_int(int result)
{
    return the_long(result);
}
static inline void *the_pointer(void *result)
{
    the_long((long)result);
    return result;
}

#define mmap(...) the_pointer(the_mmap(__VA_ARGS__))
#define mremap(...) the_pointer(mremap(__VA_ARGS__))
#define sbrk(...) the_pointer(sbrk(__VA_ARGS__))
#define munmap(...) the_int(munmap(__VA_ARGS__))
#define mprotect(...) the_int(mprotect(__VA_ARGS__))
#define madvise(...) the_int(madvise(__VA_ARGS__))
#define msync(...) the_int(msync(__VA_ARGS__))
#define mlock(...) the_int(mlock(__VA_ARGS__))
#define munlock(...) the_int(munlock(__VA_ARGS__))
#define mincore(...) the_int(mincore(__VA_ARGS__))
#define open(...) the_int(open(__VA_ARGS__))
#define creat(...) the_int(creat(__VA_ARGS__))
#define close(...) the_int(close(__VA_ARGS__))
#define unlink(...) the_int(unlink(__VA_ARGS__))
#define ftruncate(...) the_int(ftruncate(__VA_ARGS__))
#define fallocate(...) the_int(fallocate(__VA_ARGS__))
#define fstat(...) the_int(fstat(__VA_ARGS__))
#define fsync(...) the_int(fsync(__VA_ARGS__))
#define sync_file_range(...) the_int(sync_file_range(__VA_ARGS__))
#define lseek(...) the_long(lseek(__VA_ARGS__))
#define read(...) the_long(read(__VA_ARGS__))
#define write(...) the_long(write(__VA_ARGS__))
#define pread(...) the_long(pread(__VA_ARGS__))
#define pwrite(...) the_long(pwrite(__VA_ARGS__))
#define shm_open(...) the_int(the_shm_open(__VA_ARGS__))
#define shm_unlink(...) the_int(shm_unlink(__VA_ARGS__))
#define memfd_create(...) the_int(memfd_create(__VA_ARGS__))
#define wait(...) the_int(wait(__VA_ARGS__))
#define waitpid(...) the_int(waitpid(__VA_ARGS__))
#define kill(...) the_int(the_kill(__VA_ARGS__))
#define perror(text) the_perror(text)
#define fork() the_int(the_fork())
#define _exit(status) the_exit(status)

// What main(), below the lesson, is written in.
static void (*the_part[PROCESSES])(void);
WORD void open_stage(void);
WORD void make_file(const char *name, long pages);
WORD void step(const char *title);
WORD void turn(int who);
WORD void start_afresh(void);
WORD int close_stage(void);
