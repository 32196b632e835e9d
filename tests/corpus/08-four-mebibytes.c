// A mapping large enough for huge pages, which are off: every page is a fault of its own.
size_t size = 4 * 1024 * 1024;
char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(p, 1, size / 2);
for (size_t at = 0; at < size; at += PAGE)
    p[at] += 1;
long sum = 0;
for (size_t at = 0; at < size; at += PAGE)
    sum += p[at];
munmap(p, size);
