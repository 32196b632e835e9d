// Direction does not matter to demand-zero.
char *p = mmap(NULL, 32 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
for (int i = 31; i >= 0; i--)
    p[i * PAGE] = i;
long sum = 0;
for (int i = 31; i >= 0; i--)
    sum += p[i * PAGE];
