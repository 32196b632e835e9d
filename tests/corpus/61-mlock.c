// Locking loads every page in the call.
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
p[0] = 1;
int r = mlock(p, 4 * PAGE);
p[3 * PAGE] = 2;
r = munlock(p, 4 * PAGE);
r = madvise(p, 4 * PAGE, MADV_DONTNEED);
p[3 * PAGE] = 2;
