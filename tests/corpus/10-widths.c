// Stores and loads of one, two, four and eight bytes: the page counts, not the width.
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
short *s = (short *)(p + PAGE);
int *n = (int *)(p + 2 * PAGE);
long *w = (long *)(p + 3 * PAGE);
p[0] = -1;
s[0] = -2;
n[0] = -3;
w[0] = -4;
long sum = p[0] + s[0] + n[0] + w[0];
sum += *(short *)(p + 4 * PAGE);
sum += *(int *)(p + 5 * PAGE);
sum += *(long *)(p + 6 * PAGE);
sum += *(unsigned char *)(p + 7 * PAGE);
