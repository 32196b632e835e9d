// A private mapping of a file copies each page on its first write.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 16; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
p[0] = 'X';
p[1] = 'X';
char c = p[4 * PAGE];
p[4 * PAGE] = c;
p[5 * PAGE] = c;
memset(p, 'Y', 16 * PAGE);
char back[4];
pread(fd, back, 4, 0);
int same = back[0] == 'f';
