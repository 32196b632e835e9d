// A pointer that moves, and the distance between two of them.
char *p = mmap(NULL, 12 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
char *end = p + 12 * PAGE;
char *at = p;
while (at < end) {
    *at = 'x';
    at += 2 * PAGE;
}
long pages = (end - p) / PAGE;
for (char *q = end - 1; q >= p; q -= PAGE)
    *q = 'y';
*p++ = 'z';
*--end = 'z';
long *w = (long *)p;
