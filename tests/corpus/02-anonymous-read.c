// The zero page: reads of fresh memory fault once a page, and keep what they mapped.
char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
long sum = 0;
for (int i = 0; i < 16; i++)
    sum += p[i * PAGE];
for (int i = 0; i < 16; i++)
    sum += p[i * PAGE + 7];
char c = p[5 * PAGE];
