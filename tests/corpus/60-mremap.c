// mremap moves page tables, not pages: nothing faults again.
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(p, 'm', 8 * PAGE);
char *q = mremap(p, 8 * PAGE, 32 * PAGE, MREMAP_MAYMOVE);
char c = q[0];
q[7 * PAGE] = 'n';
q[8 * PAGE] = 'n';
q = mremap(q, 32 * PAGE, 4 * PAGE, 0);
q[3 * PAGE] = c;
