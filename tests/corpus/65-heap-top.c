// The heap is memory like any other: sbrk moves its end, and touching it faults.
char *top = sbrk(8 * PAGE);
top[0] = 1;
for (int i = 0; i < 8; i++)
    top[i * PAGE] = 2;
sbrk(-4 * PAGE);
sbrk(4 * PAGE);
top[7 * PAGE] = 3;
top[0] = 3;
