// MAP_FIXED replaces what was there: its pages begin anew.
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(p, 'x', 8 * PAGE);
char *q = mmap(p + 2 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
int there = q == p + 2 * PAGE;
char c = p[2 * PAGE];
p[3 * PAGE] = 'y';
p[4 * PAGE] = 'y';
char *r = mmap(p, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
char *s = mmap(p + 64 * 1024 * 1024, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
s[0] = 'z';
