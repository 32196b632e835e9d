// Taking write permission away and giving it back costs no faults for pages that are there.
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(p, 1, 4 * PAGE);
mprotect(p, 8 * PAGE, PROT_READ);
char c = p[0];
c = p[5 * PAGE];
mprotect(p, 8 * PAGE, PROT_READ | PROT_WRITE);
p[0] = 2;
p[5 * PAGE] = 2;
p[6 * PAGE] = 2;
