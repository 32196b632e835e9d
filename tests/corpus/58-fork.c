// After fork both processes share every page: the next write to each costs a fault, here in the parent.
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
char *s = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
memset(p, 'A', 4 * PAGE);
memset(s, 'S', 2 * PAGE);
char c = p[5 * PAGE];
pid_t child = fork();
c = p[0];
p[0] = 'B';
p[0] = 'C';
s[0] = 'T';
p[5 * PAGE] = 'D';
p[6 * PAGE] = 'E';
memset(p, 'F', 8 * PAGE);
