// Populating on request: the faults are counted in the call, and none are left for later.
char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
madvise(p, 8 * PAGE, MADV_POPULATE_READ);
char c = p[0];
p[0] = 'x';
madvise(p, 16 * PAGE, MADV_POPULATE_WRITE);
for (int i = 0; i < 16; i++)
    p[i * PAGE] = 'y';
