// Calls that fail change nothing and cost nothing.
void *a = mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
void *b = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0);
void *c = mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0);
char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
int r = munmap(p + 1, PAGE);
r = mprotect(p + 1, PAGE, PROT_READ);
r = madvise(p, PAGE, 12345);
r = msync(p, PAGE, MS_SYNC | MS_ASYNC);
int fd = open("nothing.bin", O_RDONLY);
int code = errno;
r = close(99);
r = ftruncate(-1, 0);
ssize_t n = read(-1, p, PAGE);
p[0] = 'x';
munmap(p, 4 * PAGE);
r = madvise(p, PAGE, MADV_DONTNEED);
