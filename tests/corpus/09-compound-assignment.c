// `p[i] += 1` is a load and a store: on fresh memory, two faults.
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
p[0] += 1;
p[PAGE]++;
++p[2 * PAGE];
p[3 * PAGE] |= 4;
p[4 * PAGE] = p[5 * PAGE];
p[4 * PAGE] -= 2;
for (int i = 0; i < 8; i++)
    p[i * PAGE] += i;
