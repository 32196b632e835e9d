// A file that lives in memory only, mapped twice.
int fd = memfd_create("memory", 0);
ftruncate(fd, 20 * PAGE);
char *p = mmap(NULL, 20 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
char *q = mmap(NULL, 20 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
char c = p[0];
memset(p, 'm', 20 * PAGE);
c = q[17 * PAGE];
q[17 * PAGE] = 'n';
c = q[0];
q[1] = c;
msync(p, 20 * PAGE, MS_SYNC);
p[0] = 'o';
