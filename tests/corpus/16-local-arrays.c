// Variables and arrays of the program itself cost no faults; only mappings do.
int counts[16];
for (int i = 0; i < 16; i++)
    counts[i] = i * i;
char text[64] = "a string of the program";
size_t length = strlen(text);
int small[4] = {1, 2, 3, 4};
char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memcpy(p, text, length + 1);
memcpy(p + PAGE, counts, sizeof counts);
for (int i = 0; i < 4; i++)
    small[i] += p[i * PAGE];
int *at = &small[2];
*at = p[1];
