// A long mapping costs nothing where it is not touched.
char *p = mmap(NULL, 1024 * 1024 * 1024, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
p[0] = 1;
p[512 * 1024 * 1024] = 2;
p[1024 * 1024 * 1024 - 1] = 3;
char c = p[256 * 1024 * 1024];
munmap(p, 1024 * 1024 * 1024);
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 4; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
char *q = mmap(NULL, 64 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
c = q[3 * PAGE];
