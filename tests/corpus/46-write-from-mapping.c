// write() from memory that was touched, and from memory that was not.
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(p, 'w', 2 * PAGE);
int fd = open("out.bin", O_RDWR | O_CREAT | O_TRUNC, 0644);
ssize_t wrote = write(fd, p, 2 * PAGE);
wrote = write(fd, p + 4 * PAGE, 2 * PAGE);
p[4 * PAGE] = 'v';
wrote = pwrite(fd, p + 6 * PAGE, 10, 0);
char *q = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
wrote = pwrite(fd, q + PAGE, 100, 3 * PAGE);
char c = q[0];
close(fd);
