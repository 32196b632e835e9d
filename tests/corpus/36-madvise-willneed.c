// Advice to read ahead maps nothing: the faults still come.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 32; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
fsync(fd);
char *p = mmap(NULL, 32 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
madvise(p, 32 * PAGE, MADV_WILLNEED);
char c = p[0];
c = p[31 * PAGE];
long sum = 0;
for (int i = 0; i < 32; i++)
    sum += p[i * PAGE];
char *q = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
madvise(q, 4 * PAGE, MADV_WILLNEED);
q[0] = c;
