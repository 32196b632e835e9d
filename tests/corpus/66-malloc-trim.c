// Freed blocks inside the heap stay until malloc_trim gives their pages back.
char *blocks[64];
for (int i = 0; i < 64; i++)
    blocks[i] = malloc(4000);
for (int i = 0; i < 64; i++)
    memset(blocks[i], 'b', 4000);
for (int i = 0; i < 63; i++)
    free(blocks[i]);
int gave = malloc_trim(0);
char *again = malloc(100000);
memset(again, 'c', 100000);
