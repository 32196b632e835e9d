// On a file only the mapping forgets; the page cache, and so the data, stay.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 16; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
char *q = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
p[0] = 'X';
q[PAGE] = 'X';
madvise(p, 16 * PAGE, MADV_DONTNEED);
madvise(q, 16 * PAGE, MADV_DONTNEED);
char c = p[0];
c = q[PAGE];
q[PAGE] = c;
q[2 * PAGE] = c;
