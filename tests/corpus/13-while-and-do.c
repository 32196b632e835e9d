// Loops of the other two kinds, with `break` and `continue`.
char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
int i = 0;
while (i < 6) {
    p[i * PAGE] = 'w';
    i++;
}
do {
    i++;
    if (i % 2)
        continue;
    if (i > 12)
        break;
    p[i * PAGE] = 'd';
} while (i < 15);
int seen = 0;
while (seen < 16 && p[seen * PAGE] != 'd')
    seen++;
