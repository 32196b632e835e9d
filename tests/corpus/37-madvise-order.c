// Advice about the order of reading, and a walk after each.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 48; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
fsync(fd);
char *p = mmap(NULL, 48 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
madvise(p, 48 * PAGE, MADV_SEQUENTIAL);
long sum = 0;
for (int i = 0; i < 48; i++)
    sum += p[i * PAGE];
madvise(p, 48 * PAGE, MADV_DONTNEED);
madvise(p, 48 * PAGE, MADV_RANDOM);
for (int i = 0; i < 48; i += 5)
    sum += p[i * PAGE];
madvise(p, 48 * PAGE, MADV_NORMAL);
sum += p[47 * PAGE];
