// Pages that may be taken away are still there as long as nobody takes them.
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(p, 'x', 8 * PAGE);
madvise(p, 8 * PAGE, MADV_FREE);
char c = p[0];
p[0] = 'y';
p[PAGE] = 'y';
c = p[2 * PAGE];
