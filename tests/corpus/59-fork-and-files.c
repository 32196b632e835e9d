// Fork, and mappings of a file: private copies are shared, pages of the file need nothing.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 8; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
fsync(fd);
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
char *q = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
p[0] = 'X';
q[PAGE] = 'X';
char c = p[2 * PAGE];
pid_t child = fork();
p[0] = 'Y';
p[2 * PAGE] = 'Y';
q[PAGE] = 'Y';
q[2 * PAGE] = 'Y';
c = p[3 * PAGE];
