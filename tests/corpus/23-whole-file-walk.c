// Reading a whole file through a mapping: fault-around divides the faults.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 256; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
fsync(fd);
struct stat st;
fstat(fd, &st);
char *p = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
long sum = 0;
for (off_t at = 0; at < st.st_size; at += PAGE)
    sum += p[at];
for (off_t at = 0; at < st.st_size; at += 512)
    sum -= p[at];
munmap(p, st.st_size);
