// A write through one mapping is seen by the other, which pays its own faults.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 4; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
char *q = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
p[0] = '1';
int seen = q[0] == '1';
q[PAGE] = '2';
seen = p[PAGE] == '2';
q[0] = '3';
munmap(q, 4 * PAGE);
p[2 * PAGE] = '4';
