// Goes before a corpus program when gcc compiles it. It gives that program what the lab gives to itself, so that every
// fault counted here is one of the statement's own: all that the program itself needs is touched beforehand, mappings
// get the same addresses, and huge pages are off. See getrusage(2), proc_pid_maps(5), mmap(2), prctl(2).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

// Newer than some C libraries' headers.
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

#define PAGE (size_of_page)
static long size_of_page;

// ---- Counting: what getrusage(2) says before and after each statement. ----

#define STATEMENTS 256
static struct rusage before, after;
static long minor_faults[STATEMENTS], major_faults[STATEMENTS];

static void statement_begins(void)
{
    getrusage(RUSAGE_THREAD, &before);
}

static void statement_ends(int statement)
{
    getrusage(RUSAGE_THREAD, &after);
    minor_faults[statement] = after.ru_minflt - before.ru_minflt;
    major_faults[statement] = after.ru_majflt - before.ru_majflt;
}

// ---- Placement: the lab's rule. ----

static uintptr_t next_hint = 0x1000000000;

void *__real_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);

// Linked in place of mmap (`-Wl,--wrap=mmap`). A mapping without an address gets a hint that keeps it apart from its
// neighbours, at the address it has in the lab: alignment decides which pages a fault-around takes along.
void *__wrap_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    if (address != NULL || flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))
        return __real_mmap(address, length, protection, flags, fd, offset);
    void *mapped = __real_mmap((void *)next_hint, length, protection, flags, fd, offset);
    if (mapped == (void *)next_hint)
        next_hint = (((uintptr_t)mapped + length) / (2UL << 20) + 1) * (2UL << 20);
    return mapped;
}

// ---- Touching beforehand, so that nothing of the program itself is left to fault. ----

static char maps[64 * 1024];

// The stack grows by faults: let it do so now, deeper than any statement will need.
static void touch_stack(void)
{
    volatile char deep[512 * 1024];
    for (size_t at = 0; at < sizeof deep; at += 512)
        deep[at] = 0;
}

// The mappings that are the program's own: those there are before its first statement.
static struct {
    unsigned long start, end;
    int writable;
} own[64];
static int own_count;

// Left out are the heap, which is the statements' business, and the kernel's pages ([vdso], [vvar], [vsyscall]), which
// no statement needs.
static void find_own(void)
{
    int fd = open("/proc/self/maps", O_RDONLY);
    size_t length = 0;
    ssize_t n;
    while ((n = read(fd, maps + length, sizeof maps - 1 - length)) > 0)
        length += n;
    close(fd);
    for (char *line = strtok(maps, "\n"); line; line = strtok(NULL, "\n")) {
        char *at;
        unsigned long start = strtoul(line, &at, 16);
        unsigned long end = strtoul(at + 1, &at, 16);
        if (at[1] != 'r' || strstr(at, "[heap]") || strstr(at, "[v"))
            continue;
        own[own_count].start = start;
        own[own_count].end = end;
        own[own_count++].writable = at[2] == 'w';
    }
}

// Reads what can be read and writes what can be written.
static void touch_own(void)
{
    for (int i = 0; i < own_count; i++)
        for (unsigned long at = own[i].start; at < own[i].end; at += size_of_page) {
            volatile char *byte = (volatile char *)at;
            char value = *byte;
            if (own[i].writable)
                *byte = value;
        }
}

static void prepare(void)
{
    size_of_page = sysconf(_SC_PAGESIZE);
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    touch_stack();
    find_own();
    touch_own();
    // The calls of the measurement itself, once for nothing.
    statement_begins();
    statement_ends(0);
}

// ---- fork: the program's own pages are copied at once, and not in the statements after it. ----

pid_t __real_fork(void);

// Linked in place of fork. The child waits, as it does in a lab, and ends with its parent. The parent makes all that is
// its own its own again; none of that is the statement's doing, so that it begins anew.
pid_t __wrap_fork(void)
{
    pid_t parent = getpid();
    pid_t child = __real_fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (getppid() == parent) // It may have ended before the prctl.
            pause();
        _exit(0);
    }
    touch_own();
    statement_begins();
    return child;
}

// ---- The answer: a line for each statement, written when all is over (stdio needs memory of its own). ----

static void report(int statements)
{
    for (int i = 0; i < statements; i++)
        printf("%ld %ld\n", minor_faults[i], major_faults[i]);
}
