// Sixteen small mappings, kept apart, given back in another order.
char *parts[16];
for (int i = 0; i < 16; i++)
    parts[i] = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
for (int i = 0; i < 16; i++)
    parts[i][PAGE] = i;
long sum = 0;
for (int i = 15; i >= 0; i--)
    sum += parts[i][0] + parts[i][PAGE];
for (int i = 0; i < 16; i += 2)
    munmap(parts[i], 2 * PAGE);
for (int i = 1; i < 16; i += 2)
    parts[i][0] = i;
