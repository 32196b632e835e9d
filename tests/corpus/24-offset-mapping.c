// A mapping that begins in the middle of the file.
char block[4096];
memset(block, 'f', 4096);
int fd = open("data.bin", O_RDWR | O_CREAT, 0600);
for (int i = 0; i < 32; i++)
    for (size_t at = 0; at < PAGE; at += 4096)
        write(fd, block, 4096);
char *p = mmap(NULL, 6 * PAGE, PROT_READ, MAP_SHARED, fd, 9 * PAGE);
char c = p[2 * PAGE];
c = p[5 * PAGE];
char *q = mmap(NULL, 20 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 12 * PAGE);
q[19 * PAGE] = c;
c = q[0];
c = q[15 * PAGE];
c = q[16 * PAGE];
void *wrong = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 100);
