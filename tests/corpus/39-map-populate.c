// MAP_POPULATE makes its pages in the call, for anonymous memory and for a file.
char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
memset(p, 'x', 16 * PAGE);
char *r = mmap(NULL, 16 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
char c = r[3 * PAGE];
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 16; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
fsync(fd);
char *f = mmap(NULL, 16 * PAGE, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
c = f[15 * PAGE];
char *w = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
w[0] = 'w';
char *v = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_POPULATE, fd, 0);
v[0] = 'v';
char *n = mmap(NULL, 16 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
