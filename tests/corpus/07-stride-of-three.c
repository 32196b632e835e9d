// Every third page: the others stay absent until they are touched too.
char *p = mmap(NULL, 30 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
for (int i = 0; i < 30; i += 3)
    p[i * PAGE] = 'x';
long sum = 0;
for (int i = 0; i < 30; i++)
    sum += p[i * PAGE];
for (int i = 0; i < 30; i++)
    p[i * PAGE] = 'y';
