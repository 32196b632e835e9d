// A file that was dropped from the page cache: faults that wait for the disk are major ones.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 32; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
fsync(fd);
posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
char *p = mmap(NULL, 32 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
madvise(p, 32 * PAGE, MADV_RANDOM);
char c = p[0];
c = p[9 * PAGE];
p[20 * PAGE] = 'c';
p[9 * PAGE] = 'c';
for (int i = 24; i < 32; i++)
    c = p[i * PAGE];
