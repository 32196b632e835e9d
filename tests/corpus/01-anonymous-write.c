// Demand-zero: one fault for each page that is written, none for the second write.
char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
memset(p, 'A', 16 * PAGE);
memset(p, 'B', 16 * PAGE);
p[3 * PAGE] = 'C';
munmap(p, 16 * PAGE);
