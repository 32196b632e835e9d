// Goes before a corpus program when gcc compiles it. It gives that program what the lab gives to itself, so that every
// fault counted here is one of the statement's own: all that the program itself needs is touched beforehand, mappings
// get the same addresses, and huge pages are off. See getrusage(2), proc_pid_maps(5), mmap(2), prctl(2).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
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
    if (mapped != MAP_FAILED)
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

static void touch(unsigned long start, unsigned long end, int writable)
{
    for (unsigned long at = start; at < end; at += size_of_page) {
        volatile char *byte = (volatile char *)at;
        char value = *byte;
        if (writable)
            *byte = value;
    }
}

// Reads what can be read and writes what can be written, in every mapping there is. Left out are the heap, which is
// the statements' business, and the kernel's own pages ([vdso], [vvar], [vsyscall]), which no statement needs.
static void touch_mappings(void)
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
        if (at[1] == 'r' && !strstr(at, "[heap]") && !strstr(at, "[v"))
            touch(start, end, at[2] == 'w');
    }
}

static void prepare(void)
{
    size_of_page = sysconf(_SC_PAGESIZE);
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    touch_stack();
    touch_mappings();
    // The calls of the measurement itself, once for nothing.
    statement_begins();
    statement_ends(0);
}

// ---- The answer: a line for each statement, written when all is over (stdio needs memory of its own). ----

static void report(int statements)
{
    for (int i = 0; i < statements; i++)
        printf("%ld %ld\n", minor_faults[i], major_faults[i]);
}
