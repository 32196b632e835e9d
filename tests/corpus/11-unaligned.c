// An access that lies across two pages can fault on both.
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
*(long *)(p + PAGE - 4) = 1;
*(int *)(p + 3 * PAGE - 2) = 2;
short c = *(short *)(p + 5 * PAGE - 1);
*(short *)(p + 5 * PAGE - 1) = c;
p[6 * PAGE] = 1;
long d = *(long *)(p + 7 * PAGE - 3);
*(long *)(p + 7 * PAGE - 3) = d + 1;
*(long *)(p + 7 * PAGE + 1) = d + 1;
