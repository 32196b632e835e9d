// A hole punched into a file: its pages leave the mapping and come back as zeros.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 8; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
madvise(p, 8 * PAGE, MADV_RANDOM);
memset(p, 'h', 8 * PAGE);
int r = fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 2 * PAGE, 2 * PAGE);
char c = p[2 * PAGE];
p[3 * PAGE] = 'i';
p[4 * PAGE] = 'i';
