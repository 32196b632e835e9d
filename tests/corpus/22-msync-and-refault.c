// After msync the pages are clean again, and so the next write faults again (on a disk).
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 8; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
fsync(fd);
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
memset(p, '1', 8 * PAGE);
memset(p, '2', 8 * PAGE);
msync(p, 8 * PAGE, MS_ASYNC);
p[0] = '3';
msync(p, 8 * PAGE, MS_SYNC);
p[0] = '4';
p[0] = '5';
char c = p[PAGE];
p[PAGE] = '4';
fsync(fd);
for (int i = 0; i < 8; i++)
    p[i * PAGE] = '6';
int wrong = msync(p + 1, PAGE, MS_SYNC);
