// Protecting the middle splits a mapping; the pages around it are not disturbed.
char *p = mmap(NULL, 9 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(p, 1, 5 * PAGE);
mprotect(p + 3 * PAGE, 3 * PAGE, PROT_READ);
p[2 * PAGE] = 2;
p[6 * PAGE] = 2;
char c = p[3 * PAGE];
c = p[5 * PAGE];
mprotect(p + 3 * PAGE, 3 * PAGE, PROT_READ | PROT_WRITE);
for (int i = 0; i < 9; i++)
    p[i * PAGE] = 3;
