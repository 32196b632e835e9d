// Shrinking a file takes its pages out of the mappings; growing it again gives new ones.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 8; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
for (int i = 0; i < 8; i++)
    p[i * PAGE] = 't';
ftruncate(fd, 2 * PAGE);
p[PAGE] = 'u';
ftruncate(fd, 8 * PAGE);
madvise(p, 8 * PAGE, MADV_RANDOM);
char c = p[0];
c = p[5 * PAGE];
p[6 * PAGE] = 'v';
struct stat st;
fstat(fd, &st);
int pages = st.st_size / PAGE;
