// Pages of a file that were never written are not in the page cache: the faults are major ones.
int fd = open("sparse.bin", O_RDWR | O_CREAT, 0600);
ftruncate(fd, 64 * PAGE);
char *p = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
madvise(p, 64 * PAGE, MADV_RANDOM);
char c = p[0];
c = p[1];
c = p[10 * PAGE];
p[20 * PAGE] = 'h';
p[10 * PAGE] = 'h';
for (int i = 30; i < 40; i++)
    c = p[i * PAGE];
