// /dev/zero, read and mapped.
int fd = open("/dev/zero", O_RDWR);
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
read(fd, p, 4 * PAGE);
p[0] = 1;
char *z = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
char c = z[0];
z[0] = 1;
z[PAGE] = 1;
close(fd);
