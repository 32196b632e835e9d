// A hole in the middle, and a new mapping elsewhere.
char *p = mmap(NULL, 12 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(p, 'x', 12 * PAGE);
munmap(p + 4 * PAGE, 4 * PAGE);
p[3 * PAGE] = 'y';
p[8 * PAGE] = 'y';
char *q = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(q, 'q', 4 * PAGE);
munmap(p, 12 * PAGE);
munmap(p, 12 * PAGE);
