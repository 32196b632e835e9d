// Only the branch that is taken touches memory.
char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
if (p[0] == 0)
    p[PAGE] = 1;
else
    p[2 * PAGE] = 1;
if (p[PAGE] && p[3 * PAGE])
    p[4 * PAGE] = 1;
if (p[PAGE] || p[5 * PAGE]) {
    p[6 * PAGE] = 1;
    p[7 * PAGE] = 1;
}
int chosen = p[PAGE] ? p[2 * PAGE] : p[4 * PAGE];
