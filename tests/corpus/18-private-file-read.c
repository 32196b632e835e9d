// A private mapping of a file reads the page cache: a fault maps its neighbours too.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 32; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
char *p = mmap(NULL, 32 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
char c = p[0];
c = p[PAGE];
c = p[20 * PAGE];
long sum = 0;
for (int i = 0; i < 32; i++)
    sum += p[i * PAGE];
munmap(p, 32 * PAGE);
