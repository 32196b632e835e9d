// Growing without mremap: a larger mapping, a copy, and the old one given back.
size_t size = 8 * PAGE;
char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(p, 'g', size);
char *q = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memcpy(q, p, size);
munmap(p, size);
p = q;
size *= 2;
memset(p + size / 2, 'h', size / 2);
int same = p[0] == 'g' && p[size - 1] == 'h';
