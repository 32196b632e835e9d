// Pages that were given back are zero and absent: touching them faults anew.
char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(p, 'x', 16 * PAGE);
madvise(p, 16 * PAGE, MADV_DONTNEED);
char c = p[0];
p[0] = 'y';
p[PAGE] = 'y';
madvise(p + 4 * PAGE, 4 * PAGE, MADV_DONTNEED);
memset(p, 'z', 16 * PAGE);
