// The first write to each clean page of a shared file mapping is noted by a fault.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 16; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
fsync(fd);
char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
p[0] = 'S';
p[8] = 'S';
char c = p[3 * PAGE];
p[3 * PAGE] = 'S';
for (int i = 0; i < 16; i++)
    p[i * PAGE] = 'T';
char back[8];
pread(fd, back, 8, 3 * PAGE);
int seen = back[0] == 'T';
