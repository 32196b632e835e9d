// A system call given memory it may not use fails instead of raising a signal.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 2; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
char *p = mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
ssize_t n = pread(fd, p, PAGE, 0);
mprotect(p, PAGE, PROT_READ | PROT_WRITE);
n = pread(fd, p, 2 * PAGE, 0);
mprotect(p + 2 * PAGE, PAGE, PROT_NONE);
n = pwrite(fd, p + PAGE, 2 * PAGE, 0);
int code = errno;
char *q = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
close(fd);
q[0] = 'x';
