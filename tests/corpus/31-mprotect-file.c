// Write permission given to a private and a shared file mapping after they were read.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 8; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
fsync(fd);
char *p = mmap(NULL, 8 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
char *q = mmap(NULL, 8 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
char c = p[0];
c = q[0];
mprotect(p, 8 * PAGE, PROT_READ | PROT_WRITE);
mprotect(q, 8 * PAGE, PROT_READ | PROT_WRITE);
p[0] = 'p';
q[0] = 'q';
p[PAGE] = 'p';
q[PAGE] = 'q';
c = p[2 * PAGE];
