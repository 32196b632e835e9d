// A file written in one large call may be cached in large folios; the faults follow them.
char *block = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(block, 'L', 64 * PAGE);
int fd = creat("large.bin", 0600);
write(fd, block, 64 * PAGE);
fsync(fd);
close(fd);
fd = open("large.bin", O_RDWR);
char *p = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
char c = p[0];
c = p[17 * PAGE];
p[5 * PAGE] = 'M';
p[6 * PAGE] = 'M';
for (int i = 0; i < 64; i++)
    p[i * PAGE] = 'N';
