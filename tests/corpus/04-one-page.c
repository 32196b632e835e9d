// The smallest mapping there is, and a length that is rounded up to it.
char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
p[0] = 1;
p[PAGE - 1] = 2;
int sum = p[0] + p[PAGE - 1];
char *q = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
q[PAGE - 1] = 3;
q[0] = 4;
munmap(q, 1);
munmap(p, PAGE);
