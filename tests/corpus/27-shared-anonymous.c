// Shared memory has no zero page: a read allocates as a write does.
char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
char c = p[0];
p[0] = 'a';
p[PAGE] = 'b';
c = p[PAGE];
memset(p, 'c', 16 * PAGE);
madvise(p, 16 * PAGE, MADV_DONTNEED);
c = p[8 * PAGE];
p[8 * PAGE] = 'd';
p[9 * PAGE] = 'd';
