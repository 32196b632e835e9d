// A page that was read first costs a second fault when it is written.
char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
char c = p[0];
p[0] = 'x';
p[1] = 'y';
c = p[PAGE];
c = p[PAGE + 1];
p[PAGE] = c;
p[2 * PAGE] = 'z';
c = p[2 * PAGE];
