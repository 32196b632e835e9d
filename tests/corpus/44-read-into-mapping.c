// read() and pread() into fresh pages: the kernel faults them in on the way.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 8; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
lseek(fd, 0, SEEK_SET);
read(fd, p, 3 * PAGE);
pread(fd, p + 4 * PAGE, PAGE + 100, 0);
char c = p[0];
p[0] = 'x';
p[6 * PAGE] = 'x';
read(fd, p, 2 * PAGE);
read(fd, p + 1, 0);
