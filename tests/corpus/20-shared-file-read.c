// A shared mapping of a file, read from the end to the beginning.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 40; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
fsync(fd);
char *p = mmap(NULL, 40 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
char c = p[39 * PAGE];
long sum = 0;
for (int i = 39; i >= 0; i--)
    sum += p[i * PAGE];
munmap(p, 40 * PAGE);
close(fd);
