// A walk in steps of a page, and one in steps of half a page.
char *p = mmap(NULL, 32 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
for (int i = 0; i < 16; i++)
    p[i * PAGE] = i;
for (size_t at = 0; at < 32 * PAGE; at += PAGE / 2)
    p[at] = 1;
