// A reservation without permissions, opened piece by piece.
char *p = mmap(NULL, 64 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
mprotect(p + 8 * PAGE, 8 * PAGE, PROT_READ | PROT_WRITE);
memset(p + 8 * PAGE, 'r', 8 * PAGE);
mprotect(p + 16 * PAGE, 4 * PAGE, PROT_READ);
char c = p[16 * PAGE];
mprotect(p + 8 * PAGE, 8 * PAGE, PROT_NONE);
mprotect(p + 8 * PAGE, 12 * PAGE, PROT_READ | PROT_WRITE);
c = p[8 * PAGE];
p[9 * PAGE] = c;
p[16 * PAGE] = c;
p[17 * PAGE] = c;
