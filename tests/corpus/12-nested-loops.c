// Rows and columns: the same pages, walked the good way and the bad way.
char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
int *table = (int *)p;
int columns = PAGE / sizeof(int);
for (int row = 0; row < 8; row++)
    for (int column = 0; column < columns; column += 64)
        table[row * columns + column] = row + column;
for (int column = 0; column < columns; column += 256)
    for (int row = 0; row < 16; row++)
        table[row * columns + column] += 1;
